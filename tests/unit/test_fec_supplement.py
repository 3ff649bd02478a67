"""formats.fec.supplement: the supplementary columns come back under their names, whatever the line."""

from __future__ import annotations

import polars as pl
import pytest
from fec_fabrique import Brouillon, lire
from fec_mutations import tresorerie

from ecritures.domain.lot import LIGNES, Detection, Lot, Profil, Regime, cadre_vide
from ecritures.formats.fec.supplement import (
    MARQUE_NEGATIF,
    colonnes_supplementaires,
    est_ecrite_negative,
    noms_supplementaires,
)


def lot_de(brouillon: Brouillon, **options: object) -> Lot:
    lot = lire(brouillon.octets, brouillon.nom, **options).lot
    assert lot is not None
    return lot


def test_supplementary_columns_come_back_in_the_order_of_the_file() -> None:
    brouillon = Brouillon().ajoute_colonne("Analytique", "A1").ajoute_colonne("PieceJointe", "f.pdf*g.pdf")
    brouillon.lignes[4][18] = ""
    lot = lot_de(brouillon)
    assert noms_supplementaires(lot) == ("Analytique", "PieceJointe")
    colonnes = colonnes_supplementaires(lot)
    assert colonnes.height == lot.lignes.height
    assert colonnes.row(0) == ("A1", "f.pdf*g.pdf")
    assert colonnes.row(3) == ("", "f.pdf*g.pdf")


def test_the_mark_of_a_negative_amount_is_not_a_value() -> None:
    brouillon = Brouillon().ajoute_colonne("Analytique", "A1").met(5, Debit="-2563,98", Credit="0,00")
    lot = lot_de(brouillon)
    assert lot.lignes["supplement"][3] == f"A1{MARQUE_NEGATIF}"
    assert colonnes_supplementaires(lot)["Analytique"].to_list() == ["A1"] * 32
    assert lot.lignes.select(est_ecrite_negative())["supplement"].arg_true().to_list() == [3]


def test_two_columns_of_one_name_and_one_without_name_are_all_kept() -> None:
    brouillon = (
        Brouillon()
        .ajoute_colonne("Axe", "1")
        .ajoute_colonne("Axe", "2")
        .ajoute_colonne("", "3")
        .ajoute_colonne("Z", "4")
    )
    lot = lot_de(brouillon)
    assert noms_supplementaires(lot) == ("Axe", "Axe (colonne 20)", "sans nom (colonne 21)", "Z")
    assert colonnes_supplementaires(lot).row(0) == ("1", "2", "3", "4")


def test_the_columns_of_the_cash_regimes_are_among_them_in_the_order_of_the_file() -> None:
    lot = lot_de(tresorerie(Brouillon().ajoute_colonne("Atelier", "N")))
    assert lot.regime == Regime.BNC_TRESORERIE.libelle
    assert noms_supplementaires(lot) == ("Atelier", "DateRglt", "ModeRglt", "NatOp", "IdClient")
    assert colonnes_supplementaires(lot).row(0) == ("N", "20250131", "VIR", "", "")


def test_a_payment_date_in_another_shape_is_kept_as_the_law_writes_it_and_an_unreadable_one_as_written() -> None:
    brouillon = tresorerie()
    brouillon.lignes[4][18], brouillon.lignes[5][18] = "31/01/2025", "demain"
    assert colonnes_supplementaires(lot_de(brouillon))["DateRglt"][3:5].to_list() == ["20250131", "demain"]


def test_a_value_with_the_separator_of_its_spreadsheet_is_whole() -> None:
    brouillon = Brouillon().ajoute_colonne("Commentaire", 'dit "vu" ; payé')
    brouillon.separateur = ";"
    brouillon.lignes = [['"' + c.replace('"', '""') + '"' for c in champs] for champs in brouillon.lignes]
    lot = lot_de(brouillon, profil=Profil.TOLERANT)
    assert noms_supplementaires(lot) == ("Commentaire",)
    assert colonnes_supplementaires(lot)["Commentaire"].unique().to_list() == ['dit "vu" ; payé']


@pytest.mark.parametrize("format_", ["fec", "tra"])
def test_a_lot_without_supplementary_columns_has_none(format_: str) -> None:
    lignes = pl.concat([cadre_vide(LIGNES), pl.DataFrame({"supplement": ["reste"]})], how="diagonal")
    lot = Lot(format_, Detection("ascii", "LF", 0, 0, separateur="|"), lignes)
    assert noms_supplementaires(lot) == ()
    assert colonnes_supplementaires(lot).width == 0
