"""What a profile makes of the severity of each rule: strict keeps them, tolerant does as the table of deviations says."""

from __future__ import annotations

from ecritures.domain.constat import Severity
from ecritures.domain.lot import OptionsLecture, Profil
from ecritures.formats.fec.ecarts import ECARTS, SUITE_NUMEROS, Politique


def severites(options: OptionsLecture, *, cle_legale: bool = True) -> dict[str, Severity]:
    """Severities by rule id, for the rules that the profile does not leave as they are.

    ``cle_legale`` False: the reader delimited entries without the law's key, so that what is said of that key is no
    longer said of the entries read.
    """
    if options.profil is Profil.STRICT:
        return {}
    tolerees = {regle: ecart.severite for ecart in (*ECARTS, SUITE_NUMEROS) for regle in ecart.regles}
    for ecart in ECARTS:
        if ecart.acceptee is not None and ecart.id in options.accepter:
            tolerees |= dict.fromkeys(ecart.regles, ecart.acceptee)
        if not cle_legale:
            tolerees |= dict.fromkeys(ecart.hors_cle_legale, ecart.severite)
    return tolerees


A_DEMANDER: tuple[str, ...] = tuple(e.id for e in ECARTS if e.politique is Politique.DEMANDER and e.acceptee)
"""Deviations that a caller may accept."""

_VUS = [regle for ecart in ECARTS for regle in ecart.regles]
assert len(set(_VUS)) == len(_VUS), "a rule belongs to two deviations"
