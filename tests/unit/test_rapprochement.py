"""ledger.rapprochement and imports.auxiliaire: which lines go together, which exercices add up, how letterings are told apart."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ecritures.imports.auxiliaire import bornes_tranches, grouper, portee
from ecritures.ledger.rapprochement import MONTANT, REFERENCE, SUITE, propose

GENRES = {
    "import_rang": pl.Int64, "numero_ligne": pl.Int64, "rang": pl.Int64, "date": pl.Date, "reference": pl.String,
    "numero_piece": pl.String, "lettrage": pl.String, "debit_centimes": pl.Int64, "credit_centimes": pl.Int64,
}  # fmt: skip


def lignes(
    *soldes: int, references: dict[int, str] | None = None, lettrage: dict[int, str] | None = None
) -> pl.DataFrame:
    """One line a day; a positive amount is a debit. References and codes by position."""
    rangees = [
        (1, n, 0, date(2025, 1, 1) + timedelta(days=n), (references or {}).get(n), None, (lettrage or {}).get(n), max(s, 0), max(-s, 0))
        for n, s in enumerate(soldes)
    ]  # fmt: skip
    return pl.DataFrame(rangees, schema=GENRES, orient="row")


def found(cadre: pl.DataFrame) -> list[tuple[str, list[int]]]:
    return [(p.motif, [numero for _, numero, _ in p.cles]) for p in propose(cadre)]


def test_a_document_whose_lines_balance_comes_before_equal_amounts() -> None:
    cadre = lignes(100, 100, -100, references={1: "F1", 2: "F1"})
    assert found(cadre) == [(REFERENCE, [1, 2])]
    assert propose(cadre)[0].reference == "F1"
    assert (propose(cadre)[0].montant_centimes, propose(cadre)[0].jours) == (100, 1)


def test_a_document_that_does_not_balance_is_not_proposed() -> None:
    assert found(lignes(100, -60, references={0: "F1", 1: "F1"})) == []


def test_of_equal_amounts_the_oldest_go_together() -> None:
    assert found(lignes(100, 100, -100, -100)) == [(MONTANT, [0, 2]), (MONTANT, [1, 3])]


def test_lines_that_bring_the_balance_back_go_together() -> None:
    assert found(lignes(70, 30, -100, 55)) == [(SUITE, [0, 1, 2])]
    assert found(lignes(55, 70, 30, -100)) == [(SUITE, [1, 2, 3])]


def test_lines_lettered_in_part_or_of_zero_are_left_to_the_person() -> None:
    assert found(lignes(100, -100, 0, lettrage={0: "aa"})) == []


@given(
    st.lists(st.integers(-5, 5), max_size=30), st.dictionaries(st.integers(0, 29), st.sampled_from("AB"), max_size=8)
)
def test_every_proposal_balances_and_no_line_is_in_two(soldes: list[int], references: dict[int, str]) -> None:
    vues: set[tuple[int, int, int]] = set()
    for proposition in propose(lignes(*soldes, references=references)):
        assert sum(soldes[numero] for _, numero, _ in proposition.cles) == 0
        assert len(proposition.cles) >= 2 and not vues & set(proposition.cles)
        vues |= set(proposition.cles)


def test_exercices_add_up_back_to_the_one_that_holds_the_a_nouveaux() -> None:
    tous = [(str(annee), date(annee, 1, 1)) for annee in (2023, 2024, 2025, 2026)]
    assert portee(tous, {"2024"}, "2025") == ("2024", "2025")
    assert portee(tous, {"2025"}, "2025") == ("2025",)
    assert portee(tous, (), "2024") == ("2023", "2024")
    assert portee(tous, {"2026"}, "2024") == ("2023", "2024")


def test_tranches_begin_the_day_after_the_one_before_ends() -> None:
    assert bornes_tranches(date(2025, 12, 31)) == (
        date(2025, 12, 31),
        date(2025, 12, 1),
        date(2025, 11, 1),
        date(2025, 10, 2),
    )


def groupes(*rangees: tuple[str, str, int, int]) -> pl.DataFrame:
    jour = date(2025, 1, 1)
    genres = {
        "code": pl.String, "exercice": pl.String, "lignes": pl.Int64, "debit_centimes": pl.Int64, "credit_centimes": pl.Int64,
        "premiere": pl.Date, "derniere": pl.Date,
    }  # fmt: skip
    return pl.DataFrame([(c, e, 2, d, k, jour, jour) for c, e, d, k in rangees], schema=genres, orient="row")


def test_a_code_that_balances_in_each_year_is_as_many_letterings() -> None:
    lus = grouper(groupes(("AA", "2024", 5, 5), ("AA", "2025", 7, 7)), {"2024"})
    assert [(g.code, g.exercice, g.est_clos) for g in lus] == [("AA", "2024", True), ("AA", "2025", False)]


def test_a_code_that_balances_across_years_only_is_one_lettering() -> None:
    (lu,) = grouper(groupes(("AA", "2024", 5, 0), ("AA", "2025", 0, 5)), {"2024"})
    assert (lu.exercice, lu.lignes, lu.ecart, lu.est_clos) == (None, 4, 0, True)
