"""What the analytic screens read: the balance of each section, and the shares that make it."""

from __future__ import annotations

from typing import Protocol

import polars as pl


class Analytique(Protocol):
    """Reads of ventilations. Every method names its dossier; shares of entries of type N only."""

    def balance(self, dossier: int, exercice: str | None = None) -> pl.DataFrame:
        """``axe, section, debit_centimes, credit_centimes, nombre`` of the sections that have shares, by axis and section.
        exercice None: all."""
        ...

    def lignes(
        self, dossier: int, axe: str, section: str, exercice: str | None, *, apres: str | None = None, limite: int = 100
    ) -> tuple[pl.DataFrame, str | None]:
        """Shares of a section with the line they share: ``import_rang, ecriture, numero_ligne, exercice, date, journal, compte,
        libelle, reference, debit_centimes, credit_centimes``, in the order of posting. Raises CurseurInvalide."""
        ...
