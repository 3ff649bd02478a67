"""Headers of every answer, the log event of every request, and what the service says when it breaks."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from ecritures.api.app import create_app
from serveurs.api import CODE, LOOP, V1, Essai, open_essai


@pytest.fixture
def essai(tmp_path: Path) -> Iterator[Essai]:
    with open_essai(f"sqlite:///{tmp_path}/api.sqlite", tmp_path / "donnees") as ouvert:
        yield ouvert


def test_every_answer_carries_one_id_in_two_spellings(essai: Essai) -> None:
    vus = set()
    for chemin in ("/inconnu", f"{LOOP}/getImportStatus", f"{V1}/dossiers", f"{V1}/health", "/openapi.json"):
        entetes = essai.client.get(chemin).headers
        assert re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", entetes["request-id"])
        assert entetes["x-request-id"] == entetes["request-id"].replace("-", "")
        assert entetes["vary"] == "Accept-Encoding"
        assert "strict-transport-security" not in entetes
        vus.add(entetes["request-id"])
    assert len(vus) == 5


def test_large_answers_are_compressed_for_those_who_ask(essai: Essai) -> None:
    with essai.client.stream("GET", "/openapi.json", headers={"accept-encoding": "gzip"}) as reponse:
        assert reponse.headers["content-encoding"] == "gzip"
        assert reponse.headers["vary"] == "Accept-Encoding"
        assert gzip.decompress(b"".join(reponse.iter_raw())).startswith(b"{")
    assert "content-encoding" not in essai.client.get("/openapi.json", headers={"accept-encoding": "identity"}).headers
    assert "content-encoding" not in essai.client.get(f"{V1}/health", headers={"accept-encoding": "gzip"}).headers


def test_hsts_is_sent_over_tls_only_and_a_proxy_is_believed_only_when_trusted(essai: Essai, tmp_path: Path) -> None:
    hsts = "max-age=15724800; includeSubDomains"
    tls = TestClient(essai.api, base_url="https://testserver")
    assert tls.get(f"{V1}/health").headers["strict-transport-security"] == hsts
    assert (
        "strict-transport-security"
        not in essai.client.get(f"{V1}/health", headers={"x-forwarded-proto": "https"}).headers
    )
    with open_essai(f"sqlite:///{tmp_path}/b.sqlite", tmp_path / "autre", mandataire_de_confiance=True) as confiant:
        assert (
            confiant.client.get(f"{V1}/health", headers={"x-forwarded-proto": "https"}).headers[
                "strict-transport-security"
            ]
            == hsts
        )
        assert (
            "strict-transport-security"
            not in confiant.client.get(f"{V1}/health", headers={"x-forwarded-proto": "http"}).headers
        )


def test_authenticated_answers_are_not_stored(essai: Essai) -> None:
    for chemin in (f"{LOOP}/getImportStatus", "/getStatus", f"{V1}/dossiers", f"{V1}/imports"):
        for cles in ({}, essai.cles):
            assert essai.client.get(chemin, headers=cles).headers["cache-control"] == "no-store"


def test_the_log_names_the_route_and_the_firm_and_nothing_secret(essai: Essai) -> None:
    secret = "https://stockage.example.org/a.tra?sig=TRESSECRET"
    with capture_logs() as evenements:
        essai.client.post("/IMPORTTRA?jeton=TRESSECRET", json={"codeIbs": CODE, "URL": secret}, headers=essai.cles)
        essai.client.get(f"{V1}/dossiers/{CODE}/balance", headers=essai.cles)
        essai.client.get("/n'importe/quoi/TRESSECRET")
    faits = [(e["methode"], e["route"], e["statut"], e["domain"]) for e in evenements if e["event"] == "http.requete"]
    assert faits == [
        ("POST", f"{LOOP}/importTra", 200, "CABINETDEMO"),
        ("GET", f"{V1}/dossiers/{{codeIbs}}/balance", 200, "CABINETDEMO"),
        ("GET", "inconnue", 404, None),
    ]
    texte = repr(evenements)
    assert "TRESSECRET" not in texte
    for cle in essai.cles.values():
        assert cle not in texte


def test_an_incident_is_ours_is_logged_and_says_only_its_reference(
    essai: Essai, monkeypatch: pytest.MonkeyPatch
) -> None:
    def casse(*_: Any, **__: Any) -> None:
        raise RuntimeError("mot de passe de la base")

    monkeypatch.setattr(essai.ports.demandes, "lire", casse)
    monkeypatch.setattr(essai.ports.demandes, "suivre", casse)
    identifiant = "0b6f3f0e-2d8a-4a7e-8d5b-6f4f6b0c9a11"
    with capture_logs() as evenements:
        dialecte = essai.client.get(
            f"{LOOP}/getImportStatus?accountingImportRequestId={identifiant}", headers=essai.cles
        )
        notre = essai.client.get(f"{V1}/imports/{identifiant}", headers=essai.cles)
        sante = essai.client.get(f"{V1}/health")
    assert dialecte.status_code == notre.status_code == 500
    assert set(dialecte.json()) == {"error"}
    assert dialecte.headers["request-id"] in dialecte.json()["error"]["message"]
    assert notre.headers["content-type"] == "application/problem+json"
    assert notre.json()["code"] == "incident.interne"
    assert (sante.status_code, sante.json()["code"]) == (503, "service.indisponible")
    for reponse in (dialecte, notre, sante):
        assert "mot de passe" not in reponse.text
    assert [e["event"] for e in evenements].count("http.incident") == 2


def test_metrics_are_for_this_machine_or_for_those_who_have_keys(essai: Essai) -> None:
    assert essai.client.get(f"{V1}/metrics").status_code == 401
    assert "ecritures_http_requetes_total" in essai.client.get(f"{V1}/metrics", headers=essai.cles).text
    for adresse in ("127.0.0.1", "::1"):
        local = TestClient(essai.api, client=(adresse, 50000))
        assert local.get(f"{V1}/metrics").status_code == 200
        assert local.get(f"{V1}/metrics", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 401
    assert TestClient(essai.api, client=("10.0.0.8", 50000)).get(f"{V1}/metrics").status_code == 401


def test_two_applications_have_two_instances(essai: Essai) -> None:
    from ecritures.api.app import ReglagesApi

    autre = TestClient(create_app(essai.ports, ReglagesApi(base_url="http://testserver")))
    reponses = [client.post("/importTra", json={}, headers=essai.cles).json() for client in (essai.client, autre)]
    assert reponses[0]["error"]["instanceId"] != reponses[1]["error"]["instanceId"]
