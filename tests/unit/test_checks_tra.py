"""checks.tra: the header, the parameters and the movements of a TRA file, one fault a row."""

from __future__ import annotations

import pytest
from tra_fabrique import ENTETE, lot_de, mouvement, parametre, poser, releves_de

from ecritures.checks import tra, tra_entete, tra_parametres
from ecritures.formats.tra import layout

JAL = parametre("JAL", CODE="ACH", LIBELLE="Achats", NATURE="ACH", MODESAISIE="-")
PAIRE = (mouvement("60700000", debit="10,00"), mouvement("40100000", credit="10,00", tiers="FOU1"))
DOSSIER = tuple(parametre(code) for code in tra_entete._DOSSIER if code not in ("JAL", "EXO"))


def trouve(*lignes: str, entete: str = ENTETE) -> list[tuple[str, str, int, str | None]]:
    liste = releves_de(tra.CHECKS, lot_de(*lignes, entete=entete))
    return liste.select("id", "severite", "numero_ligne", "zone").rows()


def test_a_correct_file_has_no_finding() -> None:
    assert trouve(JAL, *PAIRE) == []


@pytest.mark.parametrize(
    ("zones", "attendu"),
    [
        ({"IDENTIFIANT": "  "}, ("tra.entete_zone_vide", "ERREUR", "IDENTIFIANT")),
        ({"ORIGINE": "   "}, ("tra.entete_zone_vide", "ERREUR", "ORIGINE")),
        ({"TYPEFICHIER": "   "}, ("tra.entete_zone_vide", "ERREUR", "TYPEFICHIER")),
        ({"FORMAT": "   "}, ("tra.entete_zone_vide", "ERREUR", "FORMAT")),
        ({"VERSION": "   "}, ("tra.entete_zone_vide", "ERREUR", "VERSION")),
        ({"TYPEFICHIER": "ZZZ"}, ("tra.entete_code_inconnu", "ERREUR", "TYPEFICHIER")),
        ({"FORMAT": "XXX"}, ("tra.entete_code_inconnu", "ERREUR", "FORMAT")),
        ({"IDENTIFIANT": "S9"}, ("tra.entete_provenance_inconnue", "AVERTISSEMENT", "IDENTIFIANT")),
        ({"ORIGINE": "ZZZ"}, ("tra.entete_provenance_inconnue", "AVERTISSEMENT", "ORIGINE")),
        ({"VERSION": "0A1"}, ("tra.version_illisible", "ERREUR", "VERSION")),
        ({"VERSION": "000"}, ("tra.version_illisible", "ERREUR", "VERSION")),
        ({"VERSION": "012"}, ("tra.version_inconnue", "AVERTISSEMENT", "VERSION")),
        ({"TYPEFICHIER": "BAL", "FORMAT": "ETE"}, ("tra.balance_etendue", "ERREUR", "FORMAT")),
    ],
)
def test_each_header_code_is_checked(zones: dict[str, str], attendu: tuple[str, str, str]) -> None:
    id_, severite, zone = attendu
    assert trouve(JAL, *PAIRE, entete=poser(ENTETE, "HDR", **zones)) == [(id_, severite, 1, zone)]


def test_the_codes_of_the_header_are_the_layouts() -> None:
    assert dict(layout.CODES_ENTETE) == tra_entete._CODES


def test_a_journal_file_without_journal_is_only_unusual() -> None:
    assert trouve(*PAIRE) == [("tra.journal_non_decrit", "INFO", 1, "TYPEFICHIER")]


def test_a_folder_lacking_a_mandatory_record_is_refused() -> None:
    entete = poser(ENTETE, "HDR", TYPEFICHIER="DOS")
    exo = parametre("EXO", CODE="001", DATEDEBUT="01012025", DATEFIN="31122025", ETATCPTA="OUV")
    complet = trouve(exo, *DOSSIER, JAL, *PAIRE, entete=entete)
    assert [r for r in complet if r[1] == "ERREUR"] == []
    manque = releves_de(tra.CHECKS, lot_de(exo, *DOSSIER[1:], JAL, *PAIRE, entete=entete))
    assert "aucun enregistrement PS1" in manque.filter(manque["id"] == "tra.enregistrement_absent")["message"][0]


JAL_BQE = parametre("JAL", CODE="BQE", LIBELLE="Banque", NATURE="BQE", COMPTE="51200000", MODESAISIE="-")


@pytest.mark.parametrize(
    ("lignes", "attendu"),
    [
        ((parametre("JAL", CODE="Z", LIBELLE="Z", NATURE="ZZZ"),), ("tra.journal_nature_inconnue", "AVERTISSEMENT", 2, "NATURE")),
        ((parametre("JAL", CODE="B", LIBELLE="B", NATURE="BQE"),), ("tra.journal_sans_compte", "AVERTISSEMENT", 2, "COMPTE")),
        ((parametre("JAL", CODE="O", LIBELLE="O", NATURE="ODA"),), ("tra.journal_sans_axe", "AVERTISSEMENT", 2, "AXE")),
        ((parametre("JAL", CODE="A", LIBELLE="A", NATURE="ACH", MODESAISIE="ZZZ"),), ("tra.journal_mode_inconnu", "AVERTISSEMENT", 2, "MODESAISIE")),
        ((parametre("JAL", CODE="A", LIBELLE="A", NATURE="ANO", MODESAISIE="BOR"),), ("tra.journal_mode_interdit", "AVERTISSEMENT", 2, "MODESAISIE")),
        ((JAL, parametre("CGN", CODE="607", LIBELLE="A", NATURE="ZZZ")), ("tra.compte_nature_inconnue", "AVERTISSEMENT", 3, "NATURE")),
        ((JAL, parametre("CGN", CODE="607", LIBELLE="A", NATURE="CHA", LETTRABLE="X")), ("tra.compte_lettrable", "INFO", 3, "LETTRABLE")),
        ((JAL, parametre("CAE", CODE="T", LIBELLE="T", NATURE="ZZZ")), ("tra.tiers_nature_inconnue", "AVERTISSEMENT", 3, "NATURE")),
        ((JAL, parametre("CGN", CODE="401", LIBELLE="F", NATURE="COF"), parametre("CAE", CODE="T", LIBELLE="T", NATURE="FOU", COLLECTIF="402")), ("tra.tiers_collectif_absent", "AVERTISSEMENT", 4, "COLLECTIF")),
        ((JAL, parametre("CGN", CODE="401", LIBELLE="F", NATURE="COF"), parametre("CAE", CODE="T", LIBELLE="T", NATURE="CLI", COLLECTIF="401")), ("tra.tiers_collectif_incoherent", "AVERTISSEMENT", 4, "COLLECTIF")),
        ((JAL, parametre("EXO", CODE="001", DATEDEBUT="02012025", DATEFIN="31122025", ETATCPTA="OUV")), ("tra.exercice_dates", "AVERTISSEMENT", 3, "DATEDEBUT")),
        ((JAL, parametre("EXO", CODE="001", DATEDEBUT="01012025", DATEFIN="30122025", ETATCPTA="OUV")), ("tra.exercice_dates", "AVERTISSEMENT", 3, "DATEDEBUT")),
        ((JAL, parametre("EXO", CODE="001", DATEDEBUT="01012025", DATEFIN="31122024", ETATCPTA="OUV")), ("tra.exercice_dates", "AVERTISSEMENT", 3, "DATEDEBUT")),
        ((JAL, parametre("EXO", CODE="001", DATEDEBUT="01012025", DATEFIN="x", ETATCPTA="OUV")), ("tra.exercice_dates", "AVERTISSEMENT", 3, "DATEDEBUT")),
        ((JAL, parametre("EXO", CODE="001", DATEDEBUT="01012025", DATEFIN="31122025", ETATCPTA="ZZZ")), ("tra.exercice_etat_inconnu", "AVERTISSEMENT", 3, "ETATCPTA")),
        ((JAL, *(parametre("EXO", CODE=f"00{i}", DATEDEBUT=f"0101202{i}", DATEFIN=f"3112202{i}", ETATCPTA="OUV") for i in range(3))), ("tra.exercices_trop_ouverts", "AVERTISSEMENT", 5, "ETATCPTA")),
        ((JAL, *(parametre("EXO", CODE=f"00{i}", DATEDEBUT="01012025", DATEFIN="31122025", ETATCPTA="CLO") for i in range(2))), ("tra.exercices_superposes", "AVERTISSEMENT", 4, "DATEDEBUT")),
        ((JAL, parametre("PS5", DEVISE="EUR", TENUEEURO="-")), ("tra.tenue_euro", "AVERTISSEMENT", 3, "TENUEEURO")),
        ((JAL, parametre("MDR", CODE="001", LIBELLE="M", TAUX1=" 50,00", TAUX2=" 40,00")), ("tra.reglement_taux", "AVERTISSEMENT", 3, "TAUX1")),
        ((JAL, parametre("RIB", AUXILIAIRE="T", ETABBQ="20041", GUICHET="01005", NUMEROCOMPTE="0500013M026", CLERIB="07")), ("tra.rib_cle_fausse", "AVERTISSEMENT", 3, "CLERIB")),
        ((JAL, parametre("RIB", AUXILIAIRE="T", PRINCIPAL="X"), parametre("RIB", AUXILIAIRE="T", PRINCIPAL="X")), ("tra.rib_principaux", "AVERTISSEMENT", 4, "PRINCIPAL")),
    ],
)  # fmt: skip
def test_each_parameter_is_checked(lignes: tuple[str, ...], attendu: tuple[str, str, int, str]) -> None:
    assert trouve(*lignes, *PAIRE) == [attendu]


@pytest.mark.parametrize(
    "lignes",
    [
        (parametre("RIB", AUXILIAIRE="T", ETABBQ="20041", GUICHET="01005", NUMEROCOMPTE="0500013M026", CLERIB="06"),),
        (
            parametre("MDR", CODE="001", LIBELLE="M", TAUX1=" 33,33", TAUX2=" 33,33", TAUX3=" 33,34"),
            parametre("MDR", CODE="002", LIBELLE="M"),
        ),
        (
            parametre("CGN", CODE="467", LIBELLE="F", NATURE="DIV"),
            parametre("CAE", CODE="T", LIBELLE="T", NATURE="CLI", COLLECTIF="467"),
        ),
        (parametre("PS5", DEVISE="EUR", TENUEEURO="X"),),
        (parametre("MDT", ICS="FR", RUM="R", PAIEMENT="1PR", TYPE="1PD", STATUT="1FI"),),
    ],
)
def test_correct_parameters_are_left_alone(lignes: tuple[str, ...]) -> None:
    assert trouve(JAL, *lignes, *PAIRE) == []


def test_an_incomplete_mandate_is_refused_zone_by_zone() -> None:
    rangs = trouve(JAL, parametre("MDT", ICS="FR", PAIEMENT="9ZZ", TYPE="1PD"), *PAIRE)
    assert sorted((i, z) for i, s, n, z in rangs if s == "ERREUR" and n == 3) == [
        ("tra.mandat_code_inconnu", "PAIEMENT"), ("tra.mandat_incomplet", "RUM"), ("tra.mandat_incomplet", "STATUT"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lignes", "attendu"),
    [
        ((JAL, mouvement(debit="1,00", TYPEPIECE="FC"), mouvement(credit="1,00", TYPEPIECE="FC")), ("tra.nature_du_journal", "AVERTISSEMENT", 3, "TYPEPIECE")),
        ((JAL_BQE, mouvement(debit="1,00", journal="BQE"), mouvement(credit="1,00", journal="BQE")), ("tra.sans_compte_du_journal", "AVERTISSEMENT", 3, "GENERAL")),
        ((parametre("JAL", CODE="ACH", LIBELLE="A", NATURE="ACH", MODESAISIE="LIB"), mouvement(TYPEECRITURE="S")), ("tra.type_interdit", "ERREUR", 3, "TYPEECRITURE")),
        ((JAL, parametre("CGN", CODE="40100000", LIBELLE="F", NATURE="DIV"), *PAIRE), ("tra.auxiliaire_sur_general", "AVERTISSEMENT", 5, "AUXSECT")),
        ((JAL, mouvement("607", debit="3,00"), *(mouvement("401", credit="1,00", tiers="F", NUMECHE=n) for n in (" 1", " 2", " 2"))), ("tra.echeance_en_double", "AVERTISSEMENT", 6, "NUMECHE")),
        ((JAL, parametre("MDP", CODE="VIR", LIBELLE="V", CATEGORIE="VIR"), mouvement(MODEPAIE="CHQ")), ("tra.paiement_non_decrit", "INFO", 4, "MODEPAIE")),
        ((JAL, parametre("ETB", CODE="001"), mouvement(ETABLISSEMENT="002")), ("tra.etablissement_non_decrit", "INFO", 4, "ETABLISSEMENT")),
        ((JAL, parametre("DEV", CODE="EUR", LIBELLE="E"), mouvement(DEVISE="USD")), ("tra.devise_non_decrite", "AVERTISSEMENT", 4, "DEVISE")),
    ],
)  # fmt: skip
def test_each_movement_rule_is_checked(lignes: tuple[str, ...], attendu: tuple[str, str, int, str]) -> None:
    assert trouve(*lignes) == [attendu]


@pytest.mark.parametrize(
    "lignes",
    [
        (
            JAL_BQE,
            mouvement("51200000", debit="1,00", journal="BQE", TYPEPIECE="RC"),
            mouvement(credit="1,00", journal="BQE", TYPEPIECE="RC"),
        ),
        (JAL, parametre("CGN", CODE="40100000", LIBELLE="F", NATURE="COF"), *PAIRE),
        (
            JAL,
            mouvement("607", debit="2,00"),
            *(mouvement("401", credit="1,00", tiers="F", NUMECHE=n) for n in (" 1", " 2")),
        ),
        (
            JAL,
            parametre("MDP", CODE="V1 ", LIBELLE="V", CATEGORIE="VIR"),
            mouvement(MODEPAIE="VIR"),
            mouvement(MODEPAIE="V1"),
        ),
    ],
)
def test_correct_movements_are_left_alone(lignes: tuple[str, ...]) -> None:
    assert trouve(*lignes) == []


def test_every_check_has_its_own_id() -> None:
    noms = [c.id for c in tra.CHECKS]
    assert len(set(noms)) == len(noms)
    assert {c.id for c in tra_parametres.CHECKS} <= set(noms)
