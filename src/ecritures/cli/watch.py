"""``ecritures watch DIR``: imports what is dropped in a folder, on this machine's books."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import Annotated

import typer

from ecritures.cli.context import CODE_USAGE, Donnees, application, echouer
from ecritures.cli.worker import stop_on_signals

INTERVALLE_S = 2.0


def watch(
    ctx: typer.Context,
    dossier: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="Dossier surveillé : un sous-dossier par codeIbs.", show_default=False),
    ],
    domain: Annotated[str, typer.Option("--domain", help="Domaine du cabinet.", show_default=False)],
    intervalle: Annotated[
        float,
        typer.Option(
            "--intervalle",
            min=0.05,
            help="Secondes entre deux regards ; un fichier inchangé de l'un à l'autre est entier.",
        ),
    ] = INTERVALLE_S,
    une_fois: Annotated[bool, typer.Option("--une-fois", help="S'arrête quand plus aucun fichier n'attend.")] = False,
    sans_travailleur: Annotated[
        bool, typer.Option("--sans-travailleur", help="Laisse les imports aux travailleurs d'un serveur déjà lancé.")
    ] = False,
    donnees: Donnees = None,
) -> None:
    """Importe chaque fichier déposé sous DIR/<codeIbs>/, puis le range dans traites/ ou en_erreur/ avec son compte rendu."""
    if not dossier.is_dir():
        echouer(f"{dossier} n'est pas un dossier.", CODE_USAGE)
    from ecritures.cli.display import console, visible
    from ecritures.cli.logs import configure
    from ecritures.imports.watch import DossierSurveille

    configure()
    arret = threading.Event()
    stop_on_signals(arret)
    with application(ctx, donnees) as app:
        fil = None
        if not sans_travailleur:
            nom = f"watch-{socket.gethostname()}-{os.getpid()}"
            fil = threading.Thread(target=app.travailler, args=(nom, arret))
            fil.start()
        surveille, sortie = DossierSurveille(dossier.resolve(), domain, app.ports), console(stderr=True)
        try:
            while not arret.is_set():
                for classe in surveille.passe():
                    etat = "importé" if classe.reussi else f"en erreur : {classe.message}"
                    sortie.print(visible(f"{classe.chemin.name} : {etat}"))
                if une_fois and not surveille.en_cours:
                    break
                arret.wait(intervalle)
        finally:
            arret.set()
            if fil is not None:
                fil.join()
