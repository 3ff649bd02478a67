"""Keeps the requests of a sandbox apart from its resets: those under way end first, those that come wait. Added to the
sandbox's server only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from ecritures.api.pannes import PREFIXE_BAC
from ecritures.api.reglages import is_page
from ecritures.imports.bac_a_sable import Verrou

REMISE = f"{PREFIXE_BAC}/remise-a-zero"
INTERROGATION_S = 0.02


class RemisesAPart:
    def __init__(self, app: ASGIApp, verrou: Verrou) -> None:
        self._app, self._verrou = app, verrou

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == REMISE or _only_shows(scope):
            await self._app(scope, receive, send)
            return
        lacher = await self._begin()
        try:
            await self._app(scope, receive, send)
        finally:
            lacher()

    async def _begin(self) -> Callable[[], None]:
        while (lacher := self._verrou.essayer()) is None:
            await asyncio.sleep(INTERROGATION_S)
        return lacher


def _only_shows(scope: Scope) -> bool:
    """A page that is read: some stay open for minutes to tell what is new, and would hold a reset back."""
    return scope["method"] in ("GET", "HEAD") and is_page(scope["path"])
