"""formats.fec.description: the text that the law asks to put beside a FEC, drawn from the file itself."""

from __future__ import annotations

from datetime import date

import pytest
from fec_fabrique import Brouillon, lire
from xml_fabrique import NOM_XML, fec_xml

from ecritures.domain.lot import Lot, Regime
from ecritures.formats.fec import writer, xml_ecrivain
from ecritures.formats.fec.description import SIGNIFICATIONS, Precisions, decrire, nom_de_description
from ecritures.formats.fec.layout import FORMES

SIREN, CLOTURE = "732829320", date(2025, 12, 31)


def lot_de(octets: bytes, nom: str | None = NOM_XML) -> Lot:
    lot = lire(octets, nom).lot
    assert lot is not None
    return lot


@pytest.mark.parametrize("regime", list(Regime))
def test_every_zone_has_its_name_its_nature_and_its_meaning(regime: Regime) -> None:
    lot = lot_de(fec_xml(regime).encode())
    export = writer.exporter(lot)
    texte = decrire(lot, export, siren=SIREN, cloture=CLOTURE)
    for rang, colonne in enumerate(FORMES[regime].table.columns, 1):
        assert f"{rang:>3}. {colonne.name} : {SIGNIFICATIONS[colonne.name]}." in texte
    assert "PJ : à préciser par l'entreprise." in texte
    assert regime.libelle in texte
    assert export.sha256 in texte
    assert f"Nombre de zones : {len(export.zones)}." in texte


def test_technical_data_are_those_of_the_file() -> None:
    lot = lot_de(Brouillon(60).octets, None)
    texte = decrire(lot, writer.exporter(lot, separateur="|", encodage="iso-8859-15"), siren=SIREN, cloture=CLOTURE)
    for attendu in (
        "ISO 8859-15",
        "barre verticale",
        "virgule décimale",
        "AAAAMMJJ",
        "longueur variable",
        "732829320FEC20251231.txt",
        "Lignes : 60.",
    ):
        assert attendu in texte
    assert texte.endswith("\n")
    assert "\t" not in texte


def test_the_xml_form_is_described_as_such() -> None:
    lot = lot_de(fec_xml(Regime.BNC_TRESORERIE).encode())
    texte = decrire(lot, xml_ecrivain.exporter(lot), siren=SIREN)
    for attendu in ("schéma formatA47A-I-VIII-7.xsd", "point décimal", "AAAA-MM-JJ", "732829320FEC20251231.xml"):
        assert attendu in texte


def test_codes_and_numbers_are_listed() -> None:
    lot = lot_de(Brouillon(300).octets, None)
    texte = decrire(lot, writer.exporter(lot), siren=SIREN, cloture=CLOTURE)
    assert "  VE : Ventes ; 87 lignes" in texte
    assert "journal BQ, préfixe « BQ » : de 1 à 58, 58 numéros, 0 absent" in texte
    assert "USD : code ISO 4217 ; 4 lignes" in texte
    assert "29 codes de 2 à 3 caractères" in texte
    assert "À-nouveaux : 10 lignes, dans le journal AN." in texte


def test_gaps_are_counted_and_explained_by_who_knows() -> None:
    brouillon = Brouillon(60)
    brouillon.lignes = [x for x in brouillon.lignes if x[2] != "VE000002"]
    lot = lot_de(brouillon.octets, None)
    export = writer.exporter(lot)
    assert "Numéros absents : à préciser" in decrire(lot, export)
    texte = decrire(lot, export, precisions=Precisions(lacunes="brouillons supprimés avant validation"))
    assert "journal VE, préfixe « VE » : de 1 à 5, 4 numéros, 1 absent" in texte
    assert "Numéros absents : brouillons supprimés avant validation." in texte


def test_one_sequence_for_the_file_is_told_from_one_by_journal() -> None:
    brouillon = Brouillon(60)
    numeros: dict[tuple[str, str], int] = {}
    for champs in brouillon.lignes[1:]:
        champs[2] = str(numeros.setdefault((champs[0], champs[2]), len(numeros) + 1))
    lot = lot_de(brouillon.octets, None)
    assert "Mode : une seule séquence pour tout le fichier" in decrire(lot, writer.exporter(lot))


def test_what_only_its_author_knows_is_taken_from_him() -> None:
    lot = lot_de(fec_xml(Regime.BNC_TRESORERIE).encode())
    precisions = Precisions(
        logiciel="Compta",
        version="12.3",
        entreprise="Cabinet Durand",
        exercice=(date(2025, 1, 1), CLOTURE),
        zones={"PJ": "nom du fichier de la pièce"},
        codes={"ModeRglt": {"VIR": "virement"}},
        inventaire="journal OD, au dernier jour",
    )
    texte = decrire(lot, writer.exporter(lot), siren=SIREN, precisions=precisions)
    for attendu in (
        "Logiciel : Compta 12.3.",
        "Cabinet Durand",
        "du 01/01/2025 au 31/12/2025",
        "PJ : nom du fichier de la pièce.",
        "VIR : virement ; 7 lignes",
        "journal OD, au dernier jour",
    ):
        assert attendu in texte
    assert "à préciser" not in texte


def test_parts_are_described_together() -> None:
    lot = lot_de(Brouillon(100).octets, None)
    parties = writer.exporter_parties(lot, 40)
    texte = decrire(lot, parties, siren=SIREN, cloture=CLOTURE)
    assert all(p.sha256 in texte for p in parties)
    assert "Ensemble (3 parties, à lire dans l'ordre de leur suffixe) : 100 lignes" in texte


def test_its_name_stands_beside_the_files() -> None:
    assert nom_de_description(SIREN, CLOTURE) == "732829320FEC20251231_description.txt"
