"""``importJson``: the entries are in the body. Order of checks (loop-api 19-6): keys, J1, F1, F4, access, J2 to J12, J13."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from ecritures.api.access import App, Appelant
from ecritures.api.body import JsonObject, read_bytes
from ecritures.api.loop.fields import DemandeRefusee, json_fields
from ecritures.api.loop.routes import TAG, dossier_or_refusal, import_doc
from ecritures.api.refusals import body_unreadable
from ecritures.api.reglages import PREFIXE_LOOP
from ecritures.formats.json_ecritures.regles import SANS_DATA
from ecritures.formats.json_ecritures.synchrone import charger_corps, donnees, premiere_faute, sirets
from ecritures.imports.receive import check_siret, receive_json

router = APIRouter(prefix=PREFIXE_LOOP, tags=[TAG])


async def read_body(request: Request, _acces: Appelant, app: App) -> bytes:
    """The body, read only once the keys are good; it is parsed in the route's own thread."""
    return await read_bytes(request, app.limits.corps_taille_octets_max)


@router.post(
    "/importJson", operation_id="importjson", **import_doc("ImportJsonPostRequest", "Import d'écritures en JSON")
)
def import_json(octets: Annotated[bytes, Depends(read_body)], acces: Appelant, app: App) -> JSONResponse:
    corps = _objet(octets)
    data = donnees(corps)
    if data is None:
        raise DemandeRefusee(SANS_DATA.message)
    code_ibs, siret = json_fields(JsonObject(tuple(corps.items())))
    dossier = dossier_or_refusal("JSON", code_ibs, acces, app)
    if siret is not None:
        check_siret(siret, dossier, app)
    faute = premiere_faute(data, siret)
    if faute is not None:
        raise DemandeRefusee(faute)
    for code in sirets(data):
        check_siret(code, dossier, app)
    demande = receive_json(dossier, octets, app, siret=siret, demandeur=acces.cle)
    return JSONResponse({"accountingImportRequestId": demande.id})


def _objet(octets: bytes) -> dict[str, Any]:
    corps, pourquoi = charger_corps(octets)
    if corps is None:
        raise body_unreadable(str(pourquoi))
    return corps
