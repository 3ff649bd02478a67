"""A file sent with the demand itself, for those who have no address to give: kept as an original, then queued as any import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from ecritures.api.access import App, Appelant, find_dossier
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models
from ecritures.api.v1.common import declared
from ecritures.api.v1.imports import import_fields
from ecritures.api.v1.preflight import FILE_BODY, Televerse, detect, receive_file
from ecritures.imports.ports import Dossier
from ecritures.imports.receive import NOM_MAX, check_siret, receive

router = APIRouter(prefix=f"{PREFIXE_V1}/imports", tags=["Imports"])

_DECLARED: dict[str, Any] = declared(400, 403, 404, 413, 422)
_DECLARED["openapi_extra"] |= FILE_BODY


def named_dossier(
    dossier: Annotated[str, Query(max_length=100, description="Code du dossier.", examples=[models.CODE])],
    acces: Appelant,
    app: App,
) -> Dossier:
    return find_dossier(clean(dossier), acces, app)


Nomme = Annotated[Dossier, Depends(named_dossier)]


async def receive_sent(request: Request, _dossier: Nomme, app: App) -> AsyncIterator[Televerse]:
    """The file, once the keys and the dossier are good."""
    async with aclosing(receive_file(request, app.limits.fichier_taille_octets_max)) as fichiers:
        async for televerse in fichiers:
            yield televerse


@router.post("", status_code=202, summary="Importer un fichier envoyé avec la demande", **_DECLARED)
def create(
    dossier: Nomme,
    televerse: Annotated[Televerse, Depends(receive_sent)],
    app: App,
    format: Annotated[
        Literal["tra", "fec"] | None, Query(description="Absent : reconnu d'après le contenu et le nom.")
    ] = None,
    nom_fichier: Annotated[str, Query(max_length=NOM_MAX, description="Nom du fichier, pour un envoi brut.")] = "",
    siret: Annotated[str | None, Query(max_length=20, description="Établissement à alimenter.")] = None,
) -> models.ImportLu:
    """Le fichier est gardé et la demande enregistrée ; suivre par `GET /api/v1/imports/{id}`."""
    if siret is not None:
        check_siret(siret, dossier, app)
    nom = televerse.nom or clean(nom_fichier)
    format_ = format or detect(televerse.octets, nom)
    sha256, _ = app.originaux.garder(iter([televerse.octets]), app.limits.fichier_taille_octets_max)
    demande = receive(dossier, format_, app, sha256=sha256, nom_fichier=nom or None, siret=siret)
    return models.ImportLu(**import_fields(demande))
