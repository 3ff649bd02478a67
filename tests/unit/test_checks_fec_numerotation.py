"""checks.numerotation: producers number in many ways; only a real break is said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fec_fabrique import Brouillon, examiner

Nom = Callable[[str, int, int], str]


def numerote(nom: Nom, nombre: int = 300) -> Brouillon:
    """A FEC whose numbers are ``nom(journal, rank in the journal, rank in the file)``, ranks from 1."""
    brouillon = Brouillon(nombre)
    rangs: dict[str, tuple[int, int]] = {}
    par_journal: dict[str, int] = {}
    for ligne in range(2, len(brouillon.lignes) + 1):
        ancien, journal = brouillon.lit(ligne, "EcritureNum"), brouillon.lit(ligne, "JournalCode")
        if ancien not in rangs:
            par_journal[journal] = par_journal.get(journal, 0) + 1
            rangs[ancien] = (par_journal[journal], len(rangs) + 1)
        brouillon.met(ligne, EcritureNum=nom(journal, *rangs[ancien]))
    return brouillon


MANIERES: list[tuple[str, Nom]] = [
    ("one sequence for the file", lambda _, __, rang: str(rang)),
    ("one sequence, padded", lambda _, __, rang: f"{rang:08d}"),
    ("one sequence that does not begin at one", lambda _, __, rang: str(rang + 5_000)),
    ("one sequence a journal", lambda _, rang, __: str(rang)),
    ("one sequence a journal, each in its own range", lambda j, rang, _: str(rang + 10_000 * ["AN", "VE", "BQ", "AC"].index(j))),
    ("the journal before the number", lambda j, rang, _: f"{j}{rang:06d}"),
    ("the year and slashes", lambda j, rang, _: f"{j}/2025/{rang:05d}"),
    ("the month before the number, starting again", lambda j, rang, _: f"{j}-{rang // 9:02d}-{rang % 9}"),
    ("letters after the number", lambda j, rang, _: f"{j}{rang}A"),
]  # fmt: skip


@pytest.mark.parametrize("nom", [nom for _, nom in MANIERES], ids=[titre for titre, _ in MANIERES])
def test_a_continuous_numbering_calls_for_nothing(nom: Nom) -> None:
    _, constats = examiner(numerote(nom).octets)
    assert constats.par_code == {}


def test_numbers_that_hold_a_date_are_not_a_sequence_with_gaps() -> None:
    _, constats = examiner(numerote(lambda _, __, rang: f"{250_101 + 100 * (rang // 12):06d}{rang:05d}").octets)
    assert constats.par_code == {"G08": 1}


def test_missing_numbers_are_counted_and_written_out_by_runs() -> None:
    brouillon = numerote(lambda _, __, rang: str(rang))
    otes = [
        n for n in range(2, len(brouillon.lignes) + 1) if brouillon.lit(n, "EcritureNum") in ("7", "20", "21", "22")
    ]
    _, constats = examiner(brouillon.ote(*otes).octets)
    assert constats.par_code["G05"] == 1
    trou = constats.liste.filter(constats.liste["code"] == "G05").row(0, named=True)
    assert trou["message"] == "Numérotation du fichier : numéros manquants (4) : 7, 20 à 22."
    assert trou["valeur"] == "8"


def test_each_sequence_says_its_own_gap() -> None:
    brouillon = numerote(lambda j, rang, _: f"{j}{rang:04d}")
    otes = [n for n in range(2, len(brouillon.lignes) + 1) if brouillon.lit(n, "EcritureNum") in ("VE0007", "AC0009")]
    _, constats = examiner(brouillon.ote(*otes).octets)
    messages = constats.liste.filter(constats.liste["code"] == "G05")["message"].to_list()
    assert messages == [
        "Numérotation VE VE : numéros manquants (1) : 7.",
        "Numérotation AC AC : numéros manquants (1) : 9.",
    ]


def test_the_same_value_written_otherwise_is_a_double() -> None:
    brouillon = numerote(lambda j, rang, _: f"{j}{rang:04d}")
    lignes = [n for n in range(2, len(brouillon.lignes) + 1) if brouillon.lit(n, "EcritureNum") == "VE0029"]
    for ligne in lignes:
        brouillon.met(ligne, EcritureNum="VE28")
    _, constats = examiner(brouillon.octets)
    assert constats.par_code["G06"] == 1
    assert constats.liste.filter(constats.liste["code"] == "G06")["numero_ligne"].item() == lignes[0]


def test_lines_scattered_by_a_sort_on_accounts_are_one_entry_not_two() -> None:
    brouillon = numerote(lambda j, rang, _: f"{j}{rang:04d}")
    brouillon.lignes[1:] = sorted(brouillon.lignes[1:], key=lambda champs: champs[4])
    _, constats = examiner(brouillon.octets)
    assert constats.par_code["E06"] > 50
    assert not {"G05", "G06", "G07", "E01", "E02"} & constats.par_code.keys()


def test_inversions_are_said_once_a_sequence_with_their_count() -> None:
    brouillon = numerote(lambda _, __, rang: str(100 - rang) if 5 < rang < 95 else str(rang))
    _, constats = examiner(brouillon.octets)
    assert constats.par_code["G07"] == 1
    assert "cas : 8" in constats.liste.filter(constats.liste["code"] == "G07")["message"].item()
