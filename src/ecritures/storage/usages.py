"""When a key last served, written at most once a minute a key: reading a status a hundred times a second writes nothing."""

from __future__ import annotations

import threading
from typing import Any

import sqlalchemy as sa

from ecritures.storage.bases import Base
from ecritures.storage.temps import maintenant_ms

PAS_MS = 60_000


class Usages:
    """One table's. The stored instant is the only state, so that several processes write no more than one does."""

    def __init__(self, base: Base, table: sa.Table, cle: sa.ColumnElement[Any]) -> None:
        self._base, self._table, self._cle = base, table, cle
        self._verrou = threading.Lock()
        self._en_ecriture: set[str] = set()

    def noter(self, valeur: str, dernier_ms: int | None) -> None:
        """``dernier_ms``: what was just read. Another request of the same minute may have written since: it is looked at again.
        One that is writing now is enough: hundreds a second would wait behind it for the database's write lock."""
        maintenant = maintenant_ms()
        if dernier_ms is not None and maintenant - dernier_ms < PAS_MS:
            return
        with self._verrou:
            if valeur in self._en_ecriture:
                return
            self._en_ecriture.add(valeur)
        try:
            self._ecrire(valeur, maintenant)
        finally:
            with self._verrou:
                self._en_ecriture.discard(valeur)

    def _ecrire(self, valeur: str, maintenant: int) -> None:
        dernier = self._table.c.dernier_usage_ms
        requete = (
            sa.update(self._table)
            .where(self._cle == valeur, sa.or_(dernier.is_(None), dernier <= maintenant - PAS_MS))
            .values(dernier_usage_ms=maintenant)
        )
        with self._base.ecriture() as connexion:
            connexion.execute(requete)
