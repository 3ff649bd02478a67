"""Files that commands write: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ecritures.cli.context import CODE_USAGE, echouer


def write_whole(chemin: Path, octets: bytes) -> None:
    """Writes a file beside its place, then renames it: nobody ever reads half of it. Ends the command when it cannot."""
    try:
        descripteur, provisoire = tempfile.mkstemp(prefix=f".{chemin.name}.", dir=chemin.parent)
    except OSError as erreur:
        echouer(f"{chemin} ne peut pas être écrit : {erreur.strerror}.", CODE_USAGE)
    try:
        with os.fdopen(descripteur, "wb") as flux:
            flux.write(octets)
            flux.flush()
            os.fsync(flux.fileno())
        Path(provisoire).chmod(0o666 & ~_umask())
        Path(provisoire).replace(chemin)
    except OSError as erreur:
        echouer(f"{chemin} ne peut pas être écrit : {erreur.strerror}.", CODE_USAGE)
    finally:
        Path(provisoire).unlink(missing_ok=True)


def _umask() -> int:
    masque = os.umask(0)
    os.umask(masque)
    return masque


def is_one_of(sortie: Path, entrees: Iterable[Path]) -> bool:
    """Would writing ``sortie`` replace one of the files read?"""
    return any(sortie.exists() and entree.exists() and sortie.samefile(entree) for entree in entrees)
