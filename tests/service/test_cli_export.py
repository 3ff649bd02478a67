"""``ecritures export``: the books of a data folder, written as files by the command people type."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ecritures.domain.lot import OptionsLecture
from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from ecritures.formats.fec.reader import read
from ecritures.imports.ports import Exercice
from ecritures.ledger.posting import plan_posting
from ecritures.main import build
from ecritures.settings import Settings

SIREN = NOM_FICHIER[:9]


@pytest.fixture(scope="module")
def donnees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dossier whose exercice 2025 holds a FEC."""
    dossier_donnees = tmp_path_factory.mktemp("donnees")
    app = build(Settings(donnees=dossier_donnees))
    try:
        dossier = app.ports.dossiers.creer("CABINET", "ESSAI01", "Essai SARL", SIREN)
        app.livres.creer_exercice(dossier.dossier, Exercice("2025", date(2025, 1, 1), date(2025, 12, 31)))
        app.livres.creer_exercice(dossier.dossier, Exercice("2026", date(2026, 1, 1), date(2026, 12, 31)))
        lot = read(generer_fec(80), OptionsLecture(nom_fichier=NOM_FICHIER)).lot
        assert lot is not None
        app.livres.poster(
            dossier.dossier, "imp-1", plan_posting(lot, app.livres.contexte(dossier)), lambda: {"lignes": 80}
        )
    finally:
        app.fermer()
    return dossier_donnees


def export(donnees: Path, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    fait = subprocess.run(
        [sys.executable, "-m", "ecritures", "export", "--dossier", "ESSAI01", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "ECRITURES_DONNEES": str(donnees)},
    )
    assert fait.returncode == code, f"{arguments}: {fait.returncode}\n{fait.stdout}\n{fait.stderr}"
    return fait


def test_a_fec_bears_the_name_of_the_law_and_the_entries_of_the_books(donnees: Path, tmp_path: Path) -> None:
    rapport = json.loads(export(donnees, "--exercice", "2025", "--vers", "fec", "--json", tmp_path).stdout)
    chemin = tmp_path / NOM_FICHIER
    assert rapport["sortie"] == str(chemin)
    assert rapport["lignes"] == 80
    assert NOM_FICHIER in (tmp_path / NOM_FICHIER.replace(".txt", "_description.txt")).read_text()
    relu = read(chemin.read_bytes(), OptionsLecture(nom_fichier=chemin.name)).lot
    origine = read(generer_fec(80), OptionsLecture(nom_fichier=NOM_FICHIER)).lot
    assert relu is not None and origine is not None
    champs = [
        "journal",
        "numero_piece",
        "date",
        "compte",
        "tiers",
        "libelle",
        "debit_centimes",
        "credit_centimes",
        "lettrage",
    ]
    assert sorted(map(str, relu.lignes.select(champs).rows())) == sorted(map(str, origine.lignes.select(champs).rows()))


def test_other_targets_are_written_from_the_books(donnees: Path, tmp_path: Path) -> None:
    for nom in ("a.csv", "a.json", "a.TRA", "a.parquet"):
        rapport = json.loads(export(donnees, "--exercice", "2025", "--json", tmp_path / nom).stdout)
        assert (rapport["ecrit"], rapport["lignes"]) == (True, 80)
    assert json.loads((tmp_path / "a.json").read_bytes())["codeIbs"] == "ESSAI01"


def test_what_is_badly_asked_is_said(donnees: Path, tmp_path: Path) -> None:
    assert "préciser --exercice" in export(donnees, "--vers", "csv", tmp_path, code=2).stderr
    assert "n'existe pas" in export(donnees, "--exercice", "1999", "--vers", "csv", tmp_path, code=2).stderr
    assert "préciser --vers" in export(donnees, "--exercice", "2025", tmp_path, code=2).stderr
    assert "aucune écriture" in export(donnees, "--exercice", "2026", "--vers", "csv", tmp_path, code=1).stderr
    assert list(tmp_path.iterdir()) == []
