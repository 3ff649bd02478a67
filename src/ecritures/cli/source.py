"""A file that a command reads, for those that need its entries and not a verdict: stats, describe, diff, repair."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ecritures.cli.context import CODE_USAGE, echouer

if TYPE_CHECKING:
    from ecritures.domain.lot import Lecture, Lot, OptionsLecture


ModeleOption = Annotated[
    Path | None,
    typer.Option("--modele", metavar="MODELE", help="Modèle d'un fichier personnalisé (TOML).", show_default=False),
]


@dataclass(frozen=True, eq=False)
class Source:
    """A file read. ``lot`` is there: a file that cannot be read ended the command."""

    nom: str
    format: str
    octets: bytes
    lecture: Lecture

    @property
    def lot(self) -> Lot:
        assert self.lecture.lot is not None, "open_source ends the command when there is no lot"
        return self.lecture.lot


def open_source(chemin: Path, format_: str | None, options: OptionsLecture | None = None) -> Source:
    """Reads a file. Ends the command, with the reason and the remedy, when it cannot be opened, recognised or read."""
    from dataclasses import replace

    from ecritures.cli.examine import reason
    from ecritures.domain.lot import OptionsLecture
    from ecritures.formats import FORMATS
    from ecritures.formats.detect import reconnaitre
    from ecritures.imports.read import read

    nom = os.fsencode(chemin).decode("utf-8", "replace")
    try:
        octets = chemin.read_bytes()
    except OSError as erreur:
        echouer(f"{nom} ne peut pas être ouvert : {reason(erreur)}.", CODE_USAGE)
    if format_ is None:
        trouves = reconnaitre(octets, chemin.name)
        if len(trouves) != 1:
            quoi = "n'est d'aucun format connu" if not trouves else "peut être lu dans plusieurs formats"
            choix = ", ".join(code for code in FORMATS if code != "perso")
            echouer(
                f"{nom} {quoi} : choisir par --format ({choix}), ou donner le modèle d'un CSV ou d'un XLSX.", CODE_USAGE
            )
        format_ = trouves[0]
    lecture = read(octets, format_, replace(options or OptionsLecture(), nom_fichier=chemin.name))
    if lecture.lot is None:
        echouer(f"{nom} ne peut pas être lu. {_first_reason(lecture)}", CODE_USAGE)
    return Source(nom, format_, octets, lecture)


def open_modeled(chemin: Path, format_: str | None, modele: Path | None) -> Source:
    """Reads a file, by a custom model when one is given. Ends the command as :func:`open_source`."""
    if modele is None:
        return open_source(chemin, format_)
    if format_ is not None:
        raise typer.BadParameter("--modele dit déjà comment lire : sans --format.")
    from ecritures.cli.model import load_modele
    from ecritures.domain.lot import OptionsLecture

    return open_source(chemin, "perso", OptionsLecture(modele=load_modele(modele)))


def _first_reason(lecture: Lecture) -> str:
    """The first error of a reading, and what to do."""
    from ecritures.domain.constat import Severity, dresser

    constats = dresser(lecture.releves).liste
    for constat in constats.iter_rows(named=True):
        if constat["severite"] == Severity.ERROR.value:
            return f"{constat['message']} {constat['remede']}"
    return ""
