"""A filter and a sort give, on every database, what their plain reading in Python gives."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from filtre_fabrique import RESSOURCE, TEXTES, expressions, objets, tris
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecritures.domain.filtre import (
    Comparaison,
    DemandeListe,
    Expression,
    Operateur,
    Tri,
    retenir,
    trier,
)
from ecritures.storage.bases import Base
from ecritures.storage.filtre_sql import clause, lister, ordre
from ecritures.storage.tables import CODE, ENTIER, TEXTE, Jour

TABLE = sa.Table(
    "essai",
    sa.MetaData(),
    sa.Column("rang", ENTIER, primary_key=True, autoincrement=False),
    sa.Column("code", CODE, nullable=False),
    sa.Column("libelle", TEXTE),  # the collation of the database
    sa.Column("nature", TEXTE),
    sa.Column("nombre", ENTIER),
    sa.Column("debit_centimes", ENTIER),
    sa.Column("date_piece", Jour),
    sa.Column("creation_ms", ENTIER),
    sa.Column("est_ferme", ENTIER),
    sa.Column("est_inactif", ENTIER),
    sa.Column("axe", TEXTE),
    sa.Index("essai_code", "code"),
    sqlite_strict=True,
)


@pytest.fixture
def ouverte(base: Any) -> Iterator[Base]:
    ouverte = Base(base.url)
    with ouverte.ecriture() as connexion:
        TABLE.metadata.create_all(connexion)
    if not ouverte.est_sqlite:
        en_ordre_du_dictionnaire(ouverte)
    yield ouverte
    ouverte.fermer()


def en_ordre_du_dictionnaire(ouverte: Base) -> None:
    """``libelle`` sorts as people do (« a », « A », « b »), as in a database made in French: what the filter must not follow.
    A PostgreSQL built without ICU has no such collation: its column stays as it is."""
    for collation in ("und-x-icu", "unicode"):
        with contextlib.suppress(sa.exc.DBAPIError), ouverte.ecriture() as connexion:
            connexion.execute(sa.text(f'ALTER TABLE essai ALTER COLUMN libelle TYPE text COLLATE "{collation}"'))
            assert connexion.scalar(sa.text("SELECT 'a' < 'B' COLLATE \"" + collation + '"'))
            return


def stocker(liste: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            champ.colonne: None if objet[champ.nom] is None else champ.stocker(objet[champ.nom])
            for champ in RESSOURCE.filtrables
        }
        for objet in liste
    ]


@given(objets, st.lists(expressions, min_size=1, max_size=8), st.lists(tris, max_size=4))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_the_database_keeps_and_orders_as_the_plain_reading_does(
    ouverte: Base, liste: list[dict[str, Any]], filtres: list[Expression], demandes: list[tuple[Tri, ...]]
) -> None:
    with ouverte.lecture() as connexion:  # rolled back
        connexion.execute(TABLE.insert(), stocker(liste))
        for filtre in filtres:
            requete = sa.select(TABLE.c.rang).where(clause(filtre, RESSOURCE, TABLE.c)).order_by(TABLE.c.rang)
            trouves = connexion.scalars(requete).all()
            assert trouves == [objet["rang"] for objet in liste if retenir(filtre, objet)], filtre
        for demande in demandes:
            requete = sa.select(TABLE.c.rang).order_by(*ordre(demande, RESSOURCE, TABLE.c))
            assert connexion.scalars(requete).all() == [o["rang"] for o in trier(liste, demande, RESSOURCE)], demande


def test_texts_have_the_order_of_their_characters_on_every_database(ouverte: Base) -> None:
    liste = [dict.fromkeys((c.nom for c in RESSOURCE.filtrables), None) | {"rang": n, "code": t, "libelle": t}
             for n, t in enumerate(TEXTES)]  # fmt: skip
    attendus = [TEXTES.index(t) for t in sorted(TEXTES)]
    with ouverte.lecture() as connexion:
        connexion.execute(TABLE.insert(), stocker(liste))
        for nom in ("code", "libelle"):
            requete = sa.select(TABLE.c.rang)
            for borne in TEXTES:
                for operateur in Operateur:
                    filtre = Comparaison(nom, operateur, borne)
                    trouves = connexion.scalars(requete.where(clause(filtre, RESSOURCE, TABLE.c))).all()
                    assert sorted(trouves) == [o["rang"] for o in liste if retenir(filtre, o)], (nom, operateur, borne)
            assert connexion.scalars(requete.order_by(*ordre((Tri(nom),), RESSOURCE, TABLE.c))).all() == attendus


def test_pages_of_a_sort_follow_each_other_without_gap_or_overlap(ouverte: Base) -> None:
    vide = dict.fromkeys((c.nom for c in RESSOURCE.filtrables), None)
    liste = [vide | {"rang": n, "code": "c", "nombre": n % 3 or None} for n in range(50)]
    with ouverte.lecture() as connexion:
        connexion.execute(TABLE.insert(), stocker(liste))
        for tri in ((), (Tri("nombre"),), (Tri("nombre", True), Tri("rang", True))):
            lus: list[int] = []
            for saut in range(0, 60, 7):
                demande = DemandeListe(tris=tri, sauter=saut, prendre=7)
                lus += connexion.scalars(lister(sa.select(TABLE.c.rang), demande, RESSOURCE, TABLE.c)).all()
            assert lus == [o["rang"] for o in trier(liste, tri, RESSOURCE)]


def test_values_travel_as_parameters_only() -> None:
    for texte in TEXTES:
        filtre = Comparaison("libelle", Operateur.DIFFERENT, f"xyz{texte}")
        for dialecte in (sa.create_engine("sqlite://").dialect, sa.create_engine("postgresql+psycopg://").dialect):
            compilee = clause(filtre, RESSOURCE, TABLE.c).compile(dialect=dialecte)
            assert "xyz" not in str(compilee)
            assert list(compilee.params.values()) == [f"xyz{texte}"]


def test_a_sort_on_a_code_follows_its_index(ouverte: Base) -> None:
    with ouverte.lecture() as connexion:
        if ouverte.est_sqlite:  # its own planner, asked in its own words
            sql = "SELECT code FROM essai INDEXED BY essai_code ORDER BY code"
            plan = "\n".join(str(ligne) for ligne in connexion.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all())
            assert "essai_code" in plan and "TEMP B-TREE" not in plan
            return
        connexion.execute(sa.text("SET LOCAL enable_seqscan = off"))
        requete = sa.select(TABLE.c.code).order_by(*ordre((Tri("code"),), RESSOURCE, TABLE.c)[:1])
        sql = str(requete.compile(dialect=connexion.dialect))
        plan = "\n".join(connexion.scalars(sa.text(f"EXPLAIN {sql}")).all())
        assert "essai_code" in plan and "Sort" not in plan
