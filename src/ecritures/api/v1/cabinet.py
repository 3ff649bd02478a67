"""The firm, its offices and its teams."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ecritures.api.access import Administrateur, App, DuCabinet
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models_cabinet as models
from ecritures.api.v1.common import declared, json_body, with_body
from ecritures.domain.errors import AgenceInconnue, CabinetInconnu, GroupeInconnu
from ecritures.imports.cabinet import Agence, Groupe

router = APIRouter(prefix=PREFIXE_V1, tags=["Cabinet"])

CodeAgence = Annotated[str, Path(description="Code de l'agence.", examples=["LYON"])]
CodeGroupe = Annotated[str, Path(description="Code du groupe.", examples=["SOCIAL"])]


@router.get("/cabinet", summary="Lire le cabinet", **declared(404))
def read(acces: DuCabinet, app: App) -> models.CabinetLu:
    cabinet = app.cabinets.trouver(acces.domain)
    if cabinet is None:
        raise CabinetInconnu(acces.domain)
    return models.CabinetLu(**asdict(cabinet))


@router.put("/cabinet", summary="Nommer le cabinet", **with_body(models.CabinetModifie, 404))
def rename(
    acces: Administrateur, corps: Annotated[models.CabinetModifie, Depends(json_body(models.CabinetModifie))], app: App
) -> models.CabinetLu:
    cabinet = app.cabinets.renommer(acces.domain, clean(corps.libelle))
    if cabinet is None:
        raise CabinetInconnu(acces.domain)
    app.audit.noter(acces.domain, acces.cle, "cabinet.modification", objet=acces.domain)
    return models.CabinetLu(**asdict(cabinet))


@router.get("/agences", summary="Lister les agences", **declared())
def list_agences(acces: DuCabinet, app: App) -> models.PageAgences:
    return models.PageAgences(agences=[models.AgenceLue(**asdict(a)) for a in app.cabinets.agences(acces.domain)])


@router.put("/agences/{code}", summary="Créer ou modifier une agence", **with_body(models.AgenceEcrite))
def put_agence(
    code: CodeAgence,
    acces: Administrateur,
    corps: Annotated[models.AgenceEcrite, Depends(json_body(models.AgenceEcrite))],
    app: App,
) -> models.AgenceLue:
    champs = {nom: None if v is None else clean(v) for nom, v in corps.model_dump(exclude={"libelle"}).items()}
    agence = Agence(code=clean(code), libelle=clean(corps.libelle), **champs)
    creee = app.cabinets.garder_agence(acces.domain, agence)
    app.audit.noter(acces.domain, acces.cle, f"agence.{'creation' if creee else 'modification'}", objet=agence.code)
    return models.AgenceLue(**asdict(agence))


@router.delete(
    "/agences/{code}", status_code=204, response_class=Response, summary="Retirer une agence", **declared(404, 409, 422)
)
def delete_agence(code: CodeAgence, acces: Administrateur, app: App) -> Response:
    if not app.cabinets.retirer_agence(acces.domain, clean(code)):
        raise AgenceInconnue(clean(code)[:40])
    app.audit.noter(acces.domain, acces.cle, "agence.retrait", objet=clean(code))
    return Response(status_code=204)


@router.get("/groupes", summary="Lister les groupes", **declared())
def list_groupes(acces: DuCabinet, app: App) -> models.PageGroupes:
    return models.PageGroupes(groupes=[models.GroupeLu(**asdict(g)) for g in app.cabinets.groupes(acces.domain)])


@router.put("/groupes/{code}", summary="Créer ou modifier un groupe", **with_body(models.GroupeEcrit))
def put_groupe(
    code: CodeGroupe,
    acces: Administrateur,
    corps: Annotated[models.GroupeEcrit, Depends(json_body(models.GroupeEcrit))],
    app: App,
) -> models.GroupeLu:
    groupe = Groupe(clean(code), clean(corps.description), None if corps.agence is None else clean(corps.agence))
    cree = app.cabinets.garder_groupe(acces.domain, groupe)
    app.audit.noter(acces.domain, acces.cle, f"groupe.{'creation' if cree else 'modification'}", objet=groupe.code)
    return models.GroupeLu(**asdict(groupe))


@router.delete(
    "/groupes/{code}", status_code=204, response_class=Response, summary="Retirer un groupe", **declared(404, 409, 422)
)
def delete_groupe(code: CodeGroupe, acces: Administrateur, app: App) -> Response:
    if not app.cabinets.retirer_groupe(acces.domain, clean(code)):
        raise GroupeInconnu(clean(code)[:40])
    app.audit.noter(acces.domain, acces.cle, "groupe.retrait", objet=clean(code))
    return Response(status_code=204)
