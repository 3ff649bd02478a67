"""Shapes of the routes of the firm: offices, teams, people, keys, sessions, audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from ecritures.api.v1.models import Code, Entree, Libelle
from ecritures.imports.cabinet import Role

Court = Annotated[str, StringConstraints(max_length=100)]
MotDePasse = Annotated[str, StringConstraints(max_length=1000)]
Rang = Literal["primaire", "secondaire"]


class CabinetLu(BaseModel):
    domain: str
    libelle: str
    creation: datetime


class CabinetModifie(Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"libelle": "Cabinet Démonstration"}]})

    libelle: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AgenceEcrite(Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"libelle": "Agence de Lyon", "ville": "Lyon"}]})

    libelle: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    siret: Annotated[str, StringConstraints(max_length=20)] | None = None
    numero_voie: Court | None = None
    voie: Libelle | None = None
    code_postal: Court | None = None
    ville: Court | None = None
    email: Libelle | None = None
    telephone: Court | None = None


class AgenceLue(AgenceEcrite):
    code: str


class GroupeEcrit(Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"description": "Équipe sociale", "agence": None}]})

    description: Libelle
    agence: Code | None = Field(None, description="Code d'une agence du cabinet.")


class GroupeLu(GroupeEcrit):
    code: str


class PageAgences(BaseModel):
    agences: list[AgenceLue]


class PageGroupes(BaseModel):
    groupes: list[GroupeLu]


class CollaborateurModifie(Entree):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"prenom": "Anne", "nom": "Martin", "role": "collaborateur"}]}
    )

    prenom: Court = ""
    nom: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    email: Libelle | None = None
    role: Role
    agence: Code | None = None
    groupe: Code | None = None
    est_actif: bool = True


class NouveauCollaborateur(CollaborateurModifie):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"identifiant": "a.martin", "prenom": "Anne", "nom": "Martin", "role": "collaborateur"}]
        }
    )

    identifiant: Annotated[str, StringConstraints(min_length=1, max_length=100)]


class CollaborateurLu(BaseModel):
    identifiant: str
    prenom: str
    nom: str
    email: str | None
    role: Role
    agence: str | None
    groupe: str | None
    est_actif: bool
    a_mot_de_passe: bool = Field(description="Faux : invité, ne peut pas encore se connecter.")
    derniere_connexion: datetime | None


class PageCollaborateurs(BaseModel):
    collaborateurs: list[CollaborateurLu]


class InvitationFaite(BaseModel):
    jeton: str = Field(description="À transmettre à la personne ; montré une fois, sert une fois.")
    lien: str
    duree_s: int


class InvitationAcceptee(Entree):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"jeton": "…", "mot_de_passe": "une phrase assez longue"}]}
    )

    jeton: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    mot_de_passe: MotDePasse


class Personne(BaseModel):
    domain: str
    identifiant: str


class Connexion(Entree):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"domain": "CABINETDEMO", "identifiant": "a.martin", "mot_de_passe": "une phrase assez longue"}
            ]
        }
    )

    domain: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    identifiant: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    mot_de_passe: MotDePasse


class SessionLue(Personne):
    role: str
    csrf: str = Field(description="À renvoyer dans `x-csrf-token` avec toute méthode qui écrit.")


class MotDePasseChange(Entree):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"ancien": "une phrase assez longue", "nouveau": "une autre phrase, plus longue"}]
        }
    )

    ancien: MotDePasse
    nouveau: MotDePasse


class NouvelleCle(Entree):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"libelle": "Logiciel de caisse", "dossiers": ["DEMO001"], "role": "collaborateur"}]
        }
    )

    libelle: Libelle = ""
    est_avancee: bool = Field(False, description="Clé Advanced : aussi les routes du cabinet.")
    role: Role = "collaborateur"
    dossiers: Annotated[list[Code], Field(max_length=10_000)] | None = Field(
        None, description="Dossiers où la clé est activée ; null : tous."
    )
    expiration: AwareDatetime | None = None
    limite_minute: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        None, description="Requêtes par minute ; 0 : sans limite ; null : le réglage du serveur."
    )


class CleLue(BaseModel):
    cle: str = Field(description="Partie publique.")
    libelle: str
    est_avancee: bool
    role: str
    dossiers: list[str] | None = Field(description="Null : tous les dossiers du cabinet.")
    creation: datetime
    expiration: datetime | None
    dernier_usage: datetime | None = Field(description="À la minute près.")
    est_revoquee: bool
    limite_minute: int | None


class CleCreee(CleLue):
    apikey: str = Field(description="La clé entière, `cle:secret`. Montrée une fois.")


class PageCles(BaseModel):
    cles: list[CleLue]


class Activation(BaseModel):
    cle: str
    dossier: str
    est_activee: bool


class NouvelAbonnement(Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"nom": "Logiciel de caisse"}]})

    nom: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AbonnementCree(BaseModel):
    abonnement: str
    primaire: str = Field(description="Montrée une fois.")
    secondaire: str = Field(description="Montrée une fois.")


class Rotation(Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"rang": "primaire", "recouvrement_s": 86400}]})

    rang: Rang
    recouvrement_s: int = Field(
        86_400, ge=0, le=90 * 86_400, description="Temps pendant lequel l'ancienne clé sert encore."
    )


class AbonnementTourne(BaseModel):
    abonnement: str
    rang: Rang
    cle: str = Field(description="La nouvelle clé, valable aussitôt. Montrée une fois.")


class AbonnementLu(BaseModel):
    abonnement: str
    nom: str
    rang: str
    creation: datetime
    expiration: datetime | None
    dernier_usage: datetime | None
    est_revoquee: bool


class PageAbonnements(BaseModel):
    abonnements: list[AbonnementLu]


class TraceLue(BaseModel):
    rang: int
    instant: datetime
    acteur: str = Field(description="Partie publique d'une clé, identifiant d'une personne, ou « systeme ».")
    action: str = Field(examples=["cle.creation"])
    objet: str | None
    dossier: str | None
    details: dict[str, Any] | None


class PageAudit(BaseModel):
    traces: list[TraceLue]
    suivant: int | None


CORPS: tuple[type[BaseModel], ...] = (
    CabinetModifie,
    AgenceEcrite,
    GroupeEcrit,
    CollaborateurModifie,
    NouveauCollaborateur,
    InvitationAcceptee,
    Connexion,
    MotDePasseChange,
    NouvelleCle,
    NouvelAbonnement,
    Rotation,
)
"""Bodies read by ``json_body``: no signature names them to FastAPI, so the OpenAPI document lists them from here."""
