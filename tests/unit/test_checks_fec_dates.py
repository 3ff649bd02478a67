"""checks.dates and checks.a_nouveaux: the exercise is the dossier's when it is known, else the one the name announces."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from fec_fabrique import Brouillon, examiner

from ecritures.checks.check import run
from ecritures.checks.dates import HORS_EXERCICE
from ecritures.checks.lecture_fec import journaux_a_nouveaux
from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte


def exercices(*bornes: tuple[date, date]) -> Contexte:
    lignes = [(f"{n:03d}", debut, fin, False) for n, (debut, fin) in enumerate(bornes, 1)]
    return Contexte(exercices=pl.DataFrame(lignes, schema=EXERCICES_DOSSIER, orient="row"))


@pytest.mark.parametrize(
    ("contexte", "nom", "nombre"),
    [
        (Contexte(), "732829320FEC20251231.txt", 0),
        (Contexte(), "732829320FEC20241231.txt", 32),
        (Contexte(), "732829320FEC20250430.txt", 15),
        (Contexte(), None, 0),
        (exercices((date(2025, 1, 1), date(2025, 12, 31))), "732829320FEC20241231.txt", 0),
        (exercices((date(2025, 1, 1), date(2025, 6, 30))), "732829320FEC20251231.txt", 10),
        (exercices((date(2025, 1, 1), date(2025, 6, 30)), (date(2025, 7, 1), date(2026, 6, 30))), None, 0),
        (exercices((date(2025, 1, 1), date(2025, 4, 30)), (date(2025, 8, 1), date(2026, 6, 30))), None, 5),
    ],
)
def test_lines_outside_the_exercise_are_said_one_by_one(contexte: Contexte, nom: str | None, nombre: int) -> None:
    lecture, _ = examiner(Brouillon().octets, nom)
    assert lecture.lot is not None
    assert sum(releve.nombre for releve in run((HORS_EXERCICE,), lecture.lot, contexte)) == nombre


@pytest.mark.parametrize(
    ("code", "libelle", "est"),
    [
        ("AN", "Divers", True),
        ("an", "", True),
        ("RAN", "", True),
        ("2", "BILAN D'OUVERTURE", True),
        ("9", "A nouveaux", True),
        ("9", "À nouveaux", True),
        ("9", "Report à Nouveau", True),
        ("OD", "Opérations diverses", False),
        ("VE", "Ventes", False),
        ("BIL", "Bilan de clôture", False),
    ],
)
def test_a_nouveaux_are_known_by_the_code_or_the_label_of_their_journal(code: str, libelle: str, est: bool) -> None:
    brouillon = Brouillon().partout(JournalCode=code, JournalLib=libelle)
    lecture, _ = examiner(brouillon.octets)
    assert lecture.lot is not None
    assert journaux_a_nouveaux(lecture.lot) == ([code] if est else [])


def test_an_entry_of_the_closing_day_with_other_accounts_is_no_closing() -> None:
    brouillon = Brouillon().met(32, CompteNum="120000").met(33, CompteNum="607000")
    for ligne in (32, 33):
        brouillon.met(ligne, EcritureDate="20251231", ValidDate="20251231", EcritureLet="", DateLet="")
    _, constats = examiner(brouillon.octets)
    assert constats.par_code["E10"] == 1
    _, constats = examiner(brouillon.met(33, CompteNum="512000").octets)
    assert "E10" not in constats.par_code
