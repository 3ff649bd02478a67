"""The audit trail of the firm: by pages, or whole as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from ecritures.api.access import Administrateur, App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models_cabinet as models
from ecritures.api.v1.common import LIMITE_DEFAUT, Limite, declared, page
from ecritures.imports.ports import Ports, TraceAudit

router = APIRouter(prefix=f"{PREFIXE_V1}/audit", tags=["Audit"])

COLONNES = ("rang", "instant", "acteur", "action", "objet", "dossier", "details")
_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv"}
_FORMULE = ("=", "+", "-", "@", "\t", "\r")
RANG_MAX = (1 << 62) - 1


@router.get("", summary="Lister la piste d'audit", **declared(422))
def list_traces(
    acces: Administrateur,
    app: App,
    action: Annotated[str | None, Query(max_length=100, description="Celles de cette action seulement.")] = None,
    limite: Limite = LIMITE_DEFAUT,
    apres: Annotated[int | None, Query(ge=1, le=RANG_MAX, description="Le `suivant` de la page précédente.")] = None,
) -> models.PageAudit:
    """De la plus récente à la plus ancienne."""
    lues = app.audit.lister(
        acces.domain, avant=apres, limite=limite + 1, action=None if action is None else clean(action)
    )
    traces, encore = page(lues, limite)
    codes = _codes(acces.domain, app)
    return models.PageAudit(
        traces=[models.TraceLue(**_champs(t, codes)) for t in traces], suivant=traces[-1].rang if encore else None
    )


@router.get(
    "/export",
    summary="Exporter la piste d'audit",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Un objet JSON par ligne, ou un CSV.",
            "content": {genre: {"schema": {"type": "string"}} for genre in _TYPES.values()},
        },
        **declared(422)["responses"],
    },
    openapi_extra=declared()["openapi_extra"],
)
def export(
    acces: Administrateur,
    app: App,
    format: Annotated[Literal["jsonl", "csv"], Query(description="`jsonl` ou `csv`.")] = "jsonl",
) -> StreamingResponse:
    """Toute la piste, de la plus ancienne à la plus récente."""
    codes = _codes(acces.domain, app)
    champs = (_champs(trace, codes) for trace in app.audit.parcourir(acces.domain))
    lignes = _csv(champs) if format == "csv" else _jsonl(champs)
    return StreamingResponse(
        lignes,
        media_type=_TYPES[format],
        headers={"content-disposition": f'attachment; filename="audit.{format}"'},
    )


def _jsonl(traces: Iterator[dict[str, Any]]) -> Iterator[str]:
    for trace in traces:
        yield json.dumps(trace, ensure_ascii=False, default=str) + "\n"


def _csv(traces: Iterator[dict[str, Any]]) -> Iterator[str]:
    """RFC 4180, with a BOM for spreadsheets; a cell that they would compute is preceded by an apostrophe."""
    yield "\ufeff" + _rangee(COLONNES)
    for trace in traces:
        details = trace["details"]
        texte = "" if details is None else json.dumps(details, ensure_ascii=False, sort_keys=True)
        yield _rangee((*(_inerte(trace[nom]) for nom in COLONNES[:-1]), texte))


def _rangee(cellules: tuple[str, ...]) -> str:
    tampon = io.StringIO()
    csv.writer(tampon).writerow(cellules)
    return tampon.getvalue()


def _inerte(valeur: object) -> str:
    texte = "" if valeur is None else str(valeur)
    return f"'{texte}" if texte.startswith(_FORMULE) else texte


def _champs(trace: TraceAudit, codes: dict[int, str]) -> dict[str, Any]:
    return {
        "rang": trace.rang,
        "instant": trace.instant,
        "acteur": trace.acteur,
        "action": trace.action,
        "objet": trace.objet,
        "dossier": None if trace.dossier is None else codes.get(trace.dossier),
        "details": None if trace.details is None else dict(trace.details),
    }


def _codes(domain: str, app: Ports) -> dict[int, str]:
    return {d.dossier: d.code_ibs for d in app.dossiers.lister(domain)}
