"""The clients that are published for Loop, as they call it (loop-api.md, sources C-PY, C-TS and C-JS), against the real server.

A plain HTTP client, none of ours: what it sends and what it looks at are those programs' own habits.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from serveurs.api import BANCALE, CODE, DOMAIN, FEC, LOOP, VENTE
from serveurs.reel import ServeurReel, open_serveur


@pytest.fixture(scope="module")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurReel]:
    with open_serveur(tmp_path_factory.mktemp("publies")) as ouvert:
        yield ouvert


@pytest.fixture
def client(serveur: ServeurReel) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=serveur.base_url, headers=serveur.cles, timeout=30) as ouvert:
        yield ouvert


def deposit(client: httpx2.Client, prefixe: str, nom: str, octets: bytes) -> dict[str, str]:
    """C-PY: one object with both keys; the PUT goes without the keys, and any status under 400 is a success."""
    reponse = client.get(f"{prefixe}/getFileUrlDeposit", params={"filename": nom})
    assert reponse.status_code == 200, reponse.text
    depot: dict[str, str] = reponse.json()
    assert set(depot) >= {"depositUrl", "uri"}
    envoi = httpx2.put(
        depot["depositUrl"],
        content=octets,
        headers={"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"},
    )
    assert envoi.status_code == 201
    assert envoi.content == b""
    return depot


def follow(client: httpx2.Client, prefixe: str, import_id: str) -> dict[str, Any]:
    """C-PY: only 3 and 4 end the wait; any other status, expected or not, is « still running »."""
    for _ in range(600):
        statut: dict[str, Any] = client.get(
            f"{prefixe}/getImportStatus", params={"accountingImportRequestId": import_id}
        ).json()
        if statut["status"] in (3, 4):
            return statut
        time.sleep(0.02)
    raise AssertionError(f"import {import_id} still running: {statut}")


def ask(client: httpx2.Client, route: str, corps: dict[str, str], **headers: str) -> str:
    reponse = client.post(route, json=corps, headers=headers)
    assert reponse.status_code == 200, reponse.text
    recu = reponse.json()
    assert "error" not in recu
    return str(recu["accountingImportRequestId"])


@pytest.mark.parametrize("prefixe", ["", LOOP])
def test_the_python_connector_sends_a_fec_by_its_four_calls(client: httpx2.Client, prefixe: str) -> None:
    depot = deposit(client, prefixe, "812345676FEC20261231.txt", FEC)
    import_id = ask(client, f"{prefixe}/importFEC", {"codeIbs": CODE, "URI": depot["uri"]})
    statut = follow(client, prefixe, import_id)
    assert (statut["status"], statut["id"], statut["codeIBS"], statut["domain"]) == (3, import_id, CODE, DOMAIN)


def test_the_python_connector_without_a_uri_gives_the_deposit_url_back_as_url(client: httpx2.Client) -> None:
    depot = deposit(client, "", "812345676FEC20261231.txt", FEC)
    import_id = ask(client, "/importFEC", {"codeIbs": CODE, "URL": depot["depositUrl"]})
    assert follow(client, "", import_id)["status"] == 3


@pytest.mark.parametrize("champ", ["url", "URL", "Url"])
def test_the_typescript_connector_names_its_url_field_as_it_likes(client: httpx2.Client, champ: str) -> None:
    depot = deposit(client, LOOP, "ventes.tra", VENTE)
    import_id = ask(client, f"{LOOP}/importTra", {"codeIbs": CODE, champ: depot["depositUrl"]})
    assert follow(client, LOOP, import_id)["status"] == 3


def test_the_empty_string_of_the_field_that_is_not_used_counts_as_absent(client: httpx2.Client) -> None:
    depot = deposit(client, LOOP, "ventes.tra", VENTE)
    import_id = ask(client, f"{LOOP}/importTra", {"codeIbs": CODE, "URI": "", "URL": depot["depositUrl"]})
    assert follow(client, LOOP, import_id)["status"] == 3


@pytest.mark.parametrize("genre", ["application-json", "application/json; charset=utf-8", "application/json"])
def test_the_printed_content_types_are_those_that_clients_send(client: httpx2.Client, genre: str) -> None:
    depot = deposit(client, LOOP, "ventes.tra", VENTE)
    corps = {"codeIbs": CODE, "URI": depot["uri"]}
    assert follow(client, LOOP, ask(client, f"{LOOP}/importTra", corps, **{"Content-Type": genre}))["status"] == 3


@pytest.mark.parametrize("route", ["/importtra", "/IMPORTTRA", f"{LOOP}/importtra", "/Loop-Api-Publiques/ImportTra"])
def test_every_spelling_of_a_path_is_the_same_route(client: httpx2.Client, route: str) -> None:
    depot = deposit(client, LOOP, "ventes.tra", VENTE)
    assert follow(client, LOOP, ask(client, route, {"codeIbs": CODE, "URI": depot["uri"]}))["status"] == 3


def test_the_secret_may_hold_a_colon_since_the_key_is_split_on_the_first_one(client: httpx2.Client) -> None:
    """A wrong secret that contains colons is a wrong secret: not another key, and not a malformed one."""
    publique = client.headers["x-apikey"].partition(":")[0]
    reponse = client.get(
        "/getFileUrlDeposit", params={"filename": "a.tra"}, headers={"x-apikey": f"{publique}:a=:b/+c"}
    )
    assert reponse.status_code == 401
    assert reponse.json()["statusCode"] == 401


@pytest.mark.parametrize("cle", ["", "sans-secret", ":secret", "cle:"])
def test_refused_credentials_are_401_or_403_whatever_their_form(client: httpx2.Client, cle: str) -> None:
    reponse = client.get("/getFileUrlDeposit", params={"filename": "a.tra"}, headers={"x-apikey": cle})
    assert reponse.status_code in (401, 403)


def test_a_refusal_comes_with_200_and_is_seen_in_the_body_alone(client: httpx2.Client) -> None:
    reponse = client.post("/importFEC", json={"codeIbs": "INCONNU", "URI": "g/f.txt"})
    assert reponse.status_code == 200
    assert "accountingImportRequestId" not in reponse.json()
    assert reponse.json()["error"]["message"] == "Le dossier INCONNU n'existe pas sur le domaine."


def test_an_import_in_error_ends_with_4_and_keeps_the_eight_documented_fields(client: httpx2.Client) -> None:
    depot = deposit(client, LOOP, "fautes.tra", BANCALE)
    statut = follow(client, LOOP, ask(client, "/importTra", {"codeIbs": CODE, "URI": depot["uri"]}))
    assert statut["status"] == 4
    attendus = {"_id", "id", "creationDate", "lastUpdate", "codeIBS", "domain", "status", "__v"}
    assert set(statut) == attendus | {"message"}


def test_the_console_of_the_portal_sends_no_cache_and_reads_json(client: httpx2.Client) -> None:
    reponse = client.get(
        f"{LOOP}/getFileUrlDeposit",
        params={"filename": "a.TRA"},
        headers={"Cache-Control": "no-cache", "Accept": "application/json"},
    )
    assert reponse.headers["content-type"].startswith("application/json")
    assert {"request-id", "x-request-id"} <= set(reponse.headers)
