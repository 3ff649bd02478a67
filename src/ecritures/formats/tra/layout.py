"""TRA layout: every record of the description as a :class:`Record`, loaded from ``records.csv`` beside this file.

The CSV is the vendor's table (record, format, field, start, length, type, required, description). No position of a TRA
zone appears anywhere else; here types become codecs, and vendor zones meet the names of the domain.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import polars as pl

from ecritures.formats.fixedwidth import (
    BOOLEEN,
    CENTIMES,
    DATE,
    ENTIER,
    LIBELLE,
    SENS,
    TEXTE,
    TEXTE_DROITE,
    Codec,
    Record,
    Zone,
)

SOURCE = "Format TRA, description publique version 011"

_CODECS: dict[str, Codec] = {"alpha": TEXTE, "num": TEXTE_DROITE, "int": TEXTE_DROITE, "date": DATE, "bool": BOOLEEN}
"""Numbers other than the amounts of a movement stay text: a rate or a quantity is kept exactly as written."""

_CODECS_DE_ZONE: dict[str, Codec] = {
    "MONTANT1": CENTIMES,
    "MONTANT2": CENTIMES,
    "MONTANT3": CENTIMES,
    "SENS": SENS,
    "NUMECHE": ENTIER,
    "TAUXDEV": TEXTE,  # left-aligned in the reference writer (tra.md section 7)
    "LIBELLE": LIBELLE,
}
_CODECS_D_ENREGISTREMENT: dict[tuple[str, str], Codec] = {
    ("MDP", "CATEGORIE"): TEXTE_DROITE,  # "right-aligned ( CB)" (tra.md section 6)
    ("HDR", "NODOSSIER"): TEXTE_DROITE,
}
_MOUVEMENTS = ("MVT", "MVTA", "BUD")

LARGEUR_STD = 222
"""Columns common to all movement lines; beyond it, the extended part."""

LARGEURS_ETE: Mapping[int, int] = {
    1: 1023, 2: 1023, 3: 1023, 4: 1091, 5: 1126, 6: 1176, 7: 1238, 8: 1280, 9: 1319, 10: 1389, 11: 1407,
}  # fmt: skip
"""Full width of an extended line by version (tra.md section 8)."""
LARGEURS_ETE_ANALYTIQUE: Mapping[int, int] = {
    1: 1023, 2: 1023, 3: 1023, 4: 1091, 5: 1126, 6: 1176, 7: 1178, 8: 1178, 9: 1231, 10: 1231, 11: 1231,
}  # fmt: skip
LARGEURS_ENTETE: Mapping[int, int] = {9: 150, 10: 150, 11: 165}
"""Full width of the header: the flags 148 to 150 from version 009 on, nothing beyond 147 before (tra.md section 16)."""
VERSION_MAX = 11

DEBUTS_DE_VERSION: Mapping[str, Mapping[int, int]] = {
    "PS2": {8: 203, 9: 204},
    "PS5": {3: 76, 7: 77},
    "EXO": {11: 70},
    "ETB": {8: 45},
    "SAT": {8: 252},
    "CRI": {9: 41},
    "CGN": {2: 259, 8: 349, 9: 350, 10: 416},
    "CAE": {8: 887, 9: 1042, 10: 1043},
    "JAL": {8: 495, 9: 496, 10: 516},
    "RIB": {8: 234},
    "BQC": {9: 1099},
    "YTC": {9: 733},
}
"""Record → version → first column it added. A file of an older version stops before (tra.md sections 6 and 13)."""

TABLES_ANCIENNES_MAX = 3
"""Last version whose free tables are the 3-wide columns at 833; from the next one, the 17-wide columns at 1024."""

GENRES_GENERAUX = " -XELH"
"""Column 31 of the lines that carry the general ledger."""
GENRES_AUXILIAIRES = "XEL"
GENRES_ANNEXES = "GVPB"
ENREGISTREMENT_DU_GENRE: Mapping[str, str] = {"G": "GED", "V": "VT", "P": "BAP", "B": "BUD"}

ZONES: Mapping[str, str] = {
    "journal": "JOURNAL",
    "date": "DATECOMPTABLE",
    "nature": "TYPEPIECE",
    "compte": "GENERAL",
    "genre": "TYPECPTE",
    "tiers": "AUXSECT",
    "section": "AUXSECT",
    "numero_piece": "NUMEROPIECE",
    "reference": "REFINTERNE",
    "date_piece": "DATEREFEXTERNE",
    "libelle": "LIBELLE",
    "debit_centimes": "MONTANT1",
    "credit_centimes": "MONTANT1",
    "montant_devise": "MONTANT1",
    "devise": "DEVISE",
    "taux_devise": "TAUXDEV",
    "lettrage": "LETTRAGE",
    "date_lettrage": "DATEPAQUETMAX",
    "date_validation": "VALIDDATE",
    "echeance": "ECHEANCE",
    "mode_paiement": "MODEPAIE",
    "numero_echeance": "NUMECHE",
    "type_ecriture": "TYPEECRITURE",
    "etablissement": "ETABLISSEMENT",
    "a_nouveau": "ECRANOUVEAU",
    "axe": "AXE",
}
"""Domain field → vendor zone of a movement line."""

DEFAUTS_ETE: Mapping[str, str] = {"ECRANOUVEAU": "N", "TVAENCAISSEMENT": "-", "ETATLETTRAGE": "RI"}
"""What a writer puts in the extended zones that say nothing (tra.md section 16); dates read 01011900, flags ``-``."""

CODES_ENTETE: Mapping[str, tuple[str, ...]] = {
    "IDENTIFIANT": ("S1", "S2", "S3", "S5", "S7", "SI", "QU", "WS", "WT"),
    "ORIGINE": ("CLI", "EXP"),
    "TYPEFICHIER": ("JRL", "DOS", "BAL", "SYN", "EXO"),
    "FORMAT": ("STD", "ETE"),
}


@cache
def records() -> Mapping[str, Record]:
    """Every record by its key: ``HDR``, ``JAL``…; movements are ``MVT/STD``, ``MVT/ETE`` and ``MVTA/ETE``."""
    texte = resources.files(__package__).joinpath("records.csv").read_text("utf-8")
    zones: dict[str, list[Zone]] = {}
    for rang in csv.DictReader(texte.splitlines()):
        code, forme = rang["record"], rang["format"]
        cle = f"{code}/{forme}" if code in ("MVT", "MVTA") else code
        codec = _CODECS.get(rang["type"], TEXTE)
        if code in _MOUVEMENTS or rang["field"] == "LIBELLE":
            codec = _CODECS_DE_ZONE.get(rang["field"], codec)
        codec = _CODECS_D_ENREGISTREMENT.get((code, rang["field"]), codec)
        zones.setdefault(cle, []).append(
            Zone(rang["field"], int(rang["start"]), int(rang["length"]), codec, rang["required"] == "yes")
        )
    ete = zones["MVTA/ETE"]
    if ete[0].start > 1:  # the extended analytic part follows the common columns
        zones["MVTA/ETE"] = [*zones["MVT/STD"], *ete]
    return {cle: Record(cle, z[-1].end, f"{SOURCE}, enregistrement {cle}", tuple(z)) for cle, z in zones.items()}


def entete() -> Record:
    return records()["HDR"]


def mouvement(etendu: bool) -> Record:
    return records()["MVT/ETE" if etendu else "MVT/STD"]


def analytique(etendu: bool) -> Record:
    return records()["MVTA/ETE" if etendu else "MVT/STD"]


LIBELLE_REG_DECALE = Zone("LIBELLE", 24, 35, TEXTE)
"""Where one reference writer puts the label of a VAT regime (tra.md section 14)."""

DRAPEAUX_LARGES = re.compile(r"[X-]  [X-]  (?:[X-]  )?[0-9 ]{0,6} *$")
"""Columns 148 and beyond as one generator writes them: three flags of 3 columns and a number of 6 (tra.md section 14)."""

PARTIES: Mapping[str, tuple[Zone, ...]] = {
    "LIBRETEXTE9": (
        Zone("PIECE_S1", 803, 6, TEXTE),  # piece number of Business Line
        Zone("VERROU", 809, 1, BOOLEEN),  # X: comes from the sales software, not to be edited
        Zone("IDENTIFIANT_EXPERT", 810, 16, TEXTE),
        Zone("PIECE_EXPERT", 819, 6, TEXTE),  # inside the identifier
        Zone("LETTRAGE_MODIFIE", 830, 1, TEXTE),  # 1: matching or bank matching changed
    )
}
"""Inner structure of a zone in Business Line exchanges (tra.md section 8)."""


@cache
def entete_drapeaux_larges() -> Record:
    """The header with the three wide flags of that generator."""
    communes = [z for z in entete().zones if z.start < entete().zone("NEWANALYTIQUE").start]
    suite, debut = [], communes[-1].end + 1
    for nom, largeur in (("NEWANALYTIQUE", 3), ("READYGUID", 3), ("GESTAGRICOLE", 3), ("NOSEQBL", 6)):
        suite.append(Zone(nom, debut, largeur, TEXTE))
        debut += largeur
    return Record("HDR", debut - 1, f"{SOURCE}, en-tête d'un autre générateur", (*communes, *suite))


CODES_TOLERES = frozenset({"XTL", "RUB"})
"""Records other descriptions name and this one does not lay out: kept, without a finding."""


def largeur_mouvement(etendu: bool, version: int, *, partage: bool = False) -> int:
    """Full width of a movement line; ``partage``: of an A line."""
    if not etendu:
        return LARGEUR_STD
    return (LARGEURS_ETE_ANALYTIQUE if partage else LARGEURS_ETE)[min(max(version, 1), VERSION_MAX)]


def largeur_parametre(code: str, version: int) -> int:
    """Full width of a parameter record in that version."""
    plus_recents = [debut for depuis, debut in DEBUTS_DE_VERSION.get(code, {}).items() if depuis > version]
    return min(plus_recents, default=records()[code].width + 1) - 1


def largeur_entete(version: int) -> int:
    return LARGEURS_ENTETE.get(min(version, VERSION_MAX), entete().zone("SOUSVERSION").end)


@cache
def codes_parametres() -> frozenset[str]:
    """Codes that a parameter record may bear (``TL`` stands for TL0 to TL9)."""
    return (
        frozenset(cle for cle in records() if "/" not in cle and cle not in ("HDR", "GED", "VT", "BAP", "BUD"))
        | CODES_TOLERES
    )


@cache
def places() -> pl.DataFrame:
    """``enregistrement, zone, colonne_debut, colonne_fin`` of every zone of every record."""
    rangs = [(cle, z.name, z.start, z.end) for cle, record in records().items() for z in record.zones]
    return pl.DataFrame(
        rangs,
        schema={"enregistrement": pl.String, "zone": pl.String, "colonne_debut": pl.UInt32, "colonne_fin": pl.UInt32},
        orient="row",
    )
