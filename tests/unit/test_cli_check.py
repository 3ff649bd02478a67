"""``ecritures check``: the public JSON, the exit codes, what people see, and how little it needs to start."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ecritures.cli.context import Session
from ecritures.cli.demo_story import ERRONE, JUSTE, sample
from ecritures.cli.root import racine

Check = Callable[..., Result]


def _never_built(_reglages: Any) -> Any:
    raise AssertionError("check needs neither server nor books")


@pytest.fixture
def check() -> Check:
    def invoke(*arguments: str | Path) -> Result:
        return CliRunner().invoke(racine(), ["check", *map(str, arguments)], obj=Session(_never_built))

    return invoke


def _sample_with(tmp_path: Path, avant: bytes, apres: bytes, nom: str = "essai.TRA") -> Path:
    octets = sample(JUSTE).read_bytes()
    assert octets.count(avant) == 1
    assert len(avant) == len(apres)
    chemin = tmp_path / nom
    chemin.write_bytes(octets.replace(avant, apres))
    return chemin


def test_a_right_file_is_said_conforme_and_exits_0(check: Check) -> None:
    fait = check(sample(JUSTE))
    assert fait.exit_code == 0
    assert "conforme" in fait.stdout
    assert "débit 1\u202f632,48\u00a0€, crédit 1\u202f632,48\u00a0€, équilibré" in fait.stdout


def test_the_json_of_one_file_is_one_object_with_the_documented_keys(check: Check) -> None:
    fait = check(sample(JUSTE), "--json")
    rapport = json.loads(fait.stdout)
    assert fait.exit_code == 0
    assert fait.stdout.count("\n") == 1
    assert rapport["fichier"] == str(sample(JUSTE))
    attendu = {
        "format": "tra",
        "verdict": "conforme",
        "encodage": "ascii",
        "fin_de_ligne": "CRLF",
        "lignes": 13,
        "ecritures": 4,
        "debit_centimes": 163248,
        "credit_centimes": 163248,
        "ventilations": 0,
        "enregistrements": {},
    }
    assert {cle: rapport[cle] for cle in attendu} == attendu
    assert rapport["entete"]["VERSION"] == "007"
    assert set(rapport["constats"]) == {"total", "par_code", "liste"}


def test_a_wrong_file_exits_1_and_every_finding_has_its_place(check: Check) -> None:
    fait = check(sample(ERRONE), "--json")
    assert fait.exit_code == 1
    rapport = json.loads(fait.stdout)
    assert rapport["verdict"] == "non_conforme"
    liste = rapport["constats"]["liste"]
    assert rapport["constats"]["total"] == len(liste) == sum(rapport["constats"]["par_code"].values())
    places = {(c["numero_ligne"], c["colonne_debut"], c["colonne_fin"], c["zone"]) for c in liste}
    assert places >= {
        (5, 122, 129, "ECHEANCE"),
        (10, 130, 130, "SENS"),
        (11, 14, 30, "GENERAL"),
        (13, 131, 150, "MONTANT1"),
    }
    cles = [
        "id",
        "code",
        "severite",
        "numero_ligne",
        "colonne_debut",
        "colonne_fin",
        "zone",
        "valeur",
        "message",
        "remede",
    ]
    assert all(list(c) == cles for c in liste)
    assert all(c["message"] and c["remede"] and c["severite"] in ("ERREUR", "AVERTISSEMENT", "INFO") for c in liste)


def test_several_files_give_an_array_in_the_order_asked_and_the_worst_exit_code(check: Check, tmp_path: Path) -> None:
    absent = tmp_path / "absent.TRA"
    fait = check(sample(JUSTE), absent, sample(ERRONE), "--json")
    rapports = json.loads(fait.stdout)
    assert [r["verdict"] for r in rapports] == ["conforme", "illisible", "non_conforme"]
    assert [r["fichier"] for r in rapports] == [str(sample(JUSTE)), str(absent), str(sample(ERRONE))]
    assert fait.exit_code == 2


@pytest.mark.parametrize(
    ("octets", "identifiant"),
    [
        (b"bonjour\r\n", "fichier.format_inconnu"),
        (b"\x00\x01\x02\xff" * 400, "fichier.format_inconnu"),
        (b"", "fichier.format_inconnu"),
    ],
)
def test_what_is_no_known_format_is_unreadable_and_says_what_to_do(
    check: Check, tmp_path: Path, octets: bytes, identifiant: str
) -> None:
    chemin = tmp_path / "essai.dat"
    chemin.write_bytes(octets)
    fait = check(chemin, "--json")
    rapport = json.loads(fait.stdout)
    assert fait.exit_code == 2
    assert (rapport["format"], rapport["verdict"], rapport["lignes"]) == (None, "illisible", None)
    assert [c["id"] for c in rapport["constats"]["liste"]] == [identifiant]
    assert "--format" in rapport["constats"]["liste"][0]["remede"]


@pytest.mark.parametrize("nom", ["absent.TRA", "dossier"])
def test_a_file_that_cannot_be_opened_exits_2_and_is_named(check: Check, tmp_path: Path, nom: str) -> None:
    (tmp_path / "dossier").mkdir()
    fait = check(tmp_path / nom)
    assert fait.exit_code == 2
    assert nom in fait.stdout
    assert "ne peut pas être ouvert" in fait.stdout


def test_a_forced_format_that_is_not_the_file_s_is_refused_with_the_right_one(check: Check) -> None:
    fait = check(sample(JUSTE), "--format", "fec", "--json")
    assert fait.exit_code == 2
    assert "TRA" in json.loads(fait.stdout)["constats"]["liste"][0]["message"]


@pytest.mark.parametrize(
    "arguments", [["--format", "pdf"], ["--exercice", "2025"], ["--exercice", "2025-12-31:2025-01-01"], ["--inconnue"]]
)
def test_a_misused_command_exits_2_and_prints_nothing_on_stdout(check: Check, arguments: list[str]) -> None:
    fait = check(sample(JUSTE), "--json", *arguments)
    assert fait.exit_code == 2
    assert fait.stdout == ""


def test_two_exercices_that_overlap_are_refused(check: Check) -> None:
    fait = check(sample(JUSTE), "--exercice", "2020-01-01:2020-12-31", "--exercice", "31/12/2020:30/12/2021")
    assert fait.exit_code == 2


@pytest.mark.parametrize("periode", ["2020-01-01:2020-12-31", "01/01/2020:31/12/2020"])
def test_dates_inside_the_exercice_given_are_no_finding(check: Check, periode: str) -> None:
    assert check(sample(JUSTE), "--exercice", periode).exit_code == 0


def test_text_of_a_file_cannot_act_on_the_terminal(check: Check, tmp_path: Path) -> None:
    """Escape sequences, rich markup and direction marks of a file are shown, never obeyed."""
    chemin = _sample_with(
        tmp_path, b"AI 10012020FF40100001   ", b"AI \x1b[31m[r]FF40100001   ", nom="a\u202eb[red].TRA"
    )
    fait = check(chemin)
    assert fait.exit_code == 1
    assert "\x1b" not in fait.stdout
    assert "\u202e" not in fait.stdout
    assert "\\u001b[31m[r]" in fait.stdout
    assert "a\\u202eb[red].TRA" in fait.stdout


def test_beyond_the_first_findings_the_rest_is_announced_and_tout_shows_it(check: Check, tmp_path: Path) -> None:
    lignes = sample(JUSTE).read_bytes().split(b"\r\n")
    fausse = lignes[2].replace(b"01011900C", b"01011900Z")
    chemin = tmp_path / "beaucoup.TRA"
    chemin.write_bytes(b"\r\n".join([lignes[0], *([fausse] * 50), b""]))
    court, entier = check(chemin), check(chemin, "--tout")
    assert "autres constats" in court.stdout
    assert "autres constats" not in entier.stdout
    assert entier.stdout.count("Le sens « Z »") == 50


def test_check_starts_without_server_database_or_queue() -> None:
    programme = (
        "import sys\n"
        f"sys.argv = ['ecritures', 'check', {str(sample(JUSTE))!r}, '--json']\n"
        "from ecritures.main import cli\n"
        "try:\n    cli()\nexcept SystemExit as fin:\n    assert not fin.code, fin.code\n"
        "lourds = {'dbos', 'fastapi', 'sqlalchemy', 'uvicorn', 'httpx2', 'alembic', 'psycopg', 'obstore', 'pydantic_settings'}\n"
        "print(sorted(lourds & set(sys.modules)))\n"
    )
    fait = subprocess.run([sys.executable, "-c", programme], capture_output=True, text=True, check=False)
    assert fait.returncode == 0, fait.stderr
    assert fait.stdout.splitlines()[-1] == "[]"


def test_the_tree_of_commands_is_built_without_polars() -> None:
    programme = "import sys\nfrom ecritures.cli.root import racine\nracine()\nassert 'polars' not in sys.modules\n"
    subprocess.run([sys.executable, "-c", programme], check=True)
