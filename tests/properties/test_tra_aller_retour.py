"""What is written in TRA is read back, value by value, for any lot the format can say."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from ecritures.domain.lot import LIGNES, VENTILATIONS, Detection, Lot, OptionsLecture
from ecritures.formats.fixedwidth import DATE
from ecritures.formats.tra import layout, reader, writer

MVT = layout.records()["MVT/ETE"]
JOUR = date(2026, 1, 5)


def textes(zone: str, minimum: int = 0) -> st.SearchStrategy[str | None]:
    """Texts of a zone: its width, the letters of Windows-1252, no blank at the ends."""
    lettres = st.characters(codec="cp1252", exclude_categories=("Cc", "Zs", "Zl", "Zp"))
    net = st.text(lettres, min_size=max(minimum, 1), max_size=MVT.zone(zone).width)
    return net if minimum else st.none() | net


# a date that means "no date" cannot come back
jours = st.dates(date(1900, 1, 1), date(9999, 12, 31)).filter(lambda j: f"{j:%d%m}{j.year:04d}" not in DATE.vides)


@st.composite
def ecritures(draw: st.DrawFn) -> list[dict[str, Any]]:
    """One numbered entry: a few lines of one key."""
    cle = {
        "journal": draw(
            textes("JOURNAL", 1).filter(
                lambda t: t is not None and not t.startswith(("***", "###", "¥¥¥", "!", "\x1a"))
            )
        ),
        "date": draw(jours),
        "nature": draw(st.sampled_from(("FC", "FF", "OD", "RC"))),
        "type_ecriture": draw(st.sampled_from("NSUR")),
        "etablissement": draw(textes("ETABLISSEMENT")),
        "numero_piece": str(draw(st.integers(1, 99_999_999))),
    }
    lignes = []
    for _ in range(draw(st.integers(1, 4))):
        montant = draw(st.integers(-(10**12), 10**12).filter(bool))
        debit = draw(st.booleans())
        en_devise = draw(st.booleans())
        tiers = draw(textes("AUXSECT"))
        lignes.append(
            cle
            | {
                "compte": draw(textes("GENERAL", 1)),
                "genre": "X" if tiers else "",
                "tiers": tiers,
                "reference": draw(textes("REFINTERNE")),
                "libelle": draw(textes("LIBELLE")),
                "debit_centimes": montant if debit else 0,
                "credit_centimes": 0 if debit else montant,
                "devise": "USD",
                "montant_devise": draw(st.integers(1, 10**12)) * (1 if (montant > 0) == debit else -1)
                if en_devise
                else None,
                "taux_devise": draw(st.sampled_from((None, "0,9", "1"))),
                "echeance": draw(st.none() | jours),
                "mode_paiement": draw(textes("MODEPAIE")),
                "numero_echeance": draw(st.none() | st.integers(0, 99)),
                "a_nouveau": draw(st.sampled_from(("N", "OAN", "H"))),
                "date_piece": draw(st.none() | jours),
                "lettrage": (lettrage := draw(st.none() | st.text("ABCDEFG", min_size=1, max_size=4))),
                "date_lettrage": draw(jours) if lettrage else None,
            }
        )
    return lignes


@st.composite
def lots(draw: st.DrawFn) -> Lot:
    rangs: list[dict[str, Any]] = []
    numeros: set[str] = set()
    for rang, ecriture in enumerate(draw(st.lists(ecritures(), min_size=1, max_size=4)), start=1):
        numero = ecriture[0]["numero_piece"]
        if numero in numeros:
            continue
        numeros.add(numero)
        for ligne in ecriture:
            rangs.append(dict.fromkeys(LIGNES) | ligne | {"numero_ligne": len(rangs) + 2, "ecriture": len(numeros)})
        assert rang
    lignes = pl.DataFrame(rangs, schema=LIGNES)
    parts = [
        dict.fromkeys(VENTILATIONS)
        | {k: r[k] for k in ("journal", "date", "compte", "ecriture", "debit_centimes", "credit_centimes", "libelle")}
        | {
            "numero_ligne": 1000 + i,
            "ligne_mere": r["numero_ligne"],
            "genre": "A",
            "axe": draw(st.sampled_from(("A1", "A5"))),
            "section": draw(textes("AUXSECT", 1)),
        }
        for i, r in enumerate(rangs)
        if r["montant_devise"] is None and draw(st.booleans())
    ]
    return Lot(
        format="fec",
        detection=Detection("utf-8", "LF", 0, 0),
        lignes=lignes,
        ventilations=pl.DataFrame(parts, schema=VENTILATIONS),
    )


COMMUNES = [
    c for c in LIGNES if c not in ("numero_ligne", "supplement", "a_nouveau", "date_piece", "lettrage", "date_lettrage")
]
ETENDUES = [c for c in LIGNES if c not in ("numero_ligne", "supplement")]
PARTS = [c for c in VENTILATIONS if c not in ("numero_ligne", "ligne_mere", "texte")]


def relire(octets: bytes) -> Lot:
    lot = reader.read(octets, OptionsLecture()).lot
    assert lot is not None
    return lot


@settings(max_examples=60, deadline=None)
@given(lots(), st.sampled_from((8, 9, 10, 11)))
def test_a_lot_written_in_ete_comes_back(lot: Lot, version: int) -> None:
    octets = writer.write(lot, format="ETE", version=version, jour=JOUR)
    relu = relire(octets)
    for colonne in ETENDUES:
        assert relu.lignes[colonne].to_list() == lot.lignes[colonne].to_list(), colonne
    for colonne in PARTS:
        assert relu.ventilations[colonne].to_list() == lot.ventilations[colonne].to_list(), colonne
    assert writer.write(relu, format="ETE", jour=JOUR) == octets


@settings(max_examples=60, deadline=None)
@given(lots())
def test_a_lot_written_in_std_comes_back_in_its_common_zones(lot: Lot) -> None:
    octets = writer.write(lot, format="STD", jour=JOUR)
    relu = relire(octets)
    for colonne in COMMUNES:
        assert relu.lignes[colonne].to_list() == lot.lignes[colonne].to_list(), colonne
    lignes = [ligne for ligne in octets.decode("cp1252").split("\r\n")[:-1] if not ligne.startswith("***")]
    assert {len(ligne) for ligne in lignes} == {layout.LARGEUR_STD}
    assert writer.write(relu, format="STD", jour=JOUR) == octets


@settings(max_examples=60, deadline=None)
@given(lots())
def test_totals_are_kept_through_writing_and_reading(lot: Lot) -> None:
    relu = relire(writer.write(lot, jour=JOUR))
    assert (relu.debit_centimes, relu.credit_centimes) == (lot.debit_centimes, lot.credit_centimes)
