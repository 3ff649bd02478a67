"""Columns of the tables: French titles, domain fields, kinds of cells; what spreadsheets would take for a formula.

A text that begins with ``= + - @``, a tab or a line break could be run by a spreadsheet (formula injection). In CSV it is
preceded by an apostrophe, as spreadsheets do themselves; a text that already begins with apostrophes before such a
character gets one more, so that taking one away always gives the text back. Plain numbers, negative ones included, are left
as they are: they can do nothing. In XLSX the cell is a text with the quote prefix set: its value does not change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ecritures.domain.lot import Lot
from ecritures.formats.supplements import colonnes_supplementaires

Genre = Literal["texte", "date", "montant", "devise", "entier"]
"""``montant``: centimes of the books; ``devise``: minor units of the line's own currency."""


@dataclass(frozen=True)
class Colonne:
    """One column. ``largeur``: characters shown in a sheet."""

    titre: str
    champ: str
    genre: Genre = "texte"
    largeur: int = 12


COLONNES: tuple[Colonne, ...] = (
    Colonne("Journal", "journal", largeur=8),
    Colonne("Libellé du journal", "journal_libelle", largeur=20),
    Colonne("Écriture", "ecriture", "entier", 9),
    Colonne("Date", "date", "date", 11),
    Colonne("Numéro de pièce", "numero_piece", largeur=14),
    Colonne("Nature", "nature", largeur=8),
    Colonne("Compte", "compte", largeur=12),
    Colonne("Libellé du compte", "compte_libelle", largeur=28),
    Colonne("Genre", "genre", largeur=7),
    Colonne("Tiers", "tiers", largeur=12),
    Colonne("Libellé du tiers", "tiers_libelle", largeur=28),
    Colonne("Référence", "reference", largeur=16),
    Colonne("Date de pièce", "date_piece", "date", 11),
    Colonne("Libellé", "libelle", largeur=36),
    Colonne("Débit", "debit_centimes", "montant", 14),
    Colonne("Crédit", "credit_centimes", "montant", 14),
    Colonne("Lettrage", "lettrage", largeur=9),
    Colonne("Date de lettrage", "date_lettrage", "date", 11),
    Colonne("Date de validation", "date_validation", "date", 11),
    Colonne("Échéance", "echeance", "date", 11),
    Colonne("Numéro d'échéance", "numero_echeance", "entier", 9),
    Colonne("Mode de paiement", "mode_paiement", largeur=9),
    Colonne("Devise", "devise", largeur=7),
    Colonne("Montant en devise", "montant_devise", "devise", 14),
    Colonne("Taux", "taux_devise", largeur=10),
    Colonne("Établissement", "etablissement", largeur=12),
    Colonne("Type", "type_ecriture", largeur=6),
    Colonne("À-nouveau", "a_nouveau", largeur=9),
)
"""Every field of a line, always all of them: the header of an export does not change from month to month."""

VENTILATIONS: tuple[Colonne, ...] = (
    Colonne("Écriture", "ecriture", "entier", 9),
    Colonne("Ligne", "ligne_mere", "entier", 9),
    Colonne("Journal", "journal", largeur=8),
    Colonne("Date", "date", "date", 11),
    Colonne("Compte", "compte", largeur=12),
    Colonne("Axe", "axe", largeur=8),
    Colonne("Section", "section", largeur=14),
    Colonne("Libellé", "libelle", largeur=36),
    Colonne("Débit", "debit_centimes", "montant", 14),
    Colonne("Crédit", "credit_centimes", "montant", 14),
)

DANGER = "=+\\-@\t\r\n＝＋－＠"
"""First characters that some spreadsheet takes for a formula, full-width forms included; as in a regular expression."""
_A_PREFIXER = rf"^'*[{DANGER}]"
_NOMBRE = r"^[+-]?[0-9][0-9\u00a0\u202f .,]*$"
PREFIXE = "'"


def dangereux(texte: pl.Expr) -> pl.Expr:
    """True for the texts that a spreadsheet could run; never for a plain number."""
    return texte.str.contains(_A_PREFIXER) & ~texte.str.contains(_NOMBRE)


def neutraliser(texte: pl.Expr) -> pl.Expr:
    return pl.when(dangereux(texte)).then(pl.lit(PREFIXE) + texte).otherwise(texte)


def denaturaliser(texte: pl.Expr) -> pl.Expr:
    """The text before :func:`neutraliser`."""
    return pl.when(texte.str.contains(rf"^'+[{DANGER}]")).then(texte.str.slice(1)).otherwise(texte)


def tableau(lot: Lot) -> tuple[pl.DataFrame, tuple[Colonne, ...]]:
    """The lines with their labels and supplementary columns, and the columns to write."""
    lignes = avec_libelles(lot)
    supplements = colonnes_supplementaires(lot)
    if not supplements.width:
        return lignes, COLONNES
    prises = {c.titre for c in COLONNES}
    renommees: dict[str, Colonne] = {}
    for rang, zone in enumerate(supplements.columns):
        titre = zone
        while titre in prises:
            titre += " (2)"
        prises.add(titre)
        renommees[zone] = Colonne(titre, f"_supplement_{rang}", largeur=16)
    supplements = supplements.rename({zone: c.champ for zone, c in renommees.items()})
    return pl.concat([lignes, supplements], how="horizontal"), (*COLONNES, *renommees.values())


_LIBELLES: Mapping[str, tuple[str, str, str]] = {
    "journal_libelle": ("journaux", "code", "journal"),
    "compte_libelle": ("comptes", "numero", "compte"),
    "tiers_libelle": ("tiers", "code", "tiers"),
}


def avec_libelles(lot: Lot) -> pl.DataFrame:
    """The lines, labels that only the lot's lists have put on them."""
    lignes = lot.lignes
    for champ, (nom, cle, code) in _LIBELLES.items():
        cadre: pl.DataFrame = getattr(lot, nom)
        if lignes[champ].null_count() and cadre["libelle"].null_count() < cadre.height:
            connus = cadre.select(pl.col(cle).alias(code), _connu="libelle").drop_nulls(code).unique(code, keep="first")
            lignes = lignes.join(connus, on=code, how="left", maintain_order="left")
            lignes = lignes.with_columns(pl.coalesce(champ, "_connu").alias(champ)).drop("_connu")
    return lignes


def titres(colonnes: Sequence[Colonne]) -> list[str]:
    return [c.titre for c in colonnes]
