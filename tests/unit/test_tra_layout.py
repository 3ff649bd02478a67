"""formats.tra.layout: the vendor's table, as a table."""

from __future__ import annotations

import pytest

from ecritures.domain.lot import LIGNES
from ecritures.formats.tra import layout


def test_every_record_of_the_description_is_there_and_sound() -> None:
    assert len(layout.records()) == 64
    assert (
        sum(len(r.zones) for r in layout.records().values() if r.name != "MVTA/ETE")
        + len(layout.records()["MVTA/ETE"].zones)
        >= 1567
    )


@pytest.mark.parametrize(
    ("cle", "largeur"),
    [("HDR", 165), ("MVT/STD", 222), ("MVT/ETE", 1407), ("MVTA/ETE", 1231), ("GED", 338), ("VT", 209), ("BAP", 173), ("JAL", 517), ("CGN", 432), ("CAE", 1065), ("SAT", 252), ("EXO", 77), ("MDT", 852), ("RIB", 261)],
)  # fmt: skip
def test_widths_are_those_of_version_011(cle: str, largeur: int) -> None:
    assert layout.records()[cle].width == largeur


def test_the_common_columns_are_the_same_in_all_movement_lines() -> None:
    std = layout.records()["MVT/STD"].zones
    for cle in ("MVT/ETE", "MVTA/ETE"):
        assert [(z.name, z.start, z.width) for z in layout.records()[cle].zones[: len(std)]] == [
            (z.name, z.start, z.width) for z in std
        ]


def test_domain_fields_name_zones_that_exist() -> None:
    for champ, zone in layout.ZONES.items():
        assert zone in layout.records()["MVT/ETE"], champ
    inconnus = set(layout.ZONES) - set(LIGNES) - {"section", "axe"}
    assert not inconnus


def test_mandatory_zones_of_a_movement_are_those_an_importer_requires() -> None:
    obligatoires = {z.name for z in layout.records()["MVT/STD"].zones if z.required}
    assert obligatoires == {
        "JOURNAL",
        "DATECOMPTABLE",
        "TYPEPIECE",
        "GENERAL",
        "SENS",
        "MONTANT1",
        "TYPEECRITURE",
        "CODEMONTANT",
    }
