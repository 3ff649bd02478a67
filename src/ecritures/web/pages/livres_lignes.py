"""Lines of the books: journaux, grand livre with its running balance, one écriture, and a search across the dossier."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import CompteInconnu, JournalInconnu
from ecritures.imports import etats
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.web.pages.livres_commun import (
    LIGNES_PAR_PAGE,
    RANG_MAX,
    CodeExercice,
    Curseur,
    Jour,
    Lignes,
    address,
    choose,
    period,
    quoted,
    render_books,
)
from ecritures.web.personne import DossierDuChemin, Moi

router = APIRouter(prefix=PREFIXE)

COMPTES_PAR_PAGE = 100
LIGNES_D_ECRITURE = 500


@router.get("/dossiers/{code}/journaux")
def list_journaux(
    request: Request, moi: Moi, dossier: DossierDuChemin, app: App, exercice: CodeExercice = ""
) -> Response:
    choix = choose(dossier, exercice, app)
    if choix.exercice is None:
        return render_books(request, "livres/sans_exercice.html", dossier=dossier, onglet="journaux")
    cadre = app.consultation.mois_par_journal(dossier.dossier, choix.exercice.code)
    par_mois = {(r["journal"], r["mois"]): r for r in cadre.iter_rows(named=True)}
    totaux = {r["journal"]: r for r in cadre.group_by("journal").sum().iter_rows(named=True)}
    return render_books(
        request,
        "livres/journaux.html",
        dossier=dossier,
        choix=choix,
        mois=etats.mois_de(choix.exercice.debut, choix.exercice.fin),
        fin_de_mois=etats.fin_de_mois,
        journaux=_known(app.livres.journaux(dossier.dossier), totaux),
        par_mois=par_mois,
        totaux=totaux,
        total={c: int(cadre[c].sum()) for c in ("debit_centimes", "credit_centimes", "nombre")},
        total_mois=dict(cadre.group_by("mois").agg(pl.sum("debit_centimes")).iter_rows()),
    )


def _known(journaux: pl.DataFrame, totaux: dict[str, Any]) -> list[dict[str, Any]]:
    """The journaux of the dossier, those with lines first."""
    lignes = journaux.to_dicts()
    return sorted(lignes, key=lambda j: (j["code"] not in totaux, j["code"]))


@router.get("/dossiers/{code}/journaux/{journal:path}")
def read_journal(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    journal: Annotated[str, Path(max_length=100)],
    app: App,
    exercice: CodeExercice = "",
    debut: Jour = "",
    fin: Jour = "",
    apres: Curseur = "",
    lignes: Lignes = LIGNES_PAR_PAGE[0],
) -> Response:
    choix = choose(dossier, exercice, app)
    code = clean(journal)
    connus = dict(app.livres.journaux(dossier.dossier).select("code", "libelle").iter_rows())
    if code not in connus or choix.exercice is None:
        raise JournalInconnu(code)
    premier, dernier = period(debut, fin, choix.exercice)
    cadre, suite = app.livres.journal(
        dossier.dossier, code, debut=premier, fin=dernier, apres=apres or None, limite=lignes
    )
    ici = _address(dossier, f"journaux/{quoted(code)}", choix.exercice, premier, dernier, lignes)
    mois = app.consultation.mois_par_journal(dossier.dossier, choix.exercice.code).filter(pl.col("journal") == code)
    return render_books(
        request,
        "livres/journal.html",
        dossier=dossier,
        choix=choix,
        code=code,
        libelle=connus[code],
        debut=premier,
        fin=dernier,
        lignes=cadre.to_dicts(),
        totaux=_whole_months(mois, premier, dernier, choix.exercice),
        par_page=lignes,
        tailles=LIGNES_PAR_PAGE,
        debut_liste=ici if apres else None,
        suivant=_with(ici, suite),
    )


def _whole_months(mois: pl.DataFrame, debut: date, fin: date, exercice: Exercice) -> dict[str, int] | None:
    """Totals of the period from the roll-ups; None when the period cuts a month."""
    if (debut.day != 1 and debut != exercice.debut) or fin not in (etats.fin_de_mois(fin), exercice.fin):
        return None
    dedans = mois.filter(pl.col("mois").is_between(debut.year * 100 + debut.month, fin.year * 100 + fin.month))
    return {c: int(dedans[c].sum()) for c in ("debit_centimes", "credit_centimes", "nombre")}


@router.get("/dossiers/{code}/grand-livre")
def list_comptes(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    exercice: CodeExercice = "",
    q: Annotated[str, Query(max_length=100)] = "",
    apres: Curseur = "",
) -> Response:
    """Accounts by number or by words of their label; a whole number typed leads straight to its account."""
    choix = choose(dossier, exercice, app)
    if choix.exercice is None:
        return render_books(request, "livres/sans_exercice.html", dossier=dossier, onglet="grand-livre")
    voulu = clean(q).strip()
    cadre = app.livres.balance(dossier.dossier, exercice=choix.exercice.code)
    if voulu and "hx-request" not in request.headers and voulu in cadre["compte"]:
        cible = address(dossier, f"grand-livre/{quoted(voulu)}", exercice=choix.exercice.code)
        return RedirectResponse(cible, 303)
    for mot in voulu.split():
        libelle = pl.col("libelle").str.to_lowercase().str.contains(mot.lower(), literal=True)
        cadre = cadre.filter(pl.col("compte").str.starts_with(mot) | libelle)
    suite = cadre.filter(pl.col("compte") > clean(apres)) if apres else cadre
    vus = suite.head(COMPTES_PAR_PAGE)
    dernier = vus["compte"][-1] if suite.height > vus.height else None
    return render_books(
        request,
        "livres/comptes.html",
        dossier=dossier,
        choix=choix,
        q=voulu,
        comptes=vus.to_dicts(),
        nombre=cadre.height,
        suivant=address(dossier, "grand-livre", exercice=choix.exercice.code, q=voulu, apres=dernier)
        if dernier
        else None,
    )


@router.get("/dossiers/{code}/grand-livre/{compte:path}")
def read_compte(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    compte: Annotated[str, Path(max_length=100)],
    app: App,
    exercice: CodeExercice = "",
    debut: Jour = "",
    fin: Jour = "",
    apres: Curseur = "",
    lignes: Lignes = LIGNES_PAR_PAGE[0],
) -> Response:
    """Lines by date with the balance after each; the first page begins with what the period found."""
    choix = choose(dossier, exercice, app)
    numero = clean(compte)
    if choix.exercice is None:
        raise CompteInconnu(numero)
    premier, dernier = period(debut, fin, choix.exercice)
    cadre, suite = app.livres.grand_livre(
        dossier.dossier, numero, debut=premier, fin=dernier, apres=apres or None, limite=lignes
    )
    libelle = _label(dossier, numero, app)
    avant, debit, credit, nombre = app.consultation.totaux_compte(
        dossier.dossier, numero, exercice=choix.exercice.code, debut=premier, fin=dernier
    )
    ici = _address(dossier, f"grand-livre/{quoted(numero)}", choix.exercice, premier, dernier, lignes)
    return render_books(
        request,
        "livres/grand_livre.html",
        dossier=dossier,
        choix=choix,
        compte=numero,
        libelle=libelle,
        debut=premier,
        fin=dernier,
        lignes=cadre.to_dicts(),
        report=_carried(cadre, avant),
        totaux={"debit": debit, "credit": credit, "nombre": nombre, "avant": avant, "solde": avant + debit - credit},
        par_page=lignes,
        tailles=LIGNES_PAR_PAGE,
        debut_liste=ici if apres else None,
        suivant=_with(ici, suite),
    )


def _label(dossier: Dossier, compte: str, app: Ports) -> str:
    """Raises CompteInconnu."""
    trouve = app.livres.comptes(dossier.dossier).filter(pl.col("numero") == compte)
    if trouve.is_empty():
        raise CompteInconnu(compte)
    return str(trouve["libelle"][0])


def _carried(cadre: pl.DataFrame, avant: int) -> int:
    """The balance before the first line shown."""
    if cadre.is_empty():
        return avant
    premiere = cadre.row(0, named=True)
    mouvement = premiere["debit_centimes"] - premiere["credit_centimes"]
    return int(premiere["solde_centimes"]) - (mouvement if premiere["type_ecriture"] == "N" else 0)


@router.get("/dossiers/{code}/ecritures/{recu}/{ecriture}")
def read_ecriture(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    recu: Annotated[int, Path(ge=1, le=RANG_MAX)],
    ecriture: Annotated[int, Path(ge=0, le=RANG_MAX)],
    app: App,
    apres: Curseur = "",
) -> Response:
    lue = app.consultation.ecriture(dossier.dossier, recu, ecriture, apres=apres or None, limite=LIGNES_D_ECRITURE)
    if lue is None:
        raise HTTPException(404)
    lignes = lue.lignes.to_dicts()
    ventilations: dict[int, list[dict[str, Any]]] = {}
    for part in lue.ventilations.iter_rows(named=True):
        ventilations.setdefault(part["ligne_mere"], []).append(part)
    comptes = app.livres.comptes(dossier.dossier).filter(pl.col("numero").is_in(lue.lignes["compte"].implode()))
    ici = address(dossier, f"ecritures/{recu}/{ecriture}")
    return render_books(
        request,
        "livres/ecriture.html",
        dossier=dossier,
        e=lue,
        tete=lignes[0],
        lignes=lignes,
        libelles=dict(comptes.select("numero", "libelle").iter_rows()),
        ventilations=ventilations,
        pieces={p.numero_ligne: p for p in lue.pieces},
        demande=app.demandes.lire(lue.import_id) if lue.import_id else None,
        debut_liste=ici if apres else None,
        suivant=f"{ici}?apres={quoted(lue.apres)}" if lue.apres else None,
    )


def _address(dossier: Dossier, page: str, exercice: Exercice, debut: date, fin: date, lignes: int) -> str:
    entier = (debut, fin) == (exercice.debut, exercice.fin)
    return address(
        dossier,
        page,
        exercice=exercice.code,
        debut=None if entier else debut,
        fin=None if entier else fin,
        lignes=lignes if lignes != LIGNES_PAR_PAGE[0] else None,
    )


def _with(adresse: str, curseur: str | None) -> str | None:
    """The address of the next page: those of here have parameters already."""
    return None if curseur is None else f"{adresse}&apres={quoted(curseur)}"
