"""Files out of the books: balance, journal, grand livre as tables; a whole exercice as FEC, TRA, XLSX, CSV…"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import polars as pl
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import CompteInconnu, JournalInconnu
from ecritures.formats.sorties import SORTIES
from ecritures.formats.tableur.colonnes import Colonne
from ecritures.imports.exporter import NOTICE, exporter, pertes_de_l_export
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.imports.reports import etats as tables
from ecritures.web.pages.livres_balance import compared, read_view
from ecritures.web.pages.livres_commun import CodeExercice, Jour, choose, period, render_books
from ecritures.web.personne import DossierDuChemin, Moi
from ecritures.web.rendu import PARIS, day

router = APIRouter(prefix=PREFIXE)

BLOC = 5_000
"""Lines read together for a table: a file of any length is written as it is read."""
Mot = Annotated[str, Query(max_length=100)]
Lire = Callable[[str | None], tuple[pl.DataFrame, str | None]]


@router.get("/dossiers/{code}/exports")
def show(request: Request, moi: Moi, dossier: DossierDuChemin, app: App, exercice: CodeExercice = "") -> Response:
    choix = choose(dossier, exercice, app)
    if choix.exercice is None:
        return render_books(request, "livres/sans_exercice.html", dossier=dossier, onglet="exports")
    return render_books(
        request,
        "livres/exports.html",
        dossier=dossier,
        choix=choix,
        journaux=app.livres.journaux(dossier.dossier).select("code", "libelle").to_dicts(),
        remplis=choix.remplis.get(choix.exercice.code, 0),
    )


@router.get("/dossiers/{code}/exports/pertes")
def show_losses(
    request: Request, moi: Moi, dossier: DossierDuChemin, app: App, format: Mot = "tra", exercice: CodeExercice = ""
) -> Response:
    """What the format would lose, before one takes the file."""
    if format not in SORTIES:
        raise HTTPException(404)
    voulu = _exercice(dossier, exercice, app)
    trouvees = pertes_de_l_export(dossier, voulu, format, app, jour=datetime.now(PARIS).date())
    titre = SORTIES[format].titre
    return render_books(request, "livres/pertes.html", dossier=dossier, exercice=voulu, titre=titre, pertes=trouvees)


@router.get("/dossiers/{code}/exports/exercice")
def whole(
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    format: Mot = "fec",
    exercice: CodeExercice = "",
    brouillons: Mot = "exclure",
) -> Response:
    """The entries of an exercice in a format of ours, read again before they are given."""
    if format not in SORTIES and format != NOTICE:
        raise HTTPException(404)
    choix = "garder" if brouillons == "garder" else "valider" if brouillons == "valider" else "exclure"
    fichier = exporter(
        dossier,
        _exercice(dossier, exercice, app),
        format,
        app,
        jour=datetime.now(PARIS).date(),
        brouillons=choix,  # type: ignore[arg-type]  # one of the three words of its Literal
    )
    return Response(fichier.octets, media_type=fichier.type_mime, headers=_as_file(fichier.nom))


@router.get("/dossiers/{code}/exports/balance")
def balance(
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    format: Mot = "xlsx",
    exercice: CodeExercice = "",
    debut: Jour = "",
    fin: Jour = "",
    compare: CodeExercice = "",
    compte: Mot = "",
    nuls: Mot = "",
) -> Response:
    choix = choose(dossier, exercice, app)
    if choix.exercice is None:
        raise HTTPException(404)
    vue = read_view(choix, choix.exercice, debut, fin, compare, compte, nuls)
    solde = pl.col("debit") - pl.col("credit")
    cadre = compared(dossier, vue, app).with_columns(
        solde=solde,
        debiteur=solde.clip(lower_bound=0),
        crediteur=(-solde).clip(lower_bound=0),
        variation=solde - pl.col("compare"),
    )
    colonnes = tables.BALANCE if vue.compare is None else (*tables.BALANCE, *tables.COMPARAISON)
    titre = f"Balance du {day(vue.debut)} au {day(vue.fin)}"
    nom = f"{dossier.code_ibs}-{vue.exercice.code}-balance"
    return _table(dossier, "Balance", titre, nom, format, colonnes, iter([cadre]))


@router.get("/dossiers/{code}/exports/journal")
def journal(
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    journal: Mot = "",
    format: Mot = "xlsx",
    exercice: CodeExercice = "",
    debut: Jour = "",
    fin: Jour = "",
) -> Response:
    """One journal, or all of them one after the other."""
    voulu, code = _exercice(dossier, exercice, app), clean(journal)
    premier, dernier = period(debut, fin, voulu)
    connus = app.livres.journaux(dossier.dossier)["code"].to_list()
    if code and code not in connus:
        raise JournalInconnu(code)

    def reader(un: str) -> Lire:
        return lambda apres: app.livres.journal(
            dossier.dossier, un, debut=premier, fin=dernier, apres=apres, limite=BLOC
        )

    titre = f"Journal {code or 'général'} du {day(premier)} au {day(dernier)}"
    nom = f"{dossier.code_ibs}-{voulu.code}-journal{'-' + code if code else ''}"
    pages = _pages([reader(un) for un in ([code] if code else connus)])
    return _table(dossier, "Journal", titre, nom, format, tables.JOURNAL, pages)


@router.get("/dossiers/{code}/exports/grand-livre")
def grand_livre(
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    compte: Mot = "",
    format: Mot = "xlsx",
    exercice: CodeExercice = "",
    debut: Jour = "",
    fin: Jour = "",
) -> Response:
    """One account, or every account that has lines in the exercice."""
    voulu, numero = _exercice(dossier, exercice, app), clean(compte)
    premier, dernier = period(debut, fin, voulu)
    if numero and numero not in app.livres.comptes(dossier.dossier)["numero"]:
        raise CompteInconnu(numero)
    comptes = [numero] if numero else app.livres.balance(dossier.dossier, exercice=voulu.code)["compte"].to_list()

    def reader(un: str) -> Lire:
        return lambda apres: app.livres.grand_livre(
            dossier.dossier, un, debut=premier, fin=dernier, apres=apres, limite=BLOC
        )

    titre = f"Grand livre {numero or 'général'} du {day(premier)} au {day(dernier)}"
    nom = f"{dossier.code_ibs}-{voulu.code}-grand-livre{'-' + numero if numero else ''}"
    return _table(
        dossier, "Grand livre", titre, nom, format, tables.GRAND_LIVRE, _pages([reader(un) for un in comptes])
    )


def _exercice(dossier: Dossier, code: str, app: Ports) -> Exercice:
    choix = choose(dossier, code, app)
    if choix.exercice is None:
        raise HTTPException(404)
    return choix.exercice


def _pages(lectures: list[Lire]) -> Iterator[pl.DataFrame]:
    for lire in lectures:
        apres: str | None = None
        while True:
            cadre, apres = lire(apres)
            yield cadre
            if apres is None:
                break


def _table(
    dossier: Dossier,
    feuille: str,
    titre: str,
    nom: str,
    format: str,
    colonnes: tuple[Colonne, ...],
    pages: Iterator[pl.DataFrame],
) -> Response:
    """A CSV goes out as it is read; a workbook is made whole."""
    if format == "csv":
        return StreamingResponse(
            tables.en_csv(colonnes, pages), media_type="text/csv; charset=utf-8", headers=_as_file(f"{nom}.csv")
        )
    if format != "xlsx":
        raise HTTPException(404)
    entete = f"{dossier.libelle} ({dossier.code_ibs}) — {titre}"
    octets = tables.en_xlsx(feuille, entete, colonnes, pages)
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(octets, media_type=mime, headers=_as_file(f"{nom}.xlsx"))


def _as_file(nom: str) -> dict[str, Any]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(nom, safe='')}"}
