"""formats.tra.pieces and montants: where entries end, and what the books get of a currency."""

from __future__ import annotations

import polars as pl
import pytest
from tra_fabrique import constats, fichier, ids, lire, lot_de, mouvement, parametre


def rangs(*lignes: str) -> list[int]:
    return lot_de(*lignes).lignes["ecriture"].to_list()


def paire(montant: str = "10,00", **zones: str) -> list[str]:
    return [mouvement("60700000", debit=montant, **zones), mouvement("40100000", credit=montant, **zones)]


# --- an unreadable date -------------------------------------------------------------------------------------------
FAUSSE = {"date": "31022025"}


@pytest.mark.parametrize("numero", ["", "       1"])
@pytest.mark.parametrize("rang", [0, 1, 2])
def test_a_line_with_an_unreadable_date_stays_in_its_entry(rang: int, numero: str) -> None:
    lignes = [
        mouvement("60700000", debit="8,00", NUMEROPIECE=numero, **(FAUSSE if rang == 0 else {})),
        mouvement("44566000", debit="2,00", NUMEROPIECE=numero, **(FAUSSE if rang == 1 else {})),
        mouvement("40100000", credit="10,00", NUMEROPIECE=numero, **(FAUSSE if rang == 2 else {})),
    ]
    autre = paire("7,00", date="16032025", NUMEROPIECE=numero and "       2")
    avant = paire("5,00", date="14032025", NUMEROPIECE=numero and "       9")
    assert rangs(*avant, *lignes, *autre) == [1, 1, 2, 2, 2, 3, 3]


def test_entries_of_unreadable_dates_alone_are_cut_by_their_balances() -> None:
    assert rangs(*paire(**FAUSSE), *paire(**FAUSSE)) == [1, 1, 2, 2]


# --- delimitation -----------------------------------------------------------------------------------------------
def test_unnumbered_entries_end_when_their_balance_comes_back_to_zero() -> None:
    assert rangs(*paire(), *paire("3,50"), *paire()) == [1, 1, 2, 2, 3, 3]


def test_a_nil_line_does_not_end_an_entry() -> None:
    assert rangs(mouvement(debit="0,00"), *paire(), mouvement(debit="0,00"), *paire()) == [1, 1, 1, 2, 2, 2]


def test_an_unbalanced_unnumbered_entry_runs_until_the_key_changes() -> None:
    lignes = [mouvement(debit="10,00"), mouvement("40100000", credit="9,00"), *paire(date="16032025")]
    assert rangs(*lignes) == [1, 1, 2, 2]


@pytest.mark.parametrize(
    "zones",
    [{"journal": "VTE"}, {"date": "16032025"}, {"TYPEPIECE": "FF"}, {"ETABLISSEMENT": "002"}, {"TYPEECRITURE": "S"}, {"DEVISE": "USD"}, {"NUMEROPIECE": "       2"}],
)  # fmt: skip
def test_a_change_of_any_part_of_the_key_begins_an_entry(zones: dict[str, str]) -> None:
    base = {"NUMEROPIECE": "       1"}
    assert rangs(mouvement(**base), mouvement("40100000", credit="9,00", **(base | zones))) == [1, 2]


def test_the_currency_of_the_books_written_or_left_blank_is_the_same() -> None:
    assert rangs(mouvement(debit="10,00", DEVISE="EUR"), mouvement("40100000", credit="10,00")) == [1, 1]


def test_a_numbered_file_is_cut_by_numbers_and_not_by_balances() -> None:
    lignes = [*paire(NUMEROPIECE="       1"), *paire(NUMEROPIECE="       1"), *paire(NUMEROPIECE="2       ")]
    assert rangs(*lignes) == [1, 1, 1, 1, 2, 2]
    assert "numéro de pièce" in lot_de(*lignes).regroupement


@pytest.mark.parametrize("numero", ["0", "       0", "D1234567", ""])
def test_zero_blank_and_textual_numbers_do_not_number_a_file(numero: str) -> None:
    assert rangs(*paire(NUMEROPIECE=numero), *paire(NUMEROPIECE=numero)) == [1, 1, 2, 2]


def test_a_half_numbered_file_is_said() -> None:
    lecture = lire(fichier(*paire(NUMEROPIECE="       1"), *paire()))
    assert ids(lecture) == ["tra.numerotation_partielle"]


@pytest.mark.parametrize(("mode", "attendu"), [("-", [1, 2]), ("LIB", [1, 1]), ("BOR", [1, 1])])
def test_on_month_journals_the_day_does_not_cut(mode: str, attendu: list[int]) -> None:
    jal = parametre("JAL", CODE="ACH", LIBELLE="A", NATURE="ACH", MODESAISIE=mode)
    assert rangs(jal, mouvement(debit="10,00", date="01032025"), mouvement(credit="10,00", date="31032025")) == attendu


def test_a_batch_that_balances_as_a_whole_is_one_entry() -> None:
    jal = parametre("JAL", CODE="BQ1", LIBELLE="B", NATURE="BQE", MODESAISIE="BOR")
    lignes = [
        mouvement("51200000", debit="10,00", journal="BQ1", TYPEPIECE="RC"),
        mouvement("62700000", debit="2,00", journal="BQ1", TYPEPIECE="OD"),
        mouvement("41100000", credit="12,00", journal="BQ1", TYPEPIECE="RC"),
    ]
    assert rangs(jal, *lignes) == [1, 1, 1]
    assert rangs(jal, *lignes[:2], mouvement("41100000", credit="11,00", journal="BQ1", TYPEPIECE="RC")) == [1, 2, 3]


def test_an_unreadable_amount_does_not_hide_the_entries_of_another_date() -> None:
    lecture = lire(fichier(mouvement(debit="x"), mouvement(credit="10,00"), *paire(date="16032025")))
    assert lecture.lot is not None
    assert lecture.lot.lignes["ecriture"].to_list() == [1, 1, 2, 2]


# --- currencies -------------------------------------------------------------------------------------------------
def devise(compte: str, montant: str, sens: str, code: str = "D--", **zones: str) -> str:
    base = {"DEVISE": "USD", "CODEMONTANT": code, "SENS": sens, "MONTANT1": montant.rjust(20)} | zones
    return mouvement(compte, **base)


@pytest.mark.parametrize(
    ("code", "zones", "euros"),
    [
        ("DE-", {"MONTANT2": "90,00"}, 9000),
        ("D-E", {"MONTANT3": "90,00"}, 9000),
        ("DE-", {"MONTANT2": "90,00", "TAUXDEV": "0,5"}, 9000),  # both given: the amounts win
        ("D--", {"TAUXDEV": "0,9"}, 9000),
        ("D--", {"TAUXDEV": ".912345678"}, 9123),  # 91,2345678 rounded to the centime
        ("D--", {"TAUXDEV": "0,00005"}, 1),  # half a centime goes up
        ("F--", {}, None),
        ("FE-", {"MONTANT2": "15,24"}, 1524),
        ("EF-", {"MONTANT2": "655,96"}, 10000),
        ("D--", {}, None),
    ],
)
def test_the_books_get_euros(code: str, zones: dict[str, str], euros: int | None) -> None:
    lot = lire(fichier(devise("41100000", "100,00", "D", code, **zones))).lot
    assert lot is not None
    assert lot.lignes["debit_centimes"].to_list() == [euros]
    assert lot.lignes["montant_devise"].to_list() == [10000 if code.startswith("D") else None]


def test_the_rate_of_a_dev_record_is_used_when_the_line_has_none() -> None:
    dev = parametre("DEV", CODE="USD", LIBELLE="Dollar", PARITEEURO="0,71")
    lecture = lire(fichier(dev, devise("41100000", "100,00", "D"), devise("70700000", "100,00", "C")))
    assert lecture.lot is not None
    assert lecture.lot.lignes.select("debit_centimes", "credit_centimes").rows() == [(7100, 0), (0, 7100)]
    assert lecture.lot.lignes["montant_devise"].to_list() == [10000, -10000]
    assert lecture.lot.totaux_lus == (10000, 10000)
    ligne = constats(lecture).liste.row(0, named=True)
    assert (ligne["id"], ligne["numero_ligne"]) == ("tra.contrevaleur_calculee", 3)
    assert "2 montant(s) en USD" in ligne["message"]


def test_rounding_of_computed_euros_is_settled_on_the_largest_line() -> None:
    taux = {"TAUXDEV": "0,33333333"}
    lecture = lire(
        fichier(
            devise("41100000", "100,00", "D", **taux),
            devise("70700000", "50,05", "C", **taux),
            devise("44570000", "49,95", "C", **taux),
        )
    )
    assert lecture.lot is not None
    lignes = lecture.lot.lignes
    assert lignes["debit_centimes"].sum() == lignes["credit_centimes"].sum()
    assert lignes["ecriture"].to_list() == [1, 1, 1]


def test_rounding_is_said_when_it_moves_a_centime() -> None:
    taux = {"TAUXDEV": "0,5"}
    lecture = lire(
        fichier(
            devise("41100000", "0,02", "D", **taux),
            devise("70700000", "0,01", "C", **taux),
            devise("44570000", "0,01", "C", **taux),
        )
    )
    assert lecture.lot is not None
    assert lecture.lot.lignes.select("debit_centimes", "credit_centimes").rows() == [(2, 0), (0, 1), (0, 1)]
    assert "tra.arrondi_de_change" in ids(lecture)


def test_shares_in_currency_add_up_to_their_general_line() -> None:
    taux = {"TAUXDEV": "0,33333333"}
    part = {"TYPECPTE": "A", "AXE": "A1"} | taux
    lot = lot_de(
        devise("60700000", "100,00", "D", **taux),
        *(devise("60700000", "33,33", "D", AUXSECT=f"S{i}", **part) for i in range(2)),
        devise("60700000", "33,34", "D", AUXSECT="S2", **part),
        devise("40100000", "100,00", "C", **taux),
    )
    assert lot.ventilations["debit_centimes"].sum() == lot.lignes["debit_centimes"].sum()


def test_totals_as_written_are_absent_when_all_is_in_euros() -> None:
    lot = lot_de(*paire())
    assert lot.totaux_lus is None
    assert (lot.debit_centimes, lot.credit_centimes) == (1000, 1000)


def test_a_line_whose_amounts_are_all_zero_is_said() -> None:
    lecture = lire(
        fichier(
            devise("41100000", "0,00", "D", "DE-", MONTANT2="5,00"),
            devise("41100000", "0,00", "D", "DE-", MONTANT2="0,00"),
        )
    )
    assert constats(lecture).liste.filter(pl.col("id") == "tra.montant_nul")["numero_ligne"].to_list() == [3]
    assert lecture.lot is not None
    assert lecture.lot.lignes["debit_centimes"].to_list() == [500, 0]
