"""The pages beside the two APIs, in the same HTTP application, with errors and headers of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecritures.api.body import bounded
from ecritures.api.refusals import HttpRefusal
from ecritures.api.reglages import PREFIXE_PAGES, is_page
from ecritures.domain.errors import Refus
from ecritures.web import erreurs, statique
from ecritures.web.pages import ROUTERS

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
"""``unsafe-inline`` is for styles alone: the charts and the API catalogue set them by attribute. No script is ever inline."""

ENTETES = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cache-control": "no-store",
}


FORMULAIRE_OCTETS_MAX = 1 << 20
"""A form of a page is a few fields; files go up by the API, piece by piece."""
ECHANTILLON_OCTETS_MAX = 20 << 20
"""The sample from which a model is made: its first rows are enough, a workbook is read whole."""


def mount_pages(api: FastAPI) -> None:
    """Adds the pages to the HTTP application; ``/`` leads there. They share the ports and the settings of the API."""
    for router in (*ROUTERS, statique.router):
        api.include_router(router, include_in_schema=False)
    for classe in (Refus, HttpRefusal, RequestValidationError, HTTPException):
        _answer_in_html(api, classe)
    api.state.arret = threading.Event()  # set when the server stops: live pages end their streams
    api.add_middleware(EntetesDePage)

    @api.get("/", include_in_schema=False)
    def root() -> Response:
        return RedirectResponse(PREFIXE_PAGES, 303)


def _answer_in_html(api: FastAPI, classe: type[Exception]) -> None:
    """For that kind of error: the page of errors below ``/app``, what the API had for it elsewhere."""
    autre = cast("Callable[[Request, Exception], Response]", api.exception_handlers[classe])

    def answer(request: Request, erreur: Exception) -> Response:
        return erreurs.page(request, erreur) if is_page(str(request.scope["path"])) else autre(request, erreur)

    api.add_exception_handler(classe, answer)


class EntetesDePage:
    """The headers of every page, errors included (a route may set its own before), and the bound of what is sent to one:
    forms are read before anyone is known. Pure ASGI."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for nom, valeur in ENTETES.items():
                    headers.setdefault(nom, valeur)
            await send(message)

        if scope["type"] != "http" or not is_page(scope["path"]):
            await self._app(scope, receive, send)
            return
        echantillon = scope["path"].startswith(f"{PREFIXE_PAGES}/modeles")
        borne = ECHANTILLON_OCTETS_MAX if echantillon else FORMULAIRE_OCTETS_MAX
        await self._app(scope, bounded(receive, borne), send_with_headers)
