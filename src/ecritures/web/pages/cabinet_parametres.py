"""The firm's name, and the settings of the server: what they are, what they bound, never a secret."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import CabinetInconnu
from ecritures.web.pages.cabinet_commun import text
from ecritures.web.personne import Moi, MoiAdministrateur
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)


@router.get("/parametres")
def show(request: Request, moi: Moi, app: App) -> Response:
    """The settings are those of the server, for administrators; the name of the firm is for everyone."""
    cabinet = app.cabinets.trouver(moi.domain)
    if cabinet is None:
        raise CabinetInconnu(moi.domain)
    reglages = getattr(request.app.state, "parametres", ()) if moi.est_administrateur else ()
    return render(request, "cabinet/parametres.html", cabinet=cabinet, reglages=reglages)


@router.post("/parametres")
def rename(moi: MoiAdministrateur, app: App, libelle: Annotated[str, Form(max_length=500)] = "") -> Response:
    nom = text(libelle, "Nom du cabinet", longueur_max=200, requis=True)
    if app.cabinets.renommer(moi.domain, nom) is None:
        raise CabinetInconnu(moi.domain)
    app.audit.noter(moi.domain, moi.identifiant, "cabinet.modification", objet=moi.domain)
    return RedirectResponse(f"{PREFIXE}/parametres", 303)
