"""``Client``: the SDK, for our server and for Loop alike.

with Client(base_url, subscription_key, api_key) as client:
    resultat = client.import_file("ventes.TRA", "DEMO001").wait(on_progress=print)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecritures.client.actes import Annulation, ApercuAnnulation, PieceJointe
from ecritures.client.appels import OnOctets
from ecritures.client.constats import Constat, Resultat
from ecritures.client.operations import Carnet, OnStatus
from ecritures.client.pilote import Pilote
from ecritures.client.status import ImportStatus


class Client(Pilote):
    """The SDK, one firm's key: a file or entries in one call, the wait, the findings, and the lists of the contract."""

    def import_file(
        self,
        fichier: str | Path,
        dossier: str,
        format: str | None = None,
        modele: str | None = None,
        *,
        siret: str | None = None,
        on_octets: OnOctets | None = None,
        carnet: Carnet | None = None,
    ) -> Import:
        """Sends the file and asks for its import; ``wait`` follows it. ``format`` None: ``tra`` or ``fec`` by the file's name,
        ``perso`` with a ``modele``. A large file goes to our server by pieces, and a line that drops is taken up where it was.
        ``carnet``: remembers the request for another run of the program. Raises FormatADire, RefusLoop, ClesRefusees,
        LoopInjoignable."""
        envoi = self._operations.envoyer(Path(fichier), dossier, format, modele, siret, on_octets, carnet)
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

    def preview_cancel(self, import_id: str) -> ApercuAnnulation:
        """What ``cancel`` would take back, and what forbids it. Our server only."""
        return self._run(self._operations.apercu_annulation(import_id))

    def cancel(self, import_id: str) -> Annulation:
        """Takes the import back, all of it or nothing; once done, says so again. Our server only. Raises RefusLoop, with
        every reason."""
        return self._run(self._operations.annuler(import_id))

    def attachments(self, import_id: str, *, ecriture: int | None = None) -> tuple[PieceJointe, ...]:
        """Attachments of the lines of an import, or of one of its entries. Our server only."""
        return self._run(self._operations.pieces_jointes(import_id, ecriture))

    def download_attachment(self, import_id: str, numero_ligne: int) -> bytes:
        """The bytes of an attachment that was received. They come from elsewhere: to be kept, not opened as they are."""
        return self._run(self._operations.telecharger_piece(import_id, numero_ligne))


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

    def preview_cancel(self) -> ApercuAnnulation:
        return self.client.preview_cancel(self.id)

    def cancel(self) -> Annulation:
        return self.client.cancel(self.id)

    def attachments(self, *, ecriture: int | None = None) -> tuple[PieceJointe, ...]:
        return self.client.attachments(self.id, ecriture=ecriture)
