"""The import of a file sent to us, for those who have no address to give: with the demand itself, or uploaded before by pieces."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from ecritures.api.access import App, Appelant, find_dossier
from ecritures.api.body import clean
from ecritures.api.loop.models import MOTIF_GUID
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models
from ecritures.api.v1.common import declared
from ecritures.api.v1.imports import import_fields
from ecritures.api.v1.preflight import FILE_BODY, Televerse, receive_file
from ecritures.api.v1.televersements import seen_upload
from ecritures.domain.errors import TeleversementInconnu
from ecritures.imports.a_blanc import detect
from ecritures.imports.historique import origin_of
from ecritures.imports.ports import Demande, Dossier, Ports
from ecritures.imports.receive import NOM_MAX, Choix, check_siret, receive_kept
from ecritures.imports.upload import import_upload

router = APIRouter(prefix=f"{PREFIXE_V1}/imports", tags=["Imports"])

_DECLARED: dict[str, Any] = declared(400, 403, 404, 409, 413, 422)
_DECLARED["openapi_extra"] |= {"requestBody": {**FILE_BODY["requestBody"], "required": False}}


def named_dossier(
    dossier: Annotated[str, Query(max_length=100, description="Code du dossier.", examples=[models.CODE])],
    acces: Appelant,
    app: App,
) -> Dossier:
    return find_dossier(clean(dossier), acces, app)


Nomme = Annotated[Dossier, Depends(named_dossier)]


async def receive_sent(
    request: Request,
    _dossier: Nomme,
    app: App,
    televersement: Annotated[
        str | None,
        Query(
            pattern=MOTIF_GUID, description="Un téléversement achevé, à la place du fichier : le corps n'est pas lu."
        ),
    ] = None,
) -> AsyncIterator[Televerse | str]:
    """The file, once the keys and the dossier are good; or the id of the upload that is it."""
    if televersement is not None:
        yield televersement
        return
    async with aclosing(receive_file(request, app.limits.fichier_taille_octets_max)) as fichiers:
        async for televerse in fichiers:
            yield televerse


@router.post("", status_code=202, summary="Importer un fichier envoyé avec la demande, ou téléversé", **_DECLARED)
def create(
    dossier: Nomme,
    acces: Appelant,
    envoye: Annotated[Televerse | str, Depends(receive_sent)],
    app: App,
    format: Annotated[
        Literal["tra", "fec"] | None, Query(description="Absent : reconnu d'après le contenu et le nom.")
    ] = None,
    modele: Annotated[
        str | None, Query(min_length=1, max_length=NOM_MAX, description="Modèle du cabinet qui décrit le fichier.")
    ] = None,
    nom_fichier: Annotated[str, Query(max_length=NOM_MAX, description="Nom du fichier, pour un envoi brut.")] = "",
    siret: Annotated[str | None, Query(max_length=20, description="Établissement à alimenter.")] = None,
) -> models.ImportLu:
    """Le fichier est gardé et la demande enregistrée ; suivre par `GET /api/v1/imports/{id}`. Le même téléversement donne le
    même import, autant de fois qu'on le demande."""
    if siret is not None:
        check_siret(siret, dossier, app)
    choix = Choix(format, None if modele is None else clean(modele), siret, origin_of(acces), acces.cle)
    if isinstance(envoye, str):
        televersement = seen_upload(envoye, acces, app)
        if televersement.dossier != dossier.dossier:
            raise TeleversementInconnu(envoye)
        demande = import_upload(televersement, dossier, choix, app)
    else:
        demande = _receive(envoye, dossier, choix, clean(nom_fichier), app)
    return models.ImportLu(**import_fields(demande))


def _receive(envoye: Televerse, dossier: Dossier, choix: Choix, nom_fichier: str, app: Ports) -> Demande:
    nom = envoye.nom or nom_fichier
    if choix.modele is None and choix.format_ is None:
        choix = replace(choix, format_=detect(envoye.octets, nom))
    sha256, taille_octets = app.originaux.garder(iter([envoye.octets]), app.limits.fichier_taille_octets_max)
    return receive_kept(dossier, choix, app, sha256=sha256, taille_octets=taille_octets, nom=nom)
