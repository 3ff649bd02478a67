"""storage.schema: the revisions give exactly the tables of tables.py, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ecritures.storage import schema
from ecritures.storage.bases import Base
from ecritures.storage.tables import BOOKS, CATALOGUE, LIVRES

SCHEMAS = {"catalogue": CATALOGUE, "livres": LIVRES}


@pytest.mark.parametrize("nom", SCHEMAS)
def test_all_revisions_give_the_declared_tables(base, nom: str) -> None:
    ouverte = Base(base.url)
    with ouverte.ecriture() as connexion:
        schema.upgrade(connexion, nom)
        contexte = MigrationContext.configure(
            connexion,
            opts={
                "compare_type": connexion.dialect.name == "postgresql",
                "include_object": lambda o, n, t, r, c: t != "table" or n != schema.version_table(nom),
            },
        )
        assert compare_metadata(contexte, SCHEMAS[nom]) == []
    ouverte.fermer()


def test_lines_posted_before_a_revision_are_there_after_it(base) -> None:
    colonnes = (
        "dossier, import_rang, ecriture, numero_ligne, exercice, journal, date, compte, debit_centimes, credit_centimes"
    )
    jour = "20250131" if base.nom == "sqlite" else "'2025-01-31'"
    ouverte = Base(base.url)
    with ouverte.ecriture() as connexion:
        schema.upgrade(connexion, "livres", "0001")
        connexion.exec_driver_sql(
            f"INSERT INTO lignes ({colonnes}) VALUES (7, 1, 2, 3, '2025', 'VE', {jour}, '411', 100, 0)"
        )
        schema.upgrade(connexion, "livres")
        lues = connexion.execute(sa.select(LIVRES.tables["lignes"])).mappings().all()
        assert [(r["numero_ligne"], r["rang"], r["compte"], r["debit_centimes"]) for r in lues] == [(3, 0, "411", 100)]
        index = {i["name"] for i in sa.inspect(connexion).get_indexes("lignes")}
        assert {"lignes_compte", "lignes_journal"} <= index
    ouverte.fermer()


@pytest.mark.parametrize("nom", SCHEMAS)
def test_a_new_database_is_stamped_with_the_latest_revision(base, nom: str) -> None:
    ouverte = Base(base.url)
    for _ in range(2):  # the second time finds its work done
        schema._migrate(ouverte, nom)
    with ouverte.lecture() as connexion:
        assert schema._version_dans(connexion, nom) == schema.TETES[nom]
        assert set(SCHEMAS[nom].tables) <= set(sa.inspect(connexion).get_table_names())
    ouverte.fermer()


@pytest.mark.parametrize("nom", SCHEMAS)
def test_the_latest_revision_is_the_one_the_code_names(nom: str) -> None:
    from importlib.resources import files

    scripts = ScriptDirectory(str(files("ecritures.storage") / "migrations" / nom))
    assert scripts.get_current_head() == schema.TETES[nom]


def test_every_key_of_the_books_begins_with_the_dossier() -> None:
    for table in LIVRES.sorted_tables:
        assert next(iter(table.primary_key.columns)).name == "dossier", table.name
        for contrainte in table.constraints:
            if isinstance(contrainte, sa.UniqueConstraint | sa.ForeignKeyConstraint):
                assert next(iter(contrainte.columns)).name == "dossier", f"{table.name}: {contrainte}"
        for index in table.indexes:
            assert next(iter(index.columns)).name == "dossier", index.name


def test_what_is_hashed_as_the_books_is_all_but_receipts_and_findings() -> None:
    assert {t.name for t in LIVRES.sorted_tables} - {t.name for t in BOOKS} == {
        "recus",
        "constats",
        "creations",
        "pieces_jointes",
    }
