"""Command line edge: one file per command. Parses, calls one step or the HTTP client, shows; decides nothing.

Each command imports what it needs when it runs: ``ecritures check`` starts without a web server, a database or a queue.
"""

from __future__ import annotations

import sys

from ecritures.cli.context import Build, Session, echouer
from ecritures.cli.root import racine
from ecritures.domain.errors import Refus

__all__ = ["commandes"]


def commandes(build: Build) -> None:
    """Runs the ``ecritures`` command with the arguments of the process. ``build`` wires the edges: main gives it."""
    for flux in (sys.stdout, sys.stderr):
        if hasattr(flux, "reconfigure"):
            flux.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter must not stop a command
    try:
        racine()(obj=Session(build))
    except Refus as refus:
        echouer(refus.message)
