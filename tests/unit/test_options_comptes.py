"""comptesRules: by root, by range, the first that applies; what is no rule is told by its rank."""

from __future__ import annotations

import pytest

from ecritures.imports.options_comptes import lire_regles, traduire

RACINE = {"type": "racine", "source": "606", "cible": "6061"}
FOURCHETTE = {"type": "fourchette", "de": "4010", "a": "4019", "cible": "401000"}


@pytest.mark.parametrize(
    ("compte", "attendu"),
    [
        ("606", "6061"),
        ("606300", "6061300"),
        ("607", "607"),
        ("4010", "401000"),
        ("40195", "401000"),
        ("4019", "401000"),
        ("4020", "4020"),
        ("401", "401"),
        ("40", "40"),
        ("", ""),
    ],
)
def test_an_account_is_translated_by_the_rule_that_holds_it(compte: str, attendu: str) -> None:
    regles, fausses = lire_regles([RACINE, FOURCHETTE])
    assert fausses == ()
    assert traduire(compte, regles) == attendu


def test_the_first_rule_that_applies_wins() -> None:
    regles, _ = lire_regles([{**RACINE, "cible": "1"}, RACINE])
    assert traduire("6060", regles) == "10"


@pytest.mark.parametrize(
    "brute",
    [
        None, [], "606", {}, {"type": "racine"}, {**RACINE, "type": "autre"}, {**RACINE, "cible": ""}, {**RACINE, "cible": 6},
        {**RACINE, "de": "1"}, {**FOURCHETTE, "de": "5"}, {**FOURCHETTE, "source": "1"}, {**RACINE, "source": " "},
    ],
)  # fmt: skip
def test_what_is_no_rule_is_told_by_its_rank(brute: object) -> None:
    assert lire_regles([RACINE, brute, FOURCHETTE])[1] == (2,)
