"""Files given to save: never opened by the browser, never kept by it, under a name that cannot be taken for a header."""

from __future__ import annotations

import re
from urllib.parse import quote

from fastapi.responses import Response

from ecritures.api.body import clean

TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_HORS_ASCII = re.compile(r"[^A-Za-z0-9._ -]")


def save_as(nom: str, octets: bytes, type_: str = "application/octet-stream") -> Response:
    """``nom`` may come from a file: its two forms are those of RFC 6266, and no browser runs what is inside."""
    propre = clean(nom).strip() or "fichier"
    simple = _HORS_ASCII.sub("_", propre)[:150]
    return Response(
        octets,
        media_type=type_,
        headers={
            "content-disposition": f"attachment; filename=\"{simple}\"; filename*=UTF-8''{quote(propre, safe='')}",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "cache-control": "no-store",
        },
    )
