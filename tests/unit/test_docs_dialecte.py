"""The page of the open points of the dialect: fifty rows, each with a verdict and a test that exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[2]
PAGE = RACINE / "docs" / "dialecte.md"
POINTS = 50


def rows() -> list[list[str]]:
    """Number, point, what is done, verdict, test of each row of the table."""
    lignes = [ligne for ligne in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+ \|", ligne)]
    return [[zone.strip() for zone in re.split(r"(?<!\\)\|", ligne)[1:-1]] for ligne in lignes]


def names_in(nom: str) -> set[str]:
    (chemin,) = (RACINE / "tests").glob(f"*/{nom}")
    arbre = ast.parse(chemin.read_text(encoding="utf-8"))
    return {noeud.name for noeud in arbre.body if isinstance(noeud, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_open_point_has_its_row_in_order() -> None:
    assert [int(row[0]) for row in rows()] == list(range(1, POINTS + 1))
    assert {len(row) for row in rows()} == {5}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_each_row_says_what_is_done_whether_it_was_changed_and_why_and_its_test_exists(row: list[str]) -> None:
    _, point, fait, choix, test = row
    assert point and fait
    assert choix == "tenu" or re.match(r"changé : \S.{20,}", choix), choix
    trouve = re.fullmatch(r"`(test_\w+\.py)::(test_\w+)`", test)
    assert trouve is not None, test
    assert trouve[2] in names_in(trouve[1]), test
