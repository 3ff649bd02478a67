"""The sandbox's own routes: plan faults, see what is left of them, move the clock, come back to the start. They exist on a
sandbox only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ecritures.api.access import App, Appelant, find_dossier
from ecritures.api.body import clean
from ecritures.api.limites import Debits
from ecritures.api.pannes import PREFIXE_BAC
from ecritures.api.v1.common import declared, json_body
from ecritures.api.v1.models import Entree
from ecritures.imports import horloge
from ecritures.imports.bac_a_sable import (
    ATTENTE,
    ATTENTE_MAX_S,
    FOIS_MAX,
    IMPORT_EN_ERREUR,
    STATUT,
    BacASable,
    Panne,
)
from ecritures.imports.personnes import Freins

router = APIRouter(prefix=PREFIXE_BAC, tags=["Bac à sable"])

AVANCE_MAX_S = 100 * 366 * 86_400
"""A century: beyond, no instant of the clock is left."""

Sorte = Literal["attente", "statut", "coupure", "depot_expire", "import_en_erreur"]


class NouvellePanne(Entree):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"sorte": "statut", "route": "importTra", "statut": 429, "fois": 2}]}
    )

    sorte: Sorte
    route: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, description="Dernier mot de l'adresse (`importTra`, `depot`…) ; absent : toutes."
    )
    dossier: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        None, description="Pour `import_en_erreur` ; absent : tous."
    )
    fois: int = Field(1, ge=1, le=FOIS_MAX)
    secondes: float | None = Field(None, ge=0, le=ATTENTE_MAX_S)
    statut: int | None = Field(None, ge=400, le=599)
    message: Annotated[str, StringConstraints(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        besoin = {ATTENTE: self.secondes, STATUT: self.statut, IMPORT_EN_ERREUR: self.message}
        if self.sorte in besoin and besoin[self.sorte] is None:
            raise ValueError("incomplete")
        return self


class PanneLue(BaseModel):
    rang: int
    sorte: str
    route: str | None
    restantes: int
    parametres: dict[str, Any]


class PagePannes(BaseModel):
    pannes: list[PanneLue]


class Retrait(BaseModel):
    retirees: int = Field(description="Pannes qui restaient à jouer.")


class ReglageHorloge(Entree):
    """Exactly one of the three."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"avancer_s": 172_800}, {"instant": "2027-01-31T09:00:00Z"}, {"reelle": True}]}
    )

    avancer_s: float | None = Field(
        None,
        ge=-AVANCE_MAX_S,
        le=AVANCE_MAX_S,
        description="Secondes à ajouter à l'heure du bac à sable ; négatif : reculer.",
    )
    instant: AwareDatetime | None = Field(None, description="L'heure qu'il est, d'où l'horloge repart.")
    reelle: Literal[True] | None = Field(None, description="Revenir à l'heure réelle.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(champ is not None for champ in (self.avancer_s, self.instant, self.reelle)) != 1:
            raise ValueError("exactly one of avancer_s, instant, reelle")
        return self


class HorlogeLue(BaseModel):
    instant: datetime = Field(description="L'heure qu'il est dans le bac à sable.")
    decalage_s: float = Field(description="Écart avec l'heure réelle ; 0 : l'horloge est à l'heure.")


class RemiseFaite(BaseModel):
    instant: datetime = Field(description="L'heure, redevenue réelle.")


def _bac(request: Request) -> BacASable:
    bac: BacASable = request.app.state.bac
    return bac


Bac = Annotated[BacASable, Depends(_bac)]


def _with_body(modele: type[BaseModel], *statuts: int) -> dict[str, Any]:
    route = declared(400, 403, *statuts, 413, 422)
    contenu = {"application/json": {"schema": modele.model_json_schema()}}
    route["openapi_extra"] |= {"requestBody": {"required": True, "content": contenu}}
    return route


@router.post("/pannes", status_code=201, summary="Prévoir une panne", **_with_body(NouvellePanne, 404, 409))
def plan(
    acces: Appelant, corps: Annotated[NouvellePanne, Depends(json_body(NouvellePanne))], app: App, bac: Bac
) -> PanneLue:
    numero = None if corps.dossier is None else find_dossier(clean(corps.dossier), acces, app).dossier
    parametres = {"secondes": corps.secondes, "statut": corps.statut, "message": clean(corps.message or "") or None}
    retenus = {nom: valeur for nom, valeur in parametres.items() if valeur is not None}
    return _lue(bac.pannes.ajouter(acces.domain, corps.sorte, corps.route, numero, retenus, corps.fois))


@router.get("/pannes", summary="Lire les pannes qui restent", **declared())
def list_pannes(acces: Appelant, bac: Bac) -> PagePannes:
    return PagePannes(pannes=[_lue(panne) for panne in bac.pannes.lister(acces.domain)])


@router.delete("/pannes", summary="Retirer toutes les pannes", **declared())
def remove_pannes(acces: Appelant, bac: Bac) -> Retrait:
    return Retrait(retirees=bac.pannes.vider(acces.domain))


@router.get("/horloge", summary="Lire l'horloge", **declared())
def read_clock(_acces: Appelant, bac: Bac) -> HorlogeLue:
    return HorlogeLue(instant=horloge.maintenant(), decalage_s=bac.horloge.decalage_ms() / 1000)


@router.put("/horloge", summary="Régler l'horloge", **_with_body(ReglageHorloge, 409))
def set_clock(
    acces: Appelant, reglage: Annotated[ReglageHorloge, Depends(json_body(ReglageHorloge))], bac: Bac
) -> HorlogeLue:
    """Le serveur la suit aussitôt, les travailleurs en une seconde."""
    if reglage.avancer_s is not None:
        horloge.avancer(bac.horloge, reglage.avancer_s)
    elif reglage.instant is not None:
        horloge.mettre(bac.horloge, reglage.instant)
    else:
        horloge.remettre(bac.horloge)
    return read_clock(acces, bac)


@router.post("/remise-a-zero", summary="Revenir à l'état de départ", **declared(403, 409))
def reset(_acces: Appelant, bac: Bac, request: Request) -> RemiseFaite:
    """Livres, imports, fichiers, personnes, clés, webhooks, pannes, horloge et journal redeviennent ceux du premier démarrage.
    Les requêtes et les imports en cours finissent d'abord ; celles qui arrivent attendent."""
    bac.remise.remettre()
    request.app.state.debits, request.app.state.freins = Debits(), Freins()
    return RemiseFaite(instant=datetime.now(UTC))


def _lue(panne: Panne) -> PanneLue:
    return PanneLue(**{champ: getattr(panne, champ) for champ in PanneLue.model_fields})
