"""Writes a lot as CSV: RFC 4180 quoting, made by default for a French spreadsheet (BOM, ``;``, decimal comma)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ecritures.domain.lot import Lot
from ecritures.formats.decimaux import decimal, decimales
from ecritures.formats.tableur.colonnes import Colonne, neutraliser, tableau

FIN = "\r\n"
BOM = b"\xef\xbb\xbf"
FORME_DATE = "%d/%m/%Y"


@dataclass(frozen=True)
class OptionsCsv:
    """``bom``: without it a French Excel reads UTF-8 accents wrong. ``decimale``: comma or point."""

    separateur: str = ";"
    decimale: str = ","
    bom: bool = True

    def __post_init__(self) -> None:
        assert self.separateur in (";", ",", "\t", "|") and self.decimale in (",", "."), "a CSV of this module"


def write(lot: Lot, options: OptionsCsv = OptionsCsv()) -> bytes:
    """The bytes of the file: a header, then one row a line. Dangerous texts are neutralised (see ``colonnes``)."""
    lignes, colonnes = tableau(lot)
    textes = lignes.select(_cellule(c, options).alias(c.titre) for c in colonnes)
    corps = textes.write_csv(separator=options.separateur, line_terminator=FIN).encode()
    return BOM + corps if options.bom else corps


def _cellule(colonne: Colonne, options: OptionsCsv) -> pl.Expr:
    valeur = pl.col(colonne.champ)
    if colonne.genre == "date":
        return valeur.dt.strftime(FORME_DATE)
    if colonne.genre == "entier":
        return valeur.cast(pl.String)
    if colonne.genre in ("montant", "devise"):
        nombre = decimales(pl.col("devise")) if colonne.genre == "devise" else pl.lit(2)
        texte = decimal(valeur, nombre)
        return texte.str.replace(".", options.decimale, literal=True) if options.decimale != "." else texte
    return neutraliser(pl.when(valeur != "").then(valeur))
