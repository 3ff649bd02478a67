"""The findings of an import on its file: the raw line in a ruler, what is wrong with it, what to do, and the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import Response

from ecritures.api.access import App
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import OriginalAbsent, OriginalAltere
from ecritures.imports.ports import Demande, Ports
from ecritures.imports.regles import rule
from ecritures.web.pages.import_commun import (
    RANG_MAX,
    Choix,
    ChoixDemande,
    ImportDuChemin,
    counts,
    groups,
)
from ecritures.web.regle import Regle, ruler
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

PAGE = 60
"""Findings in the list at a time: the list is a window, whatever their number."""
AVANT_COURANT = 15
"""Findings shown before the one looked at."""
AUTOUR = 8
"""Raw lines shown on each side."""
SUR_LIGNES_MAX = 300
"""Findings marked in one window of raw lines."""
EN_OCTETS = "tra.colonnes_en_octets"

Rang = Annotated[int | None, Query(ge=1, le=RANG_MAX)]


@dataclass(frozen=True)
class Liste:
    """A window of findings. ``precedent``: below which rank the window before ends; ``suivant``: after which the next one
    begins; None: there is none."""

    constats: list[dict[str, Any]]
    precedent: int | None
    suivant: int | None


@router.get("/imports/{id:uuid}/constats")
def show(
    request: Request, demande: ImportDuChemin, app: App, choix: ChoixDemande, rang: Rang = None, ligne: Rang = None
) -> Response:
    """The finding of rank ``rang``; else the one of line ``ligne``, or that line alone; else the first one chosen."""
    courant = _current(demande, app, choix, rang, ligne)
    liste = _around(demande, app, choix, courant["rang"] if courant else _rank_near(demande, app, choix, ligne))
    return render(
        request,
        "import/constats.html",
        dossier=app.dossiers.numero(demande.dossier),
        comptes=counts(demande),
        groupes=groups(demande),
        liste=liste,
        **_detail(demande, app, choix, courant, ligne),
    )


@router.get("/imports/{id:uuid}/constats/liste")
def listed(
    request: Request,
    demande: ImportDuChemin,
    app: App,
    choix: ChoixDemande,
    apres: Annotated[int, Query(ge=0, le=RANG_MAX)] = 0,
    avant: Rang = None,
    rang: Rang = None,
) -> Response:
    """Another window of the list: after a rank, before one, or around one."""
    liste = _around(demande, app, choix, rang) if rang is not None else _window(demande, app, choix, apres, avant)
    courant = _one(demande, app, Choix(), rang) if rang is not None else None
    return render(request, "import/liste.html", demande=demande, choix=choix, liste=liste, courant=courant)


@router.get("/imports/{id:uuid}/constats/lignes")
def lines(
    request: Request,
    demande: ImportDuChemin,
    app: App,
    choix: ChoixDemande,
    ligne: Annotated[int, Query(ge=1, le=RANG_MAX)],
) -> Response:
    """The raw lines around that one, without a finding."""
    return render(request, "import/detail.html", **_detail(demande, app, choix, None, ligne))


@router.get("/imports/{id:uuid}/constats/{rang}")
def detail(
    request: Request,
    demande: ImportDuChemin,
    app: App,
    choix: ChoixDemande,
    rang: Annotated[int, Path(ge=1, le=RANG_MAX)],
) -> Response:
    courant = _one(demande, app, Choix(), rang)
    if courant is None:
        raise HTTPException(404)
    return render(request, "import/detail.html", **_detail(demande, app, choix, courant, None))


def _detail(
    demande: Demande, app: Ports, choix: Choix, courant: Mapping[str, Any] | None, ligne: int | None
) -> dict[str, Any]:
    precedent = suivant = None
    if courant is not None:
        avant = _read(demande, app, choix, avant=courant["rang"], limite=1)
        apres = _read(demande, app, choix, apres=courant["rang"], limite=1)
        precedent, suivant = (c[0]["rang"] if c else None for c in (avant, apres))
    regle, perdu = _lines(demande, app, courant, ligne)
    return {
        "demande": demande,
        "choix": choix,
        "courant": courant,
        "ligne": courant["numero_ligne"] if courant is not None else ligne,
        "precedent": precedent,
        "suivant": suivant,
        "total": counts(demande).get("total", 0),
        "loi": None if courant is None else _rule_of(courant),
        "regle": regle,
        "perdu": perdu,
        "autour": AUTOUR,
    }


def _rule_of(constat: Mapping[str, Any]) -> Any:
    return rule(constat["id"], constat["severite"], constat["message"], constat["remede"])


def _lines(
    demande: Demande, app: Ports, courant: Mapping[str, Any] | None, ligne: int | None
) -> tuple[Regle | None, str | None]:
    """The window of raw lines, or why there is none when the file is lost (French). Neither: the file has no lines."""
    vise = courant["numero_ligne"] if courant is not None else ligne
    if demande.sha256 is None or (courant is not None and vise is None):
        return None, None
    debut = max(1, (vise or 1) - AUTOUR)
    encodage = ((demande.compte_rendu or {}).get("fichier") or {}).get("encodage")
    try:
        fenetre = app.lignes.fenetre(demande.sha256, debut, 2 * AUTOUR + 1, encodage=encodage)
    except (OriginalAbsent, OriginalAltere) as refus:
        return None, refus.message
    if fenetre is None:
        return None, None
    if not fenetre.lignes:  # beyond the end of the file: its last lines
        debut = max(1, fenetre.total - 2 * AUTOUR)
        fenetre = app.lignes.fenetre(demande.sha256, debut, 2 * AUTOUR + 1, encodage=encodage)
        assert fenetre is not None, "it was just read"
    sur = app.livres.constats(
        demande.dossier, demande.id, lignes=(debut, debut + 2 * AUTOUR), limite=SUR_LIGNES_MAX
    ).to_dicts()
    if courant is not None and all(c["rang"] != courant["rang"] for c in sur):
        sur.append(dict(courant))
    en_octets = any(r["id"] == EN_OCTETS for r in counts(demande).get("par_regle", ()))
    return ruler(fenetre, sur, courant=courant, ligne=ligne, en_octets=en_octets), None


def _read(demande: Demande, app: Ports, choix: Choix, **bornes: Any) -> list[dict[str, Any]]:
    return app.livres.constats(demande.dossier, demande.id, **choix.filtre, **bornes).to_dicts()  # type: ignore[arg-type]


def _one(demande: Demande, app: Ports, choix: Choix, rang: int) -> dict[str, Any] | None:
    lus = _read(demande, app, choix, apres=rang - 1, avant=rang + 1, limite=1)
    return lus[0] if lus else None


def _current(demande: Demande, app: Ports, choix: Choix, rang: int | None, ligne: int | None) -> dict[str, Any] | None:
    if rang is not None:
        return _one(demande, app, Choix(), rang)
    lus = (
        _read(demande, app, choix, limite=1)
        if ligne is None
        else _read(demande, app, choix, lignes=(ligne, ligne), limite=1)
    )
    return lus[0] if lus else None


def _rank_near(demande: Demande, app: Ports, choix: Choix, ligne: int | None) -> int:
    """The rank of the first finding at that line or beyond; 1 when there is none."""
    suivants = [] if ligne is None else _read(demande, app, choix, lignes=(ligne, RANG_MAX), limite=1)
    return int(suivants[0]["rang"]) if suivants else 1


def _around(demande: Demande, app: Ports, choix: Choix, rang: int) -> Liste:
    avant = _read(demande, app, choix, avant=rang, limite=AVANT_COURANT + 1)
    apres = _read(demande, app, choix, apres=rang - 1, limite=PAGE - AVANT_COURANT + 1)
    return _bounded(avant[-AVANT_COURANT:] + apres[: PAGE - AVANT_COURANT], len(avant) > AVANT_COURANT, len(apres) > PAGE - AVANT_COURANT)  # fmt: skip


def _window(demande: Demande, app: Ports, choix: Choix, apres: int, avant: int | None) -> Liste:
    if avant is not None:
        lus = _read(demande, app, choix, avant=avant, limite=PAGE + 1)
        return _bounded(lus[-PAGE:], len(lus) > PAGE, True)
    lus = _read(demande, app, choix, apres=apres, limite=PAGE + 1)
    return _bounded(lus[:PAGE], apres > 0, len(lus) > PAGE)


def _bounded(constats: list[dict[str, Any]], encore_avant: bool, encore_apres: bool) -> Liste:
    if not constats:
        return Liste([], None, None)
    return Liste(
        constats,
        constats[0]["rang"] if encore_avant else None,
        constats[-1]["rang"] if encore_apres else None,
    )
