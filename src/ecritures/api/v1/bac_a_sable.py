"""The sandbox's own routes: plan faults, see what is left of them, reset. They exist on a sandbox only."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ecritures.api.access import App, Appelant, find_dossier
from ecritures.api.body import clean
from ecritures.api.pannes import PREFIXE_BAC
from ecritures.api.v1.common import declared, json_body
from ecritures.api.v1.models import Entree
from ecritures.imports.bac_a_sable import ATTENTE, ATTENTE_MAX_S, FOIS_MAX, IMPORT_EN_ERREUR, STATUT, Panne, Pannes

router = APIRouter(prefix=PREFIXE_BAC, tags=["Bac à sable"])

Sorte = Literal["attente", "statut", "coupure", "depot_expire", "import_en_erreur"]


class NouvellePanne(Entree):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"sorte": "statut", "route": "importTra", "statut": 429, "fois": 2}]}
    )

    sorte: Sorte
    route: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, description="Dernier mot de l'adresse (`importTra`, `depot`…) ; absent : toutes."
    )
    dossier: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, description="Pour `import_en_erreur` ; absent : tous."
    )
    fois: int = Field(1, ge=1, le=FOIS_MAX)
    secondes: float | None = Field(None, ge=0, le=ATTENTE_MAX_S)
    statut: int | None = Field(None, ge=400, le=599)
    message: Annotated[str, StringConstraints(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        besoin = {ATTENTE: self.secondes, STATUT: self.statut, IMPORT_EN_ERREUR: self.message}
        if self.sorte in besoin and besoin[self.sorte] is None:
            raise ValueError("incomplete")
        return self


class PanneLue(BaseModel):
    rang: int
    sorte: str
    route: str | None
    restantes: int
    parametres: dict[str, Any]


class PagePannes(BaseModel):
    pannes: list[PanneLue]


class Remise(BaseModel):
    retirees: int = Field(description="Pannes qui restaient à jouer.")


def _plan(request: Request) -> Pannes:
    pannes: Pannes = request.app.state.pannes
    return pannes


Plan = Annotated[Pannes, Depends(_plan)]

_CREATE = declared(400, 403, 404, 413, 422)
_CREATE["openapi_extra"] |= {
    "requestBody": {"required": True, "content": {"application/json": {"schema": NouvellePanne.model_json_schema()}}}
}


@router.post("/pannes", status_code=201, summary="Prévoir une panne", **_CREATE)
def plan(
    acces: Appelant, corps: Annotated[NouvellePanne, Depends(json_body(NouvellePanne))], app: App, pannes: Plan
) -> PanneLue:
    numero = None if corps.dossier is None else find_dossier(clean(corps.dossier), acces, app).dossier
    parametres = {"secondes": corps.secondes, "statut": corps.statut, "message": clean(corps.message or "") or None}
    retenus = {nom: valeur for nom, valeur in parametres.items() if valeur is not None}
    return _lue(pannes.ajouter(acces.domain, corps.sorte, corps.route, numero, retenus, corps.fois))


@router.get("/pannes", summary="Lire les pannes qui restent", **declared())
def list_pannes(acces: Appelant, pannes: Plan) -> PagePannes:
    return PagePannes(pannes=[_lue(panne) for panne in pannes.lister(acces.domain)])


@router.delete("/pannes", summary="Retirer toutes les pannes", **declared())
def reset(acces: Appelant, pannes: Plan) -> Remise:
    return Remise(retirees=pannes.vider(acces.domain))


def _lue(panne: Panne) -> PanneLue:
    return PanneLue(**{champ: getattr(panne, champ) for champ in PanneLue.model_fields})
