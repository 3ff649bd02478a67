"""Calls with retries. A request that may have been taken is never sent twice, unless twice is the same as once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx2

from ecritures.client.errors import ClesRefusees, LoopInjoignable, RefusLoop, ReponseInattendue

ESSAIS = 5
"""Tries of one call, in all."""
ATTENTE_INITIALE_S = 0.5
"""First wait before another try, doubled each time: about 8 s for all tries."""
ATTENTE_MAX_S = 30.0
"""Longest wait, also when the server's Retry-After asks for more."""

A_REESSAYER = frozenset({429, 503})
JAMAIS_PARTIE = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
"""The request did not leave: sending it again cannot do anything twice."""


class Transport:
    """One HTTP client and the way to insist. ``http`` is ours to close."""

    def __init__(self, http: httpx2.Client, essais: int = ESSAIS, pause: Callable[[float], None] = time.sleep) -> None:
        self.http, self._essais, self._pause = http, essais, pause

    def send(
        self,
        methode: str,
        url: str,
        *,
        est_rejouable: bool,
        contenu: Callable[[], Any] | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Any = None,
    ) -> httpx2.Response:
        """The answer, whatever its status but 429 and 503. ``contenu`` opens the body anew at each try. Raises LoopInjoignable."""
        attente, motif = ATTENTE_INITIALE_S, ""
        for essai in range(1, self._essais + 1):
            demandee = None
            try:
                corps = contenu() if contenu is not None else None
                reponse = self.http.request(methode, url, content=corps, headers=headers, params=params, json=json)
            except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as erreur:
                raise LoopInjoignable(
                    f"L'adresse du serveur n'est pas une adresse http(s) valable : {host(url)}."
                ) from erreur
            except httpx2.TransportError as erreur:
                motif = f"{host(url)} ne répond pas ({type(erreur).__name__})"
                if not (est_rejouable or isinstance(erreur, JAMAIS_PARTIE)):
                    raise LoopInjoignable(
                        f"{motif} : on ne sait pas si la demande est enregistrée. Regarder l'historique des imports avant de renvoyer."
                    ) from erreur
            else:
                if reponse.status_code not in A_REESSAYER:
                    return reponse
                motif = f"{host(url)} répond {reponse.status_code}"
                demandee = retry_after(reponse)
            if essai < self._essais:
                self._pause(min(demandee if demandee is not None else attente, ATTENTE_MAX_S))
                attente *= 2
        raise LoopInjoignable(f"{motif}, après {self._essais} essais.")


def answer(reponse: httpx2.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises RefusLoop, ClesRefusees, ReponseInattendue."""
    try:
        corps = reponse.json()
    except ValueError:
        corps = None
    if isinstance(corps, dict) and isinstance(corps.get("error"), dict):
        erreur = corps["error"]
        instance = erreur.get("instanceId")
        raise RefusLoop(
            str(erreur.get("message", "")), None if instance is None else str(instance), reponse.status_code
        )
    explication = _explanation(corps)
    if reponse.status_code in (401, 403):
        raise ClesRefusees(reponse.status_code, explication)
    if reponse.status_code >= 400 and explication:
        raise RefusLoop(explication, None, reponse.status_code)
    if not isinstance(corps, dict) or reponse.status_code >= 400:
        nature = "un objet JSON" if isinstance(corps, dict) else "autre chose qu'un objet JSON"
        raise ReponseInattendue(
            f"{host(str(reponse.request.url))} répond {reponse.status_code} et {nature} à {reponse.request.url.path} : "
            "vérifier l'adresse du serveur."
        )
    return corps


def _explanation(corps: Any) -> str | None:
    """The sentence of a gateway's error (``message``) or of problem+json (``detail``)."""
    if not isinstance(corps, dict):
        return None
    texte = corps.get("detail", corps.get("message"))
    return texte if isinstance(texte, str) and texte else None


def raise_deposit_refused(reponse: httpx2.Response) -> NoReturn:
    """A storage that is not the server's answers in its own way: only its status is told. Raises RefusLoop, ReponseInattendue."""
    try:
        message = reponse.json()["error"]["message"]
    except (ValueError, KeyError, TypeError):
        message = f"Le dépôt du fichier est refusé ({reponse.status_code}) : l'adresse de dépôt a peut-être expiré, en demander une autre."
        raise ReponseInattendue(message) from None
    raise RefusLoop(str(message), None, reponse.status_code)


def host(url: str) -> str:
    """Host and port only: a path or a query may be a secret."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "l'adresse donnée"
    except ValueError:
        return "l'adresse donnée"


def retry_after(reponse: httpx2.Response) -> float | None:
    texte = reponse.headers.get("Retry-After", "")
    return float(texte) if texte.isascii() and texte.isdigit() and len(texte) < 6 else None
