"""checks.attendus: the amounts that the caller gives are those of the file, to the centime."""

from __future__ import annotations

import pytest
from fec_fabrique import Brouillon, examiner, lire

from ecritures.checks.attendus import nom_du_montant
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot


def lot() -> Lot:
    lu = lire(Brouillon().octets).lot
    assert lu is not None
    return lu


def calcules() -> dict[str, int]:
    """The amounts of the clean file, worked out line by line."""
    montants = dict.fromkeys(("resultat", "chiffre_affaires", "debit", "credit", "512"), 0)
    for compte, debit, credit in lot().lignes.select("compte", "debit_centimes", "credit_centimes").iter_rows():
        montants["debit"] += debit
        montants["credit"] += credit
        montants["resultat"] += credit - debit if compte[0] in "67" else 0
        montants["chiffre_affaires"] += credit - debit if compte.startswith("70") else 0
        montants["512"] += debit - credit if compte.startswith("512") else 0
    return montants


def test_amounts_that_agree_are_not_said() -> None:
    _, constats = examiner(Brouillon().octets, contexte=Contexte(attendus=calcules()))
    assert constats.par_code == {}


@pytest.mark.parametrize("nom", ["resultat", "chiffre_affaires", "debit", "credit", "512"])
def test_one_centime_of_difference_is_an_error_that_says_both_amounts(nom: str) -> None:
    juste = calcules()
    _, constats = examiner(Brouillon().octets, contexte=Contexte(attendus={**juste, nom: juste[nom] + 1}))
    (constat,) = constats.liste.iter_rows(named=True)
    assert (constat["code"], constat["severite"], constat["numero_ligne"]) == ("G24", "ERREUR", None)
    assert "écart 0,01\u00a0€" in constat["message"]
    assert (nom_du_montant(nom) or "?") in constat["message"]


def test_a_name_that_is_no_amount_is_not_one() -> None:
    assert nom_du_montant("benefice") is None
    assert nom_du_montant("41") == "Le solde des comptes 41"
