"""Entries that the books already hold, when the dossier wants them told or refused (dossiers.doublons)."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot


def _presente(_lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    if contexte.presentes is None or contexte.presentes.is_empty():
        return None
    return contexte.presentes.lazy().select(
        "numero_ligne", "journal", "date", "import_id", "numero_ligne_origine", champ=pl.lit("journal")
    )


DEJA_PRESENTE = Check(
    id="ecriture.deja_presente",
    severity=Severity.WARNING,
    titre="L'écriture est déjà dans les livres",
    message="L'écriture du journal {journal} du {date:date} est déjà dans les livres, ligne pour ligne : import {import_id}, "
    "ligne {numero_ligne_origine} de son fichier.",
    remede="Retirer cette écriture du fichier, ou annuler l'import qui l'a apportée ; si elle est voulue deux fois, admettre les "
    "doublons dans les réglages du dossier.",
    source="Réglage du dossier : doublons avertis ou refusés. Loop, lui, les accepte.",
    rule=_presente,
)

CHECKS: tuple[Check, ...] = (DEJA_PRESENTE,)
