"""checks.exercices: dates outside the dossier's exercices, or in a closed one."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from tra_fabrique import lot_de, mouvement, releves_de

from ecritures.checks import exercices
from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte

CONTEXTE = Contexte(
    exercices=pl.DataFrame(
        [("2024", date(2024, 1, 1), date(2024, 12, 31), True), ("2025", date(2025, 1, 1), date(2025, 12, 31), False)],
        schema=EXERCICES_DOSSIER, orient="row",
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("jour", "attendu"),
    [
        ("01012025", []), ("31122025", []), ("01012026", ["ecriture.hors_exercice"]), ("31122023", ["ecriture.hors_exercice"]),
        ("31122024", ["exercice.clos"]), ("01012024", ["exercice.clos"]), ("99999999", []),
    ],
)  # fmt: skip
def test_the_date_decides(jour: str, attendu: list[str]) -> None:
    lot = lot_de(mouvement(debit="1,00", date=jour), mouvement(credit="1,00", date=jour))
    liste = releves_de(exercices.CHECKS, lot, CONTEXTE)
    assert liste["id"].to_list() == attendu
    assert all(
        r == ("ERREUR", 2, "DATECOMPTABLE", 4, 11, jour)
        for r in liste.select("severite", "numero_ligne", "zone", "colonne_debut", "colonne_fin", "valeur").rows()
    )


def test_the_message_begins_with_the_sentence_of_the_contract() -> None:
    lot = lot_de(mouvement(date="05022019", NUMEROPIECE="      17"))
    message = releves_de(exercices.CHECKS, lot, CONTEXTE)["message"][0]
    assert message.startswith("Une écriture n'est pas dans l'exercice")
    assert "écriture 17 du journal ACH est datée du 05/02/2019" in message
    assert "01/01/2025 – 31/12/2025" in message


def test_without_a_dossier_nothing_is_judged() -> None:
    assert releves_de(exercices.CHECKS, lot_de(mouvement(date="05021900"))).is_empty()


def test_a_dossier_without_exercice_has_every_entry_outside() -> None:
    contexte = Contexte(exercices=pl.DataFrame(schema=EXERCICES_DOSSIER))
    assert releves_de(exercices.CHECKS, lot_de(mouvement()), contexte)["id"].to_list() == ["ecriture.hors_exercice"]


def test_a_closed_exercice_is_said_once_with_its_count() -> None:
    lot = lot_de(*(mouvement(date=f"{j:02d}062024", NUMEROPIECE=f"{j:8d}") for j in range(1, 6)))
    liste = releves_de(exercices.CHECKS, lot, CONTEXTE)
    assert liste["numero_ligne"].to_list() == [2]
    assert "5 écriture(s)" in liste["message"][0]
    assert "01/06/2024" in liste["message"][0]
