"""Invented XML FECs, one in each schema and the ones made to be wrong: what is read of them, and every finding, word for word.

``make golden`` rewrites ``attendu.json`` (its ``nom_fichier`` is kept); the diff is reviewed.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import OptionsLecture, Regime
from ecritures.formats.detect import reconnaitre
from ecritures.formats.fec import xml_ecrivain
from ecritures.formats.fec.supplement import noms_supplementaires
from ecritures.imports.check import Examen, check
from ecritures.imports.read import read

CAS = sorted(p.parent for p in Path(__file__).parent.glob("fec/*/entree.xml"))
_CLES = ("id", "code", "severite", "numero_ligne", "colonne_debut", "colonne_fin", "zone", "valeur", "message")


def examiner(cas: Path, nom: str) -> Examen:
    return check(read((cas / "entree.xml").read_bytes(), "fec", OptionsLecture(nom)), Contexte())


def decrire(examen: Examen, nom: str) -> dict[str, Any]:
    """What ``attendu.json`` holds."""
    lot, constats = examen.lot, examen.constats
    lu = None
    if lot is not None:
        lu = {
            "encodage": lot.detection.encodage,
            "fin_de_ligne": lot.detection.fin_de_ligne,
            "regime": lot.regime,
            "regroupement": lot.regroupement,
            "lignes": lot.lignes.height,
            "ecritures": lot.nombre_ecritures,
            "debit_centimes": lot.debit_centimes,
            "credit_centimes": lot.credit_centimes,
            "numeros_de_ligne": lot.lignes["numero_ligne"].head(5).to_list(),
            "lettrees": lot.lignes["lettrage"].drop_nulls().len(),
            "supplements": list(noms_supplementaires(lot)),
        }
    return {
        "nom_fichier": nom,
        "lot": lu,
        "par_code": dict(constats.par_code),
        "constats": [{cle: ligne[cle] for cle in _CLES} for ligne in constats.liste.iter_rows(named=True)],
    }


def test_the_seven_samples_are_here() -> None:
    assert len(CAS) == 7
    assert all((cas / "SOURCE.md").is_file() for cas in CAS)


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name)
def test_a_sample_is_read_and_judged_as_expected(cas: Path) -> None:
    attendu = json.loads((cas / "attendu.json").read_text("utf-8"))
    trouve = decrire(examiner(cas, attendu["nom_fichier"]), attendu["nom_fichier"])
    if os.environ.get("ECRITURES_GOLDEN"):
        (cas / "attendu.json").write_text(json.dumps(trouve, ensure_ascii=False, indent=1) + "\n", "utf-8")
        return
    assert trouve == attendu


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name)
def test_a_sample_is_recognised_as_a_fec_and_nothing_else(cas: Path) -> None:
    assert reconnaitre((cas / "entree.xml").read_bytes()) == ("fec",)


def test_each_schema_has_a_sample() -> None:
    lots = [examen.lot for cas in CAS if (examen := examiner(cas, "732829320FEC20251231.xml")).lot]
    assert {lot.regime for lot in lots if lot} == {r.libelle for r in Regime}


def test_the_sample_of_our_writer_is_written_back_byte_for_byte() -> None:
    cas = next(c for c in CAS if c.name == "xml_bic")
    lot = examiner(cas, "732829320FEC20251231.xml").lot
    assert lot is not None
    assert xml_ecrivain.write(lot, pour_l_outil=False) == (cas / "entree.xml").read_bytes()
