"""People of the firm, its offices and its teams. Administrators act; everyone reads."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App, Reglages
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import CollaborateurInconnu
from ecritures.imports.cabinet import ROLES, Collaborateur
from ecritures.imports.personnes import INVITATION_S, invitation_url
from ecritures.imports.ports import Ports
from ecritures.web.pages.cabinet_cles import Secret
from ecritures.web.pages.cabinet_commun import Segment, invalid, optional, text
from ecritures.web.personne import Moi, MoiAdministrateur, Personne
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

Texte = Annotated[str, Form(max_length=500)]
Coche = Annotated[bool, Form()]


@router.get("/collaborateurs")
def show(request: Request, moi: Moi, app: App) -> Response:
    return render(
        request,
        "cabinet/collaborateurs.html",
        personnes=[p for _, p in app.personnes.lister(moi.domain)],
        agences={a.code: a.libelle for a in app.cabinets.agences(moi.domain)},
        groupes={g.code: g.description for g in app.cabinets.groupes(moi.domain)},
    )


@router.get("/nouveau-collaborateur")
def show_form(request: Request, moi: MoiAdministrateur, app: App) -> Response:
    return _card(request, moi, app, None)


@router.post("/collaborateurs")
def create(
    request: Request,
    moi: MoiAdministrateur,
    app: App,
    reglages: Reglages,
    identifiant: Texte = "",
    prenom: Texte = "",
    nom: Texte = "",
    email: Texte = "",
    role: Texte = "collaborateur",
    agence: Texte = "",
    groupe: Texte = "",
    inviter: Coche = False,
) -> Response:
    """With ``inviter``, the answer holds the link, shown once. Raises CollaborateurExistant, CabinetInvalide."""
    qui = text(identifiant, "Identifiant", longueur_max=100, requis=True)
    personne = app.personnes.creer(
        moi.domain, _person(qui, prenom=prenom, nom=nom, email=email, role=role, agence=agence, groupe=groupe)
    )
    details = {"role": personne.role}
    app.audit.noter(moi.domain, moi.identifiant, "collaborateur.creation", objet=personne.identifiant, details=details)
    if not inviter:
        return RedirectResponse(f"{PREFIXE}/collaborateurs", 303)
    return _card(request, moi, app, personne, lien=_invite(moi, personne, app, reglages.base_url))


@router.get("/collaborateurs/{identifiant}")
def read(request: Request, identifiant: Segment, moi: Moi, app: App) -> Response:
    return _card(request, moi, app, _find(identifiant, moi, app))


@router.post("/collaborateurs/{identifiant}")
def update(
    identifiant: Segment,
    moi: MoiAdministrateur,
    app: App,
    prenom: Texte = "",
    nom: Texte = "",
    email: Texte = "",
    role: Texte = "",
    agence: Texte = "",
    groupe: Texte = "",
    est_actif: Coche = False,
) -> Response:
    """Raises CollaborateurInconnu, DernierAdministrateur, CabinetInvalide."""
    avant = _find(identifiant, moi, app)
    voulu = _person(
        avant.identifiant, prenom=prenom, nom=nom, email=email, role=role, agence=agence, groupe=groupe, actif=est_actif
    )
    apres = app.personnes.modifier(moi.domain, voulu)
    action = "collaborateur.modification" if avant.role == apres.role else "collaborateur.role"
    details = {"role": apres.role, "est_actif": apres.est_actif, "ancien_role": avant.role}
    app.audit.noter(moi.domain, moi.identifiant, action, objet=apres.identifiant, details=details)
    return RedirectResponse(f"{PREFIXE}/collaborateurs", 303)


@router.post("/collaborateurs/{identifiant}/invitations")
def invite(request: Request, identifiant: Segment, moi: MoiAdministrateur, app: App, reglages: Reglages) -> Response:
    """A link that works once, shown once. The one before no longer works."""
    personne = _find(identifiant, moi, app)
    return _card(request, moi, app, personne, lien=_invite(moi, personne, app, reglages.base_url))


@router.post("/collaborateurs/{identifiant}/retrait")
def remove(identifiant: Segment, moi: MoiAdministrateur, app: App) -> Response:
    """Raises CollaborateurInconnu, DernierAdministrateur."""
    personne = _find(identifiant, moi, app)
    app.personnes.retirer(moi.domain, personne.identifiant)
    app.audit.noter(moi.domain, moi.identifiant, "collaborateur.retrait", objet=personne.identifiant)
    return RedirectResponse(f"{PREFIXE}/collaborateurs", 303)


def _card(
    request: Request, moi: Personne, app: Ports, personne: Collaborateur | None, *, lien: str | None = None
) -> Response:
    """The form of a person (None: a new one); ``lien``: the invitation just made."""
    page = render(
        request,
        "cabinet/collaborateur.html",
        personne=personne,
        agences=app.cabinets.agences(moi.domain),
        groupes=app.cabinets.groupes(moi.domain),
        secrets=[] if lien is None or personne is None else [Secret("Lien d'invitation", personne.identifiant, lien)],
        jours=INVITATION_S // 86_400,
    )
    page.status_code = 200 if lien is None else 201
    return page


def _invite(moi: Personne, personne: Collaborateur, app: Ports, base_url: str) -> str:
    jeton = app.sessions.inviter(moi.domain, personne.identifiant, duree_s=INVITATION_S)
    app.audit.noter(moi.domain, moi.identifiant, "invitation.creation", objet=personne.identifiant)
    return invitation_url(base_url, jeton)


def _find(identifiant: str, moi: Personne, app: Ports) -> Collaborateur:
    """Raises CollaborateurInconnu, for another firm's person too."""
    personne = app.personnes.trouver(moi.domain, clean(identifiant)[:100])
    if personne is None:
        raise CollaborateurInconnu(clean(identifiant)[:40])
    return personne


def _person(
    identifiant: str, *, prenom: str, nom: str, email: str, role: str, agence: str, groupe: str, actif: bool = True
) -> Collaborateur:
    if role not in ROLES:
        raise invalid("Le rôle est inconnu : choisir dans la liste.")
    return Collaborateur(
        identifiant=identifiant,
        prenom=text(prenom, "Prénom", longueur_max=100),
        nom=text(nom, "Nom", longueur_max=100, requis=True),
        role=role,
        email=optional(email, "E-mail", longueur_max=200),
        agence=optional(agence, "Agence"),
        groupe=optional(groupe, "Groupe"),
        est_actif=actif,
    )
