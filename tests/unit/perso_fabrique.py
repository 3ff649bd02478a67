"""Makes exports in varied dialects from known entries: what ``model infer`` and the reader must give back exactly."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import xlsxwriter

from ecritures.domain.lot import Lot


@dataclass(frozen=True)
class Ligne:
    """One line of the truth."""

    journal: str
    date: date
    compte: str
    piece: str
    libelle: str
    debit: int
    credit: int


@dataclass(frozen=True)
class Dialecte:
    """How a software writes its export. ``convention``: deux, debit (positive is a debit), credit, sens."""

    nom: str
    format: str = "csv"
    separateur: str = ";"
    encodage: str = "utf-8"
    decimale: str = ","
    milliers: str = ""
    forme_date: str = "%d/%m/%Y"
    convention: str = "deux"
    langue: str = "fr"
    titres: int = 0
    total: bool = False
    natif: bool = True  # XLSX: real dates and numbers
    cite: bool = False
    zero: str = ""  # the unused side
    sens: tuple[str, str] = ("D", "C")
    attendu: dict[str, object] = field(default_factory=dict)  # fields of the model that must be found


NOMS = {
    "fr": {
        "journal": "Journal", "date": "Date", "compte": "N° compte", "piece": "N° pièce", "libelle": "Libellé",
        "debit": "Débit", "credit": "Crédit", "montant": "Montant", "sens": "Sens",
    },
    "fr2": {
        "journal": "Code journal", "date": "Date d'écriture", "compte": "Compte général", "piece": "Pièce",
        "libelle": "Désignation", "debit": "Montant débit", "credit": "Montant crédit", "montant": "Montant signé", "sens": "D/C",
    },
    "en": {
        "journal": "Journal code", "date": "Posting date", "compte": "Account number", "piece": "Entry No.",
        "libelle": "Description", "debit": "Debit", "credit": "Credit", "montant": "Amount", "sens": "Debit/Credit",
    },
}  # fmt: skip

DIALECTES = (
    Dialecte("français courant"),
    Dialecte("cp1252 et milliers espacés", encodage="cp1252", milliers=" "),
    Dialecte("bom, guillemets, titre", encodage="utf-8-sig", cite=True, titres=2),
    Dialecte("tabulations et zéros", separateur="\t", zero="0,00", langue="fr2"),
    Dialecte(
        "anglais, virgules", separateur=",", decimale=".", milliers=",", langue="en", cite=True, forme_date="%m/%d/%Y"
    ),
    Dialecte("anglais, ISO", separateur=",", decimale=".", langue="en", forme_date="%Y-%m-%d"),
    Dialecte("date compacte", forme_date="%Y%m%d", total=True),
    Dialecte("date compacte française", forme_date="%d%m%Y", langue="fr2"),
    Dialecte("année courte", forme_date="%d/%m/%y"),
    Dialecte("points et milliers pointés", milliers=".", encodage="iso-8859-15", forme_date="%d.%m.%Y"),
    Dialecte("montant et sens", convention="sens"),
    Dialecte(
        "montant et sens en toutes lettres", convention="sens", sens=("Débit", "Crédit"), langue="fr2", total=True
    ),
    Dialecte("amount and side", convention="sens", sens=("Dr", "Cr"), langue="en", decimale=".", separateur="|"),
    Dialecte("montant signé au débit", convention="debit", milliers="\u202f"),
    Dialecte("signed credit", convention="credit", decimale=".", langue="en", separateur="\t", forme_date="%d-%m-%Y"),
    Dialecte("classeur natif", format="xlsx"),
    Dialecte("classeur natif, titres et total", format="xlsx", titres=3, total=True, langue="fr2"),
    Dialecte("classeur de textes", format="xlsx", natif=False, milliers=" "),
    Dialecte("workbook of signed amounts", format="xlsx", convention="debit", langue="en"),
    Dialecte(
        "classeur de textes, sens et dates ISO", format="xlsx", natif=False, convention="sens", forme_date="%Y-%m-%d"
    ),
)


def verite(graine: int, ecritures: int = 60, annee: int = 2025) -> list[Ligne]:
    """Balanced entries over a year: sales, purchases, bank."""
    hasard = random.Random(graine)
    lignes: list[Ligne] = []
    jour = date(annee, 1, 1)
    for rang in range(1, ecritures + 1):
        jour += timedelta(days=hasard.choice((0, 3, 7)))
        ht = hasard.choice((hasard.randrange(100, 99_999), hasard.randrange(100_000, 250_000_000), 1, 123_400))
        tva = ht // 5
        piece = f"P{rang:04d}"
        genre = hasard.choice(("VE", "AC", "BQ"))
        if genre == "VE":
            morceaux = [("411000", ht + tva, 0), ("707000", 0, ht), ("445710", 0, tva)]
            libelle = f"Facture n° {rang} ; client « Éts D'Été »"
        elif genre == "AC":
            morceaux = [("606100", ht, 0), ("445660", tva, 0), ("401000", 0, ht + tva)]
            libelle = f"Achat, fournisseur Côte & fils {rang}"
        else:
            morceaux = [("512000", ht, 0), ("411000", 0, ht)]
            libelle = f"Total Énergies, virement {rang}"
        lignes += [Ligne(genre, jour, c, piece, libelle, d, k) for c, d, k in morceaux if d or k]
    return lignes


def montant(centimes: int, dialecte: Dialecte) -> str:
    """As the dialect writes it."""
    entier, reste = divmod(abs(centimes), 100)
    texte = f"{entier:,}".replace(",", dialecte.milliers) + f"{dialecte.decimale}{reste:02d}"
    return f"-{texte}" if centimes < 0 else texte


def export(lignes: Sequence[Ligne], dialecte: Dialecte) -> bytes:
    """The file that a software of that dialect gives."""
    noms = NOMS[dialecte.langue]
    champs = ["journal", "date", "compte", "piece", "libelle"]
    champs += {"deux": ["debit", "credit"], "sens": ["montant", "sens"]}.get(dialecte.convention, ["montant"])
    rangees: list[list[object]] = [["Société Démo"]] * (dialecte.titres > 0) + [[]] * (dialecte.titres > 2)
    rangees += [["Édité le 03/04/2025"]] * (dialecte.titres > 1)
    rangees.append([noms[c] for c in champs])
    rangees += [[_valeur(ligne, champ, dialecte) for champ in champs] for ligne in lignes]
    if dialecte.total:
        somme = sum(ligne.debit for ligne in lignes)
        fin = [somme, somme] if dialecte.convention == "deux" else [somme, ""] if dialecte.convention == "sens" else [0]
        rangees.append(["Total général", "", "", "", "", *(_nombre(v, dialecte) if v != "" else "" for v in fin)])
    return _classeur(rangees, dialecte) if dialecte.format == "xlsx" else _csv(rangees, dialecte)


def _valeur(ligne: Ligne, champ: str, dialecte: Dialecte) -> object:
    if champ == "date":
        return ligne.date if dialecte.format == "xlsx" and dialecte.natif else ligne.date.strftime(dialecte.forme_date)
    if champ in ("debit", "credit"):
        centimes = getattr(ligne, champ)
        return _nombre(centimes, dialecte) if centimes else dialecte.zero
    if champ == "montant":
        signe = {"sens": 0, "debit": 1, "credit": -1}[dialecte.convention]
        return _nombre((ligne.debit - ligne.credit) * signe or ligne.debit + ligne.credit, dialecte)
    if champ == "sens":
        return dialecte.sens[0 if ligne.debit else 1]
    return getattr(ligne, champ)


def _nombre(centimes: object, dialecte: Dialecte) -> object:
    assert isinstance(centimes, int)
    return centimes / 100 if dialecte.format == "xlsx" and dialecte.natif else montant(centimes, dialecte)


def _csv(rangees: list[list[object]], dialecte: Dialecte) -> bytes:
    sortie = io.StringIO()
    ecrivain = csv.writer(
        sortie,
        delimiter=dialecte.separateur,
        quoting=csv.QUOTE_ALL if dialecte.cite else csv.QUOTE_MINIMAL,
        lineterminator="\r\n",
    )
    ecrivain.writerows(rangees)
    return sortie.getvalue().encode(dialecte.encodage)


def _classeur(rangees: list[list[object]], dialecte: Dialecte) -> bytes:
    sortie = io.BytesIO()
    classeur = xlsxwriter.Workbook(sortie, {"in_memory": True})
    feuille = classeur.add_worksheet("Écritures")
    jour = classeur.add_format({"num_format": "dd/mm/yyyy"})
    for rang, rangee in enumerate(rangees):
        for colonne, valeur in enumerate(rangee):
            if isinstance(valeur, date):
                feuille.write_datetime(rang, colonne, datetime(valeur.year, valeur.month, valeur.day), jour)
            elif isinstance(valeur, float):
                feuille.write_number(rang, colonne, valeur)
            elif valeur != "":
                feuille.write_string(rang, colonne, str(valeur))
    classeur.close()
    return sortie.getvalue()


def lu(lot: Lot) -> list[Ligne]:
    """The lines of a lot, to compare with the truth."""
    colonnes = ("journal", "date", "compte", "numero_piece", "libelle", "debit_centimes", "credit_centimes")
    return [Ligne(*valeurs) for valeurs in lot.lignes.select(colonnes).iter_rows()]
