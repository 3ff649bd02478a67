"""``ecritures worker``: takes imports from the queue and runs their steps."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from typing import Annotated

import typer

from ecritures.cli.context import Donnees, application

DELAI_ARRET_S = 20.0
"""A worker whose supervisor is gone ends by itself, at the latest after this: a step cut short is run again later."""


def worker(
    ctx: typer.Context,
    executeur: Annotated[
        str | None,
        typer.Option(
            "--executeur",
            help="Nom de ce travailleur, unique et stable d'un redémarrage à l'autre : ses imports interrompus reprennent aussitôt "
            "[défaut : machine et numéro de processus].",
            show_default=False,
        ),
    ] = None,
    donnees: Donnees = None,
    supervise: Annotated[bool, typer.Option("--supervise", hidden=True)] = False,
) -> None:
    """Lance un travailleur : il traite les imports en attente jusqu'à SIGTERM ou Ctrl-C."""
    from ecritures.cli.logs import configure

    configure()
    arret = threading.Event()
    stop_on_signals(arret, ignore_interrupt=supervise)
    if supervise:
        threading.Thread(target=_stop_with_parent, args=(arret,), daemon=True).start()
    nom = executeur or f"{socket.gethostname()}-{os.getpid()}"
    with application(ctx, donnees) as app:
        app.travailler(nom, arret, lambda: print(f"Travailleur {nom} prêt.", file=sys.stderr, flush=True))  # noqa: T201


def stop_on_signals(arret: threading.Event, *, ignore_interrupt: bool = False) -> None:
    """SIGTERM and SIGINT ask for a clean stop. ``ignore_interrupt``: Ctrl-C reaches the whole group, the supervisor decides."""
    signal.signal(signal.SIGTERM, lambda *_: arret.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN if ignore_interrupt else lambda *_: arret.set())


def _stop_with_parent(arret: threading.Event) -> None:
    """The supervisor holds the other end of stdin: its end, even by kill -9, is the end of this worker."""
    while os.read(0, 1024):  # not sys.stdin: its lock would be held at exit
        pass
    arret.set()
    time.sleep(DELAI_ARRET_S)
    os._exit(1)
