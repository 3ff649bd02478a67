"""Columns of the FEC for the BIC/IS regime (A47 A-1 VII 1°), their other names, and the columns of the other regimes."""

from __future__ import annotations

import unicodedata

from ecritures.formats.delimited import Column, Table
from ecritures.formats.fec.valeurs import DATE, MONTANT, SENS, TEXTE

REGIME = "BIC/IS"

BIC_IS = Table(
    name="fec",
    source="Livre des procédures fiscales, article A47 A-1, VII 1°",
    columns=(
        #      printed name     codec    domain field       required by the law, other names met
        Column("JournalCode", TEXTE, "journal", required=True, alias=("CodeJournal",)),
        Column("JournalLib", TEXTE, "journal_libelle", required=True, alias=("JournalLibelle",)),
        Column("EcritureNum", TEXTE, "numero_piece", required=True, alias=("NumEcriture",)),
        Column("EcritureDate", DATE, "date", required=True, alias=("DateEcriture",)),
        Column("CompteNum", TEXTE, "compte", required=True, alias=("NumCompte",)),
        Column("CompteLib", TEXTE, "compte_libelle", required=True, alias=("CompteLibelle",)),
        Column("CompAuxNum", TEXTE, "tiers", alias=("CompteAuxNum",)),
        Column("CompAuxLib", TEXTE, "tiers_libelle", alias=("CompteAuxLib", "CompteAuxLibelle", "CompAuxLibelle")),
        Column("PieceRef", TEXTE, "reference", required=True, alias=("RefPiece",)),
        Column("PieceDate", DATE, "date_piece", required=True, alias=("DatePiece",)),
        Column("EcritureLib", TEXTE, "libelle", required=True, alias=("EcritureLibelle",)),
        Column("Debit", MONTANT, "debit_centimes", required=True),
        Column("Credit", MONTANT, "credit_centimes", required=True),
        Column("EcritureLet", TEXTE, "lettrage", alias=("EcritureLettrage",)),
        Column("DateLet", DATE, "date_lettrage", alias=("DateLettrage",)),
        Column("ValidDate", DATE, "date_validation", required=True, alias=("DateValidation",)),
        Column("Montantdevise", MONTANT, "montant_devise"),
        Column("Idevise", TEXTE, "devise", alias=("IdDevise",)),
    ),
)

MONTANT_SENS = (
    Column("Montant", MONTANT, "debit_centimes", required=True),
    Column("Sens", SENS, "credit_centimes", required=True),
)
"""What may stand in the place of Debit and Credit, together (VII 2°)."""

TRESORERIE = ("DateRglt", "ModeRglt", "NatOp", "IdClient")
"""Columns 19 to 22 of the cash regimes (VIII 5° and 7°): in a BIC/IS reading they are supplementary."""

VIDES_V01 = ("EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "EcritureLib")
VIDES_V02 = ("JournalCode", "JournalLib", "PieceRef", "PieceDate", "ValidDate")
"""Required texts and dates: the first are asked for in every regime, the second in BIC/IS (checks V01 and V02)."""

INDISPENSABLES = ("EcritureDate", "CompteNum")
"""Without them, and without amounts, there is no accounting entry to read."""


def normaliser(nom: str) -> str:
    """``nom`` without case, accents, blanks, quotes nor signs: ``"Crédit "`` and ``Credit`` are one name."""
    nu = unicodedata.normalize("NFKD", nom)
    return "".join(c for c in nu if c.isalnum()).casefold()


OFFICIELS: dict[str, str] = {normaliser(nom): nom for nom in (*BIC_IS.noms, *(c.name for c in MONTANT_SENS))}
"""Normalised name -> printed name."""

ALIAS: dict[str, str] = {normaliser(autre): colonne.name for colonne in BIC_IS.columns for autre in colonne.alias}
"""Normalised other name -> printed name."""

assert not OFFICIELS.keys() & ALIAS.keys(), "an alias may not be an official name"
