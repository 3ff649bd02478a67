"""Contexte: what the checks know beside the file: the dossier's exercices, journaux, comptes, tiers and settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from ecritures.domain.constat import Severity

EXERCICES_DOSSIER = {"code": pl.String, "debut": pl.Date, "fin": pl.Date, "est_clos": pl.Boolean}


@dataclass(frozen=True)
class Creations:
    """May an import create what the dossier lacks? False: an unknown code is an error."""

    journaux: bool = True
    comptes: bool = True
    tiers: bool = True


@dataclass(frozen=True)
class Contexte:
    """``None`` frames mean "not known": a file checked without a dossier. Frames known: ``exercices`` (EXERCICES_DOSSIER),
    ``journaux`` (code, nature, est_ferme), ``comptes`` (numero, nature, est_ferme), ``tiers`` (code, collectif, est_ferme)."""

    exercices: pl.DataFrame | None = None
    journaux: pl.DataFrame | None = None
    comptes: pl.DataFrame | None = None
    tiers: pl.DataFrame | None = None
    creations: Creations = field(default_factory=Creations)
    severites: Mapping[str, Severity] = field(default_factory=dict)
