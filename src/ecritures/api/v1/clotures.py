"""Closing, reopening and validating an exercice."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from ecritures.api.access import App, Appelant
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models
from ecritures.api.v1.common import DuDossier, declared, json_body, with_body
from ecritures.imports.cloturer import close, reopen, validate
from ecritures.ledger.recu import Recu

router = APIRouter(prefix=f"{PREFIXE_V1}/dossiers/{{codeIbs}}/exercices/{{code}}", tags=["Lettrage et clôture"])

CodeExercice = Annotated[str, Path(description="Code de l'exercice.", examples=["2025"], max_length=30)]


class Validation(models.Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"jusqu_a": "2025-06-30"}]})

    jusqu_a: date = Field(description="Dernier jour validé, compris.")


class ActeExercice(BaseModel):
    exercice: str = Field(examples=["2025"])
    recu: int = Field(description="Rang du reçu qui le constate.")
    lignes: int = Field(description="Lignes d'à-nouveaux écrites ou retirées.")
    resultat_centimes: int | None = Field(None, description="Clôture : bénéfice s'il est positif, perte sinon.")
    a_nouveaux: Literal["generes", "sans_exercice_suivant", "deja_presents", "rien_a_reporter"] | None = Field(
        None, description="Clôture : ce que sont devenus les à-nouveaux."
    )
    valide_jusqu_a: date | None = Field(None, description="Validation : dernier jour validé.")


@router.post("/cloture", summary="Clore un exercice", **declared(403, 404, 409, 422))
def create_closing(code: CodeExercice, dossier: DuDossier, acces: Appelant, app: App) -> ActeExercice:
    """Les comptes de bilan et le résultat (120 ou 129) sont reportés au premier jour de l'exercice suivant, s'il existe et n'a pas déjà
    ses à-nouveaux, en journal AN. Refusé tant qu'un exercice antérieur est ouvert ou qu'un import du dossier attend."""
    return _act(close(dossier, clean(code), acces.cle, app))


@router.post("/reouverture", summary="Rouvrir un exercice", **declared(403, 404, 409, 422))
def create_reopening(code: CodeExercice, dossier: DuDossier, acces: Appelant, app: App) -> ActeExercice:
    """Les à-nouveaux écrits par la clôture sont retirés. Refusé si un exercice ultérieur est clos."""
    return _act(reopen(dossier, clean(code), acces.cle, app))


@router.post("/validation", summary="Valider jusqu'à un jour", **with_body(Validation, 403, 404, 409))
def create_validation(
    code: CodeExercice,
    voulue: Annotated[Validation, Depends(json_body(Validation))],
    dossier: DuDossier,
    acces: Appelant,
    app: App,
) -> ActeExercice:
    """Rien ne s'ajoute, ne change ni ne s'annule jusqu'à ce jour ; une validation ne se reprend pas."""
    return _act(validate(dossier, clean(code), voulue.jusqu_a, acces.cle, app))


def _act(recu: Recu) -> ActeExercice:
    faits = recu.contenu
    return ActeExercice(
        exercice=faits["exercice"],
        recu=recu.rang,
        lignes=faits["lignes"],
        resultat_centimes=faits.get("resultat_centimes"),
        a_nouveaux=faits.get("a_nouveaux"),
        valide_jusqu_a=faits.get("jusqu_a"),
    )
