"""The fuzz targets in the normal suite: every seed of every reader, and seeded mutations of each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cible
import modeles
import pytest
from cible import CIBLES, essaie_graine

from ecritures.domain.lot import OptionsLecture
from ecritures.formats import FORMATS
from ecritures.formats.perso import reader as perso
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.imports import repair

MUTATIONS = 2

ESSAIS = [
    pytest.param(nom, graine, octets, id=f"{nom}-{graine}")
    for nom, une in CIBLES.items()
    for graine, octets in une.graines()
]


@pytest.mark.parametrize(("nom", "graine", "octets"), ESSAIS)
def test_a_seed_and_its_mutations_are_read_without_raising(nom: str, graine: str, octets: bytes) -> None:
    essaie_graine(CIBLES[nom], graine, octets, MUTATIONS)


@pytest.mark.parametrize(
    ("texte", "fichier"), list(zip(modeles.TEXTES, modeles.fichiers().values(), strict=True)), ids=modeles.fichiers()
)
def test_each_model_reads_its_own_file_whole(texte: str, fichier: bytes) -> None:
    lecture = perso.read(fichier, OptionsLecture(modele=lire_modele(texte)))
    assert lecture.lot is not None, [r.regle.id for r in lecture.releves]
    assert (lecture.lot.lignes.height, lecture.lot.nombre_ecritures) == (4, 2)
    assert (lecture.lot.debit_centimes, lecture.lot.credit_centimes) == (300_050, 300_050)


@pytest.mark.parametrize("texte", modeles.RECETTES, ids=["fec", "tra"])
def test_each_recipe_is_read_and_applied(texte: str) -> None:
    lue = repair.lire(texte)
    for octets, lecture in cible.a_reparer(lue.format):
        assert repair.reparer(octets, lecture, lue, OptionsLecture(nom_fichier=cible.NOM_FEC)).lecture.lot is not None


@pytest.mark.parametrize("nom", CIBLES)
def test_every_target_has_seeds(nom: str) -> None:
    assert next(CIBLES[nom].graines(), None) is not None


def test_every_format_has_its_target() -> None:
    assert {cle.partition("-")[0] for cle in CIBLES} >= FORMATS.keys()


@pytest.mark.parametrize("nom", ["zip", "perso-xlsx"])
def test_a_target_runs_on_its_own_within_its_memory(nom: str) -> None:
    commande = [sys.executable, str(Path(__file__).parent / "cible.py"), nom, "-rejoue=0"]
    rendu = subprocess.run(commande, capture_output=True, text=True, timeout=240, check=False)
    assert rendu.returncode == 0, rendu.stderr[-2000:]


def test_an_unknown_target_is_told_with_those_that_exist() -> None:
    commande = [sys.executable, str(Path(__file__).parent / "cible.py"), "klingon"]
    rendu = subprocess.run(commande, capture_output=True, text=True, timeout=60, check=False)
    assert rendu.returncode == 2
    assert "fec-xml" in rendu.stderr
