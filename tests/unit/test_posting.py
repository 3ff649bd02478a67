"""ledger.posting: what a lot gives to write, and what it refuses."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecritures.domain.contexte import Contexte, Creations
from ecritures.domain.errors import ExerciceClos
from ecritures.domain.lot import JOURNAUX, LIGNES, Detection, Lot, cadre_vide
from ecritures.ledger.posting import empreinte_lignes, plan_posting, soldes

EXERCICES = pl.DataFrame(
    {
        "code": ["2024", "2025"],
        "debut": [date(2024, 1, 1), date(2025, 1, 1)],
        "fin": [date(2024, 12, 31), date(2025, 12, 31)],
        "est_clos": [True, False],
    }
)


def lignes(*rangs: dict[str, object]) -> pl.DataFrame:
    """Lines given by their differences from a plain debit of one euro."""
    defaut = {
        "numero_ligne": 2,
        "ecriture": 1,
        "journal": "VE",
        "date": date(2025, 3, 1),
        "compte": "411",
        "debit_centimes": 100,
        "credit_centimes": 0,
        "type_ecriture": "N",
    }
    cadre = pl.DataFrame([{**defaut, **rang} for rang in rangs], infer_schema_length=None)
    return pl.concat([cadre_vide(LIGNES), cadre.cast({nom: LIGNES[nom] for nom in cadre.columns})], how="diagonal")


def lot(cadre: pl.DataFrame, **autres: pl.DataFrame) -> Lot:
    return Lot("fec", Detection("ascii", "LF", 0, 0), cadre, **autres)


CREDIT = {"numero_ligne": 3, "compte": "707", "debit_centimes": 0, "credit_centimes": 100}


def test_each_line_gets_the_exercice_of_its_date() -> None:
    plan = plan_posting(lot(lignes({}, CREDIT)), Contexte(exercices=EXERCICES))
    assert plan.lignes["exercice"].to_list() == ["2025", "2025"]
    assert (plan.debit_centimes, plan.credit_centimes) == (100, 100)


def test_a_closed_exercice_refuses_the_posting_and_is_named() -> None:
    ancien = {"date": date(2024, 5, 1)}
    with pytest.raises(ExerciceClos, match="2024"):
        plan_posting(lot(lignes(ancien, {**CREDIT, **ancien})), Contexte(exercices=EXERCICES))


@pytest.mark.parametrize(
    "faute", [{"credit_centimes": 99}, {"credit_centimes": None}, {"date": date(2031, 1, 1)}, {"ecriture": 2}]
)
def test_a_lot_that_the_checks_should_have_stopped_is_never_planned(faute: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        plan_posting(lot(lignes({}, {**CREDIT, **faute})), Contexte(exercices=EXERCICES))


def test_a_nul_in_a_label_becomes_a_blank_because_postgresql_cannot_store_it() -> None:
    plan = plan_posting(lot(lignes({"libelle": "a\x00b"}, CREDIT)), Contexte(exercices=EXERCICES))
    assert plan.lignes["libelle"].to_list() == ["a b", None]


def test_what_the_file_declares_names_what_is_created_and_the_known_is_left_alone() -> None:
    declares = pl.DataFrame({"code": ["VE", "AC"], "libelle": ["Ventes", "Achats"], "nature": ["VTE", "ACH"]})
    declares = pl.concat([cadre_vide(JOURNAUX), declares], how="diagonal")
    connus = pl.DataFrame({"numero": ["411"]})
    plan = plan_posting(
        lot(lignes({"tiers": "DUPONT"}, CREDIT), journaux=declares), Contexte(exercices=EXERCICES, comptes=connus)
    )
    assert plan.journaux.rows() == [("AC", "Achats", "ACH", False), ("VE", "Ventes", "VTE", False)]
    assert plan.comptes["numero"].to_list() == ["707"]
    assert plan.tiers.rows() == [("DUPONT", "DUPONT", None, "411", False)]


def test_nothing_is_created_when_the_dossier_refuses_it() -> None:
    contexte = Contexte(exercices=EXERCICES, creations=Creations(False, False, False))
    plan = plan_posting(lot(lignes({"tiers": "DUPONT"}, CREDIT)), contexte)
    assert (plan.journaux.height, plan.comptes.height, plan.tiers.height) == (0, 0, 0)


@given(
    st.lists(
        st.tuples(st.integers(1, 10**12), st.sampled_from(["VE", "AC"]), st.integers(1, 12)), min_size=1, max_size=40
    )
)
def test_roll_ups_hold_exactly_what_the_lines_hold(ecritures: list[tuple[int, str, int]]) -> None:
    rangs: list[dict[str, object]] = []
    for rang, (montant, journal, mois) in enumerate(ecritures, start=1):
        commun = {"ecriture": rang, "journal": journal, "date": date(2025, mois, 3)}
        rangs.append({**commun, "numero_ligne": 2 * rang, "debit_centimes": montant})
        rangs.append(
            {**commun, "numero_ligne": 2 * rang + 1, "compte": "707", "debit_centimes": 0, "credit_centimes": montant}
        )
    plan = plan_posting(lot(lignes(*rangs)), Contexte(exercices=EXERCICES))
    total = sum(montant for montant, _, _ in ecritures)
    assert plan.soldes["debit_centimes"].sum() == plan.soldes["credit_centimes"].sum() == total
    assert plan.soldes["nombre"].sum() == 2 * len(ecritures)
    assert plan.totaux["debit_centimes"].sum() == total
    moities = [soldes(plan.lignes.filter(pl.col("numero_ligne") % 2 == reste)) for reste in (0, 1)]
    assert sum(m["debit_centimes"].sum() for m in moities) == total


def test_the_hash_of_lines_changes_with_any_value_and_not_with_their_order() -> None:
    plan = plan_posting(lot(lignes({"libelle": "a"}, CREDIT)), Contexte(exercices=EXERCICES)).lignes
    reference = empreinte_lignes(plan)
    assert empreinte_lignes(plan.reverse()) == reference
    for colonne, autre in [
        ("libelle", "b"),
        ("debit_centimes", 101),
        ("compte", "412"),
        ("reference", "x"),
        ("tiers", ""),
    ]:
        assert empreinte_lignes(plan.with_columns(pl.lit(autre).alias(colonne))) != reference, colonne
