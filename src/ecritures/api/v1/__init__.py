"""Our own REST API: dossiers, imports and their findings, the books. JSON in domain names, errors as problem+json."""

from fastapi import APIRouter

from ecritures.api.v1 import (
    annulations,
    audit,
    cabinet,
    cles,
    clotures,
    dossiers,
    envois,
    exploitation,
    imports,
    lettrages,
    livres,
    oidc,
    personnes,
    pieces_jointes,
    preflight,
    requetes,
    sessions,
    televersements,
    webhooks,
)

ROUTERS: tuple[APIRouter, ...] = (dossiers.router, imports.router, preflight.router, livres.router, exploitation.router)
ROUTERS += (annulations.router, lettrages.router, clotures.router)
ROUTERS += (cabinet.router, personnes.router, cles.router, sessions.router, audit.router)
ROUTERS += (webhooks.router, requetes.router)
ROUTERS += (envois.router, televersements.router, pieces_jointes.router)
ROUTERS += (oidc.router,)
