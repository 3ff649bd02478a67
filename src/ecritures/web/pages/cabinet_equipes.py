"""Offices and teams of the firm."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import AgenceInconnue, GroupeInconnu
from ecritures.imports.cabinet import Agence, Groupe
from ecritures.web.pages.cabinet_commun import Segment, optional, text
from ecritures.web.personne import Moi, MoiAdministrateur
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

Texte = Annotated[str, Form(max_length=500)]


@router.get("/agences")
def show(request: Request, moi: Moi, app: App, agence: str = "", groupe: str = "") -> Response:
    """``agence`` or ``groupe``: the one whose form is filled."""
    agences, groupes = app.cabinets.agences(moi.domain), app.cabinets.groupes(moi.domain)
    return render(
        request,
        "cabinet/agences.html",
        agences=agences,
        groupes=groupes,
        agence=next((a for a in agences if a.code == agence), None),
        groupe=next((g for g in groupes if g.code == groupe), None),
    )


@router.post("/agences")
def keep_agence(
    moi: MoiAdministrateur,
    app: App,
    code: Texte = "",
    libelle: Texte = "",
    siret: Texte = "",
    numero_voie: Texte = "",
    voie: Texte = "",
    code_postal: Texte = "",
    ville: Texte = "",
    email: Texte = "",
    telephone: Texte = "",
) -> Response:
    """Raises CabinetInvalide."""
    agence = Agence(
        code=text(code, "Code", longueur_max=30, requis=True),
        libelle=text(libelle, "Libellé", longueur_max=200, requis=True),
        siret=optional(siret, "SIRET", longueur_max=20),
        numero_voie=optional(numero_voie, "Numéro"),
        voie=optional(voie, "Voie"),
        code_postal=optional(code_postal, "Code postal"),
        ville=optional(ville, "Ville"),
        email=optional(email, "E-mail"),
        telephone=optional(telephone, "Téléphone"),
    )
    creee = app.cabinets.garder_agence(moi.domain, agence)
    action = f"agence.{'creation' if creee else 'modification'}"
    app.audit.noter(moi.domain, moi.identifiant, action, objet=agence.code)
    return RedirectResponse(f"{PREFIXE}/agences", 303)


@router.post("/agences/{code}/retrait")
def remove_agence(code: Segment, moi: MoiAdministrateur, app: App) -> Response:
    """Raises AgenceInconnue, EncoreUtilise."""
    if not app.cabinets.retirer_agence(moi.domain, clean(code)):
        raise AgenceInconnue(clean(code)[:40])
    app.audit.noter(moi.domain, moi.identifiant, "agence.retrait", objet=clean(code))
    return RedirectResponse(f"{PREFIXE}/agences", 303)


@router.post("/groupes")
def keep_groupe(
    moi: MoiAdministrateur, app: App, code: Texte = "", description: Texte = "", agence: Texte = ""
) -> Response:
    """Raises CabinetInvalide."""
    groupe = Groupe(
        text(code, "Code", longueur_max=30, requis=True),
        text(description, "Description", longueur_max=200, requis=True),
        optional(agence, "Agence"),
    )
    cree = app.cabinets.garder_groupe(moi.domain, groupe)
    action = f"groupe.{'creation' if cree else 'modification'}"
    app.audit.noter(moi.domain, moi.identifiant, action, objet=groupe.code)
    return RedirectResponse(f"{PREFIXE}/agences", 303)


@router.post("/groupes/{code}/retrait")
def remove_groupe(code: Segment, moi: MoiAdministrateur, app: App) -> Response:
    """Raises GroupeInconnu, EncoreUtilise."""
    if not app.cabinets.retirer_groupe(moi.domain, clean(code)):
        raise GroupeInconnu(clean(code)[:40])
    app.audit.noter(moi.domain, moi.identifiant, "groupe.retrait", objet=clean(code))
    return RedirectResponse(f"{PREFIXE}/agences", 303)
