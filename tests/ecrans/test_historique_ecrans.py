"""The history of imports in a browser: live, by keyboard, with a selection that lasts; a cancel with its preview."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from ecritures.imports.ports import Dossier
from ecritures.imports.receive import receive
from serveurs.api import BANCALE, VENTE
from serveurs.scene import over, wait_for
from serveurs.site import Site, axe_faults


def _import(site: Site, dossier: Dossier, nom: str, octets: bytes = VENTE, *, attendre: bool = True) -> str:
    sha256, _ = site.ports.originaux.garder(iter([octets]), 1 << 20)
    demande = receive(
        dossier, "tra", site.ports, sha256=sha256, nom_fichier=nom, origine="Manuelle", demandeur="collaborateur"
    )
    if attendre:
        wait_for(lambda: over(site, demande.id))
    return demande.id


@pytest.fixture(scope="module")
def dossier(site: Site) -> Dossier:
    return site.dossier("Menuiserie Dupont")


@pytest.fixture(scope="module")
def imports(site: Site, dossier: Dossier) -> dict[str, str]:
    return {
        "ventes": _import(site, dossier, "ventes_01.TRA"),
        "achats": _import(site, dossier, "achats_01.TRA"),
        "faux": _import(site, dossier, "faux.TRA", BANCALE),
    }


def test_a_new_import_appears_and_turns_green_while_the_selection_and_the_place_stay(
    ouvrir: Any, site: Site, imports: dict[str, str]
) -> None:
    vif = site.dossier("Vive")
    premier = _import(site, vif, "premier.TRA")
    page = ouvrir()
    page.set_viewport_size({"width": 1280, "height": 420})
    page.goto(f"/app/imports?dossier={vif.code_ibs}")
    page.locator(f"#choix-{premier}").check()
    page.mouse.wheel(0, 150)
    page.wait_for_function("scrollY > 0")
    hauteur = page.evaluate("scrollY")
    second = _import(site, vif, "second.TRA", attendre=False)
    expect(page.locator(f"#import-{second} [data-etat='3']")).to_have_text(re.compile("Terminé avec succès"))
    expect(page.locator(f"#choix-{premier}")).to_be_checked()
    expect(page.locator(f"#choix-{second}")).not_to_be_checked()
    assert page.evaluate("scrollY") == hauteur
    expect(page.locator("#annuler [data-choisis]")).to_have_text("1")
    expect(page.locator("#etat-succes")).to_contain_text("2")
    site.ports.livres.annuler(vif.dossier, premier, {"par": "un programme", "programme": "essai"})
    site.ports.demandes.noter_annulation(premier, "un programme")
    expect(page.locator(f"#import-{premier} [data-etat='annule']")).to_be_visible()
    expect(page.locator(f"#choix-{premier}")).to_be_disabled()
    expect(page.locator("#annuler")).to_be_disabled()


def test_filters_search_and_order_change_the_address_which_can_be_sent(
    ouvrir: Any, dossier: Dossier, imports: dict[str, str]
) -> None:
    page = ouvrir()
    page.goto("/app/imports")
    page.get_by_label("Dossier", exact=True).select_option(dossier.code_ibs)
    page.wait_for_url(f"**/app/imports?dossier={dossier.code_ibs}")
    expect(page.locator("#vivant tr[data-import]")).to_have_count(3)
    page.locator("#tri-nom").click()
    page.wait_for_url("**tri=nom")
    page.keyboard.press("/")
    page.keyboard.type("_01")
    page.wait_for_url("**q=_01**tri=nom")
    noms = page.locator("#vivant .histo-fichier > a:first-child")
    expect(noms).to_have_text(["achats_01.TRA", "ventes_01.TRA"])
    expect(page.locator("#q")).to_be_focused()
    adresse = page.url
    page.locator("#etat-erreur").click()
    expect(page.get_by_text("Aucun import ne répond à ces filtres")).to_be_visible()
    page.go_back()
    page.wait_for_url(adresse)
    expect(page.locator("#vivant .histo-fichier > a:first-child")).to_have_text(["achats_01.TRA", "ventes_01.TRA"])
    autre = ouvrir()
    autre.goto(adresse)
    expect(autre.locator("#vivant .histo-fichier > a:first-child")).to_have_text(["achats_01.TRA", "ventes_01.TRA"])
    expect(autre.locator("#q")).to_have_value("_01")


def test_the_keyboard_alone_chooses_cancels_with_a_preview_and_gives_the_books_back(ouvrir: Any, site: Site) -> None:
    vide = site.dossier("Clavier")
    avant = site.ports.livres.empreinte(vide.dossier)
    _import(site, vide, "faux.TRA", BANCALE)
    un, deux = (_import(site, vide, nom) for nom in ("un.TRA", "deux.TRA"))
    page = ouvrir()
    page.goto(f"/app/imports?dossier={vide.code_ibs}")
    for touche in ("j", "x", "j", "x"):
        page.keyboard.press(touche)
    expect(page.locator("#annuler [data-choisis]")).to_have_text("2")
    expect(page.locator("#tout")).to_be_checked()  # the third has nothing to cancel
    page.locator("#annuler").press("Enter")
    page.wait_for_url("**/app/imports/annulation?**")
    expect(page.locator("[data-apercu]")).to_have_count(2)
    expect(page.get_by_text("2 imports sur 2 seront annulés")).to_be_visible()
    assert axe_faults(page) == []
    assert site.ports.livres.empreinte(vide.dossier) != avant
    page.locator("#confirmer").press("Enter")
    expect(page.locator("[data-sort='annule']")).to_have_count(2)
    assert axe_faults(page) == []
    assert site.ports.livres.empreinte(vide.dossier) == avant
    page.get_by_role("link", name="Revenir à l'historique").press("Enter")
    page.wait_for_url(f"**/app/imports?dossier={vide.code_ibs}")
    for annule in (un, deux):
        expect(page.locator(f"#import-{annule} [data-etat='annule']")).to_be_visible()


@pytest.mark.parametrize(("theme", "largeur"), [("light", "large"), ("dark", "etroit")])
def test_the_history_has_no_serious_fault_of_accessibility(
    ouvrir: Any, dossier: Dossier, imports: dict[str, str], theme: str, largeur: str
) -> None:
    page = ouvrir(theme=theme, largeur=largeur)
    page.goto(f"/app/imports?dossier={dossier.code_ibs}&tri=montant")
    page.locator("#tout").check()
    assert axe_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto("/app/imports?q=rien+de+tel")
    assert axe_faults(page) == []


def test_the_role_lecture_looks_without_boxes_in_english(
    ouvrir: Any, dossier: Dossier, imports: dict[str, str]
) -> None:
    page = ouvrir("lecture", langue="en")
    page.goto(f"/app/imports?dossier={dossier.code_ibs}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Import history")
    expect(page.locator("#vivant tr[data-import]")).to_have_count(3)
    assert page.locator("input[type=checkbox], #annuler").count() == 0
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/app/imports/*-*")


def test_an_export_is_a_file(ouvrir: Any, dossier: Dossier, imports: dict[str, str]) -> None:
    page = ouvrir()
    page.goto(f"/app/imports?dossier={dossier.code_ibs}")
    page.locator("#exporter").click()
    with page.expect_download() as attendu:
        page.get_by_role("link", name="Texte (CSV)").click()
    assert re.fullmatch(r"Historique des imports \d{4}-\d\d-\d\d\.csv", attendu.value.suggested_filename)
