"""``ecritures check --report``: the reports asked for, written whole once every file has been examined."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ecritures.cli.display import console, visible
from ecritures.cli.examine import Fiche
from ecritures.cli.output import is_one_of, write_whole

if TYPE_CHECKING:
    from ecritures.imports.reports import Piece


class Rapports:
    """Keeps what reports show of each file. Nothing is kept when no report is asked for."""

    def __init__(self, sorties: Sequence[Path], entrees: Sequence[Path]) -> None:
        """Raises typer.BadParameter for a name that tells no kind of report, or that is a file to check."""
        self._sorties = sorties
        self._pieces: list[Piece] = []
        if not sorties:
            return
        from ecritures.imports.reports import RapportInconnu, renderer

        for sortie in sorties:
            try:
                renderer(sortie.name)
            except RapportInconnu as erreur:
                raise typer.BadParameter(str(erreur)) from erreur
            if is_one_of(sortie, entrees):
                raise typer.BadParameter(f"{sortie} est un fichier à contrôler : choisir un autre nom de rapport.")

    def ajoute(self, fiche: Fiche) -> None:
        if self._sorties:
            from ecritures.imports.reports import piece

            self._pieces.append(piece(fiche.nom, fiche.format, fiche.examen, fiche.octets))

    def fin(self) -> None:
        """Writes each report; says so on stderr, so that ``--json`` keeps stdout for programs."""
        if not self._sorties:
            return
        from ecritures.imports.reports import renderer

        for sortie in self._sorties:
            write_whole(sortie, renderer(sortie.name)(self._pieces))
            console(stderr=True).print(visible(f"Rapport écrit : {sortie}"))
