"""Routes of the dialect. Order of checks (loop-api 19-6): keys, body, F1, F2 or F3, F4, access, F5, F6, model."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ecritures.api.access import BOTH_KEYS, App, Appelant, find_dossier, identify, may_see
from ecritures.api.body import JsonObject, clean, parse_object, read_bytes
from ecritures.api.loop import models
from ecritures.api.loop.fields import DemandeRefusee, ImportFields, import_fields, model_name, query_value
from ecritures.api.reglages import PREFIXE_LOOP
from ecritures.domain.errors import AccesRefuse, ImportInconnu, ModeleInconnu
from ecritures.imports.ports import Acces, Demande, Dossier, Ports
from ecritures.imports.receive import check_siret, receive, receive_perso
from ecritures.imports.state import State

TAG = "Ecritures comptables (import)"
router = APIRouter(prefix=PREFIXE_LOOP, tags=[TAG])

_GUID = re.compile(models.MOTIF_GUID)
_REFUSED = {
    "model": models.ErrorAnswer,
    "description": "Demande refusée, en mode `ECRITURES_HTTP_STRICT`, ou corps illisible.",
}
_KEYS = {"model": models.GatewayError, "description": "Une des deux clés manque ou n'est pas valable."}
_LIMIT = {
    "model": models.GatewayError,
    "description": "Trop de requêtes de cette clé : attendre `Retry-After` secondes.",
}
_LARGE = {"model": models.ErrorAnswer, "description": "Corps trop volumineux."}
_BROKEN = {
    "model": models.ErrorAnswer,
    "description": "Incident interne : la référence donnée est dans les journaux du service.",
}
_AWAY = {"model": models.ErrorAnswer, "description": "Service indisponible : recommencer plus tard."}


def _declared(model: Any, description: str, **autres: Any) -> dict[int | str, dict[str, Any]]:
    accepted = {
        "model": model | models.ErrorAnswer,
        "description": f"{description} Une demande refusée porte `error` à la place.",
    }
    return {
        200: accepted,
        400: _REFUSED,
        401: _KEYS,
        429: _LIMIT,
        500: _BROKEN,
        503: _AWAY,
        **{int(nom[1:]): valeur for nom, valeur in autres.items()},
    }


def import_doc(schema: str, titre: str) -> dict[str, Any]:
    contenu = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {
        "summary": titre,
        "description": (
            "Enregistre la demande et répond aussitôt ; le fichier est lu ensuite, suivre par `getImportStatus`. Tout "
            "`Content-Type` documenté est admis (`application/json`, `application-json`, aucun)."
        ),
        "response_model": None,
        "responses": _declared(models.ImportAnswer, "Demande enregistrée.", _413=_LARGE),
        "openapi_extra": {
            "security": BOTH_KEYS,
            "requestBody": {"required": True, "content": {"application/json": contenu}},
        },
    }


def _query_doc(nom: str, description: str, example: str) -> dict[str, Any]:
    parametre = {
        "name": nom,
        "in": "query",
        "required": True,
        "description": description,
        "schema": {"type": "string"},
        "example": example,
    }
    return {"security": BOTH_KEYS, "parameters": [parametre]}


async def read_object(request: Request, _acces: Appelant, app: App) -> JsonObject:
    """The body, read only once the keys are good."""
    return parse_object(await read_bytes(request, app.limits.corps_taille_octets_max))


Corps = Annotated[JsonObject, Depends(read_object)]


@router.get(
    "/getFileUrlDeposit",
    operation_id="getfileurldeposit",
    summary="Obtenir une adresse de dépôt",
    description="Rend une adresse signée où envoyer le fichier par PUT, et l'`uri` à donner ensuite à l'import.",
    response_model=None,
    responses=_declared(models.DepotAnswer, "Adresse de dépôt."),
    openapi_extra=_query_doc(
        "filename", "Nom du fichier, avec son extension : tra, txt ou csv.", "812345676FEC20251231.txt"
    ),
)
def get_file_url_deposit(request: Request, acces: Appelant, app: App) -> JSONResponse:
    nom = query_value(request.query_params.multi_items(), "filename")
    if nom is None:
        raise DemandeRefusee("Le nom du fichier (filename) n'est pas spécifié.")
    deposit_url, uri = app.depots.ouvrir(acces.domain, nom)
    return JSONResponse({"depositUrl": deposit_url, "uri": uri})


@router.post(
    "/importTra", operation_id="importtra", **import_doc("ImportTraPostRequest", "Import des écritures au format TRA")
)
def import_tra(corps: Corps, acces: Appelant, app: App) -> JSONResponse:
    return _import("tra", "TRA", corps, acces, app)


@router.post(
    "/importFEC", operation_id="importfec", **import_doc("ImportFECPostRequest", "Import des écritures au format FEC")
)
def import_fec(corps: Corps, acces: Appelant, app: App) -> JSONResponse:
    return _import("fec", "FEC", corps, acces, app)


@router.post(
    "/importPerso",
    operation_id="importperso",
    **import_doc("ImportPersoPostRequest", "Import personnalisé, par un modèle enregistré"),
)
def import_perso(corps: Corps, acces: Appelant, app: App) -> JSONResponse:
    champs, dossier = _asked("Perso", corps, acces, app)
    modele = model_name(corps)
    try:
        demande = receive_perso(
            dossier, modele, app, uri=champs.uri, url=champs.url, siret=champs.siret, demandeur=acces.cle
        )
    except ModeleInconnu as refus:
        raise DemandeRefusee(f"Le modèle d'import {modele[:200]} n'existe pas.") from refus  # loop-api 19-18
    return JSONResponse({"accountingImportRequestId": demande.id})


@router.get(
    "/getImportStatus",
    operation_id="getimportstatus",
    summary="Recherche le statut d'import",
    description="État d'une demande. L'adresse `/getStatus` est la même route.",
    response_model=None,
    responses=_declared(
        models.StatusAnswer,
        "État de la demande.",
        _404={"model": models.ErrorAnswer, "description": "Aucune demande de ce numéro sur le domaine."},
    ),
    openapi_extra=_query_doc("accountingImportRequestId", "Identifiant rendu par la demande d'import.", models.GUID),
)
def get_import_status(request: Request, app: App) -> JSONResponse:
    acces = identify(request, app)  # here, not as a dependency: one thread less for the route that is asked most
    import_id = query_value(request.query_params.multi_items(), "accountingImportRequestId")
    if import_id is None:
        raise DemandeRefusee("Le paramètre accountingImportRequestId est obligatoire.")
    identifiant = import_id.strip().lower()
    demande = app.demandes.suivre(identifiant) if _GUID.fullmatch(identifiant) else None
    if demande is None or not may_see(acces, demande.domain, demande.dossier):
        raise ImportInconnu(import_id[:64])
    return JSONResponse(status_answer(demande))


def status_answer(demande: Demande) -> dict[str, Any]:
    """The eight documented fields, and ``message`` when the import ended in error (loop-api 19-36)."""
    answer: dict[str, Any] = {
        "_id": demande.identifiant_interne,
        "id": demande.id,
        "creationDate": instant(demande.creation),
        "lastUpdate": instant(demande.derniere_maj),
        "codeIBS": demande.code_ibs,
        "domain": demande.domain,
        "status": demande.state.value,
        "__v": 0,
    }
    if demande.state is State.EN_ERREUR:
        answer["message"] = clean(demande.message or "")
    return answer


def instant(moment: datetime) -> str:
    """``YYYY-MM-DDTHH:mm:ss.SSSZ``, cut to the millisecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _asked(nom_format: str, corps: JsonObject, acces: Acces, app: Ports) -> tuple[ImportFields, Dossier]:
    """Fields and dossier of a file import. Raises F1 to F6, in their order."""
    champs = import_fields(corps)
    dossier = dossier_or_refusal(nom_format, champs.code_ibs, acces, app)
    if champs.siret is not None:
        check_siret(champs.siret, dossier, app)
    return champs, dossier


def dossier_or_refusal(nom_format: str, code_ibs: str, acces: Acces, app: Ports) -> Dossier:
    """The dossier. Raises DossierInconnu (F4); DemandeRefusee when the key is not activated for it (loop-api 19-9)."""
    try:
        return find_dossier(code_ibs, acces, app)
    except AccesRefuse as refus:
        raise DemandeRefusee(
            f"Une erreur s'est produite lors de la demande d'import {nom_format} : {refus.message}"
        ) from refus


def _import(format_: str, nom_format: str, corps: JsonObject, acces: Acces, app: Ports) -> JSONResponse:
    champs, dossier = _asked(nom_format, corps, acces, app)
    demande = receive(dossier, format_, app, uri=champs.uri, url=champs.url, siret=champs.siret, demandeur=acces.cle)
    return JSONResponse({"accountingImportRequestId": demande.id})
