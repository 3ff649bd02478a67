"""One spelling of the dialect's addresses: any case, with or without the prefix, becomes the declared path (loop-api 19-1)."""

from __future__ import annotations

from urllib.parse import quote

from starlette.types import ASGIApp, Receive, Scope, Send

from ecritures.api.reglages import PREFIXE_LOOP
from ecritures.domain.ressources import RESSOURCES

ROUTES: tuple[str, ...] = (
    "getFileUrlDeposit",
    "importTra",
    "importFEC",
    "importPerso",
    "importJson",
    "getImportStatus",
    "annulerImport",
)
ROUTES += tuple(ressource.route for ressource in RESSOURCES)
DEPOT = "depot"
_CANONICAL = {route.lower(): route for route in ROUTES} | {
    "getstatus": "getImportStatus",
    "etablissement": "etablissementComplet",
}


def canonical_path(path: str) -> str:
    """The declared path of a request of the dialect; any other path unchanged."""
    segments = path.split("/")[1:]
    if segments and segments[0].lower() == PREFIXE_LOOP[1:]:
        segments = segments[1:]
    if len(segments) > 1 and segments[-1] == "":
        segments = segments[:-1]  # one final slash changes nothing
    if len(segments) == 1 and segments[0].lower() in _CANONICAL:
        return f"{PREFIXE_LOOP}/{_CANONICAL[segments[0].lower()]}"
    if len(segments) > 1 and segments[0].lower() == DEPOT:
        return "/".join((PREFIXE_LOOP, DEPOT, *segments[1:]))
    return path


class CanonicalPaths:
    """Pure ASGI; changes the scope in place, so that the log sees the route that was found."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (canonical := canonical_path(scope["path"])) != scope["path"]:
            scope["path"] = canonical
            scope["raw_path"] = quote(canonical).encode()
        await self._app(scope, receive, send)
