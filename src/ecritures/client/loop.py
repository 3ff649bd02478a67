"""ClientLoop: deposit, import, status, one call a method, with the exact words of the contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ecritures.client.appels import OnOctets
from ecritures.client.operations import Depot, OnStatus
from ecritures.client.pilote import Pilote
from ecritures.client.status import ImportStatus

__all__ = ["ClientLoop", "Depot", "OnOctets", "OnStatus"]


class ClientLoop(Pilote):
    """The bare contract, step by step, for a program that follows its pages. ``Client`` does the same in one call."""

    def get_file_url_deposit(self, filename: str) -> Depot:
        return self._run(self._operations.ouvrir_depot(filename))

    def deposer(self, depot: Depot, contenu: bytes | Path, on_octets: OnOctets | None = None) -> None:
        """Sends the bytes, without the keys: the URL holds its own right. A second call replaces the first."""
        self._run(self._operations.deposer(depot, contenu, on_octets))

    def import_tra(self, code_ibs: str, *, uri: str = "", url: str = "", siret: str | None = None) -> str:
        """Asks for the import of a TRA; gives the ``accountingImportRequestId``."""
        return self._run(self._operations.demander("tra", code_ibs, uri, url, None, siret))

    def import_fec(self, code_ibs: str, *, uri: str = "", url: str = "", siret: str | None = None) -> str:
        return self._run(self._operations.demander("fec", code_ibs, uri, url, None, siret))

    def get_import_status(self, import_id: str) -> ImportStatus:
        return self._run(self._operations.statut(import_id))

    def attendre(
        self, import_id: str, *, on_progress: OnStatus | None = None, timeout_s: float | None = None
    ) -> ImportStatus:
        """Polls until the import is over. ``timeout_s`` None: without end. Raises DelaiDepasse."""
        return self._run(self._operations.suivre(import_id, on_progress, timeout_s))

    def get(self, route: str, *, racine: str | None = None, **params: str) -> dict[str, Any]:
        """A GET with both keys, its errors raised. ``route`` begins with a slash, after ``racine`` (None: ``base_url``)."""
        return self._run(self._operations.get(route, params, racine))
