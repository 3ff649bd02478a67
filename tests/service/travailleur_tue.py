"""A worker that kills itself (SIGKILL) at the points named by the files it imports. Run by test_crash, in its own process.

A file named ``tue-<seed>-<point>.TRA`` holds its import at that point, the first time only; once all POINTS of a seed are
held, the process dies. Nothing of the product is replaced: the real steps run, with a stop before, after or inside.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from ecritures.imports.run import Etapes
from ecritures.imports.state import State
from ecritures.jobs import worker
from ecritures.main import build
from ecritures.settings import Settings
from ecritures.storage.travailleurs import RegistreTravailleurs

POINTS = (
    "avant_recuperer", "apres_recuperer", "avant_examiner", "apres_examiner", "avant_poster", "dans_poster", "apres_poster",
)  # fmt: skip
"""``dans_poster``: the books are committed, the request's state is not moved yet."""

RENCONTRE_S = 60.0


class Arrets:
    """Holds imports at their points; the last one to arrive kills the process."""

    def __init__(self, marques: Path) -> None:
        self._marques = marques
        self._verrou = threading.Lock()
        self._arrives: set[str] = set()

    def passe(self, nom_fichier: str, point: str) -> None:
        trouve = re.fullmatch(r"tue-(\d+)-(\w+)\.TRA", nom_fichier)
        if trouve is None or trouve[2] != point:
            return
        marque = self._marques / nom_fichier
        if marque.exists():
            return
        marque.touch()
        with self._verrou:
            self._arrives.add(point)
            if len(self._arrives) == len(POINTS):
                os.kill(os.getpid(), signal.SIGKILL)
        threading.Event().wait(RENCONTRE_S)
        os._exit(3)  # the others never came: the test must see it


class EtapesTuees(Etapes):
    """The product's steps, with stops around them."""

    arrets: Arrets

    def recuperer(self, import_id: str, dernier_essai: bool) -> str:
        return self._entoure("recuperer", import_id, lambda: Etapes.recuperer(self, import_id, dernier_essai))

    def examiner(self, import_id: str) -> str:
        return self._entoure("examiner", import_id, lambda: Etapes.examiner(self, import_id))

    def poster(self, import_id: str) -> str:
        return self._entoure("poster", import_id, lambda: Etapes.poster(self, import_id))

    def _entoure(self, etape: str, import_id: str, action: Any) -> str:
        demande = self.app.demandes.lire(import_id)
        assert demande is not None
        self.arrets.passe(demande.nom_fichier, f"avant_{etape}")
        suite: str = action()
        self.arrets.passe(demande.nom_fichier, f"apres_{etape}")
        return suite


def main(donnees: str, url: str, executeur: str) -> None:
    app = build(Settings(donnees=Path(donnees), base_sql=url))
    marques = Path(donnees) / "marques"
    marques.mkdir(exist_ok=True)
    etapes = EtapesTuees(app.ports)
    etapes.arrets = Arrets(marques)
    avancer = app.ports.demandes.avancer

    def avancer_ou_mourir(import_id: str, vers: State, **reste: Any) -> bool:
        demande = app.ports.demandes.lire(import_id)
        if vers is State.TERMINE and demande is not None:
            etapes.arrets.passe(demande.nom_fichier, "dans_poster")
        return avancer(import_id, vers, **reste)

    app.ports.demandes.avancer = avancer_ou_mourir  # type: ignore[method-assign]
    worker.CALCULS_MAX = 2 * len(POINTS)  # all points of a seed are held at the same time
    worker.BATTEMENT_S, worker.MORT_APRES_S = 0.2, 1.0
    arret = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: arret.set())
    worker.run_worker(app.base.url, etapes, RegistreTravailleurs(app.base), executeur, arret)
    app.fermer()


if __name__ == "__main__":
    main(*sys.argv[1:])
