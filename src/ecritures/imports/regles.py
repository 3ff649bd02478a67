"""Every rule that a finding may come from, by its id: what a screen or a report says of it beside the finding."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ecritures.checks import CHECKS
from ecritures.domain.constat import Regle, Severity
from ecritures.formats import conteneur, xlsx
from ecritures.formats.fec import parties, regles_xml
from ecritures.formats.fec import regles as fec
from ecritures.formats.json_ecritures import regles as json_
from ecritures.formats.perso import regles as perso
from ecritures.formats.tra import regles as tra
from ecritures.imports import options_regles, read

_SOURCES = (tra, fec, regles_xml, parties, json_, perso, xlsx, conteneur, options_regles)


@cache
def rules() -> Mapping[str, Regle]:
    connues: dict[str, Regle] = {read.MAUVAIS_FORMAT.id: read.MAUVAIS_FORMAT}
    for source in _SOURCES:
        connues |= {regle.id: regle for regle in source.REGLES}
    return connues | {controle.id: controle for controle in CHECKS}


def rule(id_: str, severite: str = Severity.ERROR.value, message: str = "", remede: str = "") -> Regle:
    """The rule of that id; for one that this version no longer has, what its finding says of it."""
    return rules().get(id_) or Regle(id_, Severity(severite), id_, message or id_, remede or "—", "—")
