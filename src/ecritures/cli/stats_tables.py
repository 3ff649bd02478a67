"""Statistics on a terminal: the tables of the reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecritures.cli.display import print_table
from ecritures.imports.reports.tables import tables, text_of
from ecritures.imports.stats import Statistiques

if TYPE_CHECKING:
    from rich.console import Console


def print_tables(sortie: Console, statistiques: Statistiques) -> None:
    """Every table, with how many of its rows are left out."""
    for tableau in tables(statistiques):
        rangees = [[text_of(v) for v in rangee] for rangee in tableau.rangees]
        print_table(sortie, tableau.titre, tableau.colonnes, rangees, droite=tableau.droite)
        if tableau.omises:
            sortie.print(f"{tableau.omises} autres lignes : --json les donne toutes.")
