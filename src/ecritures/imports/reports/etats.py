"""States of the books as files: CSV by blocks, whatever their length, and XLSX ready to print. No text is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]

from ecritures.domain.errors import EcritureImpossible
from ecritures.formats.decimaux import DECIMALES_PAR_DEFAUT, decimal
from ecritures.formats.tableur.colonnes import Colonne, dangereux, neutraliser
from ecritures.formats.tableur.csv_ecrivain import BOM, FIN, FORME_DATE
from ecritures.imports.reports.xlsx import safe_text

XLSX_LIGNES_MAX = 200_000
"""Rows of a workbook made while a person waits: some seconds, and some hundred megabytes, at most."""
_PREMIER_JOUR = date(1900, 3, 1)

BALANCE = (
    Colonne("Compte", "compte", largeur=12),
    Colonne("Libellé", "libelle", largeur=40),
    Colonne("Débit", "debit", "montant", 16),
    Colonne("Crédit", "credit", "montant", 16),
    Colonne("Solde débiteur", "debiteur", "montant", 16),
    Colonne("Solde créditeur", "crediteur", "montant", 16),
)
COMPARAISON = (
    Colonne("Solde (débit - crédit)", "solde", "montant", 20),
    Colonne("Solde comparé", "compare", "montant", 16),
    Colonne("Écart", "variation", "montant", 16),
)
LIGNES = (
    Colonne("Exercice", "exercice", largeur=9),
    Colonne("Journal", "journal", largeur=8),
    Colonne("Date", "date", "date", 11),
    Colonne("Reçu", "import_rang", "entier", 7),
    Colonne("Écriture", "ecriture", "entier", 9),
    Colonne("Ligne du fichier", "numero_ligne", "entier", 9),
    Colonne("Numéro de pièce", "numero_piece", largeur=14),
    Colonne("Référence", "reference", largeur=16),
    Colonne("Compte", "compte", largeur=12),
    Colonne("Tiers", "tiers", largeur=12),
    Colonne("Libellé", "libelle", largeur=40),
    Colonne("Débit", "debit_centimes", "montant", 14),
    Colonne("Crédit", "credit_centimes", "montant", 14),
)
SUITE = (
    Colonne("Lettrage", "lettrage", largeur=9),
    Colonne("Échéance", "echeance", "date", 11),
    Colonne("Validée le", "date_validation", "date", 11),
    Colonne("Type", "type_ecriture", largeur=6),
)
JOURNAL = (*LIGNES, *SUITE)
GRAND_LIVRE = (*LIGNES, Colonne("Solde", "solde_centimes", "montant", 16), *SUITE)


def en_csv(colonnes: Sequence[Colonne], pages: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """The bytes, block by block: BOM, ``;``, decimal comma, as French spreadsheets read."""
    titres = pl.DataFrame({str(rang): [c.titre] for rang, c in enumerate(colonnes)})
    yield BOM + titres.write_csv(separator=";", line_terminator=FIN, include_header=False).encode()
    for page in pages:
        if page.height:
            textes = page.select(_cellule(c).alias(c.titre) for c in colonnes)
            yield textes.write_csv(separator=";", line_terminator=FIN, include_header=False).encode()


def _cellule(colonne: Colonne) -> pl.Expr:
    valeur = pl.col(colonne.champ)
    if colonne.genre == "date":
        return valeur.dt.strftime(FORME_DATE)
    if colonne.genre == "entier":
        return valeur.cast(pl.String)
    if colonne.genre == "montant":
        return decimal(valeur, pl.lit(DECIMALES_PAR_DEFAUT)).str.replace(".", ",", literal=True)
    return neutraliser(pl.when(valeur != "").then(valeur))


def en_xlsx(titre: str, entete: str, colonnes: Sequence[Colonne], pages: Iterable[pl.DataFrame]) -> bytes:
    """The workbook: header frozen and repeated on paper, landscape, one page wide, ``entete`` on top of each page.

    Raises EcritureImpossible past XLSX_LIGNES_MAX rows.
    """
    tampon = io.BytesIO()
    classeur = xlsxwriter.Workbook(
        tampon, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    formes = {
        "tete": classeur.add_format({"bold": True, "bottom": 1}),
        "date": classeur.add_format({"num_format": "dd/mm/yyyy"}),
        "montant": classeur.add_format({"num_format": "#,##0.00"}),
        "entier": classeur.add_format({"num_format": "0"}),
        "texte": classeur.add_format({"num_format": "@"}),
        "cite": classeur.add_format({"num_format": "@", "quote_prefix": True}),
    }
    feuille = classeur.add_worksheet(titre)
    feuille.freeze_panes(1, 0)
    feuille.repeat_rows(0)
    feuille.set_landscape()
    feuille.set_paper(9)
    feuille.fit_to_pages(1, 0)
    feuille.set_header("&L" + entete.replace("&", "&&")[:200] + "&RPage &P/&N")
    for rang, colonne in enumerate(colonnes):
        feuille.set_column(rang, rang, colonne.largeur)
        feuille.write_string(0, rang, colonne.titre, formes["tete"])
    ligne = 1
    for page in pages:
        if ligne + page.height > XLSX_LIGNES_MAX + 1:
            raise EcritureImpossible(
                f"Ce tableau dépasse {XLSX_LIGNES_MAX} lignes, trop pour un classeur : choisir le CSV, ou une période plus courte."
            )
        for rang, colonne in enumerate(colonnes):
            _colonne(feuille, ligne, rang, page[colonne.champ], colonne, formes)
        ligne += page.height
    feuille.autofilter(0, 0, max(ligne - 1, 1), len(colonnes) - 1)
    classeur.close()
    return tampon.getvalue()


def _colonne(feuille: Any, debut: int, rang: int, valeurs: pl.Series, colonne: Colonne, formes: dict[str, Any]) -> None:
    if colonne.genre == "texte":
        risques = pl.select(dangereux(pl.lit(valeurs))).to_series() if len(valeurs) else valeurs
        for ligne, (texte, risque) in enumerate(zip(valeurs, risques, strict=True), debut):
            if texte:
                feuille.write_string(ligne, rang, safe_text(texte), formes["cite" if risque else "texte"])
        return
    for ligne, valeur in enumerate(valeurs, debut):
        if valeur is None:
            continue
        if colonne.genre == "montant":
            feuille.write_number(ligne, rang, Decimal(valeur).scaleb(-2), formes["montant"])
        elif colonne.genre == "entier":
            feuille.write_number(ligne, rang, valeur, formes["entier"])
        elif valeur >= _PREMIER_JOUR:
            feuille.write_datetime(ligne, rang, valeur, formes["date"])
        else:
            feuille.write_string(ligne, rang, f"{valeur:%d/%m/%Y}", formes["texte"])
