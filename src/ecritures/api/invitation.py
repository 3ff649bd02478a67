"""The address of an invitation link. The page is one of the screens; the token stays after the ``#``, which browsers keep when
they follow, and send to no server."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from ecritures.api.reglages import PREFIXE_PAGES

router = APIRouter(include_in_schema=False)


@router.get("/invitation")
def invitation() -> Response:
    return RedirectResponse(
        f"{PREFIXE_PAGES}/invitation", 303, headers={"referrer-policy": "no-referrer", "cache-control": "no-store"}
    )
