"""The tree of commands. A command is a function in the file of its name, listed here."""

from __future__ import annotations

from typing import Annotated

import typer

from ecritures import __version__
from ecritures.cli.balance import balance
from ecritures.cli.cabinet import CABINET
from ecritures.cli.cancel import cancel
from ecritures.cli.check import check
from ecritures.cli.convert import convert
from ecritures.cli.demo import demo
from ecritures.cli.describe import describe
from ecritures.cli.diff import diff
from ecritures.cli.dossier import DOSSIER
from ecritures.cli.export import export
from ecritures.cli.keys import KEYS
from ecritures.cli.model import MODEL
from ecritures.cli.repair import repair
from ecritures.cli.report import report
from ecritures.cli.send import send
from ecritures.cli.serve import serve
from ecritures.cli.stats import stats
from ecritures.cli.status import status
from ecritures.cli.verify import verify
from ecritures.cli.watch import watch
from ecritures.cli.worker import worker

COMMANDES = (
    demo,
    serve,
    worker,
    check,
    describe,
    stats,
    diff,
    convert,
    export,
    repair,
    send,
    status,
    report,
    balance,
    verify,
    cancel,
    watch,
)
GROUPES = (CABINET, DOSSIER, KEYS, MODEL)


def racine() -> typer.Typer:
    """The whole command, ready to be called."""
    arbre = typer.Typer(
        name="ecritures",
        help="Reçoit des écritures comptables (TRA, FEC, CSV, XLSX, JSON), les contrôle et les passe dans de vrais livres.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    arbre.callback()(_options)
    for commande in COMMANDES:
        arbre.command(commande.__name__)(commande)
    for groupe in GROUPES:
        arbre.add_typer(groupe)
    return arbre


def _options(
    version: Annotated[bool, typer.Option("--version", help="Affiche la version.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit
