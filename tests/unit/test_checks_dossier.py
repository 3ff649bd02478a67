"""checks.dossier: codes that the dossier lacks, refuses, or has closed: one finding a code."""

from __future__ import annotations

import polars as pl
import pytest
from tra_fabrique import lot_de, mouvement, releves_de

from ecritures.checks import dossier
from ecritures.domain.contexte import Contexte, Creations
from ecritures.domain.lot import Lot


def contexte(*, creations: bool = True, fermes: bool = False, connus: bool = True) -> Contexte:
    def cadre(cle: str, *codes: str) -> pl.DataFrame:
        valeurs = list(codes) if connus else []
        return pl.DataFrame(
            {cle: valeurs, "est_ferme": [fermes] * len(valeurs)}, schema={cle: pl.String, "est_ferme": pl.Boolean}
        )

    return Contexte(
        journaux=cadre("code", "ACH"), comptes=cadre("numero", "60700000", "40100000"), tiers=cadre("code", "FOU1"),
        creations=Creations(creations, creations, creations),
    )  # fmt: skip


def lot() -> Lot:
    return lot_de(
        mouvement("60700000", debit="1,00"),
        mouvement("40100000", credit="1,00", tiers="FOU1"),
        mouvement("60700000", debit="1,00"),
    )


@pytest.mark.parametrize(
    ("cas", "attendu"),
    [
        (contexte(), []),
        (Contexte(), []),
        (contexte(connus=False), [("journal.a_creer", "INFO", 2, "JOURNAL"), ("compte.a_creer", "INFO", 2, "GENERAL"), ("compte.a_creer", "INFO", 3, "GENERAL"), ("tiers.a_creer", "INFO", 3, "AUXSECT")]),
        (contexte(connus=False, creations=False), [("journal.inconnu", "ERREUR", 2, "JOURNAL"), ("compte.inconnu", "ERREUR", 2, "GENERAL"), ("compte.inconnu", "ERREUR", 3, "GENERAL"), ("tiers.inconnu", "ERREUR", 3, "AUXSECT")]),
        (contexte(fermes=True), [("journal.ferme", "ERREUR", 2, "JOURNAL"), ("compte.ferme", "ERREUR", 2, "GENERAL"), ("compte.ferme", "ERREUR", 3, "GENERAL"), ("tiers.ferme", "ERREUR", 3, "AUXSECT")]),
    ],
)  # fmt: skip
def test_each_unknown_or_closed_code_is_said_once_on_its_first_line(
    cas: Contexte, attendu: list[tuple[str, str, int, str]]
) -> None:
    liste = releves_de(dossier.CHECKS, lot(), cas)
    assert liste.select("id", "severite", "numero_ligne", "zone").rows() == attendu


def test_the_message_names_the_code_and_how_many_lines_use_it() -> None:
    liste = releves_de(dossier.CHECKS, lot(), contexte(connus=False))
    assert (
        liste.filter(pl.col("id") == "compte.a_creer")["message"][0]
        == "Le compte 60700000 n'existe pas dans le dossier : il sera créé (2 ligne(s))."
    )
