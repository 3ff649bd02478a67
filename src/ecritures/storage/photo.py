"""The state of a sandbox as JSON: every table of the catalogue and of the books, and the names of the files.

It goes over the metadata, so that a new table follows by itself. A photo taken before a change of schema still serves: a
column that it lacks takes its default, one that is no more is left out.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ecritures.storage.tables import BACS_A_SABLE, CATALOGUE, LIVRES, TRAVAILLEURS, Jour

Lignes = list[dict[str, Any]]
Photo = dict[str, Any]

TABLES_CATALOGUE = [t for t in CATALOGUE.sorted_tables if t not in (BACS_A_SABLE, TRAVAILLEURS)]
"""All but the sandbox's own row, and the heartbeats of workers that go on living."""
TABLES_LIVRES = LIVRES.sorted_tables

LOT_LIGNES = 1000


def take(connexion: sa.Connection, tables: Iterable[sa.Table]) -> dict[str, Lignes]:
    """Every row of these tables, ready for JSON."""
    return {
        table.name: [
            {nom: _to_json(valeur) for nom, valeur in ligne.items()}
            for ligne in connexion.execute(sa.select(table)).mappings()
        ]
        for table in tables
    }


def put_back(connexion: sa.Connection, tables: list[sa.Table], photo: Mapping[str, Lignes]) -> None:
    """These tables hold what the photo holds, and nothing else; numbers drawn next follow those of the photo."""
    for table in reversed(tables):
        connexion.execute(sa.delete(table))
    for table in tables:
        lignes = [_from_json(table, ligne) for ligne in photo.get(table.name, [])]
        for rang in range(0, len(lignes), LOT_LIGNES):
            connexion.execute(sa.insert(table), lignes[rang : rang + LOT_LIGNES])
        _restart_numbers(connexion, table)


def write(photo: Photo, chemin: Path) -> None:
    """Written whole or not at all, readable by its owner alone: it holds hashes of keys and passwords."""
    brouillon = chemin.with_suffix(".nouvelle")
    brouillon.unlink(missing_ok=True)
    with os.fdopen(os.open(brouillon, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as fichier:
        json.dump(photo, fichier, ensure_ascii=False)
        fichier.flush()
        os.fsync(fichier.fileno())
    brouillon.replace(chemin)


def read(chemin: Path) -> Photo | None:
    """None: none was taken."""
    try:
        lue: Photo = json.loads(chemin.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return lue


def _to_json(valeur: Any) -> Any:
    if isinstance(valeur, date):
        return valeur.isoformat()
    assert valeur is None or isinstance(valeur, str | int), "tables hold integers, text and days"
    return valeur


def _from_json(table: sa.Table, ligne: Mapping[str, Any]) -> dict[str, Any]:
    return {
        colonne.name: date.fromisoformat(valeur) if isinstance(colonne.type, Jour) and valeur is not None else valeur
        for colonne in table.columns
        if colonne.name in ligne
        for valeur in (ligne[colonne.name],)
    }


def _restart_numbers(connexion: sa.Connection, table: sa.Table) -> None:
    """SQLite draws the number after the greatest by itself."""
    colonne = table.autoincrement_column
    if colonne is None or connexion.dialect.name != "postgresql":
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, colonne.name)
    suivant = sa.select(sa.func.coalesce(sa.func.max(colonne), 0) + 1).scalar_subquery()
    connexion.execute(sa.select(sa.func.setval(sequence, suivant, sa.false())))
