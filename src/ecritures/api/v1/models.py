"""Shapes of ``v1``: domain names in snake_case, amounts as whole centimes, absent as null."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

CODE = "DEMO001"
DOUBLONS = (
    "Écritures d'un import déjà dans les livres : `accepter` (comme Loop ; le compte rendu les liste), `avertir` (un avertissement "
    "par écriture), `refuser` (une erreur : rien n'est intégré)."
)
Jour = date  # inside a class that has a field named date
Code = Annotated[str, StringConstraints(min_length=1, max_length=30)]
Libelle = Annotated[str, StringConstraints(max_length=200)]


class Entree(BaseModel):
    """A body that we receive: unknown fields are refused, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid")


class Creations(Entree):
    """Ce qu'un import peut créer dans le dossier ; faux : un code inconnu est une erreur."""

    journaux: bool = True
    comptes: bool = True
    tiers: bool = True


class NouveauDossier(Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"code_ibs": CODE, "libelle": "Démonstration SARL"}]})

    code_ibs: Code = Field(description="Lettres sans accent, chiffres, point, tiret ou souligné.")
    libelle: Libelle = ""
    siren: Annotated[str, StringConstraints(max_length=20)] | None = Field(
        None, description="9 chiffres et clé de Luhn."
    )
    creations: Creations = Creations()


class DossierModifie(Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"doublons": "avertir"}]})

    doublons: Literal["accepter", "avertir", "refuser"] = Field(description=DOUBLONS)


class DossierLu(BaseModel):
    code_ibs: str = Field(examples=[CODE])
    libelle: str
    siren: str | None
    creations: Creations
    doublons: str = Field(description=DOUBLONS, examples=["accepter"])


class NouvelExercice(Entree):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "2026", "debut": "2026-01-01", "fin": "2026-12-31"}]}
    )

    code: Code
    debut: date
    fin: date
    libelle: Libelle | None = None


class ExerciceLu(BaseModel):
    code: str = Field(examples=["2026"])
    debut: date
    fin: date
    est_clos: bool
    libelle: str | None
    valide_jusqu_a: date | None = Field(description="Dernier jour validé : rien n'y change plus.")


class ImportLu(BaseModel):
    id: str = Field(description="L'`accountingImportRequestId` du dialecte.")
    dossier: str = Field(examples=[CODE])
    format: str = Field(examples=["tra"])
    nom_fichier: str
    origine: str = Field(examples=["Par API"])
    etat: Literal[1, 2, 3, 4]
    etat_libelle: str = Field(examples=["Terminé avec succès"])
    creation: datetime
    derniere_maj: datetime
    siret: str | None
    sha256: str | None = Field(description="Empreinte du fichier d'origine, une fois reçu.")
    taille_octets: int | None
    message: str | None = Field(description="Pourquoi l'import s'est terminé en erreur.")
    annulation: datetime | None = Field(description="Quand il a été annulé ; son état reste celui de sa fin.")
    annule_par: str | None


class ImportDetaille(ImportLu):
    compte_rendu: dict[str, Any] | None = Field(
        description="Ce qui a été lu, compté, écrit et créé ; null tant que l'import n'est pas fini."
    )


class ConstatLu(BaseModel):
    id: str = Field(description="Identifiant stable de la règle.", examples=["ecriture.desequilibree"])
    code: str | None
    severite: Literal["ERREUR", "AVERTISSEMENT", "INFO"]
    numero_ligne: int | None = Field(description="Ligne du fichier, à partir de 1 ; null : tout le fichier.")
    colonne_debut: int | None
    colonne_fin: int | None
    zone: str | None
    valeur: str | None
    message: str
    remede: str


class ConstatRange(ConstatLu):
    rang: int = Field(description="Rang dans le fichier, à partir de 1.")


class ConstatsControle(BaseModel):
    total: int = Field(description="Nombre vrai, même quand `liste` est bornée.")
    par_code: dict[str, int]
    liste: list[ConstatLu]


class ConstatOfficiel(BaseModel):
    """Un défaut, trouvé `nombre` fois. `raison` : le texte qui en fait un défaut."""

    id: str
    code: str | None
    titre: str
    nombre: int
    raison: str


class VerdictOfficiel(BaseModel):
    """Ce que dirait Test Compta Demat d'un FEC. `hors_outil` : ce qu'il ne regarde pas. Ce n'est pas un certificat."""

    verdict: Literal["conforme", "non conforme", "non testable"]
    motifs: list[ConstatOfficiel]
    anomalies: list[ConstatOfficiel]
    hors_outil: list[ConstatOfficiel]


class Controle(BaseModel):
    """Ce que dit `ecritures check --json` d'un fichier. `enregistrements` et `entete` : TRA. `regime` et `verdict_officiel` : FEC."""

    fichier: str
    format: str | None
    verdict: Literal["conforme", "non_conforme", "illisible"]
    encodage: str | None = None
    fin_de_ligne: str | None = None
    lignes: int | None = None
    ecritures: int | None = None
    debit_centimes: int | None = None
    credit_centimes: int | None = None
    ventilations: int | None = None
    regroupement: str | None = None
    enregistrements: dict[str, int] | None = None
    entete: dict[str, str] | None = None
    regime: str | None = None
    constats: ConstatsControle
    verdict_officiel: VerdictOfficiel | None = None


class SoldeCompte(BaseModel):
    compte: str
    libelle: str | None
    debit_centimes: int
    credit_centimes: int
    solde_centimes: int = Field(description="Débit moins crédit.")
    nombre: int = Field(description="Nombre de lignes.")


class JournalLu(BaseModel):
    code: str
    libelle: str | None
    nature: str | None
    est_ferme: bool


class CompteLu(BaseModel):
    numero: str
    libelle: str | None
    nature: str | None
    est_ferme: bool


class LigneLue(BaseModel):
    """Une ligne des livres. `recu` et `numero_ligne` disent de quel fichier et de quelle ligne elle vient."""

    recu: int = Field(description="Rang du reçu de son import (voir `recus`).")
    ecriture: int = Field(description="Rang de l'écriture dans le fichier.")
    numero_ligne: int = Field(description="Ligne du fichier, à partir de 1.")
    exercice: str
    journal: str
    date: Jour
    nature: str | None
    compte: str
    tiers: str | None
    numero_piece: str | None
    reference: str | None
    date_piece: Jour | None
    libelle: str | None
    debit_centimes: int
    credit_centimes: int
    devise: str | None
    montant_devise: int | None
    lettrage: str | None
    date_lettrage: Jour | None
    date_validation: Jour | None
    echeance: Jour | None
    mode_paiement: str | None
    type_ecriture: str | None
    etablissement: str | None


class LigneGrandLivre(LigneLue):
    solde_centimes: int = Field(description="Solde du compte après cette ligne, depuis le début de l'exercice.")


class RecuLu(BaseModel):
    rang: int
    import_id: str
    precedent: str
    empreinte: str = Field(description="SHA-256 du JSON canonique de `contenu`.")
    contenu: dict[str, Any]


class PageDossiers(BaseModel):
    dossiers: list[DossierLu]
    suivant: str | None = Field(description="À donner dans `apres` pour la page suivante ; null : c'est la dernière.")


class PageExercices(BaseModel):
    exercices: list[ExerciceLu]


class PageImports(BaseModel):
    imports: list[ImportLu]
    suivant: str | None


class PageConstats(BaseModel):
    constats: list[ConstatRange]
    suivant: int | None


class PageBalance(BaseModel):
    comptes: list[SoldeCompte]
    debit_centimes: int = Field(description="Total de toute la balance, et non de la page.")
    credit_centimes: int
    suivant: str | None


class PageJournaux(BaseModel):
    journaux: list[JournalLu]
    suivant: str | None


class PageComptes(BaseModel):
    comptes: list[CompteLu]
    suivant: str | None


class PageLignes(BaseModel):
    lignes: list[LigneLue]
    suivant: str | None


class PageGrandLivre(BaseModel):
    lignes: list[LigneGrandLivre]
    suivant: str | None


class PageRecus(BaseModel):
    recus: list[RecuLu]
    suivant: int | None


class Sante(BaseModel):
    etat: Literal["ok"]
    version: str
