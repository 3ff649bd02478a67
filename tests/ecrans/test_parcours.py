"""The way of a person, from the sign-in form to a line's place in the file; and the keys of a program renewed on screen."""

from __future__ import annotations

import re
from typing import Any

import httpx2
from playwright.sync_api import expect

from serveurs.scene import sample
from serveurs.site import DOMAIN, MOT_DE_PASSE, Site


def test_a_file_goes_from_the_drop_zone_to_the_books_and_a_line_back_to_its_place(site: Site, ouvrir: Any) -> None:
    dossier = site.dossier()
    page = ouvrir(None)
    page.goto(f"/app/importer?dossier={dossier.code_ibs}")
    page.get_by_label("Cabinet (domaine)").fill(DOMAIN)
    page.get_by_label("Identifiant").fill("collaborateur")
    page.get_by_label("Mot de passe").fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"**/app/importer?dossier={dossier.code_ibs}")
    fichier = {"name": "seed_sample.TRA", "mimeType": "text/plain", "buffer": sample("seed_sample.TRA")}
    page.set_input_files("#fichiers", [fichier])
    page.get_by_role("button", name="Importer", exact=True).click()
    expect(page.locator("[data-etat='3']")).to_be_visible()
    page.get_by_role("link", name="Balance du dossier").click()
    page.wait_for_url("**/balance**")
    if page.get_by_label("Exercice").input_value() != "2020":
        page.goto(f"/app/dossiers/{dossier.code_ibs}/balance?exercice=2020")
    page.get_by_role("link", name="40100001", exact=True).click()
    page.locator("tbody td a[href*='/ecritures/']").first.click()
    place = page.get_by_role("link", name=re.compile(r"^\s*ligne \d+")).first
    voulue = re.search(r"\d+", place.inner_text())
    place.click()
    page.wait_for_url("**/imports/**")
    assert voulue is not None
    ligne = sample("seed_sample.TRA").decode("cp1252").splitlines()[int(voulue[0]) - 1]
    expect(page.get_by_text(ligne[:30].split()[1]).first).to_be_visible()  # the very line, as it was received


def test_a_renewed_subscription_key_serves_at_once_beside_the_one_before(site: Site, ouvrir: Any) -> None:
    page = ouvrir("administrateur")
    page.goto("/app/cles")
    page.get_by_label("Nouvel abonnement").fill("Partenaire")
    page.get_by_role("button", name="Ouvrir un abonnement").click()
    avant = page.locator("#secret-1").input_value()
    page.goto("/app/cles")
    page.locator("tr", has_text="Primaire").last.get_by_role("button", name="Renouveler").click()
    apres = page.locator("#secret-1").input_value()
    apikey = site.ports.cles.creer_cle(DOMAIN, "Partenaire")
    assert avant != apres
    for abonnement in (avant, apres):  # the overlap chosen by default: a day
        entetes = {"Ocp-Apim-Subscription-Key": abonnement, "x-apikey": apikey}
        assert httpx2.get(f"{site.url}/api/v1/dossiers", headers=entetes).status_code == 200
