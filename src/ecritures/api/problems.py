"""Refusals as HTTP: STATUS is the only place that knows their status; Problem is how ``v1`` says them (RFC 9457)."""

from __future__ import annotations

from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from ecritures.api.loop.fields import DemandeRefusee
from ecritures.domain.errors import (
    AccesRefuse,
    CleInvalide,
    CompteInconnu,
    ConversionAvecPertes,
    ConversionInfidele,
    CurseurInvalide,
    DepotAbsent,
    DepotExpire,
    DossierExistant,
    DossierInconnu,
    DossierInvalide,
    EcritureImpossible,
    ExerciceClos,
    ExerciceExistant,
    ExerciceInconnu,
    ExerciceInvalide,
    FichierTropGros,
    FiltreInvalide,
    FormatInconnu,
    ImportInconnu,
    JournalInconnu,
    LienInjoignable,
    LienRefuse,
    ModeleExistant,
    ModeleInconnu,
    ModeleInvalide,
    NomDeFichierInvalide,
    OriginalAbsent,
    OriginalAltere,
    Refus,
    ServiceIndisponible,
)
from ecritures.imports.receive import EtablissementInconnu, SiretInvalide

STATUS: dict[type[Refus], int] = {
    AccesRefuse: 403,
    CleInvalide: 401,
    CompteInconnu: 404,
    ConversionAvecPertes: 422,
    ConversionInfidele: 500,
    CurseurInvalide: 422,
    DemandeRefusee: 422,
    DepotAbsent: 404,
    DepotExpire: 403,
    DossierExistant: 409,
    DossierInconnu: 404,
    DossierInvalide: 422,
    EcritureImpossible: 422,
    EtablissementInconnu: 422,
    ExerciceClos: 409,
    ExerciceExistant: 409,
    ExerciceInconnu: 404,
    ExerciceInvalide: 422,
    FichierTropGros: 413,
    FiltreInvalide: 400,
    FormatInconnu: 422,
    ImportInconnu: 404,
    JournalInconnu: 404,
    LienInjoignable: 502,
    LienRefuse: 422,
    ModeleExistant: 409,
    ModeleInconnu: 404,
    ModeleInvalide: 422,
    NomDeFichierInvalide: 422,
    OriginalAbsent: 410,
    OriginalAltere: 500,
    ServiceIndisponible: 503,
    SiretInvalide: 422,
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
