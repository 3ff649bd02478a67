"""One's own account: password, sessions, signing out everywhere. Whatever the role."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import COOKIE, App, Reglages, address
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.api.reglages import ReglagesApi
from ecritures.domain.errors import ConnexionRefusee, MotDePasseInvalide
from ecritures.imports.cles_essai import revoquer_cles_essai
from ecritures.imports.personnes import LONGUEUR_MAX, LONGUEUR_MIN, Freins, TropDEssais, changer_mot_de_passe
from ecritures.imports.ports import Ports
from ecritures.web.personne import Moi, Personne
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

MotDePasse = Annotated[str, Form(max_length=1000)]


@router.get("/compte")
def show(request: Request, moi: Moi, app: App, reglages: Reglages) -> Response:
    return _page(request, moi, app, reglages)


@router.post("/compte/mot-de-passe")
def change(
    request: Request,
    moi: Moi,
    app: App,
    reglages: Reglages,
    ancien: MotDePasse = "",
    nouveau: MotDePasse = "",
    encore: MotDePasse = "",
) -> Response:
    """Signs out everywhere, here too: the new password is typed once more at once."""
    if nouveau != encore:
        return _page(
            request, moi, app, reglages, refus="Les deux saisies du nouveau mot de passe diffèrent.", statut=422
        )
    try:
        changer_mot_de_passe(
            moi.domain,
            moi.identifiant,
            ancien,
            nouveau,
            adresse=address(request),
            freins=cast(Freins, request.app.state.freins),
            app=app,
        )
    except TropDEssais as trop:
        return _page(request, moi, app, reglages, refus=str(trop), statut=429)
    except ConnexionRefusee:
        return _page(request, moi, app, reglages, refus="Le mot de passe actuel est faux.", statut=422)
    except MotDePasseInvalide as refus:
        return _page(request, moi, app, reglages, refus=refus.message, statut=422)
    revoquer_cles_essai(moi.domain, moi.identifiant, app)
    return _to_sign_in()


@router.post("/compte/deconnexion-partout")
def sign_out_everywhere(moi: Moi, app: App) -> Response:
    nombre = app.sessions.fermer_toutes(moi.domain, moi.identifiant)
    revoquer_cles_essai(moi.domain, moi.identifiant, app)
    app.audit.noter(moi.domain, moi.identifiant, "session.fermeture", details={"nombre": nombre})
    return _to_sign_in()


def _page(
    request: Request, moi: Personne, app: Ports, reglages: ReglagesApi, *, refus: str = "", statut: int = 200
) -> Response:
    page = render(
        request,
        "cabinet/compte.html",
        personne=app.personnes.trouver(moi.domain, moi.identifiant),
        sessions=app.sessions.ouvertes(
            moi.domain,
            moi.identifiant,
            cookie=request.cookies.get(COOKIE, ""),
            inactivite_s=reglages.session_inactivite_s,
        ),
        refus=refus,
        longueur_min=LONGUEUR_MIN,
        longueur_max=LONGUEUR_MAX,
    )
    page.status_code = statut
    return page


def _to_sign_in() -> Response:
    reponse = RedirectResponse(f"{PREFIXE}/connexion", 303)
    reponse.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return reponse
