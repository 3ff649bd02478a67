"""Invented FECs, each in the shape of a kind of producer: what is read of them, and every finding, word for word.

``make golden`` rewrites ``attendu.json`` (its ``nom_fichier`` and ``options`` are kept); the diff is reviewed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ecritures.domain.constat import Constats
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot, OptionsLecture, Profil, Regime
from ecritures.formats.detect import reconnaitre
from ecritures.formats.fec import reader
from ecritures.formats.fec.supplement import colonnes_supplementaires
from ecritures.formats.fec.verdict import verdict_officiel
from ecritures.formats.fec.writer import write
from ecritures.imports.check import check

CAS = sorted(p.parent for p in Path(__file__).parent.glob("fec/*/entree.txt"))


def examiner(cas: Path, nom: str, options: dict[str, str]) -> tuple[Lot, Constats]:
    """``options``: ``profil`` and ``regime``, when they are not strict and told by the columns."""
    profil = Profil(options.get("profil", "strict"))
    regime = Regime(options["regime"]) if "regime" in options else None
    lecture = reader.read((cas / "entree.txt").read_bytes(), OptionsLecture(nom, profil=profil, regime=regime))
    assert lecture.lot is not None
    return lecture.lot, check(lecture, Contexte()).constats


def decrire(lot: Lot, constats: Constats, nom: str, options: dict[str, str]) -> dict[str, Any]:
    """What ``attendu.json`` holds."""
    detection = lot.detection
    return {
        "nom_fichier": nom,
        "options": options,
        "regime": lot.regime,
        "verdict_officiel": str(verdict_officiel(constats.par_regle).verdict),
        "supplement": colonnes_supplementaires(lot).head(2).to_dicts(),
        "encodage": detection.encodage,
        "fin_de_ligne": detection.fin_de_ligne,
        "separateur": detection.separateur,
        "lignes": lot.lignes.height,
        "ecritures": lot.nombre_ecritures,
        "debit_centimes": lot.debit_centimes,
        "credit_centimes": lot.credit_centimes,
        "regroupement": lot.regroupement,
        "par_code": dict(constats.par_code),
        "constats": [
            {cle: ligne[cle] for cle in ("id", "severite", "numero_ligne", "colonne_debut", "colonne_fin", "zone", "valeur", "message")}
            for ligne in constats.liste.iter_rows(named=True)
        ],
    }  # fmt: skip


def test_the_twelve_samples_are_here() -> None:
    assert len(CAS) == 12
    assert all((cas / "SOURCE.md").is_file() for cas in CAS)


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name)
def test_a_sample_is_read_and_judged_as_expected(cas: Path) -> None:
    attendu = json.loads((cas / "attendu.json").read_text("utf-8"))
    nom, options = attendu["nom_fichier"], attendu.get("options", {})
    trouve = decrire(*examiner(cas, nom, options), nom, options)
    if os.environ.get("ECRITURES_GOLDEN"):
        (cas / "attendu.json").write_text(json.dumps(trouve, ensure_ascii=False, indent=1) + "\n", "utf-8")
        return
    assert trouve == attendu


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name)
def test_a_sample_is_recognised_as_a_fec_and_nothing_else(cas: Path) -> None:
    nom = json.loads((cas / "attendu.json").read_text("utf-8"))["nom_fichier"]
    assert reconnaitre((cas / "entree.txt").read_bytes(), nom) == ("fec",)


def test_the_clean_sample_is_written_back_byte_for_byte() -> None:
    cas = next(c for c in CAS if c.name == "propre_utf8_tabulation")
    lot, constats = examiner(cas, "732829320FEC20251231.txt", {})
    assert constats.par_code == {}
    assert write(lot) == (cas / "entree.txt").read_bytes()
