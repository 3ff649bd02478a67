"""Sign in, sign out, and choose a password behind an invitation link."""

from __future__ import annotations

from typing import Annotated, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import COOKIE, App, Reglages, address
from ecritures.api.body import clean
from ecritures.api.envelope import is_tls
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.api.reglages import PREFIXE_V1
from ecritures.domain.errors import ConnexionRefusee
from ecritures.imports.cles_essai import revoquer_cles_essai
from ecritures.imports.personnes import Freins, TropDEssais, connecter
from ecritures.imports.ports import Ports
from ecritures.web.personne import Moi, Personne, signed_in
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

SAISIE_MAX = 300
"""Longest name or password that a form may bring: none of ours is."""


@router.get("/connexion")
def show(
    request: Request, app: App, connu: Annotated[Personne | None, Depends(signed_in)], suite: str = ""
) -> Response:
    if connu is not None:
        return RedirectResponse(_inside(suite), 303)
    return _form(request, app, suite)


@router.post("/connexion")
def sign_in(
    request: Request,
    app: App,
    reglages: Reglages,
    domain: Annotated[str, Form(max_length=SAISIE_MAX)] = "",
    identifiant: Annotated[str, Form(max_length=SAISIE_MAX)] = "",
    mot_de_passe: Annotated[str, Form(max_length=SAISIE_MAX)] = "",
    suite: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """A new cookie at every sign-in: one set beforehand by someone else is of no use to them."""
    domain, identifiant = clean(domain).strip(), clean(identifiant).strip()
    try:
        cookie = connecter(
            domain,
            identifiant,
            mot_de_passe,
            adresse=address(request),
            duree_s=reglages.session_duree_s,
            freins=cast(Freins, request.app.state.freins),
            app=app,
        )
    except (ConnexionRefusee, TropDEssais) as refus:
        statut = 429 if isinstance(refus, TropDEssais) else 401
        page = _form(request, app, suite, domain=domain, identifiant=identifiant, refus=str(refus))
        page.status_code = statut
        return page
    if COOKIE in request.cookies:
        app.sessions.fermer(clean(request.cookies[COOKIE]))
    reponse = RedirectResponse(_inside(suite), 303)
    reponse.set_cookie(
        COOKIE,
        cookie,
        max_age=reglages.session_duree_s,
        httponly=True,
        samesite="lax",
        secure=is_tls(request.scope, reglages),
        path="/",
    )
    return reponse


@router.post("/deconnexion")
def sign_out(request: Request, moi: Moi, app: App) -> Response:
    app.sessions.fermer(request.cookies[COOKIE])
    revoquer_cles_essai(moi.domain, moi.identifiant, app)
    app.audit.noter(moi.domain, moi.identifiant, "session.fermeture")
    reponse = RedirectResponse(f"{PREFIXE}/connexion", 303)
    reponse.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return reponse


def _form(
    request: Request, app: Ports, suite: str, *, domain: str = "", identifiant: str = "", refus: str = ""
) -> Response:
    """``oidc``: where the identity provider is asked, by a link (the CSP keeps forms on this host); empty without one."""
    oidc = "" if app.oidc is None else f"{PREFIXE_V1}/sessions/oidc?{urlencode({'retour': _inside(suite)})}"
    return render(
        request, "connexion.html", suite=suite, domain=domain, identifiant=identifiant, refus=refus, oidc=oidc
    )


def _inside(suite: str) -> str:
    """Where to go next: a page of ours, never an address given by someone else."""
    propre = suite.startswith(f"{PREFIXE}/") and "\\" not in suite and "//" not in suite and suite.isprintable()
    return suite if propre and "/connexion" not in suite else PREFIXE
