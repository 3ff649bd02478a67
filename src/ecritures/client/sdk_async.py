"""``ClientAsync``: the SDK for programs on asyncio; the same operations as ``Client``, awaited.

async with ClientAsync(base_url, subscription_key, api_key) as client:
    resultat = await (await client.import_file("ventes.TRA", "DEMO001")).wait(on_progress=print)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2

from ecritures.client.actes import Annulation, ApercuAnnulation, PieceJointe
from ecritures.client.appels import Appel, Demarche, OnOctets, Pause, pieces
from ecritures.client.constats import Constat, Resultat
from ecritures.client.operations import Carnet, OnStatus
from ecritures.client.operations_v1 import SEUIL_OCTETS, OperationsV1
from ecritures.client.pilote import TIMEOUT_S, keys_of
from ecritures.client.status import ImportStatus
from ecritures.client.transport import ESSAIS

T = TypeVar("T")


class ClientAsync:
    """One firm's key. Use it in an ``async with``, or await ``close``."""

    def __init__(
        self,
        base_url: str,
        subscription_key: str,
        api_key: str,
        *,
        timeout_s: float = TIMEOUT_S,
        essais: int = ESSAIS,
        pause: Callable[[float], Awaitable[Any]] = asyncio.sleep,
        transport: httpx2.AsyncBaseTransport | None = None,
        seuil_octets: int = SEUIL_OCTETS,
    ) -> None:
        """As ``Client``. Raises CleMalFormee."""
        cles = keys_of(subscription_key, api_key)
        self._operations = OperationsV1(base_url.rstrip("/"), cles, essais, seuil_octets)
        self._http = httpx2.AsyncClient(timeout=timeout_s, transport=transport)
        self._pause = pause

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, type_: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"ClientAsync({self._operations.base_url!r})"

    async def close(self) -> None:
        await self._http.aclose()

    async def import_file(
        self,
        fichier: str | Path,
        dossier: str,
        format: str | None = None,
        modele: str | None = None,
        *,
        siret: str | None = None,
        on_octets: OnOctets | None = None,
        carnet: Carnet | None = None,
    ) -> ImportAsync:
        """As ``Client.import_file``."""
        envoi = self._operations.envoyer(Path(fichier), dossier, format, modele, siret, on_octets, carnet)
        return ImportAsync(await self._run(envoi), self)

    async def import_json(
        self,
        dossier: str,
        ecritures: list[dict[str, Any]],
        *,
        contexte: Mapping[str, str] | None = None,
        options: Mapping[str, Any] | None = None,
        siret: str | None = None,
    ) -> ImportAsync:
        """As ``Client.import_json``."""
        envoi = self._operations.importer_json(dossier, ecritures, contexte, options, siret)
        return ImportAsync(await self._run(envoi), self)

    async def statut(self, import_id: str) -> ImportStatus:
        return await self._run(self._operations.statut(import_id))

    async def constats(self, import_id: str) -> tuple[Constat, ...] | None:
        return await self._run(self._operations.constats(import_id))

    async def attendre(
        self, import_id: str, *, on_progress: OnStatus | None = None, timeout_s: float | None = None
    ) -> Resultat:
        return await self._run(self._operations.attendre(import_id, on_progress, timeout_s))

    async def historique(self, dossier: str | None = None, **criteres: str | int | None) -> list[dict[str, Any]]:
        return await self._run(self._operations.lister("getImportHistory", dossier, criteres))

    async def lister(
        self, route: str, dossier: str | None = None, **criteres: str | int | None
    ) -> list[dict[str, Any]]:
        return await self._run(self._operations.lister(route, dossier, criteres))

    async def preview_cancel(self, import_id: str) -> ApercuAnnulation:
        """As ``Client.preview_cancel``."""
        return await self._run(self._operations.apercu_annulation(import_id))

    async def cancel(self, import_id: str) -> Annulation:
        """As ``Client.cancel``."""
        return await self._run(self._operations.annuler(import_id))

    async def attachments(self, import_id: str, *, ecriture: int | None = None) -> tuple[PieceJointe, ...]:
        """As ``Client.attachments``."""
        return await self._run(self._operations.pieces_jointes(import_id, ecriture))

    async def download_attachment(self, import_id: str, numero_ligne: int) -> bytes:
        """As ``Client.download_attachment``."""
        return await self._run(self._operations.telecharger_piece(import_id, numero_ligne))

    async def _run(self, demarche: Demarche[T]) -> T:
        try:
            etape = next(demarche)
            while True:
                if isinstance(etape, Pause):
                    await self._pause(etape.secondes)
                    etape = demarche.send(None)
                    continue
                try:
                    reponse = await self._send(etape)
                except (httpx2.TransportError, httpx2.InvalidURL) as erreur:
                    etape = demarche.throw(erreur)
                else:
                    etape = demarche.send(reponse)
        except StopIteration as fin:
            resultat: T = fin.value
            return resultat

    async def _send(self, appel: Appel) -> httpx2.Response:
        corps = None if appel.contenu is None else _pieces(appel)
        return await self._http.request(
            appel.methode, appel.url, content=corps, headers=appel.headers, params=appel.params, json=appel.json
        )


@dataclass(frozen=True)
class ImportAsync:
    """An import under way. Its ``id`` may be kept, and asked for later by ``ClientAsync.attendre``."""

    id: str
    client: ClientAsync

    async def wait(self, on_progress: OnStatus | None = None, *, timeout_s: float | None = None) -> Resultat:
        """As ``Import.wait``."""
        return await self.client.attendre(self.id, on_progress=on_progress, timeout_s=timeout_s)

    async def statut(self) -> ImportStatus:
        return await self.client.statut(self.id)

    async def preview_cancel(self) -> ApercuAnnulation:
        return await self.client.preview_cancel(self.id)

    async def cancel(self) -> Annulation:
        return await self.client.cancel(self.id)

    async def attachments(self, *, ecriture: int | None = None) -> tuple[PieceJointe, ...]:
        return await self.client.attachments(self.id, ecriture=ecriture)


async def _pieces(appel: Appel) -> AsyncIterator[bytes]:
    """The body, each piece read in a thread: a slow disk does not hold the loop."""
    morceaux = pieces(appel)
    while (morceau := await asyncio.to_thread(next, morceaux, None)) is not None:
        yield morceau
