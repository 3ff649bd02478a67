"""Who calls: both keys, or in ``v1`` the session of a person, before anything else of the request is read."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated, cast

from fastapi import Depends, Request

from ecritures.api.limites import Debits
from ecritures.api.refusals import (
    apikey_invalid,
    apikey_missing,
    csrf_invalid,
    session_invalid,
    subscription_invalid,
    subscription_missing,
    too_many_requests,
)
from ecritures.api.reglages import PREFIXE_LOOP, PREFIXE_V1, ReglagesApi
from ecritures.domain.errors import CleStandard, RoleInsuffisant
from ecritures.imports.ports import Acces, Dossier, Ports
from ecritures.imports.receive import resolve_dossier

SUBSCRIPTION_HEADER = "Ocp-Apim-Subscription-Key"
APIKEY_HEADER = "x-apikey"
BOTH_KEYS: list[dict[str, list[str]]] = [{"Subscription key": [], "API key": []}]
"""OpenAPI security: the two names in one object mean both; two objects would mean either."""
KEYS_OR_SESSION: list[dict[str, list[str]]] = [*BOTH_KEYS, {"Session": []}]

COOKIE = "ecritures_session"
CSRF_HEADER = "x-csrf-token"
SURES = frozenset({"GET", "HEAD", "OPTIONS"})
LISENT_PAR_POST = frozenset({f"{PREFIXE_V1}/dossiers/{{codeIbs}}/preflight"})
"""Routes that keep nothing although their method says so: the role « lecture » has them."""
A_SOI = frozenset({f"{PREFIXE_V1}/session", f"{PREFIXE_V1}/sessions", f"{PREFIXE_V1}/session/mot-de-passe"})
"""Routes by which people deal with their own session, whatever their role."""
ECRIVENT_PAR_GET = frozenset({f"{PREFIXE_LOOP}/getFileUrlDeposit"})
"""It opens a place to write to: the role « lecture » has no use for one."""


def get_ports(request: Request) -> Ports:
    return cast(Ports, request.app.state.ports)


def get_reglages(request: Request) -> ReglagesApi:
    return cast(ReglagesApi, request.app.state.reglages)


async def _ports(request: Request) -> Ports:
    return get_ports(request)


async def _reglages(request: Request) -> ReglagesApi:
    return get_reglages(request)


# coroutines, for FastAPI runs any other dependency in a thread: a way there and back a request, to read an attribute
App = Annotated[Ports, Depends(_ports)]
Reglages = Annotated[ReglagesApi, Depends(_reglages)]


def authenticate(request: Request, app: App) -> Acces:
    """The firm and the rights behind the two keys, or behind the session; once a request, however often it is asked. Raises
    KeyRefusal (says which key is wrong, never why), RateRefusal."""
    connu: Acces | None = getattr(request.state, "acces", None)  # api/idempotence asks before the route does
    if connu is not None:
        return connu
    acces = _session(request, app) if _comes_with_session(request) else _keys(request, app)
    request.state.domain, request.state.acteur = acces.domain, acces.cle
    reglages = get_reglages(request)
    limite = reglages.requetes_minute_max if acces.limite_minute is None else acces.limite_minute
    if limite and (attente_s := cast(Debits, request.app.state.debits).prendre(f"{acces.domain}/{acces.cle}", limite)):
        raise too_many_requests(attente_s)
    request.state.acces = acces
    return acces


def identify(request: Request, app: App) -> Acces:
    """As ``authenticate``, and RoleInsuffisant for the role « lecture » on a route that writes."""
    acces = authenticate(request, app)
    if acces.role == "lecture" and _writes(request):
        raise RoleInsuffisant(acces.cle, acces.role, "collaborateur")
    return acces


Appelant = Annotated[Acces, Depends(identify)]


def of_firm(acces: Appelant) -> Acces:
    """Routes of the firm, read: an Advanced key or a person. Raises CleStandard."""
    if not acces.est_avancee:
        raise CleStandard
    return acces


def administrator(acces: Annotated[Acces, Depends(of_firm)]) -> Acces:
    """Routes that change the firm, its people or its keys. Raises CleStandard, RoleInsuffisant."""
    if acces.role != "administrateur":
        raise RoleInsuffisant(acces.cle, acces.role, "administrateur")
    return acces


DuCabinet = Annotated[Acces, Depends(of_firm)]
Administrateur = Annotated[Acces, Depends(administrator)]


def csrf_token(cookie: str) -> str:
    """What a page sends back in ``x-csrf-token``: only who knows the cookie can make it, and no other site does."""
    return hashlib.sha256(f"csrf\0{cookie}".encode()).hexdigest()


def address(request: Request) -> str:
    """Where the request comes from. Behind our own proxy, what it added: the last of X-Forwarded-For."""
    if get_reglages(request).mandataire_de_confiance:
        derniere = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        if derniere:
            return derniere[:64]
    return request.client.host if request.client else ""


def _keys(request: Request, app: Ports) -> Acces:
    abonnement = request.headers.get(SUBSCRIPTION_HEADER, "").strip()
    if not abonnement:
        raise subscription_missing()
    apikey = request.headers.get(APIKEY_HEADER, "").strip()
    lisible = apikey if _is_plain(apikey) else ""  # no key is empty
    souscrit, acces = app.cles.identifier_paire(abonnement, lisible) if _is_plain(abonnement) else (None, None)
    if souscrit is None:
        raise subscription_invalid()
    if not apikey:
        raise apikey_missing()
    if acces is None or souscrit.domain not in (None, acces.domain):
        raise apikey_invalid()
    return acces


def _comes_with_session(request: Request) -> bool:
    """Keys come first: a program that sends them is not judged by a cookie that its library kept."""
    return (
        COOKIE in request.cookies
        and str(request.scope["path"]).startswith(PREFIXE_V1)
        and SUBSCRIPTION_HEADER not in request.headers
        and APIKEY_HEADER not in request.headers
    )


def _session(request: Request, app: Ports) -> Acces:
    cookie = request.cookies[COOKIE]
    reglages = get_reglages(request)
    session = app.sessions.lire(cookie, inactivite_s=reglages.session_inactivite_s) if _is_plain(cookie) else None
    if session is None:
        raise session_invalid()
    recu = request.headers.get(CSRF_HEADER, "")
    if request.method not in SURES and not hmac.compare_digest(recu.encode(), csrf_token(cookie).encode()):
        raise csrf_invalid()
    return Acces(session.domain, session.identifiant, est_avancee=True, role=session.role, est_session=True)


def _writes(request: Request) -> bool:
    route = getattr(request.scope.get("route"), "path_format", "")
    if request.method in SURES:
        return route in ECRIVENT_PAR_GET
    return route not in LISENT_PAR_POST | A_SOI


def find_dossier(code_ibs: str, acces: Acces, app: Ports) -> Dossier:
    """The firm's dossier of that code, when the key may touch it. Raises DossierInconnu, AccesRefuse."""
    return resolve_dossier(acces.domain, code_ibs, acces.cle, acces.dossiers_permis, app)


def may_see(acces: Acces, domain: str, dossier: int) -> bool:
    """False makes an object look as if it did not exist."""
    return domain == acces.domain and (acces.dossiers_permis is None or dossier in acces.dossiers_permis)


def _is_plain(cle: str) -> bool:
    """Keys are printable ASCII; anything else is not worth a look in the database."""
    return cle.isascii() and cle.isprintable() and len(cle) <= 512
