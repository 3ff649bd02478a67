"""Amounts: of a line, a journal, a day, a month, the file; and entries that say the same thing twice (V11, V12, G01 to
G04, G23)."""

from __future__ import annotations

import numpy as np
import polars as pl

from ecritures.checks.check import Check
from ecritures.checks.lecture_fec import FEC, premieres_lignes
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_PARTIE_DOUBLE = "Partie double"
_DIAGNOSTIC = "Diagnostic : aide à trouver un déséquilibre"
_OUTIL = "Anomalie non bloquante de l'outil Test Compta Demat"
LISTE_MAX = 5

_DEBIT, _CREDIT = pl.col("debit_centimes"), pl.col("credit_centimes")


def _debit_et_credit(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return (
        lot.lignes.lazy()
        .filter((_DEBIT != 0) & (_CREDIT != 0))
        .select("numero_ligne", "debit_centimes", "credit_centimes", champ=pl.lit("credit_centimes"))
    )


DEBIT_ET_CREDIT = Check(
    id="montant.debit_et_credit",
    code="V11",
    severity=Severity.ERROR,
    titre="Débit et crédit sur une ligne",
    message="Débit et crédit tous deux non nuls : {debit_centimes:€} et {credit_centimes:€}.",
    remede="Faire deux lignes, l'une au débit, l'autre au crédit : elles ne sont jamais compensées ici.",
    source="BOI-CF-IOR-60-40-20 : zéro du côté non employé ; anomalie non bloquante de l'outil Test Compta Demat",
    rule=_debit_et_credit,
    formats=FEC,
)


def _montant_nul(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return (
        lot.lignes.lazy().filter((_DEBIT == 0) & (_CREDIT == 0)).select("numero_ligne", champ=pl.lit("debit_centimes"))
    )


MONTANT_NUL = Check(
    id="montant.nul",
    code="V12",
    severity=Severity.INFO,
    titre="Ligne à montant nul",
    message="Ligne à montant nul.",
    remede="Permis : la ligne garde la suite des numéros.",
    source=_OUTIL,
    rule=_montant_nul,
    formats=FEC,
)


def _totaux(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return (
        lot.lignes.lazy()
        .select(numero_ligne=pl.lit(None, pl.UInt32), debit=_DEBIT.sum(), credit=_CREDIT.sum())
        .with_columns(ecart=(pl.col("debit") - pl.col("credit")).abs())
        .filter(pl.col("ecart") != 0)
    )


TOTAUX = Check(
    id="fichier.desequilibre",
    code="G01",
    severity=Severity.ERROR,
    titre="Fichier déséquilibré",
    message="Total débit {debit:€}, total crédit {credit:€} : écart {ecart:€}.",
    remede="Chercher les écritures déséquilibrées ; à défaut, vérifier que l'export est complet.",
    source=_PARTIE_DOUBLE,
    rule=_totaux,
    formats=FEC,
)


def _soldes(lot: Lot, cle: str) -> pl.LazyFrame:
    """``cle, numero_ligne, ecart`` (signed) of each value of a column."""
    return (
        lot.lignes.lazy()
        .group_by(pl.col(cle).alias("cle"))
        .agg(pl.min("numero_ligne"), ecart=_DEBIT.sum() - _CREDIT.sum())
    )


def _desequilibres(soldes: pl.LazyFrame) -> pl.LazyFrame:
    ecart = pl.col("ecart")
    return soldes.filter((ecart != 0) & pl.col("cle").is_not_null()).with_columns(ecart.abs()).sort("numero_ligne")


def _journal(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return _desequilibres(_soldes(lot, "journal")).with_columns(champ=pl.lit("journal"))


JOURNAL = Check(
    id="journal.desequilibre",
    code="G02",
    severity=Severity.WARNING,
    titre="Journal déséquilibré",
    message="Journal {cle} déséquilibré de {ecart:€}.",
    remede="Chercher ses écritures déséquilibrées.",
    source=_DIAGNOSTIC,
    rule=_journal,
    formats=FEC,
)


def _jour(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return (
        _desequilibres(_soldes(lot, "date"))
        .select(
            pl.first("numero_ligne"),
            nombre=pl.len(),
            liste=pl.col("cle").head(LISTE_MAX).dt.strftime("%d/%m/%Y").str.join(", "),
            champ=pl.lit("date"),
        )
        .filter(pl.col("nombre") > 0)
    )


JOUR = Check(
    id="jour.desequilibre",
    code="G03",
    severity=Severity.INFO,
    titre="Journées déséquilibrées",
    message="Journées déséquilibrées : {nombre} ({liste}).",
    remede="Chercher les écritures déséquilibrées, ou datées différemment, de ces jours.",
    source=_DIAGNOSTIC,
    rule=_jour,
    formats=FEC,
)


def _mois(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    jours = _soldes(lot, "date")
    mois = jours.group_by(pl.col("cle").dt.truncate("1mo")).agg(pl.min("numero_ligne"), pl.sum("ecart"))
    return _desequilibres(mois).with_columns(cle=pl.col("cle").dt.strftime("%m/%Y"), champ=pl.lit("date"))


MOIS = Check(
    id="mois.desequilibre",
    code="G04",
    severity=Severity.INFO,
    titre="Mois déséquilibré",
    message="Mois {cle} déséquilibré de {ecart:€}.",
    remede="Chercher les écritures déséquilibrées, ou datées différemment, de ce mois.",
    source=_DIAGNOSTIC,
    rule=_mois,
    formats=FEC,
)


def _marques(lot: Lot) -> pl.Series:
    """A number per entry, equal for equal entries: amounts of its lines, date and piece of the first one."""
    montant = _DEBIT.fill_null(-1) * 1_000_003 + _CREDIT.fill_null(-1)
    lignes = lot.lignes.select("ecriture", montant=montant)
    rangs = lignes["ecriture"].to_numpy()
    if lignes["ecriture"].is_sorted():
        debuts = np.flatnonzero(np.diff(rangs, prepend=np.uint32(0)))
        montants = pl.Series("montant", np.add.reduceat(lignes["montant"].to_numpy(), debuts))
    else:
        montants = lignes.group_by("ecriture").agg(pl.sum("montant")).sort("ecriture")["montant"]
    tetes = premieres_lignes(lot, "date", "reference")
    return tetes.with_columns(montants).hash_rows()


def _identiques(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    """Entries whose lines have the same date, account, amounts, piece and label, at any place of the file.

    Their marks are compared first: only entries that share one are compared line by line.
    """
    marques = _marques(lot)
    triees = np.sort(marques.to_numpy())
    communes = pl.Series(triees[1:][triees[1:] == triees[:-1]])
    if communes.len() == 0:
        return None
    suspectes = (marques.is_in(communes.implode()).arg_true() + 1).cast(pl.UInt32)
    valeurs = ["date", "compte", "debit_centimes", "credit_centimes", "reference", "libelle"]
    doubles = (
        lot.lignes.lazy()
        .filter(pl.col("ecriture").is_in(suspectes.implode()))
        .with_columns(pl.struct(valeurs).alias("contenu"))
        .sort("ecriture", *valeurs)
        .group_by("ecriture", maintain_order=True)
        .agg(
            pl.min("numero_ligne"),
            pl.first("journal"),
            pl.first("numero_piece").fill_null("").alias("numero"),
            "contenu",
        )
        .collect()
        .group_by("contenu", maintain_order=True)
        .agg(pl.col("numero_ligne").get(1, null_on_oob=True), pl.last("journal", "numero"), n=pl.len())
        .filter(pl.col("n") > 1)
        .sort("numero_ligne")
    )
    if doubles.height == 0:
        return None
    return doubles.lazy().select(
        pl.first("numero_ligne", "journal", "numero"), nombre=(pl.col("n") - 1).sum(), champ=pl.lit("numero_piece")
    )


IDENTIQUES = Check(
    id="ecriture.identique",
    code="G23",
    severity=Severity.INFO,
    titre="Écritures identiques",
    message="Écritures identiques à une autre : {nombre} (première : {journal}/{numero}).",
    remede="Vérifier qu'une pièce n'a pas été saisie deux fois.",
    source=_DIAGNOSTIC,
    rule=_identiques,
    formats=FEC,
)

CHECKS = (DEBIT_ET_CREDIT, MONTANT_NUL, TOTAUX, JOURNAL, JOUR, MOIS, IDENTIQUES)
