"""``ecritures stats``: what a file holds, in figures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ecritures.cli.check import FormatOption
from ecritures.cli.context import Json
from ecritures.cli.source import ModeleOption


def stats(
    fichier: Annotated[Path, typer.Argument(metavar="FICHIER", help="Fichier d'écritures.", show_default=False)],
    format_: FormatOption = None,
    modele: ModeleOption = None,
    json_: Json = False,
) -> None:
    """Donne les statistiques d'un fichier : journaux, classes, dates, devises, zones remplies."""
    from ecritures.cli.display import console, print_json, progress, visible
    from ecritures.cli.source import open_modeled
    from ecritures.imports.stats import statistiques

    with progress(f"{fichier.name} : lecture"):
        source = open_modeled(fichier, format_, modele)
        lues = statistiques(source.lot, source.octets)
    if json_:
        print_json({"fichier": source.nom, "format": source.format, **lues.public()})
        return
    from ecritures.cli.stats_tables import print_tables

    sortie = console()
    sortie.print(visible(source.nom), style="bold")
    print_tables(sortie, lues)
