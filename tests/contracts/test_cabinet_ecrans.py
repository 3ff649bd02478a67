"""What the screens of the firm ask of storage: open sessions, requests of the firm, the trail filtered. Every database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.requetes import Requete
from ecritures.storage.audit import RegistreAudit
from ecritures.storage.bases import Base
from ecritures.storage.cles import RegistreCles
from ecritures.storage.personnes import RegistrePersonnes
from ecritures.storage.requetes import RegistreRequetes
from ecritures.storage.schema import migrate_catalogue
from ecritures.storage.sessions import RegistreSessions
from ecritures.storage.tables import SESSIONS
from ecritures.storage.temps import maintenant_ms


@pytest.fixture
def ouverte(base: Any) -> Iterator[Base]:
    db = Base(base.url)
    migrate_catalogue(db)
    yield db
    db.fermer()


def test_a_persons_open_sessions_are_theirs_and_say_which_one_looks(ouverte: Base) -> None:
    sessions = RegistreSessions(ouverte)
    for domain in ("A", "B"):
        RegistrePersonnes(ouverte).creer(domain, Collaborateur("anne", "", "Martin", "lecture"))
    vieille, celle_ci = (sessions.ouvrir("A", "anne", duree_s=3600) for _ in range(2))
    fermee = sessions.ouvrir("A", "anne", duree_s=3600)
    sessions.fermer(fermee)
    sessions.ouvrir("B", "anne", duree_s=3600)
    vues = sessions.ouvertes("A", "Anne", cookie=celle_ci, inactivite_s=600)
    assert len(vues) == 2 and [s.est_celle_ci for s in vues].count(True) == 1
    with ouverte.ecriture() as connexion:
        connexion.execute(sa.update(SESSIONS).values(vue_ms=maintenant_ms() - 700_000))
    assert sessions.ouvertes("A", "anne", cookie=vieille, inactivite_s=600) == []


def test_requests_of_a_firm_come_newest_first_for_the_callers_asked(ouverte: Base) -> None:
    requetes = RegistreRequetes(ouverte)
    for acteur, statut, reponse in (
        ("k1", 200, None),
        ("k2", 404, "{}"),
        ("k1", 200, '{"error": {}}'),
        ("k3", 200, None),
    ):
        requetes.noter(Requete("A", acteur, datetime.now(UTC), "GET", f"/{acteur}", statut, 1, None, reponse))
    requetes.noter(Requete("B", "k1", datetime.now(UTC), "GET", "/b", 500, 1))
    toutes = requetes.du_cabinet("A")
    assert [r.acteur for r in toutes] == ["k3", "k1", "k2", "k1"]
    assert [r.acteur for r in requetes.du_cabinet("A", acteurs=["k1", "k3"])] == ["k3", "k1", "k1"]
    assert [r.acteur for r in requetes.du_cabinet("A", refus=True)] == ["k1", "k2"]  # the dialect refuses by a body
    assert [r.acteur for r in requetes.du_cabinet("A", avant=toutes[1].rang, limite=1)] == ["k2"]
    assert requetes.du_cabinet("A", acteurs=[]) == []
    requetes.fermer()


def test_the_trail_is_filtered_by_subject_actor_object_and_time(ouverte: Base) -> None:
    audit = RegistreAudit(ouverte)
    for acteur, action, objet in (
        ("anne", "cle.creation", "k1"),
        ("benoit", "cle_2.creation", "k1"),
        ("anne", "dossier.creation", "d"),
    ):
        audit.noter("A", acteur, action, objet=objet)
    audit.noter("B", "anne", "cle.creation", objet="k1")
    assert [t.action for t in audit.lister("A", sujet="cle")] == ["cle.creation"]
    assert [t.objet for t in audit.lister("A", acteur="anne")] == ["d", "k1"]
    assert [t.acteur for t in audit.lister("A", objet="k1")] == ["benoit", "anne"]
    maintenant = datetime.now(UTC)
    assert len(audit.lister("A", depuis=maintenant - timedelta(hours=1), jusqu_a=maintenant + timedelta(hours=1))) == 3
    assert audit.lister("A", jusqu_a=maintenant - timedelta(hours=1)) == []
    assert audit.lister("A", depuis=maintenant + timedelta(hours=1)) == []


def test_a_subscription_opened_for_a_time_ends_by_itself(ouverte: Base) -> None:
    cles = RegistreCles(ouverte)
    passee = datetime.now(UTC) - timedelta(seconds=1)
    _, finie, _ = cles.ouvrir_abonnement("essai", "A", expiration=passee)
    _, vive, secondaire = cles.ouvrir_abonnement("essai", "A", expiration=passee + timedelta(hours=1))
    assert [cles.abonnement_valide(cle) for cle in (finie, vive, secondaire)] == [False, True, True]
