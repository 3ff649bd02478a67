"""The fuzz target: any bytes, through every reader and every check. Whatever they are, nothing raises and totals are true.

    .venv/bin/pip install atheris && .venv/bin/python tests/fuzz/cible.py tests/fuzz/graines -max_total_time=600

Seeds: every sample and golden file, and every crasher ever found (tests/fuzz/graines). test_fuzz.py runs the same function on
all of them, and on seeded mutations of them, in the normal suite.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from ecritures.domain.constat import CONSTATS
from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.lot import LIGNES, OptionsLecture
from ecritures.formats import FORMATS
from ecritures.formats.detect import reconnaitre
from ecritures.imports.check import check
from ecritures.imports.report import public_report
from ecritures.ledger.posting import plan_posting

RACINE = Path(__file__).parents[2]
GRAINES = Path(__file__).parent / "graines"
_EXERCICES = [(str(annee), date(annee, 1, 1), date(annee, 12, 31), annee == 2015) for annee in range(1990, 2031)]
CONTEXTE = Contexte(
    exercices=pl.DataFrame(_EXERCICES, schema=EXERCICES_DOSSIER, orient="row"),
    journaux=pl.DataFrame(schema={"code": pl.String, "nature": pl.String, "est_ferme": pl.Boolean}),
    comptes=pl.DataFrame(schema={"numero": pl.String, "nature": pl.String, "est_ferme": pl.Boolean}),
    tiers=pl.DataFrame(schema={"code": pl.String, "collectif": pl.String, "est_ferme": pl.Boolean}),
)


def graines() -> Iterator[Path]:
    """Every file that a reader has been tried on."""
    yield from sorted((RACINE / "tests" / "golden").rglob("entree.*"))
    yield from sorted((RACINE / "src" / "ecritures" / "echantillons").glob("*.TRA"))
    yield from sorted(chemin for chemin in GRAINES.glob("*") if chemin.is_file())


def essaie(octets: bytes, nom: str | None = None) -> None:
    """Reads and checks as each format, and plans the posting of what has no error."""
    reconnaitre(octets, nom)
    for code, format_ in FORMATS.items():
        lecture = format_.read(octets, OptionsLecture(nom_fichier=nom))
        examen = check(lecture, CONTEXTE)
        constats = examen.constats
        assert list(constats.liste.columns) == list(CONSTATS)
        assert constats.total >= constats.liste.height
        assert (constats.liste["colonne_debut"] > constats.liste["colonne_fin"]).sum() == 0
        assert constats.liste["message"].null_count() == 0
        public_report(nom or "x", code, examen)
        if examen.lot is None:
            assert constats.est_bloquant, "a file that cannot be read says why"
            continue
        assert examen.lot.lignes.schema == pl.Schema(LIGNES)
        if examen.est_postable:
            plan = plan_posting(examen.lot, CONTEXTE)
            assert plan.debit_centimes == plan.credit_centimes


def main() -> None:
    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, lambda octets: essaie(octets, "812345676FEC20251231.txt"))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
