"""imports.menage on every database: each task removes what is over, so many at a time, and nothing else."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ecritures.domain.errors import ServiceIndisponible
from ecritures.imports import horloge, menage
from ecritures.imports.idempotence import CleRequete
from ecritures.imports.menage import TACHES, clean, is_finished
from ecritures.imports.requetes import Requete
from ecritures.imports.televersements import NouveauTeleversement
from ecritures.imports.webhooks import A_LIVRER, ABANDONNEE, DESACTIVE_APRES_S, ESSAIS_DUREE_S, LIVREE
from ecritures.main import Application, build
from ecritures.settings import Settings
from ecritures.storage.tables import IDEMPOTENCE, INVITATIONS, LIVRAISONS, REQUETES, SESSIONS, TELEVERSEMENTS

JOUR = timedelta(days=1)
DOMAIN = "DEMO"


@pytest.fixture
def app(base: Any, tmp_path: Path) -> Iterator[Application]:
    ouverte = build(Settings(donnees=tmp_path / "donnees", base_sql=base.url))
    yield ouverte
    ouverte.fermer()


@pytest.fixture
def plus_tard() -> Iterator[Any]:
    """Moves the product's clock by so much."""
    decalage = timedelta()

    def lu() -> int:
        return int(decalage.total_seconds() * 1000)

    def move(de: timedelta) -> None:
        nonlocal decalage
        decalage = de

    horloge.brancher(lu)
    yield move
    horloge.debrancher(lu)


def count(app: Application, table: sa.Table) -> int:
    with app.base.lecture() as connexion:
        return int(connexion.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def seed(app: Application) -> None:
    """One of each thing that has a life."""
    ports = app.ports
    dossier = ports.dossiers.creer(DOMAIN, "D1", "Un")
    ports.sessions.ouvrir(DOMAIN, "anne", duree_s=3600)
    ports.sessions.inviter(DOMAIN, "anne", duree_s=7200)
    ports.idempotence.reserver(CleRequete("DEMO/ek", "c" * 64), "POST /x", "e", 86_400)
    ports.requetes.noter(Requete(DOMAIN, "ek", horloge.maintenant(), "GET", "/x", 200, 1))
    assert len(ports.requetes.lister(DOMAIN, "ek")) == 1
    ports.televersements.ouvrir(NouveauTeleversement(DOMAIN, "ek", dossier.dossier, "a.tra", 10), 48 * 3600)
    ports.webhooks.creer(DOMAIN, "x", "https://exemple.fr/crochet", ("import.termine",))
    for etat in (LIVREE, ABANDONNEE, A_LIVRER):
        deliver(app, etat)


def deliver(app: Application, etat: str) -> None:
    [webhook] = app.ports.webhooks.lister(DOMAIN)
    maintenant = horloge.maintenant_ms()
    valeurs = {"webhook": webhook.id, "domain": DOMAIN, "evenement": "import.termine", "corps": "{}", "essais": 1}
    valeurs |= {"evenement_id": f"{etat}-{time.monotonic_ns()}", "etat": etat, "creation_ms": maintenant}
    with app.base.ecriture() as connexion:
        connexion.execute(sa.insert(LIVRAISONS).values(valeurs))


TABLES = (SESSIONS, INVITATIONS, IDEMPOTENCE, REQUETES, TELEVERSEMENTS, LIVRAISONS)


def test_each_thing_goes_when_its_time_is_over_and_not_before(app: Application, plus_tard: Any) -> None:
    seed(app)
    restes = []
    for heures in (0.5, 1.5, 2.5, 25, 49, 24 * 7 + 1, 24 * 29, 24 * 31):
        plus_tard(timedelta(hours=heures))
        retires = clean(app.ports)
        assert list(retires) == [tache.nom for tache in TACHES] and is_finished(retires)
        restes.append(tuple(count(app, table) for table in TABLES))
    assert restes == [
        (1, 1, 1, 1, 1, 3),
        (0, 1, 1, 1, 1, 3),  # the session lived an hour
        (0, 0, 1, 1, 1, 3),  # the invitation, two
        (0, 0, 0, 1, 1, 3),  # the key of a request, a day
        (0, 0, 0, 1, 0, 3),  # the upload, two
        (0, 0, 0, 0, 0, 3),  # the log, a week
        (0, 0, 0, 0, 0, 3),
        (0, 0, 0, 0, 0, 0),  # the deliveries, a month
    ]


def test_a_used_invitation_and_a_closed_session_go_at_once(app: Application) -> None:
    seed(app)
    cookie = app.ports.sessions.ouvrir(DOMAIN, "paul", duree_s=3600)
    assert app.ports.sessions.fermer(cookie)
    assert clean(app.ports)["sessions"] == 1
    assert (count(app, SESSIONS), count(app, INVITATIONS)) == (1, 1)


def test_a_pass_removes_so_many_and_the_next_goes_on(
    app: Application, plus_tard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed(app)
    for _ in range(4):
        deliver(app, LIVREE)
        app.ports.sessions.ouvrir(DOMAIN, "anne", duree_s=3600)
    for n in range(4):
        app.ports.idempotence.reserver(CleRequete("DEMO/ek", f"{n}" * 64), "POST /x", "e", 86_400)
    plus_tard(31 * JOUR)
    monkeypatch.setattr(menage, "PURGE_LIGNES_MAX", 3)
    passes = []
    while not passes or not is_finished(passes[-1]):
        passes.append(clean(app.ports))
    assert [p["livraisons"] for p in passes] == [3, 3, 1]
    assert [p["sessions"] for p in passes] == [3, 3, 0]  # five sessions, one invitation
    assert [p["idempotence"] for p in passes] == [3, 2, 0]
    assert [count(app, table) for table in TABLES] == [0] * len(TABLES)


def test_deposits_go_by_the_date_of_their_file_so_many_at_a_time(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = app.settings.donnees / "depots" / "ab"
    dossier.mkdir(parents=True)
    for n in range(5):
        (dossier / f"ab{n}").write_bytes(b"x")
    vieux = time.time() - 3 * 86_400
    for n in range(4):
        os.utime(dossier / f"ab{n}", (vieux, vieux))
    monkeypatch.setattr(menage, "PURGE_LIGNES_MAX", 3)
    assert [clean(app.ports)["depots"] for _ in range(3)] == [3, 1, 0]
    assert [f.name for f in dossier.iterdir()] == ["ab4"]
    assert clean(app.ports, datetime.now(UTC) + 3 * JOUR)["depots"] == 1


def test_a_store_that_does_not_answer_stops_only_its_own_task(
    app: Application, monkeypatch: pytest.MonkeyPatch, plus_tard: Any
) -> None:
    seed(app)
    plus_tard(31 * JOUR)

    def down(*_: object) -> int:
        raise ServiceIndisponible("Le stockage des fichiers ne répond pas : recommencer.")

    monkeypatch.setattr(app.ports.depots, "purger", down)
    retires = clean(app.ports)
    assert "depots" not in retires and retires["livraisons"] == 3 and is_finished(retires)


def test_deliveries_are_kept_for_longer_than_they_are_tried() -> None:
    bornes = Settings.model_fields["livraisons_duree_s"].metadata
    assert any(getattr(borne, "ge", 0) >= max(ESSAIS_DUREE_S, DESACTIVE_APRES_S) for borne in bornes)
