"""One SQLite file a dossier, opened when needed, the least recently used closed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from ecritures.storage.bases import Base

OUVERTS_MAX = 64
"""Files held open at once: three file descriptors each, far below the usual limit of 1,024."""

PAR_DOSSIER = 1000
"""Files in one folder, so that listing it stays quick with many dossiers."""


class FichiersLivres:
    """``preparer`` creates or upgrades the tables of a file when it is first opened in this process."""

    def __init__(self, dossier: Path, preparer: Callable[[Base], None]) -> None:
        self._dossier = dossier
        self._preparer = preparer
        self._bases: OrderedDict[int, Base] = OrderedDict()
        self._verrou = threading.Lock()

    def chemin(self, dossier: int) -> Path:
        return self._dossier / f"{dossier // PAR_DOSSIER:04d}" / f"{dossier}.sqlite"

    def base(self, dossier: int) -> Base:
        with self._verrou:
            base = self._bases.get(dossier)
            if base is None:
                chemin = self.chemin(dossier)
                chemin.parent.mkdir(parents=True, exist_ok=True)
                base = Base(f"sqlite:///{chemin}", connexions=4, passageres=4)
                self._preparer(base)
                self._bases[dossier] = base
            self._bases.move_to_end(dossier)
            if len(self._bases) > OUVERTS_MAX:
                _, ancienne = self._bases.popitem(last=False)
                ancienne.fermer()  # connections in use go back to nowhere and close: nobody is cut
            return base

    def fermer(self) -> None:
        with self._verrou:
            for base in self._bases.values():
                base.fermer()
            self._bases.clear()
