"""Lettering by hand and by keyboard, closing and reopening, in a real browser."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx2
from playwright.sync_api import expect

from ecritures.api.access import COOKIE, csrf_token
from ecritures.imports.ports import Dossier
from ecritures.imports.verify import verify
from serveurs.api import mouvement, tra
from serveurs.scene import _send
from serveurs.site import Site, axe_faults


def books(site: Site) -> Dossier:
    """Two sales and their payments of CLI001, and an invoice paid in part."""
    dossier = site.dossier("Café du Port", (2025, 2026))
    lignes = []
    for montant, piece in (("120,00", "F001"), ("80,50", "F002"), ("40,00", "F003")):
        lignes += [_line("411000", "D", montant, "15012025", piece), _line("707000", "C", montant, "15012025", piece)]
    for montant, piece in (("120,00", "V001"), ("80,50", "F002"), ("15,00", "V003")):
        lignes += [_line("512000", "D", montant, "20022025", piece), _line("411000", "C", montant, "20022025", piece)]
    with httpx2.Client(base_url=site.url, timeout=60, cookies={COOKIE: site.cookie("administrateur")}) as client:
        client.headers["x-csrf-token"] = csrf_token(site.cookie("administrateur"))
        _send(client, site, dossier, "ventes.TRA", tra(lignes))
    return dossier


def _line(compte: str, sens: str, montant: str, jour: str, piece: str) -> str:
    tiers = "CLI001" if compte.startswith("411") else ""
    return mouvement(compte, sens, montant, jour=jour, tiers=tiers).replace("F001", piece)


def _sum(page: Any, nom: str) -> str:
    return " ".join(page.locator(f"[data-somme={nom}]").inner_text().split())


def test_lines_are_lettered_by_the_keyboard_alone(site: Site, ouvrir: Any) -> None:
    dossier = books(site)
    page = ouvrir()
    page.goto(f"/app/dossiers/{dossier.code_ibs}/lettrage?tiers=CLI001")
    boites = page.locator("input[name=ligne]")
    expect(boites).to_have_count(6)
    expect(boites.first).to_be_focused()
    page.keyboard.press("Space")
    assert (_sum(page, "debit"), _sum(page, "ecart")) == ("120,00 €", "120,00 €")
    expect(page.locator("tr.complement")).to_have_count(1)  # the payment that settles it is shown
    expect(page.locator("[data-entier]")).to_be_disabled()
    page.keyboard.press("Enter")  # not balanced: nothing is sent
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert (_sum(page, "debit"), _sum(page, "credit"), _sum(page, "ecart")) == ("120,00 €", "120,00 €", "0,00 €")
    expect(page.locator(".ecart")).to_contain_text("Équilibré")
    assert axe_faults(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("Lettrage AA posé.")).to_be_visible()
    expect(page.locator("input[name=ligne]")).to_have_count(4)


def test_a_part_then_proposals_then_back(site: Site, ouvrir: Any) -> None:
    dossier = books(site)
    page = ouvrir(theme="dark")
    page.goto(f"/app/dossiers/{dossier.code_ibs}/lettrage?tiers=CLI001")
    page.locator("tbody tr", has_text="40,00").locator("td").nth(4).click()  # anywhere on the row
    page.locator("tbody tr", has_text="15,00").locator("input").check()
    assert _sum(page, "ecart") == "25,00 €"
    page.get_by_role("button", name="Lettrage partiel").click()
    expect(page.get_by_text("Lettrage aa posé.")).to_be_visible()
    page.locator("tr[data-groupe=aa] input").first.check()  # what was lettered in part goes together
    expect(page.locator("tr[data-groupe=aa] input:checked")).to_have_count(2)
    page.get_by_role("link", name="Propositions").click()
    expect(page.get_by_text("même pièce F002")).to_be_visible()
    assert axe_faults(page) == []
    page.get_by_role("button", name="Accepter les propositions cochées").click()
    expect(page.get_by_text("Lettrage AB – AC posé.")).to_be_visible()
    page.get_by_role("link", name="Lignes lettrées").click()
    page.get_by_role("button", name="Délettrer AB").click()
    expect(page.get_by_role("button", name="Délettrer AB")).to_have_count(0)
    assert verify(dossier, site.ports).rupture is None


def test_what_the_books_refuse_is_said_and_the_selection_stays(site: Site, ouvrir: Any) -> None:
    dossier = books(site)
    page = ouvrir()
    page.goto(f"/app/dossiers/{dossier.code_ibs}/lettrage?tiers=CLI001")
    page.locator("tbody tr", has_text="120,00").first.locator("input").check()
    page.locator("tbody tr", has_text="120,00").last.locator("input").check()
    site.ports.livres.clore(dossier.dossier, "2025", {"par": "un autre"})  # meanwhile
    page.get_by_role("button", name="Lettrer", exact=True).click()
    expect(page.locator("#alertes")).to_contain_text("clos")
    expect(page.locator("input[name=ligne]:checked")).to_have_count(2)
    assert [f for f in page.fautes if "409" not in f] == []
    page.fautes.clear()


def test_an_exercice_is_closed_and_reopened_with_what_it_does_before_the_eyes(site: Site, ouvrir: Any) -> None:
    dossier = books(site)
    page = ouvrir()
    page.goto(f"/app/dossiers/{dossier.code_ibs}/exercices")
    page.get_by_role("link", name="Clore 2025").click()
    expect(page.get_by_role("heading", name="À-nouveaux qui seront écrits")).to_be_visible()
    page.get_by_role("button", name="Clore l'exercice 2025").click()
    expect(page.get_by_text("Clos", exact=True)).to_be_visible()
    page.get_by_role("link", name="Rouvrir 2025").click()
    page.get_by_role("button", name="Rouvrir l'exercice 2025").click()
    expect(page.get_by_role("link", name="Clore 2025")).to_be_visible()
    page.get_by_role("button", name="Vérifier toute la chaîne").click()
    expect(page.locator("#verification")).to_contain_text("Tout est exact.")
    assert [e.code for e in site.ports.livres.exercices(dossier.dossier) if e.est_clos] == []
    assert site.ports.livres.exercices(dossier.dossier)[0].debut == date(2025, 1, 1)
