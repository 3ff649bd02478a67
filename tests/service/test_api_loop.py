"""The dialect against the contract (loop-api, conformance list): the real application, SQLite and PostgreSQL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serveurs.api import BANCALE, CODE, DOMAIN, FEC, LOOP, SIRET, VENTE, Essai, open_essai

F1 = "Le codeIbs n'est pas spécifié."
F2 = "Le chemin d'accès URI ou l'URL du fichier n'est pas spécifié."
F3 = "Ambiguité sur le chemin d'accès, seul un des deux champs doit être renseigné."
F4 = "Le dossier INCONNU n'existe pas sur le domaine."
F5 = "Le numéro SIRET est invalide : il doit comporter 14 chiffres et respecter l'algorithme de Luhn"
GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LIEN = "https://fichiers.example.org/ventes.tra?sig=secret"


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        yield ouvert


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Essai]:
    """One application for the tests that only look at the form of requests and answers."""
    racine = tmp_path_factory.mktemp("api")
    with open_essai(f"sqlite:///{racine}/api.sqlite", racine / "donnees") as ouvert:
        yield ouvert


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Essai]:
    with open_essai(f"sqlite:///{tmp_path}/strict.sqlite", tmp_path / "donnees", http_strict=True) as ouvert:
        yield ouvert


def refusal(essai: Essai, corps: object, route: str = "importTra", statut: int = 200, **entetes: str) -> str:
    """The message of a refused request; nothing was created."""
    avant = len(essai.ports.demandes.lister(DOMAIN))
    contenu = corps if isinstance(corps, bytes) else json.dumps(corps).encode()
    reponse = essai.client.post(f"{LOOP}/{route}", content=contenu, headers={**essai.cles, **entetes})
    assert reponse.status_code == statut, reponse.text
    recu = reponse.json()
    assert set(recu) == {"error"}
    assert set(recu["error"]) == {"instanceId", "message"}
    assert recu["error"]["instanceId"] == essai.reglages.instance_id
    assert len(essai.ports.demandes.lister(DOMAIN)) == avant
    return str(recu["error"]["message"])


def test_a_tra_deposited_then_imported_ends_in_the_books(essai: Essai) -> None:
    uri = essai.deposit("Ventes janvier é.TRA", VENTE)
    assert GUID.fullmatch(uri.split("/")[0])
    assert uri.endswith("/Ventes janvier é.TRA")
    import_id = essai.ask("importTra", codeIbs=CODE, URI=uri, URL="")
    attente = essai.status(import_id)
    assert attente["status"] == 1
    essai.work(import_id)
    etat = essai.status(import_id)
    assert set(etat) == {"_id", "id", "creationDate", "lastUpdate", "codeIBS", "domain", "status", "__v"}
    assert (etat["status"], etat["id"], etat["codeIBS"], etat["domain"], etat["__v"]) == (3, import_id, CODE, DOMAIN, 0)
    assert re.fullmatch("[0-9a-f]{24}", str(etat["_id"]))
    for champ in ("creationDate", "lastUpdate"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(etat[champ]))
    balance = essai.ports.livres.balance(essai.dossier.dossier)
    assert balance["debit_centimes"].sum() == balance["credit_centimes"].sum() == 12_000
    essai.work(import_id)
    assert essai.status(import_id) == etat


def test_a_fec_is_imported_by_its_own_route(essai: Essai) -> None:
    import_id = essai.ask("importFEC", codeIbs=CODE, URI=essai.deposit("812345676FEC20261231.txt", FEC))
    essai.work(import_id)
    etat = essai.status(import_id)
    assert etat["status"] == 3, etat


def test_a_file_that_does_not_balance_ends_in_error_and_says_why(essai: Essai) -> None:
    import_id = essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("fautes.tra", BANCALE))
    essai.work(import_id)
    etat = essai.status(import_id)
    assert etat["status"] == 4
    assert str(etat["message"]).startswith("Une erreur s'est produite lors de l'import")
    assert essai.ports.livres.balance(essai.dossier.dossier).is_empty()


def test_an_address_where_nothing_was_uploaded_is_registered_then_refused(essai: Essai) -> None:
    uri = essai.client.get(f"{LOOP}/getFileUrlDeposit", params={"filename": "a.tra"}, headers=essai.cles).json()["uri"]
    for adresse in (uri, "7b1d2c30-52c4-4e1e-9a0f-0d6a4a1f9f10/inconnu.tra", "n'importe quoi"):
        import_id = essai.ask("importTra", codeIbs=CODE, URI=adresse)
        essai.work(import_id)
        etat = essai.status(import_id)
        assert etat["status"] == 4
        assert "Aucun fichier n'a été déposé" in str(etat["message"])


def test_our_own_deposit_url_is_accepted_as_a_url(essai: Essai) -> None:
    depot = essai.client.get(f"{LOOP}/getFileUrlDeposit", params={"filename": "a.tra"}, headers=essai.cles).json()
    essai.client.put(depot["depositUrl"], content=VENTE)
    import_id = essai.ask("importTra", codeIbs=CODE, URL=depot["depositUrl"])
    essai.work(import_id)
    assert essai.status(import_id)["status"] == 3


def test_the_same_file_twice_makes_two_successful_imports(essai: Essai) -> None:
    uri = essai.deposit("ventes.tra", VENTE)
    demandes = [essai.ask("importTra", codeIbs=CODE, URI=uri) for _ in range(2)]
    assert len(set(demandes)) == 2
    for import_id in demandes:
        essai.work(import_id)
        assert essai.status(import_id)["status"] == 3


@pytest.mark.parametrize(
    ("corps", "message"),
    [
        ({}, F1),
        ({"codeIbs": ""}, F1),
        ({"codeIbs": None, "URI": "x", "URL": "y"}, F1),
        ({"codeIbs": "   "}, F1),
        ({"codeIbs": "INCONNU"}, F2),
        ({"codeIbs": CODE, "URI": "", "URL": ""}, F2),
        ({"codeIbs": CODE, "URI": None}, F2),
        ({"codeIbs": "INCONNU", "URI": "a/b.tra", "URL": LIEN}, F3),
        ({"codeIbs": "INCONNU", "URL": LIEN, "SIRET": "1"}, F4),
        ({"codeIbs": CODE, "URL": LIEN, "SIRET": "12345678900010"}, F5),
        ({"codeIbs": CODE, "URL": LIEN, "SIRET": "7955542100027"}, F5),
        ({"codeIbs": CODE, "URL": LIEN, "SIRET": 7955542100027}, F5),
        ({"codeIbs": CODE, "URL": LIEN, "SIRET": [SIRET]}, F5),
        (
            {"codeIbs": CODE, "URL": LIEN, "SIRET": "73282932000074"},
            f"L'établissement correspondant au SIRET 73282932000074 n'est pas reconnu pour le dossier {CODE}",
        ),
        ({"codeIbs": 42, "URL": LIEN}, "Le champ codeIbs doit être une chaîne de caractères."),
        ({"codeIbs": [CODE], "URL": LIEN}, "Le champ codeIbs doit être une chaîne de caractères."),
        ({"codeIbs": {"a": 1}, "URL": LIEN}, "Le champ codeIbs doit être une chaîne de caractères."),
        ({"codeIbs": CODE, "URL": True}, "Le champ URL doit être une chaîne de caractères."),
        ({"codeIbs": CODE, "URL": "https://a/" + "b" * 9000}, "Le chemin d'accès au fichier dépasse 8192 caractères."),
        (
            {"codeIbs": CODE, "CODEIBS": "AUTRE", "URL": LIEN},
            "Ambiguité sur le champ codeIbs, seule une de ses graphies doit être renseignée.",
        ),
        (
            {"codeIbs": CODE, "URL": LIEN, "url": LIEN + "x"},
            "Ambiguité sur le champ URL, seule une de ses graphies doit être renseignée.",
        ),
    ],
)
def test_a_refused_request_gives_the_contract_s_words_in_the_contract_s_order(
    local: Essai, corps: object, message: str
) -> None:
    assert refusal(local, corps) == message
    assert refusal(local, corps, route="importFEC") == message


def test_hostile_values_are_refused_and_never_break_the_service(essai: Essai) -> None:
    for code in ("\u0000", "DEMO\u0000001", "\ud800", "é" * 5000, "'; DROP TABLE dossiers; --", "%s%n", "${7*7}"):
        assert "n'existe pas sur le domaine" in refusal(essai, {"codeIbs": code, "URL": LIEN})
    corps = json.dumps({"codeIbs": CODE, "URI": "a\u0000b/\ud800.tra"}).encode()
    import_id = essai.client.post("/importTra", content=corps, headers=essai.cles).json()["accountingImportRequestId"]
    essai.work(import_id)
    assert essai.status(import_id)["status"] == 4


@pytest.mark.parametrize(
    "octets",
    [
        b"", b"  ", b"{", b"[]", b"null", b'"codeIbs"', b"12", b"{'codeIbs': 1}", b'{"codeIbs": NaN}', b"\xff\xfe{", b"\x00", b"[" * 100_000,
        b'{"codeIbs": ' + b"9" * 10_000 + b"}", b'{"codeIbs": "' + "DEMO001é".encode("cp1252") + b'"}',
    ],
)  # fmt: skip
def test_a_body_that_is_not_a_json_object_is_said_in_the_dialect_s_shape(local: Essai, octets: bytes) -> None:
    assert refusal(local, octets, statut=400).startswith("Le corps de la requête n'est pas lisible")


def test_strict_http_answers_400_to_a_refused_request(strict: Essai) -> None:
    assert refusal(strict, {}, statut=400) == F1
    assert refusal(strict, {"codeIbs": "INCONNU", "URL": LIEN}, statut=400) == F4
    assert refusal(strict, {"codeIbs": CODE, "URL": LIEN, "SIRET": "1"}, statut=400) == F5


@pytest.mark.parametrize(
    "chemin",
    ["/importTra", "/IMPORTTRA", f"{LOOP}/importtra", "/Loop-Api-Publiques/ImportTra", f"{LOOP}/importTra/"],
)
@pytest.mark.parametrize(
    "genre", ["application/json", "application-json", "application/json; charset=utf-8", "text/plain", None]
)
def test_any_spelling_of_the_path_and_any_documented_content_type_is_the_same_route(
    local: Essai, chemin: str, genre: str | None
) -> None:
    entetes = {**local.cles, **({} if genre is None else {"content-type": genre})}
    corps = json.dumps({"CODEIBS": CODE.lower(), "uri": "", "url": LIEN, "siret": SIRET}).encode()
    reponse = local.client.post(chemin, content=corps, headers=entetes)
    assert reponse.status_code == 200
    demande = local.ports.demandes.lire(reponse.json()["accountingImportRequestId"])
    assert demande is not None
    assert (demande.code_ibs, demande.format, demande.url, demande.siret, demande.nom_fichier) == (
        CODE,
        "tra",
        LIEN,
        SIRET,
        "ventes.tra",
    )


def test_getstatus_is_getimportstatus_and_its_parameter_has_no_case(essai: Essai) -> None:
    import_id = essai.ask("importTra", codeIbs=CODE, URL=LIEN)
    attendu = essai.status(import_id)
    for chemin in (
        f"/getStatus?ACCOUNTINGIMPORTREQUESTID={import_id}",
        f"{LOOP}/getimportstatus?accountingImportRequestId={import_id.upper()}",
    ):
        assert essai.client.get(chemin, headers=essai.cles).json() == attendu


def test_an_unknown_or_foreign_or_malformed_id_is_not_found(essai: Essai) -> None:
    import_id = essai.ask("importTra", codeIbs=CODE, URL=LIEN)
    autre = essai.ports.dossiers.creer("AUTRECABINET", CODE, "Autre")
    limitee = essai.keys(DOMAIN, [autre.dossier])
    for cles, identifiant in (
        (essai.cles, "0b6f3f0e-2d8a-4a7e-8d5b-6f4f6b0c9a11"),
        (essai.cles, "pas-un-guid"),
        (essai.cles, "\x00"),
        (essai.cles, "é" * 500),
        (essai.keys("AUTRECABINET"), import_id),
        (limitee, import_id),
    ):
        reponse = essai.client.get(
            f"{LOOP}/getImportStatus", params={"accountingImportRequestId": identifiant}, headers=cles
        )
        assert reponse.status_code == 404
        assert set(reponse.json()) == {"error"}
    for suite in (
        "",
        "?accountingImportRequestId=",
        f"?accountingImportRequestId={import_id}&ACCOUNTINGIMPORTREQUESTID=x",
    ):
        reponse = essai.client.get(f"{LOOP}/getImportStatus{suite}", headers=essai.cles)
        assert reponse.status_code == 200
        assert "accountingImportRequestId" in reponse.json()["error"]["message"]


def test_another_firm_s_dossier_does_not_exist_and_another_s_deposit_neither(essai: Essai) -> None:
    essai.ports.dossiers.creer("AUTRECABINET", "SECRET", "Autre")
    assert refusal(essai, {"codeIbs": "SECRET", "URL": LIEN}) == "Le dossier SECRET n'existe pas sur le domaine."
    uri = essai.deposit("a.tra", VENTE)
    essai.ports.dossiers.creer("AUTRECABINET", "VOL", "Autre")
    autres = essai.keys("AUTRECABINET")
    import_id = essai.client.post(f"{LOOP}/importTra", json={"codeIbs": "VOL", "URI": uri}, headers=autres).json()[
        "accountingImportRequestId"
    ]
    essai.work(import_id)
    etat = essai.client.get(
        f"{LOOP}/getImportStatus", params={"accountingImportRequestId": import_id}, headers=autres
    ).json()
    assert etat["status"] == 4
    assert "Aucun fichier n'a été déposé" in etat["message"]


def test_a_key_not_activated_for_the_dossier_is_told_so(essai: Essai) -> None:
    autre = essai.ports.dossiers.creer(DOMAIN, "AUTRE", "Autre")
    cles = essai.keys(DOMAIN, [autre.dossier])
    publique = cles["x-apikey"].split(":")[0]
    for route, nom in (("importTra", "TRA"), ("importFEC", "FEC")):
        message = f"Une erreur s'est produite lors de la demande d'import {nom} : Le collaborateur {publique} n'a pas accès au dossier {CODE}"
        assert refusal(essai, {"codeIbs": CODE, "URL": LIEN, "SIRET": "faux"}, route=route, **cles) == message


def test_both_keys_are_needed_and_checked_before_the_body(local: Essai) -> None:
    abonnement, apikey = local.cles["Ocp-Apim-Subscription-Key"], local.cles["x-apikey"]
    absente = "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."
    fausse = (
        "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
    )
    cas: list[tuple[dict[str, str], str | None]] = [
        ({}, absente),
        ({"x-apikey": apikey}, absente),
        ({"Ocp-Apim-Subscription-Key": "0" * 32, "x-apikey": apikey}, fausse),
        ({"Ocp-Apim-Subscription-Key": abonnement}, None),
        ({"Ocp-Apim-Subscription-Key": abonnement, "x-apikey": apikey.split(":")[0]}, None),
        ({"Ocp-Apim-Subscription-Key": abonnement, "x-apikey": apikey + "x"}, None),
        ({"Ocp-Apim-Subscription-Key": abonnement, "x-apikey": ":" + apikey}, None),
    ]
    for cles, message in cas:
        for methode, chemin in (
            ("POST", "importTra"),
            ("POST", "importFEC"),
            ("GET", "getImportStatus"),
            ("GET", "getFileUrlDeposit"),
        ):
            reponse = local.client.request(methode, f"{LOOP}/{chemin}", headers=cles, content=b"{")
            assert reponse.status_code == 401
            recu = reponse.json()
            assert set(recu) == {"statusCode", "message"}
            assert recu["statusCode"] == 401
            assert recu["message"] == message if message else "x-apikey" in recu["message"]
    revoquees = local.keys(DOMAIN)
    assert local.client.get(f"{LOOP}/getImportStatus", headers=revoquees).status_code == 200
    assert local.ports.cles.revoquer(revoquees["x-apikey"].split(":")[0])
    assert local.client.get(f"{LOOP}/getImportStatus", headers=revoquees).status_code == 401


def test_a_deposit_name_must_be_a_plain_name_with_a_known_extension(local: Essai) -> None:
    for nom in ("a.tra", "A.TRA", "812345676FEC20251231.txt", "b.CSV"):
        reponse = local.client.get(f"{LOOP}/GETFILEURLDEPOSIT", params={"FileName": nom}, headers=local.cles)
        assert set(reponse.json()) == {"depositUrl", "uri"}
    for nom in ("", " ", "a.exe", "../a.tra", "a\\b.tra", "a\x00.exe", ".tra", "a" * 300 + ".tra"):
        reponse = local.client.get(f"{LOOP}/getFileUrlDeposit", params={"filename": nom}, headers=local.cles)
        assert reponse.status_code == 200
        assert set(reponse.json()) == {"error"}, nom
    assert "error" in local.client.get(f"{LOOP}/getFileUrlDeposit", headers=local.cles).json()


def test_the_upload_needs_its_signature_and_no_key(local: Essai) -> None:
    url = str(
        local.client.get(f"{LOOP}/getFileUrlDeposit", params={"filename": "a.tra"}, headers=local.cles).json()[
            "depositUrl"
        ]
    )
    for premier in (VENTE, BANCALE):
        reponse = local.client.put(url, content=premier, headers={"x-ms-blob-type": "BlockBlob"})
        assert (reponse.status_code, reponse.content) == (201, b"")
    for fausse in (
        url[:-1] + ("A" if url[-1] != "A" else "B"),
        url.replace("se=20", "se=21"),
        url.split("?")[0],
        url.replace("a.tra", "b.tra"),
    ):
        reponse = local.client.put(fausse, content=VENTE)
        assert reponse.status_code == 403
        assert set(reponse.json()) == {"error"}


def test_what_is_too_large_is_refused_before_it_is_kept(tmp_path: Path) -> None:
    from ecritures.imports.limits import Limits

    bornes = Limits(fichier_taille_octets_max=2000, corps_taille_octets_max=1000)
    with open_essai(f"sqlite:///{tmp_path}/petit.sqlite", tmp_path / "donnees", limits=bornes) as essai:
        url = essai.client.get(f"{LOOP}/getFileUrlDeposit", params={"filename": "a.tra"}, headers=essai.cles).json()[
            "depositUrl"
        ]
        assert essai.client.put(url, content=b"x" * 2000).status_code == 201
        for contenu in (b"x" * 2001, iter([b"x" * 1500, b"x" * 1500])):
            reponse = essai.client.put(url, content=contenu)
            assert reponse.status_code == 413
            assert set(reponse.json()) == {"error"}
        assert refusal(essai, {"codeIbs": CODE, "URL": "x" * 1000}, statut=413).startswith(
            "Le corps de la requête dépasse"
        )


def test_an_unknown_path_answers_as_the_gateway_does(local: Essai) -> None:
    for chemin in ("/", "/inconnu", f"{LOOP}/importXyz", f"{LOOP}", "/importTra/autre"):
        reponse = local.client.get(chemin, headers=local.cles)
        assert (reponse.status_code, reponse.json()) == (404, {"statusCode": 404, "message": "Resource not found"})
    reponse = local.client.get("/importTra", headers=local.cles)
    assert (reponse.status_code, reponse.headers["allow"]) == (405, "POST")
