"""Creates and upgrades the two schemas, by Alembic. A new database gets its tables at once and is stamped.

Revisions: ``migrations/catalogue`` and ``migrations/livres``. A test holds that all revisions give what tables.py says.
"""

from __future__ import annotations

from importlib.resources import files

import sqlalchemy as sa

from ecritures.storage.bases import Base
from ecritures.storage.tables import CATALOGUE, LIVRES

TETES = {"catalogue": "0003", "livres": "0003"}
"""Latest revision of each schema (a test compares with the scripts): read before Alembic is even imported."""

_METADATA = {"catalogue": CATALOGUE, "livres": LIVRES}


def migrate_catalogue(base: Base) -> None:
    """Firms, keys, dossiers, requests. May run again, and from several processes."""
    _migrate(base, "catalogue")


def creer_livres(base: Base) -> None:
    """The books' tables. May run again, and from several processes."""
    _migrate(base, "livres")


def version_table(schema: str) -> str:
    return f"version_{schema}"


def _migrate(base: Base, schema: str) -> None:
    if _version(base, schema) == TETES[schema]:
        return
    with base.ecriture() as connexion:
        if connexion.dialect.name == "postgresql":
            connexion.execute(sa.text("SELECT pg_advisory_xact_lock(7400)"))
        version = _version_dans(connexion, schema)
        if version is None:
            _METADATA[schema].create_all(connexion)
            table = _table_version(schema)
            table.create(connexion)
            connexion.execute(sa.insert(table).values(version_num=TETES[schema]))
        elif version != TETES[schema]:
            upgrade(connexion, schema)


def upgrade(connexion: sa.Connection, schema: str, vers: str = "head") -> None:
    """Runs the revisions that the database lacks, on the caller's connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(files("ecritures.storage") / "migrations" / schema))
    config.attributes["connexion"] = connexion
    config.attributes["metadata"] = _METADATA[schema]
    config.attributes["version_table"] = version_table(schema)
    command.upgrade(config, vers)


def _table_version(schema: str) -> sa.Table:
    return sa.Table(version_table(schema), sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True))


def _version(base: Base, schema: str) -> str | None:
    with base.lecture() as connexion:
        return _version_dans(connexion, schema)


def _version_dans(connexion: sa.Connection, schema: str) -> str | None:
    if not sa.inspect(connexion).has_table(version_table(schema)):
        return None
    return connexion.execute(sa.select(_table_version(schema).c.version_num)).scalar()
