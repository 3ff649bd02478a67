"""Repair of the file of an import: the steps that its findings call for, what they would change, and the import of the result."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.constat import Constats
from ecritures.domain.errors import DossierInconnu, ReparationRefusee
from ecritures.imports.historique import MANUELLE
from ecritures.imports.ports import Demande, Dossier, Ports
from ecritures.imports.repairs.recette import ACTIONS
from ecritures.imports.reparation import Essai, import_repaired, proposals, try_repair, why_not
from ecritures.imports.reports.piece import visible
from ecritures.web.pages.import_commun import ImportDuChemin, counts, groups
from ecritures.web.personne import MoiQuiEcris
from ecritures.web.rendu import is_htmx, render

router = APIRouter(prefix=PREFIXE)

MONTREES_MAX = 200
"""Changes laid out; their number stays true beyond."""
AUTOUR = 24
"""Characters shown on each side of what changes in a long text."""


async def turn(request: Request, _moi: MoiQuiEcris) -> AsyncIterator[None]:
    """A trial reads and checks the whole file: as many at once as preflights, those who wait hold no thread."""
    async with request.app.state.preflights:
        yield


Tour = Annotated[None, Depends(turn)]
Etapes = Annotated[list[int], Form(default_factory=list, max_length=100)]


@router.get("/imports/{id:uuid}/reparation")
def show(request: Request, demande: ImportDuChemin, app: App) -> Response:
    return render(request, "import/reparation.html", **_page(demande, app), essai=None, cochees=None, refus=None)


@router.post("/imports/{id:uuid}/reparation/apercu")
def preview(
    request: Request, demande: ImportDuChemin, moi: MoiQuiEcris, app: App, _tour: Tour, etape: Etapes
) -> Response:  # fmt: skip
    """What the steps would change, and what would remain to be corrected. Nothing is kept."""
    essai, refus = None, None
    try:
        essai = try_repair(demande, etape, _dossier(demande, app), app)
    except ReparationRefusee as refusee:
        refus = refusee.message
    modele = "import/apercu.html" if is_htmx(request) else "import/reparation.html"
    page = render(
        request, modele, **_page(demande, app), essai=essai and _shown(essai, demande), cochees=etape, refus=refus
    )
    page.status_code = 200 if refus is None or is_htmx(request) else 409
    return page


@router.post("/imports/{id:uuid}/reparation")
def confirm(
    demande: ImportDuChemin, moi: MoiQuiEcris, app: App, _tour: Tour, etape: Etapes, cle: Annotated[UUID, Form()]
) -> Response:
    """The repaired file as a new import; the original stays where it is. ``cle`` comes with the preview: sent twice, one import."""
    creee = import_repaired(
        demande, etape, _dossier(demande, app), app, origine=MANUELLE, par=moi.identifiant, import_id=str(cle)
    )  # fmt: skip
    return RedirectResponse(f"{PREFIXE}/imports/{creee.id}", 303)


def _dossier(demande: Demande, app: Ports) -> Dossier:
    dossier = app.dossiers.numero(demande.dossier)
    if dossier is None:
        raise DossierInconnu(demande.code_ibs)
    return dossier


def _page(demande: Demande, app: Ports) -> dict[str, Any]:
    return {
        "demande": demande,
        "dossier": app.dossiers.numero(demande.dossier),
        "raison": why_not(demande),
        "propositions": proposals(demande, app),
        "actions": ACTIONS,
        "reparations": app.demandes.reparations(demande.id),
        "comptes": counts(demande),
    }


def _shown(essai: Essai, demande: Demande) -> dict[str, Any]:
    corrections = essai.reparation.corrections
    restants = essai.examen.constats
    return {
        "total": corrections.height,
        "etapes": list(zip(essai.reparation.recette.etapes, essai.reparation.par_etape, strict=True)),
        "changements": [_difference(c) for c in corrections.head(MONTREES_MAX).iter_rows(named=True)],
        "omis": corrections.height - min(corrections.height, MONTREES_MAX),
        "est_postable": essai.examen.est_postable,
        "par_severite": restants.par_severite,
        "regles": _before_and_after(demande, restants),
        "recette": essai.recette,
        "cle": str(uuid4()),
    }


def _before_and_after(demande: Demande, restants: Constats) -> list[dict[str, Any]]:
    """Each rule found before or after, with both counts; what is solved last."""
    apres = {regle.id: (regle, nombre) for regle, nombre in restants.par_regle}
    lus = [
        {"id": r["id"], "code": r["code"], "titre": r["titre"], "severite": r["severite"], "avant": r["nombre"],
         "apres": apres.pop(r["id"], (None, 0))[1]}
        for r in groups(demande)
    ]  # fmt: skip
    lus += [
        {"id": regle.id, "code": regle.code, "titre": regle.titre, "severite": regle.severity.value, "avant": 0, "apres": n}
        for regle, n in apres.values()
    ]  # fmt: skip
    return sorted(lus, key=lambda r: r["apres"] == 0)


def _difference(correction: dict[str, Any]) -> dict[str, Any]:
    """The texts before and after, cut around what differs: ``(same, changed, same)`` each; None for a line added or taken off."""
    avant, apres = correction["avant"], correction["apres"]
    un, deux = avant or "", apres or ""
    tete = _same(un, deux)
    queue = _same(un[tete:][::-1], deux[tete:][::-1])
    coupe = [_around(texte, tete, queue) for texte in (un, deux)]
    return {
        **correction,
        "avant": None if avant is None else coupe[0],
        "apres": None if apres is None else coupe[1],
    }


def _same(un: str, deux: str) -> int:
    """How many characters the two begin with in common."""
    return next((rang for rang, (a, b) in enumerate(zip(un, deux, strict=False)) if a != b), min(len(un), len(deux)))


def _around(texte: str, tete: int, queue: int) -> tuple[str, str, str]:
    debut, milieu, fin = texte[:tete], texte[tete : len(texte) - queue], texte[len(texte) - queue :]
    if len(debut) > AUTOUR:
        debut = "…" + debut[-AUTOUR:]
    if len(fin) > AUTOUR:
        fin = fin[:AUTOUR] + "…"
    if len(milieu) > 4 * AUTOUR:
        milieu = milieu[: 4 * AUTOUR] + "…"
    return visible(debut), visible(milieu), visible(fin)
