"""``ecritures serve --sandbox`` as an integrator runs it: the command, its workers, the SDK; then the same again after a reset."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ecritures.client import Client
from serveurs.api import LOOP, V1, VENTE
from serveurs.processus import free_port, launch, stop

CODE = "MANON002"
DELAI_S = 180.0


@dataclass
class Bac:
    url: str
    cles: dict[str, str]
    donnees: Path
    journal: Path

    def http(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, headers=self.cles, timeout=60)

    def client(self) -> Client:
        return Client(self.url, self.cles["Ocp-Apim-Subscription-Key"], self.cles["x-apikey"])


@pytest.fixture
def bac(base: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bac]:
    donnees, journal = tmp_path / "bac", tmp_path / "serveur.log"
    if base.nom != "sqlite":
        monkeypatch.setenv("ECRITURES_BASE_SQL", base.url)
    monkeypatch.setenv("ECRITURES_RESEAUX_ADMIS", '["127.0.0.0/8"]')
    commande = [sys.executable, "-m", "ecritures", "serve", "--sandbox", "--port", "0", "--donnees", donnees]
    processus = launch(commande, journal)
    try:
        annonce = _said(processus, journal, r"Bac à sable : dossier")
        trouve = re.search(r"Serveur sur (http://127\.0\.0\.1:\d+)", annonce)
        assert trouve is not None and "Bac à sable : cet état est celui où revient la remise à zéro." in annonce
        gardees = json.loads((donnees / "demo-cles.json").read_text())
        cles = {"Ocp-Apim-Subscription-Key": gardees["subscription_key"], "x-apikey": gardees["api_key"]}
        yield Bac(trouve[1], cles, donnees, journal)
    finally:
        stop(processus)


def _said(processus: subprocess.Popen[bytes], journal: Path, motif: str) -> str:
    limite = time.monotonic() + DELAI_S
    while not re.search(motif, lu := journal.read_text(encoding="utf-8")):
        assert processus.poll() is None and time.monotonic() < limite, lu
        time.sleep(0.05)
    return lu


@pytest.mark.timeout(300)
def test_a_program_tries_a_failed_import_an_expired_address_and_a_dead_link_then_starts_again(
    bac: Bac, tmp_path: Path
) -> None:
    fichier = tmp_path / "ventes.tra"
    fichier.write_bytes(VENTE)
    mort = f"http://127.0.0.1:{free_port()}/ventes.tra"
    with bac.http() as http, bac.client() as client:
        for _ in range(2):
            panne = {"sorte": "import_en_erreur", "dossier": CODE, "message": "Exercice clos chez Loop"}
            assert http.post(f"{V1}/bac-a-sable/pannes", json=panne).status_code == 201
            force = client.import_file(fichier, CODE).wait(timeout_s=DELAI_S)
            assert (force.statut.status, force.statut.message) == (4, "Exercice clos chez Loop")
            assert client.import_file(fichier, CODE).wait(timeout_s=DELAI_S).est_reussi

            depot = http.get(f"{LOOP}/getFileUrlDeposit", params={"filename": "a.tra"}).json()["depositUrl"]
            assert http.put(f"{V1}/bac-a-sable/horloge", json={"avancer_s": 49 * 3600}).status_code == 200
            assert httpx2.put(depot, content=VENTE, headers={"x-ms-blob-type": "BlockBlob"}).status_code == 403

            # a link that does not answer holds the dossier; a reset does not leave it held
            demande = http.post(f"{LOOP}/importTra", json={"codeIbs": CODE, "URL": mort}).json()
            ident = demande["accountingImportRequestId"]
            _until(lambda i=ident: client.statut(i).status == 2)
            assert http.post(f"{V1}/bac-a-sable/remise-a-zero").status_code == 200
            assert http.get(f"{V1}/imports").json()["imports"] == []
            assert client.import_file(fichier, CODE).wait(timeout_s=DELAI_S).est_reussi
            assert http.post(f"{V1}/bac-a-sable/remise-a-zero").status_code == 200
    assert "import.incident" not in bac.journal.read_text(encoding="utf-8")


def _until(condition: Any) -> None:
    limite = time.monotonic() + DELAI_S
    while not condition():
        assert time.monotonic() < limite
        time.sleep(0.05)


@pytest.mark.timeout(300)
def test_a_link_tried_for_a_day_by_the_moved_clock_is_given_up(bac: Bac) -> None:
    with bac.http() as http, bac.client() as client:
        mort = f"http://127.0.0.1:{free_port()}/ventes.tra"
        demande = http.post(f"{LOOP}/importTra", json={"codeIbs": CODE, "URL": mort}).json()
        ident = demande["accountingImportRequestId"]
        _until(lambda: client.statut(ident).status == 2)
        assert http.put(f"{V1}/bac-a-sable/horloge", json={"avancer_s": 86_401}).status_code == 200
        fini = client.attendre(ident, timeout_s=DELAI_S)
        assert fini.statut.status == 4


def test_started_again_it_comes_back_to_the_same_start(bac: Bac, base: Any) -> None:
    avant = (bac.donnees / "bac-a-sable" / "depart.json").read_bytes()
    port = free_port()
    commande = [sys.executable, "-m", "ecritures", "serve", "--sandbox", "--port", str(port), "--donnees", bac.donnees]
    journal = bac.donnees.parent / "second.log"
    processus = launch(commande, journal)
    try:
        _said(processus, journal, r"Bac à sable : dossier")
        url = f"http://127.0.0.1:{port}"
        _until(lambda: _answers(url))
        assert httpx2.post(f"{url}{V1}/bac-a-sable/remise-a-zero", headers=bac.cles, timeout=60).status_code == 200
        dossiers = httpx2.get(f"{url}{V1}/dossiers", headers=bac.cles).json()["dossiers"]
        assert [d["code_ibs"] for d in dossiers] == [CODE]
    finally:
        stop(processus)
    assert (bac.donnees / "bac-a-sable" / "depart.json").read_bytes() == avant
    assert os.stat(bac.donnees / "bac-a-sable").st_mode & 0o077 == 0


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}{V1}/health").status_code == 200
    except httpx2.TransportError:
        return False
