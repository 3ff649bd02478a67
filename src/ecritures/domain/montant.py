"""Money: integer minor units (centimes), never a float. How an amount and a date read in French."""

from __future__ import annotations

from datetime import date

import polars as pl

ESPACE_FINE = "\u202f"  # between thousands, as French typography wants
ESPACE_INSECABLE = "\u00a0"  # before the currency sign

CENTIMES_MAX = 10**12
"""Largest amount of one line, in centimes (ten billion euros): nine million such lines still sum within 63 bits."""


def euros(centimes: int, *, millier: str = ESPACE_FINE, unite: str = f"{ESPACE_INSECABLE}€") -> str:
    """``123456`` gives « 1 234,56 € ». Exact; a minus sign leads a negative amount."""
    signe = "-" if centimes < 0 else ""
    entier, reste = divmod(abs(centimes), 100)
    return f"{signe}{entier:,}".replace(",", millier) + f",{reste:02d}{unite}"


def date_fr(jour: date) -> str:
    """``31/12/2025``."""
    return f"{jour:%d/%m/%Y}"


def expr_euros(centimes: pl.Expr) -> pl.Expr:
    """The same text as :func:`euros`, for a column of Int64 centimes."""
    entier = (centimes.abs() // 100).cast(pl.String)
    groupe = entier.str.reverse().str.replace_all(r"(\d{3})", f"${{1}}{ESPACE_FINE}").str.reverse()
    return pl.concat_str(
        pl.when(centimes < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        groupe.str.strip_chars(ESPACE_FINE),
        pl.lit(","),
        (centimes.abs() % 100).cast(pl.String).str.zfill(2),
        pl.lit(f"{ESPACE_INSECABLE}€"),
    )


def expr_date_fr(jour: pl.Expr) -> pl.Expr:
    """The same text as :func:`date_fr`, for a Date column."""
    return jour.dt.strftime("%d/%m/%Y")
