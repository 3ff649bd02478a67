"""Columns of the FEC in its four regimes (A47 A-1 VII 1°, VIII 3°, 5° and 7°), and the other names they are met under."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from ecritures.domain.lot import Regime
from ecritures.formats.delimited import Column, Table
from ecritures.formats.fec.valeurs import DATE, MONTANT, SENS, TEXTE

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

SUPPLEMENT = "supplement"
"""Where the model keeps the columns that it does not name."""

DE_TRESORERIE = (
    Column("DateRglt", DATE, SUPPLEMENT, required=True),
    Column("ModeRglt", TEXTE, SUPPLEMENT, required=True),
    Column("NatOp", TEXTE, SUPPLEMENT),
    Column("IdClient", TEXTE, SUPPLEMENT),
)
TRESORERIE = tuple(c.name for c in DE_TRESORERIE)
"""Columns 19 to 22 of the cash regimes (VIII 5° and 7°): in another reading they are supplementary."""

A_BLANC_HORS_BIC = ("JournalCode", "JournalLib", "CompteNum")
"""Columns that the regimes of VIII may leave blank, and VII 1° not."""


@dataclass(frozen=True)
class Forme:
    """One regime: its columns, and those that may not be empty. ``vides_v01``: in every regime; ``vides_v02``: for this
    regime's reading by the official tool; ``vides_v03``: required by the law alone, that the tool lets be empty."""

    regime: Regime
    table: Table
    vides_v02: tuple[str, ...]
    vides_v03: tuple[str, ...] = ()
    vides_v01: tuple[str, ...] = ("EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "EcritureLib")

    @property
    def a_remplir(self) -> frozenset[str]:
        """Every zone whose being empty is said."""
        return frozenset((*self.vides_v01, *self.vides_v02, *self.vides_v03))


def _table(source: str, colonnes: Iterable[Column]) -> Table:
    """The columns of a regime of paragraph VIII: three may be blank that VII 1° wants."""
    return Table(
        "fec",
        f"Livre des procédures fiscales, article A47 A-1, {source}",
        tuple(dataclasses.replace(c, required=c.required and c.name not in A_BLANC_HORS_BIC) for c in colonnes),
    )


_V02_BIC = ("JournalCode", "JournalLib", "PieceRef", "PieceDate", "ValidDate")
_V02_TRESORERIE = ("PieceRef", "PieceDate")
_V03 = ("DateRglt", "ModeRglt", "ValidDate")

FORMES: dict[Regime, Forme] = {
    Regime.BIC: Forme(Regime.BIC, BIC_IS, _V02_BIC),
    Regime.COMMERCIAL: Forme(Regime.COMMERCIAL, _table("VIII 3°", BIC_IS.columns), _V02_BIC),
    Regime.BA_TRESORERIE: Forme(
        Regime.BA_TRESORERIE, _table("VIII 5°", (*BIC_IS.columns, *DE_TRESORERIE[:3])), _V02_TRESORERIE, _V03
    ),
    Regime.BNC_TRESORERIE: Forme(
        Regime.BNC_TRESORERIE, _table("VIII 7°", (*BIC_IS.columns, *DE_TRESORERIE)), _V02_TRESORERIE, _V03
    ),
}
"""The four regimes: 18, 18, 21 and 22 columns."""

OBLIGATOIRES_OUTIL = ("EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "EcritureLib", "Debit", "Credit")
"""Columns that the official tool declares mandatory in every regime (group O, check H01)."""

INDISPENSABLES = ("EcritureDate", "CompteNum")
"""Without them, and without amounts, there is no accounting entry to read."""


def normaliser(nom: str) -> str:
    """``nom`` without case, accents, blanks, quotes nor signs: ``"Crédit "`` and ``Credit`` are one name."""
    nu = unicodedata.normalize("NFKD", nom)
    return "".join(c for c in nu if c.isalnum()).casefold()


OFFICIELS: dict[str, str] = {normaliser(nom): nom for nom in (*BIC_IS.noms, *(c.name for c in MONTANT_SENS))}
"""Normalised name -> printed name, for the 18 columns of every regime."""

DE_TRESORERIE_OFFICIELS: dict[str, str] = {normaliser(nom): nom for nom in TRESORERIE}
"""The same for columns 19 to 22."""

ALIAS: dict[str, str] = {normaliser(autre): colonne.name for colonne in BIC_IS.columns for autre in colonne.alias}
"""Normalised other name -> printed name."""


def regime_des_zones(noms: Iterable[str]) -> Regime:
    """The regime that columns tell: with the four of the cash regimes BNC, with the first three BA, else BIC/IS.

    BNC or BA with a commercial accounting has the columns of BIC/IS: only a user can say it.
    """
    presentes = {DE_TRESORERIE_OFFICIELS.get(normaliser(nom)) for nom in noms}
    if presentes.issuperset(TRESORERIE):
        return Regime.BNC_TRESORERIE
    return Regime.BA_TRESORERIE if presentes.issuperset(TRESORERIE[:3]) and "IdClient" not in presentes else Regime.BIC


def est_lu_par_l_outil(lu: str, officiel: str) -> bool:
    """Does the administration's tool recognise that name? It ignores case, é and è, and blanks, and nothing else."""
    return "".join(lu.split()).lower().replace("é", "e").replace("è", "e") == officiel.lower()


assert not OFFICIELS.keys() & ALIAS.keys(), "an alias may not be an official name"
