"""« Annuler l'import » on a selection: what goes and what blocks, then the act, import by import, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App, may_see
from ecritures.api.body import clean
from ecritures.api.refusals import HttpRefusal
from ecritures.domain.errors import AnnulationRefusee, ImportInconnu
from ecritures.imports.cancel import Annulation, cancel, preview
from ecritures.imports.ports import Demande, Ports
from ecritures.web.pages.historique_vue import ADRESSE, inside
from ecritures.web.personne import MoiQuiEcris, Personne
from ecritures.web.rendu import render

router = APIRouter(prefix=ADRESSE)

SELECTION_MAX = 50
"""As many as a page of the history shows: each is cancelled, or tried, while the person waits."""

Retour = Annotated[str, Query(max_length=4000)]


@dataclass(frozen=True)
class Sort:
    """What became of one import. ``motifs``: why it stays."""

    demande: Demande
    faite: Annulation | None
    motifs: tuple[str, ...] = ()


@router.get("/annulation")
def show(
    request: Request, moi: MoiQuiEcris, app: App, id: Annotated[list[str] | None, Query()] = None, retour: Retour = ""
) -> Response:
    """The cancel is done then undone, for each import by itself: nothing of it stays."""
    choisis = _chosen(id or [], moi, app)
    if not choisis:
        return RedirectResponse(inside(retour), 303)
    apercus = [preview(demande.id, app) for demande in choisis]
    possibles = [a for a in apercus if not a.blocages]
    return render(
        request,
        "historique/annulation.html",
        apercus=apercus,
        possibles=possibles,
        retour=inside(retour),
        lignes=sum(a.apercu.lignes for a in possibles if a.apercu),
        ecritures=sum(a.apercu.ecritures for a in possibles if a.apercu),
        debit_centimes=sum(a.apercu.debit_centimes for a in possibles if a.apercu),
    )


@router.post("/annulation")
def confirm(
    request: Request,
    moi: MoiQuiEcris,
    app: App,
    id: Annotated[list[str] | None, Form()] = None,
    retour: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Newest first: an import takes back what it created once those after it are gone. One that is refused stops no other,
    and asking again changes nothing more."""
    sorts = [_cancel(demande, moi, app) for demande in _chosen(id or [], moi, app)]
    faites = [s.faite for s in sorts if s.faite is not None and not s.faite.deja_annule]
    return render(request, "historique/annulation_faite.html", sorts=sorts, nombre=len(faites), retour=inside(retour))


def _cancel(demande: Demande, moi: Personne, app: Ports) -> Sort:
    try:
        faite = cancel(demande.id, moi.identifiant, app)
    except AnnulationRefusee as refus:
        return Sort(demande, None, refus.motifs)
    return Sort(faite.demande, faite)


def _chosen(ids: list[str], moi: Personne, app: Ports) -> list[Demande]:
    """The imports of these ids, newest first. Raises ImportInconnu, another firm's included; HttpRefusal when too many."""
    if len(ids) > SELECTION_MAX:
        raise HttpRefusal(
            422,
            "requete.invalide",
            f"La sélection dépasse {SELECTION_MAX} imports : en choisir moins, en plusieurs fois.",
        )
    trouves: dict[str, Demande] = {}
    for un in ids:
        demande = app.demandes.lire(clean(un).lower()[:64])
        if demande is None or not may_see(moi.acces, demande.domain, demande.dossier):
            raise ImportInconnu(clean(un)[:64])
        trouves[demande.id] = demande
    return sorted(trouves.values(), key=lambda d: d.creation, reverse=True)
