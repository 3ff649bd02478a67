"""Step 4: run the checks on what was read. One place turns a reading into located, worded findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ecritures.checks import CHECKS
from ecritures.checks.check import run
from ecritures.domain.constat import LIMITE_CONSTATS, Constats, dresser
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lecture, Lot


@dataclass(frozen=True, eq=False)
class Examen:
    """A file read and checked. ``lot`` is None when it cannot be read at all."""

    lot: Lot | None
    constats: Constats
    annexes: Mapping[str, Any] = field(default_factory=dict)  # what the compte rendu says beside them

    @property
    def est_postable(self) -> bool:
        return self.lot is not None and not self.constats.est_bloquant


def check(lecture: Lecture, contexte: Contexte, limite: int = LIMITE_CONSTATS) -> Examen:
    """All findings, the reader's and the checks', in file order. The dossier's severities come after the profile's."""
    lot = lecture.lot
    severites = {**lecture.severites, **contexte.severites}
    if lot is None:
        return Examen(None, dresser(lecture.releves, severites=severites, limite=limite))
    releves = (*lecture.releves, *run(CHECKS, lot, contexte))
    return Examen(
        lot,
        dresser(releves, zones=lot.zones, localisation=lot.localisation, severites=severites, limite=limite),
    )
