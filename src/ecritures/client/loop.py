"""ClientLoop: deposit, import, status, with the exact words of the contract."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from ecritures.client.errors import CleMalFormee, DelaiDepasse, ReponseInattendue
from ecritures.client.status import ImportStatus
from ecritures.client.transport import ESSAIS, Transport, answer, raise_deposit_refused

ROUTES = {"tra": "/importTra", "fec": "/importFEC"}
MORCEAU_OCTETS = 1 << 20
TIMEOUT_S = 60.0
"""For each read and write of a call: a deposit of 133 MiB is written piece by piece."""
SUIVI_INITIAL_S = 0.05
SUIVI_MAX_S = 2.0
"""Between two looks at a status: short at first, since small files are over in a moment."""

OnOctets = Callable[[int, int], None]
"""Called with the bytes sent and their total."""
OnStatus = Callable[[ImportStatus], None]


@dataclass(frozen=True)
class Depot:
    """Where to send a file. ``deposit_url`` is a secret: it lets anyone write there until it expires."""

    deposit_url: str = field(repr=False)
    uri: str


class ClientLoop:
    """One client for one firm's key. Close it, or use it in a ``with``. May be shared by threads."""

    def __init__(
        self,
        base_url: str,
        subscription_key: str,
        api_key: str,
        *,
        timeout_s: float = TIMEOUT_S,
        essais: int = ESSAIS,
        pause: Callable[[float], None] = time.sleep,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        """``base_url``: ``https://api.cegid.com/loop-api-publiques`` for Loop, the server's address for ours. Raises CleMalFormee."""
        self.base_url = base_url.rstrip("/")
        self._cles = keys_of(subscription_key, api_key)
        self._pause = pause
        self._transport = Transport(httpx2.Client(timeout=timeout_s, transport=transport), essais, pause)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ClientLoop({self.base_url!r})"

    def close(self) -> None:
        self._transport.http.close()

    def get_file_url_deposit(self, filename: str) -> Depot:
        corps = self.get("/getFileUrlDeposit", filename=filename)
        return Depot(_text(corps, "depositUrl"), _text(corps, "uri"))

    def deposer(self, depot: Depot, contenu: bytes | Path, on_octets: OnOctets | None = None) -> None:
        """Sends the bytes, without the keys: the URL holds its own right. A second call replaces the first."""
        taille = len(contenu) if isinstance(contenu, bytes) else contenu.stat().st_size
        headers = {
            "x-ms-blob-type": "BlockBlob",
            "Content-Type": "application/octet-stream",
            "Content-Length": str(taille),
        }
        reponse = self._transport.send(
            "PUT",
            depot.deposit_url,
            est_rejouable=True,
            contenu=lambda: _pieces(contenu, taille, on_octets),
            headers=headers,
        )
        if reponse.status_code >= 400:
            raise_deposit_refused(reponse)

    def import_tra(self, code_ibs: str, *, uri: str = "", url: str = "", siret: str | None = None) -> str:
        """Asks for the import of a TRA; gives the ``accountingImportRequestId``."""
        return self._import("tra", code_ibs, uri, url, siret)

    def import_fec(self, code_ibs: str, *, uri: str = "", url: str = "", siret: str | None = None) -> str:
        return self._import("fec", code_ibs, uri, url, siret)

    def get_import_status(self, import_id: str) -> ImportStatus:
        corps = self.get("/getImportStatus", accountingImportRequestId=import_id)
        try:
            return ImportStatus.parse(corps)
        except (KeyError, TypeError, ValueError) as erreur:
            raise ReponseInattendue("La réponse de getImportStatus n'est pas un statut d'import.") from erreur

    def attendre(
        self, import_id: str, *, on_progress: OnStatus | None = None, timeout_s: float | None = None
    ) -> ImportStatus:
        """Polls until the import is over. ``timeout_s`` None: without end. Raises DelaiDepasse."""
        limite = None if timeout_s is None else time.monotonic() + timeout_s
        attente = SUIVI_INITIAL_S
        while True:
            statut = self.get_import_status(import_id)
            if on_progress is not None:
                on_progress(statut)
            if statut.est_fini:
                return statut
            if limite is not None and time.monotonic() + attente > limite:
                raise DelaiDepasse(import_id, timeout_s or 0.0)
            self._pause(attente)
            attente = min(attente * 1.5, SUIVI_MAX_S)

    def send_file(
        self,
        fichier: str | Path,
        code_ibs: str,
        format_: str,
        *,
        siret: str | None = None,
        on_octets: OnOctets | None = None,
    ) -> str:
        """Deposit, PUT, POST: the three calls that start an import; gives its id."""
        chemin = Path(fichier)
        depot = self.get_file_url_deposit(chemin.name)
        self.deposer(depot, chemin, on_octets)
        return self._import(format_, code_ibs, depot.uri, "", siret)

    def import_file(
        self,
        fichier: str | Path,
        code_ibs: str,
        format_: str,
        *,
        siret: str | None = None,
        on_octets: OnOctets | None = None,
        on_progress: OnStatus | None = None,
        timeout_s: float | None = None,
    ) -> ImportStatus:
        """The whole way: send, then wait until the import is over."""
        import_id = self.send_file(fichier, code_ibs, format_, siret=siret, on_octets=on_octets)
        return self.attendre(import_id, on_progress=on_progress, timeout_s=timeout_s)

    def get(self, route: str, *, racine: str | None = None, **params: str) -> dict[str, Any]:
        """A GET with both keys, its errors raised. ``route`` begins with a slash, after ``racine`` (None: ``base_url``)."""
        adresse = (self.base_url if racine is None else racine) + route
        return answer(
            self._transport.send("GET", adresse, est_rejouable=True, headers=self._cles, params=params or None)
        )

    def _import(self, format_: str, code_ibs: str, uri: str, url: str, siret: str | None) -> str:
        corps = {"codeIbs": code_ibs, "URI": uri, "URL": url} | ({"SIRET": siret} if siret else {})
        # Not to be replayed once it has left: the contract posts the same file as many times as it is asked to.
        reponse = self._transport.send(
            "POST", self.base_url + ROUTES[format_], est_rejouable=False, headers=self._cles, json=corps
        )
        return _text(answer(reponse), "accountingImportRequestId")


def _pieces(contenu: bytes | Path, taille: int, on_octets: OnOctets | None) -> Iterator[bytes]:
    envoyes = 0
    for morceau in chunks_of(contenu):
        yield morceau
        envoyes += len(morceau)
        if on_octets is not None:
            on_octets(envoyes, taille)


def chunks_of(contenu: bytes | Path) -> Iterator[bytes]:
    if isinstance(contenu, bytes):
        for debut in range(0, len(contenu), MORCEAU_OCTETS):
            yield contenu[debut : debut + MORCEAU_OCTETS]
        return
    with open(os.fspath(contenu), "rb") as fichier:
        while morceau := fichier.read(MORCEAU_OCTETS):
            yield morceau


def _text(corps: dict[str, Any], cle: str) -> str:
    valeur = corps.get(cle)
    if not isinstance(valeur, str) or not valeur:
        raise ReponseInattendue(f"La réponse du serveur ne porte pas {cle} : vérifier l'adresse du serveur.")
    return valeur


def keys_of(subscription_key: str, api_key: str) -> dict[str, str]:
    """The headers of both keys. Raises CleMalFormee."""
    return {"Ocp-Apim-Subscription-Key": _plain(subscription_key), "x-apikey": _with_secret(_plain(api_key))}


def _plain(cle: str) -> str:
    propre = cle.strip()
    if not propre or not (propre.isascii() and propre.isprintable()):
        raise CleMalFormee("Une clé est vide ou contient un caractère interdit.")
    return propre


def _with_secret(api_key: str) -> str:
    cle, _, secret = api_key.partition(":")
    if not (cle and secret):
        raise CleMalFormee("La clé d'API doit être complète : clé publique, deux-points, secret.")
    return api_key
