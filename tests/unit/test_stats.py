"""The statistics of a file, each against figures counted by hand from its lines."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from fec_fabrique import Brouillon, lire
from tra_fabrique import analytique, fichier, mouvement
from tra_fabrique import lire as lire_tra

from ecritures.domain.lot import Lot
from ecritures.formats.fec.echantillon import generer_fec
from ecritures.imports.reports.tables import tables, text_of
from ecritures.imports.stats import Statistiques, statistiques


def _lot(brouillon: Brouillon) -> Lot:
    lot = lire(brouillon.octets).lot
    assert lot is not None
    return lot


def _of(brouillon: Brouillon) -> Statistiques:
    return statistiques(_lot(brouillon), brouillon.octets)


def test_lines_entries_and_totals_are_those_of_the_file() -> None:
    brouillon = Brouillon(32)
    s = _of(brouillon)
    debits = [int(ligne[11].replace(",", "")) for ligne in brouillon.lignes[1:]]
    assert s.lignes == 32
    assert s.ecritures == len({(ligne[0], ligne[2]) for ligne in brouillon.lignes[1:]})
    assert s.comptes == len({ligne[4] for ligne in brouillon.lignes[1:]})
    assert s.tiers == len({ligne[6] for ligne in brouillon.lignes[1:]} - {""})
    assert s.debit_centimes == s.credit_centimes == sum(debits)


def test_dates_have_their_bounds_and_count_and_absent_ones_are_said_absent() -> None:
    bornes = {b.champ: b for b in _of(Brouillon(32)).dates}
    assert set(bornes) == {"date", "date_piece", "date_lettrage", "date_validation"}
    assert (bornes["date"].zone, bornes["date"].nombre, bornes["date"].premiere) == (
        "EcritureDate",
        32,
        date(2025, 1, 1),
    )
    sans = {b.champ: b for b in _of(Brouillon(32).partout(DateLet="", EcritureLet="")).dates}
    assert (sans["date_lettrage"].nombre, sans["date_lettrage"].premiere) == (0, None)


def test_each_journal_has_its_numbers_and_its_gaps() -> None:
    brouillon = Brouillon(60)
    rangs = [n for n, ligne in enumerate(brouillon.lignes, 1) if ligne[2] == "VE000002"]
    s = _of(brouillon.ote(*rangs))
    journaux = {j["journal"]: j for j in s.par_journal.to_dicts()}
    assert list(journaux) == sorted(journaux)
    assert (journaux["VE"]["premier_numero"], journaux["VE"]["dernier_numero"], journaux["VE"]["trous"]) == (
        "VE000001",
        "VE000005",
        1,
    )
    assert journaux["BQ"]["trous"] == 0
    assert s.trous == 1
    assert journaux["VE"]["libelle"] == "Ventes"


def test_numbers_that_cannot_be_followed_are_not_counted_as_gaps() -> None:
    s = _of(Brouillon(32).partout(EcritureNum=""))
    assert s.trous is None
    assert s.source.numerotation is None
    assert s.par_journal["trous"].null_count() == s.journaux


def test_the_result_is_products_minus_charges_and_classes_add_up() -> None:
    s = _of(Brouillon(60))
    soldes = {c["classe"]: c["solde_centimes"] for c in s.par_classe.to_dicts()}
    assert s.resultat_centimes == -(soldes["6"] + soldes["7"])
    assert sum(soldes.values()) == 0


def test_lettered_lines_are_counted_among_those_of_third_parties() -> None:
    s = _of(Brouillon(32))
    assert (s.lignes_de_tiers, s.lignes_de_tiers_lettrees) == (12, 12)
    assert _of(Brouillon(32).partout(EcritureLet="", DateLet="")).lignes_de_tiers_lettrees == 0


def test_fill_rates_count_blank_zones_and_supplementary_columns_tell_their_type() -> None:
    brouillon = Brouillon(32).met(5, PieceRef="").ajoute_colonne("Dossier", "12").ajoute_colonne("Saisi", "2025-01-31")
    brouillon.ajoute_colonne("Taux", "1,5").ajoute_colonne("Note", "à voir").ajoute_colonne("Rien", "")
    s = _of(brouillon)
    remplies = {zone: n for _, zone, n in s.remplissage.iter_rows()}
    assert (remplies["PieceRef"], remplies["JournalCode"]) == (31, 32)
    types = {zone: (genre, n) for zone, genre, n in s.supplementaires.iter_rows()}
    assert types == {
        "Dossier": ("entier", 32),
        "Saisi": ("date", 32),
        "Taux": ("decimal", 32),
        "Note": ("texte", 32),
        "Rien": ("vide", 0),
    }


def test_the_source_is_known_by_its_bytes() -> None:
    brouillon = Brouillon(32)
    source = _of(brouillon).source
    assert source.sha256 == hashlib.sha256(brouillon.octets).hexdigest()
    assert (source.format, source.encodage, source.separateur, source.fin_de_ligne) == ("fec", "utf-8", "|", "CRLF")
    assert source.taille_octets == len(brouillon.octets)
    assert statistiques(_lot(brouillon)).source.sha256 is None


def test_a_tra_has_the_same_statistics_and_its_analytic_lines_count_in_no_total() -> None:
    octets = fichier(
        mouvement("60700000", debit="10,00"),
        analytique("60700000", "S1", debit="10,00"),
        mouvement("51200000", credit="10,00"),
    )
    lot = lire_tra(octets).lot
    assert lot is not None
    s = statistiques(lot, octets)
    assert (s.lignes, s.debit_centimes, s.credit_centimes) == (2, 1000, 1000)
    assert s.source.format == "tra"
    assert {zone for _, zone, _ in s.remplissage.iter_rows()} >= {"JOURNAL", "GENERAL", "MONTANT1"}


def test_a_currency_is_counted_in_its_own_units() -> None:
    s = statistiques(_lot_of_bytes(generer_fec(600)))
    dollars = s.devises.filter(s.devises["devise"] == "USD")
    assert dollars.height == 1 and dollars["lignes"][0] >= 2


def _lot_of_bytes(octets: bytes) -> Lot:
    lot = lire(octets).lot
    assert lot is not None
    return lot


def test_the_public_form_is_json_and_the_tables_show_it_in_french() -> None:
    s = _of(Brouillon(32))
    public = json.loads(json.dumps(s.public()))
    assert public["mois"][0] == "2025-01-01"
    assert public["par_journal"][0]["journal"] == "AC"
    montres = {r[0]: text_of(r[1]) for r in tables(s)[0].rangees}
    assert montres["Total débit"] == "81\u202f813,35\u00a0€"
    assert montres["Lignes de tiers lettrées"].startswith("12 (100,0 %)")


def test_volumes_add_up_to_the_dated_lines() -> None:
    s = _of(Brouillon(60).met(5, EcritureDate="n'importe"))
    assert int(s.volumes["lignes"].sum()) == 59


@pytest.mark.parametrize("nom", ["folder_v008_dos_ete.TRA", "variables_and_documents_v009_ete.TRA"])
def test_real_shapes_are_counted(nom: str) -> None:
    chemin = Path(__file__).parents[2] / "../shared/data/tra" / nom
    if not chemin.exists():
        pytest.skip("les fichiers d'exemple ne sont pas à côté du projet")
    lot = lire_tra(chemin.read_bytes()).lot
    assert lot is not None
    s = statistiques(lot, chemin.read_bytes())
    assert (s.lignes, s.ecritures, s.debit_centimes) == (lot.lignes.height, lot.nombre_ecritures, lot.debit_centimes)
