"""Analytic accounting: axes and sections with their balances, and the shares of one section."""

from __future__ import annotations

from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.imports.ports import Dossier, Ports
from ecritures.web.pages.livres_commun import CodeExercice, Curseur, address, choose, quoted
from ecritures.web.personne import DossierDuChemin, Moi
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

PARTS_PAR_PAGE = 100
Code = Annotated[str, Query(max_length=100)]


@router.get("/dossiers/{code}/sections")
def list_sections(
    request: Request, moi: Moi, dossier: DossierDuChemin, app: App, exercice: CodeExercice = "", nulles: Code = ""
) -> Response:
    """By axis. ``nulles``: the sections without share too."""
    choix = choose(dossier, exercice, app)
    if choix.exercice is None:
        return render(request, "livres/sans_exercice.html", dossier=dossier, onglet="sections")
    balance = app.analytique.balance(dossier.dossier, choix.exercice.code)
    connues = _known(dossier, app)
    jointe = balance.join(connues, on=["axe", "section"], how="full" if nulles else "left", coalesce=True).with_columns(
        pl.col("debit_centimes", "credit_centimes", "nombre").fill_null(0)
    )
    axes = dict(app.livres.reference(dossier.dossier, "axes").select("code", "libelle").iter_rows())
    groupes = [
        (str(axe), axes.get(str(axe), ""), rangees.to_dicts(), _totals(rangees))
        for (axe,), rangees in jointe.sort("axe", "section").group_by("axe", maintain_order=True)
    ]
    return render(
        request,
        "tiers/sections.html",
        dossier=dossier,
        choix=choix,
        axes=groupes,
        nulles=bool(nulles),
        connues=connues.height,
    )


@router.get("/dossiers/{code}/sections/lignes")
def read_section(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    axe: Code = "",
    section: Code = "",
    exercice: CodeExercice = "",
    apres: Curseur = "",
) -> Response:
    """``section`` empty: the shares that name none."""
    choix = choose(dossier, exercice, app)
    voulu, code = clean(axe), clean(section)
    if choix.exercice is None:
        raise HTTPException(404)
    balance = app.analytique.balance(dossier.dossier, choix.exercice.code)
    sienne = balance.filter((pl.col("axe") == voulu) & (pl.col("section") == code))
    connue = _known(dossier, app).filter((pl.col("axe") == voulu) & (pl.col("section") == code))
    if sienne.is_empty() and connue.is_empty():
        raise HTTPException(404)
    lignes, suite = app.analytique.lignes(
        dossier.dossier, voulu, code, choix.exercice.code, apres=apres or None, limite=PARTS_PAR_PAGE
    )
    ici = address(dossier, "sections/lignes", axe=voulu, section=code, exercice=choix.exercice.code)
    return render(
        request,
        "tiers/section.html",
        dossier=dossier,
        choix=choix,
        axe=voulu,
        section=code,
        libelle=connue["libelle"][0] if connue.height else "",
        lignes=lignes.to_dicts(),
        totaux=_totals(sienne),
        debut_liste=ici if apres else None,
        suivant=f"{ici}&apres={quoted(suite)}" if suite else None,
    )


def _known(dossier: Dossier, app: Ports) -> pl.DataFrame:
    """``axe, section, libelle, est_ferme`` of the dossier."""
    return app.livres.reference(dossier.dossier, "sections").select(
        "axe", pl.col("code").alias("section"), "libelle", "est_ferme"
    )


def _totals(cadre: pl.DataFrame) -> dict[str, Any]:
    return {nom: int(cadre[nom].sum()) for nom in ("debit_centimes", "credit_centimes", "nombre")}
