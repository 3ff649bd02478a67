"""docs/formats lists every zone of every format. ``make docs`` rewrites its pages; this says when they are stale."""

from __future__ import annotations

import pytest

from ecritures.domain.lot import Regime
from ecritures.formats.fec.layout import FORMES
from ecritures.formats.tra import layout
from pages import formats, formats_tra
from pages.markdown import ecarts


def test_every_record_of_the_tra_has_its_place_in_a_page() -> None:
    manquent = formats_tra.sans_famille()
    assert not manquent, (
        f"Enregistrements TRA sans page : {', '.join(manquent)}. Les ajouter à FAMILLES (tests/pages/formats_tra.py), avec leur titre français."
    )


def test_the_pages_say_what_the_layouts_say() -> None:
    perimees = ecarts(formats.DOSSIER, formats.pages())
    assert perimees == [], (
        f"docs/formats n'est plus à jour ({', '.join(perimees)}) : relancer `make docs` et relire la différence."
    )


@pytest.mark.parametrize("regime", list(Regime))
def test_every_zone_of_a_regime_is_in_the_page_of_the_fec(regime: Regime) -> None:
    page = formats.pages()["fec.md"]
    assert [c.name for c in FORMES[regime].table.columns if f"| `{c.name}` |" not in page] == []


def test_every_zone_of_the_tra_is_in_its_page_with_its_columns() -> None:
    textes = "\n".join(formats_tra.pages().values())
    for record in layout.records().values():
        for zone in record.zones:
            assert f"| `{zone.name}` | {zone.start} | {zone.end} | {zone.width} |" in textes, (record.name, zone.name)


def test_a_width_by_version_covers_every_version_and_ends_at_the_last_zone() -> None:
    for cle, record in layout.records().items():
        larges = [formats_tra.largeur(cle, version) for version in range(1, layout.VERSION_MAX + 1)]
        assert larges == sorted(larges), cle
        assert larges[-1] == record.width, cle
