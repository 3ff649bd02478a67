"""The books in a browser: from a sum to its place in the file, classes that fold, charts, search, the keyboard, the paper."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import expect

from ecritures.api.access import COOKIE, csrf_token
from ecritures.formats.fec.echantillon import SIREN, generer_fec
from ecritures.imports.ports import Dossier
from serveurs.scene import over, wait_for
from serveurs.site import Site, axe_faults


@dataclass(frozen=True)
class Livre:
    base: str
    dossier: Dossier
    import_id: str


@pytest.fixture(scope="module")
def livre(site: Site) -> Livre:
    dossier = site.dossier("Atelier Bois & Fils")
    cookie = site.cookie("administrateur")
    entetes = {"x-csrf-token": csrf_token(cookie)}
    with httpx2.Client(base_url=site.url, cookies={COOKIE: cookie}, headers=entetes, timeout=60) as client:
        reponse = client.post(
            "/api/v1/imports",
            params={"dossier": dossier.code_ibs},
            files={"fichier": (f"{SIREN}FEC20251231.txt", generer_fec(1_202, 1))},
        )
    reponse.raise_for_status()
    import_id = str(reponse.json()["id"])
    wait_for(lambda: over(site, import_id))
    return Livre(f"/app/dossiers/{dossier.code_ibs}", dossier, import_id)


def test_a_sum_leads_to_its_lines_and_a_line_to_its_place_in_the_file(ouvrir: Any, livre: Livre) -> None:
    page = ouvrir("lecture")
    page.goto(f"{livre.base}/balance")
    total = page.locator("tr", has=page.get_by_role("link", name="411000", exact=True)).locator("td.nombre a").first
    montant = total.inner_text()
    total.click()
    page.wait_for_url("**/grand-livre/411000?**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("411000")
    expect(page.locator(".chiffres")).to_contain_text(montant)
    page.locator("tbody td a[href*='/ecritures/']").first.click()
    page.wait_for_url("**/ecritures/*/*")
    expect(page.get_by_text("équilibrée")).to_be_visible()
    lien = page.get_by_role("link", name=re.compile(r"^\s*ligne \d+")).first
    assert re.fullmatch(rf"/app/imports/{livre.import_id}\?ligne=\d+", str(lien.get_attribute("href")))


def test_classes_fold_by_the_keyboard_and_all_at_once(ouvrir: Any, livre: Livre) -> None:
    page = ouvrir("lecture")
    page.goto(f"{livre.base}/balance")
    compte = page.get_by_role("link", name="411000", exact=True)
    classe = page.get_by_role("button", name="4 · Comptes de tiers")
    classe.focus()
    page.keyboard.press("Enter")
    expect(compte).to_be_hidden()
    expect(classe).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Space")
    expect(compte).to_be_visible()
    page.get_by_role("button", name="Tout replier").click()
    expect(page.locator("tbody tr a")).to_have_count(page.locator("tbody[hidden] tr a").count())
    page.emulate_media(media="print")
    expect(compte).to_be_visible()
    expect(page.locator(".entete-papier")).to_contain_text("Atelier Bois & Fils")
    expect(page.locator("aside")).to_be_hidden()


def test_another_exercice_is_one_choice_away(ouvrir: Any, livre: Livre) -> None:
    page = ouvrir("lecture")
    page.goto(f"{livre.base}/balance")
    expect(page.get_by_label("Exercice", exact=True)).to_have_value("2025")
    page.get_by_label("Exercice", exact=True).select_option("2024")
    page.wait_for_url("**exercice=2024**")
    expect(page.get_by_text("Aucun compte à montrer")).to_be_visible()
    page.goto(f"{livre.base}/balance?exercice=2025&compare=2024")
    expect(page.get_by_role("columnheader", name="Solde 2024")).to_be_visible()


def test_pages_of_an_account_follow_by_the_keyboard_and_keep_their_address(ouvrir: Any, livre: Livre) -> None:
    page = ouvrir("lecture")
    page.goto(f"{livre.base}/grand-livre/512000?exercice=2025")
    avant = page.locator("tbody tr").first.inner_text()
    page.keyboard.press("n")
    page.wait_for_url("**apres=**")
    expect(page.locator("tr.report")).to_be_visible()
    assert page.locator("tbody tr").nth(1).inner_text() != avant
    ici = page.locator("tbody tr").nth(1).inner_text()
    page.reload()
    assert page.locator("tbody tr").nth(1).inner_text() == ici
    page.get_by_role("link", name="Retour au début").click()
    expect(page.locator("tbody tr").first).to_have_text(re.compile(re.escape(avant.split("\t")[0])))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_charts_are_drawn_from_their_tables_in_the_colours_of_the_theme(ouvrir: Any, livre: Livre, theme: str) -> None:
    page = ouvrir("lecture", theme=theme)
    page.goto(f"{livre.base}?exercice=2025")
    expect(page.locator("[data-graphique] canvas")).to_have_count(3)
    figure = page.locator("figure").first
    expect(figure.locator("table")).to_be_hidden()
    figure.get_by_text("Tableau des valeurs").click()
    expect(figure.locator("tbody tr")).to_have_count(12)
    expect(figure.locator(".legende li")).to_have_count(3)
    assert axe_faults(page) == []


def test_a_search_is_one_key_away_and_finds_an_amount(ouvrir: Any, livre: Livre) -> None:
    page = ouvrir("lecture")
    page.goto(f"{livre.base}/grand-livre/707000?exercice=2025")
    montant = page.locator("tbody tr").first.locator("td.nombre").nth(1).inner_text()
    page.goto(f"{livre.base}/recherche")
    page.keyboard.press("/")
    page.keyboard.type(montant)
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    expect(page.locator("#trouvees")).to_contain_text(montant)
    expect(page.get_by_text("Tout a été lu")).to_be_visible()


def test_accounts_are_narrowed_as_one_types(ouvrir: Any, livre: Livre) -> None:
    page = ouvrir("lecture")
    page.goto(f"{livre.base}/grand-livre?exercice=2025")
    page.get_by_label("Compte", exact=True).press_sequentially("512")
    expect(page.locator("#liste tbody tr")).to_have_count(1)
    page.get_by_label("Compte", exact=True).press_sequentially("000")
    page.keyboard.press("Enter")
    page.wait_for_url("**/grand-livre/512000?**")


def test_a_file_is_downloaded_under_the_name_that_the_law_wants(ouvrir: Any, livre: Livre) -> None:
    page = ouvrir("lecture")
    page.goto(f"{livre.base}/exports?exercice=2025")
    page.get_by_role("button", name="Ce qu'il perdrait").click()
    expect(page.locator("#pertes #liste-pertes")).to_be_visible()
    with page.expect_download() as attendu:
        page.get_by_role("button", name="FEC", exact=True).click()
    assert attendu.value.suggested_filename == f"{livre.dossier.code_ibs}-2025-FEC.txt"
    with page.expect_download() as attendu:
        page.get_by_role("form", name="Balance").get_by_role("button", name="XLSX").click()
    assert attendu.value.suggested_filename == f"{livre.dossier.code_ibs}-2025-balance.xlsx"


def test_an_administrator_opens_a_dossier_and_finds_it(ouvrir: Any) -> None:
    code = f"N{uuid4().hex[:8].upper()}"
    page = ouvrir("administrateur")
    page.goto("/app/dossiers")
    page.get_by_role("link", name="Nouveau dossier").click()
    page.get_by_label("Nom").fill("Garage Léon")
    page.get_by_label("Code du dossier").fill(code)
    page.get_by_label("SIREN").fill("123456789")
    page.get_by_role("button", name="Créer le dossier").click()
    expect(page.get_by_role("alert")).to_contain_text("SIREN")
    page.fautes[:] = [f for f in page.fautes if "422" not in f]
    page.get_by_label("SIREN").fill("732829320")
    page.get_by_role("button", name="Créer le dossier").click()
    page.wait_for_url(f"**/app/dossiers/{code}")
    page.goto("/app/dossiers")
    page.get_by_label("Rechercher un dossier").press_sequentially(code[:6])
    expect(page.locator("#liste tbody tr")).to_have_count(1)
    expect(page.locator("#liste")).to_contain_text("Garage Léon")
