"""The books as the search for duplicates reads them: summaries first, then the lines of the few that may be twins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import cast

import polars as pl
import sqlalchemy as sa

from ecritures.ledger.doublons import CONTENU, RESUMES
from ecritures.ledger.posting import LIGNES_POSTEES
from ecritures.storage.tables import LIGNES, RECUS

ENSEMBLE = 500
"""Entries read by one statement: far below the bound parameters of either database."""
DENSITE = 2
"""Read a whole range when at least one entry in so many of it is wanted."""

_LIGNES = {"import_rang": pl.Int64, "import_id": pl.String} | {
    nom: LIGNES_POSTEES[nom] for nom in ("ecriture", "numero_ligne", *CONTENU)
}


def summaries(
    connexion: sa.Connection, dossier: int, journaux: Sequence[str], debut: date, fin: date, sauf: str
) -> pl.DataFrame:
    """RESUMES of the entries of these journals and days, whole: one cut by a bound looks like no entry of the file."""
    siens = sa.select(RECUS.c.rang).where(RECUS.c.dossier == dossier, RECUS.c.import_id == sauf).correlate(None)
    requete = (
        sa.select(
            LIGNES.c.import_rang,
            LIGNES.c.ecriture,
            sa.func.count(),
            sa.cast(sa.func.sum(LIGNES.c.debit_centimes), sa.BigInteger),
            sa.cast(sa.func.sum(LIGNES.c.credit_centimes), sa.BigInteger),
            sa.func.min(LIGNES.c.journal),
            sa.func.min(LIGNES.c.date),
            sa.func.min(LIGNES.c.compte),
            sa.func.max(LIGNES.c.compte),
        )
        .where(
            LIGNES.c.dossier == dossier,
            LIGNES.c.journal.in_(journaux),
            LIGNES.c.date.between(debut, fin),
            LIGNES.c.import_rang.not_in(siens),
        )
        .group_by(LIGNES.c.import_rang, LIGNES.c.ecriture)
    )
    return pl.DataFrame([tuple(r) for r in connexion.execute(requete)], schema=RESUMES, orient="row")


def entry_lines(connexion: sa.Connection, dossier: int, ecritures: pl.DataFrame) -> pl.DataFrame:
    """Every line of these entries (``import_rang, ecriture``), with the import that brought them."""
    colonnes = [RECUS.c.import_id if nom == "import_id" else LIGNES.c[nom] for nom in _LIGNES]
    lues: list[pl.DataFrame] = [pl.DataFrame(schema=_LIGNES)]
    for rang, condition in _tranches(ecritures):
        requete = (
            sa.select(*colonnes)
            .join(RECUS, sa.and_(RECUS.c.dossier == LIGNES.c.dossier, RECUS.c.rang == LIGNES.c.import_rang))
            .where(LIGNES.c.dossier == dossier, LIGNES.c.import_rang == rang, condition)
        )
        lues.append(pl.DataFrame([tuple(r) for r in connexion.execute(requete)], schema=_LIGNES, orient="row"))
    return (
        pl.concat(lues)
        .with_columns(pl.col("ecriture").cast(pl.Int64))
        .join(ecritures, on=["import_rang", "ecriture"], how="semi")
    )


def _tranches(ecritures: pl.DataFrame) -> Iterator[tuple[int, sa.ColumnElement[bool]]]:
    """The entries of each import, ENSEMBLE at a time: between two bounds where they are dense, else one by one by the key."""
    for (rang,), siennes in (
        ecritures.unique().sort("import_rang", "ecriture").group_by("import_rang", maintain_order=True)
    ):
        for tranche in siennes["ecriture"].to_frame().iter_slices(ENSEMBLE):
            numeros = tranche["ecriture"].to_list()
            dense = numeros[-1] - numeros[0] < DENSITE * len(numeros)
            ecriture = LIGNES.c.ecriture
            yield cast(int, rang), ecriture.between(numeros[0], numeros[-1]) if dense else ecriture.in_(numeros)
