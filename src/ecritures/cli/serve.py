"""``ecritures serve``: the HTTP server in this process, and its workers beside it."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ecritures.cli.context import CODE_USAGE, Application, Donnees, Session, echouer, load_settings

if TYPE_CHECKING:
    import uvicorn

    from ecritures.imports.ports import Ports
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
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox", help="Bac à sable : un cabinet prêt, des pannes à prévoir par l'API. Jamais de vrais livres."
        ),
    ] = False,
) -> None:
    """Sert l'API jusqu'à SIGTERM ou Ctrl-C, avec ses travailleurs."""
    from ecritures.cli.logs import configure
    from ecritures.cli.team import Equipe

    refuse_unsafe(host, load_settings(donnees))
    try:
        prise = listen(host, port)
    except OSError as erreur:
        echouer(f"impossible d'écouter sur {host}:{port} : {erreur.strerror or erreur}. Choisir --port.", CODE_USAGE)
    configure()
    options = {"bac_a_sable": True} if sandbox else {}
    reglages = load_settings(donnees, **options)
    reel = prise.getsockname()[1]
    if "base_url" not in reglages.model_fields_set:
        reglages = load_settings(
            donnees, base_url=local_url(host, reel, tls=reglages.tls_certificat is not None), **options
        )
        if host in TOUTES_ADRESSES:
            tell(f"ECRITURES_BASE_URL n'est pas réglé : les adresses de dépôt diront {reglages.base_url}.")
    session: Session = ctx.obj
    app = session.build(reglages)
    noms = [f"{socket.gethostname()}-{reel}-{n}" for n in range(1, workers + 1)]
    equipe = Equipe(noms, worker_environment(reglages), tell)
    serveur = http_server(app.http(), reglages)
    # uvicorn raises again, once stopped, the signal that stopped it: without this the workers would not be waited for.
    for signal_ in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_, lambda *_: setattr(serveur, "should_exit", True))
    try:
        equipe.demarrer()
        tell(
            f"Serveur sur {reglages.base_url} (écoute {host}:{reel}), données dans {reglages.donnees}, {workers} travailleur(s)."
        )
        tell_first_administrators(app.ports, reglages)
        if reglages.bac_a_sable:
            tell_sandbox(app, reglages)
        serveur.run(sockets=[prise])
    finally:
        equipe.arreter()
        app.fermer()


def tell_sandbox(app: Application, reglages: Settings) -> None:
    """Seeds the sandbox's firm, once, notes that state as the one a reset comes back to, and says where its keys are."""
    from datetime import date

    from ecritures.cli.demo_scene import CLES, ensure_dossier, ensure_keys

    ports = app.ports
    dossier = ensure_dossier(ports, date.today().year + 1)  # noqa: DTZ011  (the user's own year)
    ensure_keys(ports, Path(reglages.donnees) / CLES)
    if app.bac is not None and app.bac.remise.photographier():
        tell("Bac à sable : cet état est celui où revient la remise à zéro.")
    tell(f"Bac à sable : dossier {dossier.code_ibs}, clés dans {Path(reglages.donnees) / CLES}.")


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises OSError when the address is not ours or is taken."""
    famille = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=famille, backlog=2048)


def local_url(host: str, port: int, *, tls: bool = False) -> str:
    """The address by which this machine reaches a server that listens there."""
    nom = "127.0.0.1" if host in TOUTES_ADRESSES else host
    schema = "https" if tls else "http"
    return f"{schema}://[{nom}]:{port}" if ":" in nom else f"{schema}://{nom}:{port}"


def is_loopback(host: str) -> bool:
    """True when only this machine can reach what listens there. A name counts by every address that it has."""
    if host in TOUTES_ADRESSES:
        return False
    try:
        adresses = {str(info[4][0]) for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False
    return bool(adresses) and all(ip_address(a.partition("%")[0]).is_loopback for a in adresses)


def refuse_unsafe(host: str, reglages: Settings) -> None:
    """Ends the command rather than let keys and entries travel in clear: beyond this machine, TLS or a proxy that has it."""
    certificat, cle = reglages.tls_certificat, reglages.tls_cle
    if (certificat is None) != (cle is None):
        echouer("ECRITURES_TLS_CERTIFICAT et ECRITURES_TLS_CLE vont ensemble : régler les deux.", CODE_USAGE)
    for fichier in (certificat, cle):
        if fichier is not None and not os.access(fichier, os.R_OK):
            echouer(f"le fichier TLS {fichier} n'existe pas ou n'est pas lisible.", CODE_USAGE)
    if certificat is None and not reglages.mandataire_de_confiance and not is_loopback(host):
        echouer(
            f"l'adresse {host} est joignable d'autres machines, et les clés y passeraient en clair. Donner un certificat "
            "(ECRITURES_TLS_CERTIFICAT et ECRITURES_TLS_CLE), ou placer un mandataire TLS devant et régler "
            "ECRITURES_MANDATAIRE_DE_CONFIANCE=true, ou garder --host 127.0.0.1.",
            CODE_USAGE,
        )


def tell_first_administrators(ports: Ports, reglages: Settings) -> None:
    """A link that works once for each firm that nobody administers yet; a restart makes the one before worthless."""
    from ecritures.imports.personnes import invitation_url, premiers_administrateurs

    ports.sessions.purger()
    for domain, jeton in premiers_administrateurs(ports):
        tell(
            f"Cabinet {domain}, sans administrateur : ouvrir ce lien, qui sert une fois, sous 24 h, pour choisir le mot de "
            f"passe d'« administrateur » : {invitation_url(reglages.base_url, jeton)}"
        )


def http_server(application: Any, reglages: Settings | None = None) -> uvicorn.Server:
    """No access log: query strings hold signatures. Proxy headers are the application's business, by its own setting."""
    import uvicorn

    class Serveur(uvicorn.Server):
        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            """Pages that wait for news are told first: an open one would hold the stop for ``ARRET_S``."""
            application.state.arret.set()
            await super().shutdown(sockets)

    return Serveur(
        uvicorn.Config(
            application,
            access_log=False,
            log_config=None,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=ARRET_S,
            ssl_certfile=None if reglages is None else reglages.tls_certificat,
            ssl_keyfile=None if reglages is None else reglages.tls_cle,
        )
    )


def worker_environment(reglages: Settings) -> dict[str, str]:
    """The environment of worker processes: ours, and what options of the command decided."""
    return {
        **os.environ,
        "ECRITURES_DONNEES": str(Path(reglages.donnees).absolute()),
        "ECRITURES_BASE_URL": reglages.base_url,
        "ECRITURES_BAC_A_SABLE": str(reglages.bac_a_sable).lower(),
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
