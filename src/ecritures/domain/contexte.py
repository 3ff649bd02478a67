"""Contexte: what the checks know beside the file: the dossier's exercices, journaux, comptes, tiers and settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from ecritures.domain.constat import Severity

CLOTURES = {"fin": pl.Date, "compte": pl.String, "solde_centimes": pl.Int64}
"""Balance of each account at the end of each exercice that the books hold: debit minus credit, all journals."""

PRESENTES = {
    "ecriture": pl.UInt32,
    "numero_ligne": pl.UInt32,
    "lignes": pl.UInt32,
    "journal": pl.String,
    "date": pl.Date,
    "import_id": pl.String,
    "numero_ligne_origine": pl.UInt32,
}
"""Entries of a file that the books hold: their first line there, their number of lines, and where their twin comes from."""

EXERCICES_DOSSIER = {"code": pl.String, "debut": pl.Date, "fin": pl.Date, "est_clos": pl.Boolean}


@dataclass(frozen=True)
class Creations:
    """May an import create what the dossier lacks? False: an unknown code is an error.

    ``comptes`` also rules the rest of the chart (axes, sections, établissements, payment methods, currencies), ``tiers``
    their bank details; those are then left out without an error, as no line of the books needs them.
    """

    journaux: bool = True
    comptes: bool = True
    tiers: bool = True
    references: bool | None = None
    """Axes, sections, établissements, payment methods, currencies. None: as ``comptes``."""
    comptes_admis: frozenset[str] = frozenset()
    tiers_admis: frozenset[str] = frozenset()
    """Codes that may be created all the same: the dossier's own waiting account and third party."""


@dataclass(frozen=True)
class Contexte:
    """``None`` frames mean "not known": a file checked without a dossier. Frames known: ``exercices`` (EXERCICES_DOSSIER),
    ``journaux`` (code, nature, est_ferme), ``comptes`` (numero, nature, est_ferme), ``tiers`` (code, collectif, est_ferme)."""

    exercices: pl.DataFrame | None = None
    journaux: pl.DataFrame | None = None
    comptes: pl.DataFrame | None = None
    tiers: pl.DataFrame | None = None
    clotures: pl.DataFrame | None = None  # CLOTURES
    presentes: pl.DataFrame | None = None  # PRESENTES, when the dossier wants them told or refused
    references: Mapping[str, pl.DataFrame] = field(
        default_factory=dict
    )  # keys of ``axes``, ``sections``, ``etablissements``, ``ribs``, ``modes_paiement``, ``devises`` of the dossier
    creations: Creations = field(default_factory=Creations)
    severites: Mapping[str, Severity] = field(default_factory=dict)
    attendus: Mapping[str, int] = field(
        default_factory=dict
    )  # control amounts in centimes: checks/attendus.py has their names
