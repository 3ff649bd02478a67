"""formats.tra.reader: one fault a row, found at its line and columns, with its value; the other lines are still read."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from tra_fabrique import (
    ENTETE,
    ENTETE_ETE,
    analytique,
    constats,
    fichier,
    ids,
    lire,
    lot_de,
    mouvement,
    parametre,
    poser,
)

from ecritures.formats.tra import localisation, reader, regles

JUSTE = (mouvement("60700000", debit="10,00"), mouvement("40100000", credit="10,00", tiers="FOU1"))
JUSTE_ETE = (
    mouvement("60700000", debit="10,00", etendu=True),
    mouvement("40100000", credit="10,00", tiers="FOU1", etendu=True),
)


def test_a_correct_file_has_no_finding() -> None:
    assert ids(lire(fichier(*JUSTE))) == []
    assert ids(lire(fichier(*JUSTE_ETE, entete=ENTETE_ETE))) == []


def test_values_are_those_written() -> None:
    lot = lot_de(
        mouvement(
            "40100000", credit="1234,56", tiers="FOU1", TYPEPIECE="FF", MODEPAIE=" CB", ECHEANCE="30042025", NUMEROPIECE="      42",
            DEVISE="EUR", TAUXDEV="1", ETABLISSEMENT="001", NUMECHE=" 2",
        )
    )  # fmt: skip
    assert {k: v for k, v in lot.lignes.row(0, named=True).items() if v is not None} == {
        "numero_ligne": 2, "ecriture": 1, "journal": "ACH", "date": date(2025, 3, 15), "nature": "FF", "compte": "40100000", "genre": "X",
        "tiers": "FOU1", "numero_piece": "42", "reference": "F1", "libelle": "Achat", "debit_centimes": 0, "credit_centimes": 123456,
        "devise": "EUR", "taux_devise": "1", "echeance": date(2025, 4, 30), "mode_paiement": "CB", "numero_echeance": 2,
        "type_ecriture": "N", "etablissement": "001",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("zones", "id_", "zone", "colonnes"),
    [
        ({"JOURNAL": "   "}, "tra.zone_obligatoire", "JOURNAL", (1, 3)),
        ({"DATECOMPTABLE": " " * 8}, "tra.zone_obligatoire", "DATECOMPTABLE", (4, 11)),
        ({"DATECOMPTABLE": "01011900"}, "tra.zone_obligatoire", "DATECOMPTABLE", (4, 11)),
        ({"TYPEPIECE": "  "}, "tra.zone_obligatoire", "TYPEPIECE", (12, 13)),
        ({"GENERAL": " "}, "tra.zone_obligatoire", "GENERAL", (14, 30)),
        ({"SENS": " "}, "tra.zone_obligatoire", "SENS", (130, 130)),
        ({"MONTANT1": " "}, "tra.zone_obligatoire", "MONTANT1", (131, 150)),
        ({"TYPEECRITURE": " "}, "tra.zone_obligatoire", "TYPEECRITURE", (151, 151)),
        ({"CODEMONTANT": " "}, "tra.zone_obligatoire", "CODEMONTANT", (173, 175)),
        ({"DATECOMPTABLE": "31022025"}, "tra.date_illisible", "DATECOMPTABLE", (4, 11)),
        ({"ECHEANCE": "31022025"}, "tra.date_secondaire_illisible", "ECHEANCE", (122, 129)),
        ({"MONTANT1": "            1 234,00"}, "tra.montant_illisible", "MONTANT1", (131, 150)),
        ({"MONTANT1": "              -10,00"}, "tra.montant_negatif", "MONTANT1", (131, 150)),
        ({"MONTANT1": "                0,00"}, "tra.montant_nul", "MONTANT1", (131, 150)),
        ({"SENS": "S"}, "tra.sens_inconnu", "SENS", (130, 130)),
        ({"TYPECPTE": "Z"}, "tra.type_compte_inconnu", "TYPECPTE", (31, 31)),
        ({"TYPECPTE": "E", "AUXSECT": "F"}, "tra.type_compte_tolere", "TYPECPTE", (31, 31)),
        ({"TYPEPIECE": "BQ"}, "tra.nature_inconnue", "TYPEPIECE", (12, 13)),
        ({"TYPEECRITURE": "Z"}, "tra.type_ecriture_inconnu", "TYPEECRITURE", (151, 151)),
        ({"TYPEECRITURE": "A"}, "tra.type_ecriture_tolere", "TYPEECRITURE", (151, 151)),
        ({"CODEMONTANT": "Z--"}, "tra.code_montant_inconnu", "CODEMONTANT", (173, 175)),
        ({"TYPECPTE": "X"}, "tra.auxiliaire_vide", "AUXSECT", (32, 48)),
        ({"AUXSECT": "FOU1"}, "tra.auxiliaire_sans_type", "AUXSECT", (32, 48)),
        ({"NUMECHE": "aa"}, "tra.numero_echeance_illisible", "NUMECHE", (221, 222)),
        ({"TYPECPTE": "H", "AUXSECT": "S"}, "tra.axe_vide", "AXE", (219, 220)),
        ({"TYPECPTE": "H", "AUXSECT": "S", "AXE": "A9"}, "tra.axe_inconnu", "AXE", (219, 220)),
        ({"TYPECPTE": "H", "AXE": "A1"}, "tra.section_vide", "AUXSECT", (32, 48)),
        ({"LIBELLE": 'le "bon"'}, "tra.guillemets", "LIBELLE", (84, 118)),
        ({"NUMEROPIECE": "D1234567"}, "tra.numero_piece_non_numerique", "NUMEROPIECE", (152, 159)),
        ({"LIBELLE": "a\x0bb"}, "tra.caractere_controle", None, (None, None)),
        ({"CODEMONTANT": "D--"}, "tra.devise_absente", "DEVISE", (160, 162)),
        ({"CODEMONTANT": "D--", "DEVISE": "USD"}, "tra.devise_sans_contrevaleur", "TAUXDEV", (163, 172)),
        ({"CODEMONTANT": "F--"}, "tra.franc_sans_euro", "CODEMONTANT", (173, 175)),
    ],
)  # fmt: skip
def test_one_fault_is_found_at_its_place(
    zones: dict[str, str], id_: str, zone: str | None, colonnes: tuple[int | None, int | None]
) -> None:
    lecture = lire(fichier(*JUSTE, mouvement(**zones), *JUSTE))
    liste = constats(lecture).liste.filter(pl.col("id") == id_)
    assert liste.select("numero_ligne", "zone", "colonne_debut", "colonne_fin").rows() == [(4, zone, *colonnes)], (
        constats(lecture).liste
    )
    assert lecture.lot is not None
    assert lecture.lot.lignes["debit_centimes"].to_list()[3:] == [1000, 0]  # the lines after it are read
    assert "{" not in liste["message"][0]


@pytest.mark.parametrize(
    ("montant", "motif"),
    [
        ("12;50", "point-virgule"), ("1 234,00", "milliers"), ("1.234,00", "milliers"), ("12,345", "plus de deux décimales"),
        ("12-", "signe"), ("abc", "pas un nombre"), ("99999999999,00", "dix milliards"), ("100000000000", "dix milliards"),
    ],
)  # fmt: skip
def test_an_unreadable_amount_says_why(montant: str, motif: str) -> None:
    lecture = lire(fichier(mouvement(MONTANT1=montant.rjust(20))))
    ligne = constats(lecture).liste.filter(pl.col("id") == "tra.montant_illisible").row(0, named=True)
    assert motif in ligne["message"]
    assert ligne["valeur"] == montant
    assert lecture.lot is not None
    assert lecture.lot.lignes.select("debit_centimes", "credit_centimes").row(0) == (None, 0)


@pytest.mark.parametrize(
    ("zones", "id_", "zone", "colonnes"),
    [
        ({"DATECREATION": " " * 8}, "tra.zone_etendue_vide", "DATECREATION", (266, 273)),
        ({"ECRANOUVEAU": "   "}, "tra.zone_etendue_vide", "ECRANOUVEAU", (302, 304)),
        ({"ECRANOUVEAU": "ZZZ"}, "tra.a_nouveau_inconnu", "ECRANOUVEAU", (302, 304)),
        ({"ETATLETTRAGE": "ZZ"}, "tra.etat_lettrage_inconnu", "ETATLETTRAGE", (1021, 1023)),
        ({"LETTRAGE": "aaaa", "ETATLETTRAGE": "TL"}, "tra.lettrage_incoherent", "LETTRAGE", (1014, 1018)),
        ({"LETTRAGE": "AAAA", "ETATLETTRAGE": "PL"}, "tra.lettrage_incoherent", "LETTRAGE", (1014, 1018)),
        ({"LETTRAGE": "AAAA", "ETATLETTRAGE": "RI"}, "tra.lettrage_incoherent", "LETTRAGE", (1014, 1018)),
        ({"DATEREFEXTERNE": "99999999"}, "tra.date_secondaire_illisible", "DATEREFEXTERNE", (258, 265)),
    ],
)
def test_extended_zones_are_checked_in_ete_files_only(
    zones: dict[str, str], id_: str, zone: str, colonnes: tuple[int, int]
) -> None:
    ligne = mouvement(etendu=True, **zones)
    liste = constats(lire(fichier(*JUSTE_ETE, ligne, entete=ENTETE_ETE))).liste
    assert liste.select("id", "numero_ligne", "zone", "colonne_debut", "colonne_fin").rows() == [
        (id_, 4, zone, *colonnes)
    ]
    assert id_ not in ids(lire(fichier(*JUSTE, ligne)))


def test_an_empty_extended_zone_is_said_once_with_its_count() -> None:
    lignes = [mouvement() for _ in range(5)]
    liste = constats(lire(fichier(*lignes, entete=ENTETE_ETE))).liste
    assert liste.select("zone", "numero_ligne").rows() == [
        ("DATECREATION", 2),
        ("ECRANOUVEAU", 2),
        ("TVAENCAISSEMENT", 2),
    ]
    assert "sur 5 ligne(s)" in liste["message"][0]


def test_a_missing_guid_is_said_when_the_header_announces_them() -> None:
    entete = poser(ENTETE_ETE, "HDR", READYGUID="X")
    assert ids(lire(fichier(*JUSTE_ETE, entete=entete))) == ["tra.guid_absent"]


@pytest.mark.parametrize("longueur", [10, 60, 129, 149])
def test_a_line_cut_before_its_amount_is_one_error_of_its_own(longueur: int) -> None:
    lecture = lire(fichier(*JUSTE, mouvement(TYPEPIECE="FF").rstrip()[:longueur]))
    assert "tra.ligne_courte" in ids(lecture)
    zones = constats(lecture).liste["zone"].drop_nulls().to_list()
    assert "CODEMONTANT" not in zones
    assert lecture.lot is not None
    assert lecture.lot.lignes.height == 3


def test_a_line_cut_before_its_amount_code_is_a_warning_and_its_amount_is_read() -> None:
    lecture = lire(fichier(mouvement(debit="12,00")[:160]))
    assert ids(lecture) == ["tra.ligne_tronquee", "tra.zone_obligatoire"]
    assert lecture.lot is not None
    assert lecture.lot.lignes["debit_centimes"].to_list() == [1200]


def test_a_tab_loses_that_lines_values_and_no_others() -> None:
    lecture = lire(fichier(JUSTE[0], mouvement().replace("     ", "\t", 1), JUSTE[1]))
    assert constats(lecture).liste.select("id", "numero_ligne").rows() == [("tra.tabulation", 3)]
    assert lecture.lot is not None
    assert lecture.lot.lignes["numero_ligne"].to_list() == [2, 4]


def test_blank_lines_are_counted_in_line_numbers_and_ignored() -> None:
    lecture = lire(fichier(JUSTE[0], "", "     ", JUSTE[1]))
    assert lecture.lot is not None
    assert lecture.lot.lignes["numero_ligne"].to_list() == [2, 5]
    assert ids(lecture) == ["tra.ligne_vide"]


def test_a_final_ctrl_z_is_ignored_and_one_elsewhere_is_not() -> None:
    assert ids(lire(fichier(*JUSTE) + b"\x1a")) == []
    assert ids(lire(fichier(*JUSTE, "\x1a"))) == []
    assert "tra.caractere_controle" in ids(lire(fichier("\x1a", *JUSTE)))


def test_a_nul_byte_is_a_blank_and_is_said() -> None:
    lecture = lire(fichier(*JUSTE, mouvement(LIBELLE="a\x00b")))
    assert constats(lecture).liste.select("id", "numero_ligne").rows() == [("tra.caractere_nul", 4)]
    assert lecture.lot is not None
    assert lecture.lot.lignes["libelle"].to_list()[2] == "a b"


def test_a_line_longer_than_its_layout_is_read_and_said_once() -> None:
    lecture = lire(fichier(*(ligne + "  au-delà" for ligne in JUSTE)))
    assert ids(lecture) == ["tra.ligne_longue"]
    assert lecture.lot is not None
    assert lecture.lot.lignes["supplement"].to_list() == ["  au-delà"] * 2


# --- header and parameters --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("octets", "id_"),
    [
        (b"", "tra.pas_du_texte"),
        (b"\r\n \r\n", "tra.pas_du_texte"),
        (b"PK\x03\x04zip", "tra.pas_du_texte"),
        ("***S5CLIJRLSTD".encode("utf-16"), "tra.pas_du_texte"),
        (b"!JRL ancien\r\n" + JUSTE[0].encode(), "tra.ancien_journal"),
        (b"Bonjour,\r\nvoici le fichier.\r\n", "tra.entete_absente"),
    ],
)
def test_what_is_no_tra_file_is_refused_with_its_reason(octets: bytes, id_: str) -> None:
    lecture = lire(octets)
    assert lecture.lot is None
    assert [r.regle.id for r in lecture.releves] == [id_]


def test_a_file_without_header_is_read_and_said() -> None:
    lecture = lire(fichier(*JUSTE, entete=None))
    assert lecture.lot is not None
    assert lecture.lot.lignes.height == 2
    assert ids(lecture) == ["tra.entete_absente"]


@pytest.mark.parametrize("marque", ["###", "¥¥¥"])
def test_other_markers_of_old_importers_are_read(marque: str) -> None:
    lecture = lire(
        fichier(
            marque + parametre("JAL", CODE="ACH", LIBELLE="Achats", NATURE="ACH")[3:],
            *JUSTE,
            entete=marque + ENTETE[3:],
        )
    )
    assert ids(lecture) == []
    assert lecture.lot is not None
    assert lecture.lot.entete["FORMAT"] == "STD"
    assert lecture.lot.journaux["code"].to_list() == ["ACH"]


def test_records_are_counted_kept_and_cut() -> None:
    jal = parametre("JAL", CODE="ACH", LIBELLE="Achats", NATURE="ACH", MODESAISIE="-", FERME="X")
    lot = lot_de(parametre("TL", CODE="R", LIBELLE="Région").replace("***TL ", "***TL0"), jal, parametre("DIC"), *JUSTE)
    assert dict(lot.enregistrements) == {"TL": 1, "JAL": 1, "DIC": 1}
    assert lot.journaux.row(0, named=True) == {
        "numero_ligne": 3, "code": "ACH", "libelle": "Achats", "nature": "ACH", "compte": None, "mode_saisie": "-", "axe": None, "est_ferme": True,
    }  # fmt: skip
    assert lot.parametres["texte"][1] == jal
    assert lot.fiches["JAL"]["CODE"].to_list() == ["ACH"]


@pytest.mark.parametrize(
    ("ligne", "id_"),
    [
        (parametre("JAL", CODE="ACH"), "tra.parametre_apres_mouvement"),
        ("***ZZZinconnu", "tra.enregistrement_inconnu"),
        ("***CAUFOU1", "tra.enregistrement_cau"),
        (ENTETE, "tra.entete_repetee"),
    ],
)
def test_records_out_of_place_or_unknown_are_said(ligne: str, id_: str) -> None:
    trouves = constats(lire(fichier(JUSTE[0], ligne, JUSTE[1]))).liste.filter(pl.col("id") == id_)
    assert trouves["numero_ligne"].to_list() == [3]


def test_blank_header_zones_are_left_out_and_short_headers_accepted() -> None:
    lot = lot_de(*JUSTE, entete="***S5CLIJRLSTD")
    assert dict(lot.entete) == {
        "FIXE": "***",
        "IDENTIFIANT": "S5",
        "ORIGINE": "CLI",
        "TYPEFICHIER": "JRL",
        "FORMAT": "STD",
    }


# --- analytic and attached lines --------------------------------------------------------------------------------
def test_analytic_lines_follow_their_general_line() -> None:
    lot = lot_de(
        mouvement("60700000", debit="10,00"), analytique("60700000", "S1", debit="4,00"), analytique("60700000", "S2", debit="6,00"),
        mouvement("40100000", credit="10,00", TYPECPTE="H", AUXSECT="S3", AXE="A2"),
    )  # fmt: skip
    assert lot.lignes["numero_ligne"].to_list() == [2, 5]
    assert lot.ventilations.select("numero_ligne", "ligne_mere", "ecriture", "genre", "axe", "section", "debit_centimes", "credit_centimes").rows() == [
        (3, 2, 1, "A", "A1", "S1", 400, 0), (4, 2, 1, "A", "A1", "S2", 600, 0), (5, 5, 1, "H", "A2", "S3", 0, 1000),
    ]  # fmt: skip
    assert lot.lignes["tiers"].to_list() == [None, None]


def test_an_analytic_line_before_any_general_line_is_an_orphan() -> None:
    lecture = lire(fichier(analytique("60700000", "S1"), *JUSTE))
    assert ids(lecture) == ["tra.analytique_orpheline"]
    assert lecture.lot is not None
    assert lecture.lot.ventilations["ligne_mere"].to_list() == [None]


def test_analytic_only_entries_have_their_own_rank_and_break_on_the_account() -> None:
    lot = lot_de(
        mouvement("60700000", debit="1,00"), mouvement("40100000", credit="1,00"),
        analytique("60700000", "S1", debit="4,00", TYPECPTE="O"), analytique("60700000", "S2", credit="4,00", TYPECPTE="O"),
        analytique("60710000", "S1", debit="4,00", TYPECPTE="O"), mouvement("60700000", debit="1,00"), mouvement("40100000", credit="1,00"),
    )  # fmt: skip
    assert lot.lignes["ecriture"].to_list() == [1, 1, 4, 4]
    assert lot.ventilations["ecriture"].to_list() == [2, 2, 3]


@pytest.mark.parametrize(
    ("cle", "zones", "id_", "zone"),
    [
        ("GED", {"TYPECPTE": "G"}, "tra.zone_annexe_vide", "DOCUMENT"),
        ("VT", {"TYPECPTE": "V", "TYPECR": "GEN", "CODE": "C", "GUID": "g"}, "tra.zone_annexe_vide", "DATA"),
        (
            "VT",
            {"TYPECPTE": "V", "TYPECR": "ZZZ", "CODE": "C", "GUID": "g", "DATA": "1"},
            "tra.variable_mal_rattachee",
            "TYPECR",
        ),
    ],
)
def test_attached_lines_lacking_a_zone_are_said_and_no_amount_is_looked_for(
    cle: str, zones: dict[str, str], id_: str, zone: str
) -> None:
    ligne = poser("ACH15032025FF60700000", cle, **zones)
    liste = constats(lire(fichier(JUSTE[0], ligne, JUSTE[1]))).liste
    assert liste.select("id", "numero_ligne", "zone").rows() == [(id_, 3, zone)]


def test_the_digit_0_for_the_letter_o_is_hinted_at() -> None:
    liste = constats(lire(fichier(mouvement(TYPECPTE="0")))).liste
    assert "la lettre O" in liste["message"][0]


# --- the block does not matter ----------------------------------------------------------------------------------
def test_small_blocks_on_two_threads_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    lignes = [parametre("JAL", CODE="ACH", NATURE="ACH", LIBELLE="Achats")]
    for i in range(400):
        lignes += [
            mouvement("60700000", debit=f"{i},10", LIBELLE=f"Été {i}"),
            analytique("60700000", f"S{i % 7}", debit=f"{i},10"),
        ]
        lignes += [
            mouvement("40100000", credit=f"{i},10", tiers=f"F{i}", MONTANT1=("x" if i == 77 else f"{i},10").rjust(20))
        ]
    octets = fichier(*lignes)
    entier = lire(octets)
    places = constats(entier).liste
    vrais_blocs = reader.blocs
    monkeypatch.setattr(reader, "blocs", lambda texte: vrais_blocs(texte, 3000))
    monkeypatch.setattr(localisation, "blocs", lambda texte: vrais_blocs(texte, 3000))
    monkeypatch.setattr(reader, "TAILLE_SANS_FILS", 0)
    coupe = lire(octets)
    assert entier.lot is not None
    assert coupe.lot is not None
    assert entier.lot.lignes.equals(coupe.lot.lignes)
    assert entier.lot.ventilations.equals(coupe.lot.ventilations)
    assert places.filter(pl.col("id") == "tra.montant_illisible").select("numero_ligne", "valeur").rows() == [
        (3 + 77 * 3 + 2, "x")
    ]
    assert places.equals(constats(coupe).liste)
    assert coupe.lot.localisation is not None
    lieux = pl.DataFrame(
        {"numero_ligne": [3, 599, 1201, 5000, None], "zone": ["LIBELLE", "AUXSECT", "MONTANT1", "LIBELLE", "LIBELLE"]},
        schema_overrides={"numero_ligne": pl.UInt32},
    )
    situes = coupe.lot.localisation.situer(lieux)
    assert situes["brut"].to_list() == ["Été 0", "F198", "399,10", None, None]
    assert situes["colonne_debut"].to_list() == [84, 32, 131, None, None]


def test_every_rule_of_reading_has_its_own_id_and_reads_in_french() -> None:
    assert len({r.id for r in regles.REGLES}) == len(regles.REGLES)
    for regle in regles.REGLES:
        assert regle.message[0].isupper() or regle.message[0] == "{"
        assert regle.message.rstrip().endswith((".", "ici."))
        assert regle.remede.endswith(".")
