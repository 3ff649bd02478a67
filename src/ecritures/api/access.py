"""Who calls: both keys, always, before anything else of the request is read."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request

from ecritures.api.refusals import apikey_invalid, apikey_missing, subscription_invalid, subscription_missing
from ecritures.api.reglages import ReglagesApi
from ecritures.imports.ports import Acces, Dossier, Ports
from ecritures.imports.receive import resolve_dossier

SUBSCRIPTION_HEADER = "Ocp-Apim-Subscription-Key"
APIKEY_HEADER = "x-apikey"
BOTH_KEYS: list[dict[str, list[str]]] = [{"Subscription key": [], "API key": []}]
"""OpenAPI security: the two names in one object mean both; two objects would mean either."""


def get_ports(request: Request) -> Ports:
    return cast(Ports, request.app.state.ports)


def get_reglages(request: Request) -> ReglagesApi:
    return cast(ReglagesApi, request.app.state.reglages)


App = Annotated[Ports, Depends(get_ports)]
Reglages = Annotated[ReglagesApi, Depends(get_reglages)]


def identify(request: Request, app: App) -> Acces:
    """The firm behind the two keys. Raises KeyRefusal; says which key is wrong, never why."""
    abonnement = request.headers.get(SUBSCRIPTION_HEADER, "").strip()
    if not abonnement:
        raise subscription_missing()
    if not _is_plain(abonnement) or not app.cles.abonnement_valide(abonnement):
        raise subscription_invalid()
    apikey = request.headers.get(APIKEY_HEADER, "").strip()
    if not apikey:
        raise apikey_missing()
    acces = app.cles.identifier(apikey) if _is_plain(apikey) else None
    if acces is None:
        raise apikey_invalid()
    request.state.domain = acces.domain
    return acces


Appelant = Annotated[Acces, Depends(identify)]


def find_dossier(code_ibs: str, acces: Acces, app: Ports) -> Dossier:
    """The firm's dossier of that code, when the key may touch it. Raises DossierInconnu, AccesRefuse."""
    return resolve_dossier(acces.domain, code_ibs, acces.cle, acces.dossiers_permis, app)


def may_see(acces: Acces, domain: str, dossier: int) -> bool:
    """False makes an object look as if it did not exist."""
    return domain == acces.domain and (acces.dossiers_permis is None or dossier in acces.dossiers_permis)


def _is_plain(cle: str) -> bool:
    """Keys are printable ASCII; anything else is not worth a look in the database."""
    return cle.isascii() and cle.isprintable() and len(cle) <= 512
