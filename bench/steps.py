"""Measured process: the steps of an import one after the other, as the worker runs them.

Each step's time, and the peak of the process once it is over: the memory one needs to get that far.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.generate import EXERCICE, generer
from bench.processes import Json, answer, peak_mio
from ecritures.domain.lot import OptionsLecture
from ecritures.imports.check import check
from ecritures.imports.ports import Dossier, Exercice
from ecritures.imports.read import read
from ecritures.ledger.posting import Plan, empreinte_lignes, plan_posting
from ecritures.storage.bases import Base
from ecritures.storage.livres import LivresSql

DOSSIER = Dossier(1, "BENCH", "BENCH1", "Mesures")


@dataclass
class Chronometre:
    """Seconds of each step and MiB once it is over."""

    etapes: dict[str, Json] = field(default_factory=dict)
    _debut: float = 0.0

    def demarre(self) -> None:
        self._debut = time.perf_counter()

    def note(self, etape: str) -> None:
        secondes = time.perf_counter() - self._debut
        self.etapes[etape] = {"secondes": secondes, "memoire_mio": peak_mio()}


@contextlib.contextmanager
def open_livres(demande: Json) -> Iterator[LivresSql]:
    """The books of a new dossier, its exercice open."""
    donnees = Path(demande["donnees"])
    donnees.mkdir()
    base = Base(demande["base"] or f"sqlite:///{donnees / 'ecritures.sqlite'}")
    livres = LivresSql(base, donnees / "livres")
    try:
        livres.creer_exercice(DOSSIER.dossier, Exercice(*EXERCICE))
        yield livres
    finally:
        livres.fermer()
        base.fermer()


def _steps(livres: LivresSql, demande: Json) -> tuple[Chronometre, Plan, int]:
    contexte = livres.contexte(DOSSIER)
    chrono = Chronometre()
    chrono.demarre()
    octets = Path(demande["fichier"]).read_bytes()
    chrono.note("octets")
    chrono.demarre()
    lecture = read(octets, demande["format"], OptionsLecture(nom_fichier=demande["nom"]))
    chrono.note("lire")
    chrono.demarre()
    examen = check(lecture, contexte)
    chrono.note("controler")
    assert examen.lot is not None and examen.est_postable, dict(examen.constats.par_code)
    chrono.demarre()
    plan = plan_posting(examen.lot, contexte)
    chrono.note("planifier")
    chrono.demarre()
    with ThreadPoolExecutor(1) as fil:  # as imports.post does: lines are hashed while the database takes them
        empreinte = fil.submit(empreinte_lignes, plan.lignes)

        def faits() -> dict[str, Any]:
            return {"empreinte_lignes": empreinte.result(), "journaux": plan.totaux.to_dicts()}

        livres.poster(DOSSIER.dossier, str(uuid.uuid4()), plan, faits)
    chrono.note("comptabiliser")
    return chrono, plan, examen.constats.total


def run(demande: Json) -> Json:
    """``fichier``, ``format``, ``nom``, ``donnees`` (an empty folder), ``base`` (URL, None: SQLite)."""
    with open_livres(demande) as livres:
        chrono, plan, constats = _steps(livres, demande)
    assert plan.debit_centimes == plan.credit_centimes > 0
    return {
        "etapes": chrono.etapes,
        "lignes": plan.lignes.height,
        "constats": constats,
        "debit_centimes": plan.debit_centimes,
    }


def run_small(demande: Json) -> Json:
    """Median seconds of the same steps in a warm process, ``fois`` times: what a small file costs without HTTP nor queue."""
    series: dict[str, list[float]] = {}
    with open_livres(demande) as livres:
        for _ in range(demande["fois"] + 1):
            chrono = _steps(livres, demande)[0]
            for etape, mesure in chrono.etapes.items():
                series.setdefault(etape, []).append(mesure["secondes"])
    return {"etapes": {etape: statistics.median(valeurs[1:]) for etape, valeurs in series.items()}}


def write_file(demande: Json) -> Json:
    """Generates ``jeu`` of ``lignes`` lines into ``fichier``."""
    octets = generer(demande["jeu"], demande["lignes"], demande["graine"])
    Path(demande["fichier"]).write_bytes(octets)
    return {"octets": len(octets)}


if __name__ == "__main__":
    demande = json.loads(sys.argv[1])
    if "jeu" in demande:
        answer(write_file(demande))
    else:
        answer(run_small(demande) if "fois" in demande else run(demande))
