"""The report as a workbook: Synthèse, Constats (filtered, header frozen), Statistiques.

Every text is written as a text: a cell that begins with ``=`` or ``+`` is what the file says, never a formula. Amounts
are numbers, dates are dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from ecritures.domain.constat import Severity
from ecritures.imports.reports.piece import VERDICTS, Piece
from ecritures.imports.reports.tables import Cellule, Centimes, tables

CELLULE_MAX = 32_000
"""Characters of one cell: a workbook holds 32 767."""
RANGEES_MAX = 1_000_000
"""Rows of the sheet Constats, over all files: a sheet holds 1 048 576."""

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
_INTERDITS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_COLONNES = ("Fichier", "Ligne", "Colonnes de", "à", "Zone", "Valeur", "Gravité", "Code", "Identifiant", "Règle", "Constat", "Remède")  # fmt: skip
_LARGEURS = (28, 9, 11, 7, 16, 24, 15, 8, 30, 34, 70, 60)


def render(pieces: Sequence[Piece]) -> bytes:
    """The workbook of one or several files, with every finding kept of each."""
    tampon = BytesIO()
    classeur = xlsxwriter.Workbook(tampon, _OPTIONS)
    formes = _Formes(classeur)
    _synthese(classeur.add_worksheet("Synthèse"), pieces, formes)
    _constats(classeur.add_worksheet("Constats"), pieces, formes)
    _statistiques(classeur.add_worksheet("Statistiques"), pieces, formes)
    classeur.close()
    return tampon.getvalue()


class _Formes:
    def __init__(self, classeur: Any) -> None:
        self.titre = classeur.add_format({"bold": True, "bg_color": "#F6F6F4", "bottom": 1})
        self.gras = classeur.add_format({"bold": True})
        self.date = classeur.add_format({"num_format": "dd/mm/yyyy"})
        self.montant = classeur.add_format({"num_format": "#,##0.00"})
        self.entier = classeur.add_format({"num_format": "#,##0"})


def _write(feuille: Any, ligne: int, colonne: int, valeur: Cellule, formes: _Formes, forme: Any = None) -> None:
    if isinstance(valeur, Centimes):
        feuille.write_number(ligne, colonne, Decimal(valeur.centimes).scaleb(-2), formes.montant)
    elif isinstance(valeur, date):
        feuille.write_datetime(ligne, colonne, valeur, formes.date)
    elif isinstance(valeur, int):
        feuille.write_number(ligne, colonne, valeur, formes.entier)
    elif valeur:
        feuille.write_string(ligne, colonne, safe_text(valeur), forme)


def safe_text(texte: str) -> str:
    """What a cell can hold: characters that XML forbids are shown as U+FFFD, the end of a very long text is cut."""
    texte = _INTERDITS.sub("\ufffd", texte)
    return texte if len(texte) <= CELLULE_MAX else texte[: CELLULE_MAX - 1] + "…"


def _header(feuille: Any, colonnes: Sequence[str], formes: _Formes, ligne: int = 0) -> None:
    for rang, nom in enumerate(colonnes):
        feuille.write_string(ligne, rang, nom, formes.titre)


def _synthese(feuille: Any, pieces: Sequence[Piece], formes: _Formes) -> None:
    colonnes = ("Fichier", "Format", "Verdict", *(s.value.capitalize() for s in Severity), "Écritures", "Lignes", "Débit", "Crédit")  # fmt: skip
    _header(feuille, colonnes, formes)
    for ligne, p in enumerate(pieces, start=1):
        r = p.resume
        montants = [Centimes(r[c]) if c in r else None for c in ("debit_centimes", "credit_centimes")]
        severites = [p.constats.par_severite.get(s.value, 0) for s in Severity]
        cellules: tuple[Cellule, ...] = (p.nom, (p.format or "").upper(), VERDICTS[p.verdict], *severites, r.get("ecritures"), r.get("lignes"), *montants)  # fmt: skip
        for rang, valeur in enumerate(cellules):
            _write(feuille, ligne, rang, valeur, formes)
    ligne = len(pieces) + 2
    _header(feuille, ("Fichier", "Code", "Nombre"), formes, ligne)
    for p in pieces:
        for code, nombre in p.constats.par_code.items():
            ligne += 1
            comptes: tuple[Cellule, ...] = (p.nom, code, nombre)
            for rang, valeur in enumerate(comptes):
                _write(feuille, ligne, rang, valeur, formes)
    omis = sum(p.constats.total - p.constats.liste.height for p in pieces)
    if omis:
        feuille.write_string(
            ligne + 2, 0, f"{omis} constats sont comptés sans être dans la feuille Constats.", formes.gras
        )
    feuille.set_column(0, 0, 40)
    feuille.set_column(1, 9, 16)


def _constats(feuille: Any, pieces: Sequence[Piece], formes: _Formes) -> None:
    _header(feuille, _COLONNES, formes)
    ligne = 0
    for p in pieces:
        titres = {id_: regle.titre for id_, (regle, _) in p.regles.items()}
        for c in p.constats.liste.head(RANGEES_MAX - ligne).iter_rows(named=True):
            ligne += 1
            cellules: tuple[Cellule, ...] = (
                p.nom,
                c["numero_ligne"],
                c["colonne_debut"],
                c["colonne_fin"],
                c["zone"],
                c["valeur"],
                c["severite"].capitalize(),
                c["code"],
                c["id"],
                titres[c["id"]],
                c["message"],
                c["remede"],
            )
            for rang, valeur in enumerate(cellules):
                _write(feuille, ligne, rang, valeur, formes)
    feuille.autofilter(0, 0, max(ligne, 1), len(_COLONNES) - 1)
    feuille.freeze_panes(1, 0)
    for rang, largeur in enumerate(_LARGEURS):
        feuille.set_column(rang, rang, largeur)


def _statistiques(feuille: Any, pieces: Sequence[Piece], formes: _Formes) -> None:
    ligne = 0
    for p in pieces:
        if p.statistiques is None:
            continue
        feuille.write_string(ligne, 0, safe_text(p.nom), formes.gras)
        ligne += 2
        for tableau in tables(p.statistiques):
            feuille.write_string(ligne, 0, tableau.titre, formes.gras)
            _header(feuille, tableau.colonnes, formes, ligne + 1)
            ligne += 2
            for rangee in tableau.rangees:
                for rang, valeur in enumerate(rangee):
                    _write(feuille, ligne, rang, valeur, formes)
                ligne += 1
            ligne += 1
    feuille.set_column(0, 0, 34)
    feuille.set_column(1, 8, 20)
