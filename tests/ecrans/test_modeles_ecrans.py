"""The editor of models in a browser: an XLSX is mapped by picking its columns, kept, tried on others, and imported with."""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from typing import Any

import xlsxwriter
from playwright.sync_api import expect

from ecritures.formats.perso.modele_toml import lire_modele
from serveurs.site import DOMAIN, Site, axe_faults

ENTETE = ("Journal", "Date", "Pièce", "Compte", "Client", "Libellé", "Entrées", "Sorties")
FIXE = b"VE  05012026 411000 D    120.00\nVE  05012026 707000 C    120.00\n"
CSV = """Journal;Date;Pièce;Compte;Libellé;Débit;Crédit
VE;15/01/2026;F1;411000;Facture \u202e1;120,00;
VE;15/01/2026;F1;707000;Facture 1;;120,00
""".encode()


def _workbook(credit: float = 1_000.0) -> bytes:
    """A sale whose columns of amounts have names that nothing knows."""
    tampon = io.BytesIO()
    classeur = xlsxwriter.Workbook(tampon, {"in_memory": True})
    feuille, jour = classeur.add_worksheet("Ventes"), classeur.add_format({"num_format": "dd/mm/yyyy"})
    feuille.write_row(0, 0, ENTETE)
    lignes = (("411000", "CDUPONT", 1_200.0, None), ("707000", "", None, credit), ("445710", "", None, 200.0))
    for rang, (compte, client, entree, sortie) in enumerate(lignes, 1):
        feuille.write_row(rang, 0, ("VE", None, "F0001", compte, client, "Facture F0001", entree, sortie))
        feuille.write_datetime(rang, 1, datetime.combine(date(2026, 1, 15), datetime.min.time()), jour)
    classeur.close()
    return tampon.getvalue()


def _choose(page: Any, nom: str, octets: bytes) -> None:
    page.set_input_files("#fichier", [{"name": nom, "mimeType": "application/octet-stream", "buffer": octets}])
    expect(page.locator("#colonnes")).to_contain_text(nom)


def test_an_xlsx_is_mapped_by_picking_kept_tried_on_another_file_and_imported_with(site: Site, ouvrir: Any) -> None:
    dossier = site.dossier()
    page = ouvrir()
    page.goto("/app/modeles/nouveau")
    _choose(page, "ventes.xlsx", _workbook())
    expect(page.locator("#a-decider")).to_contain_text("Débit")
    expect(page.locator("#enregistrer")).to_be_disabled()
    page.get_by_label("Champ de la colonne G Entrées").select_option(label="Débit")
    expect(page.locator("#a-decider")).not_to_contain_text("Débit :")
    page.get_by_label("Champ de la colonne H Sorties").select_option(label="Crédit")
    expect(page.locator("#a-decider")).not_to_contain_text("Crédit :")
    page.get_by_label("Champ de la colonne E Client").select_option(label="Tiers")
    page.get_by_label("Les montants").select_option(label="Deux colonnes : débit, crédit")
    expect(page.locator("[data-verdict=conforme]")).to_be_visible()
    expect(page.locator("#essai tbody").first).to_contain_text("VE · 15/01/2026 · pièce F0001")
    expect(page.locator("#essai tbody").first).to_contain_text("équilibrée")
    assert axe_faults(page) == []
    page.get_by_label("Nom du modèle").fill("Ventes boutique")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Le modèle « Ventes boutique » est enregistré.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ventes boutique")
    garde = site.ports.modeles.trouver(DOMAIN, "Ventes boutique")
    assert garde is not None
    noms = {champ: c.nom for champ, c in lire_modele(garde.texte).colonnes.items()}
    assert (noms["debit"], noms["credit"], noms["tiers"]) == ("Entrées", "Sorties", "Client")
    _choose(page, "autre.xlsx", _workbook(999.0))
    expect(page.locator("[data-verdict=non_conforme]")).to_be_visible()
    expect(page.locator("#essai")).to_contain_text("1 écriture déséquilibrée")
    expect(page.locator("#essai tbody .badge").first).to_contain_text("écart 1,00")
    page.goto(f"/app/importer?dossier={dossier.code_ibs}")
    page.get_by_label("Format").select_option("Ventes boutique")
    page.set_input_files("#fichiers", [{"name": "ventes.xlsx", "mimeType": "x/y", "buffer": _workbook()}])
    expect(page.get_by_text("Prêt à être intégré")).to_be_visible()


def test_a_fixed_width_file_is_cut_in_its_ruler_and_a_column_moves_by_one_pick(ouvrir: Any) -> None:
    page = ouvrir(theme="dark")
    page.goto("/app/modeles/nouveau")
    _choose(page, "export.txt", FIXE)
    coupes = page.get_by_label("Débuts des colonnes")
    expect(coupes).to_have_value("1, 5, 14, 21, 26")
    pas = page.evaluate("document.querySelector('.regle-echelle-fixe span').getBoundingClientRect().width / 10")
    page.locator(".regle-texte-fixe .brut").first.click(position={"x": 21 * pas, "y": 5})
    expect(coupes).to_have_value("1, 5, 14, 21, 22, 26")
    expect(page.locator("[data-champ]")).to_have_count(6)
    page.locator("#c-1").select_option("journal")
    expect(page.locator("#a-decider")).not_to_contain_text("Journal :")
    page.locator("#c-2").focus()
    page.locator("#c-2").select_option("journal")  # it was elsewhere: it moves
    expect(page.locator("#c-1")).to_have_value("")
    expect(page.locator("#c-2")).to_have_value("journal")
    expect(page.locator("#c-2")).to_be_focused()
    assert axe_faults(page) == []


def test_the_text_shows_its_error_on_its_line_and_nothing_overflows_a_phone(ouvrir: Any) -> None:
    page = ouvrir(largeur="etroit", langue="en")
    page.goto("/app/modeles/nouveau")
    _choose(page, "ventes.csv", CSV)
    expect(page.locator("[data-verdict=conforme]")).to_be_visible()
    assert "\u202e" not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#toml summary").click()
    texte = page.locator("#r-toml")
    numero = texte.input_value().split("\n").index('format = "csv"') + 1
    texte.fill(texte.input_value().replace('format = "csv"', 'format = "tableau"'))
    page.locator("#r-nom").focus()
    expect(page.locator("#faute-toml")).to_contain_text(f"Line {numero}")
    expect(page.locator(".toml-numeros .faux")).to_have_text(str(numero))
    expect(page.locator("#enregistrer")).to_be_disabled()
    assert axe_faults(page) == []


def test_lecture_sees_a_model_and_can_change_nothing(site: Site, ouvrir: Any) -> None:
    if site.ports.modeles.trouver(DOMAIN, "Lu") is None:
        site.ports.modeles.enregistrer(DOMAIN, "Lu", 'nom = "Lu"\nformat = "csv"\n')
    page = ouvrir("lecture")
    page.goto("/app/modeles")
    assert page.get_by_role("link", name="Nouveau modèle").count() == 0
    page.get_by_role("link", name="Lu", exact=True).click()
    page.wait_for_url(re.compile("modele\\?nom=Lu"))
    assert page.locator("main form, main textarea, main select").count() == 0
    assert axe_faults(page) == []
