"""``Idempotency-Key``: the same POST sent again gets the answer of the first one, and is executed once.

Pure ASGI, inside the canonical paths (two spellings of an address are one), outside the routes, which know nothing of it. The
caller is identified first: nobody is given another's answer. A body is spooled to disk while it is hashed.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecritures.api import errors
from ecritures.api.access import authenticate, get_ports
from ecritures.api.refusals import HttpRefusal, body_too_large
from ecritures.api.reglages import PREFIXE_LOOP, PREFIXE_V1
from ecritures.domain.errors import CleIdempotenceInvalide, DemandeEnCours, Refus, ReponseNonGardee
from ecritures.imports.idempotence import BAIL_S, SOUS_RESERVATION, CleRequete, Idempotence, ReponseGardee, Sort
from ecritures.imports.limits import Limits

HEADER = "idempotency-key"
REPLAYED = "idempotent-replayed"

ATTENTE_MAX_S = 30.0
"""Longest wait for the answer of an identical request: usual clients give up after that."""
ATTENTE_INITIALE_S, ATTENTE_PAS_MAX_S = 0.03, 0.5
REPONSE_OCTETS_MAX = 1 << 20
"""A longer answer is given and not kept: sent again, the request is executed again."""
ENVELOPPE_OCTETS = 64 << 10
MEMOIRE_OCTETS_MAX = 1 << 20
MORCEAU_OCTETS = 256 << 10

PASSAGERS = frozenset({401, 408, 429})
"""Not the request's answer but the moment's; neither is any 5xx."""
SECRETES = re.compile(r"/(?:cles|abonnements|invitations|webhooks|sessions?)(?:/|$)")
"""Addresses whose answer may hold a secret shown once: it is kept nowhere in clear, nor here."""
_CLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
_GARDES = ("content-type", "location")
_BOUNDARY = re.compile(rb'boundary="?([^";,]{1,70})"?', re.IGNORECASE)


class IdempotentPosts:
    def __init__(self, app: ASGIApp, duree_s: int) -> None:
        self._app, self._duree_s = app, duree_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not _is_api(scope["path"]):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        valeurs = request.headers.getlist(HEADER)
        if not valeurs:
            await self._app(scope, receive, send)
            return
        try:
            acces = await run_in_threadpool(authenticate, request, get_ports(request))
        except (HttpRefusal, Refus):  # the route refuses it in its own order and words
            await self._app(scope, receive, send)
            return
        scope["state"]["acces"] = acces  # counted once against the rate, though asked for twice
        try:
            if len(valeurs) > 1 or not _CLE.fullmatch(valeurs[0]):
                raise CleIdempotenceInvalide
            acteur = f"{'session' if acces.est_session else 'cle'}/{acces.domain}/{acces.cle}"
            cle = CleRequete(acteur, hashlib.sha256(valeurs[0].encode()).hexdigest())
            with SpooledTemporaryFile(max_size=MEMOIRE_OCTETS_MAX) as corps:
                if not await _spool(receive, corps, _bound(get_ports(request).limits)):
                    return  # the client is gone
                await self._serve(request, cle, corps, send)
        except (HttpRefusal, Refus) as refus:
            await errors.refusal(request, refus)(scope, receive, send)

    async def _serve(self, request: Request, cle: CleRequete, corps: IO[bytes], send: Send) -> None:
        """Replays, waits or executes, until there is an answer. Raises CleIdempotenceReutilisee, DemandeEnCours."""
        registre = get_ports(request).idempotence
        empreinte = await run_in_threadpool(fingerprint, request.scope, corps)
        route = f"POST {request.scope['path']}"[:200]
        horloge, pas = asyncio.get_running_loop(), ATTENTE_INITIALE_S
        fin = horloge.time() + ATTENTE_MAX_S
        while True:
            reservation = await run_in_threadpool(registre.reserver, cle, route, empreinte, self._duree_s)
            if reservation.reponse is not None:
                await _replayed(reservation.reponse)(request.scope, request.receive, send)
                return
            if reservation.sort is Sort.EXECUTER:
                await self._execute(request, cle, corps, registre, send)
                return
            while await run_in_threadpool(registre.lire, cle) is Sort.ATTENDRE:
                if horloge.time() > fin:
                    raise DemandeEnCours
                await asyncio.sleep(pas)
                pas = min(2 * pas, ATTENTE_PAS_MAX_S)

    async def _execute(
        self, request: Request, cle: CleRequete, corps: IO[bytes], registre: Idempotence, send: Send
    ) -> None:
        answer = Captured(send)
        jeton = SOUS_RESERVATION.set(cle)
        vie = asyncio.create_task(_keep_alive(registre, cle))
        gardee = None
        try:
            await self._app(request.scope, _replay_body(corps, request.receive), answer.take)
            gardee = answer.kept(SECRETES.search(request.scope["path"]) is not None)
        finally:
            SOUS_RESERVATION.reset(jeton)
            vie.cancel()
            with suppress(asyncio.CancelledError):
                await vie
            # kept before it is sent: whoever received it can have it again
            await run_in_threadpool(registre.achever, cle, gardee) if gardee else await run_in_threadpool(
                registre.liberer, cle
            )
        await answer.flush()


class Captured:
    """The messages of an answer, held back until it is kept. One too long to keep goes through as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: list[Message] = []
        self._taille, self._passe = 0, False

    async def take(self, message: Message) -> None:
        self._messages.append(message)
        self._taille += len(message.get("body", b""))
        if self._passe or self._taille > REPONSE_OCTETS_MAX:
            self._passe = True
            await self.flush()

    async def flush(self) -> None:
        messages, self._messages = self._messages, []
        for message in messages:
            await self._send(message)

    def kept(self, est_secrete: bool) -> ReponseGardee | None:
        """What to keep of it; None: nothing (too long, unfinished, or not an answer to the request itself)."""
        if self._passe or len(self._messages) < 2 or self._messages[-1].get("more_body"):
            return None
        debut = self._messages[0]
        statut = int(debut["status"])
        if statut in PASSAGERS or statut >= 500:
            return None
        entetes = {nom.decode("latin-1").lower(): valeur.decode("latin-1") for nom, valeur in debut["headers"]}
        octets = b"".join(m.get("body", b"") for m in self._messages[1:])
        if est_secrete and statut < 300 and octets:
            return ReponseGardee(statut, None)
        try:
            texte = octets.decode()
        except UnicodeDecodeError:
            return None  # a file: not an answer of these APIs
        return ReponseGardee(statut, texte, {nom: entetes[nom] for nom in _GARDES if nom in entetes})


def fingerprint(scope: Scope, corps: IO[bytes]) -> str:
    """SHA-256 of method, path, query and body. The boundary of a form is drawn anew by each client: it is left out."""
    somme = hashlib.sha256()
    for morceau in (scope["method"].encode(), scope["path"].encode(), scope["query_string"]):
        somme.update(morceau + b"\0")
    boundary = _boundary(scope)
    reste = b""
    for morceau in _blocks(corps):
        if boundary:
            morceau = (reste + morceau).replace(boundary, b"")
            garde = len(boundary) - 1
            reste, morceau = morceau[-garde:], morceau[:-garde]
        somme.update(morceau)
    somme.update(reste)
    return somme.hexdigest()


def _boundary(scope: Scope) -> bytes:
    for nom, valeur in scope["headers"]:
        if nom == b"content-type" and valeur.lower().startswith(b"multipart/form-data"):
            trouve = _BOUNDARY.search(valeur)
            return b"--" + trouve[1] if trouve else b""
    return b""


def _blocks(corps: IO[bytes]) -> Iterator[bytes]:
    corps.seek(0)
    while morceau := corps.read(MORCEAU_OCTETS):
        yield morceau


async def _spool(receive: Receive, corps: IO[bytes], taille_octets_max: int) -> bool:
    """The whole body is in ``corps``; False: the client went away. Raises HttpRefusal 413."""
    recus = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return False
        recus += len(message.get("body", b""))
        if recus > taille_octets_max:
            raise body_too_large(taille_octets_max)
        corps.write(message.get("body", b""))
        if not message.get("more_body"):
            return True


def _replay_body(corps: IO[bytes], receive: Receive) -> Receive:
    """The spooled body as a stream; then the connection's own messages."""
    corps.seek(0)
    fini = False

    async def read() -> MutableMapping[str, Any]:
        nonlocal fini
        if fini:
            return await receive()
        morceau = corps.read(MORCEAU_OCTETS)
        fini = len(morceau) < MORCEAU_OCTETS
        return {"type": "http.request", "body": morceau, "more_body": not fini}

    return read


async def _keep_alive(registre: Idempotence, cle: CleRequete) -> None:
    while True:
        await asyncio.sleep(BAIL_S / 3)
        await run_in_threadpool(registre.prolonger, cle)


def _replayed(reponse: ReponseGardee) -> Response:
    """The answer kept, marked. Raises ReponseNonGardee."""
    if reponse.corps is None:
        raise ReponseNonGardee
    return Response(reponse.corps.encode(), reponse.statut, {**reponse.entetes, REPLAYED: "true"})


def _bound(limits: Limits) -> int:
    """The largest body of any route: each has its own smaller bound, which still holds."""
    return max(limits.fichier_taille_octets_max, limits.corps_taille_octets_max) + ENVELOPPE_OCTETS


def _is_api(path: str) -> bool:
    return path.startswith((f"{PREFIXE_LOOP}/", f"{PREFIXE_V1}/"))
