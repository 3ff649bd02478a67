"""What is shown on a terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from ecritures.cli.display import plural, print_table, progress, shorten, visible, visible_lines
from ecritures.cli.findings import place_columns


@pytest.mark.parametrize(
    ("texte", "montre"),
    [
        ("Facture n° 12 à 1\u202f234,56\u00a0€", "Facture n° 12 à 1\u202f234,56\u00a0€"),
        ("\x1b[2J", "\\u001b[2J"),
        ("a\u202eb", "a\\u202eb"),
        ("a\x00b\x7f", "a\\u0000b\\u007f"),
        ("deux\nlignes", "deux\\u000alignes"),
        ("\u200bcaché\u2028", "\\u200bcaché\\u2028"),
    ],
)
def test_only_harmless_characters_reach_the_terminal(texte: str, montre: str) -> None:
    assert visible(texte) == montre


def test_our_own_line_breaks_stay() -> None:
    assert visible_lines("a\nb\x07") == "a\nb\\u0007"


def test_a_cell_of_a_table_is_never_read_as_markup() -> None:
    sortie = io.StringIO()
    print_table(Console(file=sortie, width=80), "", ("Valeur",), [("[bold]x[/bold] :smile: \x1b[31m",)])
    assert "[bold]x[/bold] :smile: \\u001b[31m" in sortie.getvalue()


def test_a_long_value_is_cut_with_an_ellipsis() -> None:
    assert shorten("x" * 61) == "x" * 59 + "…"
    assert shorten("x" * 60) == "x" * 60


def test_nouns_agree() -> None:
    assert (plural(0, "reçu"), plural(1, "reçu"), plural(2, "reçu")) == ("0 reçu", "1 reçu", "2 reçus")


@pytest.mark.parametrize(("debut", "fin", "texte"), [(None, None, None), (130, 130, "130"), (131, 150, "131-150")])
def test_columns_read_as_people_count_them(debut: int | None, fin: int | None, texte: str | None) -> None:
    assert place_columns({"colonne_debut": debut, "colonne_fin": fin}) == texte


def test_progress_writes_nothing_when_stderr_is_no_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with progress(str(tmp_path), total=2) as etat:
        etat.note(1)
    assert capsys.readouterr() == ("", "")
