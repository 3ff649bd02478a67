"""Notes: what reading one block finds, kept until the blocks are put back in file order."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from ecritures.domain.constat import Collecteur, Regle
from ecritures.formats.fixedwidth import Masque

PAR_BLOC_MAX = 20_000
"""Rows kept for one rule and one block: the true count is kept beside (the file-wide limit is the Collecteur's)."""


@dataclass
class Total:
    """A finding said once for the whole file, with its count and its first line."""

    nombre: int
    numero_ligne: int
    parametres: dict[str, object]


@dataclass
class Notes:
    """Findings of a block. ``lieux``: one a line; ``totaux``: one a rule and key, counted."""

    lieux: list[tuple[Regle, pl.DataFrame, int]] = field(default_factory=list)
    totaux: dict[tuple[str, Hashable], tuple[Regle, Total]] = field(default_factory=dict)

    def lignes(self, regle: Regle, numeros: pl.Series, masque: Masque, **colonnes: pl.Series | str | None) -> None:
        """One finding for each row of ``masque``; ``colonnes`` are its parameters: a series (whole block) or a constant."""
        if not masque.any():
            return
        rangs = np.flatnonzero(masque)
        gardes = pl.Series(rangs[:PAR_BLOC_MAX])
        cadre = pl.DataFrame({"numero_ligne": numeros.gather(gardes)})
        valeurs = [
            v.gather(gardes).alias(nom) if isinstance(v, pl.Series) else pl.lit(v, pl.String).alias(nom)
            for nom, v in colonnes.items()
        ]
        self.lieux.append((regle, cadre.with_columns(valeurs), len(rangs)))

    def une_fois(self, regle: Regle, cle: Hashable, numeros: pl.Series, masque: Masque, **parametres: object) -> None:
        """One finding for the whole file, placed on the first row of ``masque``."""
        rangs = np.flatnonzero(masque)
        if len(rangs):
            self.compte(regle, cle, len(rangs), int(numeros[int(rangs[0])]), **parametres)

    def compte(self, regle: Regle, cle: Hashable, nombre: int, numero_ligne: int, **parametres: object) -> None:
        """Adds ``nombre`` places to a finding said once."""
        connu = self.totaux.get((regle.id, cle))
        if connu is None:
            self.totaux[(regle.id, cle)] = (regle, Total(nombre, numero_ligne, parametres))
        else:
            connu[1].nombre += nombre

    def verse(self, autre: Notes) -> None:
        """Adds the notes of a later block."""
        self.lieux.extend(autre.lieux)
        for (_, cle), (regle, total) in autre.totaux.items():
            self.compte(regle, cle, total.nombre, total.numero_ligne, **total.parametres)

    def dans(self, constats: Collecteur) -> None:
        """Gives all of it to the reader's collector, in the order met."""
        for regle, lieux, nombre in self.lieux:
            constats.ajoute(regle, lieux, nombre)
        for regle, total in self.totaux.values():
            constats.signale(regle, total.numero_ligne, nombre=total.nombre, **total.parametres)
