"""The HTTP application: both APIs over the ports. main gives the ports and the settings, and may add pages to the result."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from ecritures.api import errors, openapi
from ecritures.api.envelope import Envelope
from ecritures.api.loop import depot
from ecritures.api.loop import routes as loop
from ecritures.api.loop.paths import CanonicalPaths
from ecritures.api.reglages import DepotSigne, ReglagesApi
from ecritures.api.v1 import ROUTERS
from ecritures.api.v1.preflight import Turns
from ecritures.imports.ports import Ports

__all__ = ["ReglagesApi", "create_app"]

GZIP_TAILLE_OCTETS_MIN = 1000
"""Below, a compressed answer is hardly smaller and costs both ends their time."""


def create_app(app: Ports, reglages: ReglagesApi) -> FastAPI:
    """Both APIs, their errors, their headers and their OpenAPI document. No page is served from another host."""
    api = FastAPI(title=openapi.TITLE, version=reglages.version, docs_url=None, redoc_url=None, redirect_slashes=False)
    api.state.ports, api.state.reglages = app, reglages
    api.state.preflights = Turns(reglages.preflights_simultanes)
    for router in (loop.router, *([depot.router] if isinstance(app.depots, DepotSigne) else []), *ROUTERS):
        api.include_router(router)
    errors.install(api)
    openapi.install(api, reglages.base_url)
    api.add_middleware(CanonicalPaths)  # the last added is the outermost
    api.add_middleware(GZipMiddleware, minimum_size=GZIP_TAILLE_OCTETS_MIN, compresslevel=6)
    api.add_middleware(Envelope, reglages=reglages)
    return api
