"""``ecritures model`` and ``ecritures check --modele``: what is proposed, kept, refused, and the exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from perso_fabrique import DIALECTES, export, verite
from typer.testing import CliRunner, Result

from ecritures.cli.context import Session
from ecritures.cli.root import racine
from ecritures.domain.errors import ModeleExistant, ModeleInconnu, ModeleInvalide
from ecritures.main import build

Model = Callable[..., Result]


def _never_built(_reglages: Any) -> Any:
    raise AssertionError("this needs neither server nor books")


def _invoke(construit: Any, *arguments: str | Path) -> Result:
    return CliRunner().invoke(racine(), [*map(str, arguments)], obj=Session(construit))


@pytest.fixture
def hors_base() -> Model:
    return lambda *arguments: _invoke(_never_built, *arguments)


@pytest.fixture
def en_base(tmp_path: Path) -> Model:
    return lambda *arguments: _invoke(build, *arguments, "--donnees", tmp_path / "donnees")


@pytest.fixture
def exporte(tmp_path: Path) -> Path:
    chemin = tmp_path / "Ventes de mars.csv"
    chemin.write_bytes(export(verite(1), DIALECTES[1]))
    return chemin


def test_the_model_proposed_is_written_to_a_file_and_reads_the_export(
    hors_base: Model, exporte: Path, tmp_path: Path
) -> None:
    modele = tmp_path / "m.toml"
    fait = hors_base("model", "infer", exporte, "--sortie", modele)
    assert fait.exit_code == 0, fait.output
    assert "nombres.milliers" in fait.stdout
    assert "153 lignes" in fait.stdout
    assert 'nom = "Ventes de mars"' in modele.read_text(encoding="utf-8")
    for commande in (("model", "check", modele, exporte), ("check", "--modele", modele, exporte)):
        fait = hors_base(*commande, "--json")
        assert fait.exit_code == 0, fait.output
        rapport = json.loads(fait.stdout)
        assert (rapport["format"], rapport["verdict"]) == ("perso", "conforme")
        assert rapport["lignes"] == 153
    assert hors_base("model", "infer", exporte, "--sortie", modele).exit_code == 2  # never written over


def test_without_a_file_the_model_alone_is_on_standard_output(hors_base: Model, exporte: Path, tmp_path: Path) -> None:
    fait = hors_base("model", "infer", exporte)
    (tmp_path / "m.toml").write_text(fait.stdout, encoding="utf-8")
    assert hors_base("model", "check", tmp_path / "m.toml", exporte).exit_code == 0
    assert "Pourquoi" in fait.stderr


def test_what_cannot_be_decided_is_said_and_exits_1(hors_base: Model, tmp_path: Path) -> None:
    chemin, modele = tmp_path / "a.csv", tmp_path / "m.toml"
    chemin.write_text(
        "Journal;Date;Compte;Pièce;Débit;Crédit\nVE;01/02/2025;411;1;1.000;\nVE;01/02/2025;707;1;;1.000\n"
    )
    fait = hors_base("model", "infer", chemin, "--sortie", modele, "--json")
    assert fait.exit_code == 1
    dit = json.loads(fait.stdout)
    assert dit["a_decider"] == ["dates.formes", "nombres.decimale", "nombres.milliers"]
    assert {d["etat"] for d in dit["decisions"]} >= {"sûr", "à décider"}
    refus = hors_base("check", "--modele", modele, chemin)
    assert isinstance(refus.exception, ModeleInvalide)
    assert refus.exception.cle == "nombres.decimale"


@pytest.mark.parametrize("octets", [b"", b"\x00" * 100, b"PK\x03\x04"])
def test_a_file_that_cannot_be_examined_exits_2(hors_base: Model, tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "x").write_bytes(octets)
    assert hors_base("model", "infer", tmp_path / "x").exit_code == 2
    assert hors_base("model", "infer", tmp_path / "absent").exit_code == 2


def test_a_file_that_does_not_fit_its_model_is_unreadable_with_one_finding(
    hors_base: Model, exporte: Path, tmp_path: Path
) -> None:
    modele, autre = tmp_path / "m.toml", tmp_path / "b.csv"
    hors_base("model", "infer", exporte, "--sortie", modele)
    autre.write_bytes(export(verite(1), replace(DIALECTES[5], encodage="utf-8")))
    fait = hors_base("check", "--modele", modele, autre, "--json")
    assert fait.exit_code == 2
    rapport = json.loads(fait.stdout)
    assert [c["id"] for c in rapport["constats"]["liste"]] == ["modele.colonnes_absentes"]


def test_a_model_and_a_format_are_not_asked_for_together(hors_base: Model, exporte: Path, tmp_path: Path) -> None:
    hors_base("model", "infer", exporte, "--sortie", tmp_path / "m.toml")
    assert hors_base("check", "--modele", tmp_path / "m.toml", "--format", "fec", exporte).exit_code == 2


def test_a_model_is_saved_listed_shown_and_removed_whatever_the_case(
    hors_base: Model, en_base: Model, exporte: Path, tmp_path: Path
) -> None:
    modele = tmp_path / "m.toml"
    hors_base("model", "infer", exporte, "--sortie", modele)
    assert en_base("model", "add", modele).exit_code == 2  # no firm yet: which one?
    assert en_base("model", "add", modele, "--domain", "DEMO").exit_code == 0
    assert isinstance(en_base("model", "add", modele).exception, ModeleExistant)
    assert en_base("model", "add", modele, "--remplacer").exit_code == 0
    assert [m["nom"] for m in json.loads(en_base("model", "list", "--json").stdout)] == ["Ventes de mars"]
    montre = en_base("model", "show", "VENTES DE MARS")
    assert montre.stdout.rstrip() == modele.read_text(encoding="utf-8").rstrip()
    assert en_base("model", "rm", "ventes DE mars").exit_code == 0
    assert isinstance(en_base("model", "show", "Ventes de mars").exception, ModeleInconnu)


def test_an_invalid_model_is_not_saved(en_base: Model, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('nom = "x"\nformat = "csv"\n')
    assert isinstance(en_base("model", "add", tmp_path / "m.toml", "--domain", "DEMO").exception, ModeleInvalide)
    assert json.loads(en_base("model", "list", "--json").stdout) == []
