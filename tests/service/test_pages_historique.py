"""The history of imports and its cancels, as pages: what they show, to whom, and what an address holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from ecritures.api.access import COOKIE, csrf_token
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.ports import Demande, Dossier, Exercice, Ports
from ecritures.imports.receive import receive
from ecritures.imports.run import SUITE, Etapes
from ecritures.imports.state import State
from ecritures.main import Application, build
from ecritures.settings import Settings
from serveurs.api import BANCALE, VENTE

DOMAIN, VOISIN = "CABINETDEMO", "AUTRECABINET"


@dataclass
class Pages:
    application: Application
    client: TestClient
    dossier: Dossier
    cookies: dict[str, str]

    @property
    def ports(self) -> Ports:
        return self.application.ports

    def get(self, adresse: str, role: str = "collaborateur", **entetes: str) -> Any:
        self.client.cookies.set(COOKIE, self.cookies[role])
        return self.client.get(f"/app/imports{adresse}", headers=entetes)

    def annule(self, ids: list[str], role: str = "collaborateur", **champs: str) -> Any:
        self.client.cookies.set(COOKIE, self.cookies[role])
        corps = {"csrf": csrf_token(self.cookies[role]), "id": ids, **champs}
        return self.client.post("/app/imports/annulation", data=corps)

    def importe(self, nom: str, octets: bytes = VENTE, dossier: Dossier | None = None, **reste: Any) -> str:
        sha256, _ = self.ports.originaux.garder(iter([octets]), 1 << 20)
        demande = receive(dossier or self.dossier, "tra", self.ports, sha256=sha256, nom_fichier=nom, **reste)
        etapes = Etapes(self.ports)
        if etapes.recuperer(demande.id, dernier_essai=True) == SUITE and etapes.examiner(demande.id) == SUITE:
            etapes.poster(demande.id)
        return demande.id

    def attend(self, nom: str) -> Demande:
        return receive(self.dossier, "tra", self.ports, uri=f"00000000-0000-4000-8000-000000000000/{nom}")

    def lire(self, un: str) -> Demande:
        demande = self.ports.demandes.lire(un)
        assert demande is not None
        return demande


@pytest.fixture
def pages(base: Any, tmp_path: Path) -> Iterator[Pages]:
    application = build(Settings(donnees=tmp_path / "donnees", base_url="http://testserver", base_sql=base.url))  # type: ignore[call-arg]
    ports = application.ports
    dossiers = {}
    for domain in (DOMAIN, VOISIN):
        dossiers[domain] = ports.dossiers.creer(domain, "DEMO001", f"Boulangerie {domain}")
        ports.livres.creer_exercice(dossiers[domain].dossier, Exercice("2026", date(2026, 1, 1), date(2026, 12, 31)))
    cookies = {}
    for domain, role in ((DOMAIN, "collaborateur"), (DOMAIN, "lecture"), (VOISIN, "administrateur")):
        ports.personnes.creer(domain, Collaborateur(role, "Anne", "Martin", role))
        cookies[role] = ports.sessions.ouvrir(domain, role, duree_s=600)
    with TestClient(application.http(), base_url="http://testserver", follow_redirects=False) as client:
        yield Pages(application, client, dossiers[DOMAIN], cookies)
    application.fermer()


def _said(reponse: Any) -> str:
    return unescape(str(reponse.text))


def _names(page: str) -> list[str]:
    return re.findall(r'<a id="lien-[^"]*" href="[^"]*" title="([^"]*)"', page)


def test_the_history_shows_the_columns_of_the_seed_with_lines_amount_and_who_asked(pages: Pages) -> None:
    cle = pages.ports.cles.creer_cle(DOMAIN, "Logiciel de caisse").partition(":")[0]
    juste = pages.importe("vente.TRA", demandeur=cle)
    errone = pages.importe("bancale.TRA", BANCALE, origine="Manuelle", demandeur="anne.martin")
    page = _said(pages.get(""))
    for titre in ("Nom du fichier", "Statut", "Erreur", "Brique applicative", "Origine", "Lignes", "Montant", "Date"):
        assert titre in page
    for dit in (
        "Terminé avec succès",
        "Terminé avec erreur",
        "Comptabilité",
        "Par API",
        "Manuelle",
        "Logiciel de caisse",
    ):
        assert dit in page
    assert "anne.martin" in page and cle not in page
    assert "120,00\u00a0€" in page and "Une erreur s" in page
    assert _names(page) == ["bancale.TRA", "vente.TRA"]
    assert f'id="choix-{juste}"' in page and re.search(f'id="choix-{errone}"[^>]* disabled', page)
    assert "Boulangerie CABINETDEMO" in page and VOISIN not in page


def test_an_empty_history_says_what_will_come_and_a_filter_without_result_what_to_do(pages: Pages) -> None:
    assert "Aucun import pour l'instant" in _said(pages.get(""))
    pages.attend("a.TRA")
    page = _said(pages.get("?q=absent"))
    assert "Aucun import ne répond à ces filtres" in page and 'href="/app/imports"' in page


def test_filters_and_orders_of_the_address_are_those_of_the_page_and_of_its_links(pages: Pages) -> None:
    pages.importe("B été.TRA")
    pages.importe("a.TRA", BANCALE)
    pages.attend("c.TRA")
    assert _names(pages.get("?tri=nom").text) == ["a.TRA", "B été.TRA", "c.TRA"]
    assert _names(pages.get("?tri=nom&sens=desc").text) == ["c.TRA", "B été.TRA", "a.TRA"]
    assert _names(pages.get("?etat=erreur").text) == ["a.TRA"]
    assert _names(pages.get("?q=ETE").text) == ["B été.TRA"]
    assert _names(pages.get("?dossier=demo001&format=tra&origine=Par+API").text) == ["c.TRA", "a.TRA", "B été.TRA"]
    assert _names(pages.get("?format=fec").text) == []
    assert _names(pages.get("?debut=2020-01-01&fin=2020-12-31").text) == []
    page = pages.get("?q=t&etat=succes&tri=nom").text
    assert (
        'href="/app/imports?q=t&amp;etat=succes&amp;tri=nom&amp;sens=desc"' in page
    )  # the name's head turns the order
    assert 'href="/app/imports/export.csv?q=t&amp;etat=succes&amp;tri=nom"' in page
    assert 'aria-sort="ascending"' in page
    assert 'name="etat" value="succes"' in page


def test_what_htmx_asks_for_leaves_an_address_without_empty_fields(pages: Pages) -> None:
    reponse = pages.get("?q=a&dossier=&etat=&format=&origine=&debut=&fin=&tri=date&sens=desc", **{"HX-Request": "true"})
    assert reponse.headers["hx-push-url"] == "/app/imports?q=a"
    assert "hx-push-url" not in pages.get("?q=a").headers


@pytest.mark.parametrize(
    ("adresse", "statut", "dit"),
    [
        ("?debut=hier", 422, "La date « Du » est invalide"),
        ("?dossier=RIEN", 404, "RIEN"),
        ("?apres=pas-un-curseur", 422, "reprendre à la première page"),
        ("?etat=n'importe&tri=quoi&format=x&sens=y", 200, "Aucun import"),
        ("/export.pdf", 404, ""),
    ],
)
def test_an_address_that_makes_no_sense_says_so(pages: Pages, adresse: str, statut: int, dit: str) -> None:
    reponse = pages.get(adresse)
    assert (reponse.status_code, dit in _said(reponse)) == (statut, True)


def test_pages_follow_one_another_and_come_back_with_their_filters(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecritures.web.pages.historique.PAR_PAGE", 2)
    for rang in range(5):
        pages.attend(f"f{rang}.TRA")

    def link(page: str, nom: str) -> str | None:
        trouve = re.search(f'id="{nom}" rel="[a-z]*" href="/app/imports([^"]*)"', page)
        return trouve and trouve[1].replace("&amp;", "&")

    vues, adresse = [], "?q=f&etat=attente"
    while adresse:
        page = pages.get(adresse).text
        vues.append(_names(page))
        precedente, adresse = link(page, "precedente"), link(page, "suivante") or ""
    assert vues == [["f4.TRA", "f3.TRA"], ["f2.TRA", "f1.TRA"], ["f0.TRA"]]
    assert precedente is not None and precedente.startswith("?q=f&etat=attente&avant=")
    assert _names(pages.get(precedente).text) == vues[1]


def test_the_export_has_every_page_with_its_filters_and_no_formula(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecritures.web.pages.historique.PAR_PAGE", 1)
    pages.importe("=cmd()|a.TRA", demandeur="anne")
    pages.importe("b.TRA", BANCALE)
    reponse = pages.get("/export.csv")
    lignes = reponse.content.decode("utf-8-sig").splitlines()
    assert len(lignes) == 3 and lignes[0].startswith("Nom du fichier;Dossier;Statut;Erreur;Brique applicative;Origine")
    assert lignes[2].startswith("'=cmd()|a.TRA;DEMO001;Terminé avec succès") and ";3;120,00;" in lignes[2]
    assert "attachment" in reponse.headers["content-disposition"]
    assert len(pages.get("/export.csv?etat=erreur").text.splitlines()) == 2
    feuille = openpyxl.load_workbook(BytesIO(pages.get("/export.xlsx?tri=nom").content)).active
    rangees = [[cellule.value for cellule in rangee] for rangee in feuille.iter_rows()]
    assert [r[0] for r in rangees] == ["Nom du fichier", "=cmd()|a.TRA", "b.TRA"]
    assert rangees[1][10:12] == [3, 120] and feuille["A2"].data_type == "s"


def test_a_name_from_a_file_is_text_whatever_it_holds(pages: Pages) -> None:
    pages.importe('<img src=x onerror=alert(1)>\u202e"\x01.TRA')
    page = pages.get("").text
    assert "<img src=x" not in page and "\u202e" not in page and "&lt;img src=x" in page


def test_the_role_lecture_sees_no_action_and_is_refused_it(pages: Pages) -> None:
    juste = pages.importe("a.TRA")
    page = pages.get("", "lecture").text
    assert "a.TRA" in page and 'type="checkbox"' not in page and "Annuler l" not in page and "Importer un" not in page
    assert pages.get(f"/annulation?id={juste}", "lecture").status_code == 403
    assert pages.annule([juste], "lecture").status_code == 403
    assert pages.lire(juste).annulation is None


def test_the_preview_says_what_goes_and_what_blocks_and_changes_nothing(pages: Pages) -> None:
    juste, errone, attend = pages.importe("a.TRA"), pages.importe("b.TRA", BANCALE), pages.attend("c.TRA")
    avant = pages.ports.livres.empreinte(pages.dossier.dossier)
    page = pages.get(f"/annulation?id={juste}&id={errone}&id={attend.id}&retour=/app/imports?q=a").text
    page = unescape(page)
    assert page.index("c.TRA") < page.index("b.TRA") < page.index("a.TRA")  # newest first
    assert "2 imports sur 3 seront annulés" in page and "aucune de ses écritures n'est dans les livres" in page
    for dit in ("120,00\u00a0€", "CLI001", "411000", "VEN", "ne sera pas intégré"):
        assert dit in page
    assert f'name="id" value="{errone}"' not in page and 'href="/app/imports?q=a"' in page
    assert pages.ports.livres.empreinte(pages.dossier.dossier) == avant and pages.lire(juste).annulation is None


def test_confirmed_each_is_cancelled_or_says_why_and_the_books_are_as_before(pages: Pages) -> None:
    avant = pages.ports.livres.empreinte(pages.dossier.dossier)
    juste, errone, attend = pages.importe("a.TRA"), pages.importe("b.TRA", BANCALE), pages.attend("c.TRA")
    reponse = pages.annule([juste, errone, attend.id], retour="/app/imports?etat=succes")
    page = _said(reponse)
    assert re.findall('data-sort="([a-z]*)"', page) == ["annule", "refuse", "annule"]
    assert "2 imports annulés" in page and "Reçu d'annulation n° 2" in page and "/app/imports?etat=succes" in page
    assert pages.ports.livres.empreinte(pages.dossier.dossier) == avant
    assert pages.lire(juste).annule_par == "collaborateur" and pages.lire(juste).annulation is not None
    assert pages.lire(attend.id).state is State.EN_ERREUR
    encore = _said(pages.annule([juste]))
    assert re.findall('data-sort="([a-z]*)"', encore) == ["deja"] and "Rien n'a été annulé" in encore
    assert _names(pages.get("?etat=annule").text) == ["c.TRA", "a.TRA"]


def test_another_firm_s_import_is_absent_and_a_form_of_elsewhere_is_refused(pages: Pages) -> None:
    voisin = pages.ports.dossiers.trouver(VOISIN, "DEMO001")
    le_sien, le_mien = pages.importe("secret.TRA", dossier=voisin), pages.importe("a.TRA")
    assert "secret.TRA" not in pages.get("").text and "secret.TRA" not in pages.get(f"?q={le_sien}").text
    absent = pages.get("/annulation?id=00000000-0000-4000-8000-000000000000")
    for reponse in (pages.get(f"/annulation?id={le_mien}&id={le_sien}"), pages.annule([le_mien, le_sien])):
        assert reponse.status_code == absent.status_code == 404 and "secret" not in reponse.text
    assert pages.lire(le_mien).annulation is None and pages.lire(le_sien).annulation is None
    pages.client.cookies.set(COOKIE, pages.cookies["collaborateur"])
    assert pages.client.post("/app/imports/annulation", data={"id": le_mien}).status_code == 403
    assert pages.lire(le_mien).annulation is None


def test_a_selection_is_bounded_and_the_way_back_stays_in_the_history(pages: Pages) -> None:
    un = pages.importe("a.TRA")
    assert pages.get("/annulation?" + "&".join(f"id={un}" for _ in range(51))).status_code == 422
    assert pages.get("/annulation").headers["location"] == "/app/imports"
    for retour in (
        "https://ailleurs.example",
        "//ailleurs",
        "/app/imports/../cles",
        "/app/imports?a\\b",
        "/app/importsx",
    ):
        assert 'href="/app/imports"> ' not in pages.get(f"/annulation?id={un}&retour={retour}").text
        assert f'href="{retour}"' not in pages.get(f"/annulation?id={un}&retour={retour}").text


def test_the_stream_says_nothing_when_nothing_moved_and_sends_the_page_when_it_did(pages: Pages) -> None:
    from ecritures.web.pages import historique

    regards: list[Any] = []

    def look(request: Any, regard: Any) -> Any:
        regards.append(regard)
        from fastapi.responses import Response

        return Response("")

    un = pages.attend("a.TRA").id
    adresse = re.search('hx-sse:connect="/app/imports([^"]*)"', pages.get("?q=a").text)
    assert adresse is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(historique, "stream", look)
        pages.get(adresse[1].replace("&amp;", "&"))
        pages.get("/flux")
    vu, fragment, fini = regards[0](None)
    assert (fragment, fini) == (None, False)
    assert regards[0](vu)[1] is None
    pages.ports.demandes.avancer(un, State.EN_COURS)
    vu, fragment, _ = regards[0](vu)
    assert fragment.strip().startswith('<div id="vivant">') and "Récupération 1/5" in fragment
    from datetime import UTC, datetime

    from ecritures.imports.etapes import RECUPERATION, EtapeFaite

    maintenant = datetime.now(UTC)
    pages.ports.demandes.noter_etapes(un, [EtapeFaite(RECUPERATION, maintenant, maintenant)])
    vu, fragment, _ = regards[0](vu)
    assert "Lecture 2/5" in fragment and regards[0](vu)[1] is None
    assert "a.TRA" in regards[1](None)[1]  # another version, or none: the page is sent at once
