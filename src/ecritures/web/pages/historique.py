"""Comptabilité > Imports > Historique des imports: the firm's imports, live, to search, sort, export and choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

import polars as pl
from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException

from ecritures.api.access import App
from ecritures.formats.tableur.colonnes import Colonne
from ecritures.imports.etapes import ETAPES, EtapeFaite
from ecritures.imports.historique import BRIQUE, FORMATS, ORIGINES, PAR_API, TRIS, Etat, etat_of
from ecritures.imports.ports import Demande, Ports
from ecritures.imports.reports.etats import en_csv, en_xlsx
from ecritures.web.flux import stream
from ecritures.web.pages.historique_vue import ADRESSE, Vue, VueDemandee
from ecritures.web.personne import Moi, Personne
from ecritures.web.rendu import PARIS, is_htmx, render

router = APIRouter(prefix=ADRESSE)

PAR_PAGE = 50
DOSSIERS_LISTE_MAX = 300
"""Dossiers offered in a list; with more, one types the code."""

COLONNES = (
    Colonne("Nom du fichier", "nom", largeur=36),
    Colonne("Dossier", "dossier", largeur=12),
    Colonne("Statut", "statut", largeur=22),
    Colonne("Erreur", "erreur", largeur=60),
    Colonne("Brique applicative", "brique", largeur=18),
    Colonne("Origine", "origine", largeur=18),
    Colonne("Demandeur", "demandeur", largeur=24),
    Colonne("Format", "format", largeur=12),
    Colonne("Date", "date", "date", 11),
    Colonne("Heure", "heure", largeur=8),
    Colonne("Lignes", "lignes", "entier", 10),
    Colonne("Montant", "montant", "montant", 16),
    Colonne("Annulé le", "annule_le", "date", 11),
    Colonne("Annulé par", "annule_par", largeur=20),
    Colonne("Identifiant", "id", largeur=38),
)
_GENRES = {"date": pl.Date, "entier": pl.Int64, "montant": pl.Int64, "texte": pl.String}


@router.get("")
def show(request: Request, moi: Moi, vue: VueDemandee, app: App) -> Response:
    dossiers = app.dossiers.lister(moi.domain)
    page = render(
        request,
        "historique/liste.html",
        dossiers=dossiers,
        dossiers_max=DOSSIERS_LISTE_MAX,
        origines=ORIGINES,
        **_content(moi, vue, app),
    )
    if is_htmx(request) and "hx-history-restore-request" not in request.headers:
        page.headers["hx-push-url"] = vue.ici  # without the fields left empty
    return page


@router.get("/flux")
def follow(request: Request, moi: Moi, vue: VueDemandee, app: App, version: str = "") -> Response:
    """The same page, each time that an import of the firm arrives or moves. ``version``: what the page shows already."""

    def look(vu: Any) -> tuple[Any, str | None, bool]:
        trouvee = app.historique.version(moi.domain)
        if vu is None and version == _text(trouvee):
            imports = app.historique.rechercher(
                moi.domain, vue.filtre, vue.ordre, apres=vue.apres or None, avant=vue.avant or None, limite=PAR_PAGE
            ).imports
            return (trouvee, app.historique.etapes(_running(imports))), None, False
        if vu is not None and trouvee == vu[0] and app.historique.etapes(list(vu[1])) == vu[1]:
            return vu, None, False
        contenu = _content(moi, vue, app)
        fragment = bytes(render(request, "historique/vivant.html", **contenu).body).decode()
        return (contenu["maj"], contenu["etapes"]), fragment, False

    return stream(request, look)


@router.get("/export.{forme}")
def export(moi: Moi, vue: VueDemandee, app: App, forme: str) -> Response:
    """Everything that the filters keep, in the order shown: a CSV as it is read, or a workbook. Raises EcritureImpossible."""
    if forme not in ("csv", "xlsx"):
        raise HTTPException(404)
    nom = f"Historique des imports {datetime.now(PARIS):%Y-%m-%d}.{forme}"
    entetes = {"content-disposition": f"attachment; filename*=UTF-8''{quote(nom, safe='')}"}
    pages = _frames(moi.domain, vue, app)
    if forme == "csv":
        return StreamingResponse(en_csv(COLONNES, pages), media_type="text/csv; charset=utf-8", headers=entetes)
    titre = f"Historique des imports du {datetime.now(PARIS):%d/%m/%Y}"
    octets = en_xlsx("Imports", titre, COLONNES, pages)
    mime = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(octets, media_type=mime, headers=entetes)


def _content(moi: Personne, vue: Vue, app: Ports) -> dict[str, Any]:
    """What the live part of the page shows. What changes (``maj``) is read first: a move in between is shown again, never missed."""
    version = app.historique.version(moi.domain)
    page = app.historique.rechercher(
        moi.domain, vue.filtre, vue.ordre, apres=vue.apres or None, avant=vue.avant or None, limite=PAR_PAGE
    )
    nombres = app.historique.compter(moi.domain, vue.filtre)
    return {
        "vue": vue,
        "page": page,
        "maj": version,
        "flux": vue.adresse("/flux", apres=vue.apres, avant=vue.avant, version=_text(version)),
        "nombres": nombres,
        "etats": [(etat.mot, etat.libelle, nombres[etat]) for etat in Etat],
        "etapes": app.historique.etapes(_running(page.imports)),
        "ordre_etapes": ETAPES,
        "avancement": _progress,
        "demandeurs": _askers(moi.domain, page.imports, app),
        "libelles": _names(page.imports, app),
        "brique": BRIQUE,
        "formats": FORMATS,
        "tris": TRIS,
    }


def _running(imports: Sequence[Demande]) -> list[str]:
    return [d.id for d in imports if etat_of(d) is Etat.EN_COURS]


def _progress(faites: Sequence[EtapeFaite]) -> tuple[str, int]:
    """The step under way and its rank from 1, after those that are over."""
    rang = max((ETAPES.index(faite.nom) + 1 for faite in faites), default=0)
    return ETAPES[min(rang, len(ETAPES) - 1)], min(rang + 1, len(ETAPES))


def _askers(domain: str, imports: Sequence[Demande], app: Ports) -> Mapping[str, str]:
    """How people know who asked: the label of a key, the name to sign in with of a person."""
    cles = {d.demandeur for d in imports if d.demandeur and d.origine == PAR_API}
    trouvees = {cle: app.cles.trouver(domain, cle) for cle in sorted(cles)}
    connues = {cle: trouvee.libelle for cle, trouvee in trouvees.items() if trouvee is not None}
    return {d.demandeur: connues.get(d.demandeur, d.demandeur) for d in imports if d.demandeur}


def _names(imports: Sequence[Demande], app: Ports) -> Mapping[int, str]:
    """The name of each dossier of the page."""
    trouves = {numero: app.dossiers.numero(numero) for numero in {d.dossier for d in imports}}
    return {numero: dossier.libelle for numero, dossier in trouves.items() if dossier is not None}


def _frames(domain: str, vue: Vue, app: Ports) -> Iterator[pl.DataFrame]:
    schema = {c.champ: _GENRES[c.genre] for c in COLONNES}
    for imports in app.historique.parcourir(domain, vue.filtre, vue.ordre):
        demandeurs = _askers(domain, imports, app)
        yield pl.DataFrame([_row(d, demandeurs) for d in imports], schema=schema, orient="row")


def _row(demande: Demande, demandeurs: Mapping[str, str]) -> tuple[Any, ...]:
    creation = demande.creation.astimezone(PARIS)
    return (
        demande.nom_fichier,
        demande.code_ibs,
        etat_of(demande).libelle,
        demande.message or "",
        BRIQUE,
        demande.origine,
        demandeurs.get(demande.demandeur or "", ""),
        FORMATS.get(demande.format, demande.format),
        creation.date(),
        f"{creation:%H:%M}",
        demande.lignes,
        demande.montant_centimes,
        demande.annulation.astimezone(PARIS).date() if demande.annulation else None,
        demande.annule_par or "",
        demande.id,
    )


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}-{version[1]}"
