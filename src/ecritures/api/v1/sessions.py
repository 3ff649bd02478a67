"""People sign in and out. The cookie is opaque, ``HttpOnly`` and ``SameSite=Lax``; signing in always makes a new one."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from ecritures.api.access import COOKIE, App, Appelant, Reglages, address, csrf_token
from ecritures.api.body import clean
from ecritures.api.envelope import is_tls
from ecritures.api.refusals import HttpRefusal, too_many_attempts
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models_cabinet as models
from ecritures.api.v1.common import declared, json_body, open_body, open_json_body, with_body
from ecritures.imports.personnes import Freins, TropDEssais, accepter_invitation, changer_mot_de_passe, connecter

router = APIRouter(prefix=PREFIXE_V1, tags=["Sessions"])


@router.post("/session", summary="Se connecter", **open_body(models.Connexion, 401, 429))
def sign_in(
    corps: Annotated[models.Connexion, Depends(open_json_body(models.Connexion))],
    request: Request,
    response: Response,
    app: App,
    reglages: Reglages,
) -> models.SessionLue:
    """Sans clés. Rend un cookie de session, et le jeton `csrf` à renvoyer avec toute méthode qui écrit."""
    domain, identifiant = clean(corps.domain), clean(corps.identifiant)
    try:
        cookie = connecter(
            domain,
            identifiant,
            corps.mot_de_passe,
            adresse=address(request),
            duree_s=reglages.session_duree_s,
            freins=_freins(request),
            app=app,
        )
    except TropDEssais as trop:
        raise too_many_attempts(trop.attente_s) from trop
    if COOKIE in request.cookies:  # the session before this one is over: a cookie set by someone else is of no use
        app.sessions.fermer(clean(request.cookies[COOKIE]))
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=reglages.session_duree_s,
        httponly=True,
        samesite="lax",
        secure=is_tls(request.scope, reglages),
        path="/",
    )
    session = app.sessions.lire(cookie, inactivite_s=reglages.session_inactivite_s)
    role = "" if session is None else session.role  # made inactive meanwhile: the next request says so
    return models.SessionLue(domain=domain, identifiant=identifiant.casefold(), role=role, csrf=csrf_token(cookie))


@router.get("/session", summary="Qui est connecté", **declared())
def read(request: Request, acces: Appelant) -> models.SessionLue:
    _of_person(acces.est_session)
    return models.SessionLue(
        domain=acces.domain,
        identifiant=acces.cle,
        role=acces.role,
        csrf=csrf_token(request.cookies[COOKIE]),
    )


@router.delete("/session", status_code=204, response_class=Response, summary="Se déconnecter", **declared())
def sign_out(request: Request, acces: Appelant, app: App) -> Response:
    _of_person(acces.est_session)
    app.sessions.fermer(request.cookies[COOKIE])
    app.audit.noter(acces.domain, acces.cle, "session.fermeture")
    return _without_cookie()


@router.delete("/sessions", status_code=204, response_class=Response, summary="Se déconnecter partout", **declared())
def sign_out_everywhere(acces: Appelant, app: App) -> Response:
    _of_person(acces.est_session)
    nombre = app.sessions.fermer_toutes(acces.domain, acces.cle)
    app.audit.noter(acces.domain, acces.cle, "session.fermeture", details={"nombre": nombre})
    return _without_cookie()


@router.post(
    "/session/mot-de-passe",
    status_code=204,
    response_class=Response,
    summary="Changer son mot de passe",
    **with_body(models.MotDePasseChange),
)
def change_password(
    corps: Annotated[models.MotDePasseChange, Depends(json_body(models.MotDePasseChange))],
    request: Request,
    acces: Appelant,
    app: App,
) -> Response:
    """Déconnecte partout : se connecter de nouveau."""
    _of_person(acces.est_session)
    try:
        changer_mot_de_passe(
            acces.domain,
            acces.cle,
            corps.ancien,
            corps.nouveau,
            adresse=address(request),
            freins=_freins(request),
            app=app,
        )
    except TropDEssais as trop:
        raise too_many_attempts(trop.attente_s) from trop
    return _without_cookie()


@router.post(
    "/invitations/acceptation", summary="Choisir son mot de passe", **open_body(models.InvitationAcceptee, 404)
)
def accept(
    corps: Annotated[models.InvitationAcceptee, Depends(open_json_body(models.InvitationAcceptee))], app: App
) -> models.Personne:
    """Sans clés, avec le jeton du lien reçu, qui ne sert qu'une fois."""
    domain, identifiant = accepter_invitation(clean(corps.jeton), corps.mot_de_passe, app)
    return models.Personne(domain=domain, identifiant=identifiant)


def _of_person(est_session: bool) -> None:
    if not est_session:
        raise HttpRefusal(
            403, "session.requise", "Cette route est celle d'une personne connectée, pas d'une clé d'API."
        )


def _freins(request: Request) -> Freins:
    return cast(Freins, request.app.state.freins)


def _without_cookie() -> Response:
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer
