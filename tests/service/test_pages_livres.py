"""The screens of the books, asked for without a browser, on every database: what they show, what they refuse, what they give as files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from ecritures.api.access import COOKIE, csrf_token
from ecritures.domain.montant import euros
from ecritures.formats.fec.echantillon import SIREN, generer_fec
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.ports import Dossier, Exercice, NouvelleDemande, Ports
from ecritures.imports.run import SUITE, Etapes
from ecritures.imports.state import State
from ecritures.main import build
from ecritures.settings import Settings
from ecritures.web.pages import livres, livres_lignes

DOMAIN = "CABINET"
BASE = "/app/dossiers/D1"
ENTETE = (
    b"JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\tPieceRef\tPieceDate\t"
    b"EcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\tIdevise\r\n"
)


@dataclass
class Site:
    client: TestClient
    ports: Ports
    dossier: Dossier
    imports: dict[str, str]

    def sign_in(self, role: str, domain: str = DOMAIN) -> None:
        if self.ports.personnes.trouver(domain, role) is None:
            self.ports.personnes.creer(domain, Collaborateur(role, "Anne", "Martin", role))
        cookie = self.ports.sessions.ouvrir(domain, role, duree_s=600)
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, cookie)
        self.client.headers["x-csrf-token"] = csrf_token(cookie)

    def get(self, adresse: str, statut: int = 200) -> str:
        reponse = self.client.get(adresse, follow_redirects=False)
        assert reponse.status_code == statut, (adresse, reponse.status_code, reponse.text[-800:])
        return reponse.text

    def post_file(self, nom: str, octets: bytes) -> str:
        sha256, taille = self.ports.originaux.garder(iter([octets]), 10**8)
        demande = self.ports.demandes.enregistrer(
            NouvelleDemande(DOMAIN, self.dossier.dossier, "D1", "fec", nom, sha256=sha256, taille_octets=taille)
        )
        etapes = Etapes(self.ports)
        if etapes.recuperer(demande.id, dernier_essai=True) == SUITE and etapes.examiner(demande.id) == SUITE:
            etapes.poster(demande.id)
        fini = self.ports.demandes.lire(demande.id)
        assert fini is not None and fini.state is State.TERMINE, fini and fini.message
        return demande.id


@pytest.fixture
def site(base: Any, tmp_path: Path) -> Iterator[Site]:
    application = build(Settings(donnees=tmp_path / "donnees", base_url="http://testserver", base_sql=base.url))
    ports = application.ports
    dossier = ports.dossiers.creer(DOMAIN, "D1", "Boulangerie <b>Manon</b>", SIREN)
    for annee in (2023, 2024, 2025):
        ports.livres.creer_exercice(dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31)))
    ports.dossiers.creer("AUTRE", "SECRET", "Chez les autres")
    with TestClient(application.http(), base_url="http://testserver") as client:
        monte = Site(client, ports, dossier, {})
        monte.imports["2025"] = monte.post_file(f"{SIREN}FEC20251231.txt", generer_fec(302, 1))
        monte.imports["2024"] = monte.post_file("avant.txt", generer_fec(302, 2).replace(b"\t2025", b"\t2024"))
        monte.sign_in("lecture")
        yield monte
    application.fermer()


def _links(page: str, motif: str) -> list[str]:
    return [unescape(a) for a in re.findall(r'href="([^"]*)"', page) if re.search(motif, unescape(a))]


def test_a_sum_leads_to_its_lines_a_line_to_its_entry_and_to_its_place_in_the_file(site: Site) -> None:
    balance = site.get(f"{BASE}/balance?exercice=2025")
    compte = _links(balance, r"/grand-livre/707000\?exercice=2025&debut=2025-01-01&fin=2025-12-31")[0]
    grand_livre = site.get(compte)
    ecriture = site.get(_links(grand_livre, r"/ecritures/\d+/\d+")[0])
    assert f"/app/imports/{site.imports['2025']}" in ecriture
    lignes = _links(ecriture, rf"/app/imports/{site.imports['2025']}\?ligne=\d+")
    assert len(lignes) >= 2
    assert "équilibrée" in ecriture


def test_pages_of_an_account_follow_each_other_and_carry_its_balance(site: Site) -> None:
    adresse: str | None = f"{BASE}/grand-livre/512000?exercice=2025&lignes=7"
    vues: list[str] = []
    soldes: list[str] = []
    while adresse is not None:
        page = site.get(adresse)
        corps = page.split("<tbody>")[1].split("</tbody>")[0]
        rangees = re.findall(r"<tr>.*?</tr>|<tr class=\"report\">.*?</tr>", corps, re.DOTALL)
        reports = [r for r in rangees if "report" in r]
        if soldes:
            assert reports and _last_amount(reports[0]) == soldes[-1], "a page begins with the end of the one before"
        for rangee in (r for r in rangees if "report" not in r):
            vues += re.findall(r"/ecritures/(\d+/\d+)", rangee)
            soldes.append(_last_amount(rangee))
        suite = _links(page, r"&apres=")
        adresse = suite[0] if suite else None
    attendues, _ = site.ports.livres.grand_livre(
        site.dossier.dossier, "512000", debut=date(2025, 1, 1), fin=date(2025, 12, 31), limite=1000
    )
    assert vues == [f"{r['import_rang']}/{r['ecriture']}" for r in attendues.iter_rows(named=True)]


def _last_amount(rangee: str) -> str:
    return re.sub(r"<[^>]+>", "", rangee.rsplit("<td", 1)[1].split(">", 1)[1]).strip()


def test_two_exercices_stand_side_by_side_over_the_same_months(site: Site) -> None:
    page = site.get(f"{BASE}/balance?exercice=2025&debut=2025-02-01&fin=2025-02-28&compare=2024")
    assert "Solde 2024" in page and "Variation" in page
    assert _links(page, r"exercice=2024&debut=2024-02-01&fin=2024-02-29")
    assert "fin=2024-02-29" in page


def test_every_screen_of_a_dossier_answers_to_the_role_lecture_and_shows_it_no_action(site: Site) -> None:
    for suite in ("", "/balance", "/journaux", "/journaux/VE", "/grand-livre", "/grand-livre/411000", "/recherche?q=facture", "/exports", "/ecritures/1/1", "/exports/pertes?format=tra"):  # fmt: skip
        page = site.get(BASE + suite)
        assert "/app/importer" not in page and "/app/dossiers/nouveau" not in page, suite
        assert "<b>Manon</b>" not in page and "&lt;b&gt;Manon" in page, "labels are escaped"
        assert page.count("<h1") == 1
    assert "/app/dossiers/nouveau" not in site.get("/app/dossiers")
    site.get("/app/dossiers/nouveau", 403)
    assert site.client.post("/app/dossiers", data={"code_ibs": "X"}).status_code == 403


CACHEES = ("", "/balance", "/journaux", "/journaux/VE", "/grand-livre/411000", "/recherche?q=a", "/exports", "/ecritures/1/1", "/exports/balance", "/exports/exercice?format=fec", "/exports/grand-livre?format=csv")  # fmt: skip


def test_a_dossier_of_another_firm_is_not_there(site: Site) -> None:
    for suite in CACHEES:
        assert "Chez les autres" not in site.get(f"/app/dossiers/SECRET{suite}", 404)
        assert site.get(f"/app/dossiers/SECRET{suite}", 404) == site.get(f"/app/dossiers/JAMAIS{suite}", 404).replace("JAMAIS", "SECRET")  # fmt: skip
    assert "SECRET" not in site.get("/app/dossiers")


FAUTES = (
    ("/balance?exercice=1999", 404),
    ("/balance?compare=1999", 404),
    ("/balance?debut=hier", 422),
    ("/grand-livre/999999", 404),
    ("/grand-livre/512000?apres=faux", 422),
    ("/grand-livre/512000?exercice=2025&debut=2025-05-01&fin=2025-04-01", 422),
    ("/journaux/ZZ", 404),
    ("/ecritures/1/999999", 404),
    ("/ecritures/99999999999/1", 422),
    ("/ecritures/1/1?apres=faux", 422),
    ("/recherche?montant=douze", 422),
    ("/recherche?q=a&apres=faux", 422),
    ("/exports/exercice?format=exe", 404),
    ("/exports/pertes?format=exe", 404),
    ("/exports/balance?format=exe", 404),
    ("/exports/journal?journal=ZZ&format=csv", 404),
    ("/exports/grand-livre?compte=999999&format=csv", 404),
    ("/exports/exercice?format=fec&exercice=2023", 422),
)


def test_what_does_not_exist_or_cannot_be_read_is_said(site: Site) -> None:
    for suite, statut in FAUTES:
        page = site.get(BASE + suite, statut)
        assert "Traceback" not in page and "empty-title" in page


def test_files_hold_every_line_and_their_totals(site: Site) -> None:
    reponse = site.client.get(f"{BASE}/exports/grand-livre?exercice=2025&compte=512000&format=csv")
    assert "attachment" in reponse.headers["content-disposition"]
    lignes = reponse.content.decode("utf-8-sig").splitlines()
    attendues, _ = site.ports.livres.grand_livre(
        site.dossier.dossier, "512000", debut=date(2025, 1, 1), fin=date(2025, 12, 31), limite=1000
    )
    assert len(lignes) == 1 + attendues.height
    tout = site.client.get(f"{BASE}/exports/grand-livre?exercice=2025&format=csv").content.decode("utf-8-sig")
    assert (
        len(tout.splitlines()) == 1 + site.ports.livres.balance(site.dossier.dossier, exercice="2025")["nombre"].sum()
    )
    journal = site.client.get(f"{BASE}/exports/journal?exercice=2025&format=csv").content.decode("utf-8-sig")
    assert len(journal.splitlines()) == len(tout.splitlines())
    for etat in ("balance", "journal", "grand-livre"):
        assert site.client.get(f"{BASE}/exports/{etat}?exercice=2025&format=xlsx").content.startswith(b"PK")
    balance = site.client.get(f"{BASE}/exports/balance?exercice=2025&compare=2024&format=csv").content.decode(
        "utf-8-sig"
    )
    assert balance.splitlines()[0].endswith(";Écart")


def test_an_exercice_goes_out_as_the_law_wants_and_as_other_software_reads(site: Site) -> None:
    fec = site.client.get(f"{BASE}/exports/exercice?exercice=2025&format=fec")
    assert f"{SIREN}FEC20251231.txt" in fec.headers["content-disposition"]
    assert len(fec.content.splitlines()) == 303
    notice = site.client.get(f"{BASE}/exports/exercice?exercice=2025&format=notice")
    assert f"{SIREN}FEC20251231_description.txt" in notice.headers["content-disposition"]
    assert notice.headers["x-content-type-options"] == "nosniff"
    for format_, nom in (("tra", "D1-2025.tra"), ("fec-xml", f"{SIREN}FEC20251231.xml"), ("csv", "D1-2025.csv"), ("json", "D1-2025.json")):  # fmt: skip
        reponse = site.client.get(f"{BASE}/exports/exercice?exercice=2025&format={format_}")
        assert reponse.status_code == 200 and nom in reponse.headers["content-disposition"]


def test_a_search_takes_amounts_as_people_write_them(site: Site) -> None:
    cadre, _ = site.ports.livres.grand_livre(site.dossier.dossier, "707000", limite=1)
    centimes = int(cadre["credit_centimes"][0])
    entier, reste = divmod(centimes, 100)
    for ecrit in (
        f"{entier},{reste:02d}",
        f"{entier:,}".replace(",", " ") + f",{reste:02d} €",
        f"{entier}.{reste:02d}",
    ):
        trouve = site.get(f"{BASE}/recherche?montant={ecrit}")
        assert trouve == site.get(f"{BASE}/recherche?montant={ecrit}")
        assert f"/ecritures/{cadre['import_rang'][0]}/{cadre['ecriture'][0]}" in trouve
    comme_a_l_ecran = quote(euros(centimes))  # its spaces are narrow, and not to be broken
    page = site.get(f"{BASE}/recherche?q={comme_a_l_ecran}")
    assert f"/ecritures/{cadre['import_rang'][0]}/{cadre['ecriture'][0]}" in page
    rien = site.get(f"{BASE}/recherche?q=zzzzzz")
    assert "Aucune ne correspond" in rien and "/ecritures/" not in rien


def test_an_account_is_found_by_number_or_by_words_and_enter_opens_it(site: Site) -> None:
    page = site.get(f"{BASE}/grand-livre?exercice=2025&q=512")
    assert "/grand-livre/512000" in page and "/grand-livre/707000" not in page
    assert "/grand-livre/707000" in site.get(f"{BASE}/grand-livre?exercice=2025&q=vente+march")
    reponse = site.client.get(f"{BASE}/grand-livre?exercice=2025&q=512000", follow_redirects=False)
    assert reponse.headers["location"] == f"{BASE}/grand-livre/512000?exercice=2025"


def test_the_tableau_de_bord_shows_the_resultat_its_charts_have_tables(site: Site) -> None:
    page = site.get(f"{BASE}?exercice=2025")
    assert page.count("data-graphique=") == 3
    assert len(re.findall(r"<figure.*?<table", page, re.DOTALL)) == 3
    vide = site.get(f"{BASE}?exercice=2023")
    assert "Aucune écriture dans cet exercice" in vide


def test_dossiers_are_found_page_by_page_with_their_last_import(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(livres, "DOSSIERS_PAR_PAGE", 2)
    for code in ("A1", "B1", "C1", "E1"):
        site.ports.dossiers.creer(DOMAIN, code, f"Client {code}")
    vus: list[str] = []
    adresse: str | None = "/app/dossiers"
    while adresse:
        page = site.get(adresse)
        vus += re.findall(r'scope="row"[^>]*><a href="/app/dossiers/(\w+)"', page)
        suite = _links(page, r"apres=\w")
        adresse = suite[0] if suite else None
    assert vus == ["A1", "B1", "C1", "D1", "E1"]
    trouve = site.get("/app/dossiers?q=boul")
    assert "avant.txt" in trouve and "Terminé avec succès" in trouve and "Client A1" not in trouve
    assert "Aucun dossier ne correspond" in site.get("/app/dossiers?q=zzz")


NOUVEAU = {
    "libelle": "Garage Léon",
    "code_ibs": "GARAGE1",
    "siren": "732 829 320",
    "exercice": "2026",
    "debut": "2026-01-01",
    "fin": "2026-12-31",
    "doublons": "refuser",
    "journaux": "oui",
    "comptes": "oui",
}


def test_an_administrator_opens_a_dossier_with_its_exercice_and_settings(site: Site) -> None:
    site.sign_in("administrateur")
    assert 'name="code_ibs"' in site.get("/app/dossiers/nouveau")
    reponse = site.client.post("/app/dossiers", data=NOUVEAU, follow_redirects=False)
    assert reponse.status_code == 303 and reponse.headers["location"] == "/app/dossiers/GARAGE1"
    cree = site.ports.dossiers.trouver(DOMAIN, "GARAGE1")
    assert cree is not None and (cree.libelle, cree.siren, cree.doublons) == ("Garage Léon", "732829320", "refuser")
    assert (cree.creations.journaux, cree.creations.comptes, cree.creations.tiers) == (True, True, False)
    assert [e.code for e in site.ports.livres.exercices(cree.dossier)] == ["2026"]
    assert "Aucune écriture dans cet exercice" in site.get("/app/dossiers/GARAGE1")


REFUSES: tuple[dict[str, str], ...] = ({"code_ibs": "à b"}, {"code_ibs": "d1"}, {"siren": "123456789"}, {"fin": "2025-01-01"}, {"fin": ""}, {"fin": "2029-12-31"}, {"exercice": " "}, {"libelle": ""})  # fmt: skip


def test_a_form_refused_keeps_what_was_typed_and_creates_nothing(site: Site) -> None:
    site.sign_in("administrateur")
    avant = len(site.ports.dossiers.lister(DOMAIN))
    for faute in REFUSES:
        reponse = site.client.post("/app/dossiers", data={**NOUVEAU, **faute})
        assert reponse.status_code == 422
        assert 'role="alert"' in reponse.text
        assert ("Garage Léon" in reponse.text) == (faute.get("libelle") != "")
        assert len(site.ports.dossiers.lister(DOMAIN)) == avant


def test_a_dossier_without_exercice_says_what_to_do(site: Site) -> None:
    site.ports.dossiers.creer(DOMAIN, "NEUF", "Neuf")
    for suite in ("", "/balance", "/journaux", "/grand-livre", "/exports"):
        assert "Aucun exercice dans ce dossier" in site.get(f"/app/dossiers/NEUF{suite}")
    site.get("/app/dossiers/NEUF/exports/balance", 404)
    site.get("/app/dossiers/NEUF/grand-livre/411000", 404)


def test_what_a_file_says_never_becomes_markup(site: Site) -> None:
    piege = "<script>alert(1)</script>\u202e"
    commun = b"VE\tVentes\t1\t20230115\t%s\tx\t\t\tF1\t20230115\t" + piege.encode() + b"\t%s\t%s\t\t\t20230115\t\t\r\n"
    site.post_file("piege.txt", ENTETE + commun % (b"41100000", b"1,00", b"0,00") + commun % (b"70700000", b"0,00", b"1,00"))  # fmt: skip
    for suite in (
        "/journaux/VE?exercice=2023",
        "/grand-livre/41100000?exercice=2023",
        "/ecritures/3/1",
        "/recherche?q=script",
    ):
        page = site.get(BASE + suite)
        assert "<script>alert" not in page and "\u202e" not in page and "&lt;script&gt;alert" in page, suite


def test_long_entries_and_long_balances_have_next_pages(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(livres_lignes, "LIGNES_D_ECRITURE", 1)
    premiere = site.get(f"{BASE}/ecritures/1/1")
    seconde = site.get(_links(premiere, r"\?apres=")[0])
    numeros = [re.findall(r"\?ligne=(\d+)", page) for page in (premiere, seconde)]
    assert len(numeros[0]) == len(numeros[1]) == 1 and numeros[0] < numeros[1]
    monkeypatch.setattr("ecritures.web.pages.livres_balance.COMPTES_MAX", 3)
    premiere = site.get(f"{BASE}/balance?exercice=2025")
    seconde = site.get(_links(premiere, r"apres=")[0])
    comptes = [set(re.findall(r"grand-livre/(\d+)\?", page)) for page in (premiere, seconde)]
    assert len(comptes[0]) == 3 and not comptes[0] & comptes[1]
    totaux = [page.split('<tr class="total">')[1].split("</tr>")[0] for page in (premiere, seconde)]
    assert totaux[0] == totaux[1], "totals are those of all accounts"
