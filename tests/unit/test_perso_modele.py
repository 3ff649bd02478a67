"""A model as TOML: read, written, and every error named by its key."""

from __future__ import annotations

import pytest

from ecritures.domain.errors import ModeleInvalide
from ecritures.domain.modele import Colonne, Convention, Groupement, Modele, Transformation, Tva, cle_du_nom
from ecritures.formats.perso.modele_ecrit import ecrire_modele
from ecritures.formats.perso.modele_toml import lire_modele

BASE = """
nom = "Caisse du magasin"
format = "csv"
[fichier]
separateur = ";"
[nombres]
decimale = ","
[dates]
formes = ["JJ/MM/AAAA"]
[montants]
convention = "deux_colonnes"
[ecritures]
groupement = "piece"
[colonnes]
date = { nom = "Date" }
compte = { nom = "Compte" }
numero_piece = { nom = "Pièce" }
debit = { nom = "Débit" }
credit = { nom = "Crédit" }
[constantes]
journal = "VE"
"""

COMPLET = Modele(
    nom="Tout",
    separateur="\t",
    guillemet="'",
    encodage="windows-1252",
    lignes_a_sauter=3,
    decimale=",",
    milliers=" ",
    formes_date=("JJ/MM/AAAA", "AAAAMMJJ"),
    convention=Convention.MONTANT_ET_SENS,
    sens_debit=("D", "Débit"),
    sens_credit=("C",),
    groupement=Groupement.LIGNE,
    contrepartie="512000",
    quinze_chiffres=True,
    colonnes={
        "date": Colonne(nom='Date "comptable"'),
        "date_piece": Colonne(rang=9, a_defaut="date"),
        "compte": Colonne(
            rang=2,
            transformations=(
                Transformation("rogner"),
                Transformation("couper", debut=1, fin=8),
                Transformation("sans_prefixe", texte="C"),
                Transformation("completer", nombre=6),
                Transformation("remplacer", table={"VENTES": "707000", "a.b": "1"}),
            ),
        ),
        "montant": Colonne(nom="Montant"),
        "sens": Colonne(nom="Sens"),
        "section": Colonne(nom="Section"),
    },
    constantes={"journal": "BQ"},
    defauts={"libelle": "Sans libellé", "axe": "A1"},
    tva=(Tva("707", "707000", "445710", 2000), Tva("708", "708000", "445710", 550)),
    ignorer_vides=False,
    totaux=("Total", "Report"),
)


@pytest.mark.parametrize("modele", [COMPLET, lire_modele(BASE)], ids=["complet", "base"])
def test_what_is_written_is_read_back(modele: Modele) -> None:
    assert lire_modele(ecrire_modele(modele)) == modele


def test_the_evidence_of_a_key_is_written_beside_it_on_one_line() -> None:
    texte = ecrire_modele(lire_modele(BASE), {"nombres.decimale": "vu « 1,5 »\nnom = 'autre'"})
    assert "decimale = \",\" # vu « 1,5 »·nom = 'autre'" in texte
    assert lire_modele(texte).nom == "Caisse du magasin"


def test_a_key_left_to_decide_makes_the_model_incomplete_until_it_is_filled() -> None:
    texte = ecrire_modele(lire_modele(BASE), None, {"nombres.decimale": "point ou virgule ?"})
    with pytest.raises(ModeleInvalide) as refus:
        lire_modele(texte)
    assert refus.value.cle == "nombres.decimale"
    assert lire_modele(texte.replace("# decimale = ", 'decimale = ","')) == lire_modele(BASE)


FAUTES = [
    ('nom = "Caisse du magasin"', "", "nom"),
    ('format = "csv"', 'format = "pdf"', "format"),
    ('separateur = ";"', "", "fichier.separateur"),
    ('separateur = ";"', 'separateur = ";;"', "fichier.separateur"),
    ('separateur = ";"', 'separateur = ";"\nseparator = ","', "fichier.separator"),
    ('separateur = ";"', 'separateur = ";"\nguillemet = ";"', "fichier.guillemet"),
    ('separateur = ";"', 'separateur = ";"\nfeuille = 1', "fichier.feuille"),
    ('separateur = ";"', 'separateur = ";"\nencodage = "utf-7"', "fichier.encodage"),
    ('separateur = ";"', 'separateur = ";"\nentete = false', "colonnes.date.nom"),
    ('separateur = ";"', 'separateur = ";"\nlignes_a_sauter = -1', "fichier.lignes_a_sauter"),
    ('decimale = ","', "", "nombres.decimale"),
    ('decimale = ","', 'decimale = ","\nmilliers = ","', "nombres.milliers"),
    ('formes = ["JJ/MM/AAAA"]', "formes = []", "dates.formes"),
    ('formes = ["JJ/MM/AAAA"]', 'formes = ["DD/MM/YYYY"]', "dates.formes"),
    ('convention = "deux_colonnes"', "", "montants.convention"),
    ('convention = "deux_colonnes"', 'convention = "montant_et_sens"\ndebit = ["D"]\ncredit = ["d"]', "montants.debit"),
    ('convention = "deux_colonnes"', 'convention = "debit_positif"', "colonnes.montant"),
    ('groupement = "piece"', 'groupement = "mois"', "ecritures.groupement"),
    ('groupement = "piece"', 'groupement = "date_reference"', "ecritures.groupement"),
    ('groupement = "piece"', 'groupement = "ligne"', "ecritures.contrepartie"),
    ('groupement = "piece"', 'groupement = "piece"\ncontrepartie = "512"', "ecritures.contrepartie"),
    ('compte = { nom = "Compte" }', "", "colonnes.compte"),
    ('compte = { nom = "Compte" }', 'compte = { nom = "Compte", rang = 2 }', "colonnes.compte"),
    ('compte = { nom = "Compte" }', 'compte = { debut = 1, largeur = 2 }', "colonnes.compte"),
    ('compte = { nom = "Compte" }', 'compte = { nom = "Compte", a_defaut = "date" }', "colonnes.compte.a_defaut"),
    (
        'compte = { nom = "Compte" }',
        'compte = { nom = "Compte", transformations = ["eval"] }',
        "colonnes.compte.transformations",
    ),
    (
        'compte = { nom = "Compte" }',
        'compte = { nom = "Compte", transformations = [{ completer = true }] }',
        "colonnes.compte.transformations.completer",
    ),
    ('compte = { nom = "Compte" }', 'compte = { nom = "Compte" }\nsolde = { nom = "S" }', "colonnes.solde"),
    ('compte = { nom = "Compte" }', 'compte = { nom = "Compte" }\nmontant = { nom = "M" }', "colonnes.montant"),
    ('journal = "VE"', 'journal = "VE"\ncompte = "411"', "constantes.compte"),
    ('journal = "VE"', 'journal = "VE"\ndebit = "1"', "constantes.debit"),
    ('journal = "VE"', "", "colonnes.journal"),
    ('journal = "VE"', 'journal = 12', "constantes.journal"),
    (
        'journal = "VE"',
        'journal = "VE"\n[[tva]]\ncompte = "7"\ncompte_ht = "70"\ncompte_tva = "44"\ntaux = "20 %"',
        "tva.taux",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("avant", "apres", "cle"), FAUTES)
def test_every_error_names_its_key(avant: str, apres: str, cle: str) -> None:
    assert BASE.count(avant) == 1
    with pytest.raises(ModeleInvalide) as refus:
        lire_modele(BASE.replace(avant, apres))
    assert refus.value.cle == cle
    assert f"clé {cle} : " in refus.value.message


@pytest.mark.parametrize("texte", ["", "nom = ", "[" * 5000, "a" * 300_000, "nom = 'x'\x00"])
def test_what_is_no_toml_is_refused(texte: str) -> None:
    with pytest.raises(ModeleInvalide):
        lire_modele(texte)


def test_names_are_compared_without_case_or_stray_blanks() -> None:
    assert cle_du_nom("  Caisse  ÉTÉ ") == cle_du_nom("caisse été")


@pytest.mark.parametrize(
    ("ttc", "taux", "attendu"),
    [
        (12_000, 2000, (10_000, 2_000)),
        (1, 2000, (1, 0)),
        (3, 2000, (2, 1)),  # 0,5 centime of tax: away from zero
        (-3, 2000, (-2, -1)),
        (10_550, 550, (10_000, 550)),
        (100, 210, (98, 2)),
    ],
)
def test_the_tax_is_rounded_once_and_the_rest_is_before_tax(ttc: int, taux: int, attendu: tuple[int, int]) -> None:
    assert Tva("707", "707000", "445710", taux).partage(ttc) == attendu
