"""Dossiers of the firm and their exercices."""

from __future__ import annotations

from dataclasses import asdict, replace
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends

from ecritures.api.access import App, Appelant, may_see
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models
from ecritures.api.v1.common import LIMITE_DEFAUT, Apres, DuDossier, Limite, declared, json_body, page, with_body
from ecritures.domain.contexte import Creations
from ecritures.domain.errors import AccesRefuse
from ecritures.imports.ports import Dossier, Exercice

router = APIRouter(prefix=f"{PREFIXE_V1}/dossiers", tags=["Dossiers"])


@router.post("", status_code=201, summary="Créer un dossier", **with_body(models.NouveauDossier, 403, 409))
def create(
    nouveau: Annotated[models.NouveauDossier, Depends(json_body(models.NouveauDossier))], acces: Appelant, app: App
) -> models.DossierLu:
    if acces.dossiers_permis is not None:  # a key limited to some dossiers could not even read the new one
        raise AccesRefuse(acces.cle, clean(nouveau.code_ibs))
    creations = Creations(**nouveau.creations.model_dump())
    dossier = app.dossiers.creer(
        acces.domain, clean(nouveau.code_ibs), clean(nouveau.libelle), nouveau.siren, creations
    )
    app.audit.noter(acces.domain, acces.cle, "dossier.creation", objet=dossier.code_ibs, dossier=dossier.dossier)
    return _dossier(dossier)


@router.get("", summary="Lister les dossiers", **declared(422))
def list_dossiers(
    acces: Appelant, app: App, limite: Limite = LIMITE_DEFAUT, apres: Apres = None
) -> models.PageDossiers:
    """Par code, dans l'ordre."""
    vus = sorted((d for d in app.dossiers.lister(acces.domain) if may_see(acces, d.domain, d.dossier)), key=_rang)
    suite = (d for d in vus if apres is None or _rang(d) > apres.upper())
    dossiers, encore = page(list(islice(suite, limite + 1)), limite)
    return models.PageDossiers(
        dossiers=[_dossier(d) for d in dossiers], suivant=dossiers[-1].code_ibs if encore else None
    )


@router.get("/{codeIbs}", summary="Lire un dossier", **declared(403, 404, 422))
def read(dossier: DuDossier) -> models.DossierLu:
    return _dossier(dossier)


@router.patch("/{codeIbs}", summary="Régler un dossier", **with_body(models.DossierModifie, 403, 404))
def update(
    modifie: Annotated[models.DossierModifie, Depends(json_body(models.DossierModifie))],
    dossier: DuDossier,
    acces: Appelant,
    app: App,
) -> models.DossierLu:
    app.dossiers.regler_doublons(dossier.dossier, modifie.doublons)
    app.audit.noter(
        acces.domain,
        acces.cle,
        "dossier.reglage",
        objet=dossier.code_ibs,
        dossier=dossier.dossier,
        details={"doublons": modifie.doublons, "avant": dossier.doublons},
    )
    return _dossier(replace(dossier, doublons=modifie.doublons))


@router.post(
    "/{codeIbs}/exercices",
    status_code=201,
    summary="Ouvrir un exercice",
    **with_body(models.NouvelExercice, 403, 404, 409),
)
def create_exercice(
    nouveau: Annotated[models.NouvelExercice, Depends(json_body(models.NouvelExercice))], dossier: DuDossier, app: App
) -> models.ExerciceLu:
    libelle = None if nouveau.libelle is None else clean(nouveau.libelle)
    exercice = Exercice(clean(nouveau.code), nouveau.debut, nouveau.fin, libelle=libelle)
    app.livres.creer_exercice(dossier.dossier, exercice)
    return models.ExerciceLu(**asdict(exercice))


@router.get("/{codeIbs}/exercices", summary="Lister les exercices", **declared(403, 404, 422))
def list_exercices(dossier: DuDossier, app: App) -> models.PageExercices:
    return models.PageExercices(
        exercices=[models.ExerciceLu(**asdict(e)) for e in app.livres.exercices(dossier.dossier)]
    )


def _dossier(dossier: Dossier) -> models.DossierLu:
    return models.DossierLu(
        code_ibs=dossier.code_ibs,
        libelle=dossier.libelle,
        siren=dossier.siren,
        doublons=dossier.doublons,
        creations=models.Creations(
            journaux=dossier.creations.journaux, comptes=dossier.creations.comptes, tiers=dossier.creations.tiers
        ),
    )


def _rang(dossier: Dossier) -> str:
    return dossier.code_ibs.upper()
