"""What our own server says beyond the contract (``/api/v1``): comptes rendus, findings, books. Loop has none of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ecritures.client.loop import ClientLoop
from ecritures.client.operations import PAGE, PREFIXE_V1


class ClientV1:
    """Reads ``/api/v1`` with the keys and the connection of a ClientLoop. Answers are the API's JSON, as documented by its OpenAPI."""

    def __init__(self, client: ClientLoop) -> None:
        self._client = client
        self._racine = client.racine

    def get_import(self, import_id: str) -> dict[str, Any]:
        """One import and its ``compte_rendu``."""
        return self._get(f"/imports/{quote(import_id, safe='')}")

    def iter_constats(self, import_id: str, *, page: int = PAGE) -> Iterator[dict[str, Any]]:
        """All findings of an import, in file order, read page by page as they are asked for."""
        yield from self._pages(f"/imports/{quote(import_id, safe='')}/constats", "constats", page)

    def get_totaux(self, code_ibs: str) -> tuple[int, int]:
        """Debit and credit of the whole balance of a dossier, in centimes."""
        corps = self._get(f"/dossiers/{quote(code_ibs, safe='')}/balance", limite="1")
        return int(corps["debit_centimes"]), int(corps["credit_centimes"])

    def iter_balance(self, code_ibs: str) -> Iterator[dict[str, Any]]:
        """The balance of a dossier, account by account."""
        yield from self._pages(f"/dossiers/{quote(code_ibs, safe='')}/balance", "comptes", PAGE)

    def _pages(self, route: str, cle: str, page: int) -> Iterator[dict[str, Any]]:
        curseur: dict[str, str] = {}
        while True:
            recue = self._get(route, limite=str(page), **curseur)
            yield from recue[cle]
            if recue["suivant"] is None:
                return
            curseur = {"apres": str(recue["suivant"])}

    def _get(self, route: str, **params: str) -> dict[str, Any]:
        return self._client.get(PREFIXE_V1 + route, racine=self._racine, **params)
