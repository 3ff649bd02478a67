"""Files dropped on « Importer un fichier »: sent, checked, shown, imported on demand, and followed until they are in the books."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from ecritures.imports.state import State
from serveurs.scene import sample
from serveurs.site import DOMAIN, Site, axe_faults


def _file(nom: str, octets: bytes | None = None) -> dict[str, Any]:
    return {"name": nom, "mimeType": "application/octet-stream", "buffer": sample(nom) if octets is None else octets}


def _card(page: Any, nom: str) -> Any:
    return page.locator("section.fichier").filter(has=page.get_by_role("heading", name=nom, exact=True))


def test_a_right_file_is_shown_then_imported_then_in_the_books(site: Site, ouvrir: Any) -> None:
    dossier = site.dossier()
    page = ouvrir()
    page.goto(f"/app/importer?dossier={dossier.code_ibs}")
    page.set_input_files("#fichiers", [_file("seed_sample.TRA")])
    carte = _card(page, "seed_sample.TRA")
    expect(carte.get_by_text("Prêt à être intégré")).to_be_visible()
    expect(carte.locator("[data-format]")).to_have_text("TRA")
    assert site.ports.demandes.lister(DOMAIN, dossier=dossier.dossier) == []  # nothing yet but the check
    carte.get_by_role("button", name="Importer", exact=True).click()
    expect(carte.locator("[data-etat='3']")).to_be_visible()
    (demande,) = site.ports.demandes.lister(DOMAIN, dossier=dossier.dossier)
    assert (demande.state, demande.origine, demande.nom_fichier) == (State.TERMINE, "Manuelle", "seed_sample.TRA")
    assert carte.get_by_role("link", name="Voir l'import").get_attribute("href") == f"/app/imports/{demande.id}"
    assert site.ports.livres.balance(dossier.dossier)["debit_centimes"].sum() == 163_248


def test_a_wrong_file_shows_its_errors_first_on_their_lines_and_posts_nothing(site: Site, ouvrir: Any) -> None:
    dossier = site.dossier()
    page = ouvrir(theme="dark")
    page.goto(f"/app/importer?dossier={dossier.code_ibs}")
    page.set_input_files("#fichiers", [_file("seed_sample_errone.TRA")])
    carte = _card(page, "seed_sample_errone.TRA")
    expect(carte.get_by_text("6 erreurs")).to_be_visible()
    premier = carte.locator(".constat").first
    expect(premier).to_contain_text("Ligne 2")
    assert premier.locator("mark").inner_text().strip() == "84,00"
    assert carte.get_by_role("button", name="Importer", exact=True).count() == 0
    assert axe_faults(page) == []
    carte.get_by_role("button", name="Enregistrer le refus").click()
    expect(carte.locator("[data-etat='4']")).to_be_visible()
    assert site.ports.livres.balance(dossier.dossier).is_empty()


def test_several_files_are_imported_at_once_and_the_others_say_what_to_do(site: Site, ouvrir: Any) -> None:
    dossier = site.dossier()
    page = ouvrir(largeur="etroit")
    page.goto(f"/app/importer?dossier={dossier.code_ibs}")
    fichiers = [_file("seed_sample.TRA"), _file("copie.TRA", sample("seed_sample.TRA"))]
    fichiers += [_file("vide.txt", b""), _file("photo.png", b"\x89PNG\r\n\x1a\n" * 900)]
    page.set_input_files("#fichiers", fichiers)
    expect(_card(page, "vide.txt").get_by_role("alert")).to_contain_text("vide")
    expect(_card(page, "photo.png").get_by_role("alert")).to_contain_text("ni un TRA ni un FEC")
    page.get_by_role("button", name="Importer tous ceux qui sont justes").click()
    for nom in ("seed_sample.TRA", "copie.TRA"):
        expect(_card(page, nom).locator("[data-etat='3']")).to_be_visible()
    assert len(site.ports.demandes.lister(DOMAIN, dossier=dossier.dossier)) == 2


def test_a_line_that_drops_is_taken_up_where_it_was(site: Site, ouvrir: Any) -> None:
    dossier = site.dossier()
    page = ouvrir()
    page.goto(f"/app/importer?dossier={dossier.code_ibs}")
    coupures = []

    def cut_once(route: Any) -> None:
        coupures.append(route.request.headers["upload-offset"])
        if len(coupures) == 1:
            route.abort()
        else:
            route.continue_()

    page.route("**/api/v1/televersements/*", lambda r: cut_once(r) if r.request.method == "PATCH" else r.continue_())
    page.set_input_files("#fichiers", [_file("seed_sample.TRA")])
    expect(_card(page, "seed_sample.TRA").get_by_text("Prêt à être intégré")).to_be_visible()
    assert coupures == ["0", "0"]
    assert [f for f in page.fautes if "ERR_FAILED" not in f] == []
    page.fautes.clear()


def test_the_role_lecture_has_no_way_in(site: Site, ouvrir: Any) -> None:
    page = ouvrir("lecture")
    page.goto("/app")
    assert page.get_by_role("link", name="Importer un fichier").count() == 0
    page.goto("/app/importer")
    expect(page.get_by_role("heading", name="Accès refusé")).to_be_visible()
    assert [f for f in page.fautes if "403" not in f] == []
    page.fautes.clear()
