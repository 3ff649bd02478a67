"""The clock of a sandbox: everything that lives for a time follows it; what measures the program itself does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from ecritures.api.limites import Debits
from ecritures.imports import horloge
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.idempotence import CleRequete, Sort
from ecritures.imports.personnes import Freins, TropDEssais
from ecritures.main import build
from ecritures.settings import Settings
from ecritures.storage.idempotence import RegistreIdempotence
from ecritures.storage.tables import BACS_A_SABLE
from ecritures.storage.travailleurs import RegistreTravailleurs
from serveurs.api import CODE, DOMAIN, LOOP, V1, VENTE
from serveurs.reel import ServeurReel, open_serveur

HORLOGE = f"{V1}/bac-a-sable/horloge"
JOUR = 86_400


@pytest.fixture
def serveur(base: Any, tmp_path: Path) -> Iterator[ServeurReel]:
    with open_serveur(tmp_path / "donnees", url=base.url, bac_a_sable=True) as ouvert:
        yield ouvert


@pytest.fixture
def http(serveur: ServeurReel) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=serveur.base_url, headers=serveur.cles, timeout=20) as ouvert:
        yield ouvert


def move(http: httpx2.Client, **reglage: object) -> dict[str, Any]:
    reponse = http.put(HORLOGE, json=reglage)
    assert reponse.status_code == 200, reponse.text
    return dict(reponse.json())


def deposit_url(http: httpx2.Client) -> str:
    return str(http.get(f"{LOOP}/getFileUrlDeposit", params={"filename": "a.tra"}).json()["depositUrl"])


def put(url: str) -> int:
    return httpx2.put(url, content=VENTE, headers={"x-ms-blob-type": "BlockBlob"}).status_code


def test_it_advances_is_set_and_comes_back(http: httpx2.Client) -> None:
    assert http.get(HORLOGE).json()["decalage_s"] == 0
    avance = move(http, avancer_s=3 * JOUR)
    assert avance["decalage_s"] == 3 * JOUR
    assert move(http, avancer_s=-JOUR)["decalage_s"] == 2 * JOUR
    mise = move(http, instant="2027-01-31T09:00:00+01:00")
    lue = datetime.fromisoformat(mise["instant"])
    assert timedelta() <= lue - datetime(2027, 1, 31, 8, tzinfo=UTC) < timedelta(seconds=20)
    assert move(http, reelle=True)["decalage_s"] == 0
    assert abs(datetime.fromisoformat(http.get(HORLOGE).json()["instant"]) - datetime.now(UTC)) < timedelta(seconds=20)


@pytest.mark.parametrize(
    ("reglage", "statut"),
    [
        ({}, 422),
        ({"avancer_s": 1, "reelle": True}, 422),
        ({"reelle": False}, 422),
        ({"instant": "2027-01-31T09:00:00"}, 422),
        ({"instant": "1999-12-31T00:00:00Z"}, 422),
        ({"avancer_s": 90 * 366 * JOUR}, 422),
        ({"avancer_s": 1e300}, 422),
        ({"autre": 1}, 422),
    ],
)
def test_a_setting_that_is_not_one_is_refused_and_the_clock_goes_on(
    http: httpx2.Client, reglage: dict[str, object], statut: int
) -> None:
    assert http.put(HORLOGE, json=reglage).status_code == statut
    assert http.get(HORLOGE).json()["decalage_s"] == 0


def test_a_deposit_url_expires_when_the_clock_has_passed_its_time(http: httpx2.Client) -> None:
    ancienne = deposit_url(http)
    move(http, avancer_s=47 * 3600)
    assert put(ancienne) == 201
    move(http, avancer_s=2 * 3600)
    assert put(ancienne) == 403
    assert put(deposit_url(http)) == 201  # of today, by that clock


def test_keys_and_sessions_expire_with_it(serveur: ServeurReel, http: httpx2.Client) -> None:
    breve = serveur.ports.cles.creer_cle(DOMAIN, "un jour", expiration=datetime.now(UTC) + timedelta(days=1))
    serveur.ports.personnes.creer(DOMAIN, Collaborateur("anne", "Anne", "Martin", "administrateur"))
    cookie = serveur.ports.sessions.ouvrir(DOMAIN, "anne", duree_s=3600)
    assert http.get(f"{V1}/dossiers", headers={"x-apikey": breve}).status_code == 200
    move(http, avancer_s=1800)
    assert serveur.ports.sessions.lire(cookie, inactivite_s=7200) is not None
    move(http, avancer_s=JOUR)
    assert http.get(f"{V1}/dossiers", headers={"x-apikey": breve}).status_code == 401
    assert serveur.ports.sessions.lire(cookie, inactivite_s=10 * JOUR) is None


def test_imports_and_the_log_of_requests_bear_its_dates(serveur: ServeurReel, http: httpx2.Client) -> None:
    move(http, instant="2031-05-01T10:00:00Z")
    envoi = http.get(f"{LOOP}/getFileUrlDeposit", params={"filename": "a.tra"}).json()
    assert put(envoi["depositUrl"]) == 201
    demande = http.post(f"{LOOP}/importTra", json={"codeIbs": CODE, "URI": envoi["uri"]}).json()
    lue = serveur.ports.demandes.lire(demande["accountingImportRequestId"])
    assert lue is not None and lue.creation.date() == datetime(2031, 5, 1, tzinfo=UTC).date()
    assert {r["instant"][:10] for r in http.get(f"{V1}/requetes").json()["requetes"][:2]} == {"2031-05-01"}


def test_an_idempotency_key_is_new_again_after_its_time_and_its_lease_is_real(
    serveur: ServeurReel, http: httpx2.Client
) -> None:
    registre, cle = RegistreIdempotence(serveur.application.base), CleRequete("DEMO/ek_1", "c" * 64)
    assert registre.reserver(cle, "POST /x", "e", JOUR).sort is Sort.EXECUTER
    move(http, avancer_s=3600)
    assert registre.reserver(cle, "POST /x", "e", JOUR).sort is Sort.ATTENDRE  # it runs: a moved clock does not kill it
    move(http, avancer_s=JOUR)
    assert registre.reserver(cle, "POST /x", "autre", JOUR).sort is Sort.EXECUTER


def test_rate_limits_and_failed_signins_are_over_with_it(http: httpx2.Client) -> None:
    debits, freins = Debits(), Freins()
    while debits.prendre("k", 3) == 0:
        pass
    for _ in range(5):
        freins.echec("DEMO/anne", "192.0.2.1")
    with pytest.raises(TropDEssais):
        freins.verifier("DEMO/anne", "192.0.2.1")
    move(http, avancer_s=3600)
    assert debits.prendre("k", 3) == 0
    freins.verifier("DEMO/anne", "192.0.2.1")
    freins.echec("DEMO/anne", "192.0.2.1")
    move(http, reelle=True)
    assert debits.prendre("k", 60) <= 60
    with pytest.raises(TropDEssais) as trop:  # failures of a time to come: no longer than any other
        freins.verifier("DEMO/anne", "192.0.2.1")
    assert trop.value.attente_s <= 900


def test_workers_that_live_do_not_look_dead(serveur: ServeurReel, http: httpx2.Client) -> None:
    travailleurs = RegistreTravailleurs(serveur.application.base)
    travailleurs.battre("w1")
    move(http, avancer_s=30 * JOUR)
    assert travailleurs.morts(15.0) == []
    travailleurs.battre("w1")
    move(http, reelle=True)
    assert travailleurs.morts(15.0) == []


def test_another_process_of_the_sandbox_sees_it(serveur: ServeurReel, http: httpx2.Client) -> None:
    reglages = serveur.application.settings
    move(http, avancer_s=JOUR)
    autre = build(reglages)
    try:
        assert autre.bac is not None and autre.bac.horloge.decalage_ms() == JOUR * 1000
    finally:
        autre.fermer()


def test_a_closed_sandbox_gives_the_process_its_real_clock_back(base: Any, tmp_path: Path) -> None:
    with open_serveur(tmp_path / "donnees", url=base.url, bac_a_sable=True) as serveur:
        assert serveur.application.bac is not None
        horloge.avancer(serveur.application.bac.horloge, JOUR)
        assert horloge.maintenant() - datetime.now(UTC) > timedelta(hours=23)
    assert abs(horloge.maintenant() - datetime.now(UTC)) < timedelta(seconds=5)


def test_data_that_held_a_firm_before_keep_the_real_time(base: Any, tmp_path: Path) -> None:
    ordinaire = build(Settings(donnees=tmp_path / "donnees", base_sql=base.url))
    ordinaire.ports.dossiers.creer("VRAI", "D1", "Vrai dossier")
    ordinaire.fermer()
    with open_serveur(tmp_path / "donnees", url=base.url, bac_a_sable=True) as serveur:
        reponse = httpx2.put(serveur.base_url + HORLOGE, headers=serveur.cles, json={"avancer_s": 60})
        assert (reponse.status_code, reponse.json()["code"]) == (409, "bac_a_sable.donnees_reelles")
        with serveur.application.base.lecture() as connexion:
            assert connexion.execute(sa.select(BACS_A_SABLE)).first() is None


def test_elsewhere_the_route_does_not_exist(tmp_path: Path) -> None:
    with open_serveur(tmp_path) as ordinaire:
        assert httpx2.get(ordinaire.base_url + HORLOGE, headers=ordinaire.cles).status_code == 404
        assert httpx2.put(ordinaire.base_url + HORLOGE, headers=ordinaire.cles, json={}).status_code == 404
