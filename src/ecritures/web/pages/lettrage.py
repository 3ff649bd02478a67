"""Lettering on screen: open lines of an account and third party, proposals to accept, letterings to take off."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.refusals import HttpRefusal
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import CompteInconnu, LettrageRefuse
from ecritures.imports.auxiliaire import LIGNES_OUVERTES_MAX, GroupeLettre, grouper
from ecritures.imports.lettrer import accept, letter, unletter
from ecritures.imports.ports import Dossier, Ports
from ecritures.ledger.lettrage import CleLigne
from ecritures.ledger.rapprochement import Proposition, propose
from ecritures.web.pages.livres_commun import CodeExercice, Curseur, address
from ecritures.web.pages.tiers import TIERS_PAR_PAGE, Cumul, cumulated, find_tiers, without_exercice
from ecritures.web.personne import DossierDuChemin, Moi, MoiQuiEcris
from ecritures.web.rendu import is_htmx, render

router = APIRouter(prefix=PREFIXE)

VUES = ("ouvertes", "propositions", "lettrees")
LIGNES_A_LA_FOIS = 500
"""Lines lettered at once, as in the API."""
PROPOSITIONS_A_LA_FOIS = 100
_CLE = re.compile(r"\d{1,10}\.\d{1,10}\.\d{1,10}")

Texte = Annotated[str, Query(max_length=100)]
Champ = Annotated[str, Form(max_length=100)]
Cles = Annotated[list[str], Form(max_length=LIGNES_A_LA_FOIS)]


@router.get("/dossiers/{code}/lettrage")
def show(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    exercice: CodeExercice = "",
    compte: Texte = "",
    tiers: Texte = "",
    vue: Texte = "",
    q: Texte = "",
    apres: Curseur = "",
    fait: Texte = "",
    refuses: Annotated[int, Query(ge=0, le=PROPOSITIONS_A_LA_FOIS)] = 0,
) -> Response:
    """Without account nor third party: the third parties that have open lines."""
    cumul = cumulated(dossier, exercice, app)
    if cumul is None:
        return without_exercice(request, dossier, "lettrage")
    numero, code = clean(compte).strip(), clean(tiers).strip()
    if not numero and not code:
        return _to_letter(request, dossier, cumul, clean(q).strip(), clean(apres), app)
    fiche = find_tiers(dossier, code, app) if code else None
    comptes = app.auxiliaire.comptes(dossier.dossier, code, _open_exercices(cumul)) if code else None
    if not numero and comptes is not None:
        numero = _main_account(comptes, fiche)
    libelle = _label(dossier, numero, app)
    return render(
        request,
        "tiers/lettrage.html",
        dossier=dossier,
        cumul=cumul,
        choix=cumul.choix,
        compte=numero,
        libelle=libelle,
        tiers=code,
        fiche=fiche,
        comptes=[] if comptes is None else comptes.to_dicts(),
        vue=vue if vue in VUES else VUES[0],
        clos=[e.code for e in cumul.choix.exercices if e.est_clos and e.code in cumul.exercices],
        fait=clean(fait),
        refuses=refuses,
        maximum=LIGNES_OUVERTES_MAX,
        **_lines(dossier, numero, code or None, cumul, vue, clean(apres), app),
    )


def _lines(
    dossier: Dossier, compte: str, tiers: str | None, cumul: Cumul, vue: str, apres: str, app: Ports
) -> dict[str, Any]:
    """What the three views need: open lines and proposals are one read."""
    ouvertes = app.auxiliaire.ouvertes(dossier.dossier, compte, tiers, _open_exercices(cumul))
    propositions = propose(ouvertes.lignes)
    groupes: list[GroupeLettre] = []
    par_code: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    suite: str | None = None
    if vue == "lettrees":
        groupes, par_code, suite = _lettered(dossier, compte, tiers, cumul, apres, app)
    ici = {"exercice": _code(cumul), "compte": compte, "tiers": tiers}
    par_cle = {_key(r): r for r in ouvertes.lignes.iter_rows(named=True)}
    return {
        "lignes": ouvertes.lignes.to_dicts(),
        "encore": ouvertes.encore,
        "solde_ouvert": int((ouvertes.lignes["debit_centimes"] - ouvertes.lignes["credit_centimes"]).sum()),
        "propositions": [(p, [par_cle[cle] for cle in p.cles], _written(p)) for p in propositions],
        "accepter_max": PROPOSITIONS_A_LA_FOIS,
        "groupes": groupes,
        "lignes_lettrees": par_code,
        "vers": lambda nom, **autres: address(dossier, "lettrage", **ici, vue=nom, **autres),
        "suivant": address(dossier, "lettrage", **ici, vue="lettrees", apres=suite) if suite else None,
        "tiers_suivant": _next_tiers(dossier, tiers, cumul, app) if tiers else None,
    }


def _lettered(
    dossier: Dossier, compte: str, tiers: str | None, cumul: Cumul, apres: str, app: Ports
) -> tuple[list[GroupeLettre], dict[tuple[str, str | None], list[dict[str, Any]]], str | None]:
    clos = {e.code for e in cumul.choix.exercices if e.est_clos}
    cadre, suite = app.auxiliaire.lettrees(dossier.dossier, compte, tiers, cumul.exercices, apres=apres)
    groupes = grouper(cadre, clos)
    codes = [g.code for g in groupes]
    lues = app.auxiliaire.lignes_lettrees(dossier.dossier, compte, tiers, cumul.exercices, codes).to_dicts()
    par_groupe = {
        (g.code, g.exercice): [r for r in lues if r["lettrage"] == g.code and g.exercice in (None, r["exercice"])]
        for g in groupes
    }
    return groupes, par_groupe, suite


def _to_letter(request: Request, dossier: Dossier, cumul: Cumul, q: str, apres: str, app: Ports) -> Response:
    cadre, suite = app.auxiliaire.tiers(
        dossier.dossier, _open_exercices(cumul), q=q, ouverts=True, apres=apres, limite=TIERS_PAR_PAGE
    )
    parametres = {"exercice": _code(cumul), "q": q}
    return render(
        request,
        "tiers/a_lettrer.html",
        dossier=dossier,
        cumul=cumul,
        choix=cumul.choix,
        q=q,
        tiers=cadre.to_dicts(),
        debut_liste=address(dossier, "lettrage", **parametres) if apres else None,
        suivant=address(dossier, "lettrage", **parametres, apres=suite) if suite else None,
    )


@router.post("/dossiers/{code}/lettrage")
def create(
    request: Request,
    moi: MoiQuiEcris,
    dossier: DossierDuChemin,
    app: App,
    ligne: Cles = [],  # noqa: B006  (FastAPI copies it)
    compte: Champ = "",
    tiers: Champ = "",
    exercice: Champ = "",
    partiel: Champ = "",
    lettre: Champ = "",
) -> Response:
    """Raises LettrageRefuse, LigneInconnue, ExerciceClos: the selection stays on screen."""
    if not ligne:
        raise LettrageRefuse("Aucune ligne n'est cochée : cocher celles qui vont ensemble.")
    code = clean(lettre).strip() or None
    recu = letter(dossier, [_read_key(c) for c in ligne], moi.identifiant, app, code=code, partiel=bool(partiel))
    return _back(request, dossier, exercice, compte, tiers, "ouvertes", fait=str(recu.contenu["lettrage"]))


@router.post("/dossiers/{code}/lettrage/propositions")
def accept_proposals(
    request: Request,
    moi: MoiQuiEcris,
    dossier: DossierDuChemin,
    app: App,
    proposition: Annotated[list[str], Form(max_length=PROPOSITIONS_A_LA_FOIS)] = [],  # noqa: B006
    compte: Champ = "",
    tiers: Champ = "",
    exercice: Champ = "",
) -> Response:
    if not proposition:
        raise LettrageRefuse("Aucune proposition n'est cochée : cocher celles à accepter.")
    faites = accept(dossier, [_read_keys(p) for p in proposition], moi.identifiant, app)
    if not faites.recus:
        raise LettrageRefuse(faites.refus[0])
    codes = [str(r.contenu["lettrage"]) for r in faites.recus]
    fait = codes[0] if len(codes) == 1 else f"{codes[0]} – {codes[-1]}"
    return _back(
        request, dossier, exercice, compte, tiers, "propositions", fait=fait, refuses=len(faites.refus) or None
    )


@router.post("/dossiers/{code}/delettrage")
def remove(
    request: Request,
    moi: MoiQuiEcris,
    dossier: DossierDuChemin,
    app: App,
    compte: Champ = "",
    lettre: Champ = "",
    tiers: Champ = "",
    exercice: Champ = "",
    exercice_lettrage: Champ = "",
) -> Response:
    """Raises LettrageInconnu, ExerciceClos."""
    unletter(
        dossier,
        clean(compte),
        clean(tiers) or None,
        clean(lettre),
        moi.identifiant,
        app,
        exercice=clean(exercice_lettrage) or None,
    )
    return _back(request, dossier, exercice, compte, tiers, "lettrees")


def _back(
    request: Request, dossier: Dossier, exercice: str, compte: str, tiers: str, vue: str, **autres: Any
) -> Response:
    adresse = address(
        dossier, "lettrage", exercice=clean(exercice), compte=clean(compte), tiers=clean(tiers), vue=vue, **autres
    )
    if is_htmx(request):
        return Response(status_code=200, headers={"hx-redirect": adresse})
    return RedirectResponse(adresse, 303)


def _open_exercices(cumul: Cumul) -> Sequence[str]:
    """Lines of a closed exercice are not lettered any more."""
    clos = {e.code for e in cumul.choix.exercices if e.est_clos}
    return [code for code in cumul.exercices if code not in clos]


def _next_tiers(dossier: Dossier, tiers: str, cumul: Cumul, app: Ports) -> str | None:
    cadre, _ = app.auxiliaire.tiers(dossier.dossier, _open_exercices(cumul), ouverts=True, apres=tiers, limite=1)
    return str(cadre["code"][0]) if cadre.height else None


def _main_account(comptes: pl.DataFrame, fiche: dict[str, Any] | None) -> str:
    """The account of a third party with the most open lines; without any, its collectif. Raises CompteInconnu."""
    if comptes.height:
        return str(comptes.sort("ouvertes", "nombre", descending=True)["compte"][0])
    if fiche is None or not fiche["collectif"]:
        raise CompteInconnu("")
    return str(fiche["collectif"])


def _label(dossier: Dossier, compte: str, app: Ports) -> str:
    """Raises CompteInconnu."""
    trouve = app.livres.comptes(dossier.dossier).filter(pl.col("numero") == compte)
    if trouve.is_empty():
        raise CompteInconnu(compte)
    return str(trouve["libelle"][0])


def _code(cumul: Cumul) -> str:
    return cumul.choix.exercice.code if cumul.choix.exercice else ""


def _key(ligne: dict[str, Any]) -> CleLigne:
    return ligne["import_rang"], ligne["numero_ligne"], ligne["rang"]


def _written(proposition: Proposition) -> str:
    return "-".join(".".join(map(str, cle)) for cle in proposition.cles)


def _read_keys(texte: str) -> list[CleLigne]:
    morceaux = texte.split("-")
    if len(morceaux) > LIGNES_A_LA_FOIS:
        raise HttpRefusal(422, "requete.invalide", "La proposition a trop de lignes : les lettrer à la main.")
    return [_read_key(m) for m in morceaux]


def _read_key(texte: str) -> CleLigne:
    """Raises HttpRefusal."""
    if not _CLE.fullmatch(texte):
        raise HttpRefusal(422, "requete.invalide", "Une ligne cochée n'est pas lisible : recharger la page.")
    recu, numero, rang = (int(n) for n in texte.split("."))
    return recu, numero, rang
