"""Preflight: a file is read and checked as an import would, with the dossier's own settings; nothing is kept or posted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ecritures.api.access import App
from ecritures.api.body import bounded, chunks, clean, refuse_declared
from ecritures.api.refusals import body_unreadable
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models
from ecritures.api.v1.common import DuDossier, declared
from ecritures.imports.a_blanc import examine
from ecritures.imports.receive import NOM_MAX
from ecritures.imports.report import public_report

router = APIRouter(prefix=f"{PREFIXE_V1}/dossiers/{{codeIbs}}", tags=["Imports"])

CONSTATS_DEFAUT = 1000
CONSTATS_MAX = 10_000
FORMULAIRE_OCTETS = 64 << 10
"""Room for the multipart wrapping around the file."""
MEMOIRE_OCTETS_MAX = 1 << 20
"""A file being received goes to disk beyond this."""


class Turns:
    """How many files may be read and checked at once. Those who wait hold no thread, and their file is on disk."""

    def __init__(self, nombre: int) -> None:
        self._semaphore = asyncio.Semaphore(nombre)

    async def __aenter__(self) -> None:
        await self._semaphore.acquire()

    async def __aexit__(self, *_erreur: object) -> None:
        self._semaphore.release()


@dataclass(frozen=True)
class Televerse:
    nom: str
    octets: bytes


async def receive_upload(request: Request, _dossier: DuDossier, app: App) -> AsyncIterator[Televerse]:
    """The file, once the keys and the dossier are good. It waits for its turn on disk, so that a slow client takes none;
    the turn lasts until the answer."""
    async with aclosing(receive_file(request, app.limits.fichier_taille_octets_max)) as fichiers:
        async for televerse in fichiers:
            yield televerse


async def receive_file(request: Request, taille_octets_max: int) -> AsyncGenerator[Televerse, None]:
    """One file, form or raw; as a generator, so that its turn ends with the answer."""
    est_formulaire = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    fichier = await (_form_file if est_formulaire else _raw_file)(request, taille_octets_max)
    try:
        async with request.app.state.preflights:
            await fichier.seek(0)
            yield Televerse(clean(fichier.filename or "")[:NOM_MAX], await fichier.read())
    finally:
        await fichier.close()


async def _raw_file(request: Request, taille_octets_max: int) -> UploadFile:
    tampon: Any = SpooledTemporaryFile(max_size=MEMOIRE_OCTETS_MAX)  # noqa: SIM115  (closed with its UploadFile)
    fichier = UploadFile(tampon, filename=request.query_params.get("nom_fichier"))
    try:
        async for morceau in chunks(request, taille_octets_max):
            await fichier.write(morceau)
    except BaseException:
        await fichier.close()
        raise
    return fichier


async def _form_file(request: Request, taille_octets_max: int) -> UploadFile:
    borne = taille_octets_max + FORMULAIRE_OCTETS
    refuse_declared(request, borne)
    try:
        formulaire = await Request(request.scope, bounded(request.receive, borne)).form(max_files=1, max_fields=10)
    except (HTTPException, KeyError, ClientDisconnect) as erreur:  # malformed, or cut short
        raise body_unreadable("le formulaire est mal formé ou interrompu.") from erreur
    fichier = formulaire.get("fichier")
    if not isinstance(fichier, UploadFile):
        await formulaire.close()
        raise body_unreadable("le champ « fichier » du formulaire manque.")
    return fichier


_BINARY = {"type": "string", "format": "binary"}
_FORM = {"type": "object", "required": ["fichier"], "properties": {"fichier": _BINARY}}
_DECLARED: dict[str, Any] = declared(400, 403, 404, 413, 422)
FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": _BINARY}, "multipart/form-data": {"schema": _FORM}},
    }
}
_DECLARED["openapi_extra"] |= FILE_BODY


@router.post(
    "/preflight", summary="Contrôler un fichier sans l'intégrer", response_model_exclude_unset=True, **_DECLARED
)
def preflight(
    dossier: DuDossier,
    televerse: Annotated[Televerse, Depends(receive_upload)],
    app: App,
    format: Annotated[
        Literal["tra", "fec"] | None, Query(description="Absent : reconnu d'après le contenu et le nom.")
    ] = None,
    nom_fichier: Annotated[str, Query(max_length=NOM_MAX, description="Nom du fichier, pour un envoi brut.")] = "",
    limite: Annotated[
        int, Query(ge=1, le=CONSTATS_MAX, description="Constats rendus, erreurs d'abord ; les totaux restent vrais.")
    ] = CONSTATS_DEFAUT,
) -> models.Controle:
    """Les mêmes lectures et les mêmes contrôles qu'un import, avec les exercices, comptes et réglages du dossier."""
    nom = televerse.nom or clean(nom_fichier)
    format_, examen = examine(televerse.octets, nom, dossier, app, format_=format, limite=limite)
    return models.Controle(**public_report(nom, format_, examen))
