"""The people of the firm. A person sets their own password, by a link that works once: no administrator ever knows it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response

from ecritures.api.access import Administrateur, App, DuCabinet, Reglages
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models_cabinet as models
from ecritures.api.v1.common import declared, json_body, with_body
from ecritures.domain.errors import CollaborateurInconnu
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.personnes import INVITATION_S, invitation_url

router = APIRouter(prefix=f"{PREFIXE_V1}/collaborateurs", tags=["Cabinet"])

Identifiant = Annotated[str, Path(description="Identifiant de la personne.", examples=["a.martin"])]


@router.get("", summary="Lister les collaborateurs", **declared())
def list_collaborateurs(acces: DuCabinet, app: App) -> models.PageCollaborateurs:
    return models.PageCollaborateurs(collaborateurs=[_lu(p) for _, p in app.personnes.lister(acces.domain)])


@router.post("", status_code=201, summary="Créer un collaborateur", **with_body(models.NouveauCollaborateur, 409))
def create(
    acces: Administrateur,
    corps: Annotated[models.NouveauCollaborateur, Depends(json_body(models.NouveauCollaborateur))],
    app: App,
) -> models.CollaborateurLu:
    """Sans mot de passe : l'inviter ensuite."""
    personne = app.personnes.creer(acces.domain, _personne(corps.identifiant, corps))
    app.audit.noter(
        acces.domain, acces.cle, "collaborateur.creation", objet=personne.identifiant, details={"role": personne.role}
    )
    return _lu(personne)


@router.get("/{identifiant}", summary="Lire un collaborateur", **declared(404, 422))
def read(identifiant: Identifiant, acces: DuCabinet, app: App) -> models.CollaborateurLu:
    return _lu(_find(identifiant, acces.domain, app))


@router.put("/{identifiant}", summary="Modifier un collaborateur", **with_body(models.CollaborateurModifie, 404, 409))
def update(
    identifiant: Identifiant,
    acces: Administrateur,
    corps: Annotated[models.CollaborateurModifie, Depends(json_body(models.CollaborateurModifie))],
    app: App,
) -> models.CollaborateurLu:
    """Une personne qui n'est plus active est déconnectée partout."""
    avant = _find(identifiant, acces.domain, app)
    apres = app.personnes.modifier(acces.domain, _personne(avant.identifiant, corps))
    action = "collaborateur.modification" if avant.role == apres.role else "collaborateur.role"
    details = {"role": apres.role, "est_actif": apres.est_actif, "ancien_role": avant.role}
    app.audit.noter(acces.domain, acces.cle, action, objet=apres.identifiant, details=details)
    return _lu(apres)


@router.delete(
    "/{identifiant}",
    status_code=204,
    response_class=Response,
    summary="Retirer un collaborateur",
    **declared(404, 409, 422),
)
def delete(identifiant: Identifiant, acces: Administrateur, app: App) -> Response:
    personne = _find(identifiant, acces.domain, app)
    app.personnes.retirer(acces.domain, personne.identifiant)
    app.audit.noter(acces.domain, acces.cle, "collaborateur.retrait", objet=personne.identifiant)
    return Response(status_code=204)


@router.post("/{identifiant}/invitations", status_code=201, summary="Inviter un collaborateur", **declared(404, 422))
def invite(identifiant: Identifiant, acces: Administrateur, app: App, reglages: Reglages) -> models.InvitationFaite:
    """Un lien qui sert une fois, pour choisir son mot de passe. Le précédent ne sert plus."""
    personne = _find(identifiant, acces.domain, app)
    jeton = app.sessions.inviter(acces.domain, personne.identifiant, duree_s=INVITATION_S)
    app.audit.noter(acces.domain, acces.cle, "invitation.creation", objet=personne.identifiant)
    return models.InvitationFaite(jeton=jeton, lien=invitation_url(reglages.base_url, jeton), duree_s=INVITATION_S)


def _find(identifiant: str, domain: str, app: App) -> Collaborateur:
    personne = app.personnes.trouver(domain, clean(identifiant)[:100])
    if personne is None:
        raise CollaborateurInconnu(clean(identifiant)[:40])
    return personne


def _personne(identifiant: str, corps: models.CollaborateurModifie) -> Collaborateur:
    return Collaborateur(
        identifiant=clean(identifiant),
        prenom=clean(corps.prenom),
        nom=clean(corps.nom),
        role=corps.role,
        email=None if corps.email is None else clean(corps.email),
        agence=None if corps.agence is None else clean(corps.agence),
        groupe=None if corps.groupe is None else clean(corps.groupe),
        est_actif=corps.est_actif,
    )


def _lu(personne: Collaborateur) -> models.CollaborateurLu:
    return models.CollaborateurLu(**asdict(personne))
