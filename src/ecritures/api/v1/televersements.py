"""A large file sent by pieces: a line that drops costs the piece under way, never the file.

The headers are those of tus 1.0 and of the IETF draft on resumable uploads: ``Upload-Offset`` says where a piece begins and how
far the server is, ``Upload-Length`` the whole, ``Upload-Checksum`` (tus) one piece, ``Upload-Limit`` (IETF) what is admitted.
"""

from __future__ import annotations

import base64
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from ecritures.api.access import App, Appelant, find_dossier, may_see
from ecritures.api.body import chunks, clean
from ecritures.api.loop.models import GUID
from ecritures.api.problems import problem, status_of
from ecritures.api.refusals import HttpRefusal
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models_televersements as models
from ecritures.api.v1.common import declared, json_body, with_body
from ecritures.domain.errors import DecalageInattendu, TeleversementInconnu
from ecritures.imports.ports import Ports
from ecritures.imports.televersements import MORCEAU_OCTETS_MAX, MORCEAU_OCTETS_MIN, Televersement
from ecritures.imports.upload import Ajout, open_upload

router = APIRouter(prefix=f"{PREFIXE_V1}/televersements", tags=["Imports"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_PIECE: dict[str, Any] = declared(400, 403, 404, 409, 413, 415, 422)
_PIECE["openapi_extra"] |= {
    "requestBody": {
        "required": True,
        "content": {"application/offset+octet-stream": _BINARY, "application/octet-stream": _BINARY},
    }
}


def find_upload(
    televersement: Annotated[str, Path(description="Identifiant du téléversement.", examples=[GUID])],
    acces: Appelant,
    app: App,
) -> Televersement:
    """Raises TeleversementInconnu, for one of another firm or of a dossier that the key may not touch too."""
    return seen_upload(televersement, acces, app)


def seen_upload(televersement: str, acces: Appelant, app: Ports) -> Televersement:
    propre = clean(televersement)[:64]
    trouve = app.televersements.lire(propre.lower())
    if trouve is None or not may_see(acces, trouve.domain, trouve.dossier):
        raise TeleversementInconnu(propre)
    return trouve


Celui = Annotated[Televersement, Depends(find_upload)]


@router.post(
    "", status_code=201, summary="Ouvrir un téléversement", **with_body(models.NouveauTeleversement, 403, 404, 409)
)
def create(
    nouveau: Annotated[models.NouveauTeleversement, Depends(json_body(models.NouveauTeleversement))],
    acces: Appelant,
    app: App,
    response: Response,
) -> models.TeleversementLu:
    """Ensuite : les morceaux par `PATCH`, puis `POST /api/v1/imports?televersement=…`."""
    dossier = find_dossier(clean(nouveau.dossier), acces, app)
    ouvert = open_upload(dossier, acces.cle, clean(nouveau.nom_fichier), nouveau.taille_octets, nouveau.sha256, app)
    response.headers.update({**_headers(ouvert, app), "Location": f"{PREFIXE_V1}/televersements/{ouvert.id}"})
    return _read(ouvert, app)


@router.get("/{televersement}", summary="Lire un téléversement", **declared(404, 422))
def read(celui: Celui, app: App, response: Response) -> models.TeleversementLu:
    """`HEAD` sur la même adresse donne les en-têtes seuls : `Upload-Offset` est l'octet où reprendre."""
    response.headers.update(_headers(celui, app))
    return _read(celui, app)


@router.head("/{televersement}", include_in_schema=False)
def head(celui: Celui, app: App) -> Response:
    return Response(headers=_headers(celui, app))


@router.patch(
    "/{televersement}",
    status_code=204,
    response_class=Response,
    summary="Envoyer un morceau d'un téléversement",
    **_PIECE,
)
async def append(
    celui: Celui,
    app: App,
    request: Request,
    upload_offset: Annotated[
        int,
        Header(ge=0, le=models.TAILLE_MAX, description="Où le morceau commence : les octets déjà reçus.", examples=[0]),
    ],
    upload_checksum: Annotated[
        str | None,
        Header(
            pattern=r"^sha256 [A-Za-z0-9+/]{43}=$",
            description="`sha256 ` et l'empreinte du morceau en base64 ; il est alors reçu en entier ou pas du tout.",
        ),
    ] = None,
) -> Response:
    """Sans empreinte, ce qui est arrivé avant une coupure compte : `HEAD` dit où reprendre."""
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise HttpRefusal(415, "corps.type", "Un morceau est l'envoi brut de ses octets, sans formulaire.")
    sha256 = None if upload_checksum is None else base64.b64decode(upload_checksum.removeprefix("sha256 "))
    try:
        recus = await _receive(request, Ajout(celui, upload_offset, sha256, app), celui.taille_octets - upload_offset)
    except DecalageInattendu as refus:
        reponse = problem(status_of(refus), refus.code, refus.message)
        reponse.headers["Upload-Offset"] = str(refus.recus_octets)
        return reponse
    return Response(status_code=204, headers={**_headers(celui, app), "Upload-Offset": str(recus)})


@router.delete(
    "/{televersement}",
    status_code=204,
    response_class=Response,
    summary="Abandonner un téléversement",
    **declared(404, 422),
)
def give_up(celui: Celui, app: App) -> Response:
    """Ses octets sont effacés. L'import déjà demandé n'en dépend plus."""
    app.televersements.abandonner(celui.id)
    return Response(status_code=204)


async def _receive(request: Request, ajout: Ajout, reste_octets: int) -> int:
    """The body, block by block: no more than one is in memory."""
    bloc = bytearray()
    try:
        async for morceau in chunks(request, reste_octets):
            bloc += morceau
            while len(bloc) > MORCEAU_OCTETS_MAX:
                await run_in_threadpool(ajout.prendre, bytes(bloc[:MORCEAU_OCTETS_MAX]))
                del bloc[:MORCEAU_OCTETS_MAX]
        return await run_in_threadpool(ajout.finir, bytes(bloc))
    except Exception:
        await run_in_threadpool(ajout.renoncer)
        raise


def _headers(televersement: Televersement, app: Ports) -> dict[str, str]:
    bornes = {"max-size": app.limits.fichier_taille_octets_max, "min-append-size": MORCEAU_OCTETS_MIN}
    return {
        "Upload-Offset": str(televersement.recus_octets),
        "Upload-Length": str(televersement.taille_octets),
        "Upload-Expires": format_datetime(televersement.expiration, usegmt=True),
        "Upload-Limit": ", ".join(f"{nom}={valeur}" for nom, valeur in bornes.items()),
    }


def _read(televersement: Televersement, app: Ports) -> models.TeleversementLu:
    dossier = app.dossiers.numero(televersement.dossier)
    assert dossier is not None, "a dossier is never deleted"
    fait = app.demandes.lire(televersement.id)
    return models.TeleversementLu(
        id=televersement.id,
        dossier=dossier.code_ibs,
        nom_fichier=televersement.nom_fichier,
        taille_octets=televersement.taille_octets,
        recus_octets=televersement.recus_octets,
        sha256=televersement.sha256,
        creation=televersement.creation,
        expiration=televersement.expiration,
        import_id=None if fait is None else fait.id,
    )
