"""Bodies: read in bounded memory, and a JSON object whatever Content-Type announces it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from ecritures.api.refusals import body_too_large, body_unreadable


@dataclass(frozen=True)
class JsonObject:
    """A JSON object as its pairs: a key written twice keeps both values."""

    pairs: tuple[tuple[str, Any], ...]


def clean(texte: str) -> str:
    """The text with what no database or answer can hold (NUL, lone surrogates) made visible as U+FFFD."""
    return texte.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def bounded(receive: Receive, taille_octets_max: int) -> Receive:
    """The same stream, which raises HttpRefusal 413 at the first byte too many, declared or not."""
    recus = 0

    async def read() -> Message:
        nonlocal recus
        message = await receive()
        recus += len(message.get("body", b""))
        if recus > taille_octets_max:
            raise body_too_large(taille_octets_max)
        return message

    return read


def refuse_declared(request: Request, taille_octets_max: int) -> None:
    """Raises HttpRefusal 413 when the announced length is already too much: nothing is read then."""
    annonce = request.headers.get("content-length", "")
    if annonce.isascii() and annonce.isdigit() and int(annonce[:20]) > taille_octets_max:
        raise body_too_large(taille_octets_max)


async def chunks(request: Request, taille_octets_max: int) -> AsyncIterator[bytes]:
    """The body by chunks. Raises HttpRefusal 413, or 400 when the client goes away half-way."""
    refuse_declared(request, taille_octets_max)
    borne = Request(request.scope, bounded(request.receive, taille_octets_max))
    try:
        async for morceau in borne.stream():
            if morceau:
                yield morceau
    except ClientDisconnect as erreur:
        raise body_unreadable("l'envoi a été interrompu.") from erreur


async def read_bytes(request: Request, taille_octets_max: int) -> bytes:
    return b"".join([morceau async for morceau in chunks(request, taille_octets_max)])


def parse_object(octets: bytes) -> JsonObject:
    """The JSON object of a body. Raises HttpRefusal 400 for anything else; never another exception."""
    if not octets.strip():
        raise body_unreadable("il est vide, un objet JSON est attendu.")
    try:
        valeur = json.loads(octets, object_pairs_hook=lambda paires: JsonObject(tuple(paires)), parse_constant=_refuse)
    except (ValueError, RecursionError) as erreur:  # UnicodeDecodeError and over-long integers are ValueErrors
        raise body_unreadable("ce n'est pas du JSON en UTF-8.") from erreur
    if not isinstance(valeur, JsonObject):
        raise body_unreadable("un objet JSON est attendu.")
    return valeur


def _refuse(constante: str) -> NoReturn:
    raise ValueError(constante)  # NaN and Infinity are not JSON
