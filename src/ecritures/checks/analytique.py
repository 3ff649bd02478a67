"""Analytic shares: each axis adds up to its general line, on its account, on known sections."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_TRA = frozenset({"tra"})
_SOLDE = pl.col("debit_centimes") - pl.col("credit_centimes")


def _meres(lot: Lot, *colonnes: str) -> pl.LazyFrame:
    """General lines that are split, with some of their columns under ``mere_…``."""
    meres = lot.ventilations.lazy().select(numero_ligne="ligne_mere").unique()
    return (
        lot.lignes.lazy()
        .join(meres, on="numero_ligne", how="semi")
        .select(pl.col("numero_ligne").alias("ligne_mere"), *(pl.col(c).alias(f"mere_{c}") for c in colonnes))
    )


def _parts(lot: Lot) -> pl.LazyFrame | None:
    parts = lot.ventilations.filter(pl.col("genre") == "A")
    return None if parts.is_empty() else parts.lazy()


def _axe_desequilibre(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    """An axis with an unreadable share is not compared: that share has its own finding."""
    parts = _parts(lot)
    if parts is None:
        return None
    return (
        parts.filter(pl.col("ligne_mere").is_not_null())
        .group_by("ligne_mere", "axe")
        .agg(pl.min("numero_ligne"), somme=_SOLDE.sum(), illisibles=_SOLDE.null_count())
        .join(_meres(lot, "debit_centimes", "credit_centimes", "compte"), on="ligne_mere")
        .with_columns(total=pl.col("mere_debit_centimes") - pl.col("mere_credit_centimes"))
        .filter(pl.col("illisibles") == 0, pl.col("somme") != pl.col("total"))
        .select(
            "numero_ligne",
            "axe",
            "ligne_mere",
            compte=pl.col("mere_compte"),
            champ=pl.lit("debit_centimes"),
            somme=pl.col("somme").abs(),
            total=pl.col("total").abs(),
            ecart=(pl.col("somme") - pl.col("total")).abs(),
        )
        .sort("numero_ligne")
    )


AXE_DESEQUILIBRE = Check(
    id="ventilation.desequilibree",
    severity=Severity.ERROR,
    titre="Ventilation différente de la ligne générale",
    message="L'axe {axe} de la ligne {ligne_mere} (compte {compte}) totalise {somme:€} au lieu de {total:€}, écart {ecart:€}.",
    remede="Corriger la répartition analytique dans le logiciel d'origine, puis renvoyer le fichier.",
    source="Format TRA, lignes analytiques : pour chaque axe, la somme des lignes A égale la ligne générale.",
    formats=_TRA,
    rule=_axe_desequilibre,
)


def _compte_different(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    parts = _parts(lot)
    if parts is None:
        return None
    norme = lot.longueurs.normaliser_compte
    return (
        parts.select("numero_ligne", "ligne_mere", "compte")
        .join(_meres(lot, "compte"), on="ligne_mere")
        .filter(norme(pl.col("compte")) != norme(pl.col("mere_compte")))
        .with_columns(champ=pl.lit("compte"))
        .sort("numero_ligne")
    )


COMPTE_DIFFERENT = Check(
    id="ventilation.compte_different",
    severity=Severity.WARNING,
    titre="Ventilation sur un autre compte",
    message="La ligne analytique porte le compte {compte}, mais elle suit la ligne {ligne_mere} du compte {mere_compte}, à laquelle elle est rattachée.",
    remede="Placer la ligne analytique juste après la ligne générale qu'elle répartit.",
    source="Format TRA, lignes analytiques : elles suivent la ligne générale et répètent son compte.",
    formats=_TRA,
    rule=_compte_different,
)


def _section_inconnue(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.sections.is_empty() or lot.ventilations.is_empty():
        return None
    return (
        lot.ventilations.lazy()
        .filter(pl.col("section").is_not_null())
        .group_by("axe", "section")
        .agg(pl.min("numero_ligne"))
        .join(lot.sections.lazy().select("axe", section="code"), on=["axe", "section"], how="anti")
        .with_columns(champ=pl.lit("section"))
        .sort("numero_ligne")
    )


SECTION_INCONNUE = Check(
    id="section.non_decrite",
    severity=Severity.INFO,
    titre="Section absente des paramètres du fichier",
    message="La section {section} de l'axe {axe} n'est décrite par aucun enregistrement SAT ou NSA du fichier.",
    remede="Vérifier le code de la section ; l'importateur la crée si le dossier l'admet.",
    source="Format TRA, sections analytiques.",
    formats=_TRA,
    rule=_section_inconnue,
)


def _non_ventilable(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    """Accounts that the file's own CGN records say are not split on that axis."""
    if lot.comptes.is_empty() or lot.ventilations.is_empty():
        return None
    norme = lot.longueurs.normaliser_compte
    rang = pl.col("axe").str.slice(1, 1).str.to_integer(strict=False)
    return (
        lot.ventilations.lazy()
        .filter(pl.col("axe").str.contains("^A[1-5]$"))
        .group_by("compte", "axe")
        .agg(pl.min("numero_ligne"))
        .with_columns(cle=norme(pl.col("compte")))
        .join(lot.comptes.lazy().select("ventilable", cle=norme(pl.col("numero"))).drop_nulls().unique("cle"), on="cle")
        .filter(pl.col("ventilable").str.slice(rang - 1, 1) != "X")
        .with_columns(champ=pl.lit("axe"))
        .sort("numero_ligne")
    )


NON_VENTILABLE = Check(
    id="ventilation.compte_non_ventilable",
    severity=Severity.INFO,
    titre="Compte non ventilable",
    message="Le compte {compte} est ventilé sur l'axe {axe}, mais son enregistrement CGN dit qu'il ne l'est pas.",
    remede="Rendre le compte ventilable sur cet axe, ou retirer la ventilation.",
    source="Format TRA, enregistrement CGN, zones VENTILABLE1 à VENTILABLE5.",
    formats=_TRA,
    rule=_non_ventilable,
)

CHECKS = (AXE_DESEQUILIBRE, COMPTE_DIFFERENT, SECTION_INCONNUE, NON_VENTILABLE)
