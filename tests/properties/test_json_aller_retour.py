"""Any bytes are read without raising; what is written as JSON comes back, and a body written again is the same."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from json_fabrique import SIRET, constats, corps, ligne, lot_de, octets

from ecritures.domain.constat import CONSTATS
from ecritures.domain.lot import LIGNES, VENTILATIONS, Detection, Lot, OptionsLecture
from ecritures.formats.json_ecritures import reader, writer

valeurs_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda enfants: st.lists(enfants, max_size=4) | st.dictionaries(st.text(max_size=8), enfants, max_size=4),
    max_leaves=12,
)
cles = st.sampled_from(
    ["date", "debit", "credit", "compte", "journal", "SIRET", "type", "axeAnaX", "modePaiement", "debCutOff", "x"]
)


def sans_lever(brut: bytes) -> None:
    lecture = reader.read(brut, OptionsLecture())
    trouves = constats(brut)
    assert list(trouves.liste.columns) == list(CONSTATS)
    assert trouves.liste["message"].null_count() == 0
    assert (trouves.liste["colonne_debut"] > trouves.liste["colonne_fin"]).sum() == 0
    if lecture.lot is None:
        assert trouves.est_bloquant
    else:
        assert lecture.lot.lignes.schema == LIGNES
        assert lecture.lot.ventilations.schema == VENTILATIONS


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
@example(b'{"data":{"ecritures":[[]]}}')
@example(b'{"data":{"ecritures":"\\ud800"}}')
@example(b"\xef\xbb\xbf{}")
def test_no_bytes_make_the_reader_raise(brut: bytes) -> None:
    sans_lever(brut)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.dictionaries(cles, valeurs_json, max_size=6) | valeurs_json, max_size=4), valeurs_json, valeurs_json)
def test_no_structure_makes_the_reader_raise(ecritures: list[Any], options: Any, contexte: Any) -> None:
    valeur = corps()
    valeur["data"] |= {"ecritures": ecritures, "options": options, "contexte": contexte}
    sans_lever(json.dumps(valeur).encode())


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_damaged_body_makes_the_reader_raise(data: st.DataObject) -> None:
    brut = bytearray(
        octets(corps(ligne("606", 250.5, axeAnaX=[{"section": "S", "debit": {"amount": 1}}]), ligne("401", 0, 1)))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        brut[data.draw(st.integers(0, len(brut) - 1))] = data.draw(st.integers(0, 255))
    sans_lever(bytes(brut))


codes = st.text(st.characters(exclude_categories=("Cs",)), max_size=12).map(lambda t: t.strip(" ") or "x")
textes = st.none() | codes
jours = st.dates(date(1900, 1, 1), date(2999, 12, 31))


@st.composite
def lots(draw: st.DrawFn) -> Lot:
    """Entries as the structure holds them: one amount a line, one reference an entry."""
    rangees: list[dict[str, Any]] = []
    for numero in range(1, draw(st.integers(1, 4)) + 1):
        entree = {
            "ecriture": numero,
            "journal": draw(codes),
            "date": draw(jours),
            "numero_piece": f"P{numero}",
            "etablissement": draw(st.sampled_from((None, SIRET))),
        }
        for _ in range(draw(st.integers(2, 3))):
            montant = draw(st.integers(-(10**12), 10**12).filter(bool))
            debit = draw(st.booleans())
            devise = draw(st.sampled_from((None, "USD", "JPY", "TND")))
            rangees.append(
                dict.fromkeys(LIGNES)
                | entree
                | {
                    "numero_ligne": len(rangees) + 1,
                    "compte": draw(codes),
                    "debit_centimes": montant if debit else 0,
                    "credit_centimes": 0 if debit else montant,
                    "type_ecriture": draw(st.sampled_from("NSPJB")),
                    "devise": devise,
                    "montant_devise": draw(st.none() | st.integers(-(10**11), 10**11)) if devise else None,
                    "taux_devise": draw(st.sampled_from((None, "0.9070"))) if devise else None,
                    "mode_paiement": draw(st.sampled_from((None, "1", "11"))),
                }
                | {
                    c: draw(textes)
                    for c in ("tiers", "libelle", "reference", "lettrage", "journal_libelle", "compte_libelle")
                }
                | {c: draw(st.none() | jours) for c in ("date_piece", "echeance", "date_lettrage")}
            )
    return Lot("perso", Detection("utf-8", "LF", 0, 0), pl.DataFrame(rangees, schema=LIGNES))


@settings(max_examples=80, deadline=None)
@given(lots())
def test_what_is_written_comes_back_value_by_value(lot: Lot) -> None:
    brut = writer.write(lot, code_ibs="DEMO001")
    assert constats(brut).total == 0, constats(brut).liste.to_dicts()
    relu = lot_de(brut)
    for champ in LIGNES:
        assert relu.lignes[champ].to_list() == lot.lignes[champ].to_list(), champ
    assert writer.write(relu) == brut
    assert (relu.debit_centimes, relu.credit_centimes) == (lot.debit_centimes, lot.credit_centimes)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(("commentaire", "lot", "fichier", "autre")), valeurs_json),
        min_size=2,
        max_size=4,
    )
)
def test_what_the_model_does_not_name_is_written_back(restes: list[dict[str, Any]]) -> None:
    avant = json.dumps(corps(*(ligne("606", 1) | reste for reste in restes)))
    premier = lot_de(avant.encode())
    relu = lot_de(writer.write(premier))
    assert relu.lignes.equals(premier.lignes)
    assert writer.write(relu) == writer.write(premier)
