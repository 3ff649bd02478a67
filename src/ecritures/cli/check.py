"""``ecritures check``: read files and say everything that is wrong with them. No server, no books, no database."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ecritures.cli.context import CODE_ECHEC, CODE_USAGE, Json, parse_periode
from ecritures.cli.fec_options import (
    AccepterOption,
    AttenduOption,
    ProfilFec,
    ProfilOption,
    RegimeOption,
    attendus_of,
    lecture_of,
)
from ecritures.cli.model import load_modele


class FormatFichier(StrEnum):
    TRA = "tra"
    FEC = "fec"
    JSON = "json"


FormatOption = Annotated[
    FormatFichier | None,
    typer.Option("--format", help="Format du fichier [défaut : reconnu].", case_sensitive=False, show_default=False),
]


def check(
    fichiers: Annotated[
        list[Path],
        typer.Argument(
            metavar="FICHIER",
            help="Fichiers TRA, FEC (texte, XML, zip) ou JSON ; CSV et XLSX par leur modèle.",
            show_default=False,
        ),
    ],
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
    profil: ProfilOption = ProfilFec.STRICT,
    regime: RegimeOption = None,
    accepter: AccepterOption = None,
    attendu: AttenduOption = None,
    modele: Annotated[
        Path | None,
        typer.Option(
            "--modele",
            metavar="MODELE",
            help="Modèle TOML : les fichiers sont personnalisés (CSV, XLSX…).",
            show_default=False,
        ),
    ] = None,
    parties: Annotated[
        bool,
        typer.Option("--parties", help="Les fichiers sont les parties (_1, _2…) d'un même FEC, lues comme un seul."),
    ] = False,
    tout: Annotated[bool, typer.Option("--tout", help="Tous les constats, pas seulement les premiers.")] = False,
    rapports: Annotated[
        list[Path] | None,
        typer.Option(
            "--report",
            metavar="SORTIE",
            help="Rapport à écrire : .html, .xlsx, .sarif, ou .xml pour JUnit. Répétable.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Contrôle des fichiers, sans serveur.

    Code de sortie : 0 rien de faux (avertissements admis), 1 des erreurs, 2 illisible ou mal demandé. Avec --json : un objet
    pour un fichier, un tableau d'objets pour plusieurs.
    """
    periodes = [parse_periode(texte) for texte in exercice or ()]
    from ecritures.cli import examine
    from ecritures.cli.check_reports import Rapports
    from ecritures.cli.display import progress

    contexte = examine.contexte_of(periodes, attendus_of(attendu))
    options = lecture_of(profil, regime, accepter)
    code = str(format_) if format_ else None
    if modele is not None:
        if format_ is not None or parties:
            raise typer.BadParameter("--modele dit déjà comment lire : sans --format ni --parties.")
        code, options = "perso", replace(options, modele=load_modele(modele))
    a_ecrire = Rapports(rapports or (), fichiers)
    if parties and format_ not in (None, FormatFichier.FEC):
        raise typer.BadParameter("--parties ne vaut que pour un FEC.")
    lots = [fichiers] if parties else [[chemin] for chemin in fichiers]
    montrer = examine.Json(len(lots)) if json_ else examine.Tableaux(tout)
    pire = 0
    with progress("lecture", total=len(lots) if len(lots) > 1 else None) as avancement:
        for rang, ensemble in enumerate(lots):
            avancement.fait, avancement.quoi = rang, f"{ensemble[0].name} : lecture et contrôles"
            fiche = (
                examine.examine_parts(ensemble, contexte, options)
                if parties
                else examine.examine(ensemble[0], code, contexte, options)
            )
            montrer.ajoute(fiche)
            a_ecrire.ajoute(fiche)
            pire = max(pire, {"conforme": 0, "non_conforme": CODE_ECHEC}.get(fiche.verdict, CODE_USAGE))
    montrer.fin()
    a_ecrire.fin()
    raise typer.Exit(pire)
