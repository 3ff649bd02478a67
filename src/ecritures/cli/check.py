"""``ecritures check``: read files and say everything that is wrong with them. No server, no books, no database."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ecritures.cli.context import CODE_ECHEC, CODE_USAGE, Json, parse_periode


class FormatFichier(StrEnum):
    TRA = "tra"
    FEC = "fec"


FormatOption = Annotated[
    FormatFichier | None,
    typer.Option("--format", help="Format du fichier [défaut : reconnu].", case_sensitive=False, show_default=False),
]


def check(
    fichiers: Annotated[list[Path], typer.Argument(metavar="FICHIER", help="Fichiers TRA ou FEC.", show_default=False)],
    format_: FormatOption = None,
    json_: Json = False,
    exercice: Annotated[
        list[str] | None,
        typer.Option(
            "--exercice",
            metavar="DEBUT:FIN",
            help="Exercice où les dates doivent tomber. Répétable.",
            show_default=False,
        ),
    ] = None,
    tout: Annotated[bool, typer.Option("--tout", help="Tous les constats, pas seulement les premiers.")] = False,
) -> None:
    """Contrôle des fichiers, sans serveur.

    Code de sortie : 0 rien de faux (avertissements admis), 1 des erreurs, 2 illisible ou mal demandé. Avec --json : un objet
    pour un fichier, un tableau d'objets pour plusieurs.
    """
    periodes = [parse_periode(texte) for texte in exercice or ()]
    from ecritures.cli import examine
    from ecritures.cli.display import progress

    contexte = examine.contexte_of(periodes)
    montrer = examine.Json(len(fichiers)) if json_ else examine.Tableaux(tout)
    pire = 0
    with progress("lecture", total=len(fichiers) if len(fichiers) > 1 else None) as avancement:
        for rang, chemin in enumerate(fichiers):
            avancement.fait, avancement.quoi = rang, f"{chemin.name} : lecture et contrôles"
            fiche = examine.examine(chemin, format_, contexte)
            montrer.ajoute(fiche)
            pire = max(pire, {"conforme": 0, "non_conforme": CODE_ECHEC}.get(fiche.verdict, CODE_USAGE))
    montrer.fin()
    raise typer.Exit(pire)
