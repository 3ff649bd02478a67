"""The four official schemas of the XML form, as one table: which child, in which order, how many times, in which schema.

Read beside fec.md section 9 (schemas ``formatA47A-I-VII-1.xsd``, ``-VIII-3``, ``-VIII-5``, ``-VIII-7``). Compiled once a schema
into what the reader asks at each element: the rank of a child among its brothers, and which ranks must be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import polars as pl

from ecritures.domain.lot import Regime


class Genre(StrEnum):
    """What an element holds."""

    BLOC = "bloc"  # other elements
    TEXTE = "texte"
    DATE = "date"  # AAAA-MM-JJ or AAAA-MM-JJThh:mm:ss
    MONTANT = "montant"  # xs:float, with a point
    SENS = "sens"
    COMPTE = "compte"  # three digits, then letters and digits


# How many times: exactly once, at most once, at least once, any number, at least twice, not in this schema.
UN, AU_PLUS_UN, AU_MOINS_UN, TOUS, AU_MOINS_DEUX, JAMAIS = "1", "0..1", "1..n", "0..n", "2..n", "-"
# One of the ways to write an amount is there, once: Debit, or Credit, or Montant then Sens.
CHOIX, CHOIX_SUITE = "choix", "choix, suite"

_REGIMES = (Regime.BIC, Regime.COMMERCIAL, Regime.BA_TRESORERIE, Regime.BNC_TRESORERIE)

_TABLE: tuple[tuple[str, str, Genre, str, str, str, str], ...] = (
    # parent          element          holds          VII-1          VIII-3         VIII-5         VIII-7
    ("comptabilite", "exercice",       Genre.BLOC,    UN,            UN,            UN,            UN),
    ("exercice",     "DateCloture",    Genre.DATE,    UN,            UN,            UN,            UN),
    ("exercice",     "journal",        Genre.BLOC,    AU_MOINS_UN,   AU_MOINS_UN,   AU_MOINS_UN,   AU_MOINS_UN),
    ("journal",      "JournalCode",    Genre.TEXTE,   UN,            AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN),
    ("journal",      "JournalLib",     Genre.TEXTE,   UN,            AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN),
    ("journal",      "ecriture",       Genre.BLOC,    TOUS,          TOUS,          TOUS,          TOUS),
    ("ecriture",     "EcritureNum",    Genre.TEXTE,   UN,            UN,            UN,            UN),
    ("ecriture",     "EcritureDate",   Genre.DATE,    UN,            UN,            UN,            UN),
    ("ecriture",     "EcritureLib",    Genre.TEXTE,   UN,            UN,            UN,            UN),
    ("ecriture",     "PieceRef",       Genre.TEXTE,   UN,            UN,            UN,            UN),
    ("ecriture",     "PieceDate",      Genre.DATE,    UN,            UN,            UN,            UN),
    ("ecriture",     "EcritureLet",    Genre.TEXTE,   AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN),
    ("ecriture",     "DateLet",        Genre.DATE,    AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN),
    ("ecriture",     "ValidDate",      Genre.DATE,    UN,            UN,            UN,            UN),
    ("ecriture",     "DateRglt",       Genre.DATE,    JAMAIS,        JAMAIS,        UN,            UN),
    ("ecriture",     "ModeRglt",       Genre.TEXTE,   JAMAIS,        JAMAIS,        UN,            UN),
    ("ecriture",     "NatOp",          Genre.TEXTE,   JAMAIS,        JAMAIS,        AU_PLUS_UN,    AU_PLUS_UN),
    ("ecriture",     "IdClient",       Genre.TEXTE,   JAMAIS,        JAMAIS,        JAMAIS,        AU_PLUS_UN),
    ("ecriture",     "ligne",          Genre.BLOC,    AU_MOINS_DEUX, AU_MOINS_DEUX, AU_MOINS_DEUX, AU_MOINS_DEUX),
    ("ligne",        "CompteNum",      Genre.COMPTE,  UN,            AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN),
    ("ligne",        "CompteLib",      Genre.TEXTE,   UN,            UN,            UN,            UN),
    ("ligne",        "CompAuxNum",     Genre.TEXTE,   AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN),
    ("ligne",        "CompAuxLib",     Genre.TEXTE,   AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN),
    ("ligne",        "Montantdevise",  Genre.TEXTE,   AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN),
    ("ligne",        "Idevise",        Genre.TEXTE,   AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN,    AU_PLUS_UN),
    ("ligne",        "Debit",          Genre.MONTANT, CHOIX,         CHOIX,         CHOIX,         CHOIX),
    ("ligne",        "Credit",         Genre.MONTANT, CHOIX,         CHOIX,         CHOIX,         CHOIX),
    ("ligne",        "Montant",        Genre.MONTANT, CHOIX,         CHOIX,         CHOIX,         CHOIX),
    ("ligne",        "Sens",           Genre.SENS,    CHOIX_SUITE,   CHOIX_SUITE,   CHOIX_SUITE,   CHOIX_SUITE),
)  # fmt: skip

AUTRES = frozenset({"ligne"})
"""Parents after whose declared children any other element may come: the producer's own."""

ALIAS: Mapping[str, str] = {"CompteAuxNum": "CompAuxNum", "CompteAuxLib": "CompAuxLib"}
"""Other names that the schemas give to an element. The official converter maps these ones: the writer uses them."""

RACINE = "comptabilite"
SCHEMAS: Mapping[str, Regime] = {
    "formatA47A-I-VII-1.xsd": Regime.BIC,
    "formatA47A-I-VIII-3.xsd": Regime.COMMERCIAL,
    "formatA47A-I-VIII-5.xsd": Regime.BA_TRESORERIE,
    "formatA47A-I-VIII-7.xsd": Regime.BNC_TRESORERIE,
}
NOM_DE_SCHEMA: Mapping[Regime, str] = {regime: nom for nom, regime in SCHEMAS.items()}
OCTETS_DU_SCHEMA_MAX = 300
"""The official tool looks for the schema's name in that many bytes (X02)."""

PARENT: Mapping[str, str] = {element: parent for parent, element, *_ in _TABLE}
"""Element -> the one that holds it: a zone of a line may stand in its entry or its journal."""


@dataclass(frozen=True)
class Place:
    """One child of a block. ``rang``: its place among its brothers, from 0; the ways to write an amount share one."""

    nom: str  # the printed zone: CompAuxNum for CompteAuxNum too
    genre: Genre
    rang: int
    repete: bool = False
    suite: bool = False  # Sens: right after Montant, or not at all

    @property
    def bit(self) -> int:
        return 1 << self.rang


@dataclass(frozen=True)
class Automate:
    """The children of one block. ``requis``: the bits of the ranks that must be there. ``rang_montant``: of the choice, or -1."""

    nom: str
    places: Mapping[str, Place]
    requis: int
    autres: bool
    rang_montant: int
    lignes_min: int = 0

    def manquants(self, vus: int) -> Iterator[str]:
        """Names of the required children that were not met."""
        for rang in range(self.requis.bit_length()):
            if self.requis & ~vus & (1 << rang):
                noms = [p.nom for p in self.places.values() if p.rang == rang]
                yield "Debit, Credit ou Montant" if rang == self.rang_montant else noms[0]


@cache
def automates(regime: Regime) -> Mapping[str, Automate]:
    """The blocks of that regime's schema, by name."""
    colonne = 3 + _REGIMES.index(regime)
    blocs = {}
    for parent in dict.fromkeys(rangee[0] for rangee in _TABLE):
        places: dict[str, Place] = {}
        requis, rang, rang_montant, lignes_min = 0, -1, -1, 0
        for _, element, genre, *_ in (r for r in _TABLE if r[0] == parent and r[colonne] != JAMAIS):
            fois = next(str(r[colonne]) for r in _TABLE if r[:2] == (parent, element))
            if fois != CHOIX or rang_montant < 0:
                rang += 1
            if fois == CHOIX:
                rang_montant = rang
            if fois in (UN, AU_MOINS_UN, CHOIX):
                requis |= 1 << rang
            if fois == AU_MOINS_DEUX:
                lignes_min = 2
            repete = fois in (AU_MOINS_UN, TOUS, AU_MOINS_DEUX)
            places[element] = Place(element, genre, rang, repete, suite=fois == CHOIX_SUITE)
        places |= {autre: places[nom] for autre, nom in ALIAS.items() if nom in places}
        blocs[parent] = Automate(parent, places, requis, parent in AUTRES, rang_montant, lignes_min)
    return blocs


def zones_d_ecriture(regime: Regime) -> tuple[str, ...]:
    """Zones that an entry holds once for all its lines, in the order of its schema."""
    return tuple(p.nom for p in automates(regime)["ecriture"].places.values() if p.genre is not Genre.BLOC)


def est_lettree(compte: pl.Expr, tiers: pl.Expr, ecriture: str | pl.Expr) -> pl.Expr:
    """True for the lines of an entry that its one lettering is about: those of third parties (fec.md section 9).

    They are the lines with an auxiliary account; without any, those of suppliers and customers (40, 41); without any,
    those of class 4; without any, all of them.
    """
    racine = compte.fill_null("").str.slice(0, 2)
    rang = (
        pl.when(tiers.fill_null("") != "")
        .then(0)
        .when(racine.is_in(["40", "41"]))
        .then(1)
        .when(racine.str.starts_with("4"))
        .then(2)
        .otherwise(3)
    )
    return rang == rang.min().over(ecriture)


__all__ = ["NOM_DE_SCHEMA", "PARENT", "RACINE", "SCHEMAS", "Automate", "Genre", "Place", "automates", "est_lettree"]
