"""formats.delimited: lines are split, typed, placed and written, with nothing but the separator to go by."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ecritures.domain.lot import Detection
from ecritures.formats import delimited, lines
from ecritures.formats.delimited import TEXTE, Column, Fusion, Situation, Table, decouper, ecrire, est_rembourre, typer
from ecritures.formats.fec.valeurs import DATE, MONTANT


def lignes(*textes: str) -> pl.DataFrame:
    return pl.DataFrame({"numero_ligne": pl.Series(range(1, len(textes) + 1), dtype=pl.UInt32), "ligne": list(textes)})


def situation(texte: str, fusions: dict[int, Fusion] | None = None) -> Situation:
    octets = texte.encode()
    detection = Detection("utf-8", "LF", len(octets), texte.count("\n"))
    return Situation(lines.Texte(octets, detection, {}), "|", {"a": 0, "b": 1, "c": 2}, fusions or {})


def test_a_line_is_split_on_every_separator_and_only_there() -> None:
    champs, fautives = decouper(lignes('"x|y"|z', "||", "1|2|3"), "|", 3)
    assert champs.rows() == [(1, '"x', 'y"', "z"), (2, "", "", ""), (3, "1", "2", "3")]
    assert fautives.height == 0


def test_lines_of_another_width_are_set_apart_with_their_width() -> None:
    champs, fautives = decouper(lignes("1|2|3", "1|2", "", "1|2|3|4|5"), "|", 3)
    assert champs["numero_ligne"].to_list() == [1]
    assert fautives.select("numero_ligne", "nombre_zones").rows() == [(2, 2), (3, 1), (4, 5)]


@pytest.mark.parametrize(
    ("ligne", "attendu"),
    [
        ("a|b", False),
        ("a b|c", False),
        (" a|b", True),
        ("a|b ", True),
        ("a |b", True),
        ("a| b", True),
        ("a|b\u00a0", True),
    ],
)
def test_padding_is_seen_at_the_edge_of_a_zone_only(ligne: str, attendu: bool) -> None:
    assert est_rembourre(pl.Series([ligne]), "|", ascii_seul=False) is attendu


def test_what_is_not_in_the_expected_form_is_taken_again_value_by_value() -> None:
    textes = pl.DataFrame(
        {"numero_ligne": [7, 8, 9, 10], "m": ["1,00", "2.5", "", "zut"], "d": ["20250131", "x", "", "20250230"]}
    )
    valeurs, defauts = typer(textes, {"m": MONTANT, "d": DATE})
    assert valeurs["m"].to_list() == [100, 250, None, None]
    assert valeurs["d"].to_list() == [date(2025, 1, 31), None, None, None]
    assert defauts.rows() == [
        (8, "m", "2.5", "V06"),
        (10, "m", "zut", "V05"),
        (8, "d", "x", "V15"),
        (10, "d", "20250230", "V17"),
    ]


def test_a_zone_is_placed_in_characters_from_one_and_its_raw_text_is_given() -> None:
    lieux = pl.DataFrame(
        {"numero_ligne": pl.Series([2, 1, 2, 9, None], dtype=pl.UInt32), "zone": ["b", "c", "c", "a", "a"]}
    )
    place = situation("a|b|c\né€| b |\n").situer(lieux)
    assert place.select("colonne_debut", "colonne_fin", "brut").rows() == [
        (4, 6, " b "),
        (5, 5, "c"),
        (8, 8, ""),  # an empty zone: the place after the separator
        (None, None, None),
        (None, None, None),
    ]
    assert place["zone"].to_list() == lieux["zone"].to_list()


def test_a_zone_the_line_does_not_have_has_no_place() -> None:
    lieux = pl.DataFrame({"numero_ligne": pl.Series([1, 1], dtype=pl.UInt32), "zone": ["c", "inconnue"]})
    assert situation("a|b\n").situer(lieux)["brut"].to_list() == [None, None]


def test_a_zone_put_back_together_covers_its_pieces_and_moves_the_next() -> None:
    lieux = pl.DataFrame({"numero_ligne": pl.Series([1, 1, 1], dtype=pl.UInt32), "zone": ["a", "b", "c"]})
    place = situation("un|deux|trois|4\n", {1: Fusion(1, 1)}).situer(lieux)
    assert place.select("colonne_debut", "colonne_fin", "brut").rows() == [
        (1, 2, "un"),
        (4, 13, "deux|trois"),
        (15, 15, "4"),
    ]


def test_lines_are_found_whatever_the_block_they_are_in() -> None:
    octets = b"".join(b"%d|%s|x\n" % (n, b"y" * 90) for n in range(1, 100_001))
    texte = lines.Texte(octets, Detection("ascii", "LF", len(octets), 100_000), {})
    assert len(list(lines.blocs(texte))) > 2
    numeros = pl.Series([1, 41_000, 50_000, 99_999, 100_000], dtype=pl.UInt32)
    place = Situation(texte, "|", {"n": 0}).situer(pl.DataFrame({"numero_ligne": numeros, "zone": ["n"] * 5}))
    assert place["brut"].to_list() == [str(n) for n in numeros]


def test_rows_are_written_with_a_line_end_each() -> None:
    colonnes = (Column("A", TEXTE, "a"), Column("M", MONTANT, "m"), Column("D", DATE, "d"))
    cadre = pl.DataFrame({"a": ["x", None], "m": [-123456, None], "d": [date(2025, 1, 31), None]})
    assert ecrire(cadre, colonnes, "|", "\r\n") == "x|-1234,56|20250131\r\n||\r\n"
    assert ecrire(cadre.clear(), colonnes, "|", "\r\n") == ""


def test_rows_written_by_blocks_are_the_same_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    cadre = pl.DataFrame({"a": [f"é{n}" for n in range(23)], "b": list(range(23))})
    colonnes = (Column("A", TEXTE, "a"), Column("B", MONTANT, "b"))
    entier = ecrire(cadre, colonnes, "|", "\r\n")
    monkeypatch.setattr(delimited, "LIGNES_PAR_BLOC", 5)
    assert [b.count(b"\n") for b in delimited.ecrire_par_blocs(cadre, colonnes, "|", "\r\n")] == [5, 5, 5, 5, 3]
    assert ecrire(cadre, colonnes, "|", "\r\n") == entier
    assert entier.endswith("é22|0,22\r\n")


def test_a_column_declared_twice_is_refused_when_the_module_is_imported() -> None:
    with pytest.raises(AssertionError):
        Table("t", "s", (Column("A", TEXTE, "a"), Column("A", TEXTE, "b")))
