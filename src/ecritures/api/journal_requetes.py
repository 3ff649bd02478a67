"""Keeps each key's own requests for the log of requests. Innermost: it sees bodies before they are compressed, and costs an
answer nothing but a line put in a queue. A request whose keys were refused is nobody's, and is not kept."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecritures.api.reglages import PREFIXE_LOOP, PREFIXE_V1
from ecritures.imports.horloge import maintenant
from ecritures.imports.ports import Ports
from ecritures.imports.requetes import CORPS_OCTETS_MAX, Requete, mask

SANS_CORPS = re.compile(
    r"/(?:cles|abonnements|invitations?|sessions?|webhooks|depot|preflight|imports|televersements)(?:/|$)"
)
"""Routes whose bodies hold secrets or files: nothing of them is kept."""


class JournalRequetes:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith((PREFIXE_LOOP, PREFIXE_V1)):
            await self._app(scope, receive, send)
            return
        recu, rendu, statut = bytearray(), bytearray(), 500
        instant, debut = maintenant(), time.perf_counter()
        garde = SANS_CORPS.search(scope["path"]) is None

        async def read() -> Message:
            message = await receive()
            if garde and len(recu) <= CORPS_OCTETS_MAX:
                recu.extend(message.get("body", b"")[: CORPS_OCTETS_MAX + 1])
            return message

        async def write(message: Message) -> None:
            nonlocal statut
            if message["type"] == "http.response.start":
                statut = message["status"]
            elif len(rendu) <= CORPS_OCTETS_MAX:
                rendu.extend(message.get("body", b"")[: CORPS_OCTETS_MAX + 1])
            await send(message)

        try:
            await self._app(scope, read, write)
        finally:
            _note(scope, instant, time.perf_counter() - debut, statut, bytes(recu), bytes(rendu))


def _note(scope: Scope, instant: datetime, duree_s: float, statut: int, recu: bytes, rendu: bytes) -> None:
    etat = scope.get("state", {})
    domain, acteur = etat.get("domain"), etat.get("acteur")
    if domain is None or acteur is None:
        return
    route = getattr(scope.get("route"), "path_format", None) or "inconnue"
    est_refus = statut >= 400 or rendu.startswith(b'{"error":')  # what is granted may hold a secret: it is not kept
    ports = cast(Ports, scope["app"].state.ports)
    ports.requetes.noter(
        Requete(
            domain,
            acteur,
            instant,
            scope["method"],
            route,
            statut,
            round(duree_s * 1000),
            mask(recu),
            mask(rendu) if est_refus else None,
        )
    )
