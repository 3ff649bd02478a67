"""A model being written: its questions, the line of its error, and choices that leave the rest of its text alone."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecritures.domain.modele import FormatModele
from ecritures.formats.perso.apercu import apercu, coupes_probables
from ecritures.formats.perso.brouillon import Place, choisir, lire_brouillon
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.imports.modeles import empty_model, model_name

MODELE = """# Pour la caisse
nom = "Caisse"
format = "csv"

[fichier]
separateur = ";" # point-virgule partout
entete = true

[nombres]
decimale = ","

[dates]
formes = ["JJ/MM/AAAA"]

[montants]
convention = "deux_colonnes"

[ecritures]
groupement = "piece"

[colonnes]
journal = { nom = "Jal" } # vu
date = { nom = "Date" }
compte = { nom = "Compte", transformations = [{ completer = 8 }] }
numero_piece = { nom = "Pièce" }
debit = { nom = "Débit" }
credit = { nom = "Crédit" }

[[tva]]
compte = "707000"
compte_ht = "707100"
compte_tva = "445710"
taux = "20"
"""
NOMS = ("Jal", "Date", "Compte", "Pièce", "Débit", "Crédit", "Client", "Client")
VUES = [Place(rang, nom) for rang, nom in enumerate(NOMS, 1)]
CHAMPS = {
    "journal": VUES[0],
    "date": VUES[1],
    "compte": VUES[2],
    "numero_piece": VUES[3],
    "debit": VUES[4],
    "credit": VUES[5],
}


def test_a_choice_that_changes_nothing_leaves_every_character() -> None:
    assert choisir(MODELE, {"nombres.decimale": ",", "fichier.entete": True}, CHAMPS, VUES) == MODELE


def test_a_choice_keeps_comments_transformations_and_vat_and_drops_the_evidence_of_what_it_changes() -> None:
    ecrit = choisir(
        MODELE,
        {"fichier.separateur": "tab"},
        CHAMPS | {"compte": Place(9, "N° compte")},
        [*VUES, Place(9, "N° compte")],
    )
    lu = lire_modele(ecrit)
    assert (lu.separateur, lu.colonnes["compte"].nom) == ("\t", "N° compte")
    assert lu.colonnes["compte"].transformations and lu.tva
    assert "# Pour la caisse" in ecrit and "# vu" in ecrit and "point-virgule partout" not in ecrit


def test_a_column_without_a_name_of_its_own_is_called_by_its_rank() -> None:
    ecrit = choisir(MODELE, {}, CHAMPS | {"tiers": VUES[7]}, VUES)
    assert tomllib.loads(ecrit)["colonnes"]["tiers"] == {"rang": 8}


def test_a_field_that_is_picked_no_more_goes_and_one_that_the_sample_does_not_show_stays() -> None:
    sans = {c: p for c, p in CHAMPS.items() if c != "journal"}
    assert "journal" not in tomllib.loads(choisir(MODELE, {}, sans, VUES))["colonnes"]
    assert "journal" in tomllib.loads(choisir(MODELE, {}, sans, VUES[1:]))["colonnes"]


def test_columns_of_another_kind_of_file_go_with_the_kind() -> None:
    ecrit = choisir(MODELE, {"format": "fixe", "fichier.separateur": None, "fichier.entete": False})
    assert tomllib.loads(ecrit)["colonnes"] == {}
    fixe = choisir(ecrit, {}, {"date": Place(debut=5, largeur=8)}, [Place(debut=5, largeur=8)])
    assert tomllib.loads(fixe)["colonnes"] == {"date": {"debut": 5, "largeur": 8}}


@pytest.mark.parametrize(
    "texte",
    [
        'nom = "x"\nformat = "csv"\n[colonnes.date]\nnom = "Date"\n[colonnes.compte]\nrang = 2\n',
        'nom = "x"\nformat = "csv"\ncolonnes = { date = { nom = "Date" } }\n',
        'nom = "x"\nformat = "csv"\ncolonnes.date.nom = "Date"\nfichier.entete = true\n',
        'colonnes = 3\nnom = "x"\n',
        "",
    ],
)
def test_any_layout_of_the_tables_is_edited_to_what_was_chosen(texte: str) -> None:
    ecrit = tomllib.loads(
        choisir(texte, {"fichier.entete": False, "nom": "y"}, {"compte": Place(3, "Cpte")}, [Place(3, "Cpte")])
    )
    assert (ecrit["nom"], ecrit["fichier"]["entete"]) == ("y", False)
    assert ecrit["colonnes"]["compte"] == {"nom": "Cpte"}


def test_questions_are_read_and_go_when_they_are_answered() -> None:
    texte = empty_model("Fixe", FormatModele.FIXE)
    assert "nombres.decimale" in lire_brouillon(texte).questions
    apres = choisir(
        texte, {"nombres.decimale": ","}, {"journal": Place(debut=1, largeur=3)}, [Place(debut=1, largeur=3)]
    )
    questions = lire_brouillon(apres).questions
    assert (
        "nombres.decimale" not in questions and "constantes.journal" not in questions and "colonnes.date" in questions
    )


@pytest.mark.parametrize(
    ("avant", "apres", "cle", "ligne"),
    [
        ('decimale = ","', 'decimale = ";"', "nombres.decimale", 10),
        ("entete = true", "entte = true", "fichier.entte", 7),
        ('compte = { nom = "Compte"', 'compte = { rong = 3, nom = "Compte"', "colonnes.compte.rong", 24),
        ('groupement = "piece"', "groupement = piece", "", 19),
        ('convention = "deux_colonnes"', "", "montants.convention", 15),
    ],
)
def test_an_error_is_on_the_line_of_its_key_or_of_its_section(avant: str, apres: str, cle: str, ligne: int) -> None:
    faute = lire_brouillon(MODELE.replace(avant, apres)).faute
    assert faute is not None
    assert (faute.cle, faute.ligne) == (cle, ligne), faute


@given(
    st.text(max_size=200),
    st.sampled_from(["nombres.decimale", "nom", "montants.debit", "colonnes.x", "fichier.entete"]),
)
def test_no_text_makes_a_draft_fail(texte: str, cle: str) -> None:
    brouillon = lire_brouillon(texte)
    assert (brouillon.modele is None) != (brouillon.faute is None)
    if brouillon.table is None:
        assert choisir(texte, {cle: "v"}) == texte


@given(st.binary(max_size=300), st.sampled_from(["csv", "fixe", "xlsx"]), st.integers(0, 5), st.booleans())
def test_no_bytes_make_a_preview_fail(octets: bytes, format_: str, sautees: int, entete: bool) -> None:
    vu = apercu(octets, {"separateur": ";", "lignes_a_sauter": sautees, "entete": entete}, format_)
    assert vu.motif or vu.colonnes
    assert all(len(cellules) == len(vu.colonnes) for _, cellules in vu.rangees)
    coupes_probables(octets)


def test_a_preview_keeps_line_numbers_and_the_lines_above_the_names() -> None:
    octets = 'Export du jour\nDate;Libellé;\n01/01/2026;"a;b\nsuite";\n\n02/01/2026;c;\n'.encode()
    vu = apercu(octets, {"separateur": ";", "lignes_a_sauter": 1, "entete": True}, "csv")
    assert [c.place for c in vu.colonnes] == [Place(1, "Date"), Place(2, "Libellé")]
    assert vu.rangees == ((3, ("01/01/2026", "a;b\nsuite")), (6, ("02/01/2026", "c")))
    assert vu.avant == ((1, "Export du jour"),)


def test_a_fixed_width_file_is_cut_where_blanks_end_on_every_line() -> None:
    octets = b"VE  411000 12\nACH 401    3 \n"
    assert coupes_probables(octets) == (1, 5, 12)
    vu = apercu(octets, {"coupes": (1, 5, 12)}, "fixe")
    assert [c.zone for c in vu.colonnes] == ["1\u20134", "5\u201311", "12\u201313"]
    assert vu.rangees[0] == (1, ("VE", "411000", "12"))


def test_a_model_takes_the_name_of_its_file() -> None:
    assert (model_name("ventes.janvier.csv"), model_name(".csv"), model_name("\x00")) == (
        "ventes.janvier",
        ".csv",
        "modèle",
    )
