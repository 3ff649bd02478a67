"""Third parties, lettering, sections, exercices and settings, without a browser, on every database: what is shown, done, refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ecritures.api.access import COOKIE, csrf_token
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.ports import Dossier, Exercice, NouvelleDemande, Ports
from ecritures.imports.run import SUITE, Etapes
from ecritures.imports.state import State
from ecritures.imports.verify import verify
from ecritures.main import build
from ecritures.settings import Settings
from serveurs.api import mouvement, tra

DOMAIN = "CABINET"
BASE = "/app/dossiers/D1"


@dataclass
class Site:
    client: TestClient
    ports: Ports
    dossier: Dossier

    def sign_in(self, role: str, domain: str = DOMAIN) -> None:
        if self.ports.personnes.trouver(domain, role) is None:
            self.ports.personnes.creer(domain, Collaborateur(role, "Anne", "Martin", role))
        cookie = self.ports.sessions.ouvrir(domain, role, duree_s=600)
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, cookie)
        self.client.headers["x-csrf-token"] = csrf_token(cookie)

    def get(self, adresse: str, statut: int = 200, **parametres: str) -> str:
        reponse = self.client.get(BASE + adresse, params=parametres or None, follow_redirects=False)
        assert reponse.status_code == statut, (adresse, reponse.status_code, reponse.text[-800:])
        return unescape(re.sub(r"\s+", " ", reponse.text))

    def post(self, adresse: str, statut: int = 303, **champs: object) -> Any:
        reponse = self.client.post(BASE + adresse, data=champs, follow_redirects=False)
        assert reponse.status_code == statut, (adresse, reponse.status_code, reponse.text[-1500:])
        return reponse

    def importer(self, octets: bytes, format: str = "tra") -> int:
        """Rank of its receipt."""
        sha256, taille = self.ports.originaux.garder(iter([octets]), 10**8)
        demande = self.ports.demandes.enregistrer(
            NouvelleDemande(DOMAIN, self.dossier.dossier, "D1", format, "f.tra", sha256=sha256, taille_octets=taille)
        )
        etapes = Etapes(self.ports)
        if etapes.recuperer(demande.id, dernier_essai=True) == SUITE and etapes.examiner(demande.id) == SUITE:
            etapes.poster(demande.id)
        lue = self.ports.demandes.lire(demande.id)
        assert lue is not None and lue.state is State.TERMINE, lue
        recu = self.ports.livres.recu(self.dossier.dossier, demande.id)
        assert recu is not None
        return recu.rang


@pytest.fixture
def site(base: Any, tmp_path: Path) -> Iterator[Site]:
    application = build(Settings(donnees=tmp_path / "donnees", base_url="http://testserver", base_sql=base.url))
    try:
        dossier = application.ports.dossiers.creer(DOMAIN, "D1", "Boulangerie Manon")
        for annee in (2025, 2026):
            application.ports.livres.creer_exercice(
                dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31))
            )
        with TestClient(application.http(), base_url="http://testserver") as client:
            ouvert = Site(client, application.ports, dossier)
            ouvert.sign_in("collaborateur")
            yield ouvert
    finally:
        application.fermer()


def facture(site: Site, montant: str, jour: str = "15012025", tiers: str = "CLI001", piece: str = "F001") -> int:
    lignes = [mouvement("411000", "D", montant, jour=jour, tiers=tiers), mouvement("707000", "C", montant, jour=jour)]
    return site.importer(tra(lignes).replace(b"F001", piece.encode()))


def reglement(site: Site, montant: str, jour: str = "20022025", tiers: str = "CLI001", piece: str = "F001") -> int:
    lignes = [mouvement("512000", "D", montant, jour=jour), mouvement("411000", "C", montant, jour=jour, tiers=tiers)]
    return site.importer(tra(lignes).replace(b"F001", piece.encode()))


def balance(page: str) -> dict[str, str]:
    """Amounts of the rows, by their first cell."""
    rangees = re.findall(r"<tr[^>]*>\s*<th scope=\"row\".*?</tr>", page)
    mots = [re.sub("<[^>]+>", " ", r).split() for r in rangees]
    return {m[0]: " ".join(m) for m in mots}


def test_the_list_gives_each_third_party_its_balance_and_its_open_lines(site: Site) -> None:
    facture(site, "120,00")
    reglement(site, "50,00")
    facture(site, "10,00", tiers="CLI002")
    page = site.get("/tiers")
    rangees = balance(page)
    assert "120,00 50,00 70,00 D 2" in rangees["CLI001"]
    assert "10,00 10,00 D 1" in rangees["CLI002"]
    assert set(balance(site.get("/tiers", q="cli002"))) == {"CLI002"}
    assert "Aucun tiers ne répond" in site.get("/tiers", q="%")
    assert f"{BASE}/lettrage?tiers=CLI001" in page


def test_the_list_goes_on_after_the_last_code_seen(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecritures.web.pages import tiers

    monkeypatch.setattr(tiers, "TIERS_PAR_PAGE", 1)
    for code in ("CLI001", "CLI002", "CLI003"):
        facture(site, "10,00", tiers=code)
    vus, page = [], site.get("/tiers")
    while True:
        vus += list(balance(page))
        suivante = re.search(r'data-suivante href="([^"]+)"', page)
        if suivante is None:
            break
        page = site.get(unescape(suivante[1]).removeprefix(BASE))
    assert vus == ["CLI001", "CLI002", "CLI003"]


def test_a_third_party_has_its_lines_with_the_balance_after_each(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from ecritures.web.pages import tiers

    facture(site, "120,00")
    reglement(site, "50,00")
    page = site.get("/tiers/CLI001")
    assert re.findall(r"class=\"nombre\"><span class=\"text-nowrap\">([\d ,]+) <abbr", page)[-3:] == [
        "120,00",
        "70,00",
        "70,00",
    ]
    monkeypatch.setattr(tiers, "LIGNES_PAR_PAGE", 1)
    premiere = site.get("/tiers/CLI001")
    suivante = re.search(r'data-suivante href="([^"]+)"', premiere)
    assert suivante is not None
    seconde = site.get(unescape(suivante[1]).removeprefix(BASE))
    assert "Report" in seconde and "70,00" in seconde
    site.get("/tiers/INCONNU", 404)
    site.get("/tiers/CLI001", 422, apres="nimporte")


def test_what_is_due_is_told_by_its_age_and_adds_up(site: Site) -> None:
    facture(site, "100,00", jour="31122025")
    facture(site, "20,00", jour="30112025")
    facture(site, "3,00", jour="01102025")
    facture(site, "0,40", jour="01012025", tiers="CLI002")
    page = site.get("/balance-agee", exercice="2025", au="2025-12-31")
    rangees = balance(page)
    assert rangees["CLI001"].endswith("100,00 D 20,00 D 3,00 D 123,00 D")
    assert rangees["CLI002"].endswith("0,40 D 0,40 D")
    assert rangees["Total,"] == "Total, 2 tiers 0,00 100,00 D 20,00 D 0,00 3,40 D 123,40 D"
    assert "Rien d'ouvert" in site.get("/balance-agee", exercice="2025", comptes="40")


def test_balances_add_up_the_years_that_no_a_nouveau_brought_forward(site: Site) -> None:
    facture(site, "100,00", jour="31122025")
    facture(site, "5,00", jour="15012026")
    page = site.get("/tiers", exercice="2026")
    assert "2025, 2026" in page and "105,00 D 2" in balance(page)["CLI001"]
    site.post("/exercices/2025/cloture")
    apres = site.get("/tiers", exercice="2026")
    assert "Les soldes cumulent" not in apres
    assert "105,00 D 2" in balance(apres)["CLI001"]


def test_lines_are_lettered_then_unlettered_and_the_chain_says_so(site: Site) -> None:
    f, r = facture(site, "120,00"), reglement(site, "120,00")
    page = site.get("/lettrage", tiers="CLI001")
    assert re.findall(r'data-debit="(\d+)" data-credit="(\d+)"', page) == [("12000", "0"), ("0", "12000")]
    valeurs = re.findall(r'name="ligne" value="([\d.]+)"', page)
    assert valeurs == [f"{f}.2.0", f"{r}.3.0"]
    cible = site.post("/lettrage", ligne=valeurs, compte="411000", tiers="CLI001").headers["location"]
    assert "fait=AA" in cible
    assert "Lettrage AA posé" in site.get(cible.removeprefix(BASE))
    lettrees = site.get("/lettrage", tiers="CLI001", vue="lettrees")
    assert ">AA</span>" in lettrees and 'name="exercice_lettrage" value="2025"' in lettrees
    site.post("/delettrage", compte="411000", tiers="CLI001", lettre="AA", exercice_lettrage="2025")
    assert "Rien n'est lettré" in site.get("/lettrage", tiers="CLI001", vue="lettrees")
    assert [r.sorte for r in site.ports.actes.recus(site.dossier.dossier, limite=2)] == ["delettrage", "lettrage"]
    assert verify(site.dossier, site.ports).rupture is None


def test_lines_that_do_not_balance_are_lettered_in_part_only(site: Site) -> None:
    f, r = facture(site, "120,00"), reglement(site, "50,00")
    lignes = [f"{f}.2.0", f"{r}.3.0"]
    refus = site.post("/lettrage", 409, ligne=lignes, compte="411000", tiers="CLI001")
    assert "écart 70,00" in refus.text
    site.post("/lettrage", ligne=lignes, compte="411000", tiers="CLI001", partiel="1")
    page = site.get("/lettrage", tiers="CLI001")
    assert page.count('data-groupe="aa"') == 2
    assert "Aucune ligne n'est cochée" in unescape(site.post("/lettrage", 409, compte="411000").text)
    site.post("/lettrage", 422, ligne=["x"], compte="411000")


def test_a_lettering_asked_by_htmx_leads_to_the_page_that_says_it(site: Site) -> None:
    f, r = facture(site, "8,00"), reglement(site, "8,00")
    champs = {"ligne": [f"{f}.2.0", f"{r}.3.0"], "compte": "411000", "tiers": "CLI001"}
    reponse = site.client.post(f"{BASE}/lettrage", data=champs, headers={"hx-request": "true"})
    assert reponse.headers["hx-redirect"] == f"{BASE}/lettrage?compte=411000&tiers=CLI001&vue=ouvertes&fait=AA"


def test_proposals_are_accepted_together_and_the_stale_ones_are_told(site: Site) -> None:
    facture(site, "10,00", piece="F001")
    facture(site, "20,00", piece="F002")
    reglement(site, "20,00", piece="R001")
    reglement(site, "10,00", piece="R002")
    page = site.get("/lettrage", tiers="CLI001", vue="propositions")
    valeurs = re.findall(r'name="proposition" value="([\d.-]+)"', page)
    assert len(valeurs) == 2 and page.count("même montant") == 2
    site.post("/lettrage/propositions", proposition=valeurs[:1], compte="411000", tiers="CLI001")
    cible = site.post("/lettrage/propositions", proposition=valeurs, compte="411000", tiers="CLI001").headers[
        "location"
    ]
    assert "fait=AB" in cible and "refuses=1" in cible
    assert "1 proposition n'a pas été acceptée" in site.get(cible.removeprefix(BASE))
    assert "Aucune proposition" in site.get("/lettrage", tiers="CLI001", vue="propositions")


def test_lines_of_a_closed_exercice_are_no_longer_offered(site: Site) -> None:
    facture(site, "10,00")
    site.post("/exercices/2025/cloture")
    page = site.get("/lettrage", tiers="CLI001", exercice="2025")
    assert "ne se lettrent plus" in page and 'name="ligne"' not in page


def test_an_account_without_third_party_is_lettered_too(site: Site) -> None:
    site.importer(tra([mouvement("471000", "D", "5,00"), mouvement("512000", "C", "5,00")]))
    page = site.get("/lettrage", compte="471000", exercice="2026")
    assert "lignes sans tiers" in page and 'data-debit="500"' in page
    site.get("/lettrage", 404, compte="999999")
    assert "Rien à lettrer" in site.get("/lettrage", exercice="2026")


def test_an_exercice_is_opened_and_what_is_wrong_comes_back_with_what_was_typed(site: Site) -> None:
    assert 'value="2027"' in site.get("/exercices")
    site.post("/exercices", exercice="2027", debut="2027-01-01", fin="2027-12-31")
    assert [e.code for e in site.ports.livres.exercices(site.dossier.dossier)] == ["2025", "2026", "2027"]
    for exercice, debut, fin, motif in (
        ("2027", "2027-06-01", "2028-05-31", "2027"),
        ("X", "2030-12-31", "2030-01-01", "finit avant de commencer"),
        ("X", "", "", "manquent"),
    ):
        page = site.post("/exercices", 422, exercice=exercice, debut=debut, fin=fin)
        assert motif in page.text and f'value="{exercice}"' in page.text


def test_a_closing_is_looked_at_then_done_then_undone(site: Site) -> None:
    facture(site, "120,00")
    apercu = site.get("/exercices/2025/cloture")
    assert "120,00" in apercu and "411000" in apercu and "À-nouveaux qui seront écrits" in apercu
    assert len(list(site.ports.livres.recus(site.dossier.dossier))) == 1, "looking changes nothing"
    assert "clore d'abord le plus ancien" in site.get("/exercices/2026/cloture")
    site.post("/exercices/2026/cloture", 409)
    site.post("/exercices/2025/cloture")
    assert "Clos" in site.get("/exercices")
    assert "reçu n° 2" in site.get("/exercices/2025/reouverture")
    site.post("/exercices/2025/reouverture")
    assert not site.ports.livres.exercices(site.dossier.dossier)[0].est_clos
    assert verify(site.dossier, site.ports).rupture is None
    site.get("/exercices/1999/cloture", 404)


def test_an_import_that_waits_forbids_a_closing_and_the_preview_says_it(site: Site) -> None:
    sha256, taille = site.ports.originaux.garder(iter([b"x"]), 10)
    site.ports.demandes.enregistrer(
        NouvelleDemande(DOMAIN, site.dossier.dossier, "D1", "tra", "attend.tra", sha256=sha256, taille_octets=taille)
    )
    page = site.get("/exercices/2025/cloture")
    assert "1 import du dossier attend" in page and '<form method="post">' not in page


def test_a_validation_is_looked_at_before_it_is_for_good(site: Site) -> None:
    facture(site, "120,00", jour="15012025")
    facture(site, "1,00", jour="15072025")
    page = site.get("/exercices/2025/validation", jusqu_a="2025-06-30")
    assert "2 lignes" in page and "ne se reprend pas" in page
    assert "n'est pas dans l'exercice" in site.get("/exercices/2025/validation", jusqu_a="2026-06-30")
    site.post("/exercices/2025/validation", jusqu_a="2025-06-30")
    assert "Validé jusqu'au 30/06/2025" in site.get("/exercices")
    site.post("/exercices/2025/validation", 409, jusqu_a="")


def test_the_chain_is_shown_and_verified_in_words(site: Site) -> None:
    facture(site, "120,00")
    assert "f.tra" in site.get("/recus")
    site.sign_in("lecture")
    page = unescape(site.post("/recus/verification", 200).text)
    assert "Tout est exact." in page and "1 reçu vérifié" in page and "2 lignes" in page


def test_a_line_changed_behind_our_back_is_told(site: Site) -> None:
    import sqlalchemy as sa

    from ecritures.storage.tables import LIGNES

    facture(site, "120,00")
    with site.ports.actes._livres.base(site.dossier.dossier).ecriture() as connexion:  # type: ignore[attr-defined]
        connexion.execute(sa.update(LIGNES).where(LIGNES.c.compte == "707000").values(libelle="autre"))
    page = unescape(site.post("/recus/verification", 200).text)
    assert "Quelque chose ne tient plus" in page and "reçu 1" in page


def test_settings_are_an_administrators_and_come_back_when_refused(site: Site) -> None:
    assert 'name="compte_attente" value="471000"' in site.get("/parametres") and "Enregistrer" not in site.get(
        "/parametres"
    )
    champs = {
        "libelle": "Manon & fils",
        "siren": "",
        "compte_attente": "471500",
        "doublons": "refuser",
        "comptes": "oui",
    }
    site.post("/parametres", 403, **champs)
    site.sign_in("administrateur")
    site.post("/parametres", **champs)
    lu = site.ports.dossiers.numero(site.dossier.dossier)
    assert lu is not None
    assert (lu.libelle, lu.compte_attente, lu.doublons) == ("Manon & fils", "471500", "refuser")
    assert (lu.creations.journaux, lu.creations.comptes, lu.creations.tiers) == (False, True, False)
    trace = site.ports.audit.lister(DOMAIN, limite=1)[0]
    assert (trace.action, trace.acteur) == ("dossier.reglages", "administrateur")
    page = unescape(site.post("/parametres", 422, **{**champs, "compte_attente": "4"}).text)
    assert "compte d'attente « 4 » est invalide" in page
    site.post("/parametres", 422, **{**champs, "siren": "123456789"})


def test_a_key_is_activated_for_the_dossier_and_taken_off(site: Site) -> None:
    site.sign_in("administrateur")
    cle = site.ports.cles.creer_cle(DOMAIN, "Caisse", dossiers=[]).split(":")[0]
    site.post("/parametres/cles", cle=cle, active="oui")
    assert site.ports.cles.trouver(DOMAIN, cle).dossiers == {site.dossier.dossier}  # type: ignore[union-attr]
    assert "Désactiver" in site.get("/parametres")
    site.post("/parametres/cles", cle=cle)
    assert site.ports.cles.trouver(DOMAIN, cle).dossiers == frozenset()  # type: ignore[union-attr]
    autre = site.ports.cles.creer_cle("AUTRE", "x", dossiers=[]).split(":")[0]
    site.post("/parametres/cles", 404, cle=autre, active="oui")


PAGES = (
    "/tiers", "/tiers/CLI001", "/balance-agee", "/lettrage", "/lettrage?tiers=CLI001", "/lettrage?tiers=CLI001&vue=propositions",
    "/lettrage?tiers=CLI001&vue=lettrees", "/sections", "/exercices", "/recus", "/parametres",
)  # fmt: skip
ACTES = (
    "/lettrage", "/lettrage/propositions", "/delettrage", "/exercices", "/exercices/2025/cloture",
    "/exercices/2025/reouverture", "/exercices/2025/validation", "/parametres", "/parametres/cles",
)  # fmt: skip


def test_the_role_lecture_sees_everything_and_no_action(site: Site) -> None:
    facture(site, "10,00")
    reglement(site, "10,00")
    site.sign_in("lecture")
    for adresse in PAGES:
        page = site.get(adresse)
        actes = [a for a in re.findall(r'<form method="post"[^>]*action="([^"]+)"', page) if a.startswith(BASE)]
        assert [a for a in actes if not a.endswith("/recus/verification")] == [], adresse
        assert not re.search(r"/(cloture|validation|reouverture)\"", page), adresse
    for adresse in ACTES:
        site.post(adresse, 403)
    site.get("/exercices/2025/cloture", 403)


def test_another_firms_dossier_is_as_if_absent(site: Site) -> None:
    site.sign_in("administrateur", "AUTRE")
    for adresse in PAGES:
        site.get(adresse, 404)
    for adresse in ACTES:
        site.post(adresse, 404)


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    del site.client.headers["x-csrf-token"]
    for adresse in ACTES:
        site.post(adresse, 403)


def test_labels_of_files_never_become_markup(site: Site) -> None:
    lignes = [mouvement("411000", "D", "1,00", tiers="CLI001", libelle="<b>x</b>"), mouvement("707000", "C", "1,00")]
    site.importer(tra(lignes))
    for adresse in ("/tiers/CLI001", "/lettrage?tiers=CLI001"):
        assert "<b>x" not in site.client.get(BASE + adresse).text
