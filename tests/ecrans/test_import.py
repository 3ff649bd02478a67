"""One import in a real browser: followed live, its findings walked by keyboard, its receipt verified, its file repaired."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import pytest
from playwright.sync_api import expect

from ecritures.formats.fec.echantillon import SIREN, generer_fec
from ecritures.imports.ports import Demande, Dossier
from ecritures.imports.receive import receive
from serveurs.scene import over, wait_for
from serveurs.site import Site, axe_faults

NOM = f"{SIREN}FEC20251231.txt"


def _sample(nom: str) -> bytes:
    return resources.files("ecritures").joinpath("echantillons", nom).read_bytes()


def _spoiled_fec() -> bytes:
    """Refused: three labels are missing."""
    lignes = generer_fec(120, 3).split(b"\r\n")
    for rang in (5, 12, 19):
        zones = lignes[rang].split(b"\t")
        zones[10] = b""
        lignes[rang] = b"\t".join(zones)
    return b"\r\n".join(lignes)


def _send(site: Site, dossier: Dossier, nom: str, octets: bytes, format_: str) -> Demande:
    sha256, taille = site.ports.originaux.garder(iter([octets]), 1 << 30)
    return receive(dossier, format_, site.ports, sha256=sha256, nom_fichier=nom, taille_octets=taille)


@pytest.fixture(scope="module")
def dossier(site: Site) -> Dossier:
    return site.dossier("Imports SARL")


@pytest.fixture(scope="module")
def juste(site: Site, dossier: Dossier) -> str:
    demande = _send(site, dossier, "ventes.TRA", _sample("seed_sample.TRA"), "tra")
    wait_for(lambda: over(site, demande.id), 120)
    return demande.id


@pytest.fixture(scope="module")
def errone(site: Site, dossier: Dossier) -> str:
    demande = _send(site, dossier, "errone.TRA", _sample("seed_sample_errone.TRA"), "tra")
    wait_for(lambda: over(site, demande.id), 120)
    return demande.id


def test_an_import_is_followed_live_to_its_end_without_reloading(
    site: Site, dossier: Dossier, juste: str, ouvrir: Any
) -> None:
    page = ouvrir()
    page.goto(f"/app/imports/{juste}")
    demande = _send(site, dossier, NOM, generer_fec(4_000, 7), "fec")
    page.goto(f"/app/imports/{demande.id}")
    page.evaluate("window.memePage = true")
    expect(page.locator("#corps [data-etat='3'], #corps [data-etat='4']").first).to_be_visible(timeout=90_000)
    expect(page.locator("[data-etape='compte_rendu']")).to_have_attribute("data-etat", "faite")
    assert page.evaluate("window.memePage"), "the page was not loaded again"


def test_the_receipt_is_verified_on_the_page(juste: str, ouvrir: Any) -> None:
    page = ouvrir("lecture")
    page.goto(f"/app/imports/{juste}")
    page.get_by_role("link", name="Vérifier").click()
    expect(page.locator("#verification .alert-success")).to_contain_text("Tout est exact")
    expect(page.locator("#verification .preuves li")).to_have_count(4)
    assert page.get_by_role("link", name="Annuler l'import").count() == 0, "« lecture » sees no action"
    page.get_by_role("button", name="Télécharger").click()
    with page.expect_download() as attendu:
        page.get_by_role("link", name="Fichier d'origine").click()
    assert attendu.value.suggested_filename == "ventes.TRA"
    with open(attendu.value.path(), "rb") as fichier:
        assert fichier.read() == _sample("seed_sample.TRA")


def test_findings_are_walked_by_keyboard_and_the_list_and_the_address_follow(errone: str, ouvrir: Any) -> None:
    page = ouvrir()
    page.goto(f"/app/imports/{errone}/constats")
    courant = page.locator("#detail [data-courant]")
    expect(courant).to_have_attribute("data-courant", "1")
    for touche, rang in (("n", "2"), ("j", "3"), ("k", "2"), ("n", "3")):
        page.keyboard.press(touche)
        expect(courant).to_have_attribute("data-courant", rang)
        expect(page.locator(f"#liste [data-rang='{rang}'][aria-current]")).to_be_visible()
        page.wait_for_url(re.compile(rf"rang={rang}$"))
    marque = page.locator(".marque-courant").first
    expect(marque).to_be_in_viewport(ratio=0.9)
    page.reload()
    expect(courant).to_have_attribute("data-courant", "3")
    page.keyboard.press("/")
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(page.locator(".regle-courante")).to_have_attribute("data-ligne", "4")
    page.get_by_role("link", name=re.compile("^Erreurs")).click()
    expect(page.locator("#liste .constat")).to_have_count(6)


def test_a_refused_file_is_repaired_and_its_import_turns_green(site: Site, dossier: Dossier, ouvrir: Any) -> None:
    demande = _send(site, dossier, NOM, _spoiled_fec(), "fec")
    wait_for(lambda: over(site, demande.id), 120)
    page = ouvrir()
    page.goto(f"/app/imports/{demande.id}")
    expect(page.locator(".statut-grand [data-etat]")).to_have_attribute("data-etat", "4")
    page.get_by_role("link", name="Réparer").click()
    page.get_by_role("checkbox", name=re.compile("Remplit une zone vide")).check()
    page.get_by_role("button", name="Voir ce qui changerait").click()
    expect(page.locator("#apercu .alert-success")).to_be_visible()
    expect(page.locator("#apercu mark.mis")).to_have_count(3)
    assert axe_faults(page) == []
    page.get_by_role("button", name="Importer le fichier réparé").click()
    expect(page.locator(".statut-grand [data-etat='3']")).to_be_visible(timeout=60_000)
    page.get_by_role("link", name=NOM).click()
    expect(page.get_by_text("Réparé, puis importé de nouveau")).to_be_visible()
