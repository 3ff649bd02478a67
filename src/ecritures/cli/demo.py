"""``ecritures demo``: a firm, a dossier, a server and a worker; a real file goes through the HTTP API into real books."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ecritures.cli.context import CODE_ECHEC, CODE_USAGE, Session, echouer

DONNEES = Path("demo-donnees")


def demo(
    ctx: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="S'arrête après la démonstration ; code 0 si tout est juste.")
    ] = False,
    json_: Annotated[
        bool, typer.Option("--json", help="Une ligne de JSON sur la sortie standard, et rien d'autre.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", help="Port ; s'il est pris, un autre ; 0 : n'importe lequel.", min=0, max=65535)
    ] = 8000,
    data: Annotated[Path, typer.Option("--data", help="Dossier des données ; gardé d'une fois à l'autre.")] = DONNEES,
) -> None:
    """Démonstration complète, sur SQLite, dans un dossier à part.

    Dépôt, import et suivi d'un fichier TRA par l'API HTTP, puis du même fichier avec des fautes ; balance, reçu, vérification. Le
    serveur reste ensuite ouvert jusqu'à Ctrl-C. Les variables ECRITURES_* ne comptent pas ici.
    """
    from ecritures.cli.demo_scene import DejaOuverte, Scene
    from ecritures.cli.demo_story import Recit, play, succeeded, summary
    from ecritures.cli.display import print_json
    from ecritures.client import ErreurLoop

    session: Session = ctx.obj
    try:
        with Scene(session.build, data, port) as scene:
            bilan = play(scene, Recit(muet=json_))
            juste = succeeded(bilan)
            if not once:
                scene.expect_stop()
            if json_:
                print_json(summary(scene, bilan))
            if not once:
                scene.serve_until_stopped()
    except DejaOuverte as erreur:
        echouer(str(erreur), CODE_USAGE)
    except ErreurLoop as erreur:
        echouer(f"{erreur} Journaux : {data / 'demo.log'} et {data / 'worker.log'}.", CODE_ECHEC)
    except KeyboardInterrupt:
        echouer("démonstration interrompue.", 130)
    if once and not juste:
        raise typer.Exit(CODE_ECHEC)
