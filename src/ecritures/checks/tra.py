"""TRA: all checks proper to the format. The header first, then parameters, then movements."""

from __future__ import annotations

from ecritures.checks import tra_comptes, tra_entete, tra_mouvements, tra_parametres
from ecritures.checks.check import Check

CHECKS: tuple[Check, ...] = (
    *tra_entete.CHECKS,
    *tra_parametres.CHECKS,
    *tra_mouvements.CHECKS,
    *tra_comptes.CHECKS,
)
