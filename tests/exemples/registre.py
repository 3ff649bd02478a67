"""What an example is: a file that passes and one that fails, for one rule, and where the finding must stand.

Each module of this folder gives a tuple ``EXEMPLES``; :mod:`exemples` gathers them. The tests hold each example true, and
the pages of docs/controles show its lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ecritures.domain.constat import Constats
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lecture, OptionsLecture
from ecritures.imports.check import check
from ecritures.imports.read import read

Colonnes = tuple[int, int]


@dataclass(frozen=True)
class Fichier:
    """A file as it is received, and what is known beside it. ``situation`` says in French what its lines do not show."""

    format: str
    octets: bytes
    nom: str | None = None
    contexte: Contexte = field(default_factory=Contexte)
    options: Mapping[str, Any] = field(default_factory=dict)
    situation: str = ""
    appliquer: Callable[[Lecture, Contexte], tuple[Lecture, Contexte]] | None = None  # what its request asks for

    def examiner(self) -> Constats:
        """Every finding, the reader's and the checks', as ``ecritures check`` gives them."""
        lecture = read(self.octets, self.format, OptionsLecture(nom_fichier=self.nom, **self.options))
        contexte = self.contexte
        if self.appliquer is not None:
            lecture, contexte = self.appliquer(lecture, contexte)
        return check(lecture, contexte).constats


@dataclass(frozen=True)
class Exemple:
    """One rule shown. ``construire`` gives the file that passes and the one that fails.

    ``ligne``, ``zone`` and what ``situer`` gives, first and last column: the place of the finding in the file that fails; None
    where it has none.
    """

    id: str
    construire: Callable[[], tuple[Fichier, Fichier]]
    ligne: int | None = None
    zone: str | None = None
    situer: Callable[[], Colonnes | None] = lambda: None

    @cached_property
    def colonnes(self) -> Colonnes | None:
        return self.situer()
