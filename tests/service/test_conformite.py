"""The conformance list of the contract (loop-api, section 20), a test a line, and the custom imports that go with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecritures.imports.run import FINI, REESSAYER, Etapes
from serveurs.api import BANCALE, CODE, DOMAIN, LOOP, SIRET, VENTE, Essai, open_essai
from serveurs.json_import import SIRET_ENTREPRISE, corps, ligne, publie

LISTE = {
    "01": "each of the four imports answers its id at once, before its file is read",
    "02": "a refusal answers 200 with error, and leaves neither request nor history",
    "03": "an empty URI counts as absent; both filled or none is refused",
    "04": "Content-Type application-json is taken; the key is cut at its first colon",
    "05": "the case of a path does not matter",
    "06": "a status has its eight fields, and a message on 4 alone",
    "07": "a status goes forward, and an ended import does not move",
    "08": "a SIRET keeps its leading zero, and its check digit is checked",
    "09": "typeMouvement 2 is a forecast where type 2 is a simulation",
    "10": "each fault of the JSON body has its own words",
    "11": "a file sent twice is imported twice",
    "12": "a row of the history names its file, its state, its error, its application and its origin",
}
"""What section 20 asks, in our words; ``test_NN_`` holds line NN."""
LIEN = "https://fichiers.example.org/caisse.csv?sig=secret"
GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
MODELE = """
nom = "CAISSE"
format = "csv"
[fichier]
separateur = ";"
[nombres]
decimale = ","
[dates]
formes = ["JJ/MM/AAAA"]
[montants]
convention = "deux_colonnes"
[ecritures]
groupement = "piece"
[colonnes]
date = { nom = "Date" }
compte = { nom = "Compte" }
numero_piece = { nom = "Pièce" }
debit = { nom = "Débit" }
credit = { nom = "Crédit" }
[constantes]
journal = "VE"
"""
CAISSE = (
    "Date;Pièce;Compte;Débit;Crédit\n"
    "12/01/2026;1;530000;120,00;\n"
    "12/01/2026;1;707000;;100,00\n"
    "12/01/2026;1;445710;;20,00\n"
).encode()


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        yield ouvert


def demande(essai: Essai, route: str, **champs: Any) -> dict[str, Any]:
    reponse = essai.client.post(f"{LOOP}/{route}", json=champs, headers=essai.cles)
    assert reponse.status_code == 200, reponse.text
    return dict(reponse.json())


def message(essai: Essai, route: str, **champs: Any) -> str:
    avant = len(essai.ports.demandes.lister(DOMAIN))
    recu = demande(essai, route, **champs)
    assert set(recu) == {"error"}
    assert set(recu["error"]) == {"instanceId", "message"}
    assert len(essai.ports.demandes.lister(DOMAIN)) == avant, "a refused request creates nothing"
    return str(recu["error"]["message"])


def test_every_line_of_the_list_has_one_test_and_no_test_is_of_no_line() -> None:
    tenues = sorted(nom[5:7] for nom in globals() if re.match(r"test_\d\d_", nom))
    assert tenues == sorted(LISTE)


# --- the list of section 20 -------------------------------------------------------------------------------------
def test_01_all_four_routes_answer_an_id_at_once(essai: Essai) -> None:
    essai.ports.modeles.enregistrer(DOMAIN, "CAISSE", MODELE)
    for route, champs in (
        ("importTra", {"codeIbs": CODE, "URL": LIEN}),
        ("importFEC", {"codeIbs": CODE, "URL": LIEN}),
        ("importPerso", {"codeIbs": CODE, "URL": LIEN, "MODELE": "CAISSE"}),
        ("importJson", corps()),
    ):
        recu = demande(essai, route, **champs)
        assert set(recu) == {"accountingImportRequestId"}
        assert re.fullmatch(GUID, str(recu["accountingImportRequestId"]))
        assert essai.status(str(recu["accountingImportRequestId"]))["status"] == 1


@pytest.mark.parametrize("route", ["importTra", "importFEC", "importPerso", "importJson"])
def test_02_a_refused_request_answers_200_with_an_error_and_creates_nothing(essai: Essai, route: str) -> None:
    champs = {"data": {"ecritures": []}} if route == "importJson" else {}
    assert message(essai, route, **champs) == "Le codeIbs n'est pas spécifié."


def test_03_uri_and_url_are_one_or_the_other(essai: Essai) -> None:
    assert "accountingImportRequestId" in demande(essai, "importTra", codeIbs=CODE, URI="", URL=LIEN)
    assert message(essai, "importTra", codeIbs=CODE, URI="a/b.tra", URL=LIEN).startswith("Ambiguité")
    assert message(essai, "importTra", codeIbs=CODE).startswith("Le chemin d'accès URI ou l'URL")


def test_04_the_misprinted_content_type_works(essai: Essai) -> None:
    entetes = {**essai.cles, "Content-Type": "application-json"}
    for route, octets in (
        ("importTra", json.dumps({"codeIbs": CODE, "URL": LIEN})),
        ("importJson", json.dumps(corps())),
    ):
        assert "accountingImportRequestId" in essai.client.post(f"/{route}", content=octets, headers=entetes).json()


def test_05_paths_are_found_in_any_case(essai: Essai) -> None:
    for chemin in ("/importjson", "/importJson", f"{LOOP}/ImportJson", "/IMPORTPERSO", "/importPerso"):
        assert essai.client.post(chemin, json={}, headers=essai.cles).status_code == 200, chemin


def test_06_the_status_answer_has_the_eight_fields_and_a_message_on_error(essai: Essai) -> None:
    huit = {"_id", "id", "creationDate", "lastUpdate", "codeIBS", "domain", "status", "__v"}
    bancal = corps(ligne("606100", 2), ligne("401000", 0, 1), options={"failOnUnbalanced": True})
    bon, faux = essai.ask("importJson", **corps()), essai.ask("importJson", **bancal)
    for import_id, champs in ((bon, huit), (faux, huit | {"message"})):
        assert set(essai.status(import_id)) == huit
        essai.work(import_id)
        assert set(essai.status(import_id)) == champs


def test_07_the_status_never_goes_back(essai: Essai) -> None:
    import_id = essai.ask("importJson", **corps())
    essai.work(import_id)
    etat = essai.status(import_id)
    essai.work(import_id)
    assert etat["status"] == 3
    assert essai.status(import_id) == etat


def test_08_a_siret_keeps_its_leading_zero_and_its_key_is_checked(essai: Essai) -> None:
    essai.ports.modeles.enregistrer(DOMAIN, "CAISSE", MODELE)
    champs = {"codeIbs": CODE, "URI": essai.deposit("caisse.csv", CAISSE), "modele": "caisse"}
    assert message(essai, "importPerso", **champs, SIRET="12345678900010").startswith("Le numéro SIRET est invalide")
    import_id = essai.ask("importPerso", **champs, SIRET=SIRET)
    essai.work(import_id)
    lignes = essai.ports.livres.lignes_import(essai.dossier.dossier, import_id)
    assert lignes["etablissement"].unique().to_list() == ["SIEGE"]


def test_09_type_mouvement_2_is_previsionnelle_and_type_2_is_simulation(essai: Essai) -> None:
    for champs, attendu in (({"typeMouvement": "2"}, "P"), ({"type": "2"}, "S")):
        import_id = essai.ask("importJson", **corps(ligne("606", 1, **champs), ligne("401", 0, 1, **champs)))
        essai.work(import_id)
        lignes = essai.ports.livres.lignes_import(essai.dossier.dossier, import_id)
        assert lignes["type_ecriture"].to_list() == [attendu, attendu]


def test_10_the_messages_of_the_json_import(essai: Essai) -> None:
    assert message(essai, "importJson", **corps(ligne("606", 1))).endswith("au moins deux lignes")
    assert message(essai, "importJson", **corps(ecritures={})).endswith("sous formes de tableau")
    assert message(essai, "importJson", **corps(ecritures=[])).startswith("Il n'y a pas d'écritures")
    assert message(essai, "importJson", **corps(contexte=None)).startswith("Le contexte est obligatoire")


def test_11_the_same_body_imported_twice_makes_two_imports(essai: Essai) -> None:
    deux = [essai.ask("importJson", **corps()) for _ in range(2)]
    for import_id in deux:
        essai.work(import_id)
        assert essai.status(import_id)["status"] == 3
    seconde = essai.ports.demandes.lire(deux[1])
    assert seconde is not None
    assert seconde.compte_rendu is not None
    assert seconde.compte_rendu["deja_importe"] == [deux[0]]


def test_12_the_history_shows_file_state_error_application_and_origin(essai: Essai) -> None:
    bon = essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("ventes.tra", VENTE))
    faux = essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("bancale.tra", BANCALE))
    json_ = essai.ask("importJson", **corps())
    essai.ask("importTra", codeIbs=CODE, URL=LIEN)  # it waits: not in the history
    for import_id in (bon, faux, json_):
        essai.work(import_id)
    assert history(essai) == {
        bon: ("ventes.tra", 30, "Terminé avec succès", True, "Comptabilité", "Par API"),
        faux: ("bancale.tra", 40, "Terminé avec erreur", False, "Comptabilité", "Par API"),
        json_: (f"import-{json_[:8]}.json", 30, "Terminé avec succès", True, "Comptabilité", "Par API"),
    }


def history(essai: Essai) -> dict[str, tuple[Any, ...]]:
    lignes = essai.client.get(f"{LOOP}/getImportHistory", params={"codeDossier": CODE}, headers=essai.cles).json()
    return {
        x["accountingImportRequestId"]: (
            x["nomFichier"],
            x["statut"],
            x["statutLibelle"],
            x["erreur"] == "",
            x["briqueApplicative"],
            x["origine"],
        )
        for x in lignes
    }


def test_a_cancelled_import_is_50_in_the_history_and_still_3_in_its_status(essai: Essai) -> None:
    import_id = essai.ask("importTra", codeIbs=CODE, URI=essai.deposit("ventes.tra", VENTE))
    essai.work(import_id)
    for deja in (False, True):
        assert demande(essai, "annulerImport", accountingImportRequestId=import_id)["dejaAnnule"] is deja
        assert history(essai)[import_id][:3] == ("ventes.tra", 50, "Annulé")
    assert essai.status(import_id)["status"] == 3
    assert essai.ports.livres.lignes_import(essai.dossier.dossier, import_id).is_empty()


def test_the_sample_of_the_json_page_is_imported_with_a_valid_siret(essai: Essai) -> None:
    essai.ports.livres.creer_etablissement(essai.dossier.dossier, "NANTES", SIRET_ENTREPRISE)
    import_id = essai.ask("importJson", **publie(createNewJournaux=True))
    essai.work(import_id)
    assert essai.status(import_id)["status"] == 3
    faux = publie()
    faux["data"]["ecritures"][0]["SIRET"] = "12345678900010"
    assert message(essai, "importJson", **faux).endswith("sur l'écriture numéro 1"), (
        "as printed, it breaks its own rule"
    )


def test_an_unreachable_link_is_tried_again_and_ends_only_at_the_last_try(essai: Essai) -> None:
    import_id = essai.ask("importTra", codeIbs=CODE, URL="https://fichiers.invalid/vente.tra?sig=secret")
    etapes = Etapes(essai.ports)
    for _ in range(2):
        assert etapes.recuperer(import_id, dernier_essai=False) == REESSAYER
        assert essai.status(import_id)["status"] in (1, 2)
        assert import_id not in history(essai)
    assert etapes.recuperer(import_id, dernier_essai=True) == FINI
    etat = essai.status(import_id)
    assert etat["status"] == 4
    assert "secret" not in str(etat["message"])
    assert history(essai)[import_id][1] == 40


# --- custom imports ---------------------------------------------------------------------------------------------
def test_custom_imports_are_refused_in_the_order_of_the_contract(essai: Essai) -> None:
    assert (
        message(essai, "importPerso", codeIbs="INCONNU", URL=LIEN) == "Le dossier INCONNU n'existe pas sur le domaine."
    )
    bon = {"codeIbs": CODE, "URL": LIEN}
    assert message(essai, "importPerso", **bon, SIRET="1", MODELE="x").startswith("Le numéro SIRET est invalide")
    assert message(essai, "importPerso", **bon, SIRET=SIRET_ENTREPRISE).endswith(
        "n'est pas reconnu pour le dossier DEMO001"
    )
    assert message(essai, "importPerso", **bon) == "Le modèle d'import n'est pas spécifié."
    assert message(essai, "importPerso", **bon, modele=" ") == "Le modèle d'import n'est pas spécifié."
    assert message(essai, "importPerso", **bon, MODELE="CAISSE") == "Le modèle d'import CAISSE n'existe pas."
    essai.ports.modeles.enregistrer("AUTRE", "CAISSE", MODELE)
    assert message(essai, "importPerso", **bon, MODELE="CAISSE") == "Le modèle d'import CAISSE n'existe pas."
    assert message(essai, "importPerso", **bon, MODELE="A", modele="B").startswith("Ambiguité")


def test_a_custom_import_enters_the_books_under_the_model_of_its_request(essai: Essai) -> None:
    essai.ports.modeles.enregistrer(DOMAIN, "CAISSE", MODELE)
    import_id = essai.ask("importPerso", CODEIBS=CODE, uri=essai.deposit("caisse.csv", CAISSE), Modele="Caisse")
    essai.ports.modeles.enregistrer(DOMAIN, "CAISSE", MODELE.replace('"VE"', '"XX"'), remplacer=True)
    essai.work(import_id)
    assert essai.status(import_id)["status"] == 3
    recu = essai.ports.demandes.lire(import_id)
    assert recu is not None
    assert (recu.nom_fichier, recu.format, recu.modele, recu.origine) == ("caisse.csv", "perso", "CAISSE", "Par API")
    assert recu.compte_rendu is not None
    assert recu.compte_rendu["fichier"]["modele"] == "CAISSE"
    lignes = essai.ports.livres.lignes_import(essai.dossier.dossier, import_id)
    assert lignes.select("journal", "compte", "debit_centimes", "credit_centimes").rows() == [
        ("VE", "530000", 12000, 0),
        ("VE", "707000", 0, 10000),
        ("VE", "445710", 0, 2000),
    ]


def test_a_file_that_the_model_does_not_fit_is_said(essai: Essai) -> None:
    essai.ports.modeles.enregistrer(DOMAIN, "CAISSE", MODELE)
    import_id = essai.ask("importPerso", codeIbs=CODE, URI=essai.deposit("ventes.csv", VENTE), MODELE="CAISSE")
    essai.work(import_id)
    etat = essai.status(import_id)
    assert etat["status"] == 4
    assert str(etat["message"]).startswith("Une erreur s'est produite lors de l'import")


def test_a_model_that_cannot_be_read_any_more_ends_the_import(essai: Essai) -> None:
    essai.ports.modeles.enregistrer(DOMAIN, "CASSE", "nom = 1")
    import_id = essai.ask("importPerso", codeIbs=CODE, URI=essai.deposit("caisse.csv", CAISSE), MODELE="CASSE")
    essai.work(import_id)
    etat = essai.status(import_id)
    assert (etat["status"], "Modèle invalide" in str(etat["message"])) == (4, True)
