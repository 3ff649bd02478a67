"""formats.fec.valeurs: what an amount, a date, a side stand for, and when nobody can know."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ecritures.formats.fec.valeurs import DATE, MONTANT, reprendre_date, reprendre_montant, reprendre_sens


@pytest.mark.parametrize(
    ("texte", "centimes"),
    [("0,00", 0), ("1234,56", 123456), ("0000000069,60", 6960), ("9999999999,99", 999_999_999_999)],
)
def test_the_legal_form_of_an_amount_is_read_by_the_expression(texte: str, centimes: int) -> None:
    assert pl.select(MONTANT.lire(pl.lit(texte))).item() == centimes


@pytest.mark.parametrize(
    "texte", ["1,2", "1", "1.20", "-1,20", "1,20-", " 1,20", "1,200", "٣,٠٠", "10000000000,00", "", "1,20\n"]
)
def test_any_other_form_is_left_to_the_slow_path(texte: str) -> None:
    assert pl.select(MONTANT.lire(pl.lit(texte))).item() is None


@pytest.mark.parametrize(
    ("texte", "centimes", "defauts"),
    [
        ("12", 1200, ()),
        ("12,5", 1250, ()),
        (",50", 50, ()),
        ("000000000001437,12", 143712, ()),
        ("-10,00", -1000, ("V10",)),
        ("10,00-", -1000, ("V10",)),
        ("+10,00", 1000, ("V10",)),
        ("- 10,00", -1000, ("V10",)),
        ("12.34", 1234, ("V06",)),
        ("-12.34", -1234, ("V06", "V10")),
        ("1.234", None, ("V06 ambigu",)),  # one thousand or one and a bit
        ("1234.567", 123457, ("V06", "V08")),
        ("0.125", 13, ("V06", "V08")),
        ("12,340", 1234, ("V08",)),
        ("12,345", 1235, ("V08",)),
        ("12,344", 1234, ("V08",)),
        ("1 234,56", 123456, ("V07",)),
        ("1\u00a0234\u202f567,8", None, ("V07 irrégulier",)),
        ("1\u202f234\u202f567,8", 123456780, ("V07",)),
        ("1.234,56", 123456, ("V07",)),
        ("1,234.56", 123456, ("V07", "V06")),
        ("1.234.567", 123456700, ("V07",)),
        ("12 34,56", None, ("V07 irrégulier",)),
        ("1,2,3", None, ("V07 irrégulier",)),
        ("1,2E2", 12000, ("V09",)),
        ("1.5e-1", 15, ("V09", "V06")),
        ("1E99", None, ("V09",)),
        ("-1,00-", None, ("V05",)),
        ("1,00 €", None, ("V05",)),
        ("abc", None, ("V05",)),
        ("-", None, ("V05",)),
        (",", None, ("V05",)),
        ("99999999999,00", None, ("V05 grand",)),
        ("9" * 400, None, ("V05 grand",)),
    ],
)
def test_an_amount_in_another_form_is_repaired_or_refused(
    texte: str, centimes: int | None, defauts: tuple[str, ...]
) -> None:
    assert reprendre_montant(texte) == (centimes, defauts)


@pytest.mark.parametrize(
    ("texte", "jour"),
    [("20250131", date(2025, 1, 31)), ("20240229", date(2024, 2, 29)), ("15250131", date(1525, 1, 31))],
)
def test_the_legal_form_of_a_date_is_read_by_the_expression(texte: str, jour: date) -> None:
    assert pl.select(DATE.lire(pl.lit(texte))).item() == jour


@pytest.mark.parametrize(
    "texte", ["2025 101", "2025-101", " 2025011", "2025011 ", "20250230", "+2025011", "2025013", "٢٠٢٥٠١٣١"]
)
def test_eight_characters_are_not_always_a_date(texte: str) -> None:
    assert pl.select(DATE.lire(pl.lit(texte))).item() is None


@pytest.mark.parametrize(
    ("texte", "jour", "defaut"),
    [
        ("2025-01-31", date(2025, 1, 31), "V18"),
        ("2025/01/31", date(2025, 1, 31), "V18"),
        ("31/01/2025", date(2025, 1, 31), "V18"),
        ("31012025", date(2025, 1, 31), "V18"),
        ("20250219 10:25:37", date(2025, 2, 19), "V18"),
        ("2025-02-19T10:25:37.123Z", date(2025, 2, 19), "V18"),
        ("01/31/2025", None, "V16"),
        ("20251301", None, "V16"),
        ("20250132", None, "V16"),
        ("20250230", None, "V17"),
        ("31/04/2025", None, "V17"),
        ("00000000", None, "V20"),
        ("-", None, "V20"),
        ("/", None, "V20"),
        ("310125", None, "V15"),
        ("31/01/25", None, "V15"),
        ("{current_date}", None, "V15"),
    ],
)
def test_a_date_in_another_form_is_repaired_when_it_can_be_one_day_only(
    texte: str, jour: date | None, defaut: str
) -> None:
    assert reprendre_date(texte) == (jour, (defaut,))


@pytest.mark.parametrize(
    ("texte", "lu", "defauts"),
    [("d", "D", ()), ("c", "C", ()), ("1", None, ("V13",)), ("+ 1", None, ("V13",)), ("DEB", None, ("V13",))],
)
def test_a_side_is_d_or_c_or_a_signed_one(texte: str, lu: str | None, defauts: tuple[str, ...]) -> None:
    assert reprendre_sens(texte) == (lu, defauts)


@pytest.mark.parametrize(
    ("centimes", "texte"), [(0, "0,00"), (5, "0,05"), (-5, "-0,05"), (123456, "1234,56"), (None, "")]
)
def test_an_amount_is_written_with_a_comma_and_two_decimals(centimes: int | None, texte: str) -> None:
    assert pl.select(MONTANT.ecrire(pl.lit(centimes, pl.Int64))).item() == texte
