"""Modele: how a custom file (CSV, fixed width, XLSX sheet) is read. A value, with no code in it; saved per firm.

Nothing here is guessed: a mark, a date form or a sign convention is declared, or the model is refused with the key to
fill (``formats/perso/modele_toml.py`` reads and writes it as TOML).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NOM_MAX = 80
"""Characters of a name: it is shown in lists and typed on command lines."""


class FormatModele(StrEnum):
    """What kind of file the model reads."""

    CSV = "csv"
    FIXE = "fixe"
    XLSX = "xlsx"


class Convention(StrEnum):
    """How a line says its side."""

    DEUX_COLONNES = "deux_colonnes"  # debit, credit
    DEBIT_POSITIF = "debit_positif"  # one signed amount: positive is a debit
    CREDIT_POSITIF = "credit_positif"  # one signed amount: positive is a credit
    MONTANT_ET_SENS = "montant_et_sens"  # one amount and a side


class Groupement(StrEnum):
    """Which lines make one entry, inside one journal (the whole file excepted)."""

    PIECE = "piece"  # same journal and piece number
    DATE_REFERENCE = "date_reference"  # same journal, date and reference
    SOLDE = "solde"  # the running balance of a journal and date comes back to zero
    LIGNE = "ligne"  # each line is an entry: with a contrepartie, as in a bank statement
    FICHIER = "fichier"  # the whole file is one entry


class Genre(StrEnum):
    """What the values of a field are."""

    TEXTE = "texte"
    DATE = "date"
    MONTANT = "montant"
    SENS = "sens"


CHAMPS: dict[str, Genre] = {
    "journal": Genre.TEXTE,
    "date": Genre.DATE,
    "compte": Genre.TEXTE,
    "tiers": Genre.TEXTE,
    "numero_piece": Genre.TEXTE,
    "reference": Genre.TEXTE,
    "date_piece": Genre.DATE,
    "libelle": Genre.TEXTE,
    "debit": Genre.MONTANT,
    "credit": Genre.MONTANT,
    "montant": Genre.MONTANT,
    "sens": Genre.SENS,
    "devise": Genre.TEXTE,
    "montant_devise": Genre.MONTANT,
    "echeance": Genre.DATE,
    "lettrage": Genre.TEXTE,
    "date_lettrage": Genre.DATE,
    "date_validation": Genre.DATE,
    "mode_paiement": Genre.TEXTE,
    "nature": Genre.TEXTE,
    "etablissement": Genre.TEXTE,
    "axe": Genre.TEXTE,
    "section": Genre.TEXTE,
    "journal_libelle": Genre.TEXTE,
    "compte_libelle": Genre.TEXTE,
    "tiers_libelle": Genre.TEXTE,
}
"""Fields that a column may fill: those of ``domain.lot.LIGNES``, the amounts by side, and the analytic split."""

FORMES_DATE = (
    "JJ/MM/AAAA",
    "JJ-MM-AAAA",
    "JJ.MM.AAAA",
    "MM/JJ/AAAA",
    "MM-JJ-AAAA",
    "AAAA-MM-JJ",
    "AAAA/MM/JJ",
    "JJMMAAAA",
    "MMJJAAAA",
    "AAAAMMJJ",
    "JJ/MM/AA",
    "MM/JJ/AA",
    "AA/MM/JJ",
    "JJMMAA",
    "MMJJAA",
    "AAMMJJ",
    "SERIE",
)
"""Date forms by name. SERIE: the number of days that a spreadsheet shows when a cell lost its date form."""

OPERATIONS: dict[str, str] = {
    "rogner": "",
    "majuscules": "",
    "minuscules": "",
    "completer": "nombre",  # with zeros on the right, as accounts are
    "completer_gauche": "nombre",  # with zeros on the left, as piece numbers are
    "prefixe": "texte",
    "sans_prefixe": "texte",
    "remplacer": "table",
    "couper": "bornes",  # characters a to b, from 1
}
"""Transformations of a text, and what each takes. They are declared, ordered, and there is no other."""


@dataclass(frozen=True)
class Transformation:
    """One declared change of a text. Which argument is used depends on ``operation`` (see OPERATIONS)."""

    operation: str
    nombre: int = 0
    texte: str = ""
    table: Mapping[str, str] = field(default_factory=dict)
    debut: int = 0
    fin: int = 0


@dataclass(frozen=True)
class Colonne:
    """Where a field is: by name, by rank (from 1), or by start (from 1) and width of a fixed-width line.

    ``a_defaut``: another field, of the same kind, whose value is taken when the cell is blank.
    """

    nom: str | None = None
    rang: int | None = None
    debut: int | None = None
    largeur: int | None = None
    transformations: tuple[Transformation, ...] = ()
    a_defaut: str | None = None


@dataclass(frozen=True)
class Tva:
    """A line on ``compte``, its amount tax included, becomes two: ``compte_ht`` and ``compte_tva``.

    ``taux_centiemes``: hundredths of a percent (2000: 20 %). The tax is rounded to the nearest centime, half away from
    zero; the amount before tax takes the remainder, so that both sum to the line exactly.
    """

    compte: str
    compte_ht: str
    compte_tva: str
    taux_centiemes: int

    def partage(self, ttc_centimes: int) -> tuple[int, int]:
        """``(before tax, tax)`` of that amount."""
        diviseur = 10_000 + self.taux_centiemes
        tva = (2 * abs(ttc_centimes) * self.taux_centiemes + diviseur) // (2 * diviseur)
        tva = -tva if ttc_centimes < 0 else tva
        return ttc_centimes - tva, tva


@dataclass(frozen=True)
class Modele:
    """One saved model. ``nom`` is unique within a firm, whatever its case; it is kept as typed.

    ``decimale`` and ``formes_date`` empty: none declared, and a text in an amount or date column is then refused (an XLSX
    sheet may hold only real numbers and dates). ``encodage`` "auto": told by the bytes. ``feuille``: name, or rank from 1;
    None: the only visible one. ``constantes`` fill a field always, ``defauts`` when its cell is blank.
    ``totaux``: texts that begin a cell of a line to leave out, when that line has no date or no account.
    """

    nom: str
    format: FormatModele = FormatModele.CSV
    separateur: str = ";"
    guillemet: str = '"'
    encodage: str = "auto"
    lignes_a_sauter: int = 0
    entete: bool = True
    feuille: str | int | None = None
    quinze_chiffres: bool = False
    decimale: str = ""
    milliers: str = ""
    formes_date: tuple[str, ...] = ()
    convention: Convention = Convention.DEUX_COLONNES
    sens_debit: tuple[str, ...] = ()
    sens_credit: tuple[str, ...] = ()
    groupement: Groupement = Groupement.PIECE
    contrepartie: str | None = None
    colonnes: Mapping[str, Colonne] = field(default_factory=dict)
    constantes: Mapping[str, str] = field(default_factory=dict)
    defauts: Mapping[str, str] = field(default_factory=dict)
    tva: tuple[Tva, ...] = ()
    ignorer_vides: bool = True
    totaux: tuple[str, ...] = ()

    @property
    def cle(self) -> str:
        """What makes it unique within a firm."""
        return cle_du_nom(self.nom)


def cle_du_nom(nom: str) -> str:
    """The name as compared: without regard to case or spaces around it."""
    return " ".join(nom.split()).casefold()
