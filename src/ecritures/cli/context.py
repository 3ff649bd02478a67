"""What the commands share: the wiring given by main, settings, exit codes, how a failure is told."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, Protocol

import typer

if TYPE_CHECKING:
    from ecritures.imports.bac_a_sable import BacASable
    from ecritures.imports.ports import Dossier, Ports
    from ecritures.settings import Settings

CODE_ECHEC = 1
"""Something is wrong: errors in the file, import ended in error, refusal, broken link."""
CODE_USAGE = 2
"""The command could not do its work: misused, unreadable file, server not found."""


class Application(Protocol):
    """What main builds: the edges of one process, on one data folder."""

    @property
    def ports(self) -> Ports: ...

    @property
    def bac(self) -> BacASable | None:
        """Of a sandbox; None elsewhere."""
        ...

    def http(self) -> Any:
        """The ASGI application."""
        ...

    def travailler(self, executeur: str, arret: threading.Event, pret: Callable[[], None] = ...) -> None: ...

    def fermer(self) -> None: ...


Build = Callable[["Settings"], Application]


@dataclass(frozen=True)
class Session:
    """Carried by typer's context. Commands that need no server and no books never call ``build``."""

    build: Build


Donnees = Annotated[
    Path | None,
    typer.Option(
        "--donnees", help="Dossier des données [défaut : ECRITURES_DONNEES, sinon ./donnees].", show_default=False
    ),
]
Domain = Annotated[
    str | None,
    typer.Option("--domain", help="Domaine du cabinet ; inutile si un seul a ce dossier.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="Sortie pour les programmes.", show_default=False)]


def echouer(message: str, code: int = CODE_ECHEC) -> NoReturn:
    """Tells people why on stderr, programs by the exit code."""
    from ecritures.cli.display import visible

    print(f"Erreur : {visible(message)}", file=sys.stderr)  # noqa: T201
    sys.exit(code)


def load_settings(donnees: Path | None = None, **autres: object) -> Settings:
    """The settings, options of the command first. A wrong ``ECRITURES_*`` ends the command; its value is not shown."""
    from pydantic import ValidationError

    from ecritures.settings import Settings

    choisis = {nom: valeur for nom, valeur in {"donnees": donnees, **autres}.items() if valeur is not None}
    try:
        return Settings(**choisis)  # type: ignore[arg-type]
    except ValidationError as erreur:
        fautes = "; ".join(f"ECRITURES_{'.'.join(map(str, e['loc'])).upper()} : {e['msg']}" for e in erreur.errors())
        echouer(f"réglage invalide : {fautes}", CODE_USAGE)


@contextmanager
def application(ctx: typer.Context, donnees: Path | None) -> Iterator[Application]:
    """The edges on the local data folder and database, closed at the end."""
    session: Session = ctx.obj
    app = session.build(load_settings(donnees))
    try:
        yield app
    finally:
        app.fermer()


def find_dossier(ports: Ports, code: str, domain: str | None) -> Dossier:
    """The dossier of that code. Ends the command when there is none, or several and no ``--domain``."""
    trouves = [d for d in ports.dossiers.lister(domain) if d.code_ibs.upper() == code.upper()]
    if not trouves:
        suite = f" sur le domaine {domain}" if domain else ""
        echouer(
            f"le dossier {code} n'existe pas{suite}. `ecritures dossier lister` montre ceux qui existent.", CODE_USAGE
        )
    if len(trouves) > 1:
        domaines = ", ".join(d.domain for d in trouves)
        echouer(f"plusieurs cabinets ont un dossier {code} : préciser --domain ({domaines}).", CODE_USAGE)
    return trouves[0]


def parse_periode(texte: str) -> tuple[date, date]:
    """``2025-01-01:2025-12-31`` or ``01/01/2025:31/12/2025``. Raises typer.BadParameter."""
    debut, deux_points, fin = texte.partition(":")
    if not deux_points:
        raise typer.BadParameter(f"« {texte} » : écrire DEBUT:FIN, par exemple 2025-01-01:2025-12-31.")
    bornes = parse_date(debut), parse_date(fin)
    if bornes[0] > bornes[1]:
        raise typer.BadParameter(f"« {texte} » : la fin précède le début.")
    return bornes


def parse_date(texte: str) -> date:
    """``2025-12-31`` or ``31/12/2025``. Raises typer.BadParameter."""
    for forme in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            return datetime.strptime(texte.strip(), forme).date()  # noqa: DTZ007  (a calendar date has no zone)
        except ValueError:
            continue
    raise typer.BadParameter(f"« {texte} » n'est pas une date : écrire AAAA-MM-JJ ou JJ/MM/AAAA.")
