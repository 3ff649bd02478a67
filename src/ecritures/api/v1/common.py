"""What the routes of ``v1`` share: declared errors, the dossier of the path, pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from ecritures.api.access import KEYS_OR_SESSION, App, Appelant, find_dossier
from ecritures.api.body import clean, read_bytes
from ecritures.api.problems import MEDIA_TYPE, TITLES
from ecritures.api.refusals import HttpRefusal, body_unreadable
from ecritures.imports.ports import Dossier

LIMITE_DEFAUT = 100
LIMITE_MAX = 1000
"""A page is held in memory at both ends; a thousand rows weigh about half a megabyte."""

CORPS_OCTETS_MAX = 64 << 10
"""Bodies of ``v1`` describe one object: a dossier, an exercice."""

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

Limite = Annotated[int, Query(ge=1, le=LIMITE_MAX, description="Nombre d'éléments par page.")]
Apres = Annotated[str | None, Query(max_length=1000, description="Le `suivant` de la page précédente.")]


def declared(*statuts: int) -> dict[str, Any]:
    """The keyword arguments of a route that asks for both keys or a session and may answer these errors, beside 401, 403,
    429, 500 and 503."""
    communs = dict.fromkeys((401, 403, *statuts, 429, 500, 503))
    return {"responses": problems(*communs), "openapi_extra": {"security": KEYS_OR_SESSION}}


def with_body(modele: type[BaseModel], *statuts: int) -> dict[str, Any]:
    """As ``declared``, for a route whose body is read by ``json_body(modele)``: 400, 413 and 422 are added."""
    route = declared(400, *statuts, 413, 422)
    contenu = {"application/json": {"schema": {"$ref": f"#/components/schemas/{modele.__name__}"}}}
    route["openapi_extra"] |= {"requestBody": {"required": True, "content": contenu}}
    return route


def open_body(modele: type[BaseModel], *statuts: int) -> dict[str, Any]:
    """As ``with_body``, for a route without keys, whose body is read by ``open_json_body(modele)``."""
    route = with_body(modele)
    communs = sorted({400, *statuts, 413, 415, 422, 500, 503})
    return {"responses": problems(*communs), "openapi_extra": {**route["openapi_extra"], "security": []}}


def json_body(modele: type[M]) -> Callable[..., Awaitable[M]]:
    """A dependency that reads the body only once the keys are good (FastAPI's own would read it first)."""

    async def read(request: Request, _acces: Appelant) -> M:
        return await _read_model(request, modele)

    return read


def open_json_body(modele: type[M]) -> Callable[..., Awaitable[M]]:
    """As ``json_body``, without keys. ``application/json`` is required: a form of another site cannot announce it."""

    async def read(request: Request) -> M:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise HttpRefusal(415, "corps.type", "Le corps doit être annoncé par Content-Type: application/json.")
        return await _read_model(request, modele)

    return read


async def _read_model(request: Request, modele: type[M]) -> M:
    octets = await read_bytes(request, CORPS_OCTETS_MAX)
    try:
        return modele.model_validate_json(octets)
    except ValidationError as erreur:
        erreurs = erreur.errors(include_url=False, include_context=False, include_input=False)
        if any(e["type"] == "json_invalid" for e in erreurs):
            raise body_unreadable("un objet JSON en UTF-8 est attendu.") from erreur
        raise RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in erreurs]) from erreur


def problems(*statuts: int) -> dict[int | str, dict[str, Any]]:
    contenu = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {statut: {"description": TITLES[statut], "content": contenu} for statut in statuts}


def path_dossier(
    codeIbs: Annotated[str, Path(description="Code du dossier.", examples=["DEMO001"])], acces: Appelant, app: App
) -> Dossier:
    """The dossier named by the path. Raises DossierInconnu, AccesRefuse."""
    return find_dossier(clean(codeIbs)[:100], acces, app)


DuDossier = Annotated[Dossier, Depends(path_dossier)]


def page(elements: Sequence[T], limite: int) -> tuple[list[T], bool]:
    """The first ``limite`` elements, and whether more follow: ask the store for one more than the page."""
    return list(elements[:limite]), len(elements) > limite
