"""formats.tra.zones, tables_libres and parametres: zones beyond the model, free tables by version, columns counted in bytes."""

from __future__ import annotations

import pytest
from test_tra_writer import JOUR
from tra_fabrique import ENTETE_ETE, fichier, lire, lot_de, mouvement, parametre, poser

from ecritures.domain.errors import EcritureImpossible
from ecritures.formats.tra import layout, writer
from ecritures.formats.tra.parametres import en_caracteres
from ecritures.formats.tra.zones import zones_annexes, zones_etendues


def entete(version: int, **zones: str) -> str:
    return poser(ENTETE_ETE, "HDR", VERSION=f"{version:03}", **zones)


@pytest.mark.parametrize(("version", "attendu"), [(1, "ANC"), (3, "ANC"), (4, "NOUVELLE"), (11, "NOUVELLE")])
def test_free_tables_are_read_where_their_version_puts_them(version: int, attendu: str) -> None:
    ligne = mouvement(etendu=True, TABLE2_OLD="ANC", TABLE2="NOUVELLE")
    assert zones_etendues(lot_de(ligne, entete=entete(version)))["TABLE2"].to_list() == [attendu]


def test_free_tables_move_when_the_version_written_changes_side() -> None:
    lot = lot_de(mouvement(etendu=True, TABLE0_OLD="A", TABLE3_OLD="BCD", REFEXTERNE="R"), entete=entete(3))
    recent = lire(writer.write(lot, format="ETE", version=8, jour=JOUR)).lot
    assert recent is not None
    assert zones_etendues(recent).select("REFEXTERNE", "TABLE0", "TABLE1", "TABLE3").row(0) == ("R", "A", None, "BCD")
    ancien = lire(writer.write(recent, format="ETE", version=2, jour=JOUR)).lot
    assert ancien is not None
    assert zones_etendues(ancien).select("TABLE0", "TABLE3").row(0) == ("A", "BCD")


def test_a_free_table_too_long_for_an_old_version_is_refused() -> None:
    lot = lot_de(mouvement(etendu=True, TABLE1="REGION"), entete=entete(8))
    with pytest.raises(EcritureImpossible, match="1023"):
        writer.write(lot, format="ETE", version=3, jour=JOUR)


def test_what_exceeds_an_std_line_is_no_zone_and_is_not_written_as_one() -> None:
    lot = lire(fichier(mouvement().ljust(222) + "EXCEDENT")).lot
    assert lot is not None
    assert zones_etendues(lot)["REFEXTERNE"].to_list() == [None]
    relu = lire(writer.write(lot, format="ETE", jour=JOUR)).lot
    assert relu is not None
    assert zones_etendues(relu).select("REFEXTERNE", "ECRANOUVEAU", "DATECREATION").row(0) == (None, "N", "05012026")


def test_wider_versions_give_their_defaults_to_the_zones_they_add() -> None:
    lot = lot_de(mouvement(etendu=True).ljust(1280), entete=entete(8))
    ligne = writer.write(lot, format="ETE", version=11, jour=JOUR).decode("cp1252").split("\r\n")[1]
    assert len(ligne) == 1407
    validation = layout.mouvement(True).zone("VALIDDATE")
    assert ligne[validation.start - 1 :] == "01011900"


@pytest.mark.parametrize("marque", ["###", "¥¥¥"])
def test_old_markers_are_written_as_the_usual_one(marque: str) -> None:
    jal = parametre("JAL", CODE="ACH", LIBELLE="Achats", NATURE="ACH")
    lot = lire(fichier(marque + jal[3:], mouvement(), entete=marque + ENTETE_ETE[3:])).lot
    assert lot is not None
    assert all(
        t.startswith("***") for t in writer.write(lot, format="ETE", jour=JOUR).decode("cp1252").split("\r\n")[:2]
    )


def test_a_record_is_cut_when_asked_and_an_absent_one_is_a_key_error() -> None:
    lot = lot_de(parametre("TVA", CODE="TN", LIBELLE="Taux normal"), mouvement())
    assert list(lot.fiches) == ["TVA"]
    assert lot.fiches["TVA"]["LIBELLE"].to_list() == ["Taux normal"]
    assert lot.fiches.get("JAL") is None
    with pytest.raises(KeyError):
        lot.fiches["GED"]


def test_a_line_counted_in_bytes_is_put_back_in_columns_of_characters() -> None:
    record = layout.records()["REG"]
    ligne = "***REGFRAé".encode().ljust(44)
    texte = en_caracteres(ligne, record)
    assert len(texte) == 44
    assert texte[9:12] == "é  "
    assert en_caracteres(ligne[:10], record)[9:] == "\ufffd"  # a letter cut in two is said, never guessed
    assert en_caracteres("é".encode(), None) == "é"


def test_documents_of_another_kind_are_not_mixed() -> None:
    lot = lot_de(mouvement(), poser("", "GED", JOURNAL="ACH", DATECOMPTABLE="15032025", TYPECPTE="G", DOCUMENT="f.pdf"))
    assert zones_annexes(lot, "G")["DOCUMENT"].to_list() == ["f.pdf"]
    assert zones_annexes(lot, "V").is_empty()
