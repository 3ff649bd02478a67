"""Dates against the exercices of the dossier: outside all of them, or in a closed one."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot
from ecritures.domain.reprise import exercices_du_lot


def _dedans(exercices: pl.DataFrame) -> pl.Expr:
    bornes = exercices.select("debut", "fin").drop_nulls().rows()
    return pl.any_horizontal(pl.lit(False), *(pl.col("date").is_between(debut, fin) for debut, fin in bornes))


def _hors_exercice(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    """One place an entry and date; a date that cannot be read has its own finding."""
    exercices = exercices_du_lot(lot, contexte)
    if exercices is None:
        return None
    bornes = exercices.select("debut", "fin").drop_nulls().sort("debut").rows()
    detail = ", ".join(f"{debut:%d/%m/%Y} – {fin:%d/%m/%Y}" for debut, fin in bornes) or "aucun"
    return (
        lot.lignes.lazy()
        .select("numero_ligne", "ecriture", "date", "journal", "numero_piece")
        .filter(pl.col("date").is_not_null() & ~_dedans(exercices))
        .unique(["ecriture", "date"], keep="first", maintain_order=True)
        .select(
            "numero_ligne",
            "date",
            "journal",
            champ=pl.lit("date"),
            numero=pl.coalesce("numero_piece", pl.format("de rang {}", "ecriture")),
            exercices=pl.lit(detail),
        )
    )


HORS_EXERCICE = Check(
    id="ecriture.hors_exercice",
    severity=Severity.ERROR,
    titre="Écriture hors exercice",
    message="Une écriture n'est pas dans l'exercice : l'écriture {numero} du journal {journal} est datée du {date:date}, hors des exercices du dossier ({exercices}).",
    remede="Corriger la date, ou créer l'exercice dans le dossier avant de renvoyer le fichier.",
    source="Toute écriture appartient à un exercice du dossier (contrat de l'API d'import).",
    rule=_hors_exercice,
)


def _exercice_clos(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    if contexte.exercices is None:
        return None
    clos = contexte.exercices.filter("est_clos").select("code", "debut", "fin").drop_nulls()
    if clos.is_empty():
        return None
    code = pl.lit(None, pl.String)
    for nom, debut, fin in clos.iter_rows():
        code = pl.when(pl.col("date").is_between(debut, fin)).then(pl.lit(nom)).otherwise(code)
    return (
        lot.lignes.lazy()
        .select("numero_ligne", "ecriture", "date", exercice=code)
        .filter(pl.col("exercice").is_not_null())
        .group_by("exercice")
        .agg(pl.min("numero_ligne"), premiere=pl.min("date"), nombre=pl.col("ecriture").n_unique())
        .with_columns(champ=pl.lit("date"))
        .sort("numero_ligne")
    )


EXERCICE_CLOS = Check(
    id="exercice.clos",
    severity=Severity.ERROR,
    titre="Exercice clos",
    message="L'exercice {exercice} est clos : {nombre} écriture(s) du fichier en font partie, la première date du {premiere:date}.",
    remede="Retirer ces écritures, ou les passer dans un exercice ouvert.",
    source="Un exercice clos ne reçoit plus d'écriture (Code de commerce, art. R123-154 ; PCG art. 921-4).",
    rule=_exercice_clos,
)

CHECKS = (HORS_EXERCICE, EXERCICE_CLOS)
