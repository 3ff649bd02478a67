"""Idempotency-Key: the rules of both APIs, then real processes (100 identical requests over three servers, kill -9)."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from ecritures.imports.idempotence import CleRequete, ReponseGardee, Sort
from ecritures.main import Application, build
from ecritures.settings import Settings
from serveurs.api import CODE, DOMAIN, LOOP, V1, VENTE, Essai, open_essai
from serveurs.asynchrone import run_async
from serveurs.processus import accepts, free_port, launch, stop, wait_until

CORPS = {"codeIBS": CODE, "URL": "https://depot.exemple.fr/vente.TRA"}


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path) as ouvert:
        yield ouvert


def imports(essai: Essai) -> int:
    return len(essai.ports.demandes.lister(DOMAIN))


def test_the_same_key_and_body_get_the_same_answer_marked_and_one_import(essai: Essai) -> None:
    entetes = {**essai.cles, "Idempotency-Key": "k1"}
    premiere = essai.client.post(f"{LOOP}/importTra", json=CORPS, headers=entetes)
    seconde = essai.client.post("/importtra/", json=CORPS, headers=entetes)  # another spelling of the same address
    assert "accountingImportRequestId" in premiere.json()
    assert seconde.json() == premiere.json()
    assert "idempotent-replayed" not in premiere.headers
    assert seconde.headers["idempotent-replayed"] == "true"
    assert seconde.headers["content-type"] == premiere.headers["content-type"]
    assert imports(essai) == 1


def test_without_a_key_the_same_request_is_executed_each_time_as_loop_does(essai: Essai) -> None:
    ids = {essai.client.post(f"{LOOP}/importTra", json=CORPS, headers=essai.cles).text for _ in range(2)}
    assert len(ids) == 2


def test_another_body_under_the_same_key_is_refused_in_the_shape_of_each_api(essai: Essai) -> None:
    entetes = {**essai.cles, "Idempotency-Key": "k1"}
    essai.client.post(f"{LOOP}/importTra", json=CORPS, headers=entetes)
    loop = essai.client.post(
        f"{LOOP}/importTra", json={**CORPS, "URL": "https://autre.exemple.fr/f.TRA"}, headers=entetes
    )
    v1 = essai.client.post(f"{V1}/dossiers", json={"code_ibs": "NEUF"}, headers=entetes)
    assert loop.status_code == 200 and "Idempotency-Key" in loop.json()["error"]["message"]
    assert v1.status_code == 422 and v1.json()["code"] == "idempotence.cle_reutilisee"
    assert imports(essai) == 1


def test_keys_belong_to_their_caller_and_a_wrong_secret_gets_nothing_of_theirs(essai: Essai) -> None:
    premiere = essai.client.post(f"{LOOP}/importTra", json=CORPS, headers={**essai.cles, "Idempotency-Key": "k1"})
    autre = essai.client.post(f"{LOOP}/importTra", json=CORPS, headers={**essai.keys(DOMAIN), "Idempotency-Key": "k1"})
    assert autre.json() != premiere.json() and "idempotent-replayed" not in autre.headers
    public = essai.cles["x-apikey"].split(":")[0]
    voleur = {**essai.cles, "x-apikey": f"{public}:faux", "Idempotency-Key": "k1"}
    vole = essai.client.post(f"{LOOP}/importTra", json=CORPS, headers=voleur)
    assert vole.status_code == 401 and "accountingImportRequestId" not in vole.text


def test_a_creation_of_v1_is_replayed_with_its_status(essai: Essai) -> None:
    entetes = {**essai.cles, "Idempotency-Key": "k2"}
    reponses = [essai.client.post(f"{V1}/dossiers", json={"code_ibs": "NEUF"}, headers=entetes) for _ in range(2)]
    assert [r.status_code for r in reponses] == [201, 201]
    assert reponses[0].json() == reponses[1].json()


@pytest.mark.parametrize("cle", ["", "x" * 256, "clé", " "])
def test_a_key_that_cannot_be_one_is_refused(essai: Essai, cle: str) -> None:
    recu = essai.client.post(
        f"{V1}/dossiers", json={"code_ibs": "NEUF"}, headers={**essai.cles, "Idempotency-Key": cle.encode()}
    )
    assert recu.status_code == 422 and recu.json()["code"] == "idempotence.cle_invalide"


def test_a_form_sent_again_with_another_boundary_is_the_same_request(essai: Essai) -> None:
    entetes = {**essai.cles, "Idempotency-Key": "k3"}
    adresse = f"{V1}/dossiers/{CODE}/preflight"
    reponses = [
        essai.client.post(adresse, files={"fichier": ("vente.TRA", octets)}, headers=entetes)
        for octets in (VENTE, VENTE, VENTE + b" ")
    ]
    assert [r.status_code for r in reponses] == [200, 200, 422]
    assert reponses[1].headers["idempotent-replayed"] == "true"


def test_an_execution_that_died_is_taken_up_again_and_a_purge_forgets_old_keys(essai: Essai) -> None:
    registre, cle = essai.ports.idempotence, CleRequete("acteur", "0" * 64)
    assert registre.reserver(cle, "POST /x", "e", 60).sort is Sort.EXECUTER
    assert registre.reserver(cle, "POST /x", "e", 60).sort is Sort.ATTENDRE
    registre.liberer(cle)
    assert registre.lire(cle) is Sort.EXECUTER
    assert registre.reserver(cle, "POST /x", "e", 60).sort is Sort.EXECUTER
    registre.achever(cle, ReponseGardee(200, "{}"))
    registre.achever(cle, ReponseGardee(500, "trop tard"))
    assert registre.reserver(cle, "POST /x", "e", 60).reponse == ReponseGardee(200, "{}")
    assert registre.purger(datetime.now(UTC)) == 0
    assert registre.purger(datetime.now(UTC) + timedelta(seconds=61)) == 1
    assert registre.lire(cle) is Sort.EXECUTER


@pytest.fixture
def app(base: Any, tmp_path: Path) -> Iterator[Application]:
    ouverte = build(Settings(donnees=tmp_path, base_sql=base.url))
    ouverte.ports.dossiers.creer(DOMAIN, CODE, "Démonstration SARL")
    yield ouverte
    ouverte.fermer()


@contextmanager
def server(app: Application, mort: str = "jamais") -> Iterator[str]:
    port, journal = free_port(), app.settings.donnees / "serveur.log"
    script = Path(__file__).with_name("serveur_idempotent.py")
    commande = [sys.executable, script, app.settings.donnees, app.base.url, str(port), mort]
    processus: subprocess.Popen[bytes] = launch(commande, journal)
    try:
        wait_until(lambda: accepts(port), processus, journal)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(processus)


def keys(app: Application) -> dict[str, str]:
    return {
        "Ocp-Apim-Subscription-Key": app.ports.cles.creer_abonnement("essai"),
        "x-apikey": app.ports.cles.creer_cle(DOMAIN, "essai"),
        "Idempotency-Key": "9d7c2f",
    }


@pytest.mark.timeout(180)
def test_a_hundred_identical_requests_over_three_processes_make_one_import(app: Application) -> None:
    entetes = keys(app)

    async def envoie(adresses: list[str]) -> list[httpx.Response]:
        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=100)) as client:
            return await asyncio.gather(
                *(client.post(f"{adresses[n % 3]}/importTra", json=CORPS, headers=entetes) for n in range(100))
            )

    with server(app) as a, server(app) as b, server(app) as c:
        reponses = run_async(envoie([a, b, c]))
    assert {r.status_code for r in reponses} == {200}
    assert len({r.json()["accountingImportRequestId"] for r in reponses}) == 1
    assert sum("idempotent-replayed" not in r.headers for r in reponses) == 1
    assert len(app.ports.demandes.lister(DOMAIN)) == 1


@pytest.mark.timeout(180)
def test_a_server_killed_between_commit_and_answer_gives_the_same_import_to_the_retry(app: Application) -> None:
    entetes = keys(app)
    with server(app, "apres_commit") as adresse, pytest.raises(httpx.TransportError):
        httpx.post(f"{adresse}/importTra", json=CORPS, headers=entetes, timeout=30)
    (enregistre,) = app.ports.demandes.lister(DOMAIN)
    with server(app) as adresse:
        reponse = httpx.post(f"{adresse}/importTra", json=CORPS, headers=entetes, timeout=60)
        encore = httpx.post(f"{adresse}/importTra", json=CORPS, headers=entetes, timeout=60)
    assert reponse.json() == {"accountingImportRequestId": enregistre.id}
    assert encore.json() == reponse.json() and encore.headers["idempotent-replayed"] == "true"
    assert len(app.ports.demandes.lister(DOMAIN)) == 1


def test_a_file_sent_with_the_demand_is_imported_and_sent_again_under_its_key_only_once(essai: Essai) -> None:
    entetes = {**essai.cles, "Idempotency-Key": "envoi"}
    reponses = [
        essai.client.post(
            f"{V1}/imports", params={"dossier": CODE}, files={"fichier": ("vente.TRA", VENTE)}, headers=entetes
        )
        for _ in range(2)
    ]
    assert [r.status_code for r in reponses] == [202, 202] and reponses[0].json() == reponses[1].json()
    recu = reponses[0].json()
    assert (recu["format"], recu["nom_fichier"], recu["etat"]) == ("tra", "vente.TRA", 1)
    essai.work(recu["id"])
    assert essai.status(recu["id"])["status"] == 3
    brut = essai.client.post(
        f"{V1}/imports", params={"dossier": "AUTRE", "nom_fichier": "v.TRA"}, content=VENTE, headers=essai.cles
    )
    assert brut.status_code == 404 and brut.json()["code"] == "dossier.inconnu"


def test_an_answer_with_a_secret_is_not_kept_and_its_request_is_not_executed_twice(essai: Essai) -> None:
    cle = essai.ports.cles.creer_cle(DOMAIN, "admin", est_avancee=True, role="administrateur")
    entetes = {**essai.cles, "x-apikey": cle, "Idempotency-Key": "secret"}
    nombre = len(essai.ports.cles.lister(DOMAIN))
    premiere = essai.client.post(f"{V1}/cles", json={"libelle": "paie"}, headers=entetes)
    seconde = essai.client.post(f"{V1}/cles", json={"libelle": "paie"}, headers=entetes)
    assert premiere.status_code == 201, premiere.text
    assert seconde.status_code == 409 and seconde.json()["code"] == "idempotence.reponse_secrete"
    assert len(essai.ports.cles.lister(DOMAIN)) == nombre + 1
