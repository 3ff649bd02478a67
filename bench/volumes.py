"""Measured process: what issue 4 asks beside the import of a million lines. ``python -m bench.volumes``.

Ten times more lines, the conversion of a file as ``ecritures convert`` does it, a workbook, XML and JSON: each in parts, with
the peak of memory; the anonymous part of it too, since the bytes of the file may be the page cache's.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import ParamSpec, TypeVar

import polars as pl

from bench.generate import EXERCICE
from bench.processes import Json, answer
from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.lot import Lecture, OptionsLecture
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.formats.sorties import OptionsSortie
from ecritures.imports import convert
from ecritures.imports.check import check
from ecritures.imports.read import read

P, R = ParamSpec("P"), TypeVar("R")
JOUR = date(2026, 1, 2)
"""The day of writing, that some targets bear."""
PERIODE_S = 0.02


@dataclass
class Parties:
    """Seconds of each part, wall and processor."""

    secondes: dict[str, float] = field(default_factory=dict)
    processeur_s: float = 0.0

    def mesure(self, nom: str, action: Callable[[], R]) -> R:
        debut, processeur = time.perf_counter(), time.process_time()
        resultat = action()
        self.secondes[nom] = time.perf_counter() - debut
        self.processeur_s += time.process_time() - processeur
        return resultat


class Anonyme:
    """Peak of ``RssAnon``, looked at every PERIODE_S by a thread: the kernel keeps no peak of it. Zero elsewhere than Linux."""

    def __init__(self) -> None:
        self.max_mio = 0.0
        self._fin = threading.Event()
        self._fil = threading.Thread(target=self._regarde, daemon=True)

    def __enter__(self) -> Anonyme:
        self._fil.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._fin.set()
        self._fil.join()

    def _regarde(self) -> None:
        while not self._fin.wait(PERIODE_S):
            try:
                etat = Path("/proc/self/status").read_text()
            except OSError:
                return
            _, _, reste = etat.partition("RssAnon:")
            self.max_mio = max(self.max_mio, int(reste.split()[0]) / 1024 if reste else 0.0)


def _lire_et_controler(demande: Json, parties: Parties) -> Lecture:
    """The bytes, then the lot, then every check."""
    lecture = _lire(demande, parties)
    exercices = pl.DataFrame([(*EXERCICE, False)], schema=EXERCICES_DOSSIER, orient="row")
    examen = parties.mesure("contrôler", lambda: check(lecture, Contexte(exercices=exercices)))
    assert examen.est_postable, dict(examen.constats.par_code)
    return lecture


def _lire(demande: Json, parties: Parties) -> Lecture:
    format_ = demande["format"]
    options = OptionsLecture(nom_fichier=demande["nom"])
    if format_ == "perso":
        modele = Path(demande["fichier"] + ".toml").read_text(encoding="utf-8")
        options = dataclasses.replace(options, modele=lire_modele(modele))
    octets = parties.mesure("charger les octets", Path(demande["fichier"]).read_bytes)
    return parties.mesure("lire", lambda: read(octets, format_, options))


def _convertir(demande: Json, parties: Parties) -> Lecture:
    """TRA → FEC, then the file written, as the command does. The parts of ``convert.convert`` are timed from inside."""
    lecture = _lire(demande, parties)
    lot = lecture.lot
    assert lot is not None
    for nom, titre in {"pertes": "dire les pertes", "_relire": "relire", "_compare": "comparer"}.items():
        setattr(convert, nom, _chronometre(getattr(convert, nom), titre, parties))
    sortie = convert.SORTIES["fec"]
    convert.SORTIES["fec"] = dataclasses.replace(sortie, ecrire=_chronometre(sortie.ecrire, "écrire", parties))
    debut, deja = time.perf_counter(), sum(parties.secondes.values())
    conversion = convert.convert(lot, "fec", OptionsSortie(jour=JOUR))
    parties.mesure("écrire le fichier", lambda: Path(demande["fichier"] + ".fec").write_bytes(conversion.octets))
    assert conversion.lignes == lot.lignes.height and conversion.debit_centimes == lot.debit_centimes
    parties.secondes["autres"] = time.perf_counter() - debut - (sum(parties.secondes.values()) - deja)
    return lecture


def _chronometre(fonction: Callable[P, R], titre: str, parties: Parties) -> Callable[P, R]:
    def mesuree(*places: P.args, **nommes: P.kwargs) -> R:
        return parties.mesure(titre, lambda: fonction(*places, **nommes))

    return mesuree


MESURES: dict[str, Callable[[Json, Parties], Lecture]] = {
    "lire": _lire,
    "lire+controler": _lire_et_controler,
    "convertir": _convertir,
}


def run(demande: Json) -> Json:
    """``mesure``, ``format``, ``fichier``: what was read is answered too, so that a figure is of whole files."""
    parties = Parties()
    with Anonyme() as anonyme:
        lot = MESURES[demande["mesure"]](demande, parties).lot
    assert lot is not None
    return {
        "parties": parties.secondes,
        "secondes": sum(parties.secondes.values()),
        "processeur_s": parties.processeur_s,
        "anonyme_mio": round(anonyme.max_mio, 1),
        "lignes": lot.lignes.height,
        "debit_centimes": lot.debit_centimes,
        "credit_centimes": lot.credit_centimes,
    }


if __name__ == "__main__":
    answer(run(json.loads(sys.argv[1])))
