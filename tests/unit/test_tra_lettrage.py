"""formats.tra.lettrage: the matching of an ETE file, line by line and set by set."""

from __future__ import annotations

import pytest
from tra_fabrique import ENTETE_ETE, fichier, ids, lire, mouvement


def lettrees(
    debit: str, credit: str, etats: tuple[str, str] = ("TL", "TL"), code: str = "AAAA", **zones: str
) -> list[str]:
    """A set of 100,00 each side, with the matched amounts given."""
    communs = {"tiers": "FOU001", "etendu": True, "LETTRAGE": code, **zones}
    return [
        mouvement("40100000", debit="100,00", COUVERTURE=debit.rjust(20), ETATLETTRAGE=etats[0], **communs),  # type: ignore[arg-type]
        mouvement("40100000", credit="100,00", COUVERTURE=credit.rjust(20), ETATLETTRAGE=etats[1], **communs),  # type: ignore[arg-type]
    ]


def trouve(*lignes: str) -> list[str]:
    return sorted(ids(lire(fichier(*lignes, entete=ENTETE_ETE))))


def test_a_whole_set_has_no_finding() -> None:
    assert trouve(*lettrees("100,00", "100,00")) == []


def test_a_partial_set_whose_matched_amounts_are_equal_has_no_finding() -> None:
    assert trouve(*lettrees("40,00", "40,00", ("PL", "PL"), code="aaaa")) == []


def test_a_set_without_matched_amounts_is_not_judged_on_them() -> None:
    assert trouve(*lettrees("", "")) == []
    assert trouve(*lettrees("0,00", "0,00")) == []


@pytest.mark.parametrize(
    ("lignes", "attendus"),
    [
        (lettrees("90,00", "100,00"), ["tra.couverture_desequilibree", "tra.couverture_incomplete"]),
        (lettrees("120,00", "120,00"), ["tra.couverture_excessive", "tra.couverture_excessive"]),
        (lettrees("40,00", "30,00", ("PL", "PL"), code="aaaa"), ["tra.couverture_desequilibree"]),
        (lettrees("x", "100,00"), ["tra.couverture_illisible"]),
        (lettrees("", "", ("TL", "PL")), ["tra.lettrage_etats_meles", "tra.lettrage_incoherent"]),
        ([mouvement(etendu=True, ETATLETTRAGE="TL")], ["tra.lettrage_incoherent"]),
        ([mouvement(etendu=True, ETATLETTRAGE="RI", LETTRAGE="AAAA")], ["tra.lettrage_incoherent"]),
    ],
)
def test_each_fault_of_a_set_is_said(lignes: list[str], attendus: list[str]) -> None:
    assert trouve(*lignes) == attendus


def test_sets_of_other_accounts_and_third_parties_are_apart() -> None:
    autre = [ligne.replace("FOU001", "FOU002") for ligne in lettrees("40,00", "40,00", ("PL", "PL"), code="aaaa")]
    assert trouve(*lettrees("30,00", "30,00", ("PL", "PL"), code="aaaa"), *autre) == []
