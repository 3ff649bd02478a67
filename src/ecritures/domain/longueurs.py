"""Longueurs: how the codes of a file compare with those of a dossier, once brought to their length."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Longueurs:
    """Lengths of general and auxiliary accounts with their padding character, None when the file does not say them.

    ``auxiliaires_en_capitales``: auxiliary codes are compared in capitals, an apostrophe as 0 (TRA importers do both).
    Codes are kept as written everywhere; only comparisons, and the books, see them normalised.
    """

    compte: tuple[int, str] | None = None
    tiers: tuple[int, str] | None = None
    auxiliaires_en_capitales: bool = False

    @property
    def change_les_tiers(self) -> bool:
        return self.tiers is not None or self.auxiliaires_en_capitales

    def normaliser_compte(self, numero: pl.Expr) -> pl.Expr:
        """The account padded or cut to its length; blank stays blank."""
        return _a_la_longueur(numero, self.compte)

    def normaliser_tiers(self, code: pl.Expr) -> pl.Expr:
        """The auxiliary code in capitals, padded or cut to its length."""
        if self.auxiliaires_en_capitales:
            code = code.str.to_uppercase().str.replace_all("'", "0", literal=True)
        return _a_la_longueur(code, self.tiers)


def _a_la_longueur(code: pl.Expr, longueur: tuple[int, str] | None) -> pl.Expr:
    if longueur is None:
        return code
    nombre, remplissage = longueur
    return pl.when(code == "").then(code).otherwise(code.str.slice(0, nombre).str.pad_end(nombre, remplissage))
