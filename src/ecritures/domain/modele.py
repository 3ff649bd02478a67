"""Modele: how a custom file (CSV, fixed width, XLSX sheet) is read. A value, with no code in it; saved per firm."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Modele:
    """One saved model. ``nom`` is unique within a firm, whatever its case."""

    nom: str
