"""The lock that keeps a reset of the sandbox apart from requests and steps (imports.bac_a_sable.Verrou).

Two files of the data folder, locked by the system: ``porte`` is passed by whoever begins, ``salle`` is held until its end. A
reset closes the first, so that nothing begins any more, and waits for the second. A killed process holds nothing.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ecritures.domain.errors import BacASableOccupe

try:
    import fcntl
except ImportError:  # Windows: a reset beside other requests is then the user's own affair
    fcntl = None  # type: ignore[assignment]

DOSSIER = "bac-a-sable"
INTERROGATION_S = 0.01
"""Between two looks at a lock that another holds."""


class VerrouBac:
    def __init__(self, donnees: Path) -> None:
        dossier = donnees / DOSSIER
        dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._porte, self._salle = dossier / "porte.verrou", dossier / "salle.verrou"
        self._tenus = threading.local()

    def essayer(self) -> Callable[[], None] | None:
        porte = _prend(self._porte, exclusif=False)
        if porte is None:
            return None
        salle = _prend(self._salle, exclusif=False)
        os.close(porte)
        return None if salle is None else lambda: os.close(salle)

    @contextmanager
    def partage(self) -> Iterator[None]:
        if getattr(self._tenus, "oui", False):  # a step inside a step: the reset that waits for us would wait for ever
            yield
            return
        while (lacher := self.essayer()) is None:
            time.sleep(INTERROGATION_S)
        self._tenus.oui = True
        try:
            yield
        finally:
            self._tenus.oui = False
            lacher()

    @contextmanager
    def exclusif(self, attente_s: float) -> Iterator[None]:
        limite = time.monotonic() + attente_s
        with (
            _attend(lambda: _prend(self._porte, exclusif=True), limite, attente_s),
            _attend(lambda: _prend(self._salle, exclusif=True), limite, attente_s),
        ):
            yield


@contextmanager
def _attend(prendre: Callable[[], int | None], limite: float, attente_s: float) -> Iterator[None]:
    while (prise := prendre()) is None:
        if time.monotonic() >= limite:
            raise BacASableOccupe(attente_s)
        time.sleep(INTERROGATION_S)
    try:
        yield
    finally:
        os.close(prise)


def _prend(chemin: Path, *, exclusif: bool) -> int | None:
    """A descriptor that holds the lock until closed; None: another holds it."""
    prise = os.open(chemin, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    if fcntl is None:
        return prise
    try:
        fcntl.flock(prise, (fcntl.LOCK_EX if exclusif else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        os.close(prise)
        return None
    return prise
