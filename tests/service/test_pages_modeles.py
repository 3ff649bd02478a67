"""« Modèles personnalisés », page by page: proposing, picking, trying, keeping, and what each role and firm may do."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ecritures.api.access import COOKIE, csrf_token
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.modeles import ECHANTILLON_OCTETS_MAX
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.main import build
from ecritures.settings import Settings

DOMAIN = "CABINETDEMO"

VENTES = """Journal;Date;Pièce;Compte;Client;Libellé;Débit;Crédit
VENTES;15/01/2026;F0001;411000;CDUPONT;Facture <b>F0001</b>;1 200,00;
VENTES;15/01/2026;F0001;707000;;Facture F0001;;1 000,00
VENTES;15/01/2026;F0001;445710;;Facture F0001;;200,00
VENTES;18/01/2026;F0002;411000;CMARTIN;Facture F0002;540,00;
VENTES;18/01/2026;F0002;707000;;Facture F0002;;450,00
VENTES;18/01/2026;F0002;445710;;Facture F0002;;90,00
""".encode()
FIXE = b"""VE  05012026 411000 D    120.00
VE  05012026 707000 C    120.00
"""
APERCU = "/app/modeles/apercu"


@dataclass
class Essai:
    ports: Ports
    client: TestClient
    dossier: Dossier


class Personne:
    """A browser of one role, reduced to its requests."""

    def __init__(self, essai: Essai, role: str, domain: str = DOMAIN) -> None:
        identifiant = f"{role}-{domain}"
        essai.ports.personnes.creer(domain, Collaborateur(identifiant, "Anne", "Martin", role))
        self._client = essai.client
        self._cookie = essai.ports.sessions.ouvrir(domain, identifiant, duree_s=600)
        self.csrf = csrf_token(self._cookie)

    def get(self, adresse: str) -> Any:
        return self._client.get(adresse, headers={"cookie": f"{COOKIE}={self._cookie}"}, follow_redirects=False)

    def post(self, adresse: str, valeurs: dict[str, Any], fichier: bytes = b"", *, htmx: bool = True) -> Any:
        fichiers = {"fichier": ("ventes-janvier.csv", fichier)} if fichier else {"fichier": ("", b"")}
        entetes = {"cookie": f"{COOKIE}={self._cookie}", "x-csrf-token": self.csrf}
        entetes |= {"hx-request": "true"} if htmx else {}
        return self._client.post(adresse, data=valeurs, files=fichiers, headers=entetes, follow_redirects=False)


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    application = build(Settings(donnees=tmp_path, base_url="http://testserver", base_sql=base.url))
    try:
        ports = application.ports
        dossier = ports.dossiers.creer(DOMAIN, "DEMO001", "Démonstration SARL")
        ports.livres.creer_exercice(dossier.dossier, Exercice("2026", date(2026, 1, 1), date(2026, 12, 31)))
        with TestClient(application.http(), base_url="http://testserver") as client:
            yield Essai(ports, client, dossier)
    finally:
        application.fermer()


def form(page: str) -> dict[str, Any]:
    """What a browser would send of the editor: each field by its name, lists for repeated ones."""
    valeurs: dict[str, list[str]] = {}
    morceaux = r"<input([^>]*)>|<select([^>]*)>(.*?)</select>|<textarea([^>]*)>(.*?)</textarea>"
    for champ, liste, options, texte, contenu in re.findall(morceaux, page, re.S):
        nom = re.search(r' name="([^"]*)"', champ or liste or texte)
        if nom is None or 'type="file"' in champ or ('type="checkbox"' in champ and " checked" not in champ):
            continue
        valeur = contenu if texte else (re.search(r' value="([^"]*)"', champ) or ["", ""])[1]
        if liste:
            toutes = re.findall(r"<option([^>]*)>", options)
            choisie = next((o for o in toutes if " selected" in o), toutes[0])
            valeur = (re.search(r'value="([^"]*)"', choisie) or ["", ""])[1]
        valeurs.setdefault(nom[1], []).append(html.unescape(valeur))
    if etat := re.search(r'id="etat-modele" hidden data-nom="([^"]*)" data-ancien="([^"]*)"', page):
        nom, ancien = map(html.unescape, etat.groups())
        valeurs |= {"nom": [nom], "nom_vu": [nom], "ancien": [ancien]}  # what the script keeps beside
    return {
        n: v[0] if len(v) == 1 and n not in ("champ", "place", "nom_colonne", "forme") else v
        for n, v in valeurs.items()
    }


def toml_of(page: str) -> str:
    return str(form(page)["toml"])


def pick(valeurs: dict[str, Any], colonne: str, champ: str) -> None:
    valeurs["champ"][valeurs["nom_colonne"].index(colonne)] = champ


def test_a_sample_proposes_a_model_and_its_columns_are_picked_until_it_reads(essai: Essai) -> None:
    moi = Personne(essai, "collaborateur")
    page = moi.post(APERCU, {}, VENTES)
    assert page.status_code == 200, page.text
    assert 'data-nombre="ecritures">2<' in page.text and 'data-verdict="conforme"' in page.text
    assert "&lt;b&gt;F0001" in page.text and "<b>F0001" not in page.text
    valeurs = form(page.text)
    assert valeurs["champ"] == ["journal", "date", "numero_piece", "compte", "", "libelle", "debit", "credit"]
    pick(valeurs, "Client", "tiers")
    page = moi.post(APERCU, valeurs, VENTES)
    modele = lire_modele(toml_of(page.text))
    assert modele.colonnes["tiers"].nom == "Client"
    assert "nom de colonne connu" in toml_of(page.text)  # the evidence of the other keys is still there
    pick(valeurs, "Débit", "credit")  # twice: the first keeps it, and it is said
    page = moi.post(APERCU, valeurs, VENTES)
    assert "choisi pour deux colonnes" in page.text and "colonnes.debit" in page.text


def test_what_nothing_tells_is_asked_and_the_question_goes_once_answered(essai: Essai) -> None:
    moi = Personne(essai, "collaborateur")
    ambigu = VENTES.replace(b"15/01", b"05/01").replace(b"18/01", b"08/01")
    page = moi.post(APERCU, {}, ambigu)
    assert "Il reste à décider" in page.text and "rien ne tranche" in page.text and "data-verdict" not in page.text
    valeurs = form(page.text)
    valeurs["forme"] = ["JJ/MM/AAAA", ""]
    page = moi.post(APERCU, valeurs, ambigu)
    assert "Il reste à décider" not in page.text and "À DÉCIDER" not in toml_of(page.text)
    assert 'data-verdict="conforme"' in page.text and "05/01/2026" in page.text


def test_nothing_chosen_again_changes_nothing_in_the_text(essai: Essai) -> None:
    moi = Personne(essai, "collaborateur")
    page = moi.post(APERCU, {}, VENTES)
    texte = toml_of(page.text)
    for _ in range(2):
        page = moi.post(APERCU, form(page.text), VENTES)
    assert toml_of(page.text).strip() == texte.strip()


def test_the_text_edited_by_hand_rules_and_its_error_is_on_its_line(essai: Essai) -> None:
    moi = Personne(essai, "collaborateur")
    valeurs = form(moi.post(APERCU, {}, VENTES).text)
    valeurs["toml"] = valeurs["toml"].replace(
        'compte = {nom = "Compte"}', 'compte = {nom = "Compte", transformations = [{completer = 8}]}'
    )
    page = moi.post(APERCU, valeurs, VENTES)
    assert "41100000" in page.text
    valeurs = form(page.text)
    pick(valeurs, "Client", "tiers")  # a choice then keeps what only the text says
    page = moi.post(APERCU, valeurs, VENTES)
    assert "41100000" in page.text and "CDUPONT" in page.text
    valeurs = form(page.text)
    valeurs["toml"] = valeurs["toml"].replace("[nombres]", "[nombres]\ndecimal = 3")
    page = moi.post(APERCU, valeurs, VENTES)
    numero = valeurs["toml"].strip("\n").split("\n").index("decimal = 3") + 1
    assert re.search(rf'id="faute-toml"><strong>Ligne {numero}</strong>', page.text), page.text[-800:]
    valeurs = form(page.text) | {"toml": "nom = « non »"}
    page = moi.post(APERCU, valeurs, VENTES)
    assert "Le texte du modèle est à corriger" in page.text and "<strong>Ligne 1</strong>" in page.text


def test_a_fixed_width_file_is_cut_and_its_columns_picked(essai: Essai) -> None:
    moi = Personne(essai, "collaborateur")
    page = moi.post(APERCU, {}, FIXE)
    valeurs = form(page.text)
    assert valeurs["format"] == "fixe" and valeurs["coupes"] == "1, 5, 14, 21, 26"
    valeurs["coupes"] = "1, 5, 14, 21, 22"
    valeurs = form(moi.post(APERCU, valeurs, FIXE).text)
    valeurs["champ"] = ["journal", "date", "compte", "sens", "montant"]
    valeurs |= {"decimale": ".", "forme": ["JJMMAAAA"], "convention": "montant_et_sens", "groupement": "solde"}
    valeurs = form(moi.post(APERCU, valeurs, FIXE).text)
    valeurs |= {"sens_debit": "D", "sens_credit": "C", "milliers": ""}
    page = moi.post(APERCU, valeurs, FIXE)
    assert 'data-verdict="conforme"' in page.text, lire_modele(toml_of(page.text))
    assert "Il reste à décider" not in page.text and "120,00" in page.text


def test_a_model_is_kept_changed_renamed_downloaded_and_removed(essai: Essai) -> None:
    moi = Personne(essai, "collaborateur")
    valeurs = form(moi.post(APERCU, {}, VENTES).text) | {"nom": "Caisse Été"}
    page = moi.post("/app/modeles", valeurs, VENTES)
    assert page.status_code == 200 and page.headers["hx-push-url"].startswith("/app/modeles/modele?nom=Caisse")
    garde = essai.ports.modeles.trouver(DOMAIN, "caisse été")
    assert garde is not None and lire_modele(garde.texte).nom == "Caisse Été"
    assert moi.post("/app/modeles", valeurs, VENTES).status_code == 409  # a new one of the same name
    valeurs = form(page.text)
    assert valeurs["ancien"] == "Caisse Été"
    assert moi.post("/app/modeles", valeurs | {"totaux": "Total"}, b"", htmx=False).status_code == 303
    garde = essai.ports.modeles.trouver(DOMAIN, "caisse été")
    assert garde is not None and lire_modele(garde.texte).totaux == ("Total",)
    csrf = {"csrf": moi.csrf}
    assert moi.post("/app/modeles/renommage", csrf | {"nom": "caisse été", "nouveau": "Bar & Cie"}).status_code == 303
    telecharge = moi.get("/app/modeles/toml?nom=bar+%26+cie")
    assert lire_modele(telecharge.text).nom == "Bar & Cie"
    assert "Bar%20%26%20Cie.toml" in telecharge.headers["content-disposition"]
    assert "Bar &amp; Cie" in moi.get("/app/modeles").text
    assert moi.post("/app/modeles/retrait", csrf | {"nom": "Bar & Cie"}).status_code == 303
    assert essai.ports.modeles.lister(DOMAIN) == []
    assert moi.post("/app/modeles/reception", csrf, telecharge.content, htmx=False).status_code == 303
    assert [m.nom for m in essai.ports.modeles.lister(DOMAIN)] == ["Bar & Cie"]
    actions = [a.action for a in essai.ports.audit.lister(DOMAIN, limite=20)]
    assert {"modele.creation", "modele.modification", "modele.retrait"} <= set(actions)


def test_a_trial_may_be_checked_with_the_settings_of_a_dossier(essai: Essai) -> None:
    moi = Personne(essai, "collaborateur")
    vieux = VENTES.replace(b"/2026", b"/1999")
    page = moi.post(APERCU, {}, vieux)
    assert 'data-verdict="conforme"' in page.text
    page = moi.post(APERCU, form(page.text) | {"dossier": essai.dossier.code_ibs}, vieux)
    assert 'data-verdict="non_conforme"' in page.text and "exercice" in page.text


def test_lecture_sees_models_and_no_action(essai: Essai) -> None:
    essai.ports.modeles.enregistrer(DOMAIN, "Caisse", 'nom = "Caisse"\nformat = "csv"\n')
    lecteur = Personne(essai, "lecture")
    liste, modele = lecteur.get("/app/modeles").text, lecteur.get("/app/modeles/modele?nom=Caisse").text
    assert "Caisse" in liste and "<form" not in liste.partition('id="contenu"')[2].partition("<footer")[0]
    assert "textarea" not in modele and "format = " in modele
    assert lecteur.get("/app/modeles/toml?nom=Caisse").status_code == 200
    assert lecteur.get("/app/modeles/nouveau").status_code == 403
    for adresse in ("", "/apercu", "/reception", "/renommage", "/retrait"):
        assert lecteur.post(f"/app/modeles{adresse}", {"nom": "Caisse"}, VENTES).status_code == 403
    assert len(essai.ports.modeles.lister(DOMAIN)) == 1


def test_another_firms_model_is_as_if_absent(essai: Essai) -> None:
    essai.ports.modeles.enregistrer("AUTRE", "Secret", 'nom = "Secret"\n')
    moi = Personne(essai, "administrateur")
    absent, autre = (moi.get(f"/app/modeles/modele?nom={n}") for n in ("Rien", "Secret"))
    assert (absent.status_code, autre.status_code) == (404, 404)
    assert absent.text.replace("Rien", "Secret") == autre.text
    assert moi.get("/app/modeles/toml?nom=Secret").status_code == 404
    for adresse, valeurs in (("renommage", {"nom": "Secret", "nouveau": "Vu"}), ("retrait", {"nom": "Secret"})):
        assert moi.post(f"/app/modeles/{adresse}", valeurs).status_code == 404
    assert "Secret" not in moi.get("/app/modeles").text


@pytest.mark.parametrize(
    "octets", [b"\x89PNG\r\n\x1a\n" + bytes(200), b"PK\x03\x04abime", b"\xd0\xcf\x11\xe0" + bytes(600), b"a"]
)
def test_a_file_that_is_no_sample_says_so_and_breaks_nothing(essai: Essai, octets: bytes) -> None:
    moi = Personne(essai, "collaborateur")
    reponse = moi.post(APERCU, {}, octets)
    assert reponse.status_code in (200, 422)
    valeurs = form(moi.post(APERCU, {}, VENTES).text)
    page = moi.post(APERCU, valeurs, octets)  # tried with a model
    assert page.status_code == 200 and "Lu sans erreur" not in page.text


def test_too_large_a_sample_is_refused_before_it_is_read(essai: Essai) -> None:
    moi = Personne(essai, "collaborateur")
    assert moi.post(APERCU, {}, b"x" * (ECHANTILLON_OCTETS_MAX + 1)).status_code == 413
    assert moi.post(APERCU, {}).status_code == 422  # neither file nor model


def test_a_form_without_the_token_keeps_nothing(essai: Essai) -> None:
    moi = Personne(essai, "collaborateur")
    valeurs = form(moi.post(APERCU, {}, VENTES).text)
    moi.csrf = "0" * 64
    assert moi.post("/app/modeles", valeurs, VENTES).status_code == 403
    assert essai.ports.modeles.lister(DOMAIN) == []
