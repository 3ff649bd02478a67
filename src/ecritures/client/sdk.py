"""``Client``: the SDK, for our server and for Loop alike.

with Client(base_url, subscription_key, api_key) as client:
    resultat = client.import_file("ventes.TRA", "DEMO001").wait(on_progress=print)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from ecritures.client.appels import Appel, Demarche, OnOctets, Pause
from ecritures.client.constats import Constat, Resultat
from ecritures.client.loop import TIMEOUT_S, chunks_of, keys_of
from ecritures.client.operations import OnStatus, Operations
from ecritures.client.status import ImportStatus
from ecritures.client.transport import ESSAIS

T = TypeVar("T")


class Client:
    """One firm's key. Close it, or use it in a ``with``. May be shared by threads."""

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
        self._operations = Operations(base_url.rstrip("/"), keys_of(subscription_key, api_key), essais)
        self._http = httpx2.Client(timeout=timeout_s, transport=transport)
        self._pause = pause

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self._operations.base_url!r})"

    def close(self) -> None:
        self._http.close()

    def import_file(
        self,
        fichier: str | Path,
        dossier: str,
        format: str | None = None,
        modele: str | None = None,
        *,
        siret: str | None = None,
        on_octets: OnOctets | None = None,
    ) -> Import:
        """Sends the file and asks for its import; ``wait`` follows it. ``format`` None: ``tra`` or ``fec`` by the file's name,
        ``perso`` with a ``modele``. Raises FormatADire, RefusLoop, ClesRefusees, LoopInjoignable."""
        envoi = self._operations.envoyer(Path(fichier), dossier, format, modele, siret, on_octets)
        return Import(self._run(envoi), self)

    def import_json(
        self,
        dossier: str,
        ecritures: list[dict[str, Any]],
        *,
        contexte: Mapping[str, str] | None = None,
        options: Mapping[str, Any] | None = None,
        siret: str | None = None,
    ) -> Import:
        """Entries in the body, one object a line (loop-api 10). ``contexte``: ``from`` and ``to``."""
        return Import(self._run(self._operations.importer_json(dossier, ecritures, contexte, options, siret)), self)

    def statut(self, import_id: str) -> ImportStatus:
        return self._run(self._operations.statut(import_id))

    def constats(self, import_id: str) -> tuple[Constat, ...] | None:
        """All findings of an import; None where the server has none to give (Loop)."""
        return self._run(self._operations.constats(import_id))

    def attendre(
        self, import_id: str, *, on_progress: OnStatus | None = None, timeout_s: float | None = None
    ) -> Resultat:
        return self._run(self._operations.attendre(import_id, on_progress, timeout_s))

    def historique(self, dossier: str | None = None, **criteres: str | int | None) -> list[dict[str, Any]]:
        """Past imports. ``criteres``: filter, sort, skip, take, select."""
        return self._run(self._operations.lister("getImportHistory", dossier, criteres))

    def lister(self, route: str, dossier: str | None = None, **criteres: str | int | None) -> list[dict[str, Any]]:
        """A list route of the contract (``compte``, ``journal``, ``EcritureComptable``…; see ``operations.LISTES``)."""
        return self._run(self._operations.lister(route, dossier, criteres))

    def _run(self, demarche: Demarche[T]) -> T:
        """Performs the calls and the waits of an operation, one after the other."""
        try:
            etape = next(demarche)
            while True:
                if isinstance(etape, Pause):
                    self._pause(etape.secondes)
                    etape = demarche.send(None)
                    continue
                try:
                    reponse = self._send(etape)
                except (httpx2.TransportError, httpx2.InvalidURL) as erreur:
                    etape = demarche.throw(erreur)
                else:
                    etape = demarche.send(reponse)
        except StopIteration as fin:
            resultat: T = fin.value
            return resultat

    def _send(self, appel: Appel) -> httpx2.Response:
        corps = None if appel.contenu is None else _pieces(appel)
        return self._http.request(
            appel.methode, appel.url, content=corps, headers=appel.headers, params=appel.params, json=appel.json
        )


@dataclass(frozen=True)
class Import:
    """An import under way. Its ``id`` may be kept, and asked for later by ``Client.attendre``."""

    id: str
    client: Client

    def wait(self, on_progress: OnStatus | None = None, *, timeout_s: float | None = None) -> Resultat:
        """Until it is over; ``on_progress`` gets every status read. ``timeout_s`` None: without end. Raises DelaiDepasse."""
        return self.client.attendre(self.id, on_progress=on_progress, timeout_s=timeout_s)

    def statut(self) -> ImportStatus:
        return self.client.statut(self.id)


def _pieces(appel: Appel) -> Iterator[bytes]:
    assert appel.contenu is not None, "asked for a body"
    total = int(appel.headers["Content-Length"])
    envoyes = 0
    for morceau in chunks_of(appel.contenu):
        yield morceau
        envoyes += len(morceau)
        if appel.on_octets is not None:
            appel.on_octets(envoyes, total)
