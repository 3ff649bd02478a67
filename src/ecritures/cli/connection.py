"""Commands that talk to a server over HTTP: its address, the two keys, and how its refusals are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from ecritures.cli.context import CODE_ECHEC, CODE_USAGE, echouer

if TYPE_CHECKING:
    from ecritures.client import Client, ClientLoop, ImportStatus

Url = Annotated[
    str,
    typer.Option(
        "--url",
        envvar="ECRITURES_URL",
        help="Adresse du serveur, ou de Loop (https://api.cegid.com/loop-api-publiques).",
    ),
]
SubscriptionKey = Annotated[
    str,
    typer.Option(
        "--subscription-key",
        envvar="ECRITURES_SUBSCRIPTION_KEY",
        help="Clé d'abonnement ; préférer la variable.",
        show_default=False,
    ),
]
ApiKey = Annotated[
    str,
    typer.Option(
        "--api-key",
        envvar="ECRITURES_API_KEY",
        help="Clé d'API complète, cle:secret ; préférer la variable.",
        show_default=False,
    ),
]
URL_LOCALE = "http://127.0.0.1:8000"


@contextmanager
def connected(url: str, subscription_key: str, api_key: str) -> Iterator[ClientLoop]:
    """The client. A refusal of the request ends the command with 1; no keys, no server, a wrong address, with 2."""
    from ecritures.client import ClientLoop

    with _told(subscription_key, api_key), ClientLoop(url, subscription_key, api_key) as client:
        yield client


@contextmanager
def connected_sdk(url: str, subscription_key: str, api_key: str) -> Iterator[Client]:
    """As ``connected``, for a command that sends."""
    from ecritures.client import Client

    with _told(subscription_key, api_key), Client(url, subscription_key, api_key) as client:
        yield client


@contextmanager
def _told(subscription_key: str, api_key: str) -> Iterator[None]:
    from ecritures.client import ErreurLoop, RefusLoop

    if not subscription_key or not api_key:
        echouer("il faut les deux clés : régler ECRITURES_SUBSCRIPTION_KEY et ECRITURES_API_KEY.", CODE_USAGE)
    try:
        yield
    except RefusLoop as refus:
        echouer(refus.message, CODE_ECHEC)
    except ErreurLoop as erreur:
        echouer(str(erreur), CODE_USAGE)


def status_fields(statut: ImportStatus) -> dict[str, object]:
    """A status for programs, in the contract's own names."""
    champs: dict[str, object] = {
        "accountingImportRequestId": statut.id,
        "codeIBS": statut.code_ibs,
        "domain": statut.domain,
        "status": statut.status,
        "creationDate": statut.creation_date and statut.creation_date.isoformat(),
        "lastUpdate": statut.last_update and statut.last_update.isoformat(),
    }
    return champs | ({"message": statut.message} if statut.message else {})


def print_status(statut: ImportStatus) -> None:
    """One line for people, and why it failed."""
    from ecritures.cli.display import visible

    typer.echo(visible(f"Import {statut.id} · dossier {statut.code_ibs} · {statut.status} {statut.libelle}"))
    if statut.message:
        typer.echo(visible(statut.message))
