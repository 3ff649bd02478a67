"""Files in the shape of known TRA writers: what a reader must find in them, and that none of them is refused.

``make golden`` rewrites the counts of findings; the diff is reviewed.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from ecritures.checks import analytique, dossier, equilibre, exercices, tra
from ecritures.checks.check import run
from ecritures.domain.constat import Constats, Severity, dresser
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import LIGNES, Lot, OptionsLecture
from ecritures.formats.tra import reader, writer

CAS = sorted(
    p.parent for p in Path(__file__).parent.glob("tra/*/entree.TRA") if not p.parent.name.startswith("bizarrerie_")
)
CHECKS = (*equilibre.CHECKS, *exercices.CHECKS, *dossier.CHECKS, *analytique.CHECKS, *tra.CHECKS)
CANONIQUES = {"analytique_std", "agricole_v011_std", "dossier_v008_ete", "import_loop_v007_ete"}
"""Files whose writer follows every convention of ours: writing them back gives the same bytes."""


def examiner(cas: Path) -> tuple[Lot, Constats, dict[str, Any]]:
    lecture = reader.read((cas / "entree.TRA").read_bytes(), OptionsLecture("entree.TRA"))
    assert lecture.lot is not None
    releves = (*lecture.releves, *run(CHECKS, lecture.lot, Contexte()))
    constats = dresser(releves, zones=lecture.lot.zones, localisation=lecture.lot.localisation)
    return lecture.lot, constats, json.loads((cas / "attendu.json").read_text("utf-8"))


def test_the_nine_samples_are_here() -> None:
    assert len(CAS) == 9


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name)
def test_a_sample_reads_as_described(cas: Path) -> None:
    lot, _, attendu = examiner(cas)
    lu = attendu["lu"]
    detection = lot.detection
    assert lu["encoding"].split(",")[0] == detection.encodage
    assert detection.colonnes_en == "caracteres"
    assert (detection.taille_octets, detection.nombre_lignes, detection.fin_de_ligne) == (
        lu["bytes"],
        lu["lines"],
        lu["line_end"],
    )
    assert dict(lot.entete) == lu["header"]
    assert dict(lot.enregistrements) == lu["records"]
    genres = Counter(
        g or "blank"
        for serie in (
            lot.lignes["genre"],
            lot.ventilations.filter(pl.col("genre") != "H")["genre"],
            lot.annexes["genre"],
        )
        for g in serie.to_list()
    )
    assert dict(genres) == lu["movements_by_kind"]
    assert lot.nombre_ecritures == lu["pieces"]
    assert ("numéro de pièce" in lot.regroupement) == lu["numbered"]
    totaux = lot.totaux_lus or (lot.debit_centimes, lot.credit_centimes)
    assert tuple(f"{t / 100:.2f}" for t in totaux) == (lu["debit_montant1"], lu["credit_montant1"])


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name)
def test_a_sample_is_never_refused_and_its_findings_are_known(cas: Path) -> None:
    _, constats, attendu = examiner(cas)
    if os.environ.get("ECRITURES_GOLDEN"):
        attendu["par_code"] = dict(constats.par_code)
        (cas / "attendu.json").write_text(json.dumps(attendu, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert constats.par_severite.get(Severity.ERROR, 0) == 0, constats.liste.filter(pl.col("severite") == "ERREUR")
    assert dict(constats.par_code) == attendu["par_code"]


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name)
def test_every_piece_balances_and_every_axis_equals_its_line(cas: Path) -> None:
    lot, _, _ = examiner(cas)
    ecarts = lot.lignes.group_by("ecriture").agg(e=(pl.col("debit_centimes") - pl.col("credit_centimes")).sum())
    assert ecarts["e"].abs().sum() == 0
    axes = (
        lot.ventilations.group_by("ligne_mere", "axe")
        .agg(pl.sum("debit_centimes", "credit_centimes"))
        .join(lot.lignes, left_on="ligne_mere", right_on="numero_ligne")
    )
    assert axes.filter(
        (pl.col("debit_centimes") != pl.col("debit_centimes_right"))
        | (pl.col("credit_centimes") != pl.col("credit_centimes_right"))
    ).is_empty()
    assert lot.ventilations["ligne_mere"].null_count() == 0


@pytest.mark.parametrize("cas", CAS, ids=lambda p: p.name)
def test_writing_a_sample_back_keeps_every_value(cas: Path) -> None:
    lot, _, attendu = examiner(cas)
    octets = writer.write(lot, format=attendu["lu"]["header"]["FORMAT"], jour=date(2026, 1, 5))
    relu = reader.read(octets, OptionsLecture()).lot
    assert relu is not None
    perdues = (
        {"a_nouveau", "supplement"} if cas.name == "parametres_v006_courts" else set()
    )  # the writer fills its blank ETE part
    for colonne in LIGNES.keys() - perdues:
        assert lot.lignes[colonne].equals(relu.lignes[colonne], null_equal=True), colonne
    for cadre in (
        "journaux",
        "comptes",
        "tiers",
        "sections",
        "exercices",
        "etablissements",
        "devises",
        "modes_paiement",
    ):
        assert getattr(lot, cadre).equals(getattr(relu, cadre)), cadre
    assert lot.ventilations.drop("texte").equals(relu.ventilations.drop("texte"))
    assert lot.annexes.equals(relu.annexes)
    if cas.name in CANONIQUES:
        assert octets == (cas / "entree.TRA").read_bytes()


def test_the_folder_gives_its_parameters_currency_and_matching() -> None:
    lot, _, _ = examiner(next(c for c in CAS if c.name == "dossier_v008_ete"))
    assert lot.exercices.select("code", "debut", "fin", "etat").rows() == [
        ("001", date(2008, 1, 1), date(2008, 12, 31), "OUV"),
        ("002", date(2009, 1, 1), date(2009, 12, 31), "OUV"),
    ]
    assert lot.journaux.filter(pl.col("code") == "BQE").select("libelle", "nature", "compte").row(0) == (
        "Crédit Océan",
        "BQE",
        "51200000",
    )
    assert lot.modes_paiement["categorie"].to_list() == ["CHQ", "VIR", "CB", "LCR"]
    en_devise = lot.lignes.filter(pl.col("montant_devise").is_not_null())
    assert en_devise["devise"].unique().to_list() == ["USD"]
    assert (en_devise["montant_devise"].sum(), (en_devise["debit_centimes"] - en_devise["credit_centimes"]).sum()) == (
        0,
        0,
    )
    assert lot.totaux_lus is not None
    assert lot.totaux_lus[0] != lot.debit_centimes  # the books get euros, the totals as written add currencies
    assert set(lot.lignes["type_ecriture"]) == {"N", "S"}
    assert "OAN" in lot.lignes["a_nouveau"].to_list()
    assert lot.lignes["lettrage"].drop_nulls().len() > 0


def test_variables_and_documents_are_tied_to_their_line() -> None:
    lot, _, _ = examiner(next(c for c in CAS if c.name == "variables_documents_v009_ete"))
    assert lot.annexes.select("numero_ligne", "ligne_mere", "genre").rows() == [
        (4, 3, "V"),
        (5, 3, "V"),
        (6, 3, "G"),
        (10, 9, "V"),
        (11, 9, "V"),
    ]
