"""api.limites: the token bucket."""

from __future__ import annotations

from ecritures.api import limites
from ecritures.api.limites import Debits


class Horloge:
    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


def test_a_bucket_empties_then_gives_back_evenly() -> None:
    horloge = Horloge()
    debits = Debits(horloge)
    assert [debits.prendre("a", 6) for _ in range(7)] == [0] * 6 + [10]
    assert debits.prendre("b", 6) == 0  # another key has its own
    horloge.s += 9.5
    assert debits.prendre("a", 6) == 1
    horloge.s += 0.5
    assert (debits.prendre("a", 6), debits.prendre("a", 6)) == (0, 10)
    horloge.s += 3600
    assert [debits.prendre("a", 6) for _ in range(7)] == [0] * 6 + [10]  # a long rest does not fill it twice


def test_a_refused_request_costs_nothing() -> None:
    horloge = Horloge()
    debits = Debits(horloge)
    assert debits.prendre("a", 1) == 0
    assert [debits.prendre("a", 1) for _ in range(50)] == [60] * 50
    horloge.s += 60
    assert debits.prendre("a", 1) == 0


def test_the_memory_is_bounded(monkeypatch: object) -> None:
    debits = Debits(Horloge())
    for n in range(limites.PLACES + 50):
        debits.prendre(str(n), 1)
    assert len(debits._seaux) == limites.PLACES
