"""Live parts of pages, by server-sent events: fragments of HTML, sent when something changed."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

PERIODE_S = 0.5
"""Between two looks at the database by one open page."""
VIE_S = 300.0
"""A stream ends after that; the browser opens another, its session checked anew."""
SILENCE_S = 15.0
"""A comment at least that often, so that no proxy takes the stream for dead."""

Regard = Callable[[Any], tuple[Any, str | None, bool]]
"""``seen → (seen now, fragment or None when nothing changed, is it over)``. Runs in a thread."""


def stream(request: Request, regard: Regard) -> StreamingResponse:
    """Looks again and again until it is over, the client is gone or the server stops. The page: ``hx-sse:connect`` and
    ``hx-sse:close="fin"`` on the part that each fragment replaces."""

    async def events() -> AsyncIterator[str]:
        vu: Any = None
        debut = dit = time.monotonic()
        while not await request.is_disconnected() and not _stopping(request):
            vu, fragment, fini = await run_in_threadpool(regard, vu)
            if fragment is not None:
                dit = time.monotonic()
                yield _event(fragment)
            if fini:
                yield _event("", nom="fin")
                break
            if time.monotonic() - debut > VIE_S:
                break
            if time.monotonic() - dit > SILENCE_S:
                dit = time.monotonic()
                yield ": \n\n"
            await asyncio.sleep(PERIODE_S)

    return StreamingResponse(
        events(), media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"}
    )


def _event(fragment: str, nom: str = "") -> str:
    """Without a name, htmx swaps the fragment in; with one, it only tells the page."""
    lignes = "".join(f"data: {ligne}\n" for ligne in fragment.splitlines() or [""])
    return f"event: {nom}\n{lignes}\n" if nom else f"{lignes}\n"


def _stopping(request: Request) -> bool:
    return cast(threading.Event, request.app.state.arret).is_set()
