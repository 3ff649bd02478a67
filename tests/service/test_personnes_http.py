"""People, keys, rate limit and audit trail, over HTTP. SQLite and PostgreSQL."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.personnes import hache, premiers_administrateurs
from serveurs.api import BASE_URL, CODE, DOMAIN, LOOP, V1, VENTE, Essai, open_essai

MOT = "une phrase assez longue"


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        yield ouvert


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Essai]:
    with open_essai(f"sqlite:///{tmp_path}/api.sqlite", tmp_path / "donnees") as ouvert:
        yield ouvert


def personne(essai: Essai, identifiant: str = "anne", role: str = "administrateur", domain: str = DOMAIN) -> None:
    essai.ports.personnes.creer(domain, Collaborateur(identifiant, "Anne", "Martin", role))
    essai.ports.personnes.changer_mot_de_passe(domain, identifiant, hache(MOT))


def sign_in(essai: Essai, identifiant: str = "anne", mot: str = MOT, domain: str = DOMAIN) -> Any:
    corps = {"domain": domain, "identifiant": identifiant, "mot_de_passe": mot}
    return essai.client.post(f"{V1}/session", json=corps)


def admin_keys(essai: Essai, domain: str = DOMAIN, **choix: Any) -> dict[str, str]:
    choix = {"est_avancee": True, "role": "administrateur", **choix}
    return {**essai.cles, "x-apikey": essai.ports.cles.creer_cle(domain, "essai", **choix)}


def test_the_first_administrator_signs_in_by_a_link_that_works_once(essai: Essai) -> None:
    ((domain, jeton),) = premiers_administrateurs(essai.ports)
    assert domain == DOMAIN
    ((_, neuf),) = premiers_administrateurs(essai.ports)  # a restart: the link before is worthless
    page = essai.client.get("/invitation", follow_redirects=False)  # the browser keeps what is after the « # »
    assert (page.status_code, page.headers["location"]) == (303, "/app/invitation")
    chemin = f"{V1}/invitations/acceptation"
    assert essai.client.post(chemin, json={"jeton": jeton, "mot_de_passe": MOT}).status_code == 404
    court = essai.client.post(chemin, json={"jeton": neuf, "mot_de_passe": "court"})
    assert (court.status_code, court.json()["code"]) == (422, "mot_de_passe.invalide")
    accepte = essai.client.post(chemin, json={"jeton": neuf, "mot_de_passe": MOT})
    assert accepte.json() == {"domain": DOMAIN, "identifiant": "administrateur"}
    assert essai.client.post(chemin, json={"jeton": neuf, "mot_de_passe": MOT}).status_code == 404
    assert sign_in(essai, "Administrateur").json()["role"] == "administrateur"
    assert premiers_administrateurs(essai.ports) == []


def test_a_session_has_an_opaque_cookie_and_asks_for_its_token_to_write(essai: Essai) -> None:
    personne(essai)
    reponse = sign_in(essai)
    cookie = reponse.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    csrf = {"x-csrf-token": reponse.json()["csrf"]}
    assert essai.client.get(f"{V1}/dossiers").json()["dossiers"][0]["code_ibs"] == CODE
    neuf = {"code_ibs": "NEUF"}
    for faux in ({}, {"x-csrf-token": "0" * 64}, {"x-csrf-token": "é".encode()}):
        refus = essai.client.post(f"{V1}/dossiers", json=neuf, headers=faux)
        assert (refus.status_code, refus.json()["code"]) == (403, "csrf.invalide")
    assert essai.client.post(f"{V1}/dossiers", json=neuf, headers=csrf).status_code == 201
    assert (
        essai.client.get(f"{LOOP}/getFileUrlDeposit?filename=a.tra").status_code == 401
    )  # the dialect knows keys only
    premier = essai.client.cookies["ecritures_session"]
    assert sign_in(essai).status_code == 200
    assert essai.client.cookies["ecritures_session"] != premier  # rotated, and the one before is over
    vieux = TestClient(essai.api, base_url=BASE_URL, cookies={"ecritures_session": premier})
    assert vieux.get(f"{V1}/session").json()["code"] == "session.invalide"
    csrf = {"x-csrf-token": essai.client.get(f"{V1}/session").json()["csrf"]}
    assert essai.client.delete(f"{V1}/session", headers=csrf).status_code == 204
    assert essai.client.get(f"{V1}/session").status_code == 401


def test_the_cookie_is_for_tls_only_when_the_request_came_by_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/api.sqlite"
    with open_essai(url, tmp_path / "donnees", mandataire_de_confiance=True) as essai:
        personne(essai)
        corps = {"domain": DOMAIN, "identifiant": "anne", "mot_de_passe": MOT}
        tls = essai.client.post(f"{V1}/session", json=corps, headers={"x-forwarded-proto": "https"})
        assert "Secure" in tls.headers["set-cookie"]


def test_failures_say_the_same_whoever_is_named_and_are_slowed(local: Essai) -> None:
    personne(local)
    local.ports.personnes.creer(DOMAIN, Collaborateur("paul", "Paul", "D", "lecture"))  # invited, no password yet
    inconnus = [("anne", DOMAIN), ("personne", DOMAIN), ("paul", DOMAIN), ("anne", "AILLEURS")]
    corps = []
    for identifiant, domain in inconnus:
        reponse = sign_in(local, identifiant, "un mot de passe faux", domain)
        corps.append((reponse.status_code, reponse.text))
    assert len(set(corps)) == 1 and corps[0][0] == 401
    for identifiant in ("anne", "personne"):
        statuts = [sign_in(local, identifiant, "un mot de passe faux").status_code for _ in range(5)]
        assert statuts == [401] * 4 + [429]
    ferme = sign_in(local)
    assert ferme.status_code == 429 and int(ferme.headers["retry-after"]) > 800
    assert ferme.json()["code"] == "connexion.trop_d_essais"


def test_a_form_of_another_site_cannot_sign_a_person_in(local: Essai) -> None:
    corps = json.dumps({"domain": DOMAIN, "identifiant": "anne", "mot_de_passe": MOT})
    reponse = local.client.post(f"{V1}/session", content=corps, headers={"content-type": "text/plain"})
    assert (reponse.status_code, reponse.json()["code"]) == (415, "corps.type")


def test_a_changed_password_ends_every_session(local: Essai) -> None:
    personne(local, role="lecture")
    csrf = {"x-csrf-token": sign_in(local).json()["csrf"]}
    chemin, neuf = f"{V1}/session/mot-de-passe", "une autre phrase, plus longue"
    faux = local.client.post(chemin, json={"ancien": "faux mot de passe", "nouveau": neuf}, headers=csrf)
    assert (faux.status_code, faux.json()["code"]) == (401, "connexion.refusee")
    assert local.client.post(chemin, json={"ancien": MOT, "nouveau": neuf}, headers=csrf).status_code == 204
    assert local.client.get(f"{V1}/session").status_code == 401
    assert (sign_in(local).status_code, sign_in(local, mot=neuf).status_code) == (401, 200)


def test_an_administrator_manages_the_firm_and_its_people(essai: Essai) -> None:
    cles = admin_keys(essai)

    def fait(methode: str, chemin: str, statut: int, corps: Any = None) -> Any:
        reponse = essai.client.request(methode, f"{V1}{chemin}", json=corps, headers=cles)
        assert reponse.status_code == statut, reponse.text
        return reponse.json() if reponse.content else None

    assert fait("PUT", "/cabinet", 200, {"libelle": "Cabinet Démo"})["libelle"] == "Cabinet Démo"
    assert fait("GET", "/cabinet", 200)["domain"] == DOMAIN
    fait("PUT", "/agences/LYON", 200, {"libelle": "Lyon"})
    fait("PUT", "/groupes/SOCIAL", 200, {"description": "Social", "agence": "LYON"})
    assert fait("DELETE", "/agences/LYON", 409)["code"] == "cabinet.encore_utilise"
    neuf = {"identifiant": "Paul.D", "nom": "Durand", "role": "collaborateur", "groupe": "SOCIAL"}
    assert fait("POST", "/collaborateurs", 201, neuf)["identifiant"] == "paul.d"
    assert fait("POST", "/collaborateurs", 409, neuf)["code"] == "collaborateur.existant"
    jeton = fait("POST", "/collaborateurs/PAUL.D/invitations", 201)["jeton"]
    corps = {"jeton": jeton, "mot_de_passe": MOT}
    assert essai.client.post(f"{V1}/invitations/acceptation", json=corps).status_code == 200
    assert sign_in(essai, "paul.d").json()["role"] == "collaborateur"
    change = {"nom": "Durand", "role": "lecture", "est_actif": False}
    assert fait("PUT", "/collaborateurs/paul.d", 200, change)["est_actif"] is False
    assert essai.client.get(f"{V1}/session").status_code == 401
    fait("DELETE", "/collaborateurs/paul.d", 204)
    assert fait("GET", "/collaborateurs", 200) == {"collaborateurs": []}
    actions = [t["action"] for t in fait("GET", "/audit", 200)["traces"]]
    assert actions == [
        "collaborateur.retrait",
        "collaborateur.role",
        "session.ouverture",
        "invitation.acceptation",
        "invitation.creation",
        "collaborateur.creation",
        "groupe.creation",
        "agence.creation",
        "cabinet.modification",
    ]


def test_keys_are_made_activated_withdrawn_and_revoked_by_the_api(essai: Essai) -> None:
    cles = admin_keys(essai)
    essai.ports.dossiers.creer(DOMAIN, "DEUX", "")
    cree = essai.client.post(f"{V1}/cles", json={"libelle": "caisse", "dossiers": [CODE]}, headers=cles)
    assert cree.status_code == 201 and cree.json()["dossiers"] == [CODE]
    publique, siennes = cree.json()["cle"], {**essai.cles, "x-apikey": cree.json()["apikey"]}

    def statut(code: str) -> int:
        return essai.client.get(f"{V1}/dossiers/{code}", headers=siennes).status_code

    assert (statut(CODE), statut("DEUX")) == (200, 403)
    chemin = f"{V1}/cles/{publique}/dossiers/DEUX"
    assert essai.client.put(chemin, headers=cles).json() == {"cle": publique, "dossier": "DEUX", "est_activee": True}
    assert statut("DEUX") == 200
    assert essai.client.delete(chemin, headers=cles).json()["est_activee"] is False
    assert statut("DEUX") == 403
    lue = essai.client.get(f"{V1}/cles/{publique}", headers=cles).json()
    assert "apikey" not in lue and lue["dernier_usage"] is not None
    assert essai.client.delete(f"{V1}/cles/{publique}", headers=cles).status_code == 204
    assert statut(CODE) == 401
    passe = {"expiration": (datetime.now(UTC) - timedelta(hours=1)).isoformat()}
    expiree = essai.client.post(f"{V1}/cles", json=passe, headers=cles).json()["apikey"]
    refus = essai.client.get(f"{V1}/dossiers", headers={**essai.cles, "x-apikey": expiree})
    assert (refus.status_code, refus.json()["code"]) == (401, "cle.invalide")


def test_a_subscription_of_a_firm_serves_its_keys_only_and_is_rotated(essai: Essai) -> None:
    cles = admin_keys(essai)
    ouvert = essai.client.post(f"{V1}/abonnements", json={"nom": "caisse"}, headers=cles).json()

    def statut(abonnement: str, apikey: str) -> int:
        entetes = {"Ocp-Apim-Subscription-Key": abonnement, "x-apikey": apikey}
        return essai.client.get(f"{V1}/dossiers", headers=entetes).status_code

    autre = essai.ports.cles.creer_cle("AUTRE", "essai")
    assert [statut(ouvert[rang], cles["x-apikey"]) for rang in ("primaire", "secondaire")] == [200, 200]
    assert statut(ouvert["primaire"], autre) == 401
    chemin = f"{V1}/abonnements/{ouvert['abonnement']}"
    neuve = essai.client.post(f"{chemin}/rotation", json={"rang": "primaire"}, headers=cles).json()["cle"]
    assert [statut(c, cles["x-apikey"]) for c in (ouvert["primaire"], neuve)] == [200, 200]
    seche = {"rang": "primaire", "recouvrement_s": 0}
    assert essai.client.post(f"{chemin}/rotation", json=seche, headers=cles).status_code == 201
    assert [statut(c, cles["x-apikey"]) for c in (ouvert["primaire"], neuve)] == [401, 401]
    assert essai.client.delete(chemin, headers=admin_keys(essai, "AUTRE")).status_code == 404
    assert essai.client.delete(chemin, headers=cles).status_code == 204
    assert statut(ouvert["secondaire"], cles["x-apikey"]) == 401


def test_too_many_requests_are_told_when_to_come_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/api.sqlite"
    with open_essai(url, tmp_path / "donnees", requetes_minute_max=3) as essai:
        reponses = [essai.client.get(f"{V1}/dossiers", headers=essai.cles) for _ in range(4)]
        assert [r.status_code for r in reponses] == [200, 200, 200, 429]
        assert reponses[3].json()["code"] == "debit.depasse"
        loop = essai.client.get(f"{LOOP}/getImportStatus", headers=essai.cles)
        attente = int(loop.headers["retry-after"])
        assert loop.status_code == 429 and 1 <= attente <= 20
        message = f"Rate limit is exceeded. Try again in {attente} seconds."
        assert loop.json() == {"statusCode": 429, "message": message}
        libre = {**essai.cles, "x-apikey": essai.ports.cles.creer_cle(DOMAIN, "", limite_minute=0)}
        assert {essai.client.get(f"{V1}/dossiers", headers=libre).status_code for _ in range(9)} == {200}
        une = {**essai.cles, "x-apikey": essai.ports.cles.creer_cle(DOMAIN, "", limite_minute=1)}
        assert [essai.client.get(f"{V1}/dossiers", headers=une).status_code for _ in range(2)] == [200, 429]


def test_an_identical_post_counts_once_against_the_limit(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/api.sqlite"
    with open_essai(url, tmp_path / "donnees", requetes_minute_max=1) as essai:
        entetes = {**essai.cles, "idempotency-key": "une-fois"}
        reponse = essai.client.post(f"{V1}/dossiers", json={"code_ibs": "NEUF"}, headers=entetes)
        assert reponse.status_code == 201, reponse.text


def test_a_reader_may_check_a_file_even_with_a_request_key(local: Essai) -> None:
    entetes = admin_keys(local, role="lecture") | {"idempotency-key": "une-fois"}
    reponse = local.client.post(f"{V1}/dossiers/{CODE}/preflight?format=tra", content=VENTE, headers=entetes)
    assert reponse.status_code == 200, reponse.text
    entetes["idempotency-key"] = "autre"
    refus = local.client.post(f"{V1}/dossiers", json={"code_ibs": "NEUF"}, headers=entetes)
    assert (refus.status_code, refus.json()["code"]) == (403, "role.insuffisant")


def test_the_audit_trail_is_paged_and_exported_without_secrets_and_without_formulas(essai: Essai) -> None:
    cles = admin_keys(essai)
    for n in range(5):
        essai.ports.audit.noter(DOMAIN, "=1+1", "essai.fait", objet=f"@{n}", details={"é": f"{n}"})
    essai.ports.audit.noter("AUTRE", "ek_x", "essai.fait")
    premiere = essai.client.get(f"{V1}/audit?limite=3", headers=cles).json()
    suite = essai.client.get(f"{V1}/audit?limite=3&apres={premiere['suivant']}", headers=cles).json()
    assert [t["objet"] for p in (premiere, suite) for t in p["traces"]] == ["@4", "@3", "@2", "@1", "@0"]
    assert suite["suivant"] is None
    jsonl = essai.client.get(f"{V1}/audit/export", headers=cles)
    assert jsonl.headers["content-type"].startswith("application/x-ndjson")
    lues = [json.loads(ligne) for ligne in jsonl.text.splitlines()]
    assert [t["objet"] for t in lues] == [f"@{n}" for n in range(5)]
    assert lues[0]["acteur"] == "=1+1" and lues[0]["details"] == {"é": "0"}
    tableur = essai.client.get(f"{V1}/audit/export?format=csv", headers=cles)
    rangees = list(csv.DictReader(io.StringIO(tableur.content.decode("utf-8-sig"))))
    assert [r["acteur"] for r in rangees] == ["'=1+1"] * 5
    assert rangees[2]["objet"] == "'@2" and json.loads(rangees[2]["details"]) == {"é": "2"}
