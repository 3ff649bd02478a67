"""The screens of one import, on every database: its page, its findings on the file, its proof, its files, its repair."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from ecritures.api.access import COOKIE, csrf_token
from ecritures.domain.errors import ReparationRefusee
from ecritures.formats.fec.echantillon import SIREN, generer_fec
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.ports import Demande, Dossier, Exercice, Ports
from ecritures.imports.receive import receive
from ecritures.imports.reparation import import_repaired, try_repair
from ecritures.imports.run import SUITE, Etapes
from ecritures.imports.verify import verify_import
from ecritures.main import Application, build
from ecritures.settings import Settings

BASE_URL = "http://testserver"
DOMAIN, AUTRE = "CABINETDEMO", "CABINETAUTRE"
NOM = f"{SIREN}FEC20251231.txt"


@dataclass
class Pages:
    """The whole application in process; ``client`` is signed in as who was asked last."""

    application: Application
    ports: Ports
    client: TestClient
    dossier: Dossier

    def sign_in(self, role: str = "collaborateur", domain: str = DOMAIN) -> None:
        if self.ports.personnes.trouver(domain, role) is None:
            self.ports.personnes.creer(domain, Collaborateur(role, "Anne", "Martin", role))
        cookie = self.ports.sessions.ouvrir(domain, role, duree_s=3600)
        self.client.cookies.clear()
        self.client.cookies.set(COOKIE, cookie)
        self.client.headers["x-csrf-token"] = csrf_token(cookie)

    def receive(self, nom: str, octets: bytes, format_: str) -> Demande:
        sha256, taille = self.ports.originaux.garder(iter([octets]), 1 << 30)
        return receive(self.dossier, format_, self.ports, sha256=sha256, nom_fichier=nom, taille_octets=taille)

    def work(self, demande: Demande) -> Demande:
        etapes = Etapes(self.ports)
        if etapes.recuperer(demande.id, dernier_essai=True) == SUITE and etapes.examiner(demande.id) == SUITE:
            etapes.poster(demande.id)
        lue = self.ports.demandes.lire(demande.id)
        assert lue is not None
        return lue

    def imported(self, nom: str, octets: bytes, format_: str) -> Demande:
        return self.work(self.receive(nom, octets, format_))

    def text(self, adresse: str, statut: int = 200, **entetes: str) -> str:
        reponse = self.client.get(f"/app{adresse}", headers=entetes)
        assert reponse.status_code == statut, reponse.text[:2000]
        return reponse.text


@pytest.fixture
def p(base: Any, tmp_path: Path) -> Iterator[Pages]:
    application = build(Settings(donnees=tmp_path, base_url=BASE_URL, base_sql=base.url))
    try:
        ports = application.ports
        dossier = ports.dossiers.creer(DOMAIN, "DEMO001", "Démonstration SARL")
        for annee in range(2015, 2027):
            ports.livres.creer_exercice(dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31)))
        with TestClient(application.http(), base_url=BASE_URL) as client:
            pages = Pages(application, ports, client, dossier)
            pages.sign_in()
            yield pages
    finally:
        application.fermer()


def _sample(nom: str) -> bytes:
    return resources.files("ecritures").joinpath("echantillons", nom).read_bytes()


def _spoiled_fec() -> bytes:
    """A FEC refused for three labels missing (V01) and one cent (E01); a blank line besides."""
    lignes = generer_fec(120, 3).split(b"\r\n")
    for rang in (5, 12, 19):
        zones = lignes[rang].split(b"\t")
        zones[10] = b""
        lignes[rang] = b"\t".join(zones)
    zones = lignes[60].split(b"\t")
    cote = 11 if zones[11] != b"0,00" else 12
    centimes = int(zones[cote].replace(b",", b"")) + 1
    zones[cote] = b"%d,%02d" % divmod(centimes, 100)
    lignes[60] = b"\t".join(zones)
    lignes.insert(20, b"")
    return b"\r\n".join(lignes)


def test_a_posted_import_shows_its_steps_totals_creations_and_receipt(p: Pages) -> None:
    demande = p.imported("ventes.TRA", _sample("seed_sample.TRA"), "tra")
    page = p.text(f"/imports/{demande.id}")
    assert 'data-etat="3"' in page and "hx-sse:connect" not in page, "over: nothing to wait for"
    etapes = re.findall(r'data-etape="(\w+)" data-etat="(\w+)"', page)
    assert etapes == [(nom, "faite") for nom in ("reception", "attente", "recuperation", "lecture", "controle", "ecriture", "compte_rendu")]  # fmt: skip
    recu = p.ports.livres.recu(p.dossier.dossier, demande.id)
    assert recu is not None and recu.empreinte in page and demande.sha256 and demande.sha256 in page
    for texte in ("Totaux par journal", "1 632,48", "40100001", "Créé dans le dossier", "Vérifier"):
        assert texte.replace(" ", "\u202f") in page or texte in page, texte
    assert f"/app/imports/annulation?id={demande.id}" in page


def test_a_refused_import_says_which_step_failed_and_counts_its_findings_by_check(p: Pages) -> None:
    demande = p.imported("errone.TRA", _sample("seed_sample_errone.TRA"), "tra")
    page = p.text(f"/imports/{demande.id}")
    etats = dict(re.findall(r'data-etape="(\w+)" data-etat="(\w+)"', page))
    assert (etats["lecture"], etats["controle"], etats["ecriture"]) == ("faite", "echec", "omise")
    par_regle = (demande.compte_rendu or {})["constats"]["par_regle"]
    assert sum(r["nombre"] for r in par_regle) == demande.compte_rendu["constats"]["total"]  # type: ignore[index]
    for regle in par_regle:
        assert f"/constats?regle={regle['id']}" in page
    assert demande.message and demande.message.split(" : ")[1][:30] in page
    assert "imports/annulation" not in page, "there is nothing to cancel"


def test_an_import_that_waits_is_followed_live_until_it_is_over(p: Pages) -> None:
    demande = p.receive("ventes.TRA", _sample("seed_sample.TRA"), "tra")
    page = p.text(f"/imports/{demande.id}")
    trouve = re.search(r'hx-sse:connect="/app(/imports/[^"]+)" hx-sse:close="fin"', page)
    assert trouve is not None
    p.work(demande)
    flux = p.text(trouve[1])
    assert flux.rstrip().endswith("event: fin\ndata:"), "the stream says that it is over"
    assert 'data: <div class="card' in flux and 'data-etat="3"' in flux and "Totaux par journal" in flux


def test_the_receipt_is_verified_in_words_and_a_tampered_one_is_said(p: Pages) -> None:
    demande = p.imported("ventes.TRA", _sample("seed_sample.TRA"), "tra")
    assert "Tout est exact" in p.text(f"/imports/{demande.id}/verification", **{"hx-request": "true"})
    assert "<html" in p.text(f"/imports/{demande.id}/verification"), "a page of its own without htmx"
    for fichier in Path(p.application.settings.donnees).glob("originaux/*/*"):
        fichier.write_bytes(b"autre chose")
    verification = verify_import(p.dossier.dossier, demande.id, p.ports)
    assert verification is not None and [preuve.rupture is None for preuve in verification.preuves] == [
        True,
        True,
        False,
        True,
    ]
    page = p.text(f"/imports/{demande.id}/verification", **{"hx-request": "true"})
    assert "Quelque chose ne tient plus" in page and "Non :" in page


def test_a_cancelled_import_is_verified_too(p: Pages) -> None:
    demande = p.imported("ventes.TRA", _sample("seed_sample.TRA"), "tra")
    reponse = p.client.post(f"/api/v1/imports/{demande.id}/annulation")
    assert reponse.status_code == 200, reponse.text
    page = p.text(f"/imports/{demande.id}/verification", **{"hx-request": "true"})
    assert "Tout est exact" in page and "ont été retirées par le reçu" in page
    assert "imports/annulation?id" not in p.text(f"/imports/{demande.id}")


def test_findings_stand_on_their_raw_line_with_the_next_one_at_hand(p: Pages) -> None:
    demande = p.imported("errone.TRA", _sample("seed_sample_errone.TRA"), "tra")
    page = p.text(f"/imports/{demande.id}/constats?gravite=ERREUR")
    premier = p.ports.livres.constats(p.dossier.dossier, demande.id, severite="ERREUR", limite=2).to_dicts()
    assert f'data-courant="{premier[0]["rang"]}"' in page and premier[0]["remede"][:30] in page
    assert 'class="marque-courant"' in page and f'data-ligne="{premier[0]["numero_ligne"]}"' in page
    suivant = re.search(r"data-constat-suivant href=\"[^\"]*rang=(\d+)", page)
    assert suivant is not None and int(suivant[1]) == premier[1]["rang"]
    detail = p.text(f"/imports/{demande.id}/constats/{premier[1]['rang']}?gravite=ERREUR")
    assert (
        "<html" not in detail
        and f'data-courant="{premier[1]["rang"]}"' in detail
        and "data-constat-precedent" in detail
    )
    assert "Introuvable" in p.text(f"/imports/{demande.id}/constats/99999", 404)


def test_a_line_is_shown_with_or_without_a_finding_and_the_page_of_the_import_leads_there(p: Pages) -> None:
    demande = p.imported("ventes.TRA", _sample("seed_sample.TRA"), "tra")
    reponse = p.client.get(f"/app/imports/{demande.id}?ligne=7", follow_redirects=False)
    assert (reponse.status_code, reponse.headers["location"]) == (303, f"/app/imports/{demande.id}/constats?ligne=7")
    page = p.text(f"/imports/{demande.id}/constats?ligne=7")
    brute = _sample("seed_sample.TRA").split(b"\r\n")[6].decode("cp1252")
    assert re.search(r"regle-courante[^>]*data-ligne=\"7\"", page) and brute[40:60].strip() in page
    assert "regle-ligne" in p.text(f"/imports/{demande.id}/constats?ligne=2000000000"), "beyond the end: its last lines"


def test_the_list_of_findings_is_a_window_whatever_their_number(p: Pages) -> None:
    demande = p.imported(NOM, generer_fec(600, 1), "fec")
    total = (demande.compte_rendu or {})["constats"]["total"]
    liste = p.text(f"/imports/{demande.id}/constats/liste?apres=0")
    rangs = [int(r) for r in re.findall(r'data-rang="(\d+)"', liste)]
    assert rangs == list(range(1, min(total, 60) + 1))
    au_milieu = p.text(f"/imports/{demande.id}/constats/liste?rang={total}")
    rangs = [int(r) for r in re.findall(r'data-rang="(\d+)"', au_milieu)]
    assert rangs[-1] == total and len(rangs) <= 60 and rangs == sorted(rangs)
    avant = p.text(f"/imports/{demande.id}/constats/liste?avant=10")
    assert [int(r) for r in re.findall(r'data-rang="(\d+)"', avant)] == list(range(1, 10))


def test_a_workbook_or_a_lost_file_has_findings_without_lines(p: Pages) -> None:
    demande = p.imported("errone.TRA", _sample("seed_sample_errone.TRA"), "tra")
    for fichier in Path(p.application.settings.donnees).glob("originaux/*/*"):
        fichier.unlink()
    page = p.text(f"/imports/{demande.id}/constats")
    assert "regle-ligne" not in page and "alert-warning" in page and "data-courant" in page
    binaire = p.imported("classeur.xlsx", b"PK\x03\x04" + bytes(200), "tra")
    assert "data-courant" in p.text(f"/imports/{binaire.id}/constats")


def test_files_are_saved_never_opened_and_their_names_are_harmless(p: Pages) -> None:
    nom = 'vent"es\r\nx: y é\u202e.TRA'
    octets = _sample("seed_sample_errone.TRA")
    demande = p.imported(nom, octets, "tra")
    reponse = p.client.get(f"/app/imports/{demande.id}/original")
    assert reponse.content == octets and reponse.headers["cache-control"] == "no-store"
    disposition = reponse.headers["content-disposition"]
    assert (
        disposition.startswith("attachment; ")
        and disposition.isascii()
        and "x: y" not in disposition.replace("%", " %")
    )
    assert "sandbox" in reponse.headers["content-security-policy"]
    types = {"html": b"<!doctype html", "xlsx": b"PK\x03\x04", "json": b"{"}
    for forme, debut in types.items():
        rendu = p.client.get(f"/app/imports/{demande.id}/compte-rendu.{forme}")
        assert rendu.status_code == 200 and rendu.content.lower().startswith(debut.lower())
        assert rendu.headers["content-disposition"].startswith("attachment; ")
    corps = json.loads(p.client.get(f"/app/imports/{demande.id}/compte-rendu.json").content)
    assert len(corps["constats"]) == corps["compte_rendu"]["constats"]["total"] and corps["import"]["id"] == demande.id
    assert p.client.get(f"/app/imports/{demande.id}/compte-rendu.exe").status_code == 422


def test_text_of_a_file_reaches_the_screen_escaped(p: Pages) -> None:
    piege = b"<script>alert(1)</script>"
    lignes = generer_fec(60, 3).split(b"\r\n")
    zones = lignes[5].split(b"\t")
    zones[10], zones[11] = piege, b"<img src=x>"
    lignes[5] = b"\t".join(zones)
    demande = p.imported("<b>gras</b>.txt", b"\r\n".join(lignes), "fec")
    for adresse in ("", "/constats", "/constats?ligne=6", "/reparation"):
        page = p.text(f"/imports/{demande.id}{adresse}")
        assert "<script>alert" not in page and "<b>gras" not in page and "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in p.text(f"/imports/{demande.id}/constats?ligne=6")


def test_another_firm_learns_nothing(p: Pages) -> None:
    demande = p.imported("ventes.TRA", _sample("seed_sample.TRA"), "tra")
    p.ports.dossiers.creer(AUTRE, "A1", "Autre")
    p.sign_in("administrateur", AUTRE)
    absent = "00000000-0000-4000-8000-000000000000"
    for suite in ("", "/constats", "/constats/1", "/constats/liste", "/constats/lignes?ligne=1", "/flux", "/verification",
                  "/original", "/compte-rendu.json", "/reparation", "/pieces-jointes/1"):  # fmt: skip
        assert p.text(f"/imports/{demande.id}{suite}", 404).replace(demande.id, "") == p.text(
            f"/imports/{absent}{suite}", 404
        ).replace(absent, "")
    assert p.client.post(f"/app/imports/{demande.id}/reparation", data={"cle": absent}).status_code == 404


def _labels(page: str) -> dict[str, int]:
    """Rank of each proposal, by the action that it names."""
    return {
        m[1]: int(m[0]) for m in re.findall(r'name="etape" value="(\d+)".*?<strong>([^<]+)</strong>', page, re.DOTALL)
    }


def test_a_refused_fec_is_repaired_previewed_and_imported_anew(p: Pages) -> None:
    demande = p.imported(NOM, _spoiled_fec(), "fec")
    assert demande.state == 4, demande.message
    avant = p.ports.livres.empreinte(p.dossier.dossier)
    page = p.text(f"/imports/{demande.id}/reparation")
    rangs = _labels(page)
    assert len(rangs) >= 3, page
    htmx = {"hx-request": "true"}
    seule = p.client.post(f"/app/imports/{demande.id}/reparation/apercu", data={"etape": "0"}, headers=htmx)
    assert "Des erreurs resteraient" in seule.text
    toutes = p.client.post(
        f"/app/imports/{demande.id}/reparation/apercu", data={"etape": list(map(str, rangs.values()))}, headers=htmx
    )
    assert "plus d'erreur" in toutes.text and 'class="mis"' in toutes.text and "<html" not in toutes.text
    assert "\u240a" not in toutes.text, "the recipe is shown line by line"
    assert avant == p.ports.livres.empreinte(p.dossier.dossier) and len(p.ports.demandes.lister(DOMAIN)) == 1
    cle = re.search(r'name="cle" value="([^"]+)"', toutes.text)
    assert cle is not None
    choix = {"etape": list(map(str, rangs.values())), "cle": cle[1]}
    for _ in range(2):  # sent twice, as a double click does: one import
        reponse = p.client.post(f"/app/imports/{demande.id}/reparation", data=choix, follow_redirects=False)
        assert reponse.status_code == 303
    assert len(p.ports.demandes.lister(DOMAIN)) == 2
    nouvelle = p.ports.demandes.lire(reponse.headers["location"].rpartition("/")[2])
    assert nouvelle is not None and nouvelle.repare == demande.id and nouvelle.nom_fichier == NOM
    assert (nouvelle.origine, nouvelle.demandeur) == ("Manuelle", "collaborateur")
    assert nouvelle.sha256 != demande.sha256 and p.ports.originaux.lire(demande.sha256 or "") == _spoiled_fec()
    finie = p.work(nouvelle)
    assert finie.state == 3, finie.message
    assert f"/app/imports/{demande.id}" in p.text(f"/imports/{nouvelle.id}"), "each names the other"
    assert f"/app/imports/{nouvelle.id}" in p.text(f"/imports/{demande.id}")
    trace = p.ports.audit.lister(DOMAIN)[0]
    assert (trace.action, trace.objet, trace.details) == (
        "import.reparation", nouvelle.id, {"repare": demande.id, "changements": 5},
    )  # fmt: skip


def test_what_cannot_be_repaired_says_why(p: Pages) -> None:
    poste = p.imported("ventes.TRA", _sample("seed_sample.TRA"), "tra")
    assert "annuler cet import" in p.text(f"/imports/{poste.id}/reparation")
    for choix in ([], [99]):
        with pytest.raises(ReparationRefusee):
            try_repair(poste, choix, p.dossier, p.ports)
    errone = p.imported("errone.TRA", _sample("seed_sample_errone.TRA"), "tra")
    assert "Aucune correction à proposer" in p.text(f"/imports/{errone.id}/reparation")
    refuse = p.client.post(f"/app/imports/{errone.id}/reparation", data={"etape": "0", "cle": str(uuid4())})
    assert refuse.status_code == 409 and "Aucune étape" in refuse.text
    apercu = p.client.post(f"/app/imports/{poste.id}/reparation/apercu", data={"etape": "0"})
    assert apercu.status_code == 409 and "annuler cet import" in apercu.text
    with pytest.raises(ReparationRefusee):
        import_repaired(errone, [0], p.dossier, p.ports, origine="Manuelle", par="anne", import_id=str(uuid4()))
    with pytest.raises(ReparationRefusee, match="déjà servi"):
        import_repaired(errone, [0], p.dossier, p.ports, origine="Manuelle", par="anne", import_id=poste.id)


def test_the_role_lecture_reads_everything_and_does_nothing(p: Pages) -> None:
    demande = p.imported(NOM, _spoiled_fec(), "fec")
    poste = p.imported("ventes.TRA", _sample("seed_sample.TRA"), "tra")
    p.sign_in("lecture")
    assert "imports/annulation?id" not in p.text(f"/imports/{poste.id}")
    page = p.text(f"/imports/{demande.id}/reparation")
    assert "<button" not in page.split("<main")[1].split("</main>")[0] and "checkbox" not in page
    for suite in ("/reparation", "/reparation/apercu"):
        assert (
            p.client.post(f"/app/imports/{demande.id}{suite}", data={"etape": "0", "cle": str(uuid4())}).status_code
            == 403
        )
    assert len(p.ports.demandes.lister(DOMAIN)) == 2
