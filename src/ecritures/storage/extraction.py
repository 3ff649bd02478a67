"""The books of a dossier as a lot: what an export writes and a comparison reads. Exact, in pages, from one snapshot.

Lines come out in the order in which they were posted (import, entry, line). Their numbers are the ranks of the extraction,
since several imports have a line 2; ``ecriture`` counts the entries of all of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from ecritures.domain import lot as lots
from ecritures.domain.lot import LIGNES as SCHEMA_LIGNES
from ecritures.domain.lot import VENTILATIONS as SCHEMA_VENTILATIONS
from ecritures.domain.lot import Detection, Lot, Schema
from ecritures.formats.pertes import LIVRES
from ecritures.ledger.posting import LIGNES_POSTEES, VENTILATIONS_POSTEES
from ecritures.storage.bases import Base
from ecritures.storage.tables import COMPTES, EXERCICES, JOURNAUX, LIGNES, REFERENCES, TIERS, VENTILATIONS

PAGE = 50_000
"""Rows fetched together: some tens of megabytes of Python values at most, whatever the size of the books."""

_CLE = ("import_rang", "ecriture", "numero_ligne", "rang")
REGROUPEMENT = "écritures des livres"


def extract(base: Base, dossier: int, exercice: str | None = None) -> Lot:
    """Every line of an exercice (None: of all), its analytic shares, and the lists that name its codes."""
    with base.lecture() as connexion:
        if not base.est_sqlite:  # a SQLite transaction already reads one state of its file
            connexion.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        lignes = _lignes(connexion, dossier, exercice)
        ventilations = _ventilations(connexion, dossier, lignes)
        exercices = _exercices(connexion, dossier, exercice)
        listes: dict[str, Any] = {
            nom: _liste(connexion, table, dossier, schema) for nom, (table, schema) in _LISTES.items()
        }
    bornes = exercices.row(0, named=True) if exercice is not None and exercices.height else None
    lot = Lot(
        format=LIVRES,
        detection=Detection("utf-8", "aucune", 0, lignes.height),
        lignes=lignes.select(_en_schema(lignes, SCHEMA_LIGNES)),
        regroupement=REGROUPEMENT,
        exercice_annonce=(bornes["debut"], bornes["fin"]) if bornes else None,
        ventilations=ventilations,
        exercices=exercices,
    )
    return dataclasses.replace(lot, **listes)


def _lignes(connexion: sa.Connection, dossier: int, exercice: str | None) -> pl.DataFrame:
    """LIGNES_POSTEES and ``import_rang``, ``numero_ligne_import``; numbers and entries are those of the extraction."""
    genres: Schema = {"import_rang": pl.Int64, **LIGNES_POSTEES}
    conditions = [LIGNES.c.dossier == dossier] + ([LIGNES.c.exercice == exercice] if exercice is not None else [])
    pages = list(_pages(connexion, LIGNES, genres, conditions, _CLE))
    lues = pl.concat([pl.DataFrame(schema=genres), *pages])
    debut = (pl.col("import_rang") != pl.col("import_rang").shift()) | (
        pl.col("ecriture") != pl.col("ecriture").shift()
    )
    return lues.with_columns(
        numero_ligne_import=pl.col("numero_ligne"),
        numero_ligne=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
        ecriture=debut.fill_null(True).cum_sum().cast(pl.UInt32),
    )


def _pages(
    connexion: sa.Connection,
    table: sa.Table,
    genres: Schema,
    conditions: Sequence[sa.ColumnElement[bool]],
    cle: Sequence[str],
) -> Iterator[pl.DataFrame]:
    """Frames of at most PAGE rows, in the order of the key; each begins after the last row of the one before."""
    ordre = [table.c[nom] for nom in cle]
    requete = sa.select(*(table.c[nom] for nom in genres)).where(*conditions).order_by(*ordre).limit(PAGE)
    apres: tuple[Any, ...] | None = None
    while True:
        page = requete if apres is None else requete.where(sa.tuple_(*ordre) > sa.tuple_(*map(sa.literal, apres)))
        rangees = [tuple(rangee) for rangee in connexion.execute(page)]
        if rangees:
            yield pl.DataFrame(rangees, schema=genres, orient="row")
        if len(rangees) < PAGE:
            return
        apres = tuple(rangees[-1][list(genres).index(nom)] for nom in cle)


def _ventilations(connexion: sa.Connection, dossier: int, lignes: pl.DataFrame) -> pl.DataFrame:
    """Analytic shares of those lines; what their line says of them is on them too."""
    genres: Schema = {"import_rang": pl.Int64, **VENTILATIONS_POSTEES}
    imports = lignes["import_rang"].unique().sort().to_list()
    conditions = [VENTILATIONS.c.dossier == dossier, VENTILATIONS.c.import_rang.in_(imports)]
    pages = list(_pages(connexion, VENTILATIONS, genres, conditions, ("import_rang", "numero_ligne", "axe")))
    lues = pl.concat([pl.DataFrame(schema=genres), *pages])
    meres = lignes.select(
        "import_rang",
        "ecriture",
        "journal",
        "date",
        "compte",
        "libelle",
        ligne_mere="numero_ligne_import",
        _mere="numero_ligne",
    )
    parts = lues.join(meres, on=["import_rang", "ligne_mere"], how="inner", maintain_order="left").with_columns(
        ligne_mere="_mere",
        numero_ligne=lignes.height + pl.int_range(1, pl.len() + 1, dtype=pl.UInt32),
        genre=pl.lit("A"),
        axe=pl.when(pl.col("axe") != "").then("axe"),
    )
    return parts.select(_en_schema(parts, SCHEMA_VENTILATIONS))


def _en_schema(cadre: pl.DataFrame, schema: Schema) -> list[pl.Expr]:
    return [
        (pl.col(nom) if nom in cadre.columns else pl.lit(None)).cast(genre).alias(nom) for nom, genre in schema.items()
    ]


def _exercices(connexion: sa.Connection, dossier: int, exercice: str | None) -> pl.DataFrame:
    requete = sa.select(EXERCICES.c.code, EXERCICES.c.debut, EXERCICES.c.fin, EXERCICES.c.est_clos, EXERCICES.c.libelle)
    requete = requete.where(EXERCICES.c.dossier == dossier).order_by(EXERCICES.c.debut)
    if exercice is not None:
        requete = requete.where(EXERCICES.c.code == exercice)
    rangees = [
        (None, e.code, e.debut, e.fin, "CDE" if e.est_clos else "OUV", e.libelle) for e in connexion.execute(requete)
    ]
    return pl.DataFrame(rangees, schema=lots.EXERCICES, orient="row")


_LISTES: dict[str, tuple[sa.Table, Schema]] = {
    "journaux": (JOURNAUX, lots.JOURNAUX),
    "comptes": (COMPTES, lots.COMPTES),
    "tiers": (TIERS, lots.TIERS),
    **{
        nom: (REFERENCES[nom], schema)
        for nom, schema in (
            ("sections", lots.SECTIONS),
            ("etablissements", lots.ETABLISSEMENTS),
            ("modes_paiement", lots.MODES_PAIEMENT),
            ("devises", lots.DEVISES),
        )
    },
}
"""Frame of the lot -> table and schema."""


def _liste(connexion: sa.Connection, table: sa.Table, dossier: int, schema: Schema) -> pl.DataFrame:
    colonnes = [c for c in table.columns if c.name in schema]
    requete = sa.select(*colonnes).where(table.c.dossier == dossier).order_by(*table.primary_key.columns)
    genres: Schema = {c.name: pl.Int64 if isinstance(c.type, sa.Integer) else pl.String for c in colonnes}
    cadre = pl.DataFrame([tuple(r) for r in connexion.execute(requete)], schema=genres, orient="row")
    return cadre.select(_en_schema(cadre, schema))
