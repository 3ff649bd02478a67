"""One process of a race: opens the application on its own and does one act of the books, when told to by its standard input.

``python annulation_course.py DONNEES URL ACTE ARGUMENT``; prints ``fait``, ``deja`` or the code of the refusal.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ecritures.domain.errors import Refus
from ecritures.imports import cancel, cloturer
from ecritures.imports.ports import Ports
from ecritures.imports.run import SUITE, Etapes
from ecritures.main import build
from ecritures.settings import Settings


def agir(acte: str, argument: str, ports: Ports) -> str:
    if acte == "annuler":
        return "deja" if cancel.cancel(argument, "course", ports).deja_annule else "fait"
    if acte == "travailler":
        etapes = Etapes(ports)
        if etapes.recuperer(argument, dernier_essai=True) == SUITE and etapes.examiner(argument) == SUITE:
            etapes.poster(argument)
        return "fait"
    (dossier,) = ports.dossiers.lister("CABINETDEMO")
    cloturer.close(dossier, argument, "course", ports)
    return "fait"


if __name__ == "__main__":
    donnees, url, acte, argument = sys.argv[1:]
    application = build(Settings(donnees=Path(donnees), base_sql=url))
    print("pret", flush=True)
    sys.stdin.readline()
    try:
        print(agir(acte, argument, application.ports), flush=True)
    except Refus as refus:
        print(refus.code, flush=True)
    finally:
        application.fermer()
