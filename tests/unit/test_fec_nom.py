"""formats.fec.nom: what SirenFECAAAAMMJJ announces."""

from __future__ import annotations

from datetime import date

import pytest

from ecritures.domain.constat import Collecteur
from ecritures.formats.fec.nom import Nom, a_la_forme, est_siren, lire_nom, nom_de_fichier


@pytest.mark.parametrize(
    ("nom", "codes"),
    [
        ("732829320FEC20251231.txt", []),
        ("732829320fec20251231.TXT", []),
        ("732829320FEC20251231_1.txt", []),
        ("0732829320FEC20251231.txt", ["F02"]),
        ("123456789FEC20251231.csv", ["F02"]),
        ("732829320FEC20251231.dat", ["F04"]),
        ("732829320FEC20250230.txt", ["F03"]),
        ("732829320FEC2025.txt", ["F01"]),
        ("export.txt", ["F01"]),
        ("", ["F01"]),
    ],
)
def test_a_name_is_judged_part_by_part(nom: str, codes: list[str]) -> None:
    constats = Collecteur()
    lire_nom(nom, constats)
    assert [releve.regle.code for releve in constats.releves()] == codes


def test_an_unknown_name_is_not_judged() -> None:
    constats = Collecteur()
    assert lire_nom(None, constats) is None
    assert constats.releves() == ()


@pytest.mark.parametrize(
    ("cloture", "debut"),
    [
        (date(2025, 12, 31), date(2025, 1, 1)),
        (date(2019, 7, 31), date(2018, 8, 1)),
        (date(2024, 2, 29), date(2023, 3, 1)),
        (date(2025, 2, 28), date(2024, 3, 1)),
        (date(2025, 1, 30), date(2024, 1, 31)),
    ],
)
def test_the_exercise_is_twelve_months_before_the_closing_day(cloture: date, debut: date) -> None:
    assert Nom("732829320", cloture).exercice == (debut, cloture)


@pytest.mark.parametrize("cloture", [date.min, date.max, date(2024, 12, 31)])
def test_no_closing_day_makes_the_exercise_fail(cloture: date) -> None:
    exercice = Nom("", cloture).exercice
    assert exercice is None or exercice[1] == cloture


@pytest.mark.parametrize(
    ("siren", "valide"),
    [
        ("732829320", True),
        ("542107651", True),
        ("123456789", False),
        ("73282932", False),
        ("73282932O", False),
        ("٧٣٢٨٢٩٣٢٠", False),
    ],
)
def test_a_siren_has_nine_digits_and_a_key(siren: str, valide: bool) -> None:
    assert est_siren(siren) is valide


def test_a_name_written_is_a_name_read() -> None:
    nom = nom_de_fichier("732829320", date(2025, 12, 31))
    assert nom == "732829320FEC20251231.txt"
    assert a_la_forme(nom)
    assert not a_la_forme("732829320.txt")
