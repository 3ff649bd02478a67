"""The loss report: each thing that a target cannot carry, with its place, how often, and what becomes of it."""

from __future__ import annotations

import dataclasses

import polars as pl
import pytest
from fec_fabrique import Brouillon, lire
from tra_fabrique import analytique, lot_de, mouvement, parametre

from ecritures.domain.errors import ConversionAvecPertes, ConversionInfidele, EcritureImpossible
from ecritures.domain.lot import Lot
from ecritures.formats.pertes import Perte, Sort, pertes
from ecritures.formats.sorties import SORTIES, OptionsSortie, sorties_de_l_extension
from ecritures.imports import convert as module
from ecritures.imports.convert import convert, losses

OPTIONS = OptionsSortie()


def de(lot: Lot, cible: str, champ: str) -> Perte:
    """The one loss of that field."""
    trouvees = [p for p in losses(lot, cible, OPTIONS) if p.champ == champ]
    assert len(trouvees) == 1, trouvees
    return trouvees[0]


def lot_fec(brouillon: Brouillon | None = None) -> Lot:
    lot = lire((brouillon or Brouillon()).octets).lot
    assert lot is not None
    return lot


def test_analytic_shares_are_lost_in_a_fec_and_kept_in_json() -> None:
    lot = lot_de(
        mouvement("60700000", debit="10,00"),
        analytique("60700000", "S1", debit="10,00"),
        mouvement("40100000", credit="10,00"),
    )
    perte = de(lot, "fec", "ventilations")
    assert (perte.sort, perte.nombre, perte.premieres) == (Sort.ABANDON, 1, (2,))
    assert [p for p in losses(lot, "json", OPTIONS) if p.champ == "ventilations"] == []


def test_parameters_that_no_list_holds_are_named_by_their_code() -> None:
    lot = lot_de(parametre("RIB", AUXILIAIRE="F1"), mouvement("607", debit="1,00"), mouvement("401", credit="1,00"))
    assert de(lot, "fec", "parametres").zone == "RIB"
    assert losses(lot, "tra", OPTIONS) == ()


def test_a_label_is_cut_a_code_is_refused_a_number_is_replaced() -> None:
    lot = lot_fec(Brouillon().met(2, EcritureLib="x" * 40).met(3, CompteNum="9" * 18))
    assert (de(lot, "tra", "libelle").sort, de(lot, "tra", "libelle").devient) == (Sort.COUPE, "coupé à 35 caractères")
    assert (de(lot, "tra", "compte").sort, de(lot, "tra", "compte").valeur) == (Sort.REFUS, "9" * 18)
    assert de(lot, "tra", "numero_piece").sort is Sort.REMPLACE
    with pytest.raises(EcritureImpossible, match="Ligne 3, CompteNum"):
        convert(lot, "tra", OPTIONS)


def test_a_character_that_the_target_cannot_write_is_refused() -> None:
    perte = de(lot_fec(Brouillon().partout(EcritureLib="Achat").met(2, EcritureLib="Жук")), "tra", "libelle")
    assert (perte.sort, perte.premieres, perte.valeur) == (Sort.REFUS, (2,), "Жук")


def test_two_labels_of_one_account_are_merged_in_a_tra() -> None:
    brouillon = Brouillon().met(2, CompteNum="411000", CompteLib="Un").met(3, CompteNum="411000", CompteLib="Deux")
    perte = de(lot_fec(brouillon), "tra", "compte_libelle")
    assert (perte.sort, perte.valeur) == (Sort.FUSION, "Deux")


def test_supplementary_columns_are_named_one_by_one() -> None:
    lot = lot_fec(Brouillon().ajoute_colonne("Chantier", "C1").ajoute_colonne("Vide", ""))
    assert (de(lot, "tra", "supplement").zone, de(lot, "tra", "supplement").valeur) == ("Chantier", "C1")
    assert losses(lot, "csv", OPTIONS) == losses(lot, "fec", OPTIONS) == ()


def test_lines_without_a_place_are_counted_and_left_out() -> None:
    lot = lot_de(
        mouvement("607", debit="1,00", TYPEECRITURE="S", NUMEROPIECE="1"),
        mouvement("401", credit="1,00", TYPEECRITURE="S", NUMEROPIECE="1"),
        mouvement("607", debit="2,00", NUMEROPIECE="2"),
        mouvement("401", credit="2,00", NUMEROPIECE="2"),
    )
    assert de(lot, "fec", "ligne").nombre == 2
    assert (convert(lot, "fec", OPTIONS).lignes, convert(lot, "fec", OPTIONS).debit_centimes) == (2, 200)


def test_strict_refuses_and_the_report_is_the_same() -> None:
    lot = lot_fec()
    with pytest.raises(ConversionAvecPertes) as refus:
        convert(lot, "json", OPTIONS, strict=True)
    assert refus.value.nombre == len(losses(lot, "json", OPTIONS))


def test_what_does_not_read_back_is_not_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    sortie = SORTIES["csv"]

    def faussee(octets: bytes, options: OptionsSortie) -> pl.DataFrame | None:
        lu = sortie.relire(octets, options)
        assert lu is not None
        return lu.with_columns(pl.col("debit_centimes") + 1)

    monkeypatch.setitem(module.SORTIES, "csv", dataclasses.replace(sortie, relire=faussee))
    with pytest.raises(ConversionInfidele, match="totaux différents"):
        convert(lot_fec(), "csv", OPTIONS)
    monkeypatch.setitem(module.SORTIES, "csv", dataclasses.replace(sortie, relire=lambda _o, _p: None))
    with pytest.raises(ConversionInfidele):
        convert(lot_fec(), "csv", OPTIONS)


def test_a_change_that_nobody_declared_is_found_when_reading_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sortie = SORTIES["csv"]

    def faussee(octets: bytes, options: OptionsSortie) -> pl.DataFrame | None:
        lu = sortie.relire(octets, options)
        assert lu is not None
        return lu.with_columns(libelle=pl.lit("autre"))

    monkeypatch.setitem(module.SORTIES, "csv", dataclasses.replace(sortie, relire=faussee))
    (perte,) = convert(lot_fec(), "csv", OPTIONS).pertes
    assert (perte.champ, perte.zone) == ("libelle", "EcritureLib")
    assert "constaté à la relecture" in perte.devient


@pytest.mark.parametrize(
    ("avant", "apres", "attendu"),
    [
        ([1, 1, 2, 2], [7, 7, 3, 3], True),  # other numbers, same entries
        ([1, 1, 2, 2], [1, 1, 1, 1], False),
        ([1, 1, 2, 2], [1, 2, 2, 2], False),
        ([1, 1, 2, 1], [1, 1, 2, 3], False),  # one entry in two runs
        ([1, 1, 2, 1], [1, 1, 2, 1], False),  # not so plain: left to the full comparison
    ],
)
def test_the_same_entries_are_told_from_others(avant: list[int], apres: list[int], attendu: bool) -> None:
    assert module._memes_groupes(pl.Series(avant), pl.Series(apres)) is attendu


@pytest.mark.parametrize(
    ("nom", "attendu"),
    [
        ("a.TRA", ("tra",)),
        ("a.txt", ("fec",)),
        ("a.xml", ("fec-xml",)),
        ("a.b", ()),
        ("a", ()),
        ("x.PARQUET", ("parquet",)),
    ],
)
def test_the_extension_tells_the_target(nom: str, attendu: tuple[str, ...]) -> None:
    assert sorties_de_l_extension(nom) == attendu


def test_a_fec_without_loss_towards_itself_is_the_same_file() -> None:
    octets = Brouillon().octets
    lot = lire(octets).lot
    assert lot is not None
    assert pertes(lot, SORTIES["fec"].capacite(lot, OPTIONS)) == ()
    relu = lire(convert(lot, "fec", OPTIONS).octets).lot
    assert relu is not None and relu.lignes.equals(lot.lignes)
