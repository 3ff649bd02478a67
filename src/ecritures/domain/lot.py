"""Lot: what a reader makes of a file. Frames with declared columns, values kept with their line number.

Money is Int64 centimes. Text is stripped of the padding of its format; an absent text is null, except in ``lignes``
where ``journal`` and ``compte`` are ``""`` when blank, so that they can be grouped. Lines count from 1, as people see them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import polars as pl

from ecritures.domain.constat import Localisation, Releve, Severity
from ecritures.domain.longueurs import Longueurs
from ecritures.domain.modele import Modele

Schema = dict[str, "type[pl.DataType] | pl.DataType"]

LIGNES: Schema = {
    "numero_ligne": pl.UInt32,  # physical line of the file
    "ecriture": pl.UInt32,  # rank of the entry in the file, from 1
    "journal": pl.String,  # TRA JOURNAL, FEC JournalCode
    "date": pl.Date,  # TRA DATECOMPTABLE, FEC EcritureDate; null when unreadable
    "nature": pl.String,  # TRA TYPEPIECE
    "compte": pl.String,  # TRA GENERAL, FEC CompteNum
    "genre": pl.String,  # TRA TYPECPTE as written ("", "-", "X", "H"…)
    "tiers": pl.String,  # TRA AUXSECT of an auxiliary line, FEC CompAuxNum
    "numero_piece": pl.String,  # TRA NUMEROPIECE, FEC EcritureNum
    "reference": pl.String,  # TRA REFINTERNE, FEC PieceRef
    "date_piece": pl.Date,  # TRA DATEREFEXTERNE, FEC PieceDate
    "libelle": pl.String,
    "debit_centimes": pl.Int64,  # 0 on the unused side; null when unreadable
    "credit_centimes": pl.Int64,
    "devise": pl.String,  # null: the currency of the books
    "montant_devise": pl.Int64,  # minor units of `devise`, signed as debit minus credit
    "taux_devise": pl.String,  # as written: a rate is kept as text, exactly
    "lettrage": pl.String,
    "date_lettrage": pl.Date,
    "date_validation": pl.Date,
    "echeance": pl.Date,
    "mode_paiement": pl.String,
    "numero_echeance": pl.UInt16,  # TRA NUMECHE
    "type_ecriture": pl.String,  # TRA N S U R; "N" elsewhere
    "etablissement": pl.String,
    "a_nouveau": pl.String,  # TRA ECRANOUVEAU (N, OAN, H)
    "journal_libelle": pl.String,  # FEC only: labels repeated on each line
    "compte_libelle": pl.String,
    "tiers_libelle": pl.String,
    "supplement": pl.String,  # what the model does not name, as written: TRA columns 223 and beyond, FEC extra columns
}

VENTILATIONS: Schema = {
    "numero_ligne": pl.UInt32,
    "ligne_mere": pl.UInt32,  # numero_ligne of the general line it splits; itself for an H line
    "ecriture": pl.UInt32,
    "journal": pl.String,
    "date": pl.Date,
    "compte": pl.String,
    "genre": pl.String,  # A, H or O
    "axe": pl.String,
    "section": pl.String,
    "libelle": pl.String,
    "debit_centimes": pl.Int64,
    "credit_centimes": pl.Int64,
    "texte": pl.String,  # the whole line, as written
}

ANNEXES: Schema = {"numero_ligne": pl.UInt32, "ligne_mere": pl.UInt32, "genre": pl.String, "texte": pl.String}
"""Lines attached to an entry that carry no amount of the books: documents (G), variables (V), approvals (P), budgets (B)."""

PARAMETRES: Schema = {"numero_ligne": pl.UInt32, "code": pl.String, "texte": pl.String}
"""Every parameter record of the file, recognised by its code and kept as written."""

JOURNAUX: Schema = {
    "numero_ligne": pl.UInt32,
    "code": pl.String,
    "libelle": pl.String,
    "nature": pl.String,
    "compte": pl.String,
    "mode_saisie": pl.String,
    "axe": pl.String,
    "est_ferme": pl.Boolean,
}
COMPTES: Schema = {
    "numero_ligne": pl.UInt32,
    "numero": pl.String,
    "libelle": pl.String,
    "nature": pl.String,
    "est_lettrable": pl.Boolean,
    "est_pointable": pl.Boolean,
    "ventilable": pl.String,
    "est_ferme": pl.Boolean,
}
TIERS: Schema = {
    "numero_ligne": pl.UInt32,
    "code": pl.String,
    "libelle": pl.String,
    "nature": pl.String,
    "collectif": pl.String,
    "est_lettrable": pl.Boolean,
    "est_ferme": pl.Boolean,
}
SECTIONS: Schema = {
    "numero_ligne": pl.UInt32,
    "code": pl.String,
    "libelle": pl.String,
    "axe": pl.String,
    "est_ferme": pl.Boolean,
}
EXERCICES: Schema = {
    "numero_ligne": pl.UInt32,
    "code": pl.String,
    "debut": pl.Date,
    "fin": pl.Date,
    "etat": pl.String,
    "libelle": pl.String,
}
ETABLISSEMENTS: Schema = {"numero_ligne": pl.UInt32, "code": pl.String, "libelle": pl.String, "siret": pl.String}
DEVISES: Schema = {
    "numero_ligne": pl.UInt32,
    "code": pl.String,
    "libelle": pl.String,
    "decimales": pl.UInt8,
    "parite": pl.String,
}
AXES: Schema = {"numero_ligne": pl.UInt32, "code": pl.String, "libelle": pl.String}
RIBS: Schema = {
    "numero_ligne": pl.UInt32,
    "tiers": pl.String,
    "numero": pl.UInt32,  # several for one third party
    "est_principal": pl.Boolean,
    "banque": pl.String,
    "guichet": pl.String,
    "compte": pl.String,
    "cle": pl.String,
    "domiciliation": pl.String,
    "pays": pl.String,
    "devise": pl.String,
    "bic": pl.String,
    "iban": pl.String,
}
MODES_PAIEMENT: Schema = {"numero_ligne": pl.UInt32, "code": pl.String, "libelle": pl.String, "categorie": pl.String}


def cadre_vide(schema: Schema) -> pl.DataFrame:
    """An empty frame of that shape."""
    return pl.DataFrame(schema=schema)


@dataclass(frozen=True)
class Detection:
    """What was found of the file as bytes, and what was chosen."""

    encodage: str  # ascii, utf-8, windows-1252, iso-8859-15, cp850, utf-16-le, utf-16-be
    fin_de_ligne: str  # CRLF, LF, CR, mixte, aucune
    taille_octets: int
    nombre_lignes: int
    bom: bool = False
    separateur: str | None = None  # FEC
    colonnes_en: str = "caracteres"  # TRA in UTF-8: "caracteres" or "octets"


@dataclass(frozen=True, eq=False)
class Lot:
    """One file, read. Frames have the columns of the schemas above; order is file order."""

    format: str  # "tra", "fec", "perso" or "json"
    detection: Detection
    lignes: pl.DataFrame
    entete: Mapping[str, str] = field(default_factory=dict)  # TRA header zones, trimmed, blanks left out
    enregistrements: Mapping[str, int] = field(default_factory=dict)  # TRA: parameter records per code
    regime: str | None = None  # FEC: "BIC/IS"
    regroupement: str = ""  # how entries were delimited, in words
    totaux_lus: tuple[int, int] | None = (
        None  # debit, credit as written when the books get another currency (TRA); else None
    )
    exercice_annonce: tuple[date, date] | None = None  # FEC: the exercise that the file name announces
    nom_fichier: str | None = None
    zones: Mapping[str, str] = field(default_factory=dict)  # domain field -> vendor zone, to place a finding
    localisation: Localisation | None = None
    ventilations: pl.DataFrame = field(default_factory=lambda: cadre_vide(VENTILATIONS))
    annexes: pl.DataFrame = field(default_factory=lambda: cadre_vide(ANNEXES))
    parametres: pl.DataFrame = field(default_factory=lambda: cadre_vide(PARAMETRES))
    journaux: pl.DataFrame = field(default_factory=lambda: cadre_vide(JOURNAUX))
    comptes: pl.DataFrame = field(default_factory=lambda: cadre_vide(COMPTES))
    tiers: pl.DataFrame = field(default_factory=lambda: cadre_vide(TIERS))
    sections: pl.DataFrame = field(default_factory=lambda: cadre_vide(SECTIONS))
    exercices: pl.DataFrame = field(default_factory=lambda: cadre_vide(EXERCICES))
    etablissements: pl.DataFrame = field(default_factory=lambda: cadre_vide(ETABLISSEMENTS))
    devises: pl.DataFrame = field(default_factory=lambda: cadre_vide(DEVISES))
    modes_paiement: pl.DataFrame = field(default_factory=lambda: cadre_vide(MODES_PAIEMENT))
    axes: pl.DataFrame = field(default_factory=lambda: cadre_vide(AXES))
    ribs: pl.DataFrame = field(default_factory=lambda: cadre_vide(RIBS))
    fiches: Mapping[str, pl.DataFrame] = field(
        default_factory=dict
    )  # TRA parameter records by code: numero_ligne + every vendor zone, trimmed text
    longueurs: Longueurs = field(default_factory=Longueurs)  # TRA: lengths of its PS2 record

    @property
    def garde_lettrage(self) -> bool:
        """Does its matching enter the books? TRA journals and balances bring movements without it (tra.md section 8)."""
        return self.format != "tra" or self.entete.get("TYPEFICHIER") in ("DOS", "SYN", "EXO")

    @property
    def nombre_ecritures(self) -> int:
        return int(self.lignes["ecriture"].n_unique())

    @property
    def debit_centimes(self) -> int:
        """Sum of the readable debits of the general-side lines."""
        return int(self.lignes["debit_centimes"].sum())

    @property
    def credit_centimes(self) -> int:
        return int(self.lignes["credit_centimes"].sum())


@dataclass(frozen=True)
class Lecture:
    """A reader's answer. ``lot`` is None when the file cannot be read as that format at all; then ``releves`` says why."""

    lot: Lot | None
    releves: tuple[Releve, ...]
    detection: Detection | None = None
    severites: Mapping[str, Severity] = field(default_factory=dict)  # what the profile makes of a rule, by id


class Profil(StrEnum):
    """How a FEC is judged. STRICT: the law and the administration's tool. TOLERANT: what an importer repairs, and says."""

    STRICT = "strict"
    TOLERANT = "tolerant"


class Regime(StrEnum):
    """The four forms of a FEC (A47 A-1 VII 1°, VIII 3°, 5° and 7°)."""

    BIC = "bic"
    COMMERCIAL = "com"
    BA_TRESORERIE = "bat"
    BNC_TRESORERIE = "bnct"

    @property
    def libelle(self) -> str:
        return {"bic": "BIC/IS", "com": "BNC/BA commercial", "bat": "BA trésorerie", "bnct": "BNC trésorerie"}[self]


@dataclass(frozen=True)
class OptionsLecture:
    """What the caller knows or forces. ``nom_fichier`` is the bare name, without folder; ``regime`` None: told by the columns;
    ``modele``: the custom model of a "perso" file. ``accepter``: deviations of a FEC ("D-06") that the caller agrees to,
    where the tolerant profile asks."""

    nom_fichier: str | None = None
    encodage: str | None = None
    separateur: str | None = None
    profil: Profil = Profil.STRICT
    regime: Regime | None = None
    modele: Modele | None = None
    accepter: frozenset[str] = frozenset()
