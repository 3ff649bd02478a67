"""Writes a lot as an XLSX workbook: real dates, exact decimal numbers, frozen header, filters; no text is a formula.

One sheet of lines, then one a list that the lot has: analytic shares, journaux, comptes, tiers.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot
from ecritures.formats.fec.devises import DECIMALES
from ecritures.formats.tableur.colonnes import VENTILATIONS, Colonne, dangereux, tableau

LIGNES_MAX = 1_048_575
"""Rows under the header: the spreadsheet's own limit."""
CELLULE_CARACTERES_MAX = 32_767
PREMIER_JOUR = date(1900, 3, 1)
"""Before it, the serial numbers of spreadsheets count a 29 February 1900 that never was: such a date is a text."""
_ANNEE_MAX = 9999
_CREATION = datetime(2000, 1, 1)  # noqa: DTZ001  (a constant, so that the same lot gives the same bytes)
_LISTES = {
    "Journaux": ("journaux", ("code", "libelle", "nature", "compte")),
    "Comptes": ("comptes", ("numero", "libelle", "nature")),
    "Tiers": ("tiers", ("code", "libelle", "nature", "collectif")),
    "Sections": ("sections", ("axe", "code", "libelle")),
}
FEUILLE = "Écritures"
FEUILLE_VENTILATIONS = "Ventilations"


def write(lot: Lot) -> bytes:
    """The bytes of the workbook. Raises EcritureImpossible when a sheet would have too many rows."""
    lignes, colonnes = tableau(lot)
    for quoi, cadre in (("lignes", lignes), ("ventilations", lot.ventilations)):
        if cadre.height > LIGNES_MAX:
            raise EcritureImpossible(
                f"Une feuille XLSX contient au plus {LIGNES_MAX} lignes et le fichier a {cadre.height} {quoi} : choisir le CSV ou le Parquet."
            )
    sortie = io.BytesIO()
    classeur = xlsxwriter.Workbook(
        sortie, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    classeur.set_properties({"created": _CREATION})
    formes = _Formes(classeur)
    _feuille(classeur, FEUILLE, lignes, colonnes, formes)
    if lot.ventilations.height:
        _feuille(classeur, FEUILLE_VENTILATIONS, lot.ventilations, VENTILATIONS, formes)
    for titre, (nom, champs) in _LISTES.items():
        liste: pl.DataFrame = getattr(lot, nom)
        if liste.height:
            _feuille(classeur, titre, liste, [Colonne(c.capitalize(), c, largeur=20) for c in champs], formes)
    classeur.close()
    return sortie.getvalue()


class _Formes:
    """Number formats, made once a workbook."""

    def __init__(self, classeur: Any) -> None:
        self._classeur = classeur
        self._nombres: dict[int, Any] = {}
        self.tete = classeur.add_format({"bold": True, "bottom": 1})
        self.date = classeur.add_format({"num_format": "dd/mm/yyyy"})
        self.texte = classeur.add_format({"num_format": "@"})
        self.cite = classeur.add_format({"num_format": "@", "quote_prefix": True})

    def nombre(self, decimales: int) -> Any:
        if decimales not in self._nombres:
            motif = "#,##0" + ("." + "0" * decimales if decimales else "")
            self._nombres[decimales] = self._classeur.add_format({"num_format": motif})
        return self._nombres[decimales]


def _feuille(classeur: Any, titre: str, cadre: pl.DataFrame, colonnes: Sequence[Colonne], formes: _Formes) -> None:
    feuille = classeur.add_worksheet(titre)
    feuille.freeze_panes(1, 0)
    feuille.autofilter(0, 0, cadre.height, len(colonnes) - 1)
    for rang, colonne in enumerate(colonnes):
        feuille.set_column(rang, rang, colonne.largeur)
        feuille.write_string(0, rang, colonne.titre, formes.tete)
        _colonne(feuille, rang, cadre, colonne, formes)


def _colonne(feuille: Any, rang: int, cadre: pl.DataFrame, colonne: Colonne, formes: _Formes) -> None:
    valeurs = cadre[colonne.champ]
    if valeurs.null_count() == len(valeurs):
        return
    if colonne.genre == "montant":
        forme = formes.nombre(2)
        for ligne, centimes in enumerate(valeurs, 1):
            if centimes is not None:
                feuille.write_number(ligne, rang, Decimal(centimes).scaleb(-2), forme)
    elif colonne.genre == "devise":
        for ligne, (unites, devise) in enumerate(zip(valeurs, cadre["devise"], strict=True), 1):
            if unites is not None:
                n = DECIMALES.get(devise, 2)
                feuille.write_number(ligne, rang, Decimal(unites).scaleb(-n), formes.nombre(n))
    elif colonne.genre == "entier":
        for ligne, entier in enumerate(valeurs, 1):
            if entier is not None:
                feuille.write_number(ligne, rang, entier)
    elif colonne.genre == "date":
        _dates(feuille, rang, valeurs, formes)
    else:
        _textes(feuille.write_string, rang, valeurs, formes)


def _dates(feuille: Any, rang: int, valeurs: pl.Series, formes: _Formes) -> None:
    for ligne, jour in enumerate(valeurs, 1):
        if jour is None:
            continue
        if jour >= PREMIER_JOUR and jour.year <= _ANNEE_MAX:
            feuille.write_datetime(ligne, rang, jour, formes.date)
        else:
            feuille.write_string(ligne, rang, f"{jour:%d/%m}/{jour.year:04d}", formes.texte)


def _textes(ecrire: Callable[..., Any], rang: int, valeurs: pl.Series, formes: _Formes) -> None:
    textes = valeurs.cast(pl.String)
    if (textes.str.len_chars() > CELLULE_CARACTERES_MAX).any():
        raise EcritureImpossible(
            f"Une cellule XLSX contient au plus {CELLULE_CARACTERES_MAX} caractères : choisir le CSV ou le Parquet."
        )
    risques = pl.select(dangereux(pl.lit(textes))).to_series()
    for ligne, (texte, risque) in enumerate(zip(textes, risques, strict=True), 1):
        if texte is not None and texte != "":
            ecrire(ligne, rang, texte, formes.cite if risque else formes.texte)
