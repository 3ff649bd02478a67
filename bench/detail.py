"""Measured process: what is inside the two costly steps of a large import. Not to be imported.

Reading and checking under a profiler, which inflates them by about a tenth; loading with the indexes of the books, without them, and
the hash of the lines that runs beside it.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
import time
from pathlib import Path

import polars as pl

from bench.processes import Json, answer
from bench.steps import DOSSIER, open_livres
from ecritures.domain.lot import OptionsLecture
from ecritures.imports.check import check
from ecritures.imports.read import read
from ecritures.ledger.posting import empreinte_lignes, plan_posting
from ecritures.storage.livres import LivresSql
from ecritures.storage.load import load
from ecritures.storage.tables import LIGNES

FONCTIONS_MAX = 10
PART_MIN = 0.02
"""Functions that take less of the time are left out."""


class _Annuler(Exception):
    """Leaves a transaction by its rollback: what was loaded to be measured is not kept."""


def run(demande: Json) -> Json:
    """``fichier``, ``format``, ``nom``, ``donnees``, ``base`` as for steps; ``profil``: whether to profile reading."""
    with open_livres(demande) as livres:
        contexte = livres.contexte(DOSSIER)
        octets = Path(demande["fichier"]).read_bytes()
        profil = cProfile.Profile()
        if demande["profil"]:
            profil.enable()
        lecture = read(octets, demande["format"], OptionsLecture(nom_fichier=demande["nom"]))
        examen = check(lecture, contexte)
        profil.disable()
        assert examen.lot is not None
        lignes = plan_posting(examen.lot, contexte).lignes
        del octets, lecture, examen
        debut = time.perf_counter()
        empreinte_lignes(lignes)
        empreinte_s = time.perf_counter() - debut
        chargement = {"avec_index": _load(livres, lignes), "sans_index": _load(livres, lignes, sans_index=True)}
    return {"empreinte_s": empreinte_s, **chargement, "fonctions": _fonctions(profil) if demande["profil"] else []}


def _load(livres: LivresSql, lignes: pl.DataFrame, *, sans_index: bool = False) -> float:
    """Seconds to load the lines, alone, in a transaction that is rolled back."""
    cle = (pl.lit(DOSSIER.dossier, pl.Int64).alias("dossier"), pl.lit(1, pl.Int64).alias("import_rang"))
    cadre = lignes.select(*cle, pl.all())
    secondes = 0.0
    try:
        with livres.base(DOSSIER.dossier).ecriture() as connexion:
            if sans_index:
                for index in LIGNES.indexes:
                    connexion.exec_driver_sql(f"DROP INDEX {index.name}")
            debut = time.perf_counter()
            load(connexion, LIGNES, cadre)
            secondes = time.perf_counter() - debut
            raise _Annuler
    except _Annuler:
        return secondes


def _fonctions(profil: cProfile.Profile) -> list[Json]:
    """Our own functions that take the most, callees counted: ``[{"fonction", "secondes"}]``, callers before callees."""
    stats = pstats.Stats(profil).stats  # type: ignore[attr-defined]
    trouvees: list[tuple[float, str]] = []
    for (fichier, _, nom), (_, _, _, cumul, _) in stats.items():
        if "/ecritures/" in fichier.replace("\\", "/") and not nom.startswith("<"):
            module = fichier.replace("\\", "/").rpartition("/ecritures/")[2]
            trouvees.append((cumul, f"{module} {nom}"))
    trouvees.sort(reverse=True)
    total = trouvees[0][0] if trouvees else 0.0
    return [{"fonction": f, "secondes": s} for s, f in trouvees[:FONCTIONS_MAX] if s >= PART_MIN * total]


if __name__ == "__main__":
    answer(run(json.loads(sys.argv[1])))
