"""formats.tra.declarations: what a FEC's lot declares once it becomes a TRA file."""

from __future__ import annotations

import polars as pl
import pytest
from test_tra_writer import JOUR, VENTE, lot_fec
from tra_fabrique import lire, releves_de

from ecritures.checks import tra
from ecritures.domain.lot import COMPTES, JOURNAUX
from ecritures.formats.tra import writer
from ecritures.formats.tra.declarations import declarer


def ecriture(rang: int, journal: str, *comptes: tuple[str, int], **autres: object) -> list[dict[str, object]]:
    return [
        {"ecriture": rang, "journal": journal, "compte": compte, "tiers": None, "debit_centimes": max(m, 0), "credit_centimes": max(-m, 0), **autres}
        for compte, m in comptes
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("comptes", "journal", "nature", "propre"),
    [
        (("60700000", 100, "40100000", -100), "X", "ACH", None),
        (("21830000", 100, "40400000", -100), "X", "ACH", None),
        (("41100000", 100, "70700000", -100), "X", "VTE", None),
        (("51200000", 100, "41100000", -100), "X", "BQE", "51200000"),
        (("53000000", 100, "51200000", -100), "X", "OD", None),
        (("53000000", 100, "41100000", -100), "X", "CAI", "53000000"),
        (("64100000", 100, "42100000", -100), "X", "OD", None),
        (("10100000", -100, "51200000", 100), "RAN", "ANO", None),
    ],
)
def test_the_nature_of_a_journal_is_that_of_its_entries(
    comptes: tuple[str, int, str, int], journal: str, nature: str, propre: str | None
) -> None:
    a, m, b, n = comptes
    lot = lot_fec(*ecriture(1, journal, (a, m), (b, n)))
    if nature == "OD" and a.startswith("53"):  # two treasury accounts: whose journal is it?
        lot = lot_fec(*ecriture(1, journal, (a, m), (b, n)), *ecriture(2, journal, (b, m), (a, n)))
    assert declarer(lot)["journaux"].select("code", "nature", "compte").rows() == [(journal, nature, propre)]


def test_accounts_get_the_nature_of_their_class_and_collective_ones_that_of_their_third_parties() -> None:
    rangs = ecriture(
        1, "OD", ("10100000", -1), ("21830000", 1), ("40100000", -1), ("41100000", 1), ("42100000", -1), ("44566000", 1),
        ("51200000", -1), ("53000000", 1), ("60700000", -1), ("70700000", 1), ("80100000", -1), ("40910000", 1),
    )  # fmt: skip
    natures = dict(declarer(lot_fec(*rangs))["comptes"].select("numero", "nature").iter_rows())
    assert natures == {
        "10100000": "DIV", "21830000": "IMO", "40100000": "TIC", "41100000": "TID", "42100000": "DIV", "44566000": "DIV",
        "51200000": "BQE", "53000000": "CAI", "60700000": "CHA", "70700000": "PRO", "80100000": "EXT", "40910000": "TID",
    }  # fmt: skip
    avec_tiers = [
        rang | {"tiers": "T" + str(rang["compte"])[:2]} for rang in ecriture(1, "OD", ("40100000", 1), ("41100000", 1), ("42100000", 1), ("46700000", -3))
    ]  # fmt: skip
    declares = declarer(lot_fec(*avec_tiers))
    assert declares["comptes"]["nature"].to_list() == ["COF", "COC", "COS", "COD"]
    assert declares["tiers"].select("code", "nature", "collectif").rows() == [
        ("T40", "FOU", "40100000"), ("T41", "CLI", "41100000"), ("T42", "SAL", "42100000"), ("T46", "DIV", "46700000"),
    ]  # fmt: skip


def test_labels_of_the_lines_name_what_is_declared_and_what_the_lot_says_is_kept() -> None:
    journaux = pl.DataFrame([{"code": "VE", "libelle": "Ventes"}], schema=JOURNAUX)
    comptes = pl.DataFrame([{"numero": "70700000", "libelle": "Mes ventes", "nature": "DIV"}], schema=COMPTES)
    vente = [VENTE[0] | {"compte_libelle": "Compte 41100000", "tiers_libelle": "Client 1"}, VENTE[1]]
    declares = declarer(lot_fec(*vente, journaux=journaux, comptes=comptes))
    assert declares["journaux"].select("libelle", "nature").rows() == [("Ventes", "VTE")]
    assert declares["comptes"].select("numero", "libelle", "nature").rows() == [
        ("70700000", "Mes ventes", "DIV"),
        ("41100000", "Compte 41100000", "COC"),
    ]
    assert declares["tiers"]["libelle"].to_list() == ["Client 1"]


def test_a_declared_file_raises_no_finding_of_its_own() -> None:
    octets = writer.write(lot_fec(*VENTE), jour=JOUR)
    lot = lire(octets).lot
    assert lot is not None
    assert [ligne[3:6] for ligne in octets.decode("cp1252").split("\r\n")[1:-1]][:4] == ["CGN", "CGN", "CAE", "JAL"]
    assert releves_de(tra.CHECKS, lot).is_empty()


def test_version_001_writes_its_accounts_as_cge() -> None:
    lot = lire(writer.write(lot_fec(*VENTE), version=1, jour=JOUR)).lot
    assert lot is not None
    assert list(lot.enregistrements) == ["CGE", "CAE", "JAL"]
    assert lot.comptes["nature"].to_list() == ["COC", "PRO"]
    assert list(lire(writer.write(lot, version=8)).lot.enregistrements) == ["CGN", "CAE", "JAL"]  # type: ignore[union-attr]


def test_declarations_can_be_left_out() -> None:
    lot = lire(writer.write(lot_fec(*VENTE), jour=JOUR, parametres=False)).lot
    assert lot is not None
    assert lot.parametres.is_empty()
