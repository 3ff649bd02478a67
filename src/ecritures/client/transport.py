"""What an HTTP answer means: how long to insist, which errors it says, and where it came from without its secrets."""

from __future__ import annotations

from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx2

from ecritures.client.errors import ClesRefusees, RefusLoop, ReponseInattendue

ESSAIS = 5
"""Tries of one call, in all."""
ATTENTE_INITIALE_S = 0.5
"""First wait before another try, doubled each time: about 8 s for all tries."""
ATTENTE_MAX_S = 30.0
"""Longest wait, also when the server's Retry-After asks for more."""

A_REESSAYER = frozenset({429, 503})
JAMAIS_PARTIE = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
"""The request did not leave: sending it again cannot do anything twice."""


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
