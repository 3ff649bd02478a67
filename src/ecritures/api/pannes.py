"""Plays the planned faults of the sandbox, before anything of the request is looked at. Added to the sandbox's server only."""

from __future__ import annotations

import asyncio

from fastapi.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ecritures.api.loop.answers import error_answer, gateway_answer
from ecritures.api.loop.paths import DEPOT, canonical_path
from ecritures.api.problems import problem
from ecritures.api.reglages import PREFIXE_LOOP, PREFIXE_V1, ReglagesApi
from ecritures.domain.errors import DepotExpire
from ecritures.imports.bac_a_sable import ATTENTE, COUPURE, DEPOT_EXPIRE, Panne, Pannes

PREFIXE_BAC = f"{PREFIXE_V1}/bac-a-sable"


class Coupure(Exception):
    """Planned: the server breaks the connection in the middle of its answer."""


class PannesPrevues:
    def __init__(self, app: ASGIApp, pannes: Pannes, reglages: ReglagesApi) -> None:
        self._app, self._pannes, self._reglages = app, pannes, reglages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = canonical_path(scope["path"]) if scope["type"] == "http" else ""
        if not path.startswith((PREFIXE_LOOP, PREFIXE_V1)) or path.startswith(PREFIXE_BAC):
            await self._app(scope, receive, send)
            return
        panne = await asyncio.to_thread(self._pannes.prendre_http, _route(path))
        if panne is None:
            await self._app(scope, receive, send)
        elif panne.sorte == ATTENTE:
            await asyncio.sleep(float(panne.parametres["secondes"]))
            await self._app(scope, receive, send)
        elif panne.sorte == COUPURE:
            entetes = [(b"content-type", b"application/json"), (b"content-length", b"1000")]
            await send({"type": "http.response.start", "status": 200, "headers": entetes})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})
            raise Coupure
        else:
            await self._answer(path, panne)(scope, receive, send)

    def _answer(self, path: str, panne: Panne) -> JSONResponse:
        if panne.sorte == DEPOT_EXPIRE:
            return error_answer(403, DepotExpire().message, self._reglages)
        statut = int(panne.parametres["statut"])
        message = str(panne.parametres.get("message") or "Panne prévue par le bac à sable.")
        est_v1 = path.startswith(PREFIXE_V1)
        answer = problem(statut, "bac_a_sable.panne", message) if est_v1 else gateway_answer(statut, message)
        if statut in (429, 503):
            answer.headers["retry-after"] = str(int(panne.parametres.get("secondes") or 1))
        return answer


def _route(path: str) -> str:
    """The word by which a plan names a route: its last, or ``depot`` for an upload."""
    morceaux = path.strip("/").split("/")
    return DEPOT if len(morceaux) > 2 and morceaux[1] == DEPOT else morceaux[-1]
