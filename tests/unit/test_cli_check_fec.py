"""``ecritures check`` on a FEC: profiles, regimes, deviations accepted, control amounts, and the official verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fec_fabrique import Brouillon
from fec_mutations import tresorerie
from typer.testing import CliRunner, Result

from ecritures.cli.context import Session
from ecritures.cli.root import racine
from ecritures.formats.fec.echantillon import NOM_FICHIER


def _jamais(_reglages: Any) -> Any:
    raise AssertionError("check needs neither server nor books")


def check(tmp_path: Path, octets: bytes, *arguments: str, nom: str = NOM_FICHIER) -> Result:
    chemin = tmp_path / nom
    chemin.write_bytes(octets)
    return CliRunner().invoke(racine(), ["check", str(chemin), *arguments], obj=Session(_jamais))


def test_strict_is_the_profile_unless_another_is_asked(tmp_path: Path) -> None:
    octets = Brouillon().met(5, ValidDate="").octets
    assert check(tmp_path, octets).exit_code == 1
    assert check(tmp_path, octets, "--profil", "strict").exit_code == 1
    tolerant = check(tmp_path, octets, "--profil", "TOLERANT")
    assert tolerant.exit_code == 0
    assert "Test Compta Demat : non conforme (Date de validation vide × 1)" in tolerant.stdout


def test_the_json_has_the_official_verdict_and_the_reasons(tmp_path: Path) -> None:
    rapport = json.loads(check(tmp_path, Brouillon().met(5, PieceDate="20250230").octets, "--json").stdout)
    assert rapport["verdict"] == "non_conforme"
    officiel = rapport["verdict_officiel"]
    assert officiel["verdict"] == "conforme"
    assert officiel["motifs"] == []
    (autre,) = officiel["hors_outil"]
    assert (autre["id"], autre["code"], autre["nombre"]) == ("date.inexistante", "V17", 1)
    assert autre["raison"] == "LPF, article A47 A-1, XII"


def test_an_unreadable_file_has_an_official_verdict_too(tmp_path: Path) -> None:
    entete = Brouillon().octets.splitlines(keepends=True)[0]
    rapport = json.loads(check(tmp_path, entete, "--json").stdout)
    assert rapport["verdict"] == "illisible"
    assert rapport["verdict_officiel"]["verdict"] == "non conforme"


@pytest.mark.parametrize(
    ("regime", "libelle"), [("bic", "BIC/IS"), ("bnct", "BNC trésorerie"), ("bat", "BA trésorerie")]
)
def test_a_regime_is_forced(tmp_path: Path, regime: str, libelle: str) -> None:
    rapport = json.loads(check(tmp_path, tresorerie().octets, "--json", "--regime", regime).stdout)
    assert rapport["regime"] == libelle


def test_a_deviation_is_accepted_by_its_id_and_no_other(tmp_path: Path) -> None:
    octets = Brouillon().ote(1).octets
    assert check(tmp_path, octets, "--profil", "tolerant").exit_code == 1
    assert check(tmp_path, octets, "--profil", "tolerant", "--accepter", "d-06").exit_code == 0
    refus = check(tmp_path, octets, "--accepter", "D-24")
    assert refus.exit_code == 2
    assert "D-06, D-32" in refus.output


@pytest.mark.parametrize(
    ("attendu", "code"),
    [
        ("debit=0,01", 1),
        ("resultat=1 234,56", 1),
        ("512=-12", 1),
        ("benefice=1", 2),
        ("resultat=1,234", 2),
        ("resultat", 2),
    ],
)
def test_control_amounts_are_compared_or_refused(tmp_path: Path, attendu: str, code: int) -> None:
    assert check(tmp_path, Brouillon().octets, "--attendu", attendu).exit_code == code


def test_a_control_amount_that_agrees_says_nothing(tmp_path: Path) -> None:
    total = json.loads(check(tmp_path, Brouillon().octets, "--json").stdout)["debit_centimes"]
    fait = check(tmp_path, Brouillon().octets, "--attendu", f"debit={total // 100},{total % 100:02d}")
    assert fait.exit_code == 0
