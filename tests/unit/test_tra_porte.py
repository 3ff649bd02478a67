"""formats.tra.porte: what TRA carries of a lot, drawn from its layout."""

from __future__ import annotations

import pytest

from ecritures.domain.lot import LIGNES
from ecritures.formats.tra.porte import COUPES, PORTE_ETE, PORTE_STD, porte, porte_ventilations


def test_std_carries_the_common_columns_and_ete_a_little_more() -> None:
    assert PORTE_STD["journal"] == 3
    assert PORTE_STD["compte"] == PORTE_STD["tiers"] == 17
    assert PORTE_STD["libelle"] == PORTE_STD["reference"] == 35
    assert PORTE_STD["debit_centimes"] is None
    assert PORTE_ETE.keys() - PORTE_STD.keys() == {
        "date_piece",
        "lettrage",
        "date_lettrage",
        "date_validation",
        "a_nouveau",
    }
    assert LIGNES.keys() - PORTE_ETE.keys() == {"numero_ligne", "ecriture", "supplement"}


@pytest.mark.parametrize(("version", "porte_la_date"), [(8, False), (10, False), (11, True)])
def test_the_date_of_validation_needs_version_011(version: int, porte_la_date: bool) -> None:
    assert ("date_validation" in porte("ETE", version)) is porte_la_date


def test_what_is_cut_is_carried_and_shares_have_their_own_account_of_it() -> None:
    assert PORTE_STD.keys() >= COUPES
    assert porte_ventilations("STD")["section"] == 17
    assert porte_ventilations("ETE")["axe"] == 2
