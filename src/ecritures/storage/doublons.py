"""The books as the search for duplicates reads them: summaries first, then the lines of the few that may be twins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
import sqlalchemy as sa

from ecritures.ledger.doublons import CONTENU, RESUMES
from ecritures.ledger.posting import LIGNES_POSTEES
from ecritures.storage.tables import LIGNES, RECUS

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
    bornes = ecritures.group_by("import_rang").agg(debut=pl.min("ecriture"), fin=pl.max("ecriture")).sort("import_rang")
    colonnes = [RECUS.c.import_id if nom == "import_id" else LIGNES.c[nom] for nom in _LIGNES]
    lues: list[pl.DataFrame] = [pl.DataFrame(schema=_LIGNES)]
    for rang, debut, fin in bornes.iter_rows():
        requete = (
            sa.select(*colonnes)
            .join(RECUS, sa.and_(RECUS.c.dossier == LIGNES.c.dossier, RECUS.c.rang == LIGNES.c.import_rang))
            .where(LIGNES.c.dossier == dossier, LIGNES.c.import_rang == rang, LIGNES.c.ecriture.between(debut, fin))
        )
        lues.append(pl.DataFrame([tuple(r) for r in connexion.execute(requete)], schema=_LIGNES, orient="row"))
    return (
        pl.concat(lues)
        .with_columns(pl.col("ecriture").cast(pl.Int64))
        .join(ecritures, on=["import_rang", "ecriture"], how="semi")
    )
