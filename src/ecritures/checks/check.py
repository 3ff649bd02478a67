"""Check: a rule with its texts. :func:`run` collects all rules of a lot in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from ecritures.domain.constat import Regle, Releve
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

GRAND_LOT = 50_000
"""Lines above which rules are prepared on two threads: below, one rule costs less than handing it over."""

Rule = Callable[[Lot, Contexte], pl.LazyFrame | None]
"""Offending rows: ``numero_ligne``, ``zone`` or ``champ``, and the parameters of the message. None: not applicable here."""


@dataclass(frozen=True, kw_only=True)
class Check(Regle):
    """A :class:`Regle` and the pure function that finds its places. ``formats``: the formats it applies to."""

    rule: Rule
    formats: frozenset[str] = frozenset({"tra", "fec", "perso", "json"})


def run(checks: Iterable[Check], lot: Lot, contexte: Contexte) -> tuple[Releve, ...]:
    """What each applicable check found, all rules collected at once. A printed code is kept for FEC lots only."""
    applicables = [check for check in checks if lot.format in check.formats]
    with ThreadPoolExecutor(2 if lot.lignes.height > GRAND_LOT else 1) as fils:
        tous = list(fils.map(lambda check: check.rule(lot, contexte), applicables))
    retenus = [(check, plan) for check, plan in zip(applicables, tous, strict=True) if plan is not None]
    plans = [plan for _, plan in retenus]
    cadres = pl.collect_all(plans) if plans else []
    return tuple(
        Releve(check if lot.format == "fec" else _sans_code(check), cadre, cadre.height)
        for (check, _), cadre in zip(retenus, cadres, strict=True)
        if cadre.height
    )


def _sans_code(check: Check) -> Regle:
    return Regle(check.id, check.severity, check.titre, check.message, check.remede, check.source)
