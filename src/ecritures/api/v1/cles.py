"""Keys of the firm: API keys and their activation by dossier, subscriptions and their rotation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ecritures.api.access import Administrateur, App, find_dossier
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models_cabinet as models
from ecritures.api.v1.common import declared, json_body, with_body
from ecritures.domain.errors import CleInconnue
from ecritures.imports.ports import Acces, CleListee, Ports

router = APIRouter(prefix=PREFIXE_V1, tags=["Clés"])

Cle = Annotated[str, Path(description="Partie publique de la clé.", examples=["ek_0123456789abcdef"])]
CodeIbs = Annotated[str, Path(description="Code du dossier.", examples=["DEMO001"])]
Numero = Annotated[str, Path(description="Numéro de l'abonnement.", examples=["ab_0123456789ab"])]


@router.get("/cles", summary="Lister les clés d'API", **declared())
def list_cles(acces: Administrateur, app: App) -> models.PageCles:
    """Sans leur secret."""
    codes = _codes(acces, app)
    return models.PageCles(cles=[models.CleLue(**_champs(c, codes)) for c in app.cles.lister(acces.domain)])


@router.post("/cles", status_code=201, summary="Créer une clé d'API", **with_body(models.NouvelleCle, 404))
def create(
    acces: Administrateur, corps: Annotated[models.NouvelleCle, Depends(json_body(models.NouvelleCle))], app: App
) -> models.CleCreee:
    permis = None if corps.dossiers is None else [find_dossier(clean(c), acces, app).dossier for c in corps.dossiers]
    apikey = app.cles.creer_cle(
        acces.domain,
        clean(corps.libelle),
        est_avancee=corps.est_avancee,
        dossiers=permis,
        role=corps.role,
        expiration=corps.expiration,
        limite_minute=corps.limite_minute,
    )
    cle = _find(apikey.partition(":")[0], acces, app)
    details = {"libelle": cle.libelle, "role": cle.role, "est_avancee": cle.est_avancee}
    app.audit.noter(acces.domain, acces.cle, "cle.creation", objet=cle.cle, details=details)
    return models.CleCreee(**_champs(cle, _codes(acces, app)), apikey=apikey)


@router.get("/cles/{cle}", summary="Lire une clé d'API", **declared(404, 422))
def read(cle: Cle, acces: Administrateur, app: App) -> models.CleLue:
    return models.CleLue(**_champs(_find(cle, acces, app), _codes(acces, app)))


@router.delete(
    "/cles/{cle}", status_code=204, response_class=Response, summary="Révoquer une clé d'API", **declared(404, 422)
)
def revoke(cle: Cle, acces: Administrateur, app: App) -> Response:
    """Refusée dès la requête suivante. Révoquer deux fois ne change rien."""
    trouvee = _find(cle, acces, app)
    if app.cles.revoquer(trouvee.cle):
        app.audit.noter(acces.domain, acces.cle, "cle.revocation", objet=trouvee.cle)
    return Response(status_code=204)


@router.put("/cles/{cle}/dossiers/{codeIbs}", summary="Activer une clé pour un dossier", **declared(404, 422))
def activate(cle: Cle, codeIbs: CodeIbs, acces: Administrateur, app: App) -> models.Activation:
    trouvee, dossier = _find(cle, acces, app), find_dossier(clean(codeIbs)[:100], acces, app)
    if app.cles.activer(trouvee.cle, dossier.dossier):
        app.audit.noter(acces.domain, acces.cle, "cle.activation", objet=trouvee.cle, dossier=dossier.dossier)
    return models.Activation(cle=trouvee.cle, dossier=dossier.code_ibs, est_activee=True)


@router.delete("/cles/{cle}/dossiers/{codeIbs}", summary="Retirer une clé d'un dossier", **declared(404, 409, 422))
def deactivate(cle: Cle, codeIbs: CodeIbs, acces: Administrateur, app: App) -> models.Activation:
    trouvee, dossier = _find(cle, acces, app), find_dossier(clean(codeIbs)[:100], acces, app)
    if app.cles.desactiver(trouvee.cle, dossier.dossier):
        app.audit.noter(acces.domain, acces.cle, "cle.desactivation", objet=trouvee.cle, dossier=dossier.dossier)
    return models.Activation(cle=trouvee.cle, dossier=dossier.code_ibs, est_activee=False)


@router.get("/abonnements", summary="Lister les clés d'abonnement du cabinet", **declared())
def list_abonnements(acces: Administrateur, app: App) -> models.PageAbonnements:
    """Celles du cabinet ; un abonnement de l'exploitant, qui sert à plusieurs cabinets, n'y est pas."""
    trouves = [asdict(a) for a in app.cles.lister_abonnements(acces.domain)]
    return models.PageAbonnements(
        abonnements=[models.AbonnementLu(**{n: v for n, v in a.items() if n != "domain"}) for a in trouves]
    )


@router.post("/abonnements", status_code=201, summary="Ouvrir un abonnement", **with_body(models.NouvelAbonnement))
def open_abonnement(
    acces: Administrateur,
    corps: Annotated[models.NouvelAbonnement, Depends(json_body(models.NouvelAbonnement))],
    app: App,
) -> models.AbonnementCree:
    numero, primaire, secondaire = app.cles.ouvrir_abonnement(clean(corps.nom), acces.domain)
    app.audit.noter(acces.domain, acces.cle, "abonnement.creation", objet=numero)
    return models.AbonnementCree(abonnement=numero, primaire=primaire, secondaire=secondaire)


@router.post(
    "/abonnements/{numero}/rotation", status_code=201, summary="Renouveler une clé", **with_body(models.Rotation, 404)
)
def rotate(
    numero: Numero,
    acces: Administrateur,
    corps: Annotated[models.Rotation, Depends(json_body(models.Rotation))],
    app: App,
) -> models.AbonnementTourne:
    """La nouvelle clé vaut aussitôt ; l'ancienne de ce rang vaut encore `recouvrement_s` secondes."""
    cle = app.cles.tourner_abonnement(
        clean(numero), corps.rang, recouvrement_s=corps.recouvrement_s, domain=acces.domain
    )
    if cle is None:
        raise CleInconnue(clean(numero)[:40])
    details = {"rang": corps.rang, "recouvrement_s": corps.recouvrement_s}
    app.audit.noter(acces.domain, acces.cle, "abonnement.rotation", objet=clean(numero), details=details)
    return models.AbonnementTourne(abonnement=clean(numero), rang=corps.rang, cle=cle)


@router.delete(
    "/abonnements/{numero}",
    status_code=204,
    response_class=Response,
    summary="Révoquer un abonnement",
    **declared(404, 422),
)
def revoke_abonnement(numero: Numero, acces: Administrateur, app: App) -> Response:
    """Toutes ses clés, dès la requête suivante."""
    if not app.cles.revoquer_abonnement(clean(numero), domain=acces.domain):
        raise CleInconnue(clean(numero)[:40])
    app.audit.noter(acces.domain, acces.cle, "abonnement.revocation", objet=clean(numero))
    return Response(status_code=204)


def _find(cle: str, acces: Acces, app: Ports) -> CleListee:
    """Raises CleInconnue, for another firm's key too."""
    trouvee = app.cles.trouver(acces.domain, clean(cle)[:100])
    if trouvee is None:
        raise CleInconnue(clean(cle)[:40])
    return trouvee


def _codes(acces: Acces, app: Ports) -> dict[int, str]:
    return {d.dossier: d.code_ibs for d in app.dossiers.lister(acces.domain)}


def _champs(cle: CleListee, codes: Mapping[int, str]) -> dict[str, Any]:
    champs = {nom: valeur for nom, valeur in asdict(cle).items() if nom not in {"domain", "dossiers"}}
    return champs | {"dossiers": None if cle.dossiers is None else sorted(codes[d] for d in cle.dossiers if d in codes)}
