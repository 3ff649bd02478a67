"""``POST /annulerImport``: not in the published contract; ours, in its manner (loop-api 19-40)."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from ecritures.api.access import BOTH_KEYS, App, Appelant, may_see
from ecritures.api.loop.fields import DemandeRefusee, text_value
from ecritures.api.loop.models import GUID, MOTIF_GUID, ErrorAnswer
from ecritures.api.loop.routes import TAG, Corps, _declared
from ecritures.api.reglages import PREFIXE_LOOP
from ecritures.domain.errors import ImportInconnu
from ecritures.imports.cancel import cancel

router = APIRouter(prefix=PREFIXE_LOOP, tags=[TAG])


class AnnulerImportPostRequest(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"accountingImportRequestId": GUID}]})

    accountingImportRequestId: str = Field(description="Identifiant rendu par la demande d'import.")


class AnnulationAnswer(BaseModel):
    accountingImportRequestId: str = Field(pattern=MOTIF_GUID, examples=[GUID])
    annule: bool = Field(description="Toujours vrai : un refus porte `error`.")
    dejaAnnule: bool = Field(description="Vrai : une demande précédente l'avait annulé, rien n'a changé.")


@router.post(
    "/annulerImport",
    operation_id="annulerimport",
    summary="Annuler un import",
    description=(
        "Retire des livres exactement les écritures de cet import, ou rien. Son statut reste celui de `getImportStatus` ; l'historique "
        "porte le code 50. Refusé si une de ses lignes est dans un exercice clos ou validé, ou lettrée avec celles d'un autre import."
    ),
    response_model=None,
    responses=_declared(
        AnnulationAnswer,
        "Import annulé.",
        _404={"model": ErrorAnswer, "description": "Aucune demande de ce numéro sur le domaine."},
        _413={"model": ErrorAnswer, "description": "Corps trop volumineux."},
    ),
    openapi_extra={
        "security": BOTH_KEYS,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AnnulerImportPostRequest"}}},
        },
    },
)
def annuler_import(corps: Corps, acces: Appelant, app: App) -> JSONResponse:
    import_id = text_value(corps, "accountingImportRequestId")
    if import_id is None:
        raise DemandeRefusee("Le paramètre accountingImportRequestId est obligatoire.")
    demande = app.demandes.lire(import_id.strip().lower()[:64])
    if demande is None or not may_see(acces, demande.domain, demande.dossier):
        raise ImportInconnu(import_id[:64])
    faite = cancel(demande.id, acces.cle, app)
    return JSONResponse({"accountingImportRequestId": demande.id, "annule": True, "dejaAnnule": faite.deja_annule})
