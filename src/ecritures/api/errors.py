"""Every error in the shape of the API that was called: Loop's objects for the dialect, problem+json for ``v1``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from ecritures.api.body import clean
from ecritures.api.loop.answers import error_answer, gateway_answer
from ecritures.api.problems import ErreurDeChamp, problem, status_of
from ecritures.api.refusals import HttpRefusal, KeyRefusal, RateRefusal
from ecritures.api.reglages import PREFIXE_V1, ReglagesApi, is_page
from ecritures.domain.errors import (
    CleStandard,
    DepotAbsent,
    DepotExpire,
    FichierTropGros,
    ImportInconnu,
    Refus,
    RoleInsuffisant,
    ServiceIndisponible,
)

WITH_STATUS = (DepotAbsent, DepotExpire, FichierTropGros, ImportInconnu, ServiceIndisponible)
"""Refusals that the dialect answers with their HTTP status; any other is 200 (the contract), or 400 in strict mode."""

GATEWAY_MESSAGES = {404: "Resource not found", 405: "Method not allowed", 413: "Request body is too large"}
_DETAILS = {
    404: "Aucune ressource à cette adresse.",
    405: "Cette adresse n'admet pas cette méthode.",
    413: "Le corps de la requête dépasse la taille admise.",
}
_CODES = {400: "corps.illisible", 404: "route.inconnue", 405: "route.methode", 413: "corps.trop_gros"}
_LIEUX = {"body": "corps", "query": "parametre", "path": "chemin"}
_CHAMPS = {
    "missing": "obligatoire",
    "extra_forbidden": "champ inconnu",
    "string_type": "chaîne de caractères attendue",
    "string_too_short": "trop court",
    "string_too_long": "trop long",
    "string_pattern_mismatch": "forme inattendue",
    "int_parsing": "nombre entier attendu",
    "int_type": "nombre entier attendu",
    "greater_than_equal": "trop petit",
    "less_than_equal": "trop grand",
    "bool_type": "booléen attendu",
    "bool_parsing": "booléen attendu",
    "literal_error": "valeur hors de la liste admise",
    "enum": "valeur hors de la liste admise",
}


def install(api: FastAPI) -> None:
    """Registers the handlers. What none of them knows reaches the envelope, which answers 500."""
    for classe, handler in (
        (Refus, _refus),
        (HttpRefusal, _http_refusal),
        (RequestValidationError, _validation),
        (HTTPException, _http),
    ):
        api.add_exception_handler(classe, handler)


def refusal(request: Request, erreur: Refus | HttpRefusal) -> Response:
    """The answer to a refusal met before the routes, in the shape of the API that was called."""
    return _refus(request, erreur) if isinstance(erreur, Refus) else _http_refusal(request, erreur)


def server_error(path: str, requete: str, reglages: ReglagesApi) -> Response:
    """500: our fault. Says nothing of it but the reference under which it is in the log."""
    detail = (
        f"Incident interne : recommencer plus tard ; s'il revient, transmettre la référence {requete} à l'exploitant."
    )
    if path.startswith(PREFIXE_V1):
        return problem(500, "incident.interne", detail)
    if is_page(path):
        page = f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>Incident interne</title><p role="alert">{detail}</p>'
        return HTMLResponse(page, 500, {"hx-retarget": "#alertes", "hx-reswap": "innerHTML"})
    return error_answer(500, detail, reglages)


def _refus(request: Request, erreur: Exception) -> Response:
    refus = cast(Refus, erreur)
    if _is_v1(request):
        return _challenge(problem(status_of(refus), refus.code, clean(refus.message)))
    if isinstance(refus, CleStandard | RoleInsuffisant):
        return gateway_answer(403, clean(refus.message))  # a right of the key, not of the request (loop-api 19-8)
    status = status_of(refus) if isinstance(refus, WITH_STATUS) else None
    return error_answer(status, refus.message, _reglages(request))


def _http_refusal(request: Request, erreur: Exception) -> Response:
    refus = cast(HttpRefusal, erreur)
    if _is_v1(request):
        answer = _challenge(problem(refus.status, refus.code, refus.message))
        answer.headers.update(refus.headers)
        return answer
    if isinstance(refus, KeyRefusal | RateRefusal):
        answer = _challenge(gateway_answer(refus.status, refus.message))
        answer.headers.update(refus.headers)
        return answer
    return error_answer(refus.status, refus.message, _reglages(request))


def _validation(request: Request, erreur: Exception) -> Response:
    """The places and the kinds of what was refused; the values received are never sent back."""
    champs = [_champ(detail) for detail in cast(RequestValidationError, erreur).errors()]
    lieux = ", ".join(sorted({champ.champ for champ in champs}))
    detail = f"La requête est invalide : {lieux}."
    if _is_v1(request):
        return problem(422, "requete.invalide", detail, champs)
    return error_answer(422, detail, _reglages(request))


def _http(request: Request, erreur: Exception) -> Response:
    """Errors of the framework: unknown path, wrong method, body over its bound."""
    http = cast(HTTPException, erreur)
    if _is_v1(request):
        detail = _DETAILS.get(http.status_code, "La requête n'est pas lisible.")
        answer: Response = problem(http.status_code, _CODES.get(http.status_code, "requete.invalide"), detail)
    else:
        answer = gateway_answer(http.status_code, GATEWAY_MESSAGES.get(http.status_code, "Bad request"))
    answer.headers.update(http.headers or {})
    if http.status_code == 405:
        answer.headers["allow"] = _allowed(request)
    return answer


def _allowed(request: Request) -> str:
    """Every method of the address: the framework only names those of the first route that it tried."""
    operations = request.app.openapi()["paths"].get(getattr(request.scope.get("route"), "path_format", ""), {})
    return ", ".join(sorted(methode.upper() for methode in operations))


def _champ(detail: Mapping[str, Any]) -> ErreurDeChamp:
    lieu = [_LIEUX.get(str(morceau), str(morceau)) for morceau in detail["loc"]]
    genre = str(detail["type"])
    if genre == "json_invalid":
        lieu = lieu[:1]
    defaut = "date attendue, au format AAAA-MM-JJ" if genre.startswith("date") else "valeur refusée"
    return ErreurDeChamp(champ=clean(".".join(lieu))[:100], message=_CHAMPS.get(genre, defaut))


def _challenge(answer: JSONResponse) -> JSONResponse:
    if answer.status_code == 401:
        answer.headers["www-authenticate"] = 'ApiKey realm="ecritures", header="Ocp-Apim-Subscription-Key, x-apikey"'
    return answer


def _is_v1(request: Request) -> bool:
    return str(request.scope["path"]).startswith(PREFIXE_V1)


def _reglages(request: Request) -> ReglagesApi:
    return cast(ReglagesApi, request.app.state.reglages)
