"""The upload itself: PUT on the signed URL given by getFileUrlDeposit (loop-api 6). No keys: the signature is the right."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ecritures.api.access import App
from ecritures.api.body import chunks
from ecritures.api.loop import models
from ecritures.api.loop.routes import TAG
from ecritures.api.reglages import PREFIXE_LOOP, DepotSigne

router = APIRouter(prefix=PREFIXE_LOOP, tags=[TAG])

_SIGNATURE = [
    {"name": nom, "in": "query", "required": True, "description": description, "schema": {"type": "string"}}
    for nom, description in (("se", "Fin de validité."), ("sp", "Droits."), ("sig", "Signature."))
]


@router.put(
    "/depot/{guid}/{nom}",
    operation_id="putdepot",
    summary="Envoyer le fichier à l'adresse de dépôt",
    description=(
        "À appeler sur la `depositUrl` telle quelle, avec les octets du fichier, sans clés. L'en-tête `x-ms-blob-type` est "
        "admis et ignoré. Un second envoi remplace le premier tant que le fichier n'a pas été lu."
    ),
    status_code=201,
    response_class=Response,
    response_model=None,
    responses={
        201: {"description": "Fichier reçu ; le corps est vide.", "content": {}},
        400: {"model": models.ErrorAnswer, "description": "L'envoi a été interrompu."},
        403: {"model": models.ErrorAnswer, "description": "L'adresse a expiré, ou sa signature est fausse."},
        413: {"model": models.ErrorAnswer, "description": "Fichier trop gros."},
        500: {"model": models.ErrorAnswer, "description": "Incident interne."},
        503: {"model": models.ErrorAnswer, "description": "Service indisponible : recommencer plus tard."},
    },
    openapi_extra={
        "security": [],
        "parameters": [
            {"name": "guid", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "nom", "in": "path", "required": True, "schema": {"type": "string"}},
            *_SIGNATURE,
        ],
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
async def put_depot(request: Request, app: App) -> Response:
    """The body goes to the store by pieces, within its bound; cut short, it leaves no trace."""
    guid, nom = str(request.path_params["guid"]), str(request.path_params["nom"])
    champs = request.query_params
    depots = app.depots
    assert isinstance(depots, DepotSigne), "the route exists only with such a store"
    depots.verifier(guid, nom, champs.get("se", ""), champs.get("sp", ""), champs.get("sig", ""))
    await depots.recevoir(guid, nom, chunks(request, app.limits.fichier_taille_octets_max), app.limits)
    return Response(status_code=201)
