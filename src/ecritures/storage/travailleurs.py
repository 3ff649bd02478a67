"""Heartbeats of the workers (jobs.worker.Battements)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ecritures.storage.bases import Base
from ecritures.storage.tables import TRAVAILLEURS
from ecritures.storage.temps import reelle_ms


class RegistreTravailleurs:
    def __init__(self, base: Base) -> None:
        self._base = base

    def battre(self, executeur: str) -> None:
        vu = reelle_ms()
        with self._base.ecriture() as connexion:
            fait = connexion.execute(
                sa.update(TRAVAILLEURS).where(TRAVAILLEURS.c.executeur == executeur).values(vu_ms=vu)
            )
            if fait.rowcount == 0:
                connexion.execute(sa.insert(TRAVAILLEURS).values(executeur=executeur, vu_ms=vu))

    def morts(self, silence_s: float) -> Sequence[str]:
        limite = reelle_ms() - int(silence_s * 1000)
        with self._base.lecture() as connexion:
            return list(
                connexion.execute(sa.select(TRAVAILLEURS.c.executeur).where(TRAVAILLEURS.c.vu_ms < limite)).scalars()
            )

    def oublier(self, executeur: str) -> None:
        with self._base.ecriture() as connexion:
            connexion.execute(sa.delete(TRAVAILLEURS).where(TRAVAILLEURS.c.executeur == executeur))
