"""The clock of a sandbox (imports.horloge.HorlogeReglable): its distance from the real one, kept in the catalogue."""

from __future__ import annotations

import threading
import time

import sqlalchemy as sa

from ecritures.domain.errors import PasUnBacASable
from ecritures.storage.bases import Base
from ecritures.storage.tables import BACS_A_SABLE

LECTURE_S = 1.0
"""How old what was read may be: a worker sees the clock move within a second."""


class HorlogeGardee:
    """``url``: of the catalogue. It is read by a connection of its own: whoever asks the time may hold all the others."""

    def __init__(self, url: str) -> None:
        self._base = Base(url, connexions=1, passageres=1)
        self._verrou = threading.Lock()
        self._decalage_ms = 0
        self._lue = float("-inf")

    def decalage_ms(self) -> int:
        if time.monotonic() - self._lue >= LECTURE_S and self._verrou.acquire(blocking=False):
            try:
                self._lire()
            finally:
                self._verrou.release()
        return self._decalage_ms

    def regler(self, decalage_ms: int) -> None:
        with self._verrou:
            with self._base.ecriture() as connexion:
                fait = connexion.execute(sa.update(BACS_A_SABLE).values(decalage_ms=decalage_ms))
            if fait.rowcount != 1:
                raise PasUnBacASable
            self._lire()

    def relire(self) -> None:
        """After a reset: at once, and not within a second."""
        with self._verrou:
            self._lire()

    def fermer(self) -> None:
        self._base.fermer()

    def _lire(self) -> None:
        try:
            with self._base.lecture() as connexion:
                lu = connexion.execute(sa.select(BACS_A_SABLE.c.decalage_ms)).scalar()
        except sa.exc.SQLAlchemyError:  # the clock goes on as it was; what needs the database will say so
            self._lue = time.monotonic()
            return
        self._decalage_ms, self._lue = int(lu or 0), time.monotonic()
