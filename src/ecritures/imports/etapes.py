"""When each step of an import began and how long it took: the timeline that its screen shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

from ecritures.imports.horloge import maintenant

RECUPERATION, LECTURE, CONTROLE, ECRITURE, COMPTE_RENDU = ETAPES = (
    "recuperation",
    "lecture",
    "controle",
    "ecriture",
    "compte_rendu",
)
"""The steps that are timed, in their order: fetch, read, check, post, report. Receiving is ``Demande.creation``."""

LONGUE_S = 0.5
"""A step that lasted is told at once, so that who looks sees where the import is; a short one goes with the next."""


class EtapeFaite(NamedTuple):
    """One step, over. A step run again (another worker took the import over) replaces what was told of it."""

    nom: str
    debut: datetime  # UTC, aware
    fin: datetime

    @property
    def duree_s(self) -> float:
        return (self.fin - self.debut).total_seconds()


class Chronometre:
    """Times the steps of one import. ``dire`` tells the register: called for a step that lasted; ``prises`` gives the rest,
    to go with a write that has to be made anyway."""

    def __init__(self, dire: Callable[[tuple[EtapeFaite, ...]], None]) -> None:
        self._dire = dire
        self._faites: list[EtapeFaite] = []

    @contextmanager
    def etape(self, nom: str) -> Iterator[None]:
        """Times what is inside, whatever its end."""
        debut, compteur = maintenant(), time.perf_counter()
        try:
            yield
        finally:
            duree = timedelta(seconds=time.perf_counter() - compteur)
            self._faites.append(EtapeFaite(nom, debut, debut + duree))
        if duree.total_seconds() >= LONGUE_S:
            self.conclure()

    def prises(self) -> tuple[EtapeFaite, ...]:
        """What was not told yet; it is taken as told from now on."""
        prises, self._faites = tuple(self._faites), []
        return prises

    def conclure(self) -> None:
        """Tells what was not told yet."""
        if faites := self.prises():
            self._dire(faites)
