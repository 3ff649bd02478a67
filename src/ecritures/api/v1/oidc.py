"""Sign-in by the identity provider: to it, and back with the same session as a password opens."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import COOKIE, App, Reglages, address
from ecritures.api.body import clean
from ecritures.api.envelope import is_tls
from ecritures.api.refusals import HttpRefusal
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1.common import problems
from ecritures.imports.oidc import Oidc, connecter_par_oidc
from ecritures.imports.ports import Ports

router = APIRouter(prefix=f"{PREFIXE_V1}/sessions/oidc", tags=["Sessions"])

COOKIE_PARCOURS = "ecritures_oidc"
PARCOURS_S = 600
_VERS: dict[int | str, dict[str, Any]] = {
    303: {"description": "Vers le fournisseur d'identité, ou vers la page demandée."}
}
_ROUTE: dict[str, Any] = {
    "status_code": 303,
    "response_class": Response,
    "responses": {**_VERS, **problems(401, 404, 409, 422, 500, 503)},
    "openapi_extra": {"security": []},
}


@router.get("", summary="Se connecter par le fournisseur d'identité", **_ROUTE)
def start(
    request: Request,
    app: App,
    reglages: Reglages,
    domain: Annotated[
        str | None, Query(max_length=100, description="Cabinet ; absent : celui qui vous connaît.")
    ] = None,
    retour: Annotated[str, Query(max_length=500, description="Page de ce serveur où aller ensuite.")] = "/",
) -> Response:
    url, cookie = _oidc(app).fournisseur.depart(clean(domain) if domain else None, local_page(retour))
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        COOKIE_PARCOURS,
        cookie,
        max_age=PARCOURS_S,
        path=router.prefix,
        httponly=True,
        samesite="lax",  # the return is a navigation from the provider's site
        secure=is_tls(request.scope, reglages),
    )
    return answer


@router.get("/retour", summary="Retour du fournisseur d'identité", **_ROUTE)
def finish(request: Request, app: App, reglages: Reglages) -> Response:
    """Ouvre la même session que le mot de passe. Le navigateur y arrive seul, avec le cookie du départ."""
    cookie, page = connecter_par_oidc(
        _oidc(app),
        request.cookies.get(COOKIE_PARCOURS, "")[:4096],
        {nom: valeur[:4096] for nom, valeur in request.query_params.items()},
        adresse=address(request),
        duree_s=reglages.session_duree_s,
        app=app,
    )
    if COOKIE in request.cookies:
        app.sessions.fermer(clean(request.cookies[COOKIE]))
    answer = RedirectResponse(page, 303)
    answer.delete_cookie(COOKIE_PARCOURS, path=router.prefix, httponly=True, samesite="lax")
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=reglages.session_duree_s,
        httponly=True,
        samesite="lax",
        secure=is_tls(request.scope, reglages),
        path="/",
    )
    return answer


def local_page(retour: str) -> str:
    """The page when it is one of this server, else ``/``: a sign-in sends nobody to another site."""
    interdits = retour.startswith(("//", "/\\")) or not (retour.isascii() and retour.isprintable()) or "\\" in retour
    return "/" if interdits or not retour.startswith("/") else retour


def _oidc(app: Ports) -> Oidc:
    if app.oidc is None:
        raise HttpRefusal(
            404, "oidc.absent", "Ce serveur n'a pas de fournisseur d'identité : se connecter par mot de passe."
        )
    return app.oidc
