"""The raw lines of an original, by windows: what a screen shows around a finding, whatever the size of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

LIGNES_MAX = 200
"""Lines of one window."""


class LigneBrute(NamedTuple):
    """A physical line, without its line end. ``numero`` counts from 1."""

    numero: int
    texte: str


@dataclass(frozen=True)
class Fenetre:
    """Some lines of a file of ``total`` lines, in order."""

    total: int
    encodage: str
    lignes: tuple[LigneBrute, ...]


class Lignes(Protocol):
    def fenetre(self, sha256: str, debut: int, nombre: int, *, encodage: str | None = None) -> Fenetre | None:
        """The ``nombre`` lines from line ``debut`` (from 1), fewer at the end of the file. ``encodage``: the one that the
        import found; None: found again. None: the file is no text (a workbook), or several in an archive. The lines are
        those that findings count: inside an archive of one file, of that file. Raises OriginalAbsent, OriginalAltere."""
        ...
