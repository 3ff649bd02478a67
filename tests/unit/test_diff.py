"""What differs between two lots: each kind of change is found, named by its key, and nothing else is."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from fec_fabrique import Brouillon, lire
from tra_fabrique import analytique, fichier, mouvement
from tra_fabrique import lire as lire_tra

from ecritures.domain.lot import Lot
from ecritures.formats.tra import writer
from ecritures.imports.diff import Comparaison, comparer, shown_values


def _lot(brouillon: Brouillon) -> Lot:
    lot = lire(brouillon.octets).lot
    assert lot is not None
    return lot


def _diff(b: Brouillon, a: Brouillon | None = None) -> Comparaison:
    return comparer(_lot(a or Brouillon(60)), _lot(b))


def _changes(c: Comparaison) -> list[tuple[object, ...]]:
    return c.changements.select("numero_ligne_a", "numero_ligne_b", "champ", "avant", "apres").rows()


def test_a_file_does_not_differ_from_itself() -> None:
    c = _diff(Brouillon(60))
    assert c.est_vide
    assert c.identiques == _lot(Brouillon(60)).nombre_ecritures
    assert c.champs_ignores == ()


def test_the_order_of_lines_is_no_difference() -> None:
    brouillon = Brouillon(60)
    brouillon.lignes[1:] = brouillon.lignes[:0:-1]
    assert _diff(brouillon).est_vide


def test_a_label_changed_is_one_change_with_both_lines() -> None:
    brouillon = Brouillon(60)
    avant = brouillon.lit(14, "EcritureLib")
    brouillon.insere(2, *brouillon.copie(20, 22)).met(17, EcritureLib="autre")
    a = Brouillon(60)
    c = comparer(_lot(a), _lot(brouillon))
    assert ("libelle", avant, "autre") in [ligne[2:] for ligne in _changes(c)]


def test_an_amount_changed_is_found_by_number_and_its_accounts_are_told() -> None:
    brouillon = Brouillon(60)
    ligne = next(n for n, champs in enumerate(brouillon.lignes, 1) if champs[2] == "VE000002")
    montant = brouillon.lit(ligne, "Debit")
    c = _diff(brouillon.met(ligne, Debit="1,00"))
    assert (c.modifiees.height, c.ajoutees.height, c.retirees.height) == (1, 0, 0)
    assert _changes(c) == [(ligne, ligne, "debit_centimes", montant.replace(",", ""), "100")]
    assert c.modifiees["cle"].to_list() == ["journal, numéro et date"]
    assert c.comptes.select("compte", "ecart_centimes").rows() == [
        (brouillon.lit(ligne, "CompteNum"), 100 - int(montant.replace(",", "")))
    ]
    assert shown_values(c.changements)["apres"].to_list() == ["1,00\u00a0€"]


def test_entries_added_and_removed_are_named_with_their_first_line() -> None:
    brouillon = Brouillon(60)
    rangs = [n for n, champs in enumerate(brouillon.lignes, 1) if champs[2] == "VE000003"]
    c = comparer(_lot(Brouillon(60)), _lot(brouillon.ote(*rangs)))
    assert c.retirees.select("journal", "numero", "numero_ligne", "lignes").rows() == [("VE", "VE000003", rangs[0], 3)]
    assert c.ajoutees.is_empty() and c.modifiees.is_empty()
    inverse = comparer(_lot(brouillon), _lot(Brouillon(60)))
    assert inverse.ajoutees["numero"].to_list() == ["VE000003"]


def test_an_entry_renumbered_is_recognised_by_its_amounts_and_accounts() -> None:
    brouillon = Brouillon(60)
    for n, champs in enumerate(brouillon.lignes, 1):
        if champs[2] == "VE000003":
            brouillon.met(n, EcritureNum="VE999999")
    c = _diff(brouillon)
    assert c.modifiees["cle"].to_list() == ["journal, date et montants par compte (numéro changé)"]
    assert {(champ, avant, apres) for _, _, champ, avant, apres in _changes(c)} == {
        ("numero_piece", "VE000003", "VE999999")
    }


def test_an_entry_at_another_date_keeps_its_number() -> None:
    brouillon = Brouillon(60)
    for n, champs in enumerate(brouillon.lignes, 1):
        if champs[2] == "VE000003":
            brouillon.met(n, EcritureDate="20251224")
    c = _diff(brouillon)
    assert (c.modifiees.height, c.ajoutees.height, c.retirees.height) == (1, 0, 0)
    assert {champ for _, _, champ, _, _ in _changes(c)} == {"date"}


def test_a_line_more_in_an_entry_is_said_as_a_line() -> None:
    brouillon = Brouillon(60)
    ligne = next(n for n, champs in enumerate(brouillon.lignes, 1) if champs[2] == "VE000002")
    c = _diff(brouillon.insere(ligne + 3, *brouillon.copie(ligne, ligne)).met(ligne + 3, CompteNum="999000"))
    assert [(a, champ) for a, _, champ, _, _ in _changes(c)] == [(None, "ligne")]
    assert "999000" in _changes(c)[0][4]  # type: ignore[operator]


def test_the_same_entry_twice_against_once_is_one_removed() -> None:
    un = _lot(Brouillon(60))
    rang = un.lignes["ecriture"].max()
    copie = un.lignes.filter(pl.col("ecriture") == 5).with_columns(
        pl.lit(rang, pl.UInt32).alias("ecriture") + 1, pl.col("numero_ligne") + 1000
    )
    deux = dataclasses.replace(un, lignes=pl.concat([un.lignes, copie]))
    c = comparer(deux, un)
    assert (c.identiques, c.retirees.height, c.modifiees.height) == (un.nombre_ecritures, 1, 0)
    assert c.retirees["numero_ligne"].to_list() == [copie["numero_ligne"].min()]
    assert comparer(deux, deux).est_vide


def test_an_entry_added_under_its_own_number_is_not_taken_for_a_copy() -> None:
    brouillon = Brouillon(60)
    rangs = [n for n, champs in enumerate(brouillon.lignes, 1) if champs[2] == "VE000003"]
    copie = brouillon.copie(rangs[0], rangs[-1])
    for champs in copie:
        champs[2] = "VE000099"
    c = _diff(brouillon.insere(len(brouillon.lignes) + 1, *copie))
    assert c.ajoutees["numero"].to_list() == ["VE000099"]
    assert c.modifiees.is_empty()


def test_a_tra_and_its_analytic_lines_are_compared() -> None:
    def lot(section: str) -> Lot:
        lu = lire_tra(
            fichier(
                mouvement("60700000", debit="10,00"),
                analytique("60700000", section, debit="10,00"),
                mouvement("51200000", credit="10,00"),
            )
        ).lot
        assert lu is not None
        return lu

    assert comparer(lot("S1"), lot("S1")).est_vide
    c = comparer(lot("S1"), lot("S2"))
    assert [ligne[2:] for ligne in _changes(c)] == [("section", "S1", "S2")]
    assert c.comptes.is_empty()


def test_two_formats_are_compared_on_what_both_carry_and_the_rest_is_said() -> None:
    fec = _lot(Brouillon(60).partout(Montantdevise="", Idevise=""))
    tra = lire_tra(writer.write(fec)).lot
    assert tra is not None
    c = comparer(fec, tra)
    assert "date_validation" in c.champs_ignores
    assert c.comptes.is_empty()
    assert c.ajoutees.is_empty() and c.retirees.is_empty()


@pytest.mark.parametrize("vide_a", [True, False])
def test_a_side_without_entries_is_all_added_or_all_removed(vide_a: bool) -> None:
    plein = _lot(Brouillon(60))
    vide = dataclasses.replace(plein, lignes=plein.lignes.clear())
    c = comparer(vide, plein) if vide_a else comparer(plein, vide)
    assert (c.ajoutees if vide_a else c.retirees).height == plein.nombre_ecritures
    assert c.changements.is_empty()


def test_the_public_form_has_lines_dates_and_centimes() -> None:
    public = _diff(Brouillon(60).met(14, EcritureLib="autre")).public()
    assert public["modifiees"][0]["date"].startswith("2025-")
    assert set(public) >= {
        "identiques",
        "ajoutees",
        "retirees",
        "modifiees",
        "changements",
        "comptes",
        "champs_compares",
    }
