"""Files of the pages: ours and the vendored ones, from this host alone. Their address holds their hash, so they never grow old."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE

router = APIRouter(prefix=PREFIXE)

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
UN_AN_S = 31_536_000


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    """Name below ``statique`` → bytes and hash. Read once; what is not listed here cannot be asked for."""
    trouves: dict[str, tuple[bytes, str]] = {}
    racine = resources.files("ecritures.web").joinpath("statique")
    a_lire = [("", racine)]
    while a_lire:
        chemin, dossier = a_lire.pop()
        for element in dossier.iterdir():
            nom = f"{chemin}{element.name}"
            if element.is_dir():
                a_lire.append((f"{nom}/", element))
            elif any(nom.endswith(fin) for fin in TYPES):
                octets = element.read_bytes()
                trouves[nom] = (octets, hashlib.sha256(octets).hexdigest()[:16])
    return trouves


def address_of(nom: str) -> str:
    """The address of a file of ``statique``. KeyError: a template names a file that does not exist."""
    return f"{PREFIXE}/statique/{nom}?v={_files()[nom][1]}"


@router.get("/statique/{nom:path}")
def read(nom: str, v: str = "") -> Response:
    if nom not in _files():
        raise HTTPException(404)
    octets, empreinte = _files()[nom]
    duree = f"public, max-age={UN_AN_S}, immutable" if v == empreinte else "no-cache"
    return Response(
        octets, media_type=TYPES[nom[nom.rindex(".") :]], headers={"cache-control": duree, "etag": f'"{empreinte}"'}
    )
