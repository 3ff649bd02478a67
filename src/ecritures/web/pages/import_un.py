"""One import: its state live, its steps, what it posted and created, its receipt and the proof of it, its files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import OriginalAbsent, PieceJointeInconnue
from ecritures.imports.ports import Demande, Ports
from ecritures.imports.rendus import FORMES, report_file
from ecritures.imports.reparation import may_have_proposals
from ecritures.imports.verify import verify_import
from ecritures.web.chronologie import timeline, total_s
from ecritures.web.flux import stream
from ecritures.web.pages.import_commun import RANG_MAX, Choix, ImportDuChemin, counts, groups
from ecritures.web.rendu import fragment, is_htmx, render
from ecritures.web.telechargement import TYPES, save_as

router = APIRouter(prefix=PREFIXE)

PIECES_MAX = 200
"""Attachments listed on the page; their counts are true beyond."""
CODES_MAX = 60
"""Codes listed of each kind of thing that an import created."""


@router.get("/imports/{id:uuid}")
def show(
    request: Request,
    demande: ImportDuChemin,
    app: App,
    ligne: Annotated[int | None, Query(ge=1, le=RANG_MAX)] = None,
) -> Response:
    """``?ligne=`` leads to that line of its file: the address that a line of the books gives of its origin."""
    if ligne is not None:
        return RedirectResponse(f"{PREFIXE}/imports/{demande.id}/constats?ligne={ligne}", 303)
    return render(request, "import/import.html", **_view(demande, app))


@router.get("/imports/{id:uuid}/flux")
def live(
    request: Request, demande: ImportDuChemin, app: App, vu: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """The body of the page, each time something changed, until the import is over."""
    import_id = demande.id

    def look(deja: str | None) -> tuple[str, str | None, bool]:
        actuelle = app.demandes.lire(import_id)
        assert actuelle is not None, "an import is never deleted"
        marque = _mark(actuelle, app)
        fini = actuelle.state.est_final
        if marque == (vu if deja is None else deja):
            return marque, None, fini
        return marque, fragment(request, "import/corps.html", **_view(actuelle, app)), fini

    return stream(request, look)


@router.get("/imports/{id:uuid}/verification")
def verify(request: Request, demande: ImportDuChemin, app: App) -> Response:
    """What the receipt states, computed again from what is stored."""
    return render(
        request,
        "import/verification.html" if is_htmx(request) else "import/verification_page.html",
        demande=demande,
        verification=verify_import(demande.dossier, demande.id, app),
    )


@router.get("/imports/{id:uuid}/original")
def original(demande: ImportDuChemin, app: App) -> Response:
    if demande.sha256 is None:
        raise OriginalAbsent("")
    return save_as(demande.nom_fichier, app.originaux.lire(demande.sha256))


@router.get("/imports/{id:uuid}/compte-rendu.{forme}")
def report(demande: ImportDuChemin, app: App, forme: Annotated[str, Path(pattern="^(" + "|".join(FORMES) + ")$")]) -> Response:  # fmt: skip
    nom = f"compte-rendu {demande.nom_fichier.rpartition('.')[0] or demande.nom_fichier}.{forme}"
    return save_as(nom, report_file(demande, forme, app), TYPES[forme])


@router.get("/imports/{id:uuid}/pieces-jointes/{numero_ligne}")
def attachment(demande: ImportDuChemin, app: App, numero_ligne: Annotated[int, Path(ge=1, le=RANG_MAX)]) -> Response:
    for piece in app.livres.pieces_jointes(demande.dossier, demande.id):
        if piece.numero_ligne == numero_ligne and piece.sha256 is not None:
            return save_as(piece.nom_fichier or f"piece-{numero_ligne}", app.originaux.lire(piece.sha256))
    raise PieceJointeInconnue(numero_ligne)


def _mark(demande: Demande, app: Ports) -> str:
    """Changes when the page would."""
    faites = app.demandes.etapes(demande.id)
    return f"{demande.state.value}-{len(faites)}-{int(demande.derniere_maj.timestamp() * 1000)}"


def _view(demande: Demande, app: Ports) -> dict[str, Any]:
    rendu = demande.compte_rendu or {}
    faites = app.demandes.etapes(demande.id)
    pieces = app.livres.pieces_jointes(demande.dossier, demande.id) if "pieces_jointes" in rendu else ()
    return {
        "demande": demande,
        "dossier": app.dossiers.numero(demande.dossier),
        "rendu": rendu,
        "fichier": rendu.get("fichier"),
        "comptes": counts(demande),
        "groupes": groups(demande),
        "choix": Choix(),
        "jalons": timeline(demande, faites),
        "total_s": total_s(demande, faites),
        "marque": _mark(demande, app),
        "crees": {nom: codes for nom, codes in rendu.get("crees", {}).items() if codes},
        "codes_max": CODES_MAX,
        "pieces": pieces[:PIECES_MAX],
        "repare_de": app.demandes.lire(demande.repare) if demande.repare else None,
        "reparations": app.demandes.reparations(demande.id),
        "est_reparable": may_have_proposals(demande),
    }
