"""Texts become values under a declared notation: amounts, dates, sides. What is not in the notation is refused.

A column is read once a distinct value where that is slow, so that a file of a million lines costs what its values cost.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from ecritures.domain.modele import FORMES_DATE, Transformation
from ecritures.domain.montant import CENTIMES_MAX

BLANCS = " \t\u00a0\u202f\u2009\ufeff"
"""What pads a cell or stands between thousands: a space typed, non-breaking, narrow or thin."""

DECIMALES_DEVISE = 4
"""Decimals kept of a foreign amount until its currency says how many it has (none needs more)."""

ANNEE_MIN, ANNEE_MAX = 1900, 2199
_SIECLE = 70
"""Two-digit years below are of 2000, from there of 1900."""

SERIE_MAX = 109_574
"""Last spreadsheet day read: 31/12/2199."""


class Lu(NamedTuple):
    """A value, or None and why."""

    valeur: int | None
    motif: str = ""


@dataclass(frozen=True)
class Notation:
    """How amounts are written: the decimal mark, and the mark between thousands (``""``: none)."""

    decimale: str
    milliers: str = ""

    @property
    def exemple(self) -> str:
        """« 1 234,56 » as this notation writes it."""
        return f"1{self.milliers}234{self.decimale}56" if self.decimale else "un nombre du tableur"

    @cached_property
    def motif(self) -> re.Pattern[str]:
        milliers = (
            f"[{BLANCS}]" if self.milliers == " " else "['’]" if self.milliers == "'" else re.escape(self.milliers)
        )
        entier = rf"[0-9]+|[1-9][0-9]{{0,2}}(?:{milliers}[0-9]{{3}})+" if self.milliers else "[0-9]+"
        decimales = rf"(?:{re.escape(self.decimale)}([0-9]*))?" if self.decimale else "()"
        return re.compile(rf"((?:{entier})?){decimales}")

    def lire(self, texte: str, decimales: int = 2) -> Lu:
        """The amount in units of ``10 ** -decimales``. A minus before or after, or parentheses, make it negative; a
        euro sign at the end is left out. More decimals than ``decimales`` are refused unless they are zeros."""
        nu = texte.strip(BLANCS)
        corps = nu.removesuffix("€").rstrip(BLANCS)
        negatif = False
        if corps.startswith("(") and corps.endswith(")"):
            negatif, corps = True, corps[1:-1].strip(BLANCS)
        elif corps[:1] in ("-", "+", "\u2212"):
            negatif, corps = corps[0] != "+", corps[1:].lstrip(BLANCS)
        elif corps.endswith(("-", "\u2212")):
            negatif, corps = True, corps[:-1].rstrip(BLANCS)
        lu = self.motif.fullmatch(corps) if corps.isascii() or self.milliers in (" ", "'") else None
        if lu is None or not any(c.isdigit() for c in corps):
            return Lu(None, f"la notation attendue est {self.exemple}")
        fraction = (lu[2] or "").rstrip("0")
        if len(fraction) > decimales:
            return Lu(None, f"plus de {decimales} décimales")
        entier = "".join(c for c in lu[1] if c.isdigit())
        if len(entier.lstrip("0")) > 13:
            return Lu(None, "il dépasse dix milliards")
        valeur = int(entier or "0") * 10**decimales + int(fraction.ljust(decimales, "0") or "0")
        if valeur > CENTIMES_MAX * 10 ** (decimales - 2):
            return Lu(None, "il dépasse dix milliards")
        return Lu(-valeur if negatif else valeur)


def lire_nombres(
    nombres: pl.Series, *, quinze_chiffres: bool = False, decimales: int = 2
) -> tuple[pl.Series, pl.Series]:
    """``(units of 10 ** -decimales, refused)`` of the real numbers of a sheet: exact, or refused.

    ``rint(x * 100) / 100`` is the double nearest to a decimal of two digits; it equals ``x`` if and only if the shortest
    text of ``x`` has at most two decimals. ``quinze_chiffres``: what a spreadsheet shows, fifteen significant digits, is
    what is read, so that the sums it computed (0,30000000000000004) are too.
    """
    if quinze_chiffres:
        nombres = pl.Series(nombres.name, [None if x is None else float(f"{x:.15g}") for x in nombres], pl.Float64)
    valeurs = nombres.to_numpy()  # polars divides by a constant as it multiplies by its inverse: not exact
    facteur = 10**decimales
    borne = min(CENTIMES_MAX * 10 ** (decimales - 2), 2**53)
    with np.errstate(all="ignore"):
        arrondis = np.rint(valeurs * facteur)
        exact = np.isfinite(valeurs) & (np.abs(arrondis) <= borne) & (arrondis / facteur == valeurs)
    unites = pl.Series(np.where(exact, arrondis, 0.0).astype(np.int64)).set(pl.Series(~exact), None)
    return unites, nombres.is_not_null() & pl.Series(~exact)


def lire_montants(textes: pl.Series, notation: Notation, decimales: int = 2) -> pl.Series:
    """The amounts of a column, null where :meth:`Notation.lire` refuses; the plainest form is read all at once."""
    if not notation.decimale or decimales != 2:
        return par_valeur(textes, lambda t: notation.lire(t, decimales).valeur, pl.Int64())
    virgule = re.escape(notation.decimale)
    texte = pl.col("texte")
    lus = textes.to_frame("texte").select(
        texte,
        simple=texte.str.contains(rf"^-?[0-9]{{1,10}}(?:{virgule}[0-9]{{1,2}})?$"),
        entier=texte.str.extract(r"^-?([0-9]{1,10})").str.to_integer(strict=False),
        fraction=texte.str.extract(rf"{virgule}([0-9]{{1,2}})$").fill_null("0").str.pad_end(2, "0"),
    )
    centimes = pl.col("entier") * 100 + pl.col("fraction").str.to_integer(strict=False)
    signe = pl.when(texte.str.starts_with("-")).then(-1).otherwise(1)
    simples = lus.select(pl.when("simple").then(centimes * signe).cast(pl.Int64).alias("lu"))["lu"]
    restent = simples.is_null() & (textes != "").fill_null(False)
    if not restent.any():
        return simples
    autres = par_valeur(textes.filter(restent), lambda t: notation.lire(t, decimales).valeur, pl.Int64())
    return simples.scatter(restent.arg_true(), autres)


# ── Dates ───────────────────────────────────────────────────────────────────────────────────────────────────────────

_MORCEAUX = {"JJ": r"(?P<j>[0-9]{2})", "MM": r"(?P<m>[0-9]{2})", "AAAA": r"(?P<a>[0-9]{4})", "AA": r"(?P<a>[0-9]{2})"}
_HEURE = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?"


def _expression(forme: str) -> re.Pattern[str]:
    separe = not forme.isalpha()
    expression = re.escape(forme)
    for morceau in ("AAAA", "AA", "MM", "JJ"):
        motif = _MORCEAUX[morceau]
        if separe and morceau in ("MM", "JJ"):
            motif = motif.replace("{2}", "{1,2}")
        if morceau != "AA" or "AAAA" not in forme:
            expression = expression.replace(morceau, motif, 1)
    return re.compile(expression + (_HEURE if separe else ""))


_FORMES = {forme: _expression(forme) for forme in FORMES_DATE if forme != "SERIE"}
_SERIE = re.compile(r"[0-9]{1,6}(?:[.,][0-9]+)?")
_ORIGINE, _ORIGINE_1904 = date(1899, 12, 30), date(1904, 1, 1)
_ECART_1904 = (_ORIGINE_1904 - _ORIGINE).days


def lire_date(texte: str, formes: tuple[str, ...], *, depuis_1904: bool = False) -> date | None:
    """The date of that text under the first form that fits; an hour after it is left out. None: none fits."""
    nu = texte.strip(BLANCS)
    for forme in formes:
        if forme == "SERIE":
            if _SERIE.fullmatch(nu) and (jour := lire_serie(int(re.split("[.,]", nu)[0]), depuis_1904=depuis_1904)):
                return jour
            continue
        if lu := _FORMES[forme].fullmatch(nu):
            annee = int(lu["a"])
            if len(lu["a"]) == 2:
                annee += 2000 if annee < _SIECLE else 1900
            try:
                jour = date(annee, int(lu["m"]), int(lu["j"]))
            except ValueError:
                continue
            if ANNEE_MIN <= annee <= ANNEE_MAX:
                return jour
    return None


def lire_serie(jours: int, *, depuis_1904: bool = False) -> date | None:
    """The date of a spreadsheet's day number, its hour left out. The days up to 60 are not read before 1904: spreadsheets
    count a 29/02/1900 that never was."""
    if not (0 if depuis_1904 else 61) <= jours <= SERIE_MAX - (_ECART_1904 if depuis_1904 else 0):
        return None
    return (_ORIGINE_1904 if depuis_1904 else _ORIGINE) + timedelta(days=jours)


# ── Texts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def transformer(texte: pl.Expr, transformations: tuple[Transformation, ...]) -> pl.Expr:
    """The text after each declared change, in order. A blank stays blank."""
    for t in transformations:
        change = _transforme(texte, t)
        texte = pl.when(texte == "").then(texte).otherwise(change)
    return texte


def _transforme(texte: pl.Expr, t: Transformation) -> pl.Expr:
    match t.operation:
        case "rogner":
            return texte.str.strip_chars(BLANCS)
        case "majuscules":
            return texte.str.to_uppercase()
        case "minuscules":
            return texte.str.to_lowercase()
        case "completer":
            return texte.str.pad_end(t.nombre, "0")
        case "completer_gauche":
            return texte.str.pad_start(t.nombre, "0")
        case "prefixe":
            return pl.concat_str(pl.lit(t.texte), texte)
        case "sans_prefixe":
            return texte.str.strip_prefix(t.texte)
        case "remplacer":
            return texte.replace(dict(t.table))
        case "couper":
            return texte.str.slice(t.debut - 1, t.fin - t.debut + 1).str.strip_chars(BLANCS)
    raise AssertionError(f"operation {t.operation} is not declared")


def par_valeur(textes: pl.Series, lire: Callable[[str], object], genre: pl.DataType) -> pl.Series:
    """``lire`` called once a distinct text; null for a blank or a refusal."""
    distincts = textes.unique(maintain_order=True).drop_nulls().to_list()
    lus = pl.Series([lire(t) if t else None for t in distincts], dtype=genre)
    table = pl.DataFrame({"texte": pl.Series(distincts, dtype=pl.String), "lu": lus})
    return textes.to_frame("texte").join(table, on="texte", how="left", maintain_order="left")["lu"]
