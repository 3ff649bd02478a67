"""The HTTP application: both APIs over the ports. main gives the ports and the settings, and may add pages to the result."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from ecritures.api import errors, invitation, openapi
from ecritures.api.envelope import Envelope
from ecritures.api.idempotence import IdempotentPosts
from ecritures.api.journal_requetes import JournalRequetes
from ecritures.api.limites import Debits
from ecritures.api.loop import annulation, depot, json_import, listes
from ecritures.api.loop import routes as loop
from ecritures.api.loop.paths import CanonicalPaths
from ecritures.api.pannes import PannesPrevues
from ecritures.api.reglages import DepotSigne, ReglagesApi
from ecritures.api.remises import RemisesAPart
from ecritures.api.v1 import ROUTERS, bac_a_sable
from ecritures.api.v1.preflight import Turns
from ecritures.imports.bac_a_sable import BacASable
from ecritures.imports.personnes import Freins
from ecritures.imports.ports import Ports

__all__ = ["ReglagesApi", "create_app"]

GZIP_TAILLE_OCTETS_MIN = 1000
"""Below, a compressed answer is hardly smaller and costs both ends their time."""


def create_app(app: Ports, reglages: ReglagesApi, bac: BacASable | None = None) -> FastAPI:
    """Both APIs, their errors, their headers and their OpenAPI document. No page is served from another host.
    ``bac``: the sandbox; None: this is none, and its routes do not exist."""
    api = FastAPI(title=openapi.TITLE, version=reglages.version, docs_url=None, redoc_url=None, redirect_slashes=False)
    api.state.ports, api.state.reglages = app, reglages
    api.state.preflights = Turns(reglages.preflights_simultanes)
    api.state.debits, api.state.freins = Debits(), Freins()
    for router in (
        loop.router,
        json_import.router,
        annulation.router,
        listes.router,
        *([depot.router] if isinstance(app.depots, DepotSigne) else []),
        *ROUTERS,
    ):
        api.include_router(router)
    api.include_router(invitation.router)
    if bac is not None:
        api.state.bac = bac
        api.include_router(bac_a_sable.router)
    errors.install(api)
    openapi.install(api, reglages.base_url)
    api.add_middleware(IdempotentPosts, duree_s=app.limits.idempotence_duree_s)
    api.add_middleware(JournalRequetes)
    api.add_middleware(CanonicalPaths)  # the last added is the outermost; two spellings are one request
    api.add_middleware(GZipMiddleware, minimum_size=GZIP_TAILLE_OCTETS_MIN, compresslevel=6)
    if bac is not None:
        api.add_middleware(PannesPrevues, pannes=bac.pannes, reglages=reglages)
        api.add_middleware(RemisesAPart, verrou=bac.verrou)
    api.add_middleware(Envelope, reglages=reglages)
    return api
