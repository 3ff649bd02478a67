"""formats.fec.regroupement: which lines make one entry, and how that is told."""

from __future__ import annotations

import pytest
from fec_fabrique import Brouillon, examiner, lire

from ecritures.formats.fec.echantillon import generer_fec


def test_lines_of_an_entry_are_one_wherever_they_stand() -> None:
    brouillon = Brouillon()
    brouillon.insere(34, *brouillon.copie(16, 16)).ote(16)
    lot = lire(brouillon.octets).lot
    assert lot is not None
    assert lot.lignes["ecriture"][-1] == lot.lignes["ecriture"][12]
    assert lot.nombre_ecritures == 13


@pytest.mark.parametrize("numero", ["0", "", "000", "1"])
def test_numbers_that_say_nothing_are_replaced_by_journal_date_and_piece(numero: str) -> None:
    lecture, constats = examiner(Brouillon(200).partout(EcritureNum=numero).octets)
    assert lecture.lot is not None
    assert lecture.lot.regroupement == "(JournalCode, EcritureDate, PieceRef)"
    assert lecture.lot.nombre_ecritures == lire(generer_fec(200)).lot.nombre_ecritures  # type: ignore[union-attr]
    assert constats.par_code["E08"] == 1
    assert "E01" not in constats.par_code


def test_without_numbers_nor_pieces_the_balance_says_where_entries_end() -> None:
    brouillon = Brouillon(200).partout(EcritureNum="0", PieceRef="X")
    lecture, _ = examiner(brouillon.octets)
    assert lecture.lot is not None
    assert lecture.lot.regroupement.startswith(("(EcritureDate, PieceRef)", "(JournalCode, EcritureDate, PieceRef)"))


def test_a_short_file_with_one_number_is_an_ordinary_file() -> None:
    brouillon = Brouillon()
    brouillon.ote(*range(4, 34))
    lecture, constats = examiner(brouillon.octets)
    assert lecture.lot is not None
    assert lecture.lot.regroupement == "(JournalCode, EcritureNum)"
    assert "E08" not in constats.par_code


def test_an_entry_that_does_not_balance_stays_an_error() -> None:
    lecture, constats = examiner(Brouillon().met(5, Credit="2563,97").octets)
    assert lecture.lot is not None
    assert lecture.lot.regroupement == "(JournalCode, EcritureNum)"
    assert constats.par_code["E01"] == 1


def test_numbers_that_do_not_delimit_entries_give_way_when_another_key_balances_all() -> None:
    brouillon = Brouillon(200)
    for ligne in range(2, len(brouillon.lignes) + 1):
        brouillon.met(ligne, EcritureNum=str(ligne))  # a number a line
    lecture, constats = examiner(brouillon.octets)
    assert lecture.lot is not None
    assert lecture.lot.regroupement == "(JournalCode, EcritureDate, PieceRef)"
    assert constats.par_code["E08"] == 1


def test_an_entry_shared_by_two_journals_is_put_together_and_said() -> None:
    brouillon = Brouillon()
    for ligne in range(4, 9):
        brouillon.met(ligne, EcritureNum="X1", EcritureDate="20250102")
    brouillon.met(4, Debit="3000,00").met(8, Credit="3000,00")
    lecture, constats = examiner(brouillon.octets)
    assert lecture.lot is not None
    assert lecture.lot.regroupement == "(JournalCode, EcritureNum), puis (EcritureNum, EcritureDate)"
    assert constats.par_code["E09"] == 1
    assert lecture.lot.lignes["ecriture"].to_list()[:7] == [1, 1, 2, 2, 2, 2, 2]
    assert lecture.lot.nombre_ecritures == 12


def test_a_line_without_number_is_not_thrown_with_all_the_others() -> None:
    brouillon = Brouillon()
    for ligne in (4, 5, 6, 14, 15, 16):
        brouillon.met(ligne, EcritureNum="")
    lot = lire(brouillon.octets).lot
    assert lot is not None
    assert lot.nombre_ecritures == 13
