"""Flat lines become entries by the contract's key, and what the lines say of journaux, comptes, tiers, sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from ecritures.domain.lot import (
    COMPTES,
    ETABLISSEMENTS,
    JOURNAUX,
    LIGNES,
    MODES_PAIEMENT,
    SECTIONS,
    TIERS,
    VENTILATIONS,
    Schema,
)
from ecritures.formats.json_ecritures import layout
from ecritures.formats.json_ecritures.corps import Corps
from ecritures.formats.json_ecritures.ecritures import Lignes

CLE = "(SIRET, journal, date, refPiece ou à défaut reference)"
"""Lines of one entry, consecutive or not; with neither reference, those of one (SIRET, journal, date). Contract, 19-22."""


@dataclass(frozen=True, eq=False)
class Cadres:
    """Frames of the lot."""

    lignes: pl.DataFrame
    ventilations: pl.DataFrame
    journaux: pl.DataFrame
    comptes: pl.DataFrame
    tiers: pl.DataFrame
    sections: pl.DataFrame
    etablissements: pl.DataFrame
    modes_paiement: pl.DataFrame


def cle_d_ecriture() -> list[pl.Expr]:
    """What tells entries apart, as columns."""
    reference = pl.coalesce(
        pl.lit("p") + pl.col("numero_piece"), pl.lit("r") + pl.col("reference"), pl.lit("")
    )  # a refPiece and a reference that read the same are not the same
    return [pl.col("etablissement"), pl.col("journal"), pl.col("date"), reference.alias("reference")]


def assembler(lues: Lignes, corps: Corps) -> Cadres:
    """The frames of the lot. ``sortLines`` sorts lines by journal, date and piece; ``createPieceRef`` numbers the entries
    that have neither refPiece nor reference."""
    lignes = pl.DataFrame({nom: pl.Series(nom, v, LIGNES[nom]) for nom, v in lues.colonnes.items()})
    lignes = regrouper(lignes)
    if corps.creer_reference:
        sans = pl.col("numero_piece").is_null() & pl.col("reference").is_null()
        lignes = lignes.with_columns(
            numero_piece=pl.when(sans).then(pl.col("ecriture").cast(pl.String)).otherwise("numero_piece")
        )
    if corps.trier:
        lignes = lignes.sort("journal", "date", "ecriture", "numero_ligne")
    return Cadres(
        lignes=lignes,
        ventilations=_ventilations(lues, lignes),
        **listes(lignes),
        sections=_complet([{"code": s, "axe": a, "libelle": lib} for (a, s), lib in lues.sections.items()], SECTIONS),
        etablissements=_etablissements(lignes),
        modes_paiement=_modes(lignes),
    )


def regrouper(lignes: pl.DataFrame) -> pl.DataFrame:
    """Lines with the rank of their entry, by the contract's key."""
    return lignes.with_columns(ecriture=_rangs(lignes)).select(list(LIGNES))


def listes(lignes: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """``journaux``, ``comptes`` and ``tiers`` that the lines name."""
    return {
        "journaux": _premiers(lignes, "journal", "journal_libelle", "code", JOURNAUX),
        "comptes": _premiers(lignes, "compte", "compte_libelle", "numero", COMPTES),
        "tiers": _premiers(lignes, "tiers", "tiers_libelle", "code", TIERS, collectif=pl.first("compte")),
    }


def _rangs(lignes: pl.DataFrame) -> pl.Series:
    cle = lignes.select(cle_d_ecriture())
    premiers = cle.with_row_index("rang").select(pl.first("rang").over(cle.columns)).to_series()
    return premiers.rank("dense").cast(pl.UInt32).alias("ecriture")


def _ventilations(lues: Lignes, lignes: pl.DataFrame) -> pl.DataFrame:
    cadre = _complet(lues.ventilations, VENTILATIONS)
    rangs = lignes.select(ligne_mere="numero_ligne", _ecriture="ecriture")
    return (
        cadre.join(rangs, on="ligne_mere", how="left", maintain_order="left")
        .with_columns(ecriture="_ecriture")
        .select(list(VENTILATIONS))
    )


def _premiers(
    lignes: pl.DataFrame, code: str, libelle: str, nom: str, schema: Schema, **autres: pl.Expr
) -> pl.DataFrame:
    """Codes in the order of their first line, with their first label."""
    groupes = (
        lignes.filter(pl.col(code).fill_null("") != "")
        .group_by(pl.col(code).alias(nom), maintain_order=True)
        .agg(pl.first("numero_ligne"), libelle=pl.col(libelle).drop_nulls().first(), **autres)
    )
    absentes = [pl.lit(None, t).alias(c) for c, t in schema.items() if c not in groupes.columns]
    return groupes.with_columns(absentes).select(pl.col(c).cast(t) for c, t in schema.items())


def _etablissements(lignes: pl.DataFrame) -> pl.DataFrame:
    trouves = lignes.filter(pl.col("etablissement").is_not_null()).group_by("etablissement", maintain_order=True)
    rangees = trouves.agg(pl.first("numero_ligne")).iter_rows()
    return _complet([{"code": s, "siret": s, "numero_ligne": n} for s, n in rangees], ETABLISSEMENTS)


def _modes(lignes: pl.DataFrame) -> pl.DataFrame:
    codes = lignes["mode_paiement"].drop_nulls().unique(maintain_order=True)
    return _complet([{"code": c, "libelle": layout.MODES_PAIEMENT.get(c)} for c in codes], MODES_PAIEMENT)


def _complet(rangees: list[dict[str, Any]], schema: Schema) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(schema) | r for r in rangees], schema=schema, orient="row")
