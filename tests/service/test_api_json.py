"""importJson to the books, on both databases: its refusals in their order, each option on and off, crashes between steps."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

from ecritures.domain.contexte import Creations
from ecritures.domain.ressources import object_id
from ecritures.imports.ports import Exercice
from ecritures.imports.run import Etapes
from ecritures.imports.state import State
from ecritures.main import build
from ecritures.settings import Settings
from ecritures.storage.tables import AXES
from serveurs.api import CODE, DOMAIN, LOOP, Essai, open_essai
from serveurs.json_import import SIRET_ENTREPRISE, corps, cote, ligne, publie

AUTRE_SIRET = "81234567600017"
ISO = "au format ISO 'YYYY-MM-DDTHH:mm:ss.SSSZ'"
LUHN = "Le numéro SIRET est invalide : il doit comporter 14 chiffres et respecter l'algorithme de Luhn"


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        ouvert.ports.livres.creer_etablissement(ouvert.dossier.dossier, "NANTES", SIRET_ENTREPRISE)
        yield ouvert


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Essai]:
    racine = tmp_path_factory.mktemp("json")
    with open_essai(f"sqlite:///{racine}/api.sqlite", racine / "donnees") as ouvert:
        yield ouvert


def importe(essai: Essai, valeur: dict[str, Any]) -> tuple[pl.DataFrame, list[str]]:
    """The posted lines of an import that succeeds, and the ids of its findings."""
    import_id = essai.ask("importJson", **valeur)
    essai.work(import_id)
    etat = essai.status(import_id)
    assert etat["status"] == 3, etat
    numero = essai.dossier.dossier
    assert essai.ports.livres.soldes_exacts(numero)
    return essai.ports.livres.lignes_import(numero, import_id), ids(essai, import_id)


def echoue(essai: Essai, valeur: dict[str, Any]) -> tuple[str, list[str]]:
    """The message of an import that ends in error, and the ids of its findings. Nothing entered the books."""
    avant = essai.ports.livres.empreinte(essai.dossier.dossier)
    import_id = essai.ask("importJson", **valeur)
    essai.work(import_id)
    etat = essai.status(import_id)
    assert etat["status"] == 4, etat
    assert essai.ports.livres.empreinte(essai.dossier.dossier) == avant
    return str(etat["message"]), ids(essai, import_id)


def ids(essai: Essai, import_id: str) -> list[str]:
    return essai.ports.livres.constats(essai.dossier.dossier, import_id)["id"].to_list()


def refus(essai: Essai, valeur: Any, statut: int = 200) -> str:
    contenu = valeur if isinstance(valeur, bytes) else json.dumps(valeur).encode()
    avant = len(essai.ports.demandes.lister(DOMAIN))
    reponse = essai.client.post(f"{LOOP}/importJson", content=contenu, headers=essai.cles)
    assert reponse.status_code == statut, reponse.text
    assert len(essai.ports.demandes.lister(DOMAIN)) == avant
    return str(reponse.json()["error"]["message"])


# --- refusals ---------------------------------------------------------------------------------------------------
def avec(**champs: Any) -> dict[str, Any]:
    return corps(ligne("606", 1, **champs), ligne("401", 0, 1))


def sans(cle: str) -> dict[str, Any]:
    valeur = corps()
    del valeur["data"][cle]
    return valeur


@pytest.mark.parametrize(
    ("valeur", "message"),
    [
        (b"", "Il n'y a pas de payload : la méthode est-elle bien en POST dans la requête ?"),
        ({"codeIbs": CODE}, "Il n'y a pas de payload : la méthode est-elle bien en POST dans la requête ?"),
        ({"data": {"ecritures": []}}, "Le codeIbs n'est pas spécifié."),
        ({"codeIbs": "INCONNU", "data": {"ecritures": []}}, "Le dossier INCONNU n'existe pas sur le domaine."),
        (sans("contexte"), "Le contexte est obligatoire sans l'option multiPeriode"),
        (sans("ecritures"), "Il n'y a pas d'écritures à importer (l'objet écritures est vide)"),
        (corps(ecritures=None), "Il n'y a pas d'écritures à importer (l'objet écritures est vide)"),
        (corps(ecritures=[]), "Il n'y a pas d'écritures à importer (l'objet écritures est vide)"),
        (corps(ecritures={}), "Les écritures doivent être présentées sous formes de tableau"),
        (corps(ecritures="x"), "Les écritures doivent être présentées sous formes de tableau"),
        (corps(ligne("606", 1)), "Le tableau d'écritures doit comporter au moins deux lignes"),
        (corps(contexte={"from": "01/01/2026", "to": "x"}), f"Les dates du contexte doivent être {ISO}"),
        (avec(dateJustif="12/01/2026"), f"La date du justificatif doit être {ISO}"),
        (avec(finCutOff="x"), "Les dates de début et fin de cut-off doivent être renseignées ensemble"),
        (avec(debCutOff="x", finCutOff="x"), f"La date de début de cut-off doit être {ISO}"),
        (avec(debCutOff="2026-01-01T00:00:00.000Z", finCutOff="x"), f"La date de fin de cut-off doit être {ISO}"),
        (avec(SIRET="12345678900010"), f"{LUHN} sur l'écriture numéro 1"),
        (corps() | {"SIRET": "12345678900010"}, LUHN),
        (
            corps(ligne("606", 1, SIRET=SIRET_ENTREPRISE), ligne("401", 0, 1, SIRET="07955542100027")),
            "Les SIRET des écritures doivent appartenir à la même entreprise (SIREN identique)",
        ),
        (
            avec(SIRET=AUTRE_SIRET),
            f"L'établissement correspondant au SIRET {AUTRE_SIRET} n'est pas reconnu pour le dossier DEMO001",
        ),
    ],
)  # fmt: skip
def test_the_first_fault_is_answered_in_the_words_of_the_contract(local: Essai, valeur: Any, message: str) -> None:
    assert refus(local, valeur) == message


FAUTES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("justificatif", {"dateJustif": "x"}),
    ("ensemble", {"debCutOff": "x"}),
    ("SIRET est invalide", {"SIRET": "1"}),
)


def test_of_several_faults_the_first_in_the_order_of_the_contract_is_answered(local: Essai) -> None:
    tout = corps(ligne("606", 1, **{k: v for _, champs in FAUTES for k, v in champs.items()}), ligne("401", 0, 1))
    for attendu, champs in FAUTES:
        assert attendu in refus(local, tout)
        for cle in champs:
            del tout["data"]["ecritures"][0][cle]
    seconde = corps(ligne("606", 1, SIRET="1"), ligne("401", 0, 1, dateJustif="x"))
    assert "écriture numéro 1" in refus(local, seconde), "line by line, whatever the fault"


@pytest.mark.parametrize("octets", [b"{", b"[1]", b"\xff\xfe{", b'{"data": "\xe9"}', b"[" * 1000])
def test_a_body_that_is_no_object_is_refused_without_a_trace(local: Essai, octets: bytes) -> None:
    assert "pas lisible" in refus(local, octets, 400)


def test_a_code_given_as_a_number_or_in_two_spellings_is_refused(local: Essai) -> None:
    assert "chaîne" in refus(local, corps() | {"codeIbs": 12})
    assert "Ambiguité" in refus(local, corps() | {"CODEIBS": "AUTRE"})


def test_a_key_without_the_dossier_gets_the_refusal_of_the_format(local: Essai) -> None:
    autre = local.ports.dossiers.creer(DOMAIN, "AILLEURS", "Ailleurs")
    cles = local.keys(DOMAIN, [autre.dossier])
    reponse = local.client.post(f"{LOOP}/importJson", json=sans("contexte"), headers=cles)
    assert reponse.json()["error"]["message"].startswith(
        "Une erreur s'est produite lors de la demande d'import JSON : Le collaborateur "
    )


# --- the whole way ----------------------------------------------------------------------------------------------
def test_the_published_sample_enters_the_books(essai: Essai) -> None:
    octets = json.dumps(publie(createNewJournaux=True)).encode()
    reponse = essai.client.post(
        "/importjson", content=octets, headers={**essai.cles, "Content-Type": "application-json"}
    )
    import_id = reponse.json()["accountingImportRequestId"]
    assert essai.status(import_id)["status"] == 1
    essai.work(import_id)
    assert essai.status(import_id)["status"] == 3
    demande = essai.ports.demandes.lire(import_id)
    assert demande is not None
    assert (demande.nom_fichier, demande.origine) == (f"import-{import_id[:8]}.json", "Par API")
    assert demande.sha256 == hashlib.sha256(octets).hexdigest()
    assert essai.ports.originaux.lire(demande.sha256) == octets
    assert demande.taille_octets == len(octets)
    lignes = essai.ports.livres.lignes_import(essai.dossier.dossier, import_id)
    assert lignes.select("journal", "compte", "tiers", "debit_centimes", "credit_centimes").rows() == [
        ("AC", "60610000", None, 25000, 0),
        ("AC", "44566000", None, 5000, 0),
        ("AC", "40100000", "FEDF", 0, 30000),
    ]
    assert lignes["etablissement"].unique().to_list() == ["NANTES"], "the dossier's own code, not the SIRET"
    assert lignes["mode_paiement"].to_list() == [None, None, "6"]
    assert lignes["echeance"][2] == date(2026, 2, 11)


def test_without_the_journal_the_published_sample_is_refused(essai: Essai) -> None:
    message, trouves = echoue(essai, publie())
    assert message.startswith("Une erreur s'est produite lors de l'import : Le journal AC n'existe pas")
    assert "journal.inconnu" in trouves


def test_steps_taken_up_by_other_workers_post_once(essai: Essai, monkeypatch: pytest.MonkeyPatch) -> None:
    import_id = essai.ask("importJson", **corps(ligne("606100", 250), ligne("401000", 0, 240, tiers="FEDF")))
    assert Etapes(essai.ports).recuperer(import_id, dernier_essai=True) == "suite"
    Etapes(essai.ports).examiner(import_id)
    Etapes(essai.ports).examiner(import_id)
    avancer = essai.ports.demandes.avancer

    def mourir(import_id: str, vers: State, **reste: Any) -> bool:
        if vers is State.TERMINE:
            raise KeyboardInterrupt
        return avancer(import_id, vers, **reste)

    monkeypatch.setattr(essai.ports.demandes, "avancer", mourir)
    with pytest.raises(KeyboardInterrupt):  # the books are committed, the state is not moved
        Etapes(essai.ports).poster(import_id)
    monkeypatch.undo()
    apres = essai.ports.livres.empreinte(essai.dossier.dossier)
    Etapes(essai.ports).poster(import_id)
    Etapes(essai.ports).poster(import_id)
    assert essai.status(import_id)["status"] == 3
    assert essai.ports.livres.empreinte(essai.dossier.dossier) == apres
    assert essai.ports.livres.lignes_import(essai.dossier.dossier, import_id).height == 3


# --- options ----------------------------------------------------------------------------------------------------
BANCAL = (ligne("606100", 250), ligne("401000", 0, 240, tiers="FEDF"))


def test_an_unbalanced_entry_takes_a_balancing_line_on_the_waiting_account(essai: Essai) -> None:
    lignes, trouves = importe(essai, corps(*BANCAL, options={"createNewComptes": True}))
    derniere = lignes.row(2, named=True)
    assert (derniere["compte"], derniere["credit_centimes"], derniere["debit_centimes"]) == ("471000", 1000, 0)
    assert (derniere["numero_ligne"], derniere["rang"], derniere["journal"]) == (2, 1, "AC")
    assert "import.equilibrage" in trouves
    lignes, _ = importe(essai, corps(ligne("606100", 1), ligne("401000", 0, 3)))
    assert lignes.row(2, named=True)["debit_centimes"] == 200


@pytest.mark.parametrize("options", [{"failOnUnbalanced": True}, {"balanceAuto": False}, {"failOnUnbalanced": True, "balanceAuto": True}])  # fmt: skip
def test_an_unbalanced_entry_is_refused_when_the_options_say_so(essai: Essai, options: dict[str, bool]) -> None:
    assert "ecriture.desequilibree" in echoue(essai, corps(*BANCAL, options=options))[1]


def test_the_waiting_account_may_be_created_when_no_account_may(essai: Essai) -> None:
    importe(essai, corps(ligne("606100", 1), ligne("401000", 0, 1)))
    options = {"createNewComptes": False, "createNewJournaux": False}
    lignes, _ = importe(essai, corps(ligne("606100", 5), ligne("401000", 0, 3), options=options))
    assert lignes["compte"].to_list() == ["606100", "401000", "471000"]
    assert "471000" in essai.ports.livres.comptes(essai.dossier.dossier)["numero"].to_list()


def test_nothing_is_created_that_the_options_do_not_allow(essai: Essai) -> None:
    options = {"createNewComptes": False, "createNewJournaux": False}
    assert {"compte.inconnu", "journal.inconnu"} <= set(echoue(essai, corps(options=options))[1])
    assert "compte.inconnu" in echoue(essai, corps(options={"createNewComptes": None}))[1], "null is the default, false"
    importe(essai, corps())
    assert importe(essai, corps(options=options))[1] == []


def test_the_dossier_may_forbid_what_the_options_allow(essai: Essai) -> None:
    ferme = essai.ports.dossiers.creer(DOMAIN, "FERME", "Fermé", creations=Creations(True, False, True))
    essai.ports.livres.creer_exercice(ferme.dossier, Exercice("2026", date(2026, 1, 1), date(2026, 12, 31)))
    import_id = essai.ask("importJson", **corps(code="FERME"))
    essai.work(import_id)
    assert "qui n'en admet pas la création" in str(essai.status(import_id)["message"])


def test_an_unknown_tiers_is_created_or_waits(essai: Essai) -> None:
    lignes, trouves = importe(essai, corps(options={"createNewTiers": False}))
    assert lignes["tiers"].to_list() == [None, "ATTENTE"]
    assert "import.tiers_en_attente" in trouves
    assert essai.ports.livres.tiers(essai.dossier.dossier)["code"].to_list() == ["ATTENTE"]
    lignes, _ = importe(essai, corps())
    assert lignes["tiers"].to_list() == [None, "FEDF"]
    assert importe(essai, corps(options={"createNewTiers": False}))[0]["tiers"].to_list() == [None, "FEDF"]


def test_the_default_journal_takes_lines_without_a_known_one(essai: Essai) -> None:
    importe(essai, corps(ligne("606100", 1, journal="OD"), ligne("401000", 0, 1, journal="OD")))
    od = str(object_id(DOMAIN, CODE, "journal", "OD"))
    options = {"defaultJournalId": od, "createNewJournaux": False}
    sans_journal = ligne("401000", 0, 5)
    del sans_journal["journal"]
    lignes, trouves = importe(essai, corps(ligne("606100", 5, journal="ZZ"), sans_journal, options=options))
    assert lignes["journal"].to_list() == ["OD", "OD"]
    assert lignes["ecriture"].n_unique() == 1, "lines brought to one journal are one entry"
    assert "import.journal_par_defaut" in trouves
    faux = {"defaultJournalId": "0b6f3f0e-2d8a-4a7e-8d5b-6f4f6b0c9a11"}
    assert "import.defaut_inconnu" in echoue(essai, corps(options=faux))[1]


def test_the_default_account_takes_accounts_that_may_not_be_created(essai: Essai) -> None:
    importe(essai, corps())
    defaut = {"defaultCompte": str(object_id(DOMAIN, CODE, "compte", "606100"))}
    valeur = corps(ligne("613200", 5), ligne("401000", 0, 5), options={**defaut, "createNewComptes": False})
    lignes, trouves = importe(essai, valeur)
    assert lignes["compte"].to_list() == ["606100", "401000"]
    assert "import.compte_par_defaut" in trouves
    lignes, _ = importe(essai, corps(ligne("613200", 5), ligne("401000", 0, 5), options=defaut))
    assert lignes["compte"].to_list() == ["613200", "401000"], "created: the default is of no use"


def test_accounts_are_translated_by_the_rules(essai: Essai) -> None:
    rules = [
        {"type": "racine", "source": "606", "cible": "6061"},
        {"type": "fourchette", "de": "4010", "a": "4019", "cible": "401999"},
    ]
    lignes, trouves = importe(essai, corps(options={"comptesRules": rules}))
    assert lignes["compte"].to_list() == ["6061100", "401999"]
    assert trouves.count("import.compte_traduit") == 2
    comptes = essai.ports.livres.comptes(essai.dossier.dossier)["numero"].to_list()
    assert comptes == ["401999", "6061100"], "the sender's own accounts are not created"
    assert "import.regle_de_compte" in echoue(essai, corps(options={"comptesRules": [{"type": "racine"}]}))[1]


def test_a_date_outside_the_last_open_exercice_is_refused_unless_several_are_asked_for(essai: Essai) -> None:
    avant = {"date": "2025-06-12T00:00:00.000Z"}
    valeur = corps(
        ligne("606100", 1, **avant),
        ligne("401000", 0, 1, **avant),
        contexte={"from": "2025-01-01T00:00:00.000Z", "to": "2025-12-31T00:00:00.000Z"},
    )
    message, trouves = echoue(essai, valeur)
    assert message.startswith("Une écriture n'est pas dans l'exercice")
    assert "import.hors_derniere_periode" in trouves
    valeur["data"]["options"]["multiPeriode"] = True
    del valeur["data"]["contexte"]
    assert importe(essai, valeur)[0]["exercice"].to_list() == ["2025", "2025"]


def test_a_date_outside_the_contexte_is_refused_as_outside_the_exercice(essai: Essai) -> None:
    contexte = {"from": "2026-02-01T00:00:00.000Z", "to": "2026-02-28T00:00:00.000Z"}
    message, trouves = echoue(essai, corps(contexte=contexte))
    assert message.startswith("Une écriture n'est pas dans l'exercice")
    assert "json.hors_contexte" in trouves


def test_opening_entries_are_kept_as_such_or_passed_as_ordinary_ones(essai: Essai) -> None:
    initial = (ligne("606100", 1, type="5"), ligne("401000", 0, 1, typeMouvement=5))
    assert importe(essai, corps(*initial))[0]["a_nouveau"].to_list() == ["OAN", "OAN"]
    lignes, trouves = importe(essai, corps(*initial, options={"aNouveaux": False}))
    assert lignes["a_nouveau"].to_list() == [None, None]
    assert "import.a_nouveau_ordinaire" in trouves


def test_codes_2_and_3_are_swapped_between_type_and_type_mouvement(essai: Essai) -> None:
    def types(**champs: Any) -> list[str]:
        return importe(essai, corps(ligne("606100", 1, **champs), ligne("401000", 0, 1, **champs)))[0][
            "type_ecriture"
        ].to_list()

    assert types(type="2") == types(typeMouvement="3") == ["S", "S"]
    assert types(type="3") == types(typeMouvement=2) == ["P", "P"]


def test_lines_are_sorted_when_asked(essai: Essai) -> None:
    def deux(options: dict[str, Any]) -> list[int]:
        jours = [{"date": f"2026-01-{jour}T00:00:00.000Z"} for jour in ("20", "05")]
        valeur = corps(
            *(x for j in jours for x in (ligne("606100", 1, **j), ligne("401000", 0, 1, **j))), options=options
        )
        import_id = essai.ask("importJson", **valeur)
        etapes = Etapes(essai.ports)
        etapes.recuperer(import_id, dernier_essai=True)
        etapes.examiner(import_id)
        lot = etapes._examens[import_id][0].lot
        assert lot is not None
        etapes.poster(import_id)
        return lot.lignes["numero_ligne"].to_list()

    assert deux({}) == [1, 2, 3, 4]
    assert deux({"sortLines": True}) == [3, 4, 1, 2]


def test_a_piece_number_is_made_when_asked(essai: Essai) -> None:
    nues = [ligne("606100", 1), ligne("401000", 0, 1)]
    for une in nues:
        del une["reference"]
    assert importe(essai, corps(*nues))[0]["numero_piece"].to_list() == [None, None]
    assert importe(essai, corps(*nues, options={"createPieceRef": True}))[0]["numero_piece"].to_list() == ["1", "1"]


def test_a_new_folio_changes_nothing_and_is_said(essai: Essai) -> None:
    lignes, trouves = importe(essai, corps(options={"newFolio": True}))
    assert "import.option_sans_effet" in trouves
    assert lignes.height == 2


def test_amounts_and_dates_follow_their_options(essai: Essai) -> None:
    options = {"separatorDecimal": ",", "formatDate": "JJ/MM/AAAA"}
    jour = {"date": "12/01/2026"}
    lignes, _ = importe(
        essai,
        corps(
            ligne("606100", **jour) | {"debit": cote("1250,05")},
            ligne("401000", **jour) | {"credit": cote("1250,05")},
            options=options,
        ),
    )
    assert lignes["debit_centimes"].to_list() == [125005, 0]
    assert lignes["date"].to_list() == [date(2026, 1, 12)] * 2


def test_lines_of_two_establishments_are_two_entries(essai: Essai) -> None:
    essai.ports.livres.creer_etablissement(essai.dossier.dossier, "BREST", AUTRE_SIRET)
    lignes, _ = importe(
        essai,
        corps(
            ligne("606100", 1, SIRET=AUTRE_SIRET),
            ligne("606100", 2),
            ligne("401000", 0, 1, SIRET=AUTRE_SIRET),
            ligne("401000", 0, 2, SIRET=""),
        )
        | {"SIRET": SIRET_ENTREPRISE},
    )
    assert lignes["etablissement"].to_list() == ["BREST", "NANTES", "BREST", "NANTES"]
    assert lignes["ecriture"].to_list() == [1, 2, 1, 2]


def test_long_labels_and_tiers_are_cut_and_said(essai: Essai) -> None:
    valeur = corps(ligne("606100", 1, libelle="L" * 36), ligne("401000", 0, 1, tiers="F" * 18))
    lignes, trouves = importe(essai, valeur)
    assert lignes["libelle"][0] == "L" * 35
    assert lignes["tiers"][1] == "F" * 17
    assert {"import.libelle_coupe", "import.tiers_coupe"} <= set(trouves)
    confondus = (ligne("606100", 2), *(ligne("401000", 0, 1, tiers="F" * 17 + fin) for fin in "AB"))
    assert "import.tiers_confondus" in echoue(essai, corps(*confondus))[1]


@pytest.mark.parametrize(
    ("seconde", "garde"),
    [
        (ligne("401000", 1, tiers="FEDF", codeLettrage="A"), ["A", "A", None]),
        (ligne("401000", 2, tiers="FEDF", codeLettrage="A"), [None] * 3),
        (ligne("401000", 1, tiers="AUTRE", codeLettrage="A"), [None] * 3),
    ],
)
def test_a_lettering_that_breaks_a_rule_is_left_out_and_said(
    essai: Essai, seconde: Any, garde: list[str | None]
) -> None:
    premiere = ligne("401000", 0, 1, tiers="FEDF", codeLettrage="A", dateLettrage="2026-01-31T00:00:00.000Z")
    solde = seconde["debit"]["amount"] - 1
    troisieme = ligne("606100", 0, solde) if solde else ligne("606100", 0, 1)
    quatrieme = [] if solde else [ligne("606200", 1)]
    lignes, trouves = importe(essai, corps(premiere, seconde, troisieme, *quatrieme))
    assert lignes["lettrage"].to_list()[:3] == garde
    assert ("import.lettrage_ecarte" in trouves) == (garde[0] is None)
    assert (lignes["date_lettrage"][0] is None) == (garde[0] is None)


# --- analytic ---------------------------------------------------------------------------------------------------
def ventile(**axes: Any) -> dict[str, Any]:
    return corps(ligne("606100", 250, **axes), ligne("401000", 0, 250))


def test_a_split_needs_its_axis_and_creates_its_sections(essai: Essai) -> None:
    parts = [{"section": "S1", "sectionLib": "Siège", "debit": cote(200)}, {"section": "S2", "debit": cote(50)}]
    assert "import.axe_inconnu" in echoue(essai, ventile(axeAnaA1=parts))[1]
    numero = essai.dossier.dossier
    with essai.ports.livres.base(numero).ecriture() as connexion:  # type: ignore[attr-defined]
        connexion.execute(sa.insert(AXES).values(dossier=numero, code="A1", libelle="Axe 1"))
    _, trouves = importe(essai, ventile(**{"axeAna[A1]": parts}))
    assert trouves.count("import.section_a_creer") == 2
    sections = essai.ports.livres.reference(numero, "sections")
    assert sections.select("axe", "code", "libelle").rows() == [("A1", "S1", "Siège"), ("A1", "S2", "S2")]
    assert importe(essai, ventile(axeAnaA1=parts))[1] == []
    assert "json.ventilation_ecart" in echoue(essai, ventile(axeAnaA1=parts[:1]))[1]


def test_cut_off_dates_are_kept_and_said(essai: Essai) -> None:
    dates = {"debCutOff": "2026-01-01T00:00:00.000Z", "finCutOff": "2026-06-30T00:00:00.000Z"}
    assert "import.cutoff_garde" in importe(essai, corps(ligne("606100", 1, **dates), ligne("401000", 0, 1)))[1]


def test_the_application_starts_again_on_what_it_wrote(tmp_path: Path) -> None:
    donnees = tmp_path / "donnees"
    with open_essai(f"sqlite:///{tmp_path}/api.sqlite", donnees) as essai:
        import_id = essai.ask("importJson", **corps())
    relance = build(Settings(donnees=donnees, base_sql=f"sqlite:///{tmp_path}/api.sqlite"))
    try:
        etapes = Etapes(relance.ports)
        assert etapes.recuperer(import_id, dernier_essai=True) == "suite"
        assert etapes.examiner(import_id) == "suite"
        etapes.poster(import_id)
        demande = relance.ports.demandes.lire(import_id)
        assert demande is not None
        assert demande.state is State.TERMINE
    finally:
        relance.fermer()
