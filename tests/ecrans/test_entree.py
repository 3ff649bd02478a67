"""Sign-in, sign-out, language, theme, and what every page owes: headers, accessibility, nothing from another host."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from serveurs.site import DOMAIN, MOT_DE_PASSE, Site, axe_faults


def _sign_in(page: Any, mot: str = MOT_DE_PASSE) -> None:
    page.get_by_label("Cabinet (domaine)").fill(DOMAIN)
    page.get_by_label("Identifiant").fill("collaborateur")
    page.get_by_label("Mot de passe").fill(mot)
    page.get_by_role("button", name="Se connecter").click()


def test_a_person_signs_in_where_they_wanted_to_go_and_out_again(ouvrir: Any) -> None:
    page = ouvrir(None)
    page.goto("/app?depuis=favori")
    assert page.url.endswith("/app/connexion?suite=/app%3Fdepuis%3Dfavori")
    _sign_in(page)
    page.wait_for_url(re.compile("/app$"))
    assert page.get_by_role("heading", level=1).inner_text()
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url("**/app/connexion")
    page.goto("/app")
    assert "/app/connexion" in page.url


def test_a_wrong_password_says_so_and_keeps_the_name(ouvrir: Any) -> None:
    page = ouvrir(None)
    page.goto("/app/connexion")
    _sign_in(page, "pas celui-là du tout")
    assert page.get_by_role("alert").inner_text()
    assert page.get_by_label("Identifiant").input_value() == "collaborateur"
    assert page.get_by_label("Mot de passe").input_value() == ""
    assert [f for f in page.fautes if "401" not in f] == []
    page.fautes.clear()


def test_language_and_theme_are_chosen_on_the_page_and_kept(ouvrir: Any) -> None:
    page = ouvrir()
    page.goto("/app")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="Dark").click()
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("role", "adresse"), [(None, "/app/connexion"), ("lecture", "/app"), ("lecture", "/app/rien")])
def test_pages_have_no_serious_fault_of_accessibility(ouvrir: Any, role: str, adresse: str, theme: str) -> None:
    page = ouvrir(role, theme=theme)
    page.goto(adresse)
    assert axe_faults(page) == []
    page.fautes[:] = [f for f in page.fautes if "404" not in f]


def test_every_page_forbids_scripts_of_others_and_frames(site: Site) -> None:
    for adresse in ("/app/connexion", "/app/rien", "/app/statique/app.css"):
        entetes = httpx2.get(site.url + adresse).headers
        politique = entetes["content-security-policy"]
        assert "script-src 'self'" in politique and "unsafe-eval" not in politique
        assert "'unsafe-inline'" not in politique.split("script-src")[1].split(";")[0]
        assert "frame-ancestors 'none'" in politique and entetes["x-content-type-options"] == "nosniff"


def test_a_form_without_the_token_of_the_page_changes_nothing(site: Site) -> None:
    cookies = {"ecritures_session": site.ports.sessions.ouvrir(DOMAIN, "administrateur", duree_s=60)}
    for corps in ({}, {"csrf": "0" * 64}):
        assert httpx2.post(f"{site.url}/app/deconnexion", data=corps, cookies=cookies).status_code == 403
    assert httpx2.get(f"{site.url}/app", cookies=cookies).status_code == 200


def test_a_form_larger_than_any_of_ours_is_not_read(site: Site) -> None:
    corps = {"domain": DOMAIN, "identifiant": "x" * (2 << 20), "mot_de_passe": "x"}
    assert httpx2.post(f"{site.url}/app/connexion", data=corps).status_code in (400, 413)


def test_a_refusal_in_a_part_of_a_page_is_shown_to_people(site: Site) -> None:
    """Whatever the request was to replace, or to select of the answer."""
    cookies = {"ecritures_session": site.cookie("lecture")}
    refus = httpx2.get(f"{site.url}/app/importer", cookies=cookies, headers={"hx-request": "true"})
    assert refus.status_code == 403 and refus.text.lstrip().startswith('<div class="alert')
    voulus = {nom: refus.headers[nom] for nom in ("hx-retarget", "hx-reswap", "hx-reselect")}
    assert voulus == {"hx-retarget": "#alertes", "hx-reswap": "innerHTML", "hx-reselect": ".alert"}
