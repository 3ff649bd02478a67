"""The books read as a lot, on every database: every field of every line, whatever the number of pages and of imports."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ecritures.domain.lot import LIGNES, VENTILATIONS, Lot, OptionsLecture
from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from ecritures.formats.fec.reader import read
from ecritures.formats.sorties import OptionsSortie
from ecritures.imports.convert import convert
from ecritures.imports.ports import Dossier, Exercice
from ecritures.ledger.posting import LIGNES_POSTEES, plan_posting
from ecritures.storage import extraction
from ecritures.storage.bases import Base
from ecritures.storage.livres import LivresSql

DOSSIER = Dossier(7, "DEMO", "MANON002", "Manon")


@pytest.fixture
def livres(base: Any, tmp_path: Path) -> Iterator[LivresSql]:
    catalogue = Base(base.url)
    ouverts = LivresSql(catalogue, tmp_path / "livres")
    for annee in (2024, 2025):
        ouverts.creer_exercice(7, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31)))
    yield ouverts
    ouverts.fermer()
    catalogue.fermer()


def lot_fec(nombre: int = 60, graine: int = 1) -> Lot:
    lot = read(generer_fec(nombre, graine), OptionsLecture(nom_fichier=NOM_FICHIER)).lot
    assert lot is not None
    return lot


def poste(livres: LivresSql, lot: Lot, import_id: str) -> None:
    livres.poster(7, import_id, plan_posting(lot, livres.contexte(DOSSIER)), lambda: {"lignes": lot.lignes.height})


def test_what_was_posted_comes_out_field_by_field_over_several_pages(
    livres: LivresSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "PAGE", 7)
    lot = lot_fec()
    poste(livres, lot, "imp-1")
    lu = livres.lot(7, "2025")
    assert lu.lignes.schema == LIGNES
    assert lu.ventilations.schema == VENTILATIONS
    assert lu.lignes["numero_ligne"].to_list() == list(range(1, 61))
    ordre = lot.lignes.sort("ecriture", "numero_ligne")
    for champ in LIGNES_POSTEES:
        if champ not in ("numero_ligne", "rang", "exercice"):
            assert lu.lignes[champ].to_list() == ordre[champ].to_list(), champ


def test_entries_of_several_imports_stay_apart(livres: LivresSql) -> None:
    lot = lot_fec()
    poste(livres, lot, "imp-1")
    poste(livres, lot, "imp-2")
    lu = livres.lot(7, "2025")
    assert lu.nombre_ecritures == 2 * lot.nombre_ecritures
    assert lu.debit_centimes == 2 * lot.debit_centimes
    assert lu.lignes["numero_ligne"].is_unique().all()


def test_an_exercice_holds_its_own_lines_and_no_code_means_all(livres: LivresSql) -> None:
    poste(livres, lot_fec(), "imp-1")
    assert livres.lot(7, "2024").lignes.is_empty()
    assert livres.lot(7).lignes.height == 60
    assert livres.lot(7, "2025").exercices["code"].to_list() == ["2025"]


def test_analytic_shares_follow_their_line_of_their_import(livres: LivresSql) -> None:
    lot = lot_fec(12)
    mere = int(lot.lignes["numero_ligne"][3])
    part = dict.fromkeys(VENTILATIONS) | {
        "numero_ligne": 9000, "ligne_mere": mere, "genre": "A", "axe": "A1", "section": "S1", "debit_centimes": 5, "credit_centimes": 0,
    }  # fmt: skip
    object.__setattr__(lot, "ventilations", pl.DataFrame([part], schema=VENTILATIONS))
    poste(livres, lot, "imp-1")
    poste(livres, lot, "imp-2")
    lu = livres.lot(7, "2025")
    assert lu.ventilations.select("axe", "section", "debit_centimes").rows() == [("A1", "S1", 5)] * 2
    meres = lu.lignes.filter(pl.col("numero_ligne").is_in(lu.ventilations["ligne_mere"].implode()))
    attendue = lot.lignes.filter(pl.col("numero_ligne") == mere)["compte"].to_list()
    assert meres["compte"].to_list() == attendue * 2


def test_a_fec_imported_is_the_fec_exported(livres: LivresSql) -> None:
    lot = lot_fec(200)
    poste(livres, lot, "imp-1")
    options = OptionsSortie(brouillons="exclure", reglementaire=True)
    export = convert(livres.lot(7, "2025"), "fec", options)
    relu = read(export.octets, OptionsLecture(nom_fichier=NOM_FICHIER)).lot
    assert relu is not None
    champs = [c for c in LIGNES if c not in ("numero_ligne", "ecriture", "supplement")]
    assert sorted(map(str, relu.lignes.select(champs).rows())) == sorted(map(str, lot.lignes.select(champs).rows()))
    assert relu.nombre_ecritures == lot.nombre_ecritures
