"""What the benchmark measures on: generated files must be what they announce, or its figures mean nothing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import polars as pl
import pytest

from ecritures.domain.constat import Severity
from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.lot import OptionsLecture
from ecritures.imports.check import check
from ecritures.imports.read import read


def _generate() -> ModuleType:
    """bench/ is beside the package, not in it."""
    chemin = Path(__file__).parents[2] / "bench" / "generate.py"
    spec = importlib.util.spec_from_file_location("bench_generate", chemin)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generate = _generate()
CODE, DEBUT, FIN = generate.EXERCICE
CONTEXTE = Contexte(exercices=pl.DataFrame([(CODE, DEBUT, FIN, False)], schema=EXERCICES_DOSSIER, orient="row"))


@pytest.mark.parametrize("code", list(generate.JEUX))
def test_a_generated_file_has_the_lines_announced_balances_and_calls_for_no_error(code: str) -> None:
    jeu = generate.JEUX[code]
    octets = generate.generer(code, 300, graine=7)
    with pytest.raises(UnicodeDecodeError):
        octets.decode("ascii")  # accents are part of what is measured
    lecture = read(octets, jeu.format, OptionsLecture(nom_fichier=jeu.nom_fichier))
    examen = check(lecture, CONTEXTE)
    lot = examen.lot
    assert lot is not None
    assert lot.lignes.height == 300
    assert lot.debit_centimes == lot.credit_centimes > 0
    assert lot.detection.encodage == ("utf-8" if code == "fec" else "windows-1252")
    erreurs = examen.constats.liste.filter(pl.col("severite") == Severity.ERROR.value)
    assert erreurs.select("id", "numero_ligne", "message").rows() == []
    assert not examen.constats.est_bloquant


@pytest.mark.parametrize("code", ["tra-std", "tra-ete"])
def test_a_generated_tra_has_four_entries_in_ten_lines(code: str) -> None:
    octets = generate.generer(code, 300)
    lot = read(octets, "tra", OptionsLecture()).lot
    assert lot is not None
    assert lot.nombre_ecritures == 120


@pytest.mark.parametrize("lignes", [2, 3, 10, 11, 12, 13, 21, 29])
def test_a_generated_tra_has_any_number_of_lines(lignes: int) -> None:
    lot = read(generate.generer_tra(lignes), "tra", OptionsLecture()).lot
    assert lot is not None
    assert lot.lignes.height == lignes
    assert lot.debit_centimes == lot.credit_centimes > 0


@pytest.mark.parametrize("code", list(generate.JEUX))
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(code: str) -> None:
    assert generate.generer(code, 100, 1) == generate.generer(code, 100, 1)
    assert generate.generer(code, 100, 1) != generate.generer(code, 100, 2)


def test_without_accents_a_generated_tra_is_ascii() -> None:
    assert generate.generer_tra(100, accents=False).isascii()
