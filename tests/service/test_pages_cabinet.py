"""Screens of the firm, in process: who may see and do what, secrets shown once, what is written. SQLite and PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from ecritures.api.access import COOKIE
from ecritures.imports.cabinet import Agence, Groupe
from ecritures.imports.evenements import event_id
from ecritures.imports.ports import NouvelleDemande
from ecritures.imports.requetes import Requete
from ecritures.settings import Settings
from serveurs.api import CODE, DOMAIN, LOOP, VENTE, Essai, open_essai
from serveurs.pages import MOT_DE_PASSE, Navigateur, show_pages

AUTRE = "AUTRECABINET"
PAGES = ("/cles", "/nouvelle-cle", "/webhooks", "/audit", "/nouveau-collaborateur")
OUVERTES = ("/collaborateurs", "/agences", "/parametres", "/compte", "/catalogue", "/requetes")


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        show_pages(ouvert)
        yield ouvert


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Essai]:
    with open_essai(f"sqlite:///{tmp_path}/pages.sqlite", tmp_path / "donnees") as ouvert:
        show_pages(ouvert)
        yield ouvert


def _secrets(page: Any) -> list[str]:
    return [unescape(v) for v in re.findall(r'id="secret-\d+" value="([^"]+)"', page.text)]


def _actions(essai: Essai) -> list[str]:
    return [t.action for t in essai.ports.audit.lister(DOMAIN, limite=20)]


def test_administrators_see_every_page_and_others_those_that_the_api_lets_them_read(local: Essai) -> None:
    for role in ("administrateur", "collaborateur", "lecture"):
        moi = Navigateur(local, role)
        for page in PAGES:
            assert moi.get(page).status_code == (200 if role == "administrateur" else 403), (role, page)
        for page in OUVERTES:
            recue = moi.get(page)
            assert recue.status_code == 200, (role, page)
            assert recue.headers["cache-control"] == "no-store"
    assert local.client.get("/app/cles", follow_redirects=False).headers["location"] == "/app/connexion?suite=/app/cles"


def test_reading_roles_see_no_action_and_the_server_refuses_them(local: Essai) -> None:
    local.ports.cabinets.garder_agence(DOMAIN, Agence("LYON", "Agence de Lyon"))
    lecteur = Navigateur(local, "lecture")
    for page in OUVERTES:
        formulaires = re.findall(r'<form[^>]*action="([^"]+)"', lecteur.get(page).text)
        siens = {"/app/preferences", "/app/deconnexion", "/app/compte/mot-de-passe", "/app/compte/deconnexion-partout"}
        assert set(formulaires) - siens - {"/app/requetes"} == set(), page
    actes = (
        "/cles", "/abonnements", "/webhooks", "/collaborateurs", "/agences", "/groupes", "/parametres", "/catalogue/cles-essai",
        "/collaborateurs/lecture", "/agences/LYON/retrait",
    )  # fmt: skip
    avant = _actions(local)
    for role in ("lecture", "collaborateur"):
        qui = Navigateur(local, role)
        for acte in actes:
            if (role, acte) != ("collaborateur", "/catalogue/cles-essai"):
                assert qui.post(acte, libelle="X", nom="X", code="X").status_code == 403, (role, acte)
    assert _actions(local) == avant


def test_a_form_without_its_token_changes_nothing(local: Essai) -> None:
    moi = Navigateur(local, "administrateur")
    local.client.cookies.set(COOKIE, moi.cookie)
    assert local.client.post("/app/cles", data={"libelle": "Caisse"}).status_code == 403
    assert [c.libelle for c in local.ports.cles.lister(DOMAIN)] == ["essai"]


def test_a_key_is_shown_once_then_used_limited_activated_and_revoked(essai: Essai) -> None:
    moi = Navigateur(essai, "administrateur")
    jour = (datetime.now(UTC) + timedelta(days=30)).date()
    creee = moi.post(
        "/cles", libelle="Caisse", sorte="standard", role="lecture", portee="choisis", dossiers=[CODE],
        expiration=jour.isoformat(), limite_minute="120",
    )  # fmt: skip
    (apikey,) = _secrets(creee)
    assert creee.status_code == 201 and creee.headers["cache-control"] == "no-store"
    acces = essai.ports.cles.identifier(apikey)
    assert acces is not None and (acces.role, acces.limite_minute) == ("lecture", 120)
    assert acces.dossiers_permis == {essai.dossier.dossier}
    cle = essai.ports.cles.trouver(DOMAIN, acces.cle)
    assert cle is not None and cle.expiration is not None and cle.expiration.date() == jour
    secret = apikey.partition(":")[2]
    for page in ("/cles", f"/cles/{acces.cle}", "/audit", "/requetes"):
        assert secret not in moi.get(page).text
    autre = essai.ports.dossiers.creer(DOMAIN, "DEMO002", "Autre SARL")
    assert moi.post(f"/cles/{acces.cle}/dossiers", dossier="DEMO002", active="true").status_code == 303
    assert essai.ports.cles.identifier(apikey).dossiers_permis == {essai.dossier.dossier, autre.dossier}  # type: ignore[union-attr]
    moi.post(f"/cles/{acces.cle}/dossiers", dossier=CODE, active="false")
    assert essai.ports.cles.identifier(apikey).dossiers_permis == {autre.dossier}  # type: ignore[union-attr]
    assert moi.post(f"/cles/{acces.cle}/revocation").status_code == 303
    assert essai.ports.cles.identifier(apikey) is None
    assert acces.cle not in moi.get("/cles").text and acces.cle in moi.get("/cles", tout="true").text
    assert _actions(essai)[:4] == ["cle.revocation", "cle.desactivation", "cle.activation", "cle.creation"]


@pytest.mark.parametrize(
    ("champs", "dit"),
    [
        ({"libelle": " "}, "Libellé"),
        ({"role": "roi"}, "rôle"),
        ({"portee": "choisis"}, "Aucun dossier"),
        ({"expiration": "2001-01-01"}, "passée"),
        ({"expiration": "demain"}, "31/12/2025"),
        ({"limite_minute": "-3"}, "nombre entier"),
        ({"portee": "choisis", "dossiers": "INCONNU"}, "INCONNU"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused_with_what_to_do(local: Essai, champs: dict[str, str], dit: str) -> None:
    refus = Navigateur(local, "administrateur").post("/cles", **{"libelle": "Caisse", **champs})
    assert refus.status_code in (404, 422) and dit in unescape(refus.text)
    assert len(local.ports.cles.lister(DOMAIN)) == 1


def test_a_subscription_is_renewed_while_the_former_key_still_serves(essai: Essai) -> None:
    moi = Navigateur(essai, "administrateur")
    primaire, secondaire = _secrets(moi.post("/abonnements", nom="Caisse"))
    (numero,) = {a.abonnement for a in essai.ports.cles.lister_abonnements(DOMAIN)}
    (neuve,) = _secrets(moi.post(f"/abonnements/{numero}/rotation", rang="primaire", recouvrement_s="3600"))
    vives = [essai.ports.cles.abonnement_valide(cle) for cle in (primaire, secondaire, neuve)]
    assert vives == [True, True, True]
    (encore,) = _secrets(moi.post(f"/abonnements/{numero}/rotation", rang="secondaire", recouvrement_s="0"))
    assert not essai.ports.cles.abonnement_valide(secondaire) and essai.ports.cles.abonnement_valide(encore)
    assert moi.post(f"/abonnements/{numero}/rotation", rang="roi").status_code == 422
    assert all(cle not in moi.get("/cles", tout="true").text for cle in (primaire, neuve, encore))
    assert moi.post(f"/abonnements/{numero}/revocation").status_code == 303
    assert not any(essai.ports.cles.abonnement_valide(cle) for cle in (primaire, neuve, encore))


def test_objects_of_another_firm_look_absent(local: Essai) -> None:
    etranger = Navigateur(local, "administrateur", AUTRE)
    cle = local.ports.cles.lister(DOMAIN)[0].cle
    numero = local.ports.cles.ouvrir_abonnement("Caisse", DOMAIN)[0]
    webhook, _ = local.ports.webhooks.creer(DOMAIN, "", "https://exemple.fr/x", ["import.termine"])
    Navigateur(local, "administrateur", DOMAIN, "anne")
    assert etranger.get(f"/cles/{cle}").status_code == 404
    assert etranger.get(f"/webhooks/{webhook.id}").status_code == 404
    assert etranger.get("/collaborateurs/anne").status_code == 404
    for acte in (
        f"/cles/{cle}/revocation", f"/abonnements/{numero}/revocation", f"/webhooks/{webhook.id}/retrait",
        f"/webhooks/{webhook.id}/rotation", "/collaborateurs/anne/retrait", "/collaborateurs/anne/invitations",
    ):  # fmt: skip
        assert etranger.post(acte).status_code == 404, acte
    assert etranger.post("/catalogue/cles-essai", dossier=CODE).status_code == 404
    assert "anne" not in etranger.get("/collaborateurs").text


def test_a_person_is_invited_by_a_link_shown_once_and_signs_in(essai: Essai) -> None:
    moi = Navigateur(essai, "administrateur")
    creee = moi.post("/collaborateurs", identifiant="b.durand", nom="Durand", role="lecture", inviter="true")
    (lien,) = _secrets(creee)
    assert creee.status_code == 201 and "/invitation#" in lien
    corps = {"jeton": lien.partition("#")[2], "mot_de_passe": MOT_DE_PASSE}
    assert essai.client.post("/api/v1/invitations/acceptation", json=corps).status_code == 200
    assert essai.client.post("/api/v1/invitations/acceptation", json=corps).status_code == 404
    qui = {"domain": DOMAIN, "identifiant": "b.durand", "mot_de_passe": MOT_DE_PASSE}
    assert essai.client.post("/app/connexion", data=qui, follow_redirects=False).status_code == 303
    essai.client.cookies.clear()
    assert lien.partition("#")[2] not in moi.get("/collaborateurs/b.durand").text
    moi.post("/collaborateurs/b.durand", nom="Durand", role="collaborateur")
    apres = essai.ports.personnes.trouver(DOMAIN, "b.durand")
    assert apres is not None and (apres.role, apres.est_actif) == ("collaborateur", False)
    assert essai.client.post("/app/connexion", data=qui, follow_redirects=False).status_code == 401
    assert moi.post("/collaborateurs/b.durand/retrait").status_code == 303
    assert essai.ports.personnes.trouver(DOMAIN, "b.durand") is None
    assert moi.post("/collaborateurs/administrateur/retrait").status_code == 409  # the last one


def test_offices_and_teams_are_kept_and_refused_while_they_serve(essai: Essai) -> None:
    moi = Navigateur(essai, "administrateur")
    assert moi.post("/agences", code="LYON", libelle="Agence de Lyon", ville="Lyon").status_code == 303
    assert moi.post("/groupes", code="SOCIAL", description="Équipe sociale", agence="LYON").status_code == 303
    assert essai.ports.cabinets.groupes(DOMAIN) == [Groupe("SOCIAL", "Équipe sociale", "LYON")]
    assert moi.post("/agences/LYON/retrait").status_code == 409
    assert moi.post("/groupes/SOCIAL/retrait").status_code == moi.post("/agences/LYON/retrait").status_code == 303
    assert essai.ports.cabinets.agences(DOMAIN) == []
    assert moi.post("/agences/LYON/retrait").status_code == 404


def test_a_webhook_is_made_turned_off_renewed_and_its_messages_sent_again(essai: Essai) -> None:
    moi = Navigateur(essai, "administrateur")
    refuse = moi.post("/webhooks", url="https://127.0.0.1/x", evenements="import.termine")
    assert refuse.status_code == 422 and essai.ports.webhooks.lister(DOMAIN) == []
    essai.ports.webhooks.creer(DOMAIN, "Caisse", "https://exemple.fr/x?jeton=tres-secret", ["import.termine"])
    (webhook,) = essai.ports.webhooks.lister(DOMAIN)
    assert "tres-secret" not in moi.get("/webhooks").text + moi.get(f"/webhooks/{webhook.id}").text
    sha, taille = essai.ports.originaux.garder(iter([VENTE]), 1 << 20)
    demande = essai.ports.demandes.enregistrer(
        NouvelleDemande(DOMAIN, essai.dossier.dossier, CODE, "tra", "ventes.TRA", sha256=sha, taille_octets=taille)
    )
    essai.work(demande.id)
    (livraison,) = essai.ports.webhooks.livraisons(DOMAIN, webhook.id)
    assert livraison.evenement_id == event_id(demande.id, "import.termine")
    vue = moi.get(f"/webhooks/{webhook.id}").text
    assert "import.termine" in vue and f"/app/imports/{demande.id}" in vue
    assert moi.post(f"/webhooks/{webhook.id}/livraisons/{livraison.rang}/renvoi").status_code == 303
    assert moi.post(f"/webhooks/{webhook.id}/livraisons/999999/renvoi").status_code == 404
    (secret,) = _secrets(moi.post(f"/webhooks/{webhook.id}/rotation"))
    assert secret not in moi.get(f"/webhooks/{webhook.id}").text
    moi.post(f"/webhooks/{webhook.id}/etat", est_actif="false")
    assert [w.est_actif for w in essai.ports.webhooks.lister(DOMAIN)] == [False]
    assert moi.post(f"/webhooks/{webhook.id}/retrait").status_code == 303
    assert essai.ports.webhooks.lister(DOMAIN) == []


def test_the_trail_is_filtered_and_read_page_after_page(essai: Essai) -> None:
    moi = Navigateur(essai, "administrateur")
    for rang in range(70):
        essai.ports.audit.noter(DOMAIN, "anne", "cle.creation", objet=f"objet-{rang:03}")
    essai.ports.audit.noter(DOMAIN, "benoit", "cle_autre.creation", objet="<script>alert(1)</script>")
    page = moi.get("/audit", sujet="cle", acteur="anne")
    vus = re.findall(r"objet-\d{3}", page.text)
    suivant = unescape(re.findall(r'href="/app(/audit\?[^"]*apres=\d+)"', page.text)[0])
    vus += re.findall(r"objet-\d{3}", moi.get(suivant).text)
    assert vus == [f"objet-{rang:03}" for rang in reversed(range(70))]
    assert "cle_autre" not in page.text  # another subject that begins alike
    tout = moi.get("/audit").text
    assert "<script>alert(1)" not in tout and "&lt;script&gt;alert(1)" in tout
    demain = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert "objet-" not in moi.get("/audit", debut=demain).text and "objet-069" in moi.get("/audit", fin=demain).text
    assert moi.get("/audit", debut="hier").status_code == 422
    assert essai.client.get("/api/v1/audit/export", cookies={COOKIE: moi.cookie}).text.count("objet-") == 70
    essai.client.cookies.clear()


def test_people_change_their_password_and_sign_out_everywhere(essai: Essai) -> None:
    moi = Navigateur(essai, "lecture").with_password()
    autre = essai.ports.sessions.ouvrir(DOMAIN, "lecture", duree_s=3600)
    assert moi.get("/compte").text.count("celle-ci") == 1
    faux = moi.post("/compte/mot-de-passe", ancien="pas celui-là", nouveau="x" * 20, encore="x" * 20)
    assert faux.status_code == 422 and "actuel est faux" in faux.text
    assert moi.post("/compte/mot-de-passe", ancien=MOT_DE_PASSE, nouveau="une", encore="deux").status_code == 422
    assert moi.post("/compte/mot-de-passe", ancien=MOT_DE_PASSE, nouveau="court", encore="court").status_code == 422
    neuf = "une autre phrase, plus longue"
    change = moi.post("/compte/mot-de-passe", ancien=MOT_DE_PASSE, nouveau=neuf, encore=neuf)
    assert (change.status_code, change.headers["location"]) == (303, "/app/connexion")
    assert essai.ports.sessions.lire(autre, inactivite_s=3600) is None
    encore = Navigateur(essai, "lecture")
    assert encore.post("/compte/deconnexion-partout").status_code == 303
    assert encore.get("/compte").status_code == 303  # to sign-in


def test_settings_are_told_to_administrators_without_a_secret(local: Essai) -> None:
    reglages = Settings(secret="tres-secret-de-trente-deux-octets", base_sql="postgresql+psycopg://u:motdepasse@h/b")  # type: ignore[arg-type]
    local.api.state.parametres = reglages.shown()
    vu = Navigateur(local, "administrateur").get("/parametres").text
    assert "ECRITURES_FICHIER_TAILLE_OCTETS_MAX" in vu and "139\u202f460\u202f608" in vu
    assert "tres-secret" not in vu and "motdepasse" not in vu and "réglé, non montré" in vu
    assert "ECRITURES_" not in Navigateur(local, "collaborateur").get("/parametres").text
    Navigateur(local, "administrateur").post("/parametres", libelle="Cabinet Martin")
    assert local.ports.cabinets.trouver(DOMAIN).libelle == "Cabinet Martin"  # type: ignore[union-attr]


def test_test_keys_last_an_hour_have_no_more_rights_and_end_with_the_session(essai: Essai) -> None:
    moi = Navigateur(essai, "collaborateur")
    assert moi.post("/catalogue/cles-essai", sorte="advanced").status_code == 403
    cles = moi.post("/catalogue/cles-essai", dossier=CODE).json()
    acces = essai.ports.cles.identifier(cles["apikey"])
    assert acces is not None and (acces.est_avancee, acces.role) == (False, "collaborateur")
    assert acces.dossiers_permis == {essai.dossier.dossier}
    listee = essai.ports.cles.trouver(DOMAIN, cles["cle"])
    assert listee is not None and listee.expiration is not None
    assert timedelta(minutes=59) < listee.expiration - datetime.now(UTC) < timedelta(minutes=61)
    entetes = {"Ocp-Apim-Subscription-Key": cles["abonnement"], "x-apikey": cles["apikey"]}
    assert essai.client.get(f"{LOOP}/journal", params={"codeDossier": CODE}, headers=entetes).status_code == 200
    vues = moi.get("/requetes").text
    assert f"{LOOP}/journal" in vues and cles["cle"] in vues  # the log of the key, beside the catalogue
    encore = moi.post("/catalogue/cles-essai").json()
    assert essai.ports.cles.identifier(cles["apikey"]) is None
    assert not essai.ports.cles.abonnement_valide(cles["abonnement"])
    moi.post("/deconnexion")
    assert essai.ports.cles.identifier(encore["apikey"]) is None
    assert not essai.ports.cles.abonnement_valide(encore["abonnement"])
    assert _actions(essai).count("cle.essai") == 2


def test_the_log_of_requests_is_the_firms_for_administrators_and_ones_own_for_others(essai: Essai) -> None:
    for rang, (domain, acteur, statut) in enumerate(
        [(DOMAIN, "ek_autre", 200)] * 60 + [(DOMAIN, "collaborateur", 404), (AUTRE, "ek_etranger", 200)]
    ):
        corps = '{"filtre": "<b>"}' if statut == 404 else None
        essai.ports.requetes.noter(Requete(domain, acteur, datetime.now(UTC), "GET", f"/r{rang}", statut, 12, corps))
    chef, simple = Navigateur(essai, "administrateur"), Navigateur(essai, "collaborateur")
    page = chef.get("/requetes")
    assert "/r60" in page.text and "/r59" in page.text and "/r61" not in page.text
    suivant = unescape(re.findall(r'href="/app(/requetes\?[^"]*apres=\d+)"', page.text)[0])
    routes = re.findall(r">/r(\d+)<", page.text + chef.get(suivant).text)
    assert routes == [str(rang) for rang in reversed(range(61))]
    assert "&#34;filtre&#34;: &#34;&lt;b&gt;&#34;" in page.text
    assert re.findall(r">/r(\d+)<", simple.get("/requetes").text) == ["60"]
    assert re.findall(r">/r(\d+)<", simple.get("/requetes", cle="ek_autre").text) == []
    assert re.findall(r">/r(\d+)<", chef.get("/requetes", refus="true").text) == ["60"]


def test_sign_in_offers_the_identity_provider_when_there_is_one(local: Essai) -> None:
    assert "sessions/oidc" not in local.client.get("/app/connexion").text
    object.__setattr__(local.ports, "oidc", object())
    page = unescape(local.client.get("/app/connexion", params={"suite": "/app/imports"}).text)
    assert 'href="/api/v1/sessions/oidc?retour=%2Fapp%2Fimports"' in page
