"""Custom models in varied dialects, and a file that fits each: where the fuzzing of "perso" files begins."""

from __future__ import annotations

import io
from datetime import date
from functools import cache

import xlsxwriter

_PIED = """
[ecritures]
groupement = "{groupement}"

[ignorer]
totaux = ["Total"]

[colonnes]
"""

CSV_FRANCAIS = (
    """nom = "CSV français"
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
"""
    + _PIED.format(groupement="piece")
    + """
journal = { nom = "Journal" }
date = { nom = "Date" }
compte = { nom = "Compte" }
numero_piece = { nom = "Pièce" }
libelle = { nom = "Libellé" }
debit = { nom = "Débit" }
credit = { nom = "Crédit" }
"""
)

CSV_ANGLAIS = (
    """nom = "CSV anglais"
format = "csv"

[fichier]
separateur = ","

[nombres]
decimale = "."
milliers = ","

[dates]
formes = ["AAAA-MM-JJ", "MM/JJ/AAAA"]

[montants]
convention = "debit_positif"
"""
    + _PIED.format(groupement="date_reference")
    + """
journal = { nom = "Ledger" }
date = { nom = "Date" }
compte = { nom = "Account" }
reference = { nom = "Ref" }
libelle = { nom = "Memo" }
montant = { nom = "Amount" }
"""
)

FIXE = """nom = "Largeur fixe"
format = "fixe"

[fichier]
entete = false

[nombres]
decimale = ","

[dates]
formes = ["JJMMAAAA"]

[montants]
convention = "montant_et_sens"
debit = ["D"]
credit = ["C"]

[ecritures]
groupement = "solde"

[colonnes]
journal = { debut = 1, largeur = 3 }
date = { debut = 4, largeur = 8 }
compte = { debut = 12, largeur = 8 }
libelle = { debut = 20, largeur = 20 }
montant = { debut = 40, largeur = 12 }
sens = { debut = 52, largeur = 1 }
"""

CLASSEUR = (
    """nom = "Classeur"
format = "xlsx"

[montants]
convention = "deux_colonnes"
"""
    + _PIED.format(groupement="piece")
    + """
journal = { nom = "Journal" }
date = { nom = "Date" }
compte = { nom = "Compte" }
numero_piece = { nom = "Pièce" }
libelle = { nom = "Libellé" }
debit = { nom = "Débit" }
credit = { nom = "Crédit" }
"""
)

RECETTE_FEC = """recette = 1
nom = "Export mensuel"
format = "fec"

[[etape]]
action = "remplir"
motif = "Le logiciel ne valide pas."
champ = "ValidDate"
depuis = "EcritureDate"
si = [{ champ = "JournalCode", egal = "VE" }]

[[etape]]
action = "correspondance"
motif = "Plan comptable du cabinet."
champ = "CompteNum"
table = { "707000" = "707100", "411000" = "411100" }

[[etape]]
action = "remplacer"
motif = "Libellés."
champ = ["EcritureLib", "CompteLib"]
regex = "Facture +"
par = "Fact. "

[[etape]]
action = "renumeroter"
motif = "Une suite par journal."
champ = "EcritureNum"
par = ["JournalCode"]
largeur = 6

[[etape]]
action = "equilibrer"
motif = "Arrondis."
touche_aux_montants = true
compte_charge = "658000"
compte_produit = "758000"
libelle = "Arrondi"
ecart_max_centimes = 5

[[etape]]
action = "encoder"
motif = "Comme la loi le veut."
encodage = "iso-8859-15"
fin_de_ligne = "CRLF"
"""

RECETTE_TRA = """recette = 1
nom = "Achats"
format = "tra"

[[etape]]
action = "completer"
motif = "Comptes de huit chiffres."
champ = "GENERAL"
longueur = 8
caractere = "0"
cote = "droite"

[[etape]]
action = "fixer"
motif = "Toutes les factures."
champ = "TYPEPIECE"
valeur = "FF"
si = [{ champ = "JOURNAL", egal = "ACH" }]

[[etape]]
action = "oter_ecritures"
motif = "Brouillons."
touche_aux_montants = true
si = [{ champ = "LIBELLE", commence_par = "Brouillon" }]

[[etape]]
action = "oter_lignes_vides"
motif = "Sans effet."
"""

RECETTES = (RECETTE_FEC, RECETTE_TRA)
TEXTES = (CSV_FRANCAIS, CSV_ANGLAIS, FIXE, CLASSEUR)

_MOUVEMENTS = (
    ("AC", date(2025, 1, 20), "607000", "1", "Facture Papèterie", 1_500.25, 0),
    ("AC", date(2025, 1, 20), "401000", "1", "Facture Papèterie", 0, 1_500.25),
    ("BQ", date(2025, 2, 5), "401000", "2", "Virement", 1_500.25, 0),
    ("BQ", date(2025, 2, 5), "512000", "2", "Virement", 0, 1_500.25),
)


def fichiers() -> dict[str, bytes]:
    """Kind of model (``csv``, ``fixe``, ``xlsx``) and a rank → a file it reads."""
    return {"csv-0": _csv_francais(), "csv-1": _csv_anglais(), "fixe-0": _fixe(), "xlsx-0": classeur()}


def _csv_francais() -> bytes:
    lignes = ["Journal;Date;Compte;Pièce;Libellé;Débit;Crédit"]
    for journal, jour, compte, piece, libelle, debit, credit in _MOUVEMENTS:
        montants = (f"{m:,.2f}".replace(",", " ").replace(".", ",") if m else "" for m in (debit, credit))
        lignes.append(";".join((journal, f"{jour:%d/%m/%Y}", compte, piece, f'"{libelle}"', *montants)))
    return ("\r\n".join([*lignes, "Total;;;;;3 000,50;3 000,50"]) + "\r\n").encode()


def _csv_anglais() -> bytes:
    lignes = ["Ledger,Date,Account,Ref,Memo,Amount"]
    for journal, jour, compte, piece, libelle, debit, credit in _MOUVEMENTS:
        lignes.append(f'{journal},{jour:%Y-%m-%d},{compte},{piece},"{libelle}","{debit - credit:,.2f}"')
    return ("\n".join(lignes) + "\n").encode()


def _fixe() -> bytes:
    lignes = [
        f"{journal:3}{jour:%d%m%Y}{compte:8}{libelle:20}{f'{debit or credit:.2f}'.replace('.', ','):>12}{'D' if debit else 'C'}"
        for journal, jour, compte, _, libelle, debit, credit in _MOUVEMENTS
    ]
    return ("\r\n".join(lignes) + "\r\n").encode("cp1252")


@cache
def classeur() -> bytes:
    """Real dates and numbers, a formula, a hidden sheet."""
    sortie = io.BytesIO()
    livre = xlsxwriter.Workbook(sortie, {"in_memory": True})
    forme = livre.add_format({"num_format": "dd/mm/yyyy"})
    feuille = livre.add_worksheet("Écritures")
    feuille.write_row(0, 0, ["Journal", "Date", "Compte", "Pièce", "Libellé", "Débit", "Crédit"])
    for rang, (journal, jour, compte, piece, libelle, debit, credit) in enumerate(_MOUVEMENTS, 1):
        feuille.write_string(rang, 0, journal)
        feuille.write_datetime(rang, 1, jour, forme)  # type: ignore[arg-type]
        feuille.write_row(rang, 2, [compte, piece, libelle])
        feuille.write_number(rang, 5, debit)
        feuille.write_number(rang, 6, credit)
    feuille.write_formula(4, 6, "=F4", None, 1_500.25)
    livre.add_worksheet("cachée").hide()
    livre.close()
    return sortie.getvalue()
