"""Findings as objects: what our server says of a file, line by line. Loop says nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecritures.client.status import ImportStatus


@dataclass(frozen=True)
class Constat:
    """One finding. Lines and columns count from 1; None: the whole file, or no place in the line."""

    id: str
    code: str | None
    severite: str  # ERREUR, AVERTISSEMENT, INFO
    numero_ligne: int | None
    colonne_debut: int | None
    colonne_fin: int | None
    zone: str | None
    valeur: str | None
    message: str
    remede: str
    rang: int

    @property
    def est_erreur(self) -> bool:
        return self.severite == "ERREUR"

    @classmethod
    def parse(cls, corps: Mapping[str, Any]) -> Constat:
        """Fields that a later server adds are left aside. Raises KeyError when one is missing."""
        return cls(**{nom: corps[nom] for nom in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Resultat:
    """How an import ended. ``constats`` is None where the server has none to give (Loop)."""

    statut: ImportStatus
    constats: tuple[Constat, ...] | None

    @property
    def est_reussi(self) -> bool:
        return self.statut.est_reussi

    @property
    def erreurs(self) -> tuple[Constat, ...]:
        return tuple(constat for constat in self.constats or () if constat.est_erreur)
