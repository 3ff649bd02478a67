"""Files on a local disk, written whole or not at all: temporary file beside, fsync, rename."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from types import TracebackType
from typing import Self

PREFIXE = ".en-cours-"

BROUILLON_VIE_S = 24 * 3600
"""A temporary file older than this belongs to a process that was killed: no upload lasts so long."""


class Brouillon:
    """A file being written under ``racine``. Left without ``publish``, it disappears."""

    def __init__(self, racine: Path) -> None:
        racine.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._chemin = racine / f"{PREFIXE}{secrets.token_hex(8)}"
        prise = os.open(self._chemin, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._fichier = os.fdopen(prise, "wb", buffering=0)
        self.taille_octets = 0

    def write(self, morceau: bytes | memoryview) -> None:
        reste = memoryview(morceau)
        while reste:  # an unbuffered write may take only a part
            reste = reste[self._fichier.write(reste) :]
        self.taille_octets += len(morceau)

    def publish(self, chemin: Path) -> None:
        """The bytes are at ``chemin``, surely on disk; a file already there is replaced at once."""
        os.fsync(self._fichier.fileno())
        self._fichier.close()
        chemin.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(self._chemin, chemin)
        _fsync_folder(chemin.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, classe: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._fichier.close()
        self._chemin.unlink(missing_ok=True)


def remove_stale_drafts(racine: Path) -> None:
    """Removes what killed processes left being written."""
    limite = time.time() - BROUILLON_VIE_S
    for brouillon in racine.glob(f"{PREFIXE}*"):
        try:
            if brouillon.stat().st_mtime < limite:
                brouillon.unlink()
        except FileNotFoundError:
            continue


def _fsync_folder(dossier: Path) -> None:
    if os.name != "posix":
        return
    prise = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(prise)
    finally:
        os.close(prise)
