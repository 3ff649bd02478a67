"""Exercices of a dossier: open one, validate, close, reopen, each looked at before it is done; and the chain of receipts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import ClotureRefusee, ExerciceExistant, ExerciceInvalide
from ecritures.imports.cloturer import close, open_exercice, preview, reopen, validate
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.imports.verify import verify
from ecritures.web.pages.livres_commun import RANG_MAX, Choix, address, choose, read_day
from ecritures.web.personne import DossierDuChemin, Moi, MoiQuiEcris
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

RECUS_MONTRES = 8
RECUS_PAR_PAGE = 50

Champ = Annotated[str, Form(max_length=100)]
CodeDuChemin = Annotated[str, Path(max_length=100)]


@router.get("/dossiers/{code}/exercices")
def list_exercices(request: Request, moi: Moi, dossier: DossierDuChemin, app: App) -> Response:
    return _page(request, dossier, app, _suggested(app.livres.exercices(dossier.dossier)))


def _page(request: Request, dossier: Dossier, app: Ports, saisie: dict[str, str], refus: str = "") -> Response:
    choix = choose(dossier, "", app)
    recus = app.actes.recus(dossier.dossier, limite=RECUS_MONTRES + 1)
    page = render(
        request,
        "tiers/exercices.html",
        dossier=dossier,
        choix=choix,
        exercices=list(reversed(choix.exercices)),
        a_clore=_oldest_open(choix.exercices),
        a_rouvrir=_latest_closed(choix.exercices),
        recus=recus[:RECUS_MONTRES],
        encore=len(recus) > RECUS_MONTRES,
        saisie=saisie,
        refus=refus,
    )
    page.status_code = 422 if refus else 200
    return page


def _suggested(exercices: Sequence[Exercice]) -> dict[str, str]:
    """The year that follows the last one."""
    if not exercices:
        return {"exercice": "", "debut": "", "fin": ""}
    debut = max(e.fin for e in exercices) + timedelta(days=1)
    try:
        fin = debut.replace(year=debut.year + 1) - timedelta(days=1)
    except ValueError:  # 29 February
        fin = date(debut.year + 1, 2, 28)
    return {"exercice": str(fin.year), "debut": debut.isoformat(), "fin": fin.isoformat()}


def _oldest_open(exercices: Sequence[Exercice]) -> str | None:
    return next((e.code for e in exercices if not e.est_clos), None)


def _latest_closed(exercices: Sequence[Exercice]) -> str | None:
    return next((e.code for e in reversed(exercices) if e.est_clos), None)


@router.post("/dossiers/{code}/exercices")
def create(
    request: Request,
    moi: MoiQuiEcris,
    dossier: DossierDuChemin,
    app: App,
    exercice: Champ = "",
    debut: Champ = "",
    fin: Champ = "",
) -> Response:
    """What was typed comes back with the refusal."""
    saisie = {"exercice": clean(exercice).strip(), "debut": clean(debut), "fin": clean(fin)}
    try:
        premier, dernier = read_day(debut, "Premier jour"), read_day(fin, "Dernier jour")
        if premier is None or dernier is None:
            raise ExerciceInvalide("Les deux jours de l'exercice manquent : les choisir.")
        open_exercice(dossier, Exercice(saisie["exercice"], premier, dernier), moi.identifiant, app)
    except (ExerciceInvalide, ExerciceExistant) as refus:
        return _page(request, dossier, app, saisie, refus.message)
    return RedirectResponse(address(dossier, "exercices"), 303)


@router.get("/dossiers/{code}/exercices/{exercice:path}/cloture")
def show_closing(
    request: Request, moi: MoiQuiEcris, dossier: DossierDuChemin, exercice: CodeDuChemin, app: App
) -> Response:
    choix = _found(dossier, exercice, app)
    assert choix.exercice is not None, "it was found by its code"
    return _closing(request, dossier, choix.exercice, app)


def _closing(request: Request, dossier: Dossier, exercice: Exercice, app: Ports) -> Response:
    apercu = preview(dossier, exercice.code, app)
    libelles = dict(app.livres.comptes(dossier.dossier).select("numero", "libelle").iter_rows())
    return render(
        request,
        "tiers/cloture.html",
        dossier=dossier,
        exercice=exercice,
        apercu=apercu,
        lignes=apercu.lignes.to_dicts(),
        total=int(apercu.lignes["debit_centimes"].sum()),
        libelles=libelles,
        balance_vide=app.livres.balance(dossier.dossier, exercice=exercice.code).is_empty(),
    )


@router.post("/dossiers/{code}/exercices/{exercice:path}/cloture")
def create_closing(
    request: Request, moi: MoiQuiEcris, dossier: DossierDuChemin, exercice: CodeDuChemin, app: App
) -> Response:
    """A refusal shows the preview again, which says why."""
    choix = _found(dossier, exercice, app)
    assert choix.exercice is not None, "it was found by its code"
    try:
        close(dossier, choix.exercice.code, moi.identifiant, app)
    except ClotureRefusee:
        reponse = _closing(request, dossier, choix.exercice, app)
        reponse.status_code = 409
        return reponse
    return RedirectResponse(address(dossier, "exercices"), 303)


@router.get("/dossiers/{code}/exercices/{exercice:path}/reouverture")
def show_reopening(
    request: Request, moi: MoiQuiEcris, dossier: DossierDuChemin, exercice: CodeDuChemin, app: App
) -> Response:
    choix = _found(dossier, exercice, app)
    assert choix.exercice is not None, "it was found by its code"
    apercu = app.actes.apercu_reouverture(dossier.dossier, choix.exercice.code)
    return render(request, "tiers/reouverture.html", dossier=dossier, exercice=choix.exercice, apercu=apercu)


@router.post("/dossiers/{code}/exercices/{exercice:path}/reouverture")
def create_reopening(moi: MoiQuiEcris, dossier: DossierDuChemin, exercice: CodeDuChemin, app: App) -> Response:
    """Raises ExerciceInconnu, ClotureRefusee."""
    reopen(dossier, clean(exercice), moi.identifiant, app)
    return RedirectResponse(address(dossier, "exercices"), 303)


@router.get("/dossiers/{code}/exercices/{exercice:path}/validation")
def show_validation(
    request: Request,
    moi: MoiQuiEcris,
    dossier: DossierDuChemin,
    exercice: CodeDuChemin,
    app: App,
    jusqu_a: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """First the day, then what it validates: nothing of it can be taken back."""
    choix = _found(dossier, exercice, app)
    assert choix.exercice is not None, "it was found by its code"
    jour = read_day(jusqu_a, "Jusqu'au")
    comptees = None
    if jour is not None and choix.exercice.debut <= jour <= choix.exercice.fin:
        cadre = app.livres.balance(dossier.dossier, exercice=choix.exercice.code, debut=choix.exercice.debut, fin=jour)
        comptees = {nom: int(cadre[nom].sum()) for nom in ("nombre", "debit_centimes", "credit_centimes")}
    return render(
        request,
        "tiers/validation.html",
        dossier=dossier,
        exercice=choix.exercice,
        jour=jour,
        comptees=comptees,
    )


@router.post("/dossiers/{code}/exercices/{exercice:path}/validation")
def create_validation(
    moi: MoiQuiEcris, dossier: DossierDuChemin, exercice: CodeDuChemin, app: App, jusqu_a: Champ = ""
) -> Response:
    """Raises ExerciceInconnu, ExerciceClos, ClotureRefusee, HttpRefusal."""
    jour = read_day(jusqu_a, "Jusqu'au")
    if jour is None:
        raise ClotureRefusee("Le dernier jour à valider manque : le choisir.")
    validate(dossier, clean(exercice), jour, moi.identifiant, app)
    return RedirectResponse(address(dossier, "exercices"), 303)


@router.get("/dossiers/{code}/recus")
def list_recus(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    avant: Annotated[int, Query(ge=0, le=RANG_MAX)] = 0,
) -> Response:
    """The chain, newest first."""
    recus = app.actes.recus(dossier.dossier, avant=avant or None, limite=RECUS_PAR_PAGE + 1)
    vus = recus[:RECUS_PAR_PAGE]
    return render(
        request,
        "tiers/recus.html",
        dossier=dossier,
        recus=vus,
        debut_liste=address(dossier, "recus") if avant else None,
        suivant=address(dossier, "recus", avant=vus[-1].rang) if len(recus) > RECUS_PAR_PAGE else None,
    )


@router.post("/dossiers/{code}/recus/verification")
def verify_chain(request: Request, moi: Moi, dossier: DossierDuChemin, app: App) -> Response:
    """Recomputes all that the receipts of the dossier state. It changes nothing: every role may ask."""
    return render(request, "tiers/verification.html", dossier=dossier, verification=verify(dossier, app))


def _found(dossier: Dossier, code: str, app: Ports) -> Choix:
    """Raises ExerciceInconnu."""
    return choose(dossier, clean(code), app)
