"""The verdict of the administration's tool, Test Compta Demat, worked out from our findings.

The tool groups what it sees: stop (it cannot test), B (blocking: the file is not conform), N (an anomaly, the file is
conform all the same), I (information). What it does not look at is ours alone, and is listed with its legal reason.
Source: fec.md sections 8.1 to 8.3. The wording of the tool says it too: this is not a certificate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ecritures.domain.constat import Regle
from ecritures.formats.fec.ecarts import Verdict


class Groupe(StrEnum):
    """Where the official tool puts a finding."""

    ARRET = "arrêt"
    BLOQUANT = "bloquant"
    ANOMALIE = "anomalie"
    INFORMATION = "information"
    HORS_OUTIL = "hors outil"


def _codes(groupe: Groupe, codes: str) -> dict[str, Groupe]:
    return dict.fromkeys(codes.split(), groupe)


PAR_CODE: dict[str, Groupe] = {
    **_codes(Groupe.ARRET, "F01 F06 V13 X01 X02 X03 X04 X05 X06"),
    **_codes(Groupe.BLOQUANT, "F05 H01 H02 H08 H11 H12 L01 L02 L03 V01 V02 V05 V06 V07 V15 V16 V20"),
    **_codes(Groupe.ANOMALIE, "V11 V12 V19 V21"),
    **_codes(Groupe.INFORMATION, "F10 H04 H06 H09"),
}
"""Printed check -> group. A check that is not here is not the tool's."""

PAR_REGLE: dict[str, Groupe] = {
    "fec.cloture_refusee": Groupe.ARRET,  # 20259931: the name's pattern asks for a month and a day below 20 and 40
    "fec.encodage_converti": Groupe.BLOQUANT,  # UTF-16: no field of the header is found
    "fec.encodage_refuse": Groupe.BLOQUANT,
    "fec.guillemets": Groupe.BLOQUANT,  # quotes become part of the names and of the dates
    "fec.fins_de_ligne_doublees": Groupe.BLOQUANT,  # CR CR LF: the name of the last field cannot be read
    "entete.nom_alias": Groupe.BLOQUANT,  # two fields not found
    "entete.montant_sens": Groupe.BLOQUANT,  # a field of the pair is not found
    "date.autre_separateur": Groupe.BLOQUANT,  # not among the shapes of dates it reads
    "validation.absente_tresorerie": Groupe.HORS_OUTIL,  # in the cash regimes it asks for PieceRef and PieceDate only
    "montant.trop_grand": Groupe.HORS_OUTIL,  # our limit
}
"""Rules whose group is not that of their printed check."""

AVANT_2013 = frozenset({"V02"})
"""Checks that the tool blocks on for exercises closed from 2013 only."""


def groupe(regle: Regle) -> Groupe:
    """Where the official tool would put a finding of that rule."""
    return PAR_REGLE.get(regle.id) or PAR_CODE.get(regle.code or "", Groupe.HORS_OUTIL)


@dataclass(frozen=True)
class Ligne:
    """One rule found ``nombre`` times. ``raison``: the text that makes it a defect."""

    id: str
    code: str | None
    titre: str
    nombre: int
    raison: str


@dataclass(frozen=True)
class VerdictOfficiel:
    """``motifs``: what makes the verdict. ``anomalies``: said by the tool, not blocking. ``hors_outil``: ours alone."""

    verdict: Verdict
    motifs: tuple[Ligne, ...]
    anomalies: tuple[Ligne, ...]
    hors_outil: tuple[Ligne, ...]


def verdict_officiel(trouves: Iterable[tuple[Regle, int]], cloture: date | None = None) -> VerdictOfficiel:
    """What the tool would say of a file where these rules were found so many times.

    ``cloture``: last day of the exercise, when the name tells it.
    """
    par_groupe: dict[Groupe, list[Ligne]] = {g: [] for g in Groupe}
    for regle, nombre in trouves:
        ou = groupe(regle)
        if ou is Groupe.BLOQUANT and cloture is not None and cloture.year < 2013 and regle.code in AVANT_2013:
            ou = Groupe.HORS_OUTIL
        par_groupe[ou].append(Ligne(regle.id, regle.code, regle.titre, nombre, regle.source))
    arrets, bloquants = par_groupe[Groupe.ARRET], par_groupe[Groupe.BLOQUANT]
    verdict = Verdict.NON_TESTABLE if arrets else Verdict.NON_CONFORME if bloquants else Verdict.CONFORME
    return VerdictOfficiel(
        verdict, tuple(arrets or bloquants), tuple(par_groupe[Groupe.ANOMALIE]), tuple(par_groupe[Groupe.HORS_OUTIL])
    )
