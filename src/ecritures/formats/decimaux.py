"""Integer minor units as exact decimal text, for every format that writes numbers. No float at any step."""

from __future__ import annotations

import polars as pl

from ecritures.formats.fec.devises import DECIMALES

DECIMALES_PAR_DEFAUT = 2


def decimales(devise: pl.Expr) -> pl.Expr:
    """Decimals of a currency: 2 for most, and where there is none."""
    connues = devise.replace_strict(DECIMALES, default=DECIMALES_PAR_DEFAUT, return_dtype=pl.Int64)
    return connues.fill_null(DECIMALES_PAR_DEFAUT)


def decimal(unites: pl.Expr, nombre: pl.Expr) -> pl.Expr:
    """Exact decimal text of integer minor units, with a point: ``-5`` and 2 give ``-0.05``. Null stays null."""
    complet = unites.abs().cast(pl.String).str.zfill(nombre + 1)
    coupe = complet.str.len_chars().cast(pl.Int64) - nombre
    fraction = pl.concat_str(pl.lit("."), complet.str.slice(coupe))
    return pl.concat_str(
        pl.when(unites < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        complet.str.slice(0, coupe),
        pl.when(nombre > 0).then(fraction).otherwise(pl.lit("")),
    )
