"""Third parties of a dossier: the list with their balances, the page of one, and the balance by age of what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.imports.auxiliaire import TRANCHES
from ecritures.imports.ports import Dossier, Ports
from ecritures.web.pages.livres_commun import Choix, CodeExercice, Curseur, Jour, address, choose, quoted, read_day
from ecritures.web.personne import DossierDuChemin, Moi
from ecritures.web.rendu import PARIS, render

router = APIRouter(prefix=PREFIXE)

TIERS_PAR_PAGE = 50
LIGNES_PAR_PAGE = 100
AGES_PAR_PAGE = 200
RACINES = ("", "41", "40")
"""All, clients, suppliers: beginnings of their accounts in the plan comptable général."""

Recherche = Annotated[str, Query(max_length=100)]
Coche = Annotated[str, Query(max_length=1)]


@dataclass(frozen=True)
class Cumul:
    """The exercice looked at, and those whose lines its balances add up."""

    choix: Choix
    exercices: Sequence[str]

    @property
    def est_cumule(self) -> bool:
        return len(self.exercices) > 1


def cumulated(dossier: Dossier, exercice: str, app: Ports) -> Cumul | None:
    """None: the dossier has no exercice yet. Raises ExerciceInconnu."""
    choix = choose(dossier, exercice, app)
    if choix.exercice is None:
        return None
    return Cumul(choix, app.auxiliaire.portee(dossier.dossier, choix.exercice.code))


def without_exercice(request: Request, dossier: Dossier, onglet: str) -> Response:
    return render(request, "livres/sans_exercice.html", dossier=dossier, onglet=onglet)


@router.get("/dossiers/{code}/tiers")
def list_tiers(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    exercice: CodeExercice = "",
    q: Recherche = "",
    ouverts: Coche = "",
    apres: Curseur = "",
) -> Response:
    cumul = cumulated(dossier, exercice, app)
    if cumul is None:
        return without_exercice(request, dossier, "tiers")
    voulu = clean(q).strip()
    cadre, suite = app.auxiliaire.tiers(
        dossier.dossier,
        cumul.exercices,
        q=voulu,
        ouverts=bool(ouverts),
        apres=clean(apres),
        limite=TIERS_PAR_PAGE,
    )
    parametres = {"exercice": exercice, "q": voulu, "ouverts": ouverts}
    return render(
        request,
        "tiers/liste.html",
        dossier=dossier,
        cumul=cumul,
        choix=cumul.choix,
        q=voulu,
        ouverts=bool(ouverts),
        tiers=cadre.to_dicts(),
        debut_liste=address(dossier, "tiers", **parametres) if apres else None,
        suivant=address(dossier, "tiers", **parametres, apres=suite) if suite else None,
    )


@router.get("/dossiers/{code}/tiers/{tiers:path}")
def read_tiers(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    tiers: Annotated[str, Path(max_length=100)],
    app: App,
    exercice: CodeExercice = "",
    apres: Curseur = "",
) -> Response:
    cumul = cumulated(dossier, exercice, app)
    fiche = find_tiers(dossier, clean(tiers), app)
    if cumul is None or fiche is None:
        raise HTTPException(404)
    code = str(fiche["code"])
    comptes = app.auxiliaire.comptes(dossier.dossier, code, cumul.exercices)
    lignes, suite = app.auxiliaire.lignes(
        dossier.dossier, code, cumul.exercices, apres=apres or None, limite=LIGNES_PAR_PAGE
    )
    ribs = app.livres.reference(dossier.dossier, "ribs").filter(pl.col("tiers") == code)
    ici = address(dossier, f"tiers/{quoted(code)}", exercice=cumul.choix.exercice and cumul.choix.exercice.code)
    return render(
        request,
        "tiers/fiche.html",
        dossier=dossier,
        cumul=cumul,
        choix=cumul.choix,
        fiche=fiche,
        ribs=ribs.to_dicts(),
        comptes=comptes.to_dicts(),
        lignes=lignes.to_dicts(),
        ages=_ages_of(dossier, code, cumul, app),
        aujourd_hui=_today(),
        report=_carried(lignes) if apres else 0,
        totaux={c: int(comptes[c].sum()) for c in comptes.columns if c != "compte"},
        debut_liste=ici if apres else None,
        suivant=f"{ici}&apres={quoted(suite)}" if suite else None,
    )


def find_tiers(dossier: Dossier, code: str, app: Ports) -> dict[str, Any] | None:
    trouve = app.livres.tiers(dossier.dossier).filter(pl.col("code") == code)
    return trouve.row(0, named=True) if trouve.height else None


def _ages_of(dossier: Dossier, code: str, cumul: Cumul, app: Ports) -> dict[str, int]:
    """What is open of one third party, by age today."""
    cadre = app.auxiliaire.agee(dossier.dossier, cumul.exercices, _today(), tiers=code)
    return {nom: int(cadre[nom].sum()) for nom in TRANCHES}


def _carried(lignes: pl.DataFrame) -> int:
    """The balance before the first line shown."""
    if lignes.is_empty():
        return 0
    premiere = lignes.row(0, named=True)
    return int(premiere["solde_centimes"] - premiere["debit_centimes"] + premiere["credit_centimes"])


@router.get("/dossiers/{code}/balance-agee")
def read_ages(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    exercice: CodeExercice = "",
    au: Jour = "",
    comptes: Annotated[str, Query(max_length=2)] = "",
    apres: Curseur = "",
) -> Response:
    """What is due, by age of its échéance on a day: today, or the last day of an exercice that is over."""
    cumul = cumulated(dossier, exercice, app)
    if cumul is None or cumul.choix.exercice is None:
        return without_exercice(request, dossier, "tiers")
    jour = read_day(au, "Au") or min(_today(), cumul.choix.exercice.fin)
    racine = comptes if comptes in RACINES else ""
    cadre = app.auxiliaire.agee(dossier.dossier, cumul.exercices, jour, racine)
    reste = cadre.filter(pl.col("tiers") > clean(apres)) if apres else cadre
    page = _whole_tiers(reste)
    suite = page["tiers"][-1] if reste.height > page.height else None
    parametres = {"exercice": cumul.choix.exercice.code, "au": au, "comptes": racine}
    return render(
        request,
        "tiers/agee.html",
        dossier=dossier,
        cumul=cumul,
        choix=cumul.choix,
        au=jour,
        racine=racine,
        lignes=[_with_total(r) for r in page.to_dicts()],
        nombre=cadre["tiers"].n_unique(),
        total=_with_total({nom: int(cadre[nom].sum()) for nom in TRANCHES}),
        tranches=TRANCHES,
        debut_liste=address(dossier, "balance-agee", **parametres) if apres else None,
        suivant=address(dossier, "balance-agee", **parametres, apres=suite) if suite else None,
    )


def _whole_tiers(cadre: pl.DataFrame) -> pl.DataFrame:
    """The first rows, none of a third party that would go on over the next page."""
    if cadre.height <= AGES_PAR_PAGE:
        return cadre
    dernier = cadre["tiers"][AGES_PAR_PAGE - 1]
    return cadre.filter(pl.col("tiers") <= dernier)


def _with_total(rangee: dict[str, Any]) -> dict[str, Any]:
    return {**rangee, "total": sum(rangee[nom] for nom in TRANCHES)}


def _today() -> date:
    return datetime.now(PARIS).date()
