"""The product's clock: the system's, except in a sandbox, where who writes a client moves it to see a key or an address expire.

What measures lives of the product reads it (sessions, keys, deposits, deliveries, dates of imports). What measures the
program itself keeps the real time: heartbeats and leases, signatures of webhooks, files by their own date.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ecritures.domain.errors import HorlogeHorsBornes

PREMIER_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
DERNIER_INSTANT = datetime(2100, 1, 1, tzinfo=UTC)
"""Between these every date of the product can be written; nobody tests an expiry beyond."""

Decalage = Callable[[], int]
"""Milliseconds between the product's clock and the real one."""


def _aucun() -> int:
    return 0


_decalage: Decalage = _aucun


def maintenant() -> datetime:
    return datetime.now(UTC) + timedelta(milliseconds=_decalage())


def maintenant_ms() -> int:
    return reelle_ms() + _decalage()


def secondes() -> float:
    """A clock for durations: it never goes back by itself, and follows the product's when that one is moved."""
    return time.monotonic() + _decalage() / 1000


def reelle_ms() -> int:
    return time.time_ns() // 1_000_000


def brancher(decalage: Decalage) -> None:
    """From now on the clock of this process is moved by what ``decalage`` gives. Sandboxes only."""
    global _decalage
    _decalage = decalage


def debrancher(decalage: Decalage) -> None:
    """Back to the system's clock, if that one still moves it."""
    global _decalage
    if _decalage == decalage:
        _decalage = _aucun


class HorlogeReglable(Protocol):
    """The clock of a sandbox, kept beside its data: its server and its workers see the same one."""

    def decalage_ms(self) -> int:
        """As last read: at most a second old."""
        ...

    def regler(self, decalage_ms: int) -> None:
        """Raises PasUnBacASable: these data were not born in a sandbox."""
        ...


def avancer(horloge: HorlogeReglable, secondes_: float) -> None:
    """By so much from where it is; backwards when negative. Raises HorlogeHorsBornes."""
    _regler(horloge, horloge.decalage_ms() + round(secondes_ * 1000))


def mettre(horloge: HorlogeReglable, instant: datetime) -> None:
    """At that instant; it goes on from there. Raises HorlogeHorsBornes."""
    if not PREMIER_INSTANT <= instant < DERNIER_INSTANT:
        raise HorlogeHorsBornes(PREMIER_INSTANT, DERNIER_INSTANT)
    _regler(horloge, round(instant.timestamp() * 1000) - reelle_ms())


def remettre(horloge: HorlogeReglable) -> None:
    """To the real time."""
    horloge.regler(0)


def _regler(horloge: HorlogeReglable, decalage_ms: int) -> None:
    visee = reelle_ms() + decalage_ms
    if not PREMIER_INSTANT.timestamp() * 1000 <= visee < DERNIER_INSTANT.timestamp() * 1000:
        raise HorlogeHorsBornes(PREMIER_INSTANT, DERNIER_INSTANT)
    horloge.regler(decalage_ms)
