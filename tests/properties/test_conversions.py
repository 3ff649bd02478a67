"""A conversion loses exactly what its report says, and nothing of the amounts: for any lot, towards every target."""

from __future__ import annotations

import dataclasses
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from fec_fabrique import lire as lire_fec
from test_fec_aller_retour import fichiers
from test_tra_aller_retour import lots as lots_tra

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import LIGNES, Lot, OptionsLecture
from ecritures.formats.pertes import Sort, pertes, projeter, reduire
from ecritures.formats.sorties import SORTIES, OptionsSortie
from ecritures.formats.tra import reader as lecteur_tra
from ecritures.formats.tra import writer as tra
from ecritures.imports.convert import Conversion, convert

OPTIONS = OptionsSortie(cloture=date(2025, 12, 31), jour=date(2026, 1, 5), brouillons="garder")
JOUR = date(2026, 1, 5)
SANS_XML = [c for c in SORTIES if c != "fec-xml"]


def soldes(lignes: pl.DataFrame) -> list[tuple[Any, ...]]:
    """Debit minus credit of each account, in centimes."""
    solde = (pl.col("debit_centimes") - pl.col("credit_centimes")).sum()
    return lignes.group_by("compte").agg(solde).filter(pl.col("debit_centimes") != 0).sort("compte").rows()


def lot_tra(lot: Lot) -> Lot:
    """The lot as a TRA file gives it."""
    lu = lecteur_tra.read(tra.write(lot, format="ETE", jour=JOUR), OptionsLecture()).lot
    assert lu is not None
    return lu


def refus_prevu(lot: Lot, cible: str) -> bool:
    """Was the refusal told by the report: a value that does not fit, no line that has a place, or a blank account?"""
    capacite = SORTIES[cible].capacite(lot, OPTIONS)
    sans_lignes = reduire(lot, capacite).lignes.is_empty()
    trou = lot.lignes.select(pl.any_horizontal(pl.col("compte", "journal").str.strip_chars() == "").any()).item()
    return sans_lignes or trou or any(p.sort is Sort.REFUS for p in pertes(lot, capacite))


def exact(conversion: Conversion) -> None:
    """Every loss of a value was known before writing: none was only seen when reading again."""
    assert [p for p in conversion.pertes if "relecture" in p.devient] == []


@settings(max_examples=40, deadline=None)
@given(lots_tra())
def test_tra_to_fec_to_tra_loses_exactly_what_the_report_said(ecrit: Lot) -> None:
    lot = lot_tra(ecrit)
    try:
        vers_fec = convert(lot, "fec", OPTIONS)
    except EcritureImpossible:
        assert refus_prevu(lot, "fec")
        return
    exact(vers_fec)
    fec = lire_fec(vers_fec.octets, None).lot
    assert fec is not None
    assert soldes(fec.lignes) == soldes(lot.lignes.filter(pl.col("type_ecriture") == "N"))
    perdus = {p.champ for p in vers_fec.pertes}
    en_ete = dataclasses.replace(OPTIONS, forme="ETE")
    retour = convert(fec, "tra", en_ete)
    exact(retour)
    relu = lecteur_tra.read(retour.octets, OptionsLecture()).lot
    assert relu is not None
    assert soldes(relu.lignes) == soldes(fec.lignes)
    perdus |= {p.champ for p in retour.pertes}
    remplis = {*vers_fec.completes, *retour.completes}
    normales = lot.lignes.filter(pl.col("type_ecriture") == "N")
    for champ in LIGNES:
        if (
            champ in ("numero_ligne", "ecriture", "supplement")
            or champ in perdus | remplis
            or champ.endswith("_libelle")
        ):
            continue
        assert sorted(map(str, relu.lignes[champ])) == sorted(map(str, normales[champ])), champ


@pytest.mark.parametrize("cible", SANS_XML)
@settings(max_examples=15, deadline=None)
@given(brouillon=fichiers())
def test_a_fec_towards_every_target_reads_back_as_declared(brouillon: Any, cible: str) -> None:
    lot = lire_fec(brouillon.octets).lot
    assert lot is not None
    try:
        conversion = convert(lot, cible, OPTIONS)
    except EcritureImpossible:
        assert refus_prevu(lot, cible)
        return
    exact(conversion)
    assert conversion.debit_centimes - conversion.credit_centimes == lot.debit_centimes - lot.credit_centimes


@pytest.mark.parametrize("cible", SANS_XML)
@settings(max_examples=15, deadline=None)
@given(ecrit=lots_tra())
def test_a_tra_towards_every_target_reads_back_as_declared(ecrit: Lot, cible: str) -> None:
    lot = lot_tra(ecrit)
    try:
        conversion = convert(lot, cible, OPTIONS)
    except EcritureImpossible:
        assert refus_prevu(lot, cible)
        return
    exact(conversion)


@settings(max_examples=30, deadline=None)
@given(lots_tra(), st.sampled_from(SANS_XML))
def test_a_field_without_a_loss_is_projected_as_it_is(ecrit: Lot, cible: str) -> None:
    capacite = SORTIES[cible].capacite(ecrit, OPTIONS)
    declarees = {p.champ for p in pertes(ecrit, capacite)}
    reduit = reduire(ecrit, capacite)
    projetees = projeter(reduit, capacite)
    for champ in projetees.columns:
        if champ not in declarees and champ not in ("genre", "type_ecriture", "a_nouveau", "devise"):
            assert projetees[champ].to_list() == reduit.lignes[champ].to_list(), champ
