"""Around every request: its id, the common headers, one log event, one measure, and a clean answer when we break.

Pure ASGI, outermost. The log names the route's template, never the query string, a header or a body.
"""

from __future__ import annotations

import time
from uuid import uuid4

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecritures.api.errors import server_error
from ecritures.api.reglages import PREFIXE_LOOP, PREFIXE_V1, ReglagesApi
from ecritures.imports.incidents import trace

HSTS = "max-age=15724800; includeSubDomains"
LOG = structlog.get_logger("ecritures.api")

REQUETES = Counter("ecritures_http_requetes_total", "Requêtes HTTP", ["methode", "route", "statut"])
DUREE = Histogram("ecritures_http_duree_secondes", "Durée des requêtes HTTP", ["methode", "route"])
_METHODES = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Envelope:
    def __init__(self, app: ASGIApp, reglages: ReglagesApi) -> None:
        self._app = app
        self._reglages = reglages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        requete, debut, statut = uuid4(), time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal statut
            if message["type"] == "http.response.start":
                statut = message["status"]
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                headers["request-id"], headers["x-request-id"] = str(requete), requete.hex
                if "accept-encoding" not in headers.get("vary", "").lower():
                    headers.add_vary_header("Accept-Encoding")
                if is_tls(scope, self._reglages):
                    headers["strict-transport-security"] = HSTS
                if scope["path"].startswith((PREFIXE_LOOP, PREFIXE_V1)):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        with structlog.contextvars.bound_contextvars(requete=str(requete)):
            try:
                await self._app(scope, receive, send_with_headers)
            except Exception as erreur:
                LOG.error(
                    "http.incident",
                    methode=scope["method"],
                    route=_template(scope),
                    erreur=type(erreur).__name__,
                    trace=trace(erreur),
                )
                if statut:  # the answer has begun: the server cuts the connection, the client sees it is incomplete
                    raise
                answer = server_error(scope["path"], str(requete), self._reglages)
                await answer(scope, receive, send_with_headers)
            finally:
                self._account(scope, statut, time.perf_counter() - debut)

    def _account(self, scope: Scope, statut: int, duree_s: float) -> None:
        route = _template(scope, statut)
        methode = scope["method"] if scope["method"] in _METHODES else "AUTRE"
        REQUETES.labels(methode, route, str(statut)).inc()
        DUREE.labels(methode, route).observe(duree_s)
        LOG.info(
            "http.requete",
            methode=methode,
            route=route,
            statut=statut,
            duree_ms=round(duree_s * 1000, 1),
            domain=scope["state"].get("domain"),
        )


def is_tls(scope: Scope, reglages: ReglagesApi) -> bool:
    """True when the client came over TLS, to us or to our own proxy."""
    if reglages.mandataire_de_confiance:
        for nom, valeur in scope["headers"]:
            if nom == b"x-forwarded-proto":
                return bool(valeur.split(b",")[0].strip().lower() == b"https")
    return bool(scope.get("scheme") == "https")


def _template(scope: Scope, statut: int = 404) -> str:
    """The route as declared (``/api/v1/dossiers/{codeIbs}``), never the path asked for: « inconnue » when there is none."""
    route = scope.get("route")
    declaree = getattr(route, "path_format", None) or getattr(route, "path", None)
    return str(declaree or ("inconnue" if statut == 404 else "autre"))
