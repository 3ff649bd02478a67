"""The catalogue of the APIs: every operation of the OpenAPI document, to read and to try, and the keys to try it with."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response

from ecritures.api.access import App, find_dossier
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import RoleInsuffisant
from ecritures.imports.cles_essai import DUREE_S, creer_cle_essai
from ecritures.web.personne import Moi, MoiQuiEcris
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)


@router.get("/catalogue")
def show(request: Request, moi: Moi, app: App) -> Response:
    return render(request, "catalogue/page.html", dossiers=app.dossiers.lister(moi.domain), duree_s=DUREE_S)


@router.post("/catalogue/cles-essai")
def create_keys(
    moi: MoiQuiEcris,
    app: App,
    dossier: Annotated[str, Form(max_length=100)] = "",
    sorte: Annotated[str, Form(max_length=20)] = "standard",
) -> Response:
    """Both keys as JSON, for the memory of the page alone. Raises DossierInconnu, RoleInsuffisant."""
    est_avancee = sorte == "advanced"
    if est_avancee and not moi.est_administrateur:
        raise RoleInsuffisant(moi.identifiant, moi.role, "administrateur")
    choisi = find_dossier(clean(dossier), moi.acces, app) if dossier else None
    cles = creer_cle_essai(moi.acces, choisi, est_avancee=est_avancee, app=app)
    return JSONResponse(
        {
            "cle": cles.cle,
            "apikey": cles.apikey,
            "abonnement": cles.abonnement,
            "expiration": cles.expiration.isoformat(timespec="seconds"),
        },
        status_code=201,
    )
