"""The quick way of a codec over a block gives what the general way gives, or gives up; values come back as written."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from ecritures.domain.montant import CENTIMES_MAX
from ecritures.formats.fixedwidth import (
    BOOLEEN,
    CENTIMES,
    DATE,
    ENTIER,
    TEXTE,
    Codec,
    Grille,
    Lignes,
    Zone,
    lire_textes,
)

ZONES = st.one_of(
    st.text("0123456789,. -;", min_size=1, max_size=12),
    st.integers(0, 10**7).map(lambda n: f"{n},{n % 100:02d}"),
    st.integers(0, 10**9).map(lambda n: f"{n:012d}"[:9] + f",{n % 100:02d}"),
    st.dates(date(1890, 1, 1), date(2100, 12, 31)).map(lambda d: f"{d:%d%m%Y}"),
)


@given(st.lists(ZONES, min_size=1, max_size=8), st.sampled_from((CENTIMES, DATE, ENTIER, BOOLEEN)), st.booleans())
def test_a_zone_read_by_the_block_is_the_zone_read_row_by_row(textes: list[str], codec: Codec, droite: bool) -> None:
    largeur = 8 if codec is DATE else 12
    lignes = [(t[:largeur].rjust(largeur) if droite else t[:largeur].ljust(largeur)) for t in textes]
    lue = Grille(Lignes.de("\n".join(lignes).encode()).matrice(largeur)).lire(Zone("Z", 1, largeur, codec))
    for rang, ligne in enumerate(lignes):
        net = ligne.strip(" ") or None
        seule, refus = lire_textes(pl.Series([net], dtype=pl.String), codec)
        assert lue.valeurs[rang] == seule[0], (lignes, rang)
        assert bool(lue.illisibles is not None and lue.illisibles[rang]) == (refus is not None), (lignes, rang)


@given(st.lists(st.dates(date(1971, 1, 1), date(9999, 12, 31)), min_size=1, max_size=20))
def test_the_civil_calendar_of_the_quick_way_is_pythons(jours: list[date]) -> None:
    zone = np.array([list(f"{j:%d%m}{j.year:04d}".encode()) for j in jours], np.uint8)
    assert DATE.rapide is not None
    rapides = DATE.rapide(zone, zone.min(axis=0), zone.max(axis=0))
    assert rapides is not None
    assert rapides.to_list() == jours


@given(st.lists(st.integers(-CENTIMES_MAX, CENTIMES_MAX), min_size=1))
def test_an_amount_comes_back_as_written(montants: list[int]) -> None:
    textes = (
        pl.DataFrame({"v": pl.Series(montants, dtype=pl.Int64)}).select(CENTIMES.ecrire(pl.col("v"), 20)).to_series()
    )
    assert set(textes.str.len_chars().to_list()) == {20}
    assert lire_textes(textes.str.strip_chars(" "), CENTIMES)[0].to_list() == montants


@given(st.lists(st.text(st.characters(codec="cp1252", exclude_categories=("Cc",)), max_size=12), min_size=1))
def test_a_text_comes_back_without_its_blanks(textes: list[str]) -> None:
    ecrits = (
        pl.DataFrame({"v": pl.Series(textes, dtype=pl.String)})
        .select(TEXTE.ecrire(pl.col("v"), 12))
        .to_series()
        .to_list()
    )
    octets = "\n".join(ecrits).encode("cp1252")
    lus = Grille(Lignes.de(octets).matrice(12)).texte(Zone("T", 1, 12, TEXTE)).to_list()
    assert lus == [t.strip(" ") or None for t in textes]
