"""« Importer un fichier »: files dropped, sent once by pieces, checked before anything is posted, then imported and followed.

The browser drives the uploads (``statique/importer.js``) by ``/api/v1/televersements``: one upload makes one import, however
often it is asked for. Here are the parts that it shows: the result of the dry run, and the import under way.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1.imports import find_import
from ecritures.api.v1.televersements import seen_upload
from ecritures.domain.constat import Severity
from ecritures.domain.errors import FormatInconnu, TeleversementInacheve
from ecritures.imports.a_blanc import examine
from ecritures.imports.ports import Demande, Dossier, Ports
from ecritures.imports.receive import NOM_MAX
from ecritures.imports.reports.piece import Piece, piece
from ecritures.imports.televersements import MORCEAU_OCTETS_MAX, Televersement
from ecritures.web.flux import stream
from ecritures.web.personne import Moi, MoiQuiEcris
from ecritures.web.rendu import fragment, render

router = APIRouter(prefix=PREFIXE)

CONSTATS_MAX = 1_000
"""Findings held for the dry run's page; all of them are counted."""
MONTRES_MAX = 12
"""Findings shown with their line; the import's own page shows them all."""


@router.get("/importer")
def show(request: Request, moi: MoiQuiEcris, app: App, dossier: str = "") -> Response:
    dossiers = app.dossiers.lister(moi.domain)
    voulu = clean(dossier).casefold()
    return render(
        request,
        "importer/page.html",
        dossiers=dossiers,
        choisi=next((d.code_ibs for d in dossiers if d.code_ibs.casefold() == voulu), ""),
        modeles=app.modeles.lister(moi.domain),
        morceau_octets=MORCEAU_OCTETS_MAX,
        taille_octets_max=app.limits.fichier_taille_octets_max,
        api=PREFIXE_V1,
    )


def upload_of_path(televersement: str, moi: MoiQuiEcris, app: App) -> Televersement:
    """A whole upload of the firm. Raises TeleversementInconnu, TeleversementInacheve."""
    trouve = seen_upload(televersement, moi.acces, app)
    if not trouve.est_complet:
        raise TeleversementInacheve(trouve.recus_octets, trouve.taille_octets)
    return trouve


@router.get("/importer/controle/{televersement}")
async def check(
    request: Request,
    televersement: Annotated[Televersement, Depends(upload_of_path)],
    app: App,
    modele: Annotated[str, Query(max_length=NOM_MAX)] = "",
) -> Response:
    """What its import would find, as a part of the page. Files wait their turn, as the API's own dry runs do."""
    dossier = app.dossiers.numero(televersement.dossier)
    assert dossier is not None, "a dossier is never deleted"
    try:
        async with request.app.state.preflights:
            vue = await run_in_threadpool(_examine, televersement, dossier, clean(modele), app)
    except FormatInconnu:
        return render(request, "importer/inconnu.html")
    return render(
        request,
        "importer/controle.html",
        televersement=televersement,
        dossier=dossier,
        vue=vue,
        modele=clean(modele),
        montres=sorted(zip(vue.montres.to_dicts(), vue.extraits, strict=True), key=_gravity)[:MONTRES_MAX],
    )


@router.get("/importer/suivi/{id}")
def follow(request: Request, id: str, moi: Moi, app: App) -> Response:
    """The import under way, as a part of the page that keeps itself up to date."""
    return render(request, "importer/suivi.html", demande=find_import(id, moi.acces, app))


@router.get("/importer/suivi/{id}/flux")
def live(request: Request, id: str, moi: Moi, app: App) -> Response:
    demande = find_import(id, moi.acces, app)

    def look(vu: object) -> tuple[object, str | None, bool]:
        lue = _again(demande, app)
        texte = None if vu == lue.state else fragment(request, "importer/etat.html", demande=lue)
        return lue.state, texte, lue.state.est_final

    return stream(request, look)


def _examine(televersement: Televersement, dossier: Dossier, modele: str, app: Ports) -> Piece:
    octets = b"".join(app.televersements.contenu(televersement.id))
    nom = televersement.nom_fichier
    format_, examen = examine(octets, nom, dossier, app, limite=CONSTATS_MAX, modele=modele or None)
    return piece(nom, format_, examen, octets)


def _gravity(montre: tuple[dict[str, Any], object]) -> int:
    """Errors first, each kind in the order of the file."""
    return list(Severity).index(Severity(montre[0]["severite"]))


def _again(demande: Demande, app: Ports) -> Demande:
    lue = app.demandes.lire(demande.id)
    assert lue is not None, "a request is never deleted"
    return lue
