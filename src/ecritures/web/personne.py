"""Who looks at the page: the session of a person, their rights, and the token that a form of ours alone can send back."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from ecritures.api.access import COOKIE, CSRF_HEADER, SURES, App, Reglages, csrf_token, find_dossier
from ecritures.api.body import clean
from ecritures.api.refusals import csrf_invalid, session_invalid
from ecritures.domain.errors import RoleInsuffisant
from ecritures.imports.ports import Acces, Dossier

CHAMP_CSRF = "csrf"
"""Hidden field of the forms; htmx sends the header instead."""


@dataclass(frozen=True)
class Personne:
    """The signed-in person. ``acces`` is what the functions shared with the API ask for."""

    acces: Acces
    csrf: str

    @property
    def domain(self) -> str:
        return self.acces.domain

    @property
    def identifiant(self) -> str:
        return self.acces.cle

    @property
    def role(self) -> str:
        return self.acces.role

    @property
    def peut_ecrire(self) -> bool:
        return self.role != "lecture"

    @property
    def est_administrateur(self) -> bool:
        return self.role == "administrateur"


def signed_in(request: Request, app: App, reglages: Reglages) -> Personne | None:
    """The person of the cookie; None when there is none, or it is over."""
    cookie = clean(request.cookies.get(COOKIE, ""))[:512]
    session = app.sessions.lire(cookie, inactivite_s=reglages.session_inactivite_s) if cookie else None
    if session is None:
        return None
    request.state.domain, request.state.acteur = session.domain, session.identifiant
    acces = Acces(session.domain, session.identifiant, est_avancee=True, role=session.role, est_session=True)
    return Personne(acces, csrf_token(cookie))


async def person(request: Request, connu: Annotated[Personne | None, Depends(signed_in)]) -> Personne:
    """Every page but sign-in. Raises KeyRefusal (the page of errors sends to sign-in); on a method that writes, HttpRefusal
    unless the form, or htmx, sends the token back, and RoleInsuffisant for the role « lecture »."""
    if connu is None:
        raise session_invalid()
    request.state.personne = connu
    if request.method not in SURES:
        await _verify_token(request, connu)
    return connu


async def writer(connu: Annotated[Personne, Depends(person)]) -> Personne:
    """Acts that change books or imports. Raises RoleInsuffisant for the role « lecture »."""
    if not connu.peut_ecrire:
        raise RoleInsuffisant(connu.identifiant, connu.role, "collaborateur")
    return connu


async def administrator(connu: Annotated[Personne, Depends(person)]) -> Personne:
    """Pages and acts of the firm. Raises RoleInsuffisant."""
    if not connu.est_administrateur:
        raise RoleInsuffisant(connu.identifiant, connu.role, "administrateur")
    return connu


Moi = Annotated[Personne, Depends(person)]
MoiQuiEcris = Annotated[Personne, Depends(writer)]
MoiAdministrateur = Annotated[Personne, Depends(administrator)]


def dossier_of_path(code: str, moi: Moi, app: App) -> Dossier:
    """The dossier of ``/dossiers/{code}``. Raises DossierInconnu, another firm's included."""
    return find_dossier(clean(code)[:100], moi.acces, app)


DossierDuChemin = Annotated[Dossier, Depends(dossier_of_path)]


async def _verify_token(request: Request, connu: Personne) -> None:
    recu = request.headers.get(CSRF_HEADER)
    if recu is None:
        champ = (await request.form()).get(CHAMP_CSRF)
        recu = champ if isinstance(champ, str) else ""
    if not hmac.compare_digest(recu.encode("utf-8", "replace"), connu.csrf.encode()):
        raise csrf_invalid()
