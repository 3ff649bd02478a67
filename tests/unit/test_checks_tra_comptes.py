"""checks.tra_comptes and ledger.codes: accounts at the file's lengths, auxiliary codes in capitals, matching kept or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from tra_fabrique import ENTETE, ENTETE_ETE, lot_de, mouvement, parametre, poser, releves_de

from ecritures.checks import dossier, tra, tra_comptes
from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.longueurs import Longueurs
from ecritures.ledger.posting import plan_posting

PS2 = parametre("PS2", LGGEN=" 8", LGAUX=" 6")
EXERCICES = pl.DataFrame(
    [("2025", date(2025, 1, 1), date(2025, 12, 31), False)], schema=EXERCICES_DOSSIER, orient="row"
)


def trouve(*lignes: str, entete: str = ENTETE) -> list[tuple[str, str, int, str | None]]:
    liste = releves_de(tra_comptes.CHECKS, lot_de(*lignes, entete=entete))
    return liste.select("id", "severite", "numero_ligne", "zone").rows()


def paire(debit: str, credit: str, tiers: str = "FOU001") -> list[str]:
    return [mouvement(debit, debit="10,00"), mouvement(credit, credit="10,00", tiers=tiers)]


def test_accounts_of_the_declared_length_have_no_finding() -> None:
    assert trouve(PS2, *paire("60700000", "40100000")) == []


@pytest.mark.parametrize(
    ("debit", "tiers", "attendus"),
    [
        ("607", "FOU001", [("tra.comptes_allonges", "INFO", 3, "GENERAL")]),
        ("607000001", "FOU001", [("tra.compte_coupe", "AVERTISSEMENT", 3, "GENERAL")]),
        ("60700000", "FO", [("tra.comptes_allonges", "INFO", 4, "AUXSECT")]),
        ("60700000", "fou001", [("tra.auxiliaires_en_capitales", "INFO", 4, "AUXSECT")]),
    ],
)
def test_each_code_of_another_form_is_said(debit: str, tiers: str, attendus: list[tuple[str, str, int, str]]) -> None:
    assert trouve(PS2, *paire(debit, "40100000", tiers)) == attendus


def test_two_accounts_that_cutting_would_mix_are_an_error() -> None:
    lignes = [
        mouvement("607000001", debit="4,00"),
        mouvement("607000002", debit="6,00"),
        mouvement("40100000", credit="10,00"),
    ]
    assert ("tra.comptes_confondus", "ERREUR", 3, "GENERAL") in trouve(PS2, *lignes)


@pytest.mark.parametrize("zones", [{}, {"LGGEN": "99"}, {"LGGEN": " 2"}, {"LGGEN": "AB"}])
def test_a_missing_or_impossible_length_says_nothing(zones: dict[str, str]) -> None:
    lot = lot_de(parametre("PS2", **zones), *paire("607", "401"))
    assert lot.longueurs.compte is None
    assert trouve(parametre("PS2", **zones), *paire("607", "401")) == []


def test_the_padding_character_is_the_files() -> None:
    lot = lot_de(parametre("PS2", LGGEN=" 8", BOURREGEN="X"), *paire("607", "401"))
    assert lot.longueurs == Longueurs((8, "X"), None, auxiliaires_en_capitales=True)
    assert lot.lignes["compte"].to_list() == ["607", "401"]  # kept as written


def test_padding_comes_before_any_comparison_with_the_files_own_accounts() -> None:
    jal = parametre("JAL", CODE="ACH", LIBELLE="B", NATURE="BQE", MODESAISIE="-", COMPTE="512")
    cgn = parametre("CGN", CODE="401", LIBELLE="F", NATURE="COF")
    cae = parametre("CAE", CODE="FOU001", LIBELLE="F", NATURE="FOU", COLLECTIF="40100000")
    lignes = (mouvement("51200000", debit="10,00"), mouvement("4010", credit="10,00", tiers="FOU001"))
    ids = releves_de(tra.CHECKS, lot_de(PS2, cgn, cae, jal, *lignes))["id"].to_list()
    assert ids == ["tra.comptes_allonges"]
    sans = releves_de(tra.CHECKS, lot_de(cgn, cae, jal, *lignes))["id"].to_list()
    assert sans == ["tra.tiers_collectif_absent", "tra.sans_compte_du_journal"]


def test_the_dossiers_codes_are_met_at_the_files_lengths_and_the_books_get_them() -> None:
    lot = lot_de(
        PS2,
        *paire("607", "401", "dupont'"),
        mouvement("6070000", debit="1,00"),
        mouvement("401", credit="1,00", tiers="DUPONT"),
    )
    contexte = Contexte(
        exercices=EXERCICES,
        journaux=pl.DataFrame({"code": ["ACH"], "est_ferme": [False]}),
        comptes=pl.DataFrame({"numero": ["60700000", "401"], "est_ferme": [False, False]}),
        tiers=pl.DataFrame({"code": ["DUPONT"], "collectif": ["401"], "est_ferme": [False]}),
    )  # fmt: skip
    assert releves_de(dossier.CHECKS, lot, contexte).is_empty()
    plan = plan_posting(lot, contexte)
    assert plan.lignes["compte"].to_list() == ["60700000", "401", "60700000", "401"]
    assert plan.lignes["tiers"].to_list() == [None, "DUPONT", None, "DUPONT"]
    assert plan.comptes.is_empty()
    assert plan.tiers.is_empty()
    neuf = plan_posting(lot, replace(contexte, comptes=None, tiers=None))
    assert neuf.comptes["numero"].to_list() == ["40100000", "60700000"]
    assert neuf.tiers.select("code", "collectif").rows() == [("DUPONT", "40100000")]


@pytest.mark.parametrize(
    ("genre", "garde"), [("JRL", False), ("BAL", False), ("DOS", True), ("SYN", True), ("EXO", True)]
)
def test_matching_enters_the_books_from_folders_and_synchronisations_only(genre: str, garde: bool) -> None:
    entete = poser(ENTETE_ETE, "HDR", TYPEFICHIER=genre)
    zones = {"LETTRAGE": "AAAA", "ETATLETTRAGE": "TL", "DATEPAQUETMAX": "31032025"}
    lignes = (
        mouvement("60700000", debit="10,00", etendu=True),
        mouvement("40100000", credit="10,00", tiers="FOU001", etendu=True, **zones),
    )
    lot = lot_de(*lignes, entete=entete)
    plan = plan_posting(lot, Contexte(exercices=EXERCICES))
    attendu = [None, "AAAA"] if garde else [None, None]
    assert plan.lignes["lettrage"].to_list() == attendu
    assert (plan.lignes["date_lettrage"].null_count() == 1) is garde
    assert (trouve(*lignes, entete=entete) == []) is garde


def test_an_analytic_entry_of_its_own_can_be_posted() -> None:
    lignes = [
        mouvement("60700000", debit="10,00", TYPECPTE="O", AUXSECT="CHA1", AXE="A1"),
        mouvement("60700000", credit="10,00", TYPECPTE="O", AUXSECT="CHA2", AXE="A1"),
    ]
    plan = plan_posting(lot_de(*lignes), Contexte(exercices=EXERCICES))
    assert plan.ventilations["ligne_mere"].to_list() == [2, 3]
    assert plan.references["sections"].select("axe", "code").rows() == [("A1", "CHA1"), ("A1", "CHA2")]
