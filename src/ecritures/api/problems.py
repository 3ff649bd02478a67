"""Refusals as HTTP: STATUS is the only place that knows their status; Problem is how ``v1`` says them (RFC 9457)."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from ecritures.api.loop.fields import DemandeRefusee
from ecritures.domain.errors import (
    AccesRefuse,
    AgenceInconnue,
    AnnulationRefusee,
    BacASableOccupe,
    BacASableSansPhoto,
    CabinetExistant,
    CabinetInconnu,
    CabinetInvalide,
    CleIdempotenceInvalide,
    CleIdempotenceReutilisee,
    CleInconnue,
    CleInvalide,
    CleStandard,
    CleTousDossiers,
    ClotureRefusee,
    CollaborateurExistant,
    CollaborateurInconnu,
    CompteInconnu,
    ConnexionOidcRefusee,
    ConnexionRefusee,
    ConversionAvecPertes,
    ConversionInfidele,
    CurseurInvalide,
    DecalageInattendu,
    DemandeEnCours,
    DepotAbsent,
    DepotExpire,
    DernierAdministrateur,
    DossierExistant,
    DossierInconnu,
    DossierInvalide,
    EcritureImpossible,
    EmpreinteDifferente,
    EncoreUtilise,
    ExerciceClos,
    ExerciceExistant,
    ExerciceInconnu,
    ExerciceInvalide,
    FichierTropGros,
    FiltreInvalide,
    FormatInconnu,
    GroupeInconnu,
    HorlogeHorsBornes,
    ImportInconnu,
    InvitationInvalide,
    JournalInconnu,
    LettrageInconnu,
    LettrageRefuse,
    LienInjoignable,
    LienRefuse,
    LigneInconnue,
    LivraisonInconnue,
    ModeleExistant,
    ModeleInconnu,
    ModeleInvalide,
    MorceauTropPetit,
    MotDePasseInvalide,
    NomDeFichierInvalide,
    OriginalAbsent,
    OriginalAltere,
    PasUnBacASable,
    PeriodeValidee,
    PieceJointeInconnue,
    PlusieursCabinets,
    Refus,
    ReparationRefusee,
    ReponseNonGardee,
    RoleInsuffisant,
    ServiceIndisponible,
    TeleversementDejaImporte,
    TeleversementInacheve,
    TeleversementInconnu,
    TropDePannes,
    TropDeTeleversements,
    WebhookInconnu,
    WebhookInvalide,
)
from ecritures.imports.receive import EtablissementInconnu, SiretInvalide
from ecritures.imports.watch import DossierSurveilleInconnu

STATUS: dict[type[Refus], int] = {
    AccesRefuse: 403,
    AnnulationRefusee: 409,
    BacASableOccupe: 409,
    BacASableSansPhoto: 409,
    AgenceInconnue: 404,
    CabinetExistant: 409,
    CabinetInconnu: 404,
    CabinetInvalide: 422,
    CleInconnue: 404,
    CleIdempotenceInvalide: 422,
    CleIdempotenceReutilisee: 422,
    CleInvalide: 401,
    ClotureRefusee: 409,
    CleStandard: 403,
    CleTousDossiers: 409,
    CollaborateurExistant: 409,
    CollaborateurInconnu: 404,
    CompteInconnu: 404,
    ConnexionOidcRefusee: 401,
    ConnexionRefusee: 401,
    ConversionAvecPertes: 422,
    ConversionInfidele: 500,
    CurseurInvalide: 422,
    DemandeEnCours: 409,
    DemandeRefusee: 422,
    DepotAbsent: 404,
    DepotExpire: 403,
    DernierAdministrateur: 409,
    DossierExistant: 409,
    DossierInconnu: 404,
    DossierInvalide: 422,
    DossierSurveilleInconnu: 404,
    EcritureImpossible: 422,
    EncoreUtilise: 409,
    EtablissementInconnu: 422,
    ExerciceClos: 409,
    ExerciceExistant: 409,
    ExerciceInconnu: 404,
    ExerciceInvalide: 422,
    FichierTropGros: 413,
    FiltreInvalide: 400,
    FormatInconnu: 422,
    GroupeInconnu: 404,
    HorlogeHorsBornes: 422,
    ImportInconnu: 404,
    InvitationInvalide: 404,
    JournalInconnu: 404,
    LettrageInconnu: 404,
    LettrageRefuse: 409,
    LienInjoignable: 502,
    LienRefuse: 422,
    LigneInconnue: 404,
    LivraisonInconnue: 404,
    PasUnBacASable: 409,
    PeriodeValidee: 409,
    PlusieursCabinets: 409,
    ModeleExistant: 409,
    ModeleInconnu: 404,
    ModeleInvalide: 422,
    MotDePasseInvalide: 422,
    NomDeFichierInvalide: 422,
    OriginalAbsent: 410,
    OriginalAltere: 500,
    RoleInsuffisant: 403,
    ReparationRefusee: 409,
    ReponseNonGardee: 409,
    ServiceIndisponible: 503,
    SiretInvalide: 422,
    DecalageInattendu: 409,
    EmpreinteDifferente: 422,
    MorceauTropPetit: 422,
    PieceJointeInconnue: 404,
    TeleversementDejaImporte: 409,
    TeleversementInacheve: 409,
    TeleversementInconnu: 404,
    TropDePannes: 409,
    TropDeTeleversements: 409,
    WebhookInconnu: 404,
    WebhookInvalide: 422,
}
"""HTTP status of every refusal. A test walks the subclasses of Refus and finds each one here and in docs/api.md."""

TITLES = {
    400: "Requête illisible",
    401: "Clés refusées",
    403: "Accès refusé",
    404: "Introuvable",
    405: "Méthode non admise",
    409: "Impossible dans l'état actuel",
    410: "Disparu",
    413: "Trop volumineux",
    415: "Type de contenu non admis",
    422: "Requête invalide",
    429: "Trop de requêtes",
    500: "Incident interne",
    502: "Lien injoignable",
    503: "Service indisponible",
}
MEDIA_TYPE = "application/problem+json"


class ErreurDeChamp(BaseModel):
    champ: str = Field(description="Où, sans la valeur reçue.", examples=["corps.debut"])
    message: str = Field(examples=["date attendue, au format AAAA-MM-JJ"])


class Problem(BaseModel):
    """Every error of ``v1``. ``code`` is stable: programs test it, people read ``detail``."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="Référence stable de l'erreur.", examples=["urn:ecritures:erreur:dossier.inconnu"])
    title: str = Field(examples=["Introuvable"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["Le dossier DEMO009 n'existe pas sur le domaine."])
    code: str = Field(examples=["dossier.inconnu"])
    erreurs: list[ErreurDeChamp] | None = Field(None, description="Champs refusés, pour le code « requete.invalide ».")


def status_of(refus: Refus) -> int:
    """The status of a refusal; 409 for one that nobody declared, which the test prevents."""
    return next((STATUS[classe] for classe in type(refus).__mro__ if classe in STATUS), 409)


def problem(status: int, code: str, detail: str, erreurs: list[ErreurDeChamp] | None = None) -> JSONResponse:
    corps: dict[str, Any] = {
        "type": f"urn:ecritures:erreur:{code}",
        "title": TITLES.get(status, "Erreur"),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if erreurs is not None:
        corps["erreurs"] = [erreur.model_dump() for erreur in erreurs]
    return JSONResponse(corps, status, media_type=MEDIA_TYPE)
