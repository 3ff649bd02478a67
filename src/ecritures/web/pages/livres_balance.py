"""The balance of a dossier: by class, over a period of whole months, beside another exercice; each amount leads to its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.imports import etats
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.web.pages.livres_commun import Choix, CodeExercice, Curseur, Jour, address, choose, period, render_books
from ecritures.web.personne import DossierDuChemin, Moi

router = APIRouter(prefix=PREFIXE)

COMPTES_MAX = 2_000
"""Accounts on one page: past it the next ones are a page away, and totals stay those of all."""


@dataclass(frozen=True)
class Vue:
    """A balance as asked. ``compare``: the exercice beside, over the months of the same rank."""

    exercice: Exercice
    debut: date
    fin: date
    compare: Exercice | None
    compte: str
    masquer_nuls: bool

    @property
    def periode_comparee(self) -> tuple[date, date] | None:
        if self.compare is None:
            return None
        decalage = _rank(self.compare.debut) - _rank(self.exercice.debut)
        debut = max(etats.decale(self.debut, decalage), self.compare.debut)
        return debut, min(etats.fin_de_mois(etats.decale(self.fin, decalage)), self.compare.fin)

    def adresse(self, dossier: Dossier, **autres: Any) -> str:
        """This view with some of its parameters changed."""
        entier = (self.debut, self.fin) == (self.exercice.debut, self.exercice.fin)
        parametres = {
            "exercice": self.exercice.code,
            "debut": None if entier else self.debut,
            "fin": None if entier else self.fin,
            "compare": self.compare.code if self.compare else None,
            "compte": self.compte,
            "nuls": "masquer" if self.masquer_nuls else None,
        }
        page = str(autres.pop("page", "balance"))
        return address(dossier, page, **{**parametres, **autres})


def _rank(jour: date) -> int:
    return jour.year * 12 + jour.month


def read_view(choix: Choix, exercice: Exercice, debut: str, fin: str, compare: str, compte: str, nuls: str) -> Vue:
    """Days are widened to whole months: the roll-ups are by month. Raises ExerciceInconnu, HttpRefusal."""
    premier, dernier = period(debut, fin, exercice)
    return Vue(
        exercice,
        max(premier.replace(day=1), exercice.debut),
        min(etats.fin_de_mois(dernier), exercice.fin),
        choix.trouver(clean(compare)) if compare and compare != exercice.code else None,
        clean(compte).strip()[:30],
        nuls == "masquer",
    )


def compared(dossier: Dossier, vue: Vue, app: Ports) -> pl.DataFrame:
    """``compte, libelle, debit, credit, compare`` of that view."""
    balance = _balance(dossier, vue.exercice, vue.debut, vue.fin, app)
    autre = None
    if vue.compare is not None and vue.periode_comparee is not None:
        autre = _balance(dossier, vue.compare, *vue.periode_comparee, app)
    cadre = etats.balance_comparee(balance, autre, masquer_nuls=vue.masquer_nuls)
    return cadre.filter(pl.col("compte").str.starts_with(vue.compte)) if vue.compte else cadre


def _balance(dossier: Dossier, exercice: Exercice, debut: date, fin: date, app: Ports) -> pl.DataFrame:
    """Ends that are those of the exercice bound nothing more: every balance here comes from the roll-ups."""
    return app.livres.balance(
        dossier.dossier,
        exercice=exercice.code,
        debut=debut if debut > exercice.debut else None,
        fin=fin if fin < exercice.fin else None,
    )


@router.get("/dossiers/{code}/balance")
def show(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    exercice: CodeExercice = "",
    debut: Jour = "",
    fin: Jour = "",
    compare: CodeExercice = "",
    compte: Annotated[str, Query(max_length=30)] = "",
    nuls: Annotated[str, Query(max_length=10)] = "",
    apres: Curseur = "",
) -> Response:
    choix = choose(dossier, exercice, app)
    if choix.exercice is None:
        return render_books(request, "livres/sans_exercice.html", dossier=dossier, onglet="balance")
    vue = read_view(choix, choix.exercice, debut, fin, compare, compte, nuls)
    cadre = compared(dossier, vue, app)
    page = cadre.filter(pl.col("compte") > clean(apres)) if apres else cadre
    vus = page.head(COMPTES_MAX)
    suivant = vus["compte"][-1] if page.height > vus.height else None
    toutes = etats.par_classe(cadre, avec_comptes=False)
    return render_books(
        request,
        "livres/balance.html",
        dossier=dossier,
        choix=choix,
        vue=vue,
        mois=etats.mois_de(vue.exercice.debut, vue.exercice.fin),
        fin_de_mois=etats.fin_de_mois,
        classes=_shown(toutes, vus),
        debiteur=sum(classe.debiteur for classe in toutes),
        crediteur=sum(classe.crediteur for classe in toutes),
        total=etats.total(cadre),
        nombre=cadre.height,
        suivant=vue.adresse(dossier, apres=suivant) if suivant else None,
    )


def _shown(toutes: list[etats.Classe], vus: pl.DataFrame) -> list[tuple[etats.Classe, list[etats.Compte]]]:
    """The classes, with the sums of all their accounts, and those of their accounts that this page shows."""
    comptes = {classe.numero: list(classe.comptes) for classe in etats.par_classe(vus)}
    return [(c, comptes[c.numero]) for c in toutes if c.numero in comptes]
