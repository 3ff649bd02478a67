"""checks.analytique: shares against their general line."""

from __future__ import annotations

import pytest
from tra_fabrique import analytique as part
from tra_fabrique import lot_de, mouvement, parametre, releves_de

from ecritures.checks import analytique

MERE, AUTRE = mouvement("60700000", debit="10,00"), mouvement("40100000", credit="10,00")
SAT = parametre("SAT", CODE="S1", LIBELLE="Section", AXE="A1")
CGN = parametre("CGN", CODE="60700000", LIBELLE="Achats", NATURE="CHA", VENTILABLE1="X")


@pytest.mark.parametrize(
    ("lignes", "attendu"),
    [
        ((MERE, part("60700000", "S1", debit="10,00"), AUTRE), []),
        ((MERE, part("60700000", "S1", debit="4,00"), part("60700000", "S2", debit="6,00"), AUTRE), []),
        (
            (MERE, part("60700000", "S1", debit="4,00"), part("60700000", "S1", "A2", debit="10,00"), AUTRE),
            [("ventilation.desequilibree", 3)],
        ),
        ((MERE, part("60700000", "S1", credit="10,00"), AUTRE), [("ventilation.desequilibree", 3)]),
        ((MERE, part("60700000", "S1", debit="x"), AUTRE), []),
        ((MERE, part("60710000", "S1", debit="10,00"), AUTRE), [("ventilation.compte_different", 3)]),
        ((SAT, MERE, part("60700000", "S1", debit="10,00"), AUTRE), []),
        ((SAT, MERE, part("60700000", "S2", debit="10,00"), AUTRE), [("section.non_decrite", 4)]),
        ((CGN, MERE, part("60700000", "S1", debit="10,00"), AUTRE), []),
        ((CGN, MERE, part("60700000", "S1", "A2", debit="10,00"), AUTRE), [("ventilation.compte_non_ventilable", 4)]),
        ((mouvement("60700000", debit="10,00", TYPECPTE="H", AUXSECT="S1", AXE="A1"), AUTRE), []),
    ],
)
def test_shares_are_compared_axis_by_axis(lignes: tuple[str, ...], attendu: list[tuple[str, int]]) -> None:
    liste = releves_de(analytique.CHECKS, lot_de(*lignes))
    assert liste.select("id", "numero_ligne").rows() == attendu


def test_the_message_gives_both_sums() -> None:
    liste = releves_de(analytique.CHECKS, lot_de(MERE, part("60700000", "S1", debit="4,00"), AUTRE))
    assert (
        liste["message"][0]
        == "L'axe A1 de la ligne 2 (compte 60700000) totalise 4,00\u00a0€ au lieu de 10,00\u00a0€, écart 6,00\u00a0€."
    )
    assert liste.select("severite", "zone", "colonne_debut").row(0) == ("ERREUR", "MONTANT1", 131)
