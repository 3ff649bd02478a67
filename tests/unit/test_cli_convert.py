"""``ecritures convert`` as typed: the file, its report, its refusals; nothing half-written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest

from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec

ECHANTILLON = Path(str(resources.files("ecritures").joinpath("echantillons"))) / "seed_sample.TRA"


def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    fait = subprocess.run(
        [sys.executable, "-m", "ecritures", "convert", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ},
    )
    assert fait.returncode == code, f"{arguments}: {fait.returncode}\n{fait.stdout}\n{fait.stderr}"
    return fait


@pytest.fixture
def fec(tmp_path: Path) -> Path:
    chemin = tmp_path / NOM_FICHIER
    chemin.write_bytes(generer_fec(40))
    return chemin


def test_the_extension_tells_the_target_and_the_report_says_every_loss(tmp_path: Path) -> None:
    sortie = tmp_path / "b.txt"
    rapport = json.loads(run(ECHANTILLON, sortie, "--json").stdout)
    assert (rapport["cible"], rapport["ecrit"], rapport["lignes"], rapport["ecritures"]) == ("fec", True, 13, 4)
    assert rapport["debit_centimes"] == rapport["credit_centimes"] == 163248
    pertes = {p["champ"]: p for p in rapport["pertes"]}
    assert pertes["echeance"]["zone"] == "ECHEANCE"
    assert (pertes["echeance"]["nombre"], pertes["echeance"]["premieres_lignes"]) == (4, [2, 5, 9, 12])
    assert rapport["completes"]["date_piece"] == 13
    assert sortie.read_bytes().startswith(b"JournalCode\t")
    assert list(tmp_path.iterdir()) == [sortie]


def test_people_read_a_table(tmp_path: Path) -> None:
    ecran = run(ECHANTILLON, tmp_path / "b.csv").stdout
    assert "relu et vérifié" in ecran
    assert "Blancs que la cible demande de remplir" in ecran or "Aucune perte." in ecran


def test_strict_refuses_a_loss_and_writes_nothing(tmp_path: Path) -> None:
    sortie = tmp_path / "b.txt"
    rapport = json.loads(run(ECHANTILLON, sortie, "--strict", "--json", code=1).stdout)
    assert (rapport["ecrit"], rapport["erreur"]["code"]) == (False, "conversion.pertes")
    assert rapport["pertes"]
    refus = run(ECHANTILLON, sortie, "--strict", code=1)
    assert "Rien n'a été écrit" in refus.stderr and "ECHEANCE" in refus.stdout
    assert list(tmp_path.iterdir()) == []


def test_strict_writes_what_loses_nothing(fec: Path, tmp_path: Path) -> None:
    for nom in ("b.txt", "b.csv", "b.parquet", "b.xlsx"):
        assert json.loads(run(fec, tmp_path / nom, "--strict", "--json").stdout)["sans_perte"] is True
    assert (tmp_path / "b.txt").read_bytes() == fec.read_bytes()


def test_a_file_that_exists_is_kept_unless_forced(fec: Path, tmp_path: Path) -> None:
    sortie = tmp_path / "b.csv"
    sortie.write_text("à moi")
    assert "--force" in run(fec, sortie, code=2).stderr
    assert sortie.read_text() == "à moi"
    run(fec, sortie, "--force")
    assert sortie.read_bytes().startswith(b"\xef\xbb\xbfJournal;")
    assert "est le fichier lu" in run(fec, fec, "--vers", "fec", "--force", code=2).stderr


def test_what_is_badly_asked_is_said(fec: Path, tmp_path: Path) -> None:
    assert "choisir par --vers" in run(fec, tmp_path / "b.dat", code=2).stderr
    assert "n'existe pas" in run(fec, tmp_path / "absent" / "b.csv", code=2).stderr
    assert "ne peut pas être ouvert" in run(tmp_path / "absent.txt", tmp_path / "b.csv", code=2).stderr
    assert "séparateur" in run(fec, tmp_path / "b.csv", "--separateur", "x", code=2).stderr
    assert "décimale" in run(fec, tmp_path / "b.csv", "--decimale", "x", code=2).stderr


def test_a_value_that_does_not_fit_refuses_the_whole_and_names_it(fec: Path, tmp_path: Path) -> None:
    texte = fec.read_text().replace("607000", "6070000000000000000")
    (tmp_path / "long.txt").write_text(texte)
    rapport = json.loads(run(tmp_path / "long.txt", tmp_path / "b.TRA", "--json", code=1).stdout)
    assert rapport["erreur"]["code"] == "format.ecriture_impossible"
    refusees = [p for p in rapport["pertes"] if p["sort"] == "refusé"]
    assert [p["champ"] for p in refusees] == ["compte"]
    assert not (tmp_path / "b.TRA").exists()


def test_a_json_is_written_for_its_dossier_and_read_again(fec: Path, tmp_path: Path) -> None:
    run(fec, tmp_path / "b.json", "--dossier", "DEMO001")
    assert json.loads((tmp_path / "b.json").read_bytes())["codeIbs"] == "DEMO001"
    retour = json.loads(run(tmp_path / "b.json", tmp_path / "c.parquet", "--json").stdout)
    assert retour["lignes"] == 40


def test_a_tra_of_another_form_and_version_is_written(tmp_path: Path) -> None:
    run(ECHANTILLON, tmp_path / "b.TRA", "--forme", "ETE", "--version", "9")
    assert (tmp_path / "b.TRA").read_bytes()[:3] == b"***"
    assert b"ETE" in (tmp_path / "b.TRA").read_bytes()[:40]
