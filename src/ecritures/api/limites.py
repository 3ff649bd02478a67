"""Rate limit by key: a token bucket a key, in the memory of the process. Off unless the settings or the key say otherwise."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from math import ceil

from ecritures.imports.horloge import secondes

PLACES = 10_000
"""Buckets kept: the least used are forgotten, which at worst gives them a full bucket again."""


class Debits:
    """``limite_minute`` requests at once at most, refilled evenly over the minute."""

    def __init__(self, horloge: Callable[[], float] = secondes) -> None:
        self._horloge = horloge
        self._seaux: OrderedDict[str, tuple[float, float]] = OrderedDict()  # key: tokens left, when counted
        self._verrou = threading.Lock()

    def prendre(self, cle: str, limite_minute: int) -> int:
        """0 when the request may pass; else the whole seconds to wait until one may (at least 1)."""
        maintenant = self._horloge()
        par_seconde = limite_minute / 60
        with self._verrou:
            reste, vu = self._seaux.get(cle, (float(limite_minute), maintenant))
            reste = min(float(limite_minute), reste + max(0.0, maintenant - vu) * par_seconde)
            passe = reste >= 1
            self._seaux[cle] = (reste - 1 if passe else reste, maintenant)
            self._seaux.move_to_end(cle)
            if len(self._seaux) > PLACES:
                self._seaux.popitem(last=False)
        return 0 if passe else max(1, ceil((1 - reste) / par_seconde))
