"""The sandbox: planned faults are played as many times as asked, then everything works; elsewhere none of it exists."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from ecritures.client import Client, RefusLoop
from serveurs.api import CODE, LOOP, V1, VENTE
from serveurs.reel import ServeurReel, open_serveur

PANNES = f"{V1}/bac-a-sable/pannes"


@pytest.fixture(scope="module")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReel]:
    with open_serveur(tmp_path_factory.mktemp("bac"), bac_a_sable=True) as ouvert:
        yield ouvert


@pytest.fixture
def http(serveur: ServeurReel) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=serveur.base_url, headers=serveur.cles, timeout=20) as ouvert:
        ouvert.delete(PANNES)
        yield ouvert


@pytest.fixture
def fichier(tmp_path: Path) -> Path:
    (tmp_path / "ventes.tra").write_bytes(VENTE)
    return tmp_path / "ventes.tra"


def plan(http: httpx2.Client, **panne: object) -> None:
    reponse = http.post(PANNES, json=panne)
    assert reponse.status_code == 201, reponse.text


@pytest.mark.parametrize("statut", [429, 500, 503])
def test_a_planned_status_is_answered_as_often_as_asked_in_the_shape_of_the_api(
    http: httpx2.Client, statut: int
) -> None:
    plan(http, sorte="statut", route="GETFILEURLDEPOSIT", statut=statut, fois=2)
    lues = [http.get("/getFileUrlDeposit", params={"filename": "a.tra"}) for _ in range(3)]
    assert [lue.status_code for lue in lues] == [statut, statut, 200]
    assert lues[0].json()["statusCode"] == statut
    assert ("retry-after" in lues[0].headers) == (statut != 500)
    assert "request-id" in lues[0].headers


def test_the_sdk_gets_through_429_and_an_interrupted_answer(
    serveur: ServeurReel, fichier: Path, http: httpx2.Client
) -> None:
    plan(http, sorte="statut", route="importTra", statut=429, fois=1)
    plan(http, sorte="coupure", route="importTra", fois=1)
    with Client(serveur.base_url, serveur.abonnement, serveur.cle, pause=lambda _: None) as client:
        assert client.import_file(fichier, CODE).id


def test_a_cut_answer_reaches_the_client_as_such(http: httpx2.Client) -> None:
    plan(http, sorte="coupure", route="dossiers")
    with pytest.raises(httpx2.TransportError):
        http.get(f"{V1}/dossiers")
    assert http.get(f"{V1}/dossiers").status_code == 200


def test_a_slow_answer_takes_its_time(http: httpx2.Client) -> None:
    plan(http, sorte="attente", route="dossiers", secondes=0.4)
    debut = time.monotonic()
    assert http.get(f"{V1}/dossiers").status_code == 200
    assert time.monotonic() - debut >= 0.4


def test_an_expired_deposit_is_refused_then_taken(serveur: ServeurReel, fichier: Path, http: httpx2.Client) -> None:
    plan(http, sorte="depot_expire", route="depot")
    with Client(serveur.base_url, serveur.abonnement, serveur.cle) as client:
        with pytest.raises(RefusLoop, match="a expiré"):
            client.import_file(fichier, CODE)
        assert client.import_file(fichier, CODE).id


def test_an_import_ends_in_error_with_the_planned_message_and_posts_nothing(
    serveur: ServeurReel, fichier: Path, http: httpx2.Client
) -> None:
    plan(http, sorte="import_en_erreur", dossier=CODE, message="Une écriture n'est pas dans l'exercice")
    with Client(serveur.base_url, serveur.abonnement, serveur.cle) as client:
        demande = client.import_file(fichier, CODE)
        assert demande.wait(timeout_s=20).statut.status == 4
        statut = http.get("/getImportStatus", params={"accountingImportRequestId": demande.id}).json()
        assert (statut["status"], statut["message"]) == (4, "Une écriture n'est pas dans l'exercice")
        assert serveur.ports.livres.recu(serveur.dossier.dossier, demande.id) is None
        assert client.import_file(fichier, CODE).wait(timeout_s=20).statut.status == 3  # once only


def test_a_plan_is_read_and_reset(http: httpx2.Client) -> None:
    plan(http, sorte="statut", route="x", statut=500, fois=7)
    [panne] = http.get(PANNES).json()["pannes"]
    assert (panne["route"], panne["restantes"], panne["parametres"]) == ("x", 7, {"statut": 500})
    assert http.delete(PANNES).json() == {"retirees": 1}
    assert http.get(PANNES).json() == {"pannes": []}


@pytest.mark.parametrize(
    "panne", [{"sorte": "statut"}, {"sorte": "attente"}, {"sorte": "import_en_erreur"}, {"sorte": "x"}]
)
def test_a_fault_that_says_too_little_is_refused(http: httpx2.Client, panne: dict[str, str]) -> None:
    assert http.post(PANNES, json=panne).status_code == 422


def test_a_plan_has_an_end_and_what_was_played_makes_room(http: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecritures.storage.pannes.PANNES_MAX", 3)
    for n in range(3):
        plan(http, sorte="statut", route=f"r{n}" if n else "dossiers", statut=503)
    refus = http.post(PANNES, json={"sorte": "statut", "route": "x", "statut": 500})
    assert (refus.status_code, refus.json()["code"]) == (409, "panne.trop")
    assert http.get(f"{V1}/dossiers").status_code == 503
    plan(http, sorte="statut", route="x", statut=500)
    assert [p["route"] for p in http.get(PANNES).json()["pannes"]] == ["r1", "r2", "x"]


@pytest.mark.parametrize(
    "route",
    ["GET pannes", "POST pannes", "DELETE pannes", "GET horloge", "PUT horloge", "POST remise-a-zero"],
)
def test_every_route_of_the_sandbox_asks_for_keys_and_changes_nothing_for_who_may_only_read(
    serveur: ServeurReel, route: str
) -> None:
    methode, nom = route.split(" ")
    adresse = f"{serveur.base_url}{V1}/bac-a-sable/{nom}"
    sans = httpx2.request(methode, adresse)
    assert (sans.status_code, sans.json()["code"]) == (401, "abonnement.absent")
    lecture = {**serveur.cles, "x-apikey": serveur.ports.cles.creer_cle(serveur.dossier.domain, "lit", role="lecture")}
    lu = httpx2.request(methode, adresse, headers=lecture)
    assert lu.status_code == (200 if methode == "GET" else 403), lu.text


def test_elsewhere_the_routes_do_not_exist(tmp_path: Path) -> None:
    with open_serveur(tmp_path) as ordinaire:
        assert httpx2.post(ordinaire.base_url + PANNES, headers=ordinaire.cles, json={}).status_code == 404
        document = httpx2.get(ordinaire.base_url + "/openapi.json").text
        assert "bac-a-sable" not in document
        assert f"{LOOP}/importTra" in document
