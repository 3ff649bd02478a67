"""Lettering seen in the whole file (G20, G21)."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.checks.lecture_fec import FEC
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_USAGE = "BOI-CF-IOR-60-40-20 : le lettrage se donne quand il existe"


def _non_solde(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    if lot.lignes["lettrage"].null_count() == lot.lignes.height:
        return None
    groupes = (
        lot.lignes.lazy()
        .filter(pl.col("lettrage").is_not_null())
        .group_by("compte", "tiers", "lettrage")
        .agg(pl.first("numero_ligne"), solde=pl.sum("debit_centimes") - pl.sum("credit_centimes"))
        .filter(pl.col("solde") != 0)
        .sort("numero_ligne")
    )
    return groupes.select(
        pl.first("numero_ligne", "compte", "lettrage", "solde"), nombre=pl.len(), champ=pl.lit("lettrage")
    ).filter(pl.col("nombre") > 0)


NON_SOLDE = Check(
    id="lettrage.non_solde",
    code="G20",
    severity=Severity.INFO,
    titre="Lettrages non soldés",
    message="Lettrages non soldés : {nombre} (premier : compte {compte}, code {lettrage}, solde {solde:€}).",
    remede="Normal quand la contrepartie est d'un autre exercice ; sinon revoir le lettrage.",
    source=_USAGE,
    rule=_non_solde,
    formats=FEC,
)


def _aucun(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    if lot.lignes["lettrage"].null_count() < lot.lignes.height:
        return None
    tiers = pl.col("compte").str.starts_with("40") | pl.col("compte").str.starts_with("41")
    return (
        lot.lignes.lazy()
        .filter(tiers)
        .select(pl.first("numero_ligne"), champ=pl.lit("lettrage"), nombre=pl.len())
        .filter(pl.col("nombre") > 0)
    )


AUCUN = Check(
    id="lettrage.absent",
    code="G21",
    severity=Severity.INFO,
    titre="Aucun lettrage",
    message="Aucun lettrage dans le fichier (lignes de clients et de fournisseurs : {nombre}).",
    remede="Exporter EcritureLet et DateLet si le logiciel lettre les comptes.",
    source=_USAGE,
    rule=_aucun,
    formats=FEC,
)

CHECKS = (NON_SOLDE, AUCUN)
