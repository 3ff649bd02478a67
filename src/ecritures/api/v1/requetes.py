"""The caller's own requests: what was asked and refused, for whoever writes a client."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from ecritures.api.access import App, Appelant
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1.common import LIMITE_DEFAUT, Limite, declared, page
from ecritures.api.v1.imports import RANG_MAX

router = APIRouter(prefix=PREFIXE_V1, tags=["Exploitation"])


class RequeteLue(BaseModel):
    rang: int
    instant: datetime
    methode: str
    route: str = Field(description="Telle que déclarée, sans ses valeurs.")
    statut: int
    duree_ms: int
    corps: str | None = Field(description="JSON reçu, secrets masqués ; null : ni JSON, ni court, ni montrable.")
    reponse: str | None = Field(description="Ce qui a été répondu à une demande refusée.")


class PageRequetes(BaseModel):
    requetes: list[RequeteLue]
    suivant: int | None


@router.get("/requetes", summary="Lire le journal de ses requêtes", **declared(422))
def list_requetes(
    acces: Appelant,
    app: App,
    limite: Limite = LIMITE_DEFAUT,
    apres: Annotated[int | None, Query(ge=1, le=RANG_MAX, description="Le `suivant` de la page précédente.")] = None,
) -> PageRequetes:
    """Celles de la clé ou de la personne qui demande, sur sept jours, de la plus récente à la plus ancienne."""
    lues = app.requetes.lister(acces.domain, acces.cle, avant=apres, limite=limite + 1)
    requetes, encore = page(lues, limite)
    return PageRequetes(
        requetes=[RequeteLue(**{champ: getattr(r, champ) for champ in RequeteLue.model_fields}) for r in requetes],
        suivant=requetes[-1].rang if encore else None,
    )
