"""formats/perso/reader.py: the lines of a custom file under its model, and every finding with its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from ecritures.domain.constat import Constats
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import LIGNES, VENTILATIONS, Lot, OptionsLecture
from ecritures.formats import FORMATS
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.formats.perso.source_csv import LIGNES_PAR_VALEUR_MAX
from ecritures.imports.check import check
from ecritures.imports.read import read

CSV = """
nom = "Ventes"
format = "csv"
[fichier]
separateur = ";"
[nombres]
decimale = ","
milliers = " "
[dates]
formes = ["JJ/MM/AAAA"]
[montants]
convention = "deux_colonnes"
[ecritures]
groupement = "piece"
[colonnes]
journal = { nom = "Journal" }
date = { nom = "Date" }
compte = { nom = "Compte" }
numero_piece = { nom = "Pièce" }
libelle = { nom = "Libellé" }
debit = { nom = "Débit" }
credit = { nom = "Crédit" }
"""
ENTETE = "Journal;Date;Compte;Pièce;Libellé;Débit;Crédit\n"
JUSTE = ENTETE + "VE;31/01/2025;411000;F1;Client;1 200,50;\nVE;31/01/2025;707000;F1;Vente;;1200,5\n"


def lire(fichier: str | bytes, toml: str = CSV, **change: str) -> tuple[Lot | None, Constats]:
    """``change``: replacements in the model, given as a line to find (a key's) and its new text."""
    for avant, apres in change.items():
        lignes = [x for x in toml.splitlines() if x.startswith(f"{avant} ")]
        assert len(lignes) == 1, avant
        toml = toml.replace(lignes[0], apres)
    octets = fichier.encode() if isinstance(fichier, str) else fichier
    examen = check(read(octets, "perso", OptionsLecture(modele=lire_modele(toml))), Contexte())
    return examen.lot, examen.constats


def trouves(constats: Constats, id_: str) -> list[dict[str, Any]]:
    return constats.liste.filter(pl.col("id") == id_).to_dicts()


def lot_de(fichier: str | bytes, toml: str = CSV, **change: str) -> Lot:
    lot, constats = lire(fichier, toml, **change)
    assert lot is not None, constats.liste["message"].to_list()
    assert not constats.est_bloquant, constats.liste["message"].to_list()
    return lot


def test_a_right_file_gives_its_lines_to_the_centime_and_nothing_to_say() -> None:
    lot, constats = lire(JUSTE)
    assert lot is not None
    assert constats.total == 0
    assert lot.format == "perso"
    assert lot.lignes.schema == pl.Schema(LIGNES)
    assert lot.lignes["numero_ligne"].to_list() == [2, 3]
    assert lot.lignes["debit_centimes"].to_list() == [120_050, 0]
    assert lot.lignes["credit_centimes"].to_list() == [0, 120_050]
    assert lot.lignes["date"].to_list() == [date(2025, 1, 31)] * 2
    assert lot.entete == {"modele": "Ventes"}
    assert lot.comptes["numero"].to_list() == ["411000", "707000"]


def test_without_a_model_nothing_is_guessed() -> None:
    lecture = FORMATS["perso"].read(JUSTE.encode(), OptionsLecture())
    assert lecture.lot is None
    assert [r.regle.id for r in lecture.releves] == ["modele.absent"]
    assert not FORMATS["perso"].ressemble(JUSTE.encode(), "ventes.csv")


def test_a_csv_with_the_names_of_a_fec_is_read_by_the_model_that_was_chosen() -> None:
    noms = "JournalCode;EcritureDate;CompteNum;EcritureNum;EcritureLib;Debit;Credit\n"
    toml = CSV
    for avant, apres in zip(ENTETE.strip().split(";"), noms.strip().split(";"), strict=True):
        toml = toml.replace(f'"{avant}"', f'"{apres}"')
    assert lot_de(JUSTE.replace(ENTETE, noms), toml).lignes.height == 2


# ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("avant", "apres", "id_", "place", "dans"),
    [
        ("1 200,50", "1.200,50", "perso.montant_illisible", (2, 32, 39, "Débit"), "la notation attendue est 1 234,56"),
        ("1 200,50", "1200,505", "perso.montant_illisible", (2, 32, 39, "Débit"), "plus de 2 décimales"),
        ("1 200,50", "12 00,50", "perso.montant_illisible", (2, 32, 39, "Débit"), "« 12 00,50 »"),
        ("1 200,50", "99999999999999", "perso.montant_illisible", (2, 32, 45, "Débit"), "dix milliards"),
        ("VE;31/01/2025;4", "VE;30/02/2025;4", "perso.date_illisible", (2, 4, 13, "Date"), "JJ/MM/AAAA"),
        ("VE;31/01/2025;4", "VE;;4", "perso.valeur_absente", (2, 4, 4, "Date"), "La date est vide"),
        ("411000", "", "perso.valeur_absente", (2, 15, 15, "Compte"), "Le compte est vide"),
        ("1 200,50;", ";", "perso.sans_montant", (2, 32, 32, "Débit"), "n'a pas de montant"),
        ("1 200,50;", "5;5", "perso.debit_et_credit", (2, 32, 32, "Débit"), "5,00"),
        ("1 200,50;", "0;0", "perso.montant_nul", (2, 32, 32, "Débit"), "zéro"),
    ],
)
def test_a_wrong_value_is_found_at_its_place(
    avant: str, apres: str, id_: str, place: tuple[int, int, int, str], dans: str
) -> None:
    _, constats = lire(JUSTE.replace(avant, apres, 1))
    (constat,) = trouves(constats, id_)
    assert (constat["numero_ligne"], constat["colonne_debut"], constat["colonne_fin"], constat["zone"]) == place
    assert dans in constat["message"]
    assert constat["remede"]


def test_an_unbalanced_entry_is_found_by_the_checks_of_every_format() -> None:
    _, constats = lire(JUSTE.replace("1200,5", "1200"))
    (constat,) = trouves(constats, "ecriture.desequilibree")
    assert (constat["numero_ligne"], constat["zone"]) == (2, "Débit")


def test_one_bad_line_hides_no_other() -> None:
    mauvaises = (
        ENTETE + "VE;x;411000;F1;a;1;\nVE;31/01/2025;411000;F1;a;y;\nVE;31/01/2025;411000;F1\nVE;31/01/2025;1;F1;;1;\n"
    )
    _, constats = lire(mauvaises + JUSTE.removeprefix(ENTETE) * 3)
    assert {c["numero_ligne"] for c in constats.liste.to_dicts()} >= {2, 3, 4}


@pytest.mark.parametrize(
    ("texte", "centimes"),
    [
        ("-5,00", -500),
        ("5,00-", -500),
        ("(5,00)", -500),
        ("5 €", 500),
        (",5", 50),
        ("1\u202f234", 123_400),
        ("+2", 200),
    ],
)
def test_usual_signs_and_blanks_of_an_amount_are_read(texte: str, centimes: int) -> None:
    lot, _ = lire(ENTETE + f"VE;31/01/2025;411000;F1;a;{texte};\n")
    assert lot is not None
    assert lot.lignes["debit_centimes"][0] - lot.lignes["credit_centimes"][0] == centimes
    assert min(lot.lignes["debit_centimes"][0], lot.lignes["credit_centimes"][0]) == 0


# ── Lines ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_quoted_value_keeps_separators_quotes_and_line_breaks_and_the_lines_after_it_their_number() -> None:
    fichier = ENTETE + 'VE;31/01/2025;411000;F1;"a ""b"";\nsuite";10;\nVE;31/01/2025;707000;F1;b;;x\n'
    lot, constats = lire(fichier)
    assert lot is not None
    assert lot.lignes["libelle"].to_list() == ['a "b"; suite', "b"]
    assert lot.lignes["numero_ligne"].to_list() == [2, 4]
    (constat,) = trouves(constats, "perso.montant_illisible")
    assert (constat["numero_ligne"], constat["colonne_debut"], constat["valeur"]) == (4, 28, "x")


def test_a_quote_never_closed_costs_its_line_only() -> None:
    lignes = [f"VE;31/01/2025;411000;F{n};x;1;\nVE;31/01/2025;707000;F{n};x;;1\n" for n in range(LIGNES_PAR_VALEUR_MAX)]
    lignes[3] = lignes[3].replace(";x;1;", ';"x;1;')
    lot, constats = lire(ENTETE + "".join(lignes))
    assert lot is not None
    assert [c["numero_ligne"] for c in trouves(constats, "perso.guillemet_ouvert")] == [8]
    assert lot.lignes.height == 2 * LIGNES_PAR_VALEUR_MAX


def test_a_quote_inside_a_value_is_a_character() -> None:
    assert lot_de(JUSTE.replace("Client", 'Tube 5" acier')).lignes["libelle"][0] == 'Tube 5" acier'


def test_a_line_with_a_stray_separator_is_refused_not_shifted() -> None:
    lot, constats = lire(JUSTE + JUSTE.removeprefix(ENTETE).replace("Client", "Client; suite").replace("F1", "F2"))
    (constat,) = trouves(constats, "perso.ligne_autre_largeur")
    assert constat["numero_ligne"] == 4
    assert "8 valeurs au lieu de 7" in constat["message"]
    assert lot is not None
    assert 4 not in lot.lignes["numero_ligne"].to_list()


def test_separators_at_the_end_of_lines_lose_nothing() -> None:
    assert lot_de(ENTETE + JUSTE.removeprefix(ENTETE).replace("\n", ";;\n")).lignes.height == 2


def test_one_line_wider_by_blanks_than_the_others_may_be_shifted_and_is_refused() -> None:
    toml = (
        SIGNE.replace('convention = "deux_colonnes"', 'convention = "debit_positif"') + 'lettrage = { nom = "Let" }\n'
    )
    fichier = "Journal;Date;Compte;Pièce;Libellé;Montant;Let\n" + "VE;31/01/2025;411;F1;a;1;\n" * 3
    _, constats = lire(fichier + "VE;31/01/2025;707;F1;Client; 100;-3;\n", toml)
    assert [c["numero_ligne"] for c in trouves(constats, "perso.ligne_autre_largeur")] == [5]


def test_lines_to_skip_blank_lines_and_totals_are_left_out_and_the_totals_said() -> None:
    fichier = "Société Démo\n\n" + JUSTE + "\n;;;;Total;1200,50;1200,50\n"
    toml = CSV.replace('separateur = ";"', 'separateur = ";"\nlignes_a_sauter = 1') + '[ignorer]\ntotaux = ["Total"]\n'
    lot, constats = lire(fichier, toml)
    assert lot is not None
    assert lot.lignes["numero_ligne"].to_list() == [4, 5]
    (constat,) = trouves(constats, "perso.lignes_ignorees")
    assert constat["numero_ligne"] == 7
    assert not constats.est_bloquant


def test_a_line_whose_label_begins_as_a_total_is_kept_when_it_has_a_date_and_an_account() -> None:
    toml = CSV + '[ignorer]\ntotaux = ["Total"]\n'
    assert lot_de(JUSTE.replace("Client", "Total Énergies"), toml).lignes.height == 2


@pytest.mark.parametrize("encodage", ["utf-8", "utf-8-sig", "cp1252", "iso-8859-15", "utf-16"])
def test_usual_charsets_are_read(encodage: str) -> None:
    lot = lot_de(JUSTE.replace("Client", "Été à l'œuvre" if encodage != "iso-8859-15" else "Été").encode(encodage))
    assert lot.lignes["libelle"][0].startswith("Été")


def test_bytes_that_the_declared_charset_does_not_know_are_said() -> None:
    _, constats = lire(
        JUSTE.encode("utf-8").replace(b"Client", b"Cli\xe9nt"), separateur='separateur = ";"\nencodage = "utf-8"'
    )
    assert [c["numero_ligne"] for c in trouves(constats, "perso.caracteres_illisibles")] == [2]


def test_in_a_file_whose_lines_all_end_with_a_separator_a_shifted_one_is_still_refused() -> None:
    finies = JUSTE.removeprefix(ENTETE).replace("\n", ";\n")
    decalee = "VE;31/01/2025;411000;F2;Client; 100;3;;\nVE;31/01/2025;411000;F2;Client; 100;;3\n"
    lot, constats = lire(ENTETE + finies * 2 + decalee)
    assert lot is not None
    assert [c["numero_ligne"] for c in trouves(constats, "perso.ligne_autre_largeur")] == [6, 7]
    assert lot.lignes["numero_ligne"].to_list() == [2, 3, 4, 5]


# ── A model that does not fit ───────────────────────────────────────────────────────────────────────────────────────

LONG = JUSTE + JUSTE.removeprefix(ENTETE) * 500


@pytest.mark.parametrize(
    ("fichier", "id_", "dans"),
    [
        (LONG.replace("Débit;Crédit", "Debit;Montant"), "modele.colonnes_absentes", "« Débit », « Crédit »"),
        (LONG.replace("Libellé", "Compte", 1), "modele.colonnes_absentes", "« Libellé »"),
        (LONG.replace("Journal;Date", "Compte;Date", 1).replace("Libellé", "Journal", 1), "modele.colonnes_absentes", ""),
        (LONG.replace(";", ","), "modele.colonnes_absentes", "« Journal,Date"),
        (ENTETE + LONG.removeprefix(ENTETE).replace(";", ","), "modele.largeur", "7 colonnes"),
        (LONG.replace("31/01/2025", "2025-01-31"), "modele.valeurs", "« Date »"),
        (LONG.replace("1 200,50", "1,200.50"), "modele.valeurs", "« Débit »"),
        (ENTETE, "modele.rien_a_lire", ""),
        ("", "modele.pas_du_texte", "vide"),
        (b"\x00\x01\x02\x03" * 4000, "modele.pas_du_texte", "binaire"),
    ],
)  # fmt: skip
def test_a_model_that_does_not_fit_is_one_finding_that_says_what_was_expected(
    fichier: str | bytes, id_: str, dans: str
) -> None:
    lot, constats = lire(fichier)
    assert lot is None
    assert [c["id"] for c in constats.liste.to_dicts()] == [id_]
    assert constats.total == 1
    assert "Ventes" in constats.liste["message"][0]
    assert dans in constats.liste["message"][0]


def test_a_column_named_twice_is_asked_about() -> None:
    lot, constats = lire(JUSTE.replace("Libellé;Débit", "Débit;Débit", 1).replace("Pièce", "Pièce"), libelle="")
    assert lot is None
    assert constats.liste["id"].to_list() == ["modele.colonne_double"]


# ── Conventions, entries, additions ─────────────────────────────────────────────────────────────────────────────────

SIGNE = CSV.replace('debit = { nom = "Débit" }\ncredit = { nom = "Crédit" }', 'montant = { nom = "Montant" }')


@pytest.mark.parametrize(("convention", "debit"), [("debit_positif", 1050), ("credit_positif", 0)])
def test_a_signed_amount_goes_to_the_declared_side(convention: str, debit: int) -> None:
    fichier = "Journal;Date;Compte;Pièce;Libellé;Montant\nVE;31/01/2025;411;F1;x;10,50\nVE;31/01/2025;707;F1;x;-10,50\n"
    lot = lot_de(fichier, SIGNE, convention=f'convention = "{convention}"')
    assert lot.lignes["debit_centimes"][0] == debit
    assert lot.debit_centimes == lot.credit_centimes == 1050


def test_an_amount_and_a_side_are_read_with_the_declared_words_only() -> None:
    toml = SIGNE.replace(
        'convention = "deux_colonnes"', 'convention = "montant_et_sens"\ndebit = ["Dr"]\ncredit = ["Cr"]'
    )
    toml += 'sens = { nom = "S" }\n'
    entete = "Journal;Date;Compte;Pièce;Libellé;Montant;S\n"
    juste = entete + "VE;31/01/2025;411;F1;x;10;dr\nVE;31/01/2025;707;F1;x;10;CR\n"
    assert lot_de(juste, toml).lignes["debit_centimes"].to_list() == [1000, 0]
    lot, constats = lire(juste.replace("dr", "D"), toml)
    assert lot is not None
    assert lot.lignes["debit_centimes"].to_list() == [None, 0]
    assert "« Dr », « Cr »" in trouves(constats, "perso.sens_inconnu")[0]["message"]
    _, constats = lire(juste.replace("dr", ""), toml)
    assert "Le sens est vide" in trouves(constats, "perso.valeur_absente")[0]["message"]


def _ecritures(groupement: str, *lignes: str) -> list[int]:
    toml = CSV.replace('libelle = { nom = "Libellé" }', 'reference = { nom = "Libellé" }')
    lot, _ = lire(ENTETE + "\n".join(lignes) + "\n", toml, groupement=f'groupement = "{groupement}"')
    assert lot is not None
    return lot.lignes["ecriture"].to_list()


def test_lines_are_grouped_as_the_model_says() -> None:
    lignes = (
        "VE;31/01/2025;411;1;A;10;", "AC;31/01/2025;606;1;A;5;", "VE;31/01/2025;707;1;A;;10", "AC;31/01/2025;401;1;B;;5",
        "AC;31/01/2025;606;2;B;7;", "AC;31/01/2025;401;2;B;;7", "AC;01/02/2025;401;2;B;;7",
    )  # fmt: skip
    assert _ecritures("piece", *lignes) == [1, 2, 1, 2, 3, 3, 3]
    assert _ecritures("date_reference", *lignes) == [1, 2, 1, 3, 3, 3, 4]
    assert _ecritures("solde", *lignes) == [1, 2, 3, 4, 4, 4, 5]
    assert _ecritures("fichier", *lignes) == [1] * 7
    soldees = ("VE;31/01/2025;411;;;10;", "VE;31/01/2025;707;;;;10", "VE;31/01/2025;411;;;3;", "VE;31/01/2025;707;;;;3")
    assert _ecritures("solde", *soldees) == [1, 1, 2, 2]


def test_a_bank_statement_gets_the_contra_line_of_each_line() -> None:
    toml = SIGNE.replace('groupement = "piece"', 'groupement = "ligne"\ncontrepartie = "512000"')
    toml = toml.replace('convention = "deux_colonnes"', 'convention = "credit_positif"')
    toml = toml.replace('compte = { nom = "Compte" }\n', "").replace('numero_piece = { nom = "Pièce" }\n', "")
    toml = toml.replace('journal = { nom = "Journal" }\n', "") + '[constantes]\njournal = "BQ"\ncompte = "471000"\n'
    lot = lot_de("Date;Libellé;Montant\n31/01/2025;Virement;10,00\n01/02/2025;Frais;-2,50\n", toml)
    assert lot.lignes.select("ecriture", "compte", "debit_centimes", "credit_centimes").rows() == [
        (1, "471000", 0, 1000), (1, "512000", 1000, 0), (2, "471000", 250, 0), (2, "512000", 0, 250),
    ]  # fmt: skip


def test_an_amount_tax_included_is_split_exactly_and_the_entry_still_balances() -> None:
    toml = CSV + '[[tva]]\ncompte = "707"\ncompte_ht = "707000"\ncompte_tva = "445710"\ntaux = "20"\n'
    lot = lot_de(ENTETE + "VE;31/01/2025;411;F1;x;100,01;\nVE;31/01/2025;707;F1;x;;100,01\n", toml)
    assert lot.lignes.select("compte", "debit_centimes", "credit_centimes").rows() == [
        ("411", 10_001, 0), ("707000", 0, 8_334), ("445710", 0, 1_667),
    ]  # fmt: skip


def test_declared_transformations_constants_defaults_and_other_columns_fill_the_fields() -> None:
    toml = CSV.replace(
        'compte = { nom = "Compte" }',
        'compte = { nom = "Compte", transformations = ["majuscules", { sans_prefixe = "X" }, { remplacer = { VENTE = "707" } }, '
        '{ completer = 6 }] }\ndate_piece = { nom = "Journal", a_defaut = "date" }',
    ).replace('journal = { nom = "Journal" }\n', "")
    toml += '[constantes]\njournal = "OD"\n[defauts]\nlibelle = "Sans libellé"\n'
    lot = lot_de(ENTETE + ";31/01/2025;x411;F1;;1;\n30/01/2025;31/01/2025;vente;F1;b;;1\n", toml)
    assert lot.lignes["compte"].to_list() == ["411000", "707000"]
    assert lot.lignes["journal"].to_list() == ["OD", "OD"]
    assert lot.lignes["libelle"].to_list() == ["Sans libellé", "b"]
    assert lot.lignes["date_piece"].to_list() == [date(2025, 1, 31), date(2025, 1, 30)]


def test_a_section_takes_the_whole_amount_of_its_line() -> None:
    toml = CSV.replace('libelle = { nom = "Libellé" }', 'section = { nom = "Libellé" }')
    lot = lot_de(ENTETE + "AC;31/01/2025;606;F1;PARIS;1,20;\nAC;31/01/2025;401;F1;;;1,20\n", toml)
    assert lot.ventilations.schema == pl.Schema(VENTILATIONS)
    assert lot.ventilations.select("ligne_mere", "axe", "section", "debit_centimes").rows() == [(2, "A1", "PARIS", 120)]


@pytest.mark.parametrize(
    ("devise", "montant", "attendu"),
    [("USD", "12,50", 1250), ("jpy", "1 250", 1250), ("TND", "1,234", 1234), ("EUR", "10,00", None), ("", "0", None)],
)
def test_a_foreign_amount_is_in_minor_units_of_its_currency(devise: str, montant: str, attendu: int | None) -> None:
    toml = CSV + 'devise = { nom = "Devise" }\nmontant_devise = { nom = "MD" }\n'
    fichier = ENTETE.strip() + ";Devise;MD\n" + f"VE;31/01/2025;411;F1;x;10;;{devise};{montant}\n"
    fichier += f"VE;31/01/2025;707;F1;x;;10;{devise};{montant}\n"
    lot = lot_de(fichier, toml)
    assert lot.lignes["montant_devise"].to_list() == [attendu, None if attendu is None else -attendu]


@pytest.mark.parametrize(
    ("devise", "montant", "dans"), [("", "5", "manque"), ("JPY", "1,5", "décimales"), ("USD", "-5", "signe")]
)
def test_a_foreign_amount_that_says_two_things_is_refused(devise: str, montant: str, dans: str) -> None:
    toml = CSV + 'devise = { nom = "Devise" }\nmontant_devise = { nom = "MD" }\n'
    fichier = (
        ENTETE.strip()
        + ";Devise;MD\n"
        + f"VE;31/01/2025;411;F1;x;10;;{devise};{montant}\nVE;31/01/2025;707;F1;x;;10;;\n"
    )
    _, constats = lire(fichier, toml)
    (constat,) = trouves(constats, "perso.devise")
    assert dans in constat["message"]


# ── Fixed width ─────────────────────────────────────────────────────────────────────────────────────────────────────

FIXE = """
nom = "Fixe"
format = "fixe"
[nombres]
decimale = "."
[dates]
formes = ["AAAAMMJJ"]
[montants]
convention = "montant_et_sens"
debit = ["D"]
credit = ["C"]
[ecritures]
groupement = "piece"
[colonnes]
journal = { debut = 1, largeur = 2 }
date = { debut = 3, largeur = 8 }
compte = { debut = 11, largeur = 6 }
numero_piece = { debut = 17, largeur = 4 }
sens = { debut = 21, largeur = 1 }
montant = { debut = 22, largeur = 10 }
"""


def test_a_fixed_width_file_is_read_by_columns_and_findings_have_them() -> None:
    fichier = "VE20250131411000F001D     12.34\nVE20250131707000F001C     12.34\n"
    assert lot_de(fichier, FIXE).lignes["debit_centimes"].to_list() == [1234, 0]
    _, constats = lire(fichier.replace("     12.34\n", "     12,34\n", 1), FIXE)
    (constat,) = trouves(constats, "perso.montant_illisible")
    assert (constat["numero_ligne"], constat["colonne_debut"], constat["colonne_fin"]) == (1, 22, 31)


def test_a_fixed_width_file_too_narrow_for_its_model_is_one_finding() -> None:
    lot, constats = lire("VE20250131411000\n" * 300, FIXE)
    assert lot is None
    assert (constats.total, constats.liste["id"][0]) == (1, "modele.largeur")
    assert "au moins 22 caractères" in constats.liste["message"][0]
