"""Settings of a dossier: what an import may create, entries already there, accounts of last resort, keys that may touch it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import CleInconnue, CleTousDossiers, DossierInvalide
from ecritures.imports.parametrer import change_settings, settings_of
from ecritures.imports.ports import Dossier, Ports, Reglages
from ecritures.web.pages.livres_commun import address
from ecritures.web.personne import DossierDuChemin, Moi, MoiAdministrateur
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

Champ = Annotated[str, Form(max_length=200)]


@router.get("/dossiers/{code}/parametres")
def show(request: Request, moi: Moi, dossier: DossierDuChemin, app: App, fait: str = "") -> Response:
    return _page(request, dossier, settings_of(dossier), app, fait=bool(fait))


def _page(
    request: Request, dossier: Dossier, reglages: Reglages, app: Ports, refus: str = "", *, fait: bool = False
) -> Response:
    cles = [cle for cle in app.cles.lister(dossier.domain) if not cle.est_revoquee]
    page = render(
        request,
        "tiers/parametres.html",
        dossier=dossier,
        reglages=reglages,
        cles=sorted(cles, key=lambda c: c.libelle.casefold()),
        refus=refus,
        fait=fait,
    )
    page.status_code = 422 if refus else 200
    return page


@router.post("/dossiers/{code}/parametres")
def update(
    request: Request,
    moi: MoiAdministrateur,
    dossier: DossierDuChemin,
    app: App,
    libelle: Champ = "",
    siren: Champ = "",
    compte_attente: Champ = "",
    tiers_attente: Champ = "",
    doublons: Champ = "",
    journaux: Champ = "",
    comptes: Champ = "",
    tiers: Champ = "",
) -> Response:
    """What was typed comes back with the refusal."""
    creations = replace(dossier.creations, journaux=bool(journaux), comptes=bool(comptes), tiers=bool(tiers))
    voulus = Reglages(
        clean(libelle).strip(),
        clean(siren).replace(" ", "") or None,
        creations,
        clean(compte_attente).strip(),
        clean(tiers_attente).strip() or None,
        clean(doublons),
    )
    try:
        change_settings(dossier, voulus, moi.identifiant, app)
    except DossierInvalide as refus:
        return _page(request, dossier, voulus, app, refus.message)
    return RedirectResponse(address(dossier, "parametres", fait="1"), 303)


@router.post("/dossiers/{code}/parametres/cles")
def activate_key(
    moi: MoiAdministrateur, dossier: DossierDuChemin, app: App, cle: Champ = "", active: Champ = ""
) -> Response:
    """Lets a key touch the dossier, or no more. Raises CleInconnue, CleTousDossiers."""
    voulue = app.cles.trouver(moi.domain, clean(cle))
    if voulue is None or voulue.est_revoquee:
        raise CleInconnue(clean(cle))
    if voulue.dossiers is None:
        raise CleTousDossiers(voulue.cle)
    change = app.cles.activer if active else app.cles.desactiver
    if change(voulue.cle, dossier.dossier):
        app.audit.noter(
            moi.domain,
            moi.identifiant,
            "cle.activation" if active else "cle.desactivation",
            objet=voulue.cle,
            dossier=dossier.dossier,
        )
    return RedirectResponse(address(dossier, "parametres"), 303)
