"""Databases: one engine per file (SQLite) or per server (PostgreSQL), the same SQL on both.

On SQLite the catalogue (requests, jobs, keys) and the books of each dossier are separate files, so that registering a
request never waits for a large posting (docs/decisions/0002). On PostgreSQL all tables live in one database.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

ATTENTE_VERROU_MS = 30_000
"""How long a SQLite writer waits for another before giving up: longer than the longest posting measured."""

_IMMEDIAT = "ecritures_immediat"
_SANS = "ecritures_sans_transaction"


class Base:
    """A database and its two kinds of transaction: ``lecture`` (a snapshot) and ``ecriture`` (takes the write lock first,
    so that two writers queue instead of failing half-way). ``consultation`` has none."""

    def __init__(self, url: str, *, connexions: int = 20, passageres: int = 0) -> None:
        """``connexions`` at most, kept once opened. ``passageres``: as many more, closed when given back: opened by the hundred
        by a burst of requests, so for a database that is rarely asked by many at once."""
        self.url = url
        self.est_sqlite = url.startswith("sqlite")
        # SQLite's writers of one process queue here: its own wait for the lock sleeps up to 0.1 s between tries
        self._tour: AbstractContextManager[Any] = threading.Lock() if self.est_sqlite else nullcontext()
        options: dict[str, Any] = {"pool_size": connexions, "max_overflow": passageres, "hide_parameters": True}
        options["pool_use_lifo"] = (
            True  # the last given back serves again: its cache is warm, and the others' stay small
        )
        if not self.est_sqlite:
            options |= {"pool_pre_ping": True, "connect_args": {"application_name": "ecritures"}}
        self.engine = sa.create_engine(url, **options)
        if self.est_sqlite:
            event.listen(self.engine, "connect", _regle_sqlite)
            event.listen(self.engine, "begin", _commence_sqlite)
        sans: dict[str, Any] = {_SANS: True} if self.est_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._sans_transaction = self.engine.execution_options(**sans)

    @contextmanager
    def consultation(self) -> Iterator[sa.Connection]:
        """For reads of one statement, each its own snapshot: neither BEGIN nor ROLLBACK, which would cost more than they do."""
        with self._sans_transaction.connect() as connexion:
            yield connexion

    @contextmanager
    def lecture(self) -> Iterator[sa.Connection]:
        """A read transaction; rolled back at the end."""
        with self.engine.connect() as connexion, connexion.begin() as transaction:
            yield connexion
            transaction.rollback()

    @contextmanager
    def ecriture(self) -> Iterator[sa.Connection]:
        """A write transaction: committed at the end, rolled back on any exception."""
        with self._tour, self.engine.connect() as connexion:
            connexion = connexion.execution_options(**{_IMMEDIAT: True})
            with connexion.begin():
                yield connexion

    def fermer(self) -> None:
        self.engine.dispose()


def _regle_sqlite(connexion: Any, _enregistrement: Any) -> None:
    connexion.isolation_level = None  # SQLAlchemy's "begin" event opens the transactions, not the driver
    curseur = connexion.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # a committed posting survives a power cut
        f"busy_timeout={ATTENTE_VERROU_MS}",
        "foreign_keys=ON",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        curseur.execute(f"PRAGMA {pragma}")
    curseur.close()


def _commence_sqlite(connexion: sa.Connection) -> None:
    options = connexion.get_execution_options()
    if not options.get(_SANS, False):
        connexion.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_IMMEDIAT, False) else "BEGIN")
