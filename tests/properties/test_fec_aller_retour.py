"""What is written is what is read: of any lines, in every charset and with every separator."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from fec_fabrique import Brouillon, lire

from ecritures.formats.fec.echantillon import generer_fec
from ecritures.formats.fec.writer import write

MOT = st.text(alphabet="abcXYZéàçœÉ€0123456789-/.'\"&_", min_size=1, max_size=12)
TEXTE = st.lists(MOT, min_size=1, max_size=4).map(" ".join).filter(lambda t: t.strip("-/. ") != "")
CENTIMES = st.integers(0, 10**12 - 1).map(lambda c: f"{c // 100},{c % 100:02d}")
JOUR = st.dates(date(1950, 1, 1), date(2099, 12, 31)).map(lambda j: f"{j:%Y%m%d}")
DEVISE = st.sampled_from([("", ""), ("12,34", "USD"), ("-5,00", "GBP"), ("1234,00", "JPY"), ("1,234", "TND")])


@st.composite
def fichiers(draw: st.DrawFn) -> Brouillon:
    """A FEC of any values in their legal form, entries balanced or not."""
    brouillon = Brouillon(12)
    del brouillon.lignes[1:]
    for rang in range(draw(st.integers(1, 12))):
        montant, au_debit = draw(CENTIMES), draw(st.booleans())
        negatif = "-" if draw(st.integers(0, 5)) == 0 and montant.strip("0,") else ""
        tiers = draw(st.booleans())
        lettre = draw(st.booleans())
        devise = draw(DEVISE)
        brouillon.lignes.append(
            [
                draw(st.sampled_from(["VE", "AC", "BQ"])),
                draw(TEXTE),
                f"N{draw(st.integers(1, rang + 1))}",
                draw(JOUR),
                draw(st.sampled_from(["411000", "707000", "512DUPONT"])),
                draw(TEXTE),
                draw(TEXTE) if tiers else "",
                draw(TEXTE) if tiers else "",
                draw(TEXTE),
                draw(JOUR),
                draw(TEXTE),
                negatif + montant if au_debit else "0,00",
                "0,00" if au_debit else negatif + montant,
                draw(MOT) if lettre else "",
                draw(JOUR) if lettre else "",
                draw(JOUR),
                *devise,
            ]
        )
    return brouillon


@settings(deadline=None, max_examples=80)
@given(fichiers(), st.sampled_from(["\t", "|"]), st.sampled_from(["utf-8", "iso-8859-15"]))
def test_reading_gives_back_what_was_written(brouillon: Brouillon, separateur: str, encodage: str) -> None:
    lot = lire(brouillon.octets).lot
    assert lot is not None
    octets = write(lot, separateur=separateur, encodage=encodage, brouillons="garder", reglementaire=False)
    relu = lire(octets).lot
    assert relu is not None
    assert relu.detection.encodage in (encodage, "ascii")
    for colonne in lot.lignes.columns:
        assert relu.lignes[colonne].equals(lot.lignes[colonne], null_equal=True), colonne
    for cadre in ("journaux", "comptes", "tiers"):
        assert getattr(relu, cadre).equals(getattr(lot, cadre)), cadre
    assert (relu.debit_centimes, relu.credit_centimes) == (lot.debit_centimes, lot.credit_centimes)


@settings(deadline=None, max_examples=30)
@given(st.integers(12, 400), st.integers(0, 2**32), st.sampled_from(["\t", "|"]))
def test_a_canonical_file_is_written_back_byte_for_byte(nombre: int, graine: int, separateur: str) -> None:
    octets = generer_fec(nombre, graine, separateur=separateur)
    lot = lire(octets).lot
    assert lot is not None
    assert lot.lignes.height == nombre
    assert write(lot, separateur=separateur) == octets


@settings(deadline=None, max_examples=40)
@given(fichiers())
def test_totals_are_those_of_the_amounts_in_the_file(brouillon: Brouillon) -> None:
    lot = lire(brouillon.octets).lot
    assert lot is not None
    soldes = [int(c[11].replace(",", "")) - int(c[12].replace(",", "")) for c in brouillon.lignes[1:]]
    assert lot.debit_centimes - lot.credit_centimes == sum(soldes)
    assert (
        lot.lignes.select((pl.col("debit_centimes") < 0).any() | (pl.col("credit_centimes") < 0).any()).item() is False
    )
