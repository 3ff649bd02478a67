"""Checks on a lot: small declared rules, collected together once. Pure.

To add a check: declare it in the file of its subject, and put it in that file's ``CHECKS``.
"""

from __future__ import annotations

from ecritures.checks import (
    a_nouveaux,
    analytique,
    attendus,
    comptes_fec,
    dates,
    dossier,
    doublons,
    equilibre,
    exercices,
    lettrage,
    libelles,
    numerotation,
    structure,
    totaux,
    tra,
)
from ecritures.checks.check import Check

CHECKS: tuple[Check, ...] = (
    *exercices.CHECKS,
    *dossier.CHECKS,
    *doublons.CHECKS,
    *equilibre.CHECKS,
    *analytique.CHECKS,
    *tra.CHECKS,
    *structure.CHECKS,
    *comptes_fec.CHECKS,
    *dates.CHECKS,
    *totaux.CHECKS,
    *numerotation.CHECKS,
    *a_nouveaux.CHECKS,
    *libelles.CHECKS,
    *lettrage.CHECKS,
    *attendus.CHECKS,
)
