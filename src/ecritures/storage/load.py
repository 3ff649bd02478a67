"""Bulk load of frames: COPY on PostgreSQL, executemany on SQLite. Inside the caller's transaction.

Figures and alternatives: docs/decisions/0002. On SQLite a bound value costs about 0.3 µs, so constant columns are written
in the SQL and rows whose sparse columns are all empty are inserted without them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import polars as pl
import sqlalchemy as sa

from ecritures.storage.tables import Jour

TRANCHE_SQLITE = 20_000
TRANCHE_COPY = 100_000
VIDES_MIN = 0.5
"""Share of nulls above which a column is left out of the rows where it is empty."""


def load(connexion: sa.Connection, table: sa.Table, cadre: pl.DataFrame) -> None:
    """Inserts a frame whose columns are columns of ``table``. Text holds no NUL."""
    if cadre.is_empty():
        return
    if connexion.dialect.name == "postgresql":
        _copy(connexion, table, cadre)
    else:
        _executemany(connexion, table, _jours_en_entiers(table, cadre))


def _executemany(connexion: sa.Connection, table: sa.Table, cadre: pl.DataFrame) -> None:
    curseur = connexion.connection.cursor()
    comptes = cadre.select(pl.all().n_unique()).row(0) if cadre.height > 1000 else (2,) * cadre.width
    constantes = {nom: _litteral(cadre[nom][0]) for nom, n in zip(cadre.columns, comptes, strict=True) if n == 1}
    variables = [nom for nom in cadre.columns if nom not in constantes]
    creuses = [nom for nom in variables if cadre[nom].null_count() > VIDES_MIN * cadre.height]
    denses = [nom for nom in variables if nom not in creuses]
    for tranche in cadre.select(denses + creuses).iter_slices(TRANCHE_SQLITE):
        if not creuses:
            _insere(curseur, table, constantes, tranche)
            continue
        vide = tranche.select(pl.all_horizontal(pl.col(creuses).is_null())).to_series()
        _insere(curseur, table, constantes, tranche.filter(vide).select(denses))
        _insere(curseur, table, constantes, tranche.filter(~vide))


def _insere(
    curseur: sa.engine.interfaces.DBAPICursor, table: sa.Table, constantes: dict[str, str], cadre: pl.DataFrame
) -> None:
    if cadre.is_empty():
        return
    presentes = {nom: texte for nom, texte in constantes.items() if texte != "NULL"}
    colonnes = [*presentes, *cadre.columns]
    valeurs = [*presentes.values(), *("?" for _ in cadre.columns)]
    ordre = f"INSERT INTO {table.name} ({', '.join(colonnes)}) VALUES ({', '.join(valeurs)})"  # noqa: S608  (names are ours, text is quoted)
    valeurs_lues = zip(*(serie.to_list() for serie in cadre.get_columns()), strict=True)
    curseur.executemany(ordre, cast("Sequence[Any]", valeurs_lues))


def _litteral(valeur: object) -> str:
    """A constant as SQLite text: an integer, or a string whose quotes are doubled."""
    if valeur is None:
        return "NULL"
    if isinstance(valeur, int):
        return str(int(valeur))
    assert isinstance(valeur, str) and "\x00" not in valeur, "a constant is an integer or a text without NUL"
    return "'" + valeur.replace("'", "''") + "'"


def _jours_en_entiers(table: sa.Table, cadre: pl.DataFrame) -> pl.DataFrame:
    jours = [nom for nom in cadre.columns if isinstance(table.c[nom].type, Jour)]
    return cadre.with_columns(
        pl.col(nom).dt.year() * 10_000 + pl.col(nom).dt.month().cast(pl.Int32) * 100 + pl.col(nom).dt.day()
        for nom in jours
    )


def _copy(connexion: sa.Connection, table: sa.Table, cadre: pl.DataFrame) -> None:
    curseur = connexion.connection.cursor()
    ordre = f"COPY {table.name} ({', '.join(cadre.columns)}) FROM STDIN"
    with curseur.copy(ordre) as copie:
        for morceau in _morceaux(cadre):
            copie.write(morceau)


def _morceaux(cadre: pl.DataFrame) -> Iterator[bytes]:
    """COPY text, a slice ahead: the next one is made while the server takes this one."""
    with ThreadPoolExecutor(1) as fil:
        suivant = None
        for tranche in cadre.iter_slices(TRANCHE_COPY):
            en_cours, suivant = suivant, fil.submit(_texte_copy, tranche)
            if en_cours is not None:
                yield en_cours.result()
        if suivant is not None:
            yield suivant.result()


def _texte_copy(tranche: pl.DataFrame) -> bytes:
    textes = [nom for nom, genre in tranche.schema.items() if genre == pl.String]
    speciaux = tranche.select(pl.col(textes).str.contains(r"[\\\t\n\r]").any()).row(0) if textes else ()
    tranche = tranche.with_columns(
        pl.col(nom)
        .str.replace_all("\\", "\\\\", literal=True)
        .str.replace_all("\t", "\\t", literal=True)
        .str.replace_all("\n", "\\n", literal=True)
        .str.replace_all("\r", "\\r", literal=True)
        for nom, special in zip(textes, speciaux, strict=True)
        if special
    )
    sortie = io.BytesIO()
    tranche.write_csv(
        sortie, include_header=False, separator="\t", null_value="\\N", quote_style="never", date_format="%Y-%m-%d"
    )
    return sortie.getvalue()
