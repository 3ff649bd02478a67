"""What is said of a file and of one of its lines: every zone at its columns, with its text, its value and what it means."""

from __future__ import annotations

import json

import polars as pl
import pytest
from fec_fabrique import Brouillon
from fec_fabrique import lire as lire_fec
from tra_fabrique import ENTETE_ETE, analytique, fichier, mouvement, parametre, poser
from tra_fabrique import lire as lire_tra

from ecritures.imports.describe import decrire, decrire_ligne


def _zones(octets: bytes, numero: int, format_: str = "fec") -> dict[str, dict[str, object]]:
    lecture = lire_fec(octets) if format_ == "fec" else lire_tra(octets)
    return {z["zone"]: z for z in decrire_ligne(lecture, octets, numero).zones.to_dicts()}


def test_a_fec_line_is_shown_zone_by_zone_with_its_columns() -> None:
    brouillon = Brouillon(32).met(7, EcritureDate="31/01/2025").ajoute_colonne("Dossier", "A12")
    zones = _zones(brouillon.octets, 7)
    assert len(zones) == 19
    assert next(iter(zones)) == "JournalCode"
    date = zones["EcritureDate"]
    assert (date["colonne_debut"], date["colonne_fin"]) == brouillon.colonnes(7, 3)
    assert (date["brut"], date["lu"], date["signification"]) == ("31/01/2025", "2025-01-31", "Date de comptabilisation")
    assert zones["Debit"]["lu"] == "3\u202f076,78\u00a0€"
    assert zones["Dossier"]["brut"] == "A12"
    assert zones["Idevise"]["lu"] is None


def test_what_reading_found_on_the_line_is_with_it() -> None:
    octets = Brouillon(32).met(7, EcritureDate="31/01/2025").octets
    d = decrire_ligne(lire_fec(octets), octets, 7)
    assert d.constats["zone"].to_list() == ["EcritureDate"]


@pytest.mark.parametrize(
    ("numero", "nature"), [(1, "ligne qui n'est pas une écriture"), (5, "ligne vide"), (99, "ligne absente")]
)
def test_a_line_that_is_no_entry_says_so(numero: int, nature: str) -> None:
    octets = Brouillon(32).insere(5, [""]).octets
    d = decrire_ligne(lire_fec(octets), octets, numero)
    assert d.nature == nature
    assert d.zones.is_empty()
    assert (d.texte is None) == (numero == 99)


def test_a_tra_movement_is_shown_at_the_columns_of_its_layout() -> None:
    octets = fichier(
        mouvement("60700000", debit="1234,50", LIBELLE="Achat d'été"), mouvement("51200000", credit="1234,50")
    )
    zones = _zones(octets, 2, "tra")
    assert (zones["GENERAL"]["colonne_debut"], zones["GENERAL"]["colonne_fin"]) == (14, 30)
    assert (zones["GENERAL"]["lu"], zones["GENERAL"]["champ"]) == ("60700000", "compte")
    assert (zones["MONTANT1"]["lu"], zones["MONTANT1"]["champ"]) == ("1234,50", None)
    assert zones["DATECOMPTABLE"]["lu"] == "2025-03-15"
    assert all(z["signification"] for z in zones.values())


def test_header_and_parameters_of_a_tra_are_shown_too() -> None:
    octets = fichier(
        parametre("JAL", CODE="ACH", LIBELLE="Achats"), mouvement(debit="1,00"), mouvement("51200000", credit="1,00")
    )
    assert _zones(octets, 1, "tra")["TYPEFICHIER"]["brut"] == "JRL"
    jal = _zones(octets, 2, "tra")
    assert (jal["CODE"]["lu"], jal["LIBELLE"]["lu"]) == ("ACH", "Achats")


def test_zones_used_are_counted_by_record_accents_and_short_lines_included() -> None:
    lignes = [
        parametre("JAL", CODE="ACH", LIBELLE="Été"),
        mouvement("60700000", debit="1,00", LIBELLE="éàü", etendu=True, LETTRAGE="AA", ETATLETTRAGE="TL"),
        mouvement("51200000", credit="1,00", REFINTERNE=""),
        poser(mouvement("60700000"), "GED", TYPECPTE="G"),
    ]
    octets = fichier(*lignes, entete=ENTETE_ETE, encodage="utf-8")
    d = decrire(lire_tra(octets), octets)
    zones = {
        (e, z): (n, sur) for e, z, n, sur in d.zones.select("enregistrement", "zone", "remplies", "lignes").iter_rows()
    }
    assert zones[("JAL", "LIBELLE")] == (1, 1)
    assert zones[("MVT/ETE", "GENERAL")] == (2, 2)
    assert zones[("MVT/ETE", "REFINTERNE")] == (1, 2)
    assert zones[("MVT/ETE", "LETTRAGE")] == (1, 2)
    assert ("MVT/ETE", "AXE") not in zones
    assert ("GED", "TYPECPTE") in zones


def test_records_are_counted_by_kind() -> None:
    octets = fichier(
        parametre("JAL", CODE="ACH"),
        mouvement("60700000", debit="1,00"),
        analytique("60700000", "S1", debit="1,00"),
        mouvement("40100000", credit="1,00", tiers="F1"),
    )
    d = decrire(lire_tra(octets), octets)
    assert {code: n for code, n, _ in d.enregistrements.iter_rows()} == {
        "JAL": 1,
        "MVT blanc": 1,
        "MVT X": 1,
        "MVT A": 1,
    }


def test_what_is_kept_without_being_read_is_said() -> None:
    octets = fichier("***ZZZ inconnu", mouvement(debit="1,00"), mouvement("51200000", credit="1,00"))
    titres = decrire(lire_tra(octets), octets).incompris["titre"].to_list()
    assert any("ZZZ" in titre or "inconnu" in titre for titre in titres)


def test_a_fec_says_its_zones_and_what_its_columns_hold_beside_the_law() -> None:
    octets = Brouillon(32).ajoute_colonne("Dossier", "A12").octets
    d = decrire(lire_fec(octets), octets)
    remplies = dict(d.zones.select("zone", "remplies").iter_rows())
    assert (remplies["JournalCode"], remplies["Dossier"]) == (32, 32)
    assert d.incompris.filter(pl.col("titre").str.contains("Dossier")).height == 1


def test_the_public_forms_are_json() -> None:
    octets = Brouillon(32).octets
    lecture = lire_fec(octets)
    assert json.loads(json.dumps(decrire(lecture, octets).public()))["format"] == "fec"
    assert json.loads(json.dumps(decrire_ligne(lecture, octets, 3).public()))["zones"][0]["zone"] == "JournalCode"
