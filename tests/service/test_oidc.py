"""Sign-in by an identity provider, over real HTTP and real signatures. SQLite and PostgreSQL."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.oidc import Oidc
from ecritures.storage.bases import Base
from ecritures.storage.comptes_oidc import RegistreComptesOidc
from ecritures.storage.oidc import FournisseurOidc, ReglagesOidc
from serveurs.api import BASE_URL, DOMAIN, V1, Essai, open_essai
from serveurs.fournisseur_oidc import CLIENT, SECRET, FournisseurEssai

DEPART, RETOUR = f"{V1}/sessions/oidc", f"{V1}/sessions/oidc/retour"


@pytest.fixture
def fournisseur() -> Iterator[FournisseurEssai]:
    ouvert = FournisseurEssai()
    yield ouvert
    ouvert.close()


@pytest.fixture
def essai(base: Any, tmp_path: Path, fournisseur: FournisseurEssai) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        autre = Base(base.url)
        ouvert.api.state.ports = replace(ouvert.ports, oidc=_oidc(autre, fournisseur.emetteur))
        ouvert.ports.personnes.creer(DOMAIN, Collaborateur("anne", "Anne", "M", "collaborateur", "Anne@Exemple.fr"))
        yield ouvert
        autre.fermer()


def _oidc(base: Base, emetteur: str, lien: Any = "email") -> Oidc:
    reglages = ReglagesOidc(emetteur, CLIENT, SECRET, "openid email", f"{BASE_URL}{RETOUR}")
    return Oidc(FournisseurOidc(reglages, b"k" * 32), RegistreComptesOidc(base, lien))


def go(essai: Essai, fournisseur: FournisseurEssai, **parametres: str) -> dict[str, str]:
    depart = essai.client.get(DEPART, params=parametres, follow_redirects=False)
    assert depart.status_code == 303, depart.text
    assert "HttpOnly" in depart.headers["set-cookie"] and "SameSite=lax" in depart.headers["set-cookie"]
    return fournisseur.authorize(depart.headers["location"])


def back(essai: Essai, rapportes: dict[str, str]) -> Any:
    return essai.client.get(RETOUR, params=rapportes, follow_redirects=False)


def refused(reponse: Any) -> bool:
    assert "ecritures_session" not in reponse.headers.get("set-cookie", "")
    return (reponse.status_code, reponse.json()["code"]) == (401, "connexion.oidc_refusee")


def test_a_known_person_signs_in_and_goes_to_the_page_asked_for(essai: Essai, fournisseur: FournisseurEssai) -> None:
    reponse = back(essai, go(essai, fournisseur, retour="/app/imports"))
    assert (reponse.status_code, reponse.headers["location"]) == (303, "/app/imports")
    qui = essai.client.get(f"{V1}/session").json()
    assert (qui["domain"], qui["identifiant"], qui["role"]) == (DOMAIN, "anne", "collaborateur")
    (trace,) = essai.ports.audit.lister(DOMAIN)
    assert (trace.acteur, trace.action, (trace.details or {})["par"]) == ("anne", "session.ouverture", "oidc")
    premier = essai.client.cookies["ecritures_session"]
    assert back(essai, go(essai, fournisseur)).status_code == 303
    assert essai.client.cookies["ecritures_session"] != premier
    assert essai.ports.sessions.lire(premier, inactivite_s=600) is None


@pytest.mark.parametrize("page", ["//ailleurs.fr", "https://ailleurs.fr", "/\\ailleurs.fr", "/a\\b", "ailleurs"])
def test_nobody_is_sent_to_another_site(essai: Essai, fournisseur: FournisseurEssai, page: str) -> None:
    assert back(essai, go(essai, fournisseur, retour=page)).headers["location"] == "/"


@pytest.mark.parametrize(
    "dit",
    [
        {"nonce": "autre"},
        {"aud": "autre"},
        {"aud": [CLIENT, "autre"]},
        {"azp": "autre"},
        {"iss": "https://autre.fr"},
        {"exp": int(time.time()) - 3600},
        {"sub": "inconnue", "email": "personne@exemple.fr"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": None},
    ],
    ids=lambda c: "exp" if "exp" in c else str(c),
)
def test_a_token_that_is_not_for_us_now_and_for_someone_known_opens_nothing(
    essai: Essai, fournisseur: FournisseurEssai, dit: dict[str, Any]
) -> None:
    fournisseur.revendications |= dit
    assert refused(back(essai, go(essai, fournisseur)))


@pytest.mark.parametrize("faute", ["none", "hs256", "signature"])
def test_a_token_not_signed_by_the_provider_opens_nothing(
    essai: Essai, fournisseur: FournisseurEssai, faute: str
) -> None:
    fournisseur.faute = faute
    assert refused(back(essai, go(essai, fournisseur)))


def test_the_return_must_be_that_of_this_browser_and_serves_once(essai: Essai, fournisseur: FournisseurEssai) -> None:
    rapportes = go(essai, fournisseur)
    assert refused(back(essai, {**rapportes, "state": "autre"}))
    assert refused(back(essai, {"error": "access_denied", "state": rapportes["state"]}))
    assert refused(back(essai, {**rapportes, "iss": "https://autre.fr"}))
    cookie = essai.client.cookies["ecritures_oidc"]
    essai.client.cookies.clear()
    assert refused(back(essai, rapportes))  # someone else's browser
    entetes = {"cookie": f"ecritures_oidc={cookie}"}
    faux = {"cookie": f"ecritures_oidc={cookie[:-2]}zz"}
    assert refused(essai.client.get(RETOUR, params=rapportes, headers=faux, follow_redirects=False))
    assert essai.client.get(RETOUR, params=rapportes, headers=entetes, follow_redirects=False).status_code == 303
    essai.client.cookies.clear()
    assert refused(essai.client.get(RETOUR, params=rapportes, headers=entetes, follow_redirects=False))


def test_an_inactive_person_is_refused_as_an_unknown_one(essai: Essai, fournisseur: FournisseurEssai) -> None:
    assert back(essai, go(essai, fournisseur)).status_code == 303
    anne = essai.ports.personnes.trouver(DOMAIN, "anne")
    assert anne is not None
    essai.ports.personnes.modifier(DOMAIN, replace(anne, est_actif=False))
    inactive = back(essai, go(essai, fournisseur))
    fournisseur.revendications |= {"sub": "nul", "email": "nul@exemple.fr"}
    inconnue = back(essai, go(essai, fournisseur))
    assert refused(inactive) and inactive.text == inconnue.text


def test_an_address_given_to_someone_else_does_not_open_the_account(
    essai: Essai, fournisseur: FournisseurEssai
) -> None:
    assert back(essai, go(essai, fournisseur)).status_code == 303
    fournisseur.revendications["sub"] = "s-2"
    assert refused(back(essai, go(essai, fournisseur)))
    fournisseur.revendications |= {"sub": "s-1", "email": "anne.nouvelle@exemple.fr"}
    assert back(essai, go(essai, fournisseur)).status_code == 303


def test_a_person_of_several_firms_says_which(essai: Essai, fournisseur: FournisseurEssai) -> None:
    essai.ports.personnes.creer("AUTRE", Collaborateur("a.m", "", "M", "lecture", "anne@exemple.fr"))
    reponse = back(essai, go(essai, fournisseur))
    assert (reponse.status_code, reponse.json()["code"]) == (409, "connexion.plusieurs_cabinets")
    assert back(essai, go(essai, fournisseur, domain="AUTRE")).status_code == 303
    assert essai.client.get(f"{V1}/session").json()["domain"] == "AUTRE"
    assert refused(back(essai, go(essai, fournisseur, domain="NUL")))


def test_a_provider_that_does_not_answer_is_said_and_one_that_is_not_set_is_absent(
    essai: Essai, fournisseur: FournisseurEssai
) -> None:
    fournisseur.faute = "panne"
    panne = essai.client.get(DEPART, follow_redirects=False)
    assert (panne.status_code, panne.json()["code"]) == (503, "service.indisponible")
    assert fournisseur.emetteur not in panne.text
    essai.api.state.ports = replace(essai.ports, oidc=None)
    assert essai.client.get(DEPART, follow_redirects=False).json()["code"] == "oidc.absent"
