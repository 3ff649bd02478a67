"""Findings gathered value by value, handed over rule by rule: a frame a finding would cost more than the reading."""

from __future__ import annotations

from typing import Any

import polars as pl

from ecritures.domain.constat import LIMITE_CONSTATS, Collecteur, Regle


class Notes:
    """Rows kept up to LIMITE_CONSTATS a rule; the counts stay true."""

    def __init__(self) -> None:
        self._lignes: dict[str, list[dict[str, Any]]] = {}
        self._nombres: dict[str, int] = {}
        self._regles: dict[str, Regle] = {}

    def note(self, regle: Regle, numero: int | None, zone: str | None, /, **parametres: object) -> None:
        """One place: rank of the line (None: the whole body) and path inside it."""
        self._regles[regle.id] = regle
        self._nombres[regle.id] = self._nombres.get(regle.id, 0) + 1
        lignes = self._lignes.setdefault(regle.id, [])
        if len(lignes) < LIMITE_CONSTATS:
            lignes.append({"numero_ligne": numero, "zone": zone, **parametres})

    def verse(self, constats: Collecteur) -> None:
        """Hands everything over, once."""
        for id_, lignes in self._lignes.items():
            cadre = pl.DataFrame(
                lignes,
                schema_overrides={"numero_ligne": pl.UInt32, "zone": pl.String},
                infer_schema_length=None,
            )
            constats.ajoute(self._regles[id_], cadre, self._nombres[id_])
        self._lignes.clear()
