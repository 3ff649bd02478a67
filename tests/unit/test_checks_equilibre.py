"""checks.equilibre: entries that do not balance, told with their values and place."""

from __future__ import annotations

from tra_fabrique import ENTETE_ETE, lot_de, mouvement, releves_de

from ecritures.checks import equilibre
from ecritures.domain.lot import Lot

N = {"NUMEROPIECE": "       1"}


def trouve(lot: Lot) -> list[tuple[str, int]]:
    return releves_de(equilibre.CHECKS, lot).select("id", "numero_ligne").rows()


def test_a_balanced_lot_has_no_finding() -> None:
    assert trouve(lot_de(mouvement(debit="10,00", **N), mouvement(credit="10,00", **N))) == []


def test_an_unbalanced_entry_is_said_once_on_its_first_line_with_its_totals() -> None:
    lot = lot_de(
        mouvement(debit="10,00", **N), mouvement(credit="10,00", **N),
        mouvement(debit="1234,56", NUMEROPIECE="       2"), mouvement(credit="1234,50", NUMEROPIECE="       2"),
    )  # fmt: skip
    liste = releves_de(equilibre.CHECKS, lot)
    assert liste.select("id", "severite", "numero_ligne", "zone", "colonne_debut", "colonne_fin", "valeur").rows() == [
        ("ecriture.desequilibree", "ERREUR", 4, "MONTANT1", 131, 150, "1234,56")
    ]
    assert liste["message"][0] == (
        "Écriture 2 du journal ACH : débit 1\u202f234,56\u00a0€, crédit 1\u202f234,50\u00a0€, écart 0,06\u00a0€ (lignes 4 à 5)."
    )


def test_an_unreadable_amount_does_not_hide_the_imbalance_and_is_said() -> None:
    lot = lot_de(mouvement(debit="x", **N), mouvement(credit="10,00", **N))
    liste = releves_de(equilibre.CHECKS, lot)
    assert liste["id"].to_list() == ["ecriture.desequilibree"]
    assert "1 ligne(s) au montant illisible" in liste["message"][0]


def test_entries_are_compared_one_by_one_and_not_as_a_whole() -> None:
    lot = lot_de(
        mouvement(debit="10,00", **N), mouvement(credit="9,00", **N),
        mouvement(debit="9,00", NUMEROPIECE="       2"), mouvement(credit="10,00", NUMEROPIECE="       2"),
    )  # fmt: skip
    assert trouve(lot) == [("ecriture.desequilibree", 2), ("ecriture.desequilibree", 4)]


def test_the_printed_code_is_the_fecs_only() -> None:
    assert equilibre.DESEQUILIBREE.code == "E01"
    assert releves_de(equilibre.CHECKS, lot_de(mouvement(debit="10,00")))["code"].to_list() == [None]


def test_an_entry_balanced_in_euros_only_is_said_in_its_currency() -> None:
    devise = {"DEVISE": "USD", "CODEMONTANT": "DE-", "MONTANT2": "9,00"} | N
    lot = lot_de(mouvement(debit="10,00", **devise), mouvement(credit="10,50", **devise))
    liste = releves_de(equilibre.CHECKS, lot)
    assert liste.select("id", "numero_ligne").rows() == [("ecriture.devise_desequilibree", 2)]
    assert "0,50 USD" in liste["message"][0]


def test_analytic_lines_do_not_weigh_in_the_balance() -> None:
    lot = lot_de(
        mouvement("6", debit="10,00", etendu=True), mouvement("6", debit="10,00", TYPECPTE="A", AUXSECT="S", AXE="A1", etendu=True),
        mouvement("4", credit="10,00", etendu=True), entete=ENTETE_ETE,
    )  # fmt: skip
    assert trouve(lot) == []
