"""formats.fixedwidth: records refuse to be wrong, codecs refuse to guess, lines are cut whatever their length."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from ecritures.formats.fixedwidth import (
    BOOLEEN,
    CENTIMES,
    DATE,
    ENTIER,
    LIBELLE,
    SENS,
    TEXTE,
    TEXTE_DROITE,
    Codec,
    Grille,
    Lignes,
    Record,
    Zone,
    lire_textes,
)


@pytest.mark.parametrize(
    ("zones", "largeur"),
    [
        ((Zone("A", 1, 3, TEXTE), Zone("B", 5, 2, TEXTE)), 6),  # gap
        ((Zone("A", 1, 3, TEXTE), Zone("B", 3, 2, TEXTE)), 4),  # overlap
        ((Zone("A", 1, 3, TEXTE),), 4),  # wrong total
        ((Zone("A", 2, 3, TEXTE),), 4),  # does not begin at 1
        ((Zone("A", 1, 2, TEXTE), Zone("A", 3, 2, TEXTE)), 4),  # same name twice
        ((Zone("A", 1, 0, TEXTE),), 0),
    ],
)
def test_a_record_refuses_a_gap_an_overlap_a_wrong_width_or_a_repeated_name(
    zones: tuple[Zone, ...], largeur: int
) -> None:
    with pytest.raises(ValueError, match="R"):
        Record("R", largeur, "test", zones)


def lu(codec: Codec, texte: str) -> object:
    return lire_textes(pl.Series([texte]), codec)[0][0]


@pytest.mark.parametrize(
    ("texte", "centimes"),
    [
        ("0", 0), ("144", 14400), ("99.9", 9990), ("1434,00", 143400), ("00000000000001434,00", 143400), ("-12,5", -1250),
        ("1028,8000", 102880), ("12,", 1200), (",50", 50), ("10000000000,00", 10**12), ("12,345", None), ("1 234,00", None),
        ("1.234,00", None), ("12;50", None), ("12-", None), ("+12", None), ("1e3", None), ("--1", None), ("-", None), (",", None),
        ("10000000000,01", None), ("99999999999999999999", None), ("١٢", None), ("12,00 ", None), ("NaN", None), ("0x10", None),
    ],
)  # fmt: skip
def test_an_amount_is_exact_or_refused(texte: str, centimes: int | None) -> None:
    valeurs, refus = lire_textes(pl.Series([texte]), CENTIMES)
    assert valeurs[0] == centimes
    assert (refus is not None) == (centimes is None)


@pytest.mark.parametrize(
    ("texte", "jour"),
    [
        ("15032025", date(2025, 3, 15)), ("29022024", date(2024, 2, 29)), ("29022025", None), ("31042025", None), ("00012025", None),
        ("1503202", None), ("1532025 ", None), ("20250315", None), ("15/03/25", None), ("01010000", None),
    ],
)  # fmt: skip
def test_a_date_exists_or_is_refused(texte: str, jour: date | None) -> None:
    assert lu(DATE, texte) == jour
    assert (lire_textes(pl.Series([texte]), DATE)[1] is not None) == (jour is None)


@pytest.mark.parametrize("texte", ["01011900", "30121899", "01011970", "00000000"])
def test_no_date_is_null_and_not_refused(texte: str) -> None:
    valeurs, refus = lire_textes(pl.Series([texte]), DATE)
    assert valeurs[0] is None
    assert refus is None


@pytest.mark.parametrize(
    ("codec", "texte", "valeur"),
    [
        (BOOLEEN, "X", True), (BOOLEEN, "-", False), (BOOLEEN, "O", None), (SENS, "D", "D"), (SENS, "c", None),
        (ENTIER, "12", 12), (ENTIER, "1a", None), (TEXTE, "é", "é"),
    ],
)  # fmt: skip
def test_flags_sides_and_numbers(codec: Codec, texte: str, valeur: object) -> None:
    assert lu(codec, texte) == valeur


@pytest.mark.parametrize(
    ("codec", "valeur", "largeur", "texte"),
    [
        (TEXTE, "ab", 4, "ab  "), (TEXTE, "abcde", 4, None), (TEXTE_DROITE, "12", 4, "  12"), (LIBELLE, "abcdef", 4, "abcd"),
        (CENTIMES, 143400, 10, "   1434,00"), (CENTIMES, -5, 6, " -0,05"), (CENTIMES, 10**6, 4, None), (DATE, date(2025, 3, 1), 8, "01032025"),
        (BOOLEEN, True, 1, "X"), (BOOLEEN, False, 1, "-"), (TEXTE, None, 2, "  "), (ENTIER, 7, 2, " 7"), (TEXTE, "été", 4, "été "),
    ],
)  # fmt: skip
def test_a_value_is_written_on_the_width_of_its_zone_or_refused(
    codec: Codec, valeur: object, largeur: int, texte: str | None
) -> None:
    ecrit = pl.DataFrame({"v": pl.Series([valeur], dtype=codec.type)}).select(codec.ecrire(pl.col("v"), largeur)).item()
    assert ecrit == texte


def test_an_absent_date_is_written_as_the_formats_no_date() -> None:
    assert pl.select(DATE.ecrire(pl.lit(None, pl.Date), 8)).item() == "01011900"


@pytest.mark.parametrize(
    ("bloc", "attendu"),
    [
        (b"abc\r\ndef\r\n", ["abc", "def"]), (b"abc\ndef", ["abc", "def"]), (b"abc\r\nde\n\nf", ["abc", "de", "", "f"]),
        (b"\n\n", ["", ""]), (b"a", ["a"]), (b"ab\ncd\r\n", ["ab", "cd"]), (b"ab\r\nabc\n", ["ab", "abc"]),
    ],
)  # fmt: skip
def test_lines_keep_their_text_and_order_whatever_their_ends(bloc: bytes, attendu: list[str]) -> None:
    assert Lignes.de(bloc).textes("windows-1252").to_list() == attendu


def test_short_lines_are_padded_and_long_ones_cut() -> None:
    m = Lignes.de(b"abcdef\nab\n\nabc").matrice(4)
    assert [bytes(r) for r in m] == [b"abcd", b"ab  ", b"    ", b"abc "]


def test_equally_long_lines_are_a_view_without_copy() -> None:
    bloc = b"abcd\r\nefgh\r\n"
    m = Lignes.de(bloc).matrice(4)
    assert m.base is not None
    assert np.shares_memory(m, np.frombuffer(bloc, np.uint8)) or bytes(m[1]) == b"efgh"


@pytest.mark.parametrize("charset", ["windows-1252", "utf-8"])
def test_a_zone_beyond_ascii_is_decoded_in_its_charset(charset: str) -> None:
    lignes = ["1été €", "2a    ", "3      ", "4œuvre "]
    python = "cp1252" if charset == "windows-1252" else charset
    octets = [ligne.encode(python).ljust(12) for ligne in lignes]
    grille = Grille(Lignes.de(b"\n".join(octets)).matrice(12), charset)
    assert grille.texte(Zone("T", 2, 11, TEXTE)).to_list() == ["été €", "a", None, "œuvre"]


def test_bytes_unknown_to_the_charset_become_a_replacement_and_nothing_raises() -> None:
    grille = Grille(Lignes.de(b"\x81\x8da\nbcd").matrice(3))
    assert grille.texte(Zone("T", 1, 3, TEXTE)).to_list() == ["\ufffd\ufffda", "bcd"]
    grille = Grille(Lignes.de(b"a\xc3\nbcd").matrice(3), "utf-8")
    assert grille.texte(Zone("T", 1, 2, TEXTE)).to_list() == ["a\ufffd", "bc"]


def test_a_zone_past_the_matrix_is_null() -> None:
    grille = Grille(Lignes.de(b"ab\ncd").matrice(2))
    assert grille.texte(Zone("T", 5, 3, TEXTE)).to_list() == [None, None]
    assert grille.lire(Zone("T", 5, 3, CENTIMES)).valeurs.to_list() == [None, None]


def test_refused_rows_are_told_apart_from_blank_ones() -> None:
    grille = Grille(Lignes.de(b"   12,00\n        \n   12;00\n   -1,50").matrice(8))
    lue = grille.lire(Zone("M", 1, 8, CENTIMES))
    assert lue.valeurs.to_list() == [1200, None, None, -150]
    assert lue.illisibles is not None
    assert lue.illisibles.tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("lignes", "attendu"),
    [
        ([" 112,00", " 1 2,00"], [11200, None]),  # a blank where other rows have a digit
        (["  12,00", "1  2,00"], [1200, None]),
        ([" 1 2,00", " 3 4,00"], [None, None]),  # a blank column between digits
        (["   2,00", " 1  ,00"], [200, None]),  # a blank before the mark
        (["0012,00", "  12,00"], [1200, 1200]),
        (["  -2,00", "  12,00"], [-200, 1200]),
    ],
)
def test_blanks_are_on_the_left_of_an_amount_and_nowhere_else(lignes: list[str], attendu: list[int | None]) -> None:
    grille = Grille(Lignes.de("\n".join(lignes).encode()).matrice(7))
    assert grille.lire(Zone("M", 1, 7, CENTIMES)).valeurs.to_list() == attendu
