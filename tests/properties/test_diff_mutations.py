"""A lot differs from itself in nothing; one value changed is found, alone, at its place."""

from __future__ import annotations

import dataclasses

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ecritures.domain.lot import LIGNES, Lot, OptionsLecture
from ecritures.formats.fec import reader
from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from ecritures.imports.diff import comparer

NOMBRE = 80


def _lot() -> Lot:
    lot = reader.read(generer_fec(NOMBRE), OptionsLecture(nom_fichier=NOM_FICHIER)).lot
    assert lot is not None
    return lot


LOT = _lot()
TEXTES = [c for c, t in LIGNES.items() if t == pl.String and c not in ("supplement", "genre")]
MONTANTS = ["debit_centimes", "credit_centimes"]


def _with(champ: str, rang: int, valeur: object) -> Lot:
    ici = pl.int_range(pl.len()) == rang
    nouvelle = pl.when(ici).then(pl.lit(valeur, LIGNES[champ])).otherwise(pl.col(champ)).alias(champ)
    return dataclasses.replace(LOT, lignes=LOT.lignes.with_columns(nouvelle))


@given(st.permutations(range(NOMBRE)))
@settings(max_examples=30, deadline=None)
def test_a_lot_in_any_order_is_the_same(ordre: list[int]) -> None:
    c = comparer(LOT, dataclasses.replace(LOT, lignes=LOT.lignes[ordre]))
    assert c.est_vide
    assert c.identiques == LOT.nombre_ecritures


@given(st.sampled_from([*TEXTES, *MONTANTS]), st.integers(0, NOMBRE - 1), st.integers(1, 10**9))
@settings(max_examples=60, deadline=None)
def test_one_value_changed_is_found_exactly(champ: str, rang: int, graine: int) -> None:
    avant = LOT.lignes[champ][rang]
    apres: object = (avant or 0) + graine if champ in MONTANTS else f"x{graine}"
    c = comparer(LOT, _with(champ, rang, apres))
    ligne = LOT.lignes["numero_ligne"][rang]
    assert c.identiques == LOT.nombre_ecritures - 1
    assert (c.modifiees.height, c.ajoutees.height, c.retirees.height) == (1, 0, 0)
    assert c.changements.select("numero_ligne_a", "numero_ligne_b", "champ", "apres").rows() == [
        (ligne, ligne, champ, str(apres))
    ]
    assert c.comptes.is_empty() == (champ not in (*MONTANTS, "compte"))


@given(st.sets(st.integers(1, LOT.nombre_ecritures), max_size=12))
@settings(max_examples=30, deadline=None)
def test_entries_taken_off_are_those_said_removed(otees: set[int]) -> None:
    garde = LOT.lignes.filter(~pl.col("ecriture").is_in(list(otees)))
    c = comparer(LOT, dataclasses.replace(LOT, lignes=garde))
    premieres = (
        LOT.lignes.filter(pl.col("ecriture").is_in(list(otees))).group_by("ecriture").agg(pl.min("numero_ligne"))
    )
    assert sorted(c.retirees["numero_ligne"].to_list()) == sorted(premieres["numero_ligne"].to_list())
    assert c.ajoutees.is_empty() and c.modifiees.is_empty()
