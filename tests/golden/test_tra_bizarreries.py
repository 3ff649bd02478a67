"""One small file a quirk of the TRA writers met (tra.md section 14 and its neighbours): all that is read of it, all that is said.

``make golden`` rewrites the expectations; the diff is reviewed. The shapes are described in each ``SOURCE.md``.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ecritures.checks import analytique, equilibre, tra
from ecritures.checks.check import run
from ecritures.domain.constat import dresser
from ecritures.domain.contexte import Contexte
from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot, OptionsLecture
from ecritures.formats.tra import reader, writer
from ecritures.formats.tra.zones import zones_analytiques, zones_annexes, zones_etendues

CAS = sorted(p.parent for p in Path(__file__).parent.glob("tra/bizarrerie_*/entree.TRA"))
CHECKS = (*equilibre.CHECKS, *analytique.CHECKS, *tra.CHECKS)
SECTION_14 = {
    "entete_127", "entete_148", "entete_149", "entete_dates_blanches", "entete_drapeaux_larges", "entete_sous_version", "regime_libelle_24",
    "tiers_ape_long", "sans_indicateur_ferme", "tiers_courts", "creancier_sepa_expert", "variables_techniques", "taux_de_change", "noms_uniques",
    "montants_zeros", "montants_point", "montant_point_virgule", "colonne_31_tiret", "ete_lignes_222", "std_lignes_longues",
    "regime_et_tva", "etat_lettrage_ri", "dates_nulles", "numero_piece_gauche", "numero_piece_texte", "tiers_en_dernier", "tiers_en_premier",
    "parametres_vides", "exercice_court", "latin_1", "ancien_journal", "cau",
}  # fmt: skip
"""A case for each row of the section."""


def net(cadre: pl.DataFrame, *sans: str) -> list[dict[str, Any]]:
    """Rows without what is null, dates as text."""
    return [
        {k: str(v) if isinstance(v, date) else v for k, v in rang.items() if v is not None and k not in sans}
        for rang in cadre.iter_rows(named=True)
    ]


def decrire(octets: bytes) -> dict[str, Any]:
    """All that is read of a file, and all that is said of it."""
    lecture = reader.read(octets, OptionsLecture("entree.TRA"))
    lot = lecture.lot
    releves = lecture.releves if lot is None else (*lecture.releves, *run(CHECKS, lot, Contexte()))
    constats = dresser(releves, zones=lot.zones if lot else None, localisation=lot.localisation if lot else None)
    verdict = "illisible" if lot is None else "non_conforme" if constats.est_bloquant else "conforme"
    decrit: dict[str, Any] = {"verdict": verdict, "constats": net(constats.liste, "code", "remede")}
    return decrit if lot is None else decrit | _contenu(lot)


def _contenu(lot: Lot) -> dict[str, Any]:
    detection = lot.detection
    contenu: dict[str, Any] = {
        "detection": [detection.encodage, detection.colonnes_en, detection.fin_de_ligne],
        "entete": dict(lot.entete),
        "lignes": net(lot.lignes, "supplement"),
        "ventilations": net(lot.ventilations, "texte"),
        "fiches": {code: net(fiche, "FIXE") for code, fiche in lot.fiches.items()},
        "etendues": [r for r in net(zones_etendues(lot)) if len(r) > 1],
        "analytiques": [r for r in net(zones_analytiques(lot)) if "AUXSECT" in r or "SOUSPLAN1" in r],
        "annexes": net(lot.annexes, "texte"),
        "zones_annexes": {g: net(zones_annexes(lot, g)) for g in lot.annexes["genre"].unique().sort()},
    }
    cadres = (
        "journaux",
        "comptes",
        "tiers",
        "sections",
        "exercices",
        "etablissements",
        "devises",
        "modes_paiement",
        "axes",
        "ribs",
    )
    contenu |= {nom: net(getattr(lot, nom)) for nom in cadres}
    return {nom: valeur for nom, valeur in contenu.items() if valeur}


def test_every_quirk_of_the_section_has_its_case() -> None:
    assert {cas.name.removeprefix("bizarrerie_") for cas in CAS} >= SECTION_14


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name.removeprefix("bizarrerie_"))
def test_a_quirk_is_read_and_said_as_expected(cas: Path) -> None:
    decrit = json.loads(json.dumps(decrire((cas / "entree.TRA").read_bytes())))
    attendu = cas / "attendu.json"
    if os.environ.get("ECRITURES_GOLDEN"):
        attendu.write_text(json.dumps(decrit, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert decrit == json.loads(attendu.read_text("utf-8"))
    assert (cas / "SOURCE.md").is_file()


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name.removeprefix("bizarrerie_"))
def test_a_quirk_once_written_is_canonical_and_keeps_its_values(cas: Path) -> None:
    """Our writer irons the quirk out: its own file reads the same, and is written back to the byte."""
    lot = reader.read((cas / "entree.TRA").read_bytes(), OptionsLecture()).lot
    if lot is None:
        return
    forme = "ETE" if lot.entete.get("FORMAT") == "ETE" else "STD"
    try:
        octets = writer.write(lot, format=forme, jour=date(2026, 1, 5))  # type: ignore[arg-type]
    except EcritureImpossible:
        assert (
            lot.lignes.select(pl.col("date", "debit_centimes", "credit_centimes").null_count()).sum_horizontal().item()
        )
        return
    relu = reader.read(octets, OptionsLecture()).lot
    assert relu is not None
    for colonne in (
        "journal",
        "date",
        "compte",
        "tiers",
        "libelle",
        "debit_centimes",
        "credit_centimes",
        "numero_piece",
        "echeance",
        "lettrage",
    ):
        assert relu.lignes[colonne].to_list() == lot.lignes[colonne].to_list(), colonne
    assert relu.ventilations["section"].to_list() == lot.ventilations["section"].to_list()
    assert relu.detection.encodage in ("ascii", "windows-1252")
    assert writer.write(relu, format=forme, jour=date(2026, 1, 5)) == octets  # type: ignore[arg-type]
