"""``ecritures serve``: the HTTP server in this process, and its workers beside it."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecritures.cli.context import CODE_USAGE, Donnees, Session, echouer, load_settings

if TYPE_CHECKING:
    import uvicorn

    from ecritures.settings import Settings

ARRET_S = 10
"""Left to running requests when the server is asked to stop."""

TOUTES_ADRESSES = ("0.0.0.0", "::", "")  # noqa: S104  (recognised, not chosen)


def serve(
    ctx: typer.Context,
    host: Annotated[str, typer.Option("--host", help="Adresse d'écoute.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port d'écoute.", min=0, max=65535)] = 8000,
    donnees: Donnees = None,
    workers: Annotated[
        int, typer.Option("--workers", help="Travailleurs lancés avec le serveur ; 0 : aucun.", min=0)
    ] = 1,
) -> None:
    """Sert l'API jusqu'à SIGTERM ou Ctrl-C, avec ses travailleurs."""
    from ecritures.cli.logs import configure
    from ecritures.cli.team import Equipe

    try:
        prise = listen(host, port)
    except OSError as erreur:
        echouer(f"impossible d'écouter sur {host}:{port} : {erreur.strerror or erreur}. Choisir --port.", CODE_USAGE)
    configure()
    reglages = load_settings(donnees)
    reel = prise.getsockname()[1]
    if "base_url" not in reglages.model_fields_set:
        reglages = load_settings(donnees, base_url=local_url(host, reel))
        if host in TOUTES_ADRESSES:
            tell(f"ECRITURES_BASE_URL n'est pas réglé : les adresses de dépôt diront {reglages.base_url}.")
    session: Session = ctx.obj
    app = session.build(reglages)
    noms = [f"{socket.gethostname()}-{reel}-{n}" for n in range(1, workers + 1)]
    equipe = Equipe(noms, worker_environment(reglages), tell)
    serveur = http_server(app.http())
    # uvicorn raises again, once stopped, the signal that stopped it: without this the workers would not be waited for.
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: setattr(serveur, "should_exit", True))
    try:
        equipe.demarrer()
        tell(
            f"Serveur sur {reglages.base_url} (écoute {host}:{reel}), données dans {reglages.donnees}, {workers} travailleur(s)."
        )
        serveur.run(sockets=[prise])
    finally:
        equipe.arreter()
        app.fermer()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises OSError when the address is not ours or is taken."""
    famille = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=famille, backlog=2048)


def local_url(host: str, port: int) -> str:
    """The address by which this machine reaches a server that listens there."""
    nom = "127.0.0.1" if host in TOUTES_ADRESSES else host
    return f"http://[{nom}]:{port}" if ":" in nom else f"http://{nom}:{port}"


def http_server(application: Any) -> uvicorn.Server:
    """No access log: query strings hold signatures. Proxy headers are the application's business, by its own setting."""
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            application,
            access_log=False,
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=ARRET_S,
        )
    )


def worker_environment(reglages: Settings) -> dict[str, str]:
    """The environment of worker processes: ours, and what options of the command decided."""
    return {
        **os.environ,
        "ECRITURES_DONNEES": str(Path(reglages.donnees).absolute()),
        "ECRITURES_BASE_URL": reglages.base_url,
    }


def tell(message: str) -> None:
    """For people, on stderr. Callable from any thread."""
    sys.stderr.write(message + "\n")
    sys.stderr.flush()


def serve_in_thread(serveur: uvicorn.Server, prise: socket.socket) -> threading.Thread:
    """Runs the server beside the caller; ``serveur.should_exit`` stops it."""
    fil = threading.Thread(target=serveur.run, kwargs={"sockets": [prise]}, daemon=True, name="http")
    fil.start()
    return fil
