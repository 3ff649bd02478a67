"""The list routes over real books: a whole TRA folder, a FEC, lettered lines; on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from ecritures.domain.ressources import RESSOURCES, Portee, object_id
from ecritures.imports.cabinet import Agence, Collaborateur, Groupe
from serveurs.api import BANCALE, DOMAIN, FEC, LOOP, VENTE, Essai, open_essai

FOLDER = Path(__file__).parents[1] / "golden" / "tra" / "dossier_v008_ete" / "entree.TRA"
MENUISERIE = "MENUISERIE"


class Scene:
    def __init__(self, essai: Essai) -> None:
        self.essai = essai
        ports = essai.ports
        self.numero = ports.dossiers.creer(DOMAIN, MENUISERIE, "Menuiserie").dossier
        self.imports = [self._importer("importTra", "dossier.tra", FOLDER.read_bytes(), MENUISERIE)]
        self.imports.append(self._importer("importTra", "bancale.tra", BANCALE, "DEMO001"))
        self.imports.append(self._importer("importFEC", "812345676FEC20261231.txt", FEC, "DEMO001"))
        self.imports.append(self._importer("importTra", "vente.tra", VENTE, "DEMO001"))
        essai.ask("importTra", codeIbs="DEMO001", URL="https://fichiers.example.org/attente.tra")
        ports.cabinets.garder_agence(DOMAIN, Agence("NANTES", "Agence de Nantes", numero_voie="12 bis"))
        ports.cabinets.garder_groupe(DOMAIN, Groupe("SOCIAL", "Pôle social", "NANTES"))
        ports.personnes.creer(DOMAIN, Collaborateur("agnes", "Agnès", "Dupuis", "lecture", agence="NANTES"))
        self.avancee = {
            **essai.cles,
            "x-apikey": ports.cles.creer_cle(DOMAIN, "cabinet", est_avancee=True, role="administrateur"),
        }

    def _importer(self, route: str, nom: str, octets: bytes, code: str) -> str:
        import_id = self.essai.ask(route, codeIbs=code, URI=self.essai.deposit(nom, octets))
        self.essai.work(import_id)
        return import_id

    def lire(self, route: str, cles: dict[str, str] | None = None, **parametres: object) -> Any:
        parametres = {"codeDossier": MENUISERIE, **parametres}
        reponse = self.essai.client.get(f"{LOOP}/{route}", params=parametres, headers=cles or self.avancee)
        assert reponse.status_code == 200, reponse.text
        return reponse.json()

    def refus(self, route: str, cles: dict[str, str] | None = None, **parametres: object) -> str:
        corps = self.lire(route, cles, **parametres)
        assert set(corps) == {"error"}, corps
        return str(corps["error"]["message"])


@pytest.fixture
def scene(base: Any, tmp_path: Path) -> Iterator[Scene]:
    with open_essai(base.url, tmp_path / "donnees") as essai:
        yield Scene(essai)


def test_the_folder_is_listed_route_by_route(scene: Scene) -> None:
    assert scene.essai.status(scene.imports[0])["status"] == 3
    numeros = [c["numero"] for c in scene.lire("compte", sort="numero")]
    assert numeros == sorted(numeros) and "41100000" in numeros
    (client,) = scene.lire("compte", filter='numero == "41100000"')
    assert (client["type"], client["collectif"], client["ferme"], client["libelle"]) == (4, True, False, "Clients")
    types = {j["code"]: j["type"] for j in scene.lire("journal")}
    assert (types["ACH"], types["VTE"], types["OD"], types["ANO"], types["ECC"]) == (1, 8, 2, 3, 7)
    assert types["CLO"] is None  # no code of the contract says « clôture »
    assert [e["code"] for e in scene.lire("exercice")] == ["001", "002"]
    assert {e["code"] for e in scene.lire("etablissementComplet")} >= {"001"}
    sections = scene.lire("section", filter='axe.code == "A1"')
    assert {s["code"] for s in sections} >= {"ATTEND", "CHA001", "CHA002"}
    (axe,) = scene.lire("axe", filter='code == "A1"')
    assert {s["axe"]["objectId"] for s in sections} == {axe["objectId"]}
    (parametre,) = scene.lire("parametreAnalytique", filter='cle == "axeAnaA1"')
    assert parametre["nombreSections"] == len(sections) and parametre["axe"]["objectId"] == axe["objectId"]
    assert scene.lire("tva") == []


def test_third_parties_are_told_apart_by_what_they_are(scene: Scene) -> None:
    attendus = {"tiersClient": 0, "tiersFournisseur": 1, "tiersSalarie": 2, "tiersDivers": 4}
    par_route = {route: scene.lire(route) for route in attendus}
    codes = [t["code"] for tiers in par_route.values() for t in tiers]
    assert len(codes) == len(set(codes)) == scene.essai.ports.livres.tiers(scene.numero).height
    for route, type_ in attendus.items():
        assert {t["type"] for t in par_route[route]} <= {type_}
    assert {t["code"] for t in par_route["tiersSalarie"]} == {"SDUPUIS000"}
    assert any(t["rib"] for tiers in par_route.values() for t in tiers)
    (fec,) = scene.lire("tiersClient", codeDossier="DEMO001", filter='code == "CLI001"')
    assert fec["compteCollectif"].startswith("411") and fec["nature"] == "CLI"  # a FEC says no nature


def test_entries_are_read_by_lettering_group_and_by_import(scene: Scene) -> None:
    lettrees = scene.lire("EcritureComptable", filter="codeLettrage != null")
    assert lettrees and all(e["lettrage"] for e in lettrees)
    groupe = lettrees[0]["codeLettrage"]
    membres = scene.lire("EcritureComptable", filter=f'codeLettrage == "{groupe.upper()}"')
    assert {e["objectId"] for e in membres} == {e["objectId"] for e in lettrees if e["codeLettrage"] == groupe}
    assert len({(e["compteNumero"], e["tiersCode"], e["lettrage"]) for e in membres}) == 1
    assert all(e["lettrage"] in (None, "") for e in scene.lire("EcritureComptable", filter="codeLettrage == null"))
    autres = scene.lire("EcritureComptable", filter=f'codeLettrage != "{groupe}" && codeLettrage != null')
    assert len(autres) == len(lettrees) - len(membres)

    vente = scene.lire("EcritureComptable", codeDossier="DEMO001", filter=f'ecritureOrigine == "{scene.imports[3]}"')
    assert [(e["compteNumero"], e["debit"], e["credit"]) for e in vente] == [
        ("41100000", 120, 0),
        ("70700000", 0, 100),
        ("44571000", 0, 20),
    ] or [(e["debit"], e["credit"]) for e in vente] == [(120, 0), (0, 100), (0, 20)]
    criteres = f'ecritureOrigine == "{scene.imports[3]}" && journalCode == "VEN" && datePiece >= "2026-01-15" && debit > 119.99'
    (seule,) = scene.lire("EcritureComptable", codeDossier="DEMO001", filter=criteres)
    assert seule["debit"] == 120 and seule["refPiece"] == "F001" and seule["ecritureOrigine"] == scene.imports[3]


def test_amounts_are_written_with_their_two_decimals(scene: Scene) -> None:
    parametres = {
        "codeDossier": "DEMO001",
        "filter": f'ecritureOrigine == "{scene.imports[3]}"',
        "select": "debit",
        "take": "1",
    }
    assert (
        scene.essai.client.get("/ecriturecomptable", params=parametres, headers=scene.avancee).text
        == '[{"debit":120.00}]'
    )


def test_entries_ask_for_their_filter_and_give_a_hundred_at_most(scene: Scene) -> None:
    for filtre in ("", 'journalCode == "VEN"', 'codeLettrage == null || journalCode == "VEN"'):
        assert "codeLettrage ou ecritureOrigine" in scene.refus("EcritureComptable", filter=filtre)
    message = scene.refus("EcritureComptable", filter="codeLettrage == null", take="101")
    assert message.startswith("Paramètre take, position 1") and "de 1 à 100" in message


def test_the_history_tells_what_ended_newest_first(scene: Scene) -> None:
    lignes = scene.lire("getImportHistory", codeDossier="demo001", sort="creationDate:desc")
    assert [(ligne["id"], ligne["statut"]) for ligne in lignes] == [
        (scene.imports[3], 30),
        (scene.imports[2], 30),
        (scene.imports[1], 40),
    ]
    erreur = lignes[2]
    assert erreur["accountingImportRequestId"] == erreur["id"] and erreur["codeIBS"] == "DEMO001"
    assert (erreur["statutLibelle"], erreur["briqueApplicative"], erreur["origine"]) == (
        "Terminé avec erreur",
        "Comptabilité",
        "Par API",
    )
    assert erreur["erreur"] and lignes[0]["erreur"] == "" and lignes[0]["nomFichier"] == "vente.tra"
    assert [ligne["id"] for ligne in scene.lire("getImportHistory", codeDossier="DEMO001", filter="statut == 40")] == [
        scene.imports[1]
    ]
    assert scene.lire("getImportHistory", codeDossier="DEMO001", filter=f'id == "{scene.imports[0]}"') == []


def test_the_firm_is_for_advanced_keys_and_for_its_own(scene: Scene) -> None:
    assert [g["code"] for g in scene.lire("groupe", codeDossier="cabinet")] == ["SOCIAL"]
    assert scene.lire("agencecabinet", codeDossier="Cabinet")[0]["numvoie"] == "12 bis"
    (agnes,) = scene.lire("COLLABORATEURCABINET", codeDossier="cabinet", filter='identifiant=="agnes"')
    assert agnes["prenom"] == "Agnès" and agnes["actif"] is True and "mot_de_passe" not in str(agnes).lower()
    codes = [d["codeIBS"] for d in scene.lire("dossier", codeDossier="cabinet")]
    assert codes == ["DEMO001", MENUISERIE]
    assert [d["codeIBS"] for d in scene.lire("dossier", scene.essai.cles)] == [MENUISERIE]
    for route in ("groupe", "AgenceCabinet", "CollaborateurCabinet", "dossier"):
        parametres = {"codeDossier": "cabinet"}
        reponse = scene.essai.client.get(f"{LOOP}/{route}", params=parametres, headers=scene.essai.cles)
        assert reponse.status_code == 403 and reponse.json()["statusCode"] == 403, reponse.text
    assert "codeDossier doit valoir" in scene.refus("groupe", codeDossier="DEMO001")
    voisin = {**scene.essai.cles, "x-apikey": scene.essai.ports.cles.creer_cle("VOISIN", "v", est_avancee=True)}
    for ressource in RESSOURCES:
        if ressource.portee is not Portee.DOSSIER:
            assert scene.lire(ressource.route, voisin, codeDossier="cabinet") == []


def test_a_dossier_of_another_firm_looks_like_none(scene: Scene) -> None:
    voisin = scene.essai.keys("VOISIN")
    restreinte = scene.essai.keys(DOMAIN, [scene.essai.dossier.dossier])
    for ressource in RESSOURCES:
        if ressource.portee is Portee.CABINET:
            continue
        filtre = {"filter": "codeLettrage == null"} if ressource.exigence else {}
        inconnu = scene.refus(ressource.route, codeDossier="RIEN", **filtre)
        assert scene.refus(ressource.route, voisin, **filtre) == inconnu.replace("RIEN", MENUISERIE)
        refus = scene.refus(ressource.route, restreinte, **filtre)
        assert refus.endswith(f"n'a pas accès au dossier {MENUISERIE}"), refus
        assert "codeDossier" in scene.refus(ressource.route, codeDossier="")


def test_every_object_has_a_stable_identity_by_which_it_is_found(scene: Scene) -> None:
    for ressource in RESSOURCES:
        code = MENUISERIE if ressource.portee is Portee.DOSSIER else "cabinet"
        if not ressource.genre or ressource.exigence:
            continue
        objets = scene.lire(ressource.route, codeDossier=code)
        assert len({o["objectId"] for o in objets}) == len(objets)
        for objet in objets[:2]:
            assert scene.lire(ressource.route, codeDossier=code, filter=f'objectId == "{objet["objectId"]}"') == [objet]
            int(objet["revisionId"], 16)
            assert len(objet["revisionId"]) == 18
    (compte,) = scene.lire("compte", filter='numero == "41100000"')
    assert compte["objectId"] == object_id(DOMAIN, MENUISERIE, "compte", "41100000")
    avant = scene.lire("groupe", codeDossier="cabinet")[0]
    scene.essai.ports.cabinets.garder_groupe(DOMAIN, Groupe("SOCIAL", "Paie"))
    apres = scene.lire("groupe", codeDossier="cabinet")[0]
    assert avant["objectId"] == apres["objectId"] and avant["revisionId"] != apres["revisionId"]


def test_every_answer_is_the_one_the_openapi_document_declares(scene: Scene) -> None:
    document = scene.essai.api.openapi()
    for ressource in RESSOURCES:
        reponses = document["paths"][f"{LOOP}/{ressource.route}"]["get"]["responses"]
        schema = reponses["200"]["content"]["application/json"]["schema"]
        assert [option.get("type") for option in schema["anyOf"]] == ["array", None]
        code = "cabinet" if ressource.portee is Portee.CABINET else MENUISERIE
        filtre = {"filter": "codeLettrage != null || codeLettrage == null"} if ressource.exigence else {}
        objets = scene.lire(ressource.route, codeDossier=code, **filtre)
        assert objets or ressource.route in ("tva", "tiersDivers"), ressource.route
        jsonschema_rs.validate(schema["anyOf"][0], objets)
        attendus = {champ.champ.nom.partition(".")[0] for champ in ressource.champs}
        assert all(set(objet) == attendus for objet in objets), ressource.route


def test_pages_follow_each_other_and_select_keeps_its_order(scene: Scene) -> None:
    tous = scene.lire("compte", sort="libelle:desc")
    pages = [c for saut in range(0, len(tous), 3) for c in scene.lire("compte", sort="libelle:desc", skip=saut, take=3)]
    assert pages == tous
    assert list(scene.lire("compte", select="libelle,NUMERO", take=1)[0]) == ["libelle", "numero"]
    assert scene.lire("section", select="axe.code", take=1) == [{"axe": {"code": "A1"}}]


HOSTILES = (
    ("filter", "numero == 'x' ; drop table comptes"),
    ("filter", "dossier == 1"),
    ("filter", '__import__("os")'),
    ("filter", 'numero == "x" OR 1=1'),
    ("filter", 'objectId > "5b0b3c1e-6f6e-5a52-8f0e-3f1a0c9d2e41"'),
    ("filter", "revisionId == null"),
    ("filter", 'type == "4"'),
    ("filter", "(" * 500),
    ("sort", "objectId"),
    ("sort", "numero;libelle"),
    ("select", "numero,est_ferme"),
    ("skip", "-1"),
    ("take", "1001"),
    ("take", "1e3"),
)


def test_what_cannot_be_read_is_refused_with_its_place(scene: Scene) -> None:
    for parametre, valeur in HOSTILES:
        message = scene.refus("compte", **{parametre: valeur})
        assert message.startswith(f"Paramètre {parametre}, position "), message
    for texte in ("x' OR '1'='1", "%", "' --", "𝄞", "a\u0000b"):
        assert scene.lire("compte", filter=f'libelle == "{texte}"') == []
    assert scene.lire("compte")


def test_a_group_is_created_then_replaced_by_an_administrator(scene: Scene) -> None:
    client, url = scene.essai.client, "/Groupe?codeDossier=cabinet"
    corps = {"Code": "groupe-Test", "description": "Essai", "agence": "NANTES"}
    cree = client.post(url, json=corps, headers=scene.avancee).json()
    assert cree["errors"] == [] and cree["success"] == scene.lire(
        "groupe", codeDossier="cabinet", filter='code == "groupe-Test"'
    )
    client.post(url, json={**corps, "description": "Autre"}, headers=scene.avancee)
    assert [g["description"] for g in scene.lire("groupe", codeDossier="cabinet", sort="code")] == [
        "Pôle social",
        "Autre",
    ]
    for faux in (
        {"code": "é é"},
        {"code": "A", "agence": "RIEN"},
        {"description": "x"},
        {"code": "A", "description": "x" * 101},
    ):
        refuse = client.post(url, json=faux, headers=scene.avancee).json()
        assert refuse["success"] == [] and len(refuse["errors"]) == 1 and refuse["errors"][0]["message"], refuse
    simple = scene.essai.ports.cles.creer_cle(DOMAIN, "simple", est_avancee=True)
    for cles in (scene.essai.cles, {**scene.essai.cles, "x-apikey": simple}):
        assert client.post(url, json=corps, headers=cles).status_code == 403
    actions = [t.action for t in scene.essai.ports.audit.lister(DOMAIN)]
    assert actions[:2] == ["groupe.modification", "groupe.creation"]


def test_paths_answer_in_any_case_at_the_root_and_under_the_prefix(scene: Scene) -> None:
    for chemin in ("/etablissement", f"{LOOP}/ETABLISSEMENTCOMPLET", "/Loop-Api-Publiques/etablissement/"):
        reponse = scene.essai.client.get(chemin, params={"CODEDOSSIER": MENUISERIE}, headers=scene.essai.cles)
        assert reponse.json() == scene.lire("etablissementComplet"), chemin
