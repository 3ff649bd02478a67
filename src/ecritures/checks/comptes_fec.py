"""Accounts of the chart and auxiliaries of a FEC (V21 to V24, V26, V27, G22)."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.checks.lecture_fec import FEC
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_LOI = "LPF, article A47 A-1, VII 1° : les trois premiers caractères sont des chiffres du plan comptable français"
_TIERS = "LPF, article A47 A-1, VII 1° : CompAuxNum"

_RACINES = """
10 11 12 13 14 15 16 17 18 20 21 22 23 24 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49
50 51 52 53 54 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 74 75 76 77 78 79
"""

RACINES = frozenset(_RACINES.split())
"""Two-digit accounts, classes 1 to 7, of the PCG and, for 24 and 30, of the agricultural chart."""

COLLECTIFS = r"^4(?:01|11)"
TIERS = r"^4[0-7]"


def _lignes_des_comptes(lot: Lot, fautifs: pl.Expr) -> pl.LazyFrame | None:
    """Every line of the accounts (frame ``lot.comptes``, column ``numero``) that ``fautifs`` keeps."""
    numeros = lot.comptes.filter(fautifs)["numero"]
    if numeros.len() == 0:
        return None
    return (
        lot.lignes.lazy()
        .filter(pl.col("compte").is_in(numeros.implode()))
        .select("numero_ligne", "compte", champ=pl.lit("compte"))
    )


def _sans_trois_chiffres(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return _lignes_des_comptes(lot, ~pl.col("numero").str.contains("^[0-9]{3}"))


SANS_TROIS_CHIFFRES = Check(
    id="compte.trois_chiffres",
    code="V21",
    severity=Severity.ERROR,
    titre="Compte sans trois chiffres",
    message="Le compte « {compte} » ne commence pas par trois chiffres.",
    remede="Employer le numéro du compte du plan comptable ; le code d'un tiers va dans CompAuxNum.",
    source=_LOI,
    rule=_sans_trois_chiffres,
    formats=FEC,
)


def _caracteres(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return _lignes_des_comptes(lot, pl.col("numero").str.contains("[^0-9A-Za-z]"))


CARACTERES = Check(
    id="compte.caracteres",
    code="V24",
    severity=Severity.WARNING,
    titre="Caractères inattendus dans un compte",
    message="Caractères inattendus dans le compte « {compte} ».",
    remede="N'employer que des chiffres et des lettres.",
    source="Schéma XML du FEC : trois chiffres, puis chiffres et lettres",
    rule=_caracteres,
    formats=FEC,
)


def _comptes(lot: Lot, fautifs: pl.Expr) -> pl.LazyFrame:
    return (
        lot.comptes.lazy()
        .filter(fautifs)
        .select("numero_ligne", pl.col("libelle").fill_null(""), compte="numero", champ=pl.lit("compte"))
    )


def _classe(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return _comptes(lot, pl.col("numero").str.contains("^[089]")).with_columns(note=pl.lit(_note_analytique(lot)))


def _note_analytique(lot: Lot) -> str:
    """Whether class 9 can be left out: cost accounting that balances on its own leaves the rest as it is (D-42)."""
    if not lot.comptes["numero"].str.starts_with("9").any():
        return ""
    solde = (pl.col("debit_centimes") - pl.col("credit_centimes")).sum()
    reste = lot.lignes.lazy().filter(pl.col("compte").str.starts_with("9")).select(solde).collect().item()
    return "" if reste else " ; les comptes de classe 9 s'équilibrent entre eux et peuvent être exclus"


CLASSE = Check(
    id="compte.classe",
    code="V22",
    severity=Severity.WARNING,
    titre="Compte hors des classes 1 à 7",
    message="Compte {compte} ({libelle}) hors des classes 1 à 7{note}.",
    remede="Exclure la comptabilité analytique (classe 9) et les comptes techniques ; la classe 8 est tolérée.",
    source=_LOI,
    rule=_classe,
    formats=FEC,
)


def _racine(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    numero = pl.col("numero")
    return _comptes(lot, numero.str.contains("^[1-7][0-9]") & ~numero.str.slice(0, 2).is_in(list(RACINES)))


RACINE = Check(
    id="compte.racine",
    code="V23",
    severity=Severity.WARNING,
    titre="Racine de compte inconnue",
    message="Racine du compte {compte} ({libelle}) inconnue du plan comptable.",
    remede="Vérifier le numéro de compte ; un plan sectoriel peut l'admettre.",
    source="Plan comptable général",
    rule=_racine,
    formats=FEC,
)


def _auxiliaire_hors_tiers(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    if lot.tiers.height == 0:
        return None
    return (
        lot.lignes.lazy()
        .filter(pl.col("tiers").is_not_null() & ~pl.col("compte").str.contains(TIERS))
        .select(pl.first("numero_ligne", "compte"), nombre=pl.len(), champ=pl.lit("tiers"))
        .filter(pl.col("nombre") > 0)
    )


AUXILIAIRE_HORS_TIERS = Check(
    id="tiers.hors_compte_de_tiers",
    code="V26",
    severity=Severity.INFO,
    titre="Auxiliaire hors compte de tiers",
    message="Lignes portant un auxiliaire hors comptes de tiers : {nombre} (première : compte {compte}).",
    remede="N'écrire l'auxiliaire que sur la ligne du compte collectif.",
    source=_TIERS,
    rule=_auxiliaire_hors_tiers,
    formats=FEC,
)


def _sans_auxiliaire(lot: Lot) -> pl.LazyFrame | None:
    """Lines of 401 and 411 without auxiliary, in a file where other lines of these accounts have one."""
    if lot.tiers.filter(pl.col("collectif").str.contains(COLLECTIFS)).height == 0:
        return None
    sans = pl.col("tiers").is_null() & pl.col("compte").str.contains(COLLECTIFS)
    return lot.lignes.lazy().filter(sans)


def _collectif_sans_auxiliaire(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    sans = _sans_auxiliaire(lot)
    if sans is None:
        return None
    premiere = sans.select(pl.first("numero_ligne", "compte"), nombre=pl.len(), champ=pl.lit("tiers"))
    return premiere.filter(pl.col("nombre") > 0)


COLLECTIF_SANS_AUXILIAIRE = Check(
    id="tiers.absent_du_collectif",
    code="V27",
    severity=Severity.INFO,
    titre="Compte collectif sans auxiliaire",
    message="Lignes de comptes collectifs sans auxiliaire : {nombre} (première : compte {compte}).",
    remede="Vérifier que le tiers de ces lignes est connu.",
    source=_TIERS,
    rule=_collectif_sans_auxiliaire,
    formats=FEC,
)


def _reste_du_collectif(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    """Per collective account used with auxiliaries: what its lines without one leave out of the auxiliary balance."""
    sans = _sans_auxiliaire(lot)
    if sans is None:
        return None
    avec = lot.tiers["collectif"].unique()
    return (
        sans.filter(pl.col("compte").is_in(avec.implode()))
        .group_by("compte")
        .agg(
            pl.first("numero_ligne"),
            nombre=pl.len(),
            solde=pl.sum("debit_centimes") - pl.sum("credit_centimes"),
        )
        .filter(pl.col("solde") != 0)
        .with_columns(champ=pl.lit("tiers"))
        .sort("numero_ligne")
    )


RESTE_DU_COLLECTIF = Check(
    id="tiers.reste_du_collectif",
    code="G22",
    severity=Severity.INFO,
    titre="Auxiliaires qui ne font pas le collectif",
    message="Compte {compte} : solde de {solde:€} sans auxiliaire (lignes : {nombre}).",
    remede="Rapprocher la balance auxiliaire du compte collectif.",
    source=_TIERS,
    rule=_reste_du_collectif,
    formats=FEC,
)

CHECKS = (
    SANS_TROIS_CHIFFRES,
    CLASSE,
    RACINE,
    CARACTERES,
    AUXILIAIRE_HORS_TIERS,
    COLLECTIF_SANS_AUXILIAIRE,
    RESTE_DU_COLLECTIF,
)
