"""The first page after sign-in: the dossiers of the firm and its latest imports."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ecritures.api.access import App
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.web.personne import Moi
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

DERNIERS_MAX = 8


@router.get("")
def home(request: Request, moi: Moi, app: App) -> Response:
    return render(
        request,
        "accueil.html",
        dossiers=app.dossiers.lister(moi.domain),
        imports=app.demandes.lister(moi.domain, limite=DERNIERS_MAX),
        cabinet=app.cabinets.trouver(moi.domain),
    )
