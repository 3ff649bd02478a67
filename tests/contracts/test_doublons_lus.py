"""imports.ports.Livres as the search for duplicates reads it, on every database: the entries asked for, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ecritures.domain.contexte import Creations
from ecritures.domain.lot import LIGNES, Detection, Lot, cadre_vide
from ecritures.imports.ports import Dossier, Exercice
from ecritures.ledger.doublons import RESUMES, resumes
from ecritures.ledger.posting import plan_posting
from ecritures.storage import doublons
from ecritures.storage.bases import Base
from ecritures.storage.livres import LivresSql

DOSSIER = Dossier(7, "DEMO", "MANON002", "Manon", creations=Creations())
AUTRE = Dossier(8, "DEMO", "AUTRE", "Autre", creations=Creations())
JOUR = date(2025, 3, 1)


@pytest.fixture
def livres(base: Any, tmp_path: Path) -> Iterator[LivresSql]:
    catalogue = Base(base.url)
    ouverts = LivresSql(catalogue, tmp_path / "livres")
    for dossier in (DOSSIER, AUTRE):
        ouverts.creer_exercice(dossier.dossier, Exercice("2025", date(2025, 1, 1), date(2025, 12, 31)))
    yield ouverts
    ouverts.fermer()
    catalogue.fermer()


def poste(livres: LivresSql, dossier: Dossier, import_id: str, ecritures: int = 12) -> pl.DataFrame:
    """Entries of two lines, account by account upward; gives the lines posted."""
    rangs = [
        {
            "ecriture": n,
            "numero_ligne": 2 * n + sens,
            "journal": "VE",
            "date": JOUR,
            "compte": f"{'707' if sens else '411'}{n:03d}",
            "type_ecriture": "N",
            "debit_centimes": 0 if sens else 100 * n,
            "credit_centimes": 100 * n if sens else 0,
        }
        for n in range(1, ecritures + 1)
        for sens in (0, 1)
    ]
    cadre = pl.DataFrame(rangs)
    lignes = pl.concat([cadre_vide(LIGNES), cadre.cast({nom: LIGNES[nom] for nom in cadre.columns})], how="diagonal")
    plan = plan_posting(Lot("fec", Detection("ascii", "LF", 0, 0), lignes), livres.contexte(dossier))
    livres.poster(dossier.dossier, import_id, plan, dict)
    return plan.lignes


def demande(*ecritures: tuple[int, int]) -> pl.DataFrame:
    return pl.DataFrame(ecritures, schema={"import_rang": pl.Int64, "ecriture": pl.Int64}, orient="row")


@pytest.mark.parametrize("ensemble", [1, 2, 3, 500])
@pytest.mark.parametrize(
    "voulues",
    [
        ((1, 1), (1, 12), (2, 6)),  # far apart: by the key
        tuple((1, n) for n in range(2, 10)),  # a run: between two bounds
        ((2, 1), (2, 2), (2, 4), (2, 12), (1, 3), (1, 3)),  # both, out of order, one asked for twice
    ],
)
def test_the_lines_of_exactly_the_entries_asked_for_are_read_once(
    livres: LivresSql, monkeypatch: pytest.MonkeyPatch, ensemble: int, voulues: tuple[tuple[int, int], ...]
) -> None:
    monkeypatch.setattr(doublons, "ENSEMBLE", ensemble)
    for import_id in ("imp-1", "imp-2"):
        poste(livres, DOSSIER, import_id)
    poste(livres, AUTRE, "imp-3")
    lues = livres.lignes_des_ecritures(7, demande(*voulues))
    attendues = sorted((rang, f"imp-{rang}", n, 2 * n + sens) for rang, n in set(voulues) for sens in (0, 1))
    assert sorted(lues.select("import_rang", "import_id", "ecriture", "numero_ligne").rows()) == attendues


def test_no_entry_asked_for_reads_no_line(livres: LivresSql) -> None:
    poste(livres, DOSSIER, "imp-1")
    assert livres.lignes_des_ecritures(7, demande()).is_empty()


def test_the_database_sums_an_entry_up_as_the_file_does(livres: LivresSql) -> None:
    lignes = poste(livres, DOSSIER, "imp-1")
    poste(livres, AUTRE, "imp-2")
    lus = livres.resumes_ecritures(7, ["VE"], JOUR, JOUR, sauf="imp-9")
    ici = resumes(lignes).with_columns(import_rang=pl.lit(1, pl.Int64)).select(list(RESUMES)).cast(dict(RESUMES))
    assert sorted(lus.rows()) == sorted(ici.rows())
    assert livres.resumes_ecritures(7, ["VE"], JOUR, JOUR, sauf="imp-1").is_empty()
