"""Reads back the tables that this package wrote, so that a file is checked before it is handed over.

It knows these columns and no others: what people receive is read by custom models (``formats/perso``).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
from python_calamine import CalamineWorkbook

from ecritures.domain.lot import LIGNES
from ecritures.formats.decimaux import decimales
from ecritures.formats.tableur.colonnes import COLONNES, Colonne, denaturaliser
from ecritures.formats.tableur.csv_ecrivain import BOM, FORME_DATE, OptionsCsv
from ecritures.formats.tableur.xlsx_ecrivain import FEUILLE


def relire_csv(octets: bytes, options: OptionsCsv = OptionsCsv()) -> pl.DataFrame:  # noqa: B008  (frozen)
    """The lines of a CSV of :func:`csv_ecrivain.write`, in the domain's columns."""
    cadre = pl.read_csv(
        io.BytesIO(octets.removeprefix(BOM)),
        separator=options.separateur,
        infer_schema=False,
        truncate_ragged_lines=False,
    )
    return cadre.select(_valeur(c, options).alias(c.champ) for c in COLONNES).pipe(_complet)


def _valeur(colonne: Colonne, options: OptionsCsv) -> pl.Expr:
    texte = pl.col(colonne.titre)
    if colonne.genre == "date":
        return texte.str.to_date(FORME_DATE)
    if colonne.genre == "entier":
        return texte.str.to_integer().cast(pl.UInt32)
    if colonne.genre in ("montant", "devise"):
        nombre = decimales(pl.col("Devise")) if colonne.genre == "devise" else pl.lit(2)
        return _unites(texte.str.replace(options.decimale, ".", literal=True), nombre)
    return denaturaliser(pl.when(texte != "").then(texte))


def _unites(texte: pl.Expr, nombre: pl.Expr) -> pl.Expr:
    """Minor units of a decimal text that has exactly that many decimals."""
    juste = texte.str.extract(r"\.([0-9]*)$").fill_null("").str.len_chars().cast(pl.Int64) == nombre
    return pl.when(juste).then(texte.str.replace(".", "", literal=True).str.to_integer())


def relire_xlsx(octets: bytes) -> pl.DataFrame:
    """The lines of a workbook of :func:`xlsx_ecrivain.write`: numbers through their shortest decimal text, exactly."""
    rangees = CalamineWorkbook.from_filelike(io.BytesIO(octets)).get_sheet_by_name(FEUILLE).to_python()
    titres = rangees[0]
    places = {c: titres.index(c.titre) for c in COLONNES}
    devises = [r[places[next(c for c in COLONNES if c.champ == "devise")]] for r in rangees[1:]]
    series = [
        pl.Series(c.champ, _cellules(c, [r[rang] for r in rangees[1:]], devises), _GENRES[c.genre])
        for c, rang in places.items()
    ]
    return _complet(pl.DataFrame(series))


_GENRES: dict[str, Any] = {
    "texte": pl.String, "date": pl.Date, "montant": pl.Int64, "devise": pl.Int64, "entier": pl.UInt32
}  # fmt: skip


def _cellules(colonne: Colonne, valeurs: Sequence[Any], devises: Sequence[Any]) -> list[Any]:
    if colonne.genre == "texte":
        return [None if v == "" else v for v in valeurs]
    if colonne.genre == "date":
        return [_jour(v) for v in valeurs]
    if colonne.genre == "entier":
        return [None if v == "" else int(v) for v in valeurs]
    exposants = [2] * len(valeurs)
    if colonne.genre == "devise":
        table = dict(zip(set(devises), pl.select(decimales(pl.lit(pl.Series(list(set(devises)), dtype=pl.String)))).to_series(), strict=True))  # fmt: skip
        exposants = [table[d] for d in devises]
    return [None if v == "" else _entier(v, n) for v, n in zip(valeurs, exposants, strict=True)]


def _entier(valeur: float, decimales_: int) -> int | None:
    """Minor units of a cell's number, through its shortest decimal text; None when it is not exact."""
    nombre = Decimal(str(valeur)).scaleb(decimales_)
    return int(nombre) if nombre == int(nombre) else None


def _jour(valeur: Any) -> date | None:
    if isinstance(valeur, datetime):
        return valeur.date()
    if isinstance(valeur, date):
        return valeur
    return datetime.strptime(valeur, FORME_DATE).date() if valeur else None  # noqa: DTZ007  (a calendar date)


def _complet(cadre: pl.DataFrame) -> pl.DataFrame:
    """``journal`` and ``compte`` are ``""`` when blank, as everywhere; small integers in their own width."""
    return cadre.with_columns(
        pl.col("journal", "compte").fill_null(""), pl.col("numero_echeance").cast(LIGNES["numero_echeance"])
    )
