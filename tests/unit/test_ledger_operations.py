"""The decisions of cancel, lettering and closing, on small frames."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from ecritures.domain.errors import ClotureRefusee, LettrageRefuse
from ecritures.ledger.annulation import (
    EXERCICES,
    GROUPE,
    EtatPose,
    as_posted,
    blocages,
    letterings_hold,
    soldes_a_retirer,
)
from ecritures.ledger.cloture import (
    SOLDES_TIERS,
    ExerciceLivre,
    plan_cloture,
    refuse_cloture,
    refuse_reouverture,
    suivant,
)
from ecritures.ledger.lettrage import plan_lettrage
from ecritures.ledger.posting import LIGNES_POSTEES, soldes
from ecritures.ledger.recu import Recu

JOUR = date(2025, 3, 1)


def lignes(*rangs: dict[str, Any]) -> pl.DataFrame:
    """Posted lines: one dict a line, over an entry of 411 in 2025."""
    defaut = {"rang": 0, "ecriture": 1, "exercice": "2025", "journal": "VE", "date": JOUR, "compte": "411"}
    defaut |= {"tiers": "C1", "type_ecriture": "N", "debit_centimes": 0, "credit_centimes": 0}
    pleins = [{**dict.fromkeys(LIGNES_POSTEES), **defaut, "numero_ligne": n, **r} for n, r in enumerate(rangs, 1)]
    return pl.DataFrame(pleins, schema=LIGNES_POSTEES)


def etat(posees: pl.DataFrame, *, clos: bool = False, valide: date | None = None, **autres: Any) -> EtatPose:
    exercices = pl.DataFrame([("2025", clos, valide)], schema=EXERCICES, orient="row")
    ailleurs = autres.pop("ailleurs", [])
    return EtatPose(
        posees, exercices, pl.DataFrame(ailleurs, schema=dict.fromkeys(GROUPE, pl.String), orient="row"), **autres
    )


DEUX = lignes({"debit_centimes": 100, "lettrage": "AA"}, {"compte": "707", "tiers": None, "credit_centimes": 100})


@pytest.mark.parametrize(
    ("cas", "attendus"),
    [
        (etat(DEUX), []),
        (etat(DEUX, clos=True), [("exercice.clos", 2)]),
        (etat(DEUX, clos=True, apportes=["2025"]), []),
        (etat(DEUX, valide=JOUR), [("exercice.valide", 2)]),
        (etat(DEUX, valide=date(2025, 2, 28)), []),
        (etat(DEUX, ailleurs=[("411", "C1", "AA")]), [("lettrage.croise", 1)]),
        (etat(DEUX, ailleurs=[("411", "C2", "AA"), ("401", "C1", "AA"), ("411", "C1", "AB")]), []),
        (etat(DEUX, est_intact=False), [("livres.modifies", 2)]),
    ],
)
def test_each_reason_blocks_with_its_count_of_lines(cas: EtatPose, attendus: list[tuple[str, int]]) -> None:
    assert [(b.code, b.lignes) for b in blocages(cas)] == attendus


def test_a_lettering_that_balances_within_the_import_leaves_with_it() -> None:
    entiers = lignes({"debit_centimes": 100, "lettrage": "AA"}, {"credit_centimes": 100, "lettrage": "AA"})
    assert blocages(etat(entiers, ailleurs=[("411", "C1", "AA")])) == []


def test_a_lettering_without_a_third_party_is_seen_too() -> None:
    sans_tiers = lignes({"debit_centimes": 100, "lettrage": "AA", "tiers": None})
    assert [b.code for b in blocages(etat(sans_tiers, ailleurs=[("411", None, "AA")]))] == ["lettrage.croise"]


def test_what_is_taken_off_the_roll_ups_is_what_was_added() -> None:
    somme = (
        pl.concat([soldes(DEUX), soldes_a_retirer(DEUX)])
        .group_by("compte")
        .agg(pl.sum("debit_centimes", "credit_centimes", "nombre"))
    )
    assert all(rang[1:] == (0, 0, 0) for rang in somme.iter_rows())


def lettrage(*changements: list[Any]) -> Recu:
    return Recu(9, "lettrage-9", "", {"sorte": "lettrage", "changements": list(changements)}, "")


def test_the_lettering_as_posted_is_found_again_through_the_receipts() -> None:
    pose = lettrage([1, 1, 1, 0, "AA", None, None, None], [2, 1, 1, 0, None, None, "AB", "2025-03-01"])
    repose = lettrage([1, 1, 1, 0, None, None, "BB", "2025-03-01"])
    apres = DEUX.with_columns(
        lettrage=pl.when(pl.col("numero_ligne") == 1).then(pl.lit("BB")),
        date_lettrage=pl.when(pl.col("numero_ligne") == 1).then(pl.lit(JOUR)),
    )
    assert as_posted(apres, 1, [pose, repose]).equals(DEUX)
    assert letterings_hold(apres, 1, [pose, repose])
    assert not letterings_hold(DEUX, 1, [pose, repose])
    assert as_posted(DEUX, 3, [pose]).equals(DEUX)


VIDE = lignes().select("lettrage")


def test_codes_follow_each_other_past_those_in_use_whatever_their_case() -> None:
    paire = lignes({"debit_centimes": 5}, {"credit_centimes": 5})
    employes = pl.DataFrame({"lettrage": ["AA", "ab", "AD"]})
    assert plan_lettrage(paire, VIDE).code == "AA"
    assert plan_lettrage(paire, employes).code == "AC"
    assert plan_lettrage(paire.head(1), employes, partiel=True).code == "ac"
    assert plan_lettrage(paire, employes, "42").code == "42"


def test_simulated_lines_are_not_lettered() -> None:
    with pytest.raises(LettrageRefuse, match="normales"):
        plan_lettrage(lignes({"debit_centimes": 5, "type_ecriture": "S"}, {"credit_centimes": 5}), VIDE)
    with pytest.raises(LettrageRefuse, match="Aucune ligne"):
        plan_lettrage(lignes(), VIDE)


def exercice(annee: int, *, clos: bool = False) -> ExerciceLivre:
    return ExerciceLivre(str(annee), date(annee, 1, 1), date(annee, 12, 31), clos)


def test_exercices_close_oldest_first_and_open_again_newest_first() -> None:
    tous = [exercice(2023, clos=True), exercice(2024), exercice(2025)]
    refuse_cloture(tous, "2024")
    refuse_reouverture(tous, "2023")
    for code in ("2023", "2025"):
        with pytest.raises(ClotureRefusee):
            refuse_cloture(tous, code)
    with pytest.raises(ClotureRefusee):
        refuse_reouverture(tous, "2024")
    ouvert = suivant(tous, "2024")
    assert ouvert is not None and ouvert.code == "2025" and suivant(tous, "2025") is None


def soldes_de(*rangs: tuple[str, str | None, int]) -> pl.DataFrame:
    return pl.DataFrame(rangs, schema=SOLDES_TIERS, orient="row")


@pytest.mark.parametrize(
    ("produits", "comptes", "attendu"),
    [
        (-500, ["411000", "707000"], ("120000", 0, 500)),
        (500, ["41100000", "70700000"], ("12900000", 500, 0)),
        (-500, ["411", "1201", "120"], ("120", 0, 500)),
    ],
)
def test_the_result_takes_the_account_of_the_dossier(
    produits: int, comptes: list[str], attendu: tuple[Any, ...]
) -> None:
    plan = plan_cloture(soldes_de(("707", None, produits), ("411", "C1", -produits)), comptes, "2025", exercice(2026))
    assert plan.resultat_centimes == -produits
    assert plan.lignes.select("compte", "debit_centimes", "credit_centimes").row(-1) == attendu
    assert plan.lignes["debit_centimes"].sum() == plan.lignes["credit_centimes"].sum()


def test_accounts_outside_the_classes_are_left_when_they_balance_and_refused_when_not() -> None:
    engagements = soldes_de(("801", None, 70), ("809", None, -70))
    assert plan_cloture(engagements, [], "2025", exercice(2026)).lignes.is_empty()
    with pytest.raises(ClotureRefusee, match="hors des classes"):
        plan_cloture(soldes_de(("801", None, 70), ("411", None, -70)), [], "2025", exercice(2026))
