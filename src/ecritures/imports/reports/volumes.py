"""A picture of a file: how many lines each journal has each month, as an SVG that needs nothing else.

Darker is more. The figure stands in each cell, so that the picture reads without its colours; a title and a sentence
tell it to those who do not see it.
"""

from __future__ import annotations

from datetime import date
from html import escape

import polars as pl

from ecritures.imports.reports.piece import visible

JOURNAUX_MAX = 24
"""Journals drawn, those with most lines; the others are added up in one row."""
MOIS_MAX = 36
"""Months drawn, the latest; earlier ones are added up in one column: a wrong date of 1925 must not make a thousand."""

_AUTRES, _AVANT = "autres", "avant"
_LARGEUR, _HAUTEUR, _MARGE_GAUCHE, _MARGE_HAUT = 58, 26, 96, 34
_MOIS = ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
_CODE_MAX = 12
_TEINTES = ("#e8f1fb", "#c6dcf4", "#97bfe8", "#5f98d3", "#2f6fb3", "#154a85")


def volumes_svg(volumes: pl.DataFrame, identifiant: str = "volumes") -> str:
    """The SVG of a frame ``journal, mois, lignes``; ``""`` when no line has a date. ``identifiant``: unique in its page."""
    if volumes.is_empty():
        return ""
    cellules, journaux, mois = _grid(volumes)
    plus = max(cellules.values())
    largeur = _MARGE_GAUCHE + _LARGEUR * len(mois) + 8
    hauteur = _MARGE_HAUT + _HAUTEUR * len(journaux) + 8
    corps = [_column(rang, nom) for rang, nom in enumerate(mois)]
    for ligne, journal in enumerate(journaux):
        corps.append(_row(ligne, journal))
        corps += [
            _cell(colonne, ligne, cellules.get((journal, nom), 0), plus, journal, nom)
            for colonne, nom in enumerate(mois)
        ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {largeur} {hauteur}" width="{largeur}" '
        f'height="{hauteur}" aria-labelledby="{identifiant}-titre {identifiant}-texte">'
        f'<title id="{identifiant}-titre">Nombre de lignes par journal et par mois</title>'
        f'<desc id="{identifiant}-texte">{escape(_sentence(cellules, journaux, mois))}</desc>{"".join(corps)}</svg>'
    )


def _grid(volumes: pl.DataFrame) -> tuple[dict[tuple[str, str], int], list[str], list[str]]:
    """Lines by (journal, month) as they are named on the picture, its rows and its columns."""
    premiers = volumes.group_by("journal").agg(pl.sum("lignes")).sort("lignes", "journal", descending=[True, False])
    gardes = premiers["journal"].head(JOURNAUX_MAX).to_list()
    connus = volumes["mois"].unique().sort().to_list()
    recents = connus[-MOIS_MAX:]
    nomme = volumes.select(
        journal=pl.when(pl.col("journal").is_in(gardes)).then("journal").otherwise(pl.lit(None, pl.String)),
        mois=pl.when(pl.col("mois") >= recents[0]).then("mois"),
        lignes="lignes",
    )
    sommes = nomme.group_by("journal", "mois").agg(pl.sum("lignes"))
    cellules = {(_code(j), _label(m)): n for j, m, n in sommes.iter_rows()}
    journaux = [_code(j) for j in sorted(gardes)] + ([_AUTRES] if premiers.height > JOURNAUX_MAX else [])
    mois = ([_AVANT] if len(connus) > MOIS_MAX else []) + [_label(m) for m in recents]
    return cellules, list(dict.fromkeys(journaux)), mois


def _code(journal: str | None) -> str:
    return _AUTRES if journal is None else journal or "(sans code)"


def _label(mois: date | None) -> str:
    return (
        _AVANT
        if mois is None
        else f"{_MOIS[mois.month - 1]} {mois.year % 100:02d}"
        if mois.year >= 1950
        else f"{mois:%m/%Y}"
    )


def _column(rang: int, nom: str) -> str:
    x = _MARGE_GAUCHE + rang * _LARGEUR + _LARGEUR // 2
    return f'<text x="{x}" y="{_MARGE_HAUT - 10}" text-anchor="middle" font-size="12">{escape(nom)}</text>'


def _row(ligne: int, journal: str) -> str:
    y = _MARGE_HAUT + ligne * _HAUTEUR + 17
    court = journal if len(journal) <= _CODE_MAX else journal[: _CODE_MAX - 1] + "…"
    return f'<text x="{_MARGE_GAUCHE - 8}" y="{y}" text-anchor="end" font-size="13">{escape(visible(court))}</text>'


def _cell(colonne: int, ligne: int, nombre: int, plus: int, journal: str, mois: str) -> str:
    x, y = _MARGE_GAUCHE + colonne * _LARGEUR, _MARGE_HAUT + ligne * _HAUTEUR
    teinte = -1 if nombre == 0 else min(len(_TEINTES) - 1, nombre * len(_TEINTES) // (plus + 1))
    fond, encre = ("#f6f6f4", "#111") if teinte < 0 else (_TEINTES[teinte], "#fff" if teinte >= 4 else "#111")
    lieu = escape(visible(f"{journal}, {mois} : {nombre}"))
    texte = f'<text x="{x + _LARGEUR // 2 - 1}" y="{y + 17}" text-anchor="middle" font-size="11" fill="{encre}">{_short(nombre)}</text>'
    cadre = f'<rect x="{x}" y="{y}" width="{_LARGEUR - 2}" height="{_HAUTEUR - 2}" fill="{fond}"/>'
    return f"<g><title>{lieu}</title>{cadre}{texte if nombre else ''}</g>"


def _short(nombre: int) -> str:
    """« 950 », « 12 k », « 3 M »: what stands in a cell; its title gives the exact number."""
    for unite, lettre in ((1_000_000, "M"), (1_000, "k")):
        if nombre >= 10 * unite:
            return f"{nombre // unite} {lettre}"
    return str(nombre)


def _sentence(cellules: dict[tuple[str, str], int], journaux: list[str], mois: list[str]) -> str:
    (journal, quand), nombre = max(cellules.items(), key=lambda c: c[1])
    return visible(
        f"{len(journaux)} journaux sur {len(mois)} mois, de {mois[0]} à {mois[-1]} ; le plus fourni : {journal} en {quand}, "
        f"{nombre} lignes."
    )
