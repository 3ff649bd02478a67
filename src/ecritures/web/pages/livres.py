"""The dossiers of the firm, a new one, and the tableau de bord of each: figures and charts, each with its table."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.contexte import Creations
from ecritures.domain.errors import DossierExistant, DossierInvalide, ExerciceInvalide
from ecritures.imports import etats
from ecritures.imports.ouverture import ouvrir_dossier
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.web.pages.livres_commun import CodeExercice, address, choose, read_day, render_books
from ecritures.web.personne import DossierDuChemin, Moi, MoiAdministrateur
from ecritures.web.rendu import PARIS

router = APIRouter(prefix=PREFIXE)

DOSSIERS_PAR_PAGE = 25
MOIS_MONTRES = 12
DOUBLONS = ("accepter", "avertir", "refuser")
Saisie = Annotated[str, Form(max_length=200)]


@router.get("/dossiers")
def list_dossiers(
    request: Request,
    moi: Moi,
    app: App,
    q: Annotated[str, Query(max_length=100)] = "",
    apres: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """By code; ``q`` is looked for in the code, the name and the SIREN."""
    voulu = clean(q).strip()
    tous = sorted(app.dossiers.lister(moi.domain), key=lambda d: d.code_ibs.upper())
    trouves = [d for d in tous if voulu.casefold() in f"{d.code_ibs} {d.libelle} {d.siren or ''}".casefold()]
    page = [d for d in trouves if d.code_ibs.upper() > clean(apres).upper()]
    vus, encore = page[:DOSSIERS_PAR_PAGE], len(page) > DOSSIERS_PAR_PAGE
    return render_books(
        request,
        "livres/dossiers.html",
        dossiers=vus,
        derniers=app.consultation.derniers_imports(moi.domain, [d.dossier for d in vus]),
        ouverts={d.dossier: [e for e in app.livres.exercices(d.dossier) if not e.est_clos] for d in vus},
        q=voulu,
        total=len(tous),
        trouves=len(trouves),
        suivant=vus[-1].code_ibs if encore else None,
    )


@router.get("/dossiers/nouveau")
def new_dossier(request: Request, moi: MoiAdministrateur) -> Response:
    annee = datetime.now(PARIS).year
    valeurs = {"exercice": str(annee), "debut": f"{annee}-01-01", "fin": f"{annee}-12-31", "doublons": "avertir"}
    return _form(request, valeurs, Creations())


def _form(request: Request, valeurs: dict[str, str], creations: Creations, refus: str = "") -> Response:
    page = render_books(
        request,
        "livres/dossier_nouveau.html",
        valeurs={"code_ibs": "", "libelle": "", "siren": "", **valeurs},
        creations=creations,
        refus=refus,
    )
    page.status_code = 422 if refus else 200
    return page


@router.post("/dossiers")
def create_dossier(
    request: Request,
    moi: MoiAdministrateur,
    app: App,
    code_ibs: Saisie = "",
    libelle: Saisie = "",
    siren: Saisie = "",
    exercice: Saisie = "",
    debut: Saisie = "",
    fin: Saisie = "",
    doublons: Saisie = "accepter",
    journaux: Saisie = "",
    comptes: Saisie = "",
    tiers: Saisie = "",
) -> Response:
    """What was typed comes back with the refusal."""
    creations = Creations(bool(journaux), bool(comptes), bool(tiers))
    valeurs = {
        nom: clean(v).strip()
        for nom, v in (
            ("code_ibs", code_ibs), ("libelle", libelle), ("siren", siren), ("exercice", exercice),
            ("debut", debut), ("fin", fin), ("doublons", doublons),
        )
    }  # fmt: skip
    try:
        premier = _exercice(valeurs)
        cree = ouvrir_dossier(
            moi.domain,
            moi.identifiant,
            valeurs["code_ibs"],
            valeurs["libelle"],
            valeurs["siren"].replace(" ", "") or None,
            premier,
            creations,
            doublons if doublons in DOUBLONS else "accepter",
            app,
        )
    except (DossierInvalide, DossierExistant, ExerciceInvalide) as refus:
        return _form(request, valeurs, creations, refus.message)
    return RedirectResponse(address(cree), 303)


def _exercice(valeurs: dict[str, str]) -> Exercice:
    """Raises ExerciceInvalide for a day left out; HttpRefusal for one that is none."""
    debut, fin = read_day(valeurs["debut"], "Premier jour"), read_day(valeurs["fin"], "Dernier jour")
    if debut is None or fin is None:
        raise ExerciceInvalide("Les deux jours du premier exercice manquent : les choisir.")
    return Exercice(valeurs["exercice"], debut, fin)


@router.get("/dossiers/{code}")
def dashboard(request: Request, moi: Moi, dossier: DossierDuChemin, app: App, exercice: CodeExercice = "") -> Response:
    choix = choose(dossier, exercice, app)
    return render_books(
        request,
        "livres/tableau_de_bord.html",
        dossier=dossier,
        choix=choix,
        imports=_imports(moi.domain, dossier, app),
        erreurs=app.consultation.derniers_en_erreur(moi.domain, dossier.dossier),
        derniers=app.demandes.lister(moi.domain, dossier=dossier.dossier, limite=5),
        **_figures(dossier, choix.exercice, app),
    )


def _figures(dossier: Dossier, exercice: Exercice | None, app: Ports) -> dict[str, Any]:
    if exercice is None:
        return {"resultat": None, "classes": [], "journaux": [], "mois": []}
    balance = app.livres.balance(dossier.dossier, exercice=exercice.code)
    par_journal = app.consultation.mois_par_journal(dossier.dossier, exercice.code)
    noms = dict(app.livres.journaux(dossier.dossier).select("code", "libelle").iter_rows())
    journaux = par_journal.group_by("journal", maintain_order=True).sum().sort("nombre", descending=True)
    return {
        "resultat": etats.resultat(balance),
        "classes": etats.par_classe(etats.balance_comparee(balance, None), avec_comptes=False),
        "journaux": [{**j, "libelle": noms.get(j["journal"], "")} for j in journaux.iter_rows(named=True)],
        "mois": _months(dossier, exercice, app),
    }


def _months(dossier: Dossier, exercice: Exercice, app: Ports) -> list[dict[str, Any]]:
    """Produits, charges and the résultat so far, month by month of the exercice."""
    soldes = {
        (classe, mois): debit - credit
        for classe, mois, debit, credit, _ in app.consultation.mois_par_classe(
            dossier.dossier, exercice.code
        ).iter_rows()
    }
    lignes, cumul = [], 0
    for premier in etats.mois_de(exercice.debut, exercice.fin):
        cle = premier.year * 100 + premier.month
        produits, charges = -soldes.get(("7", cle), 0), soldes.get(("6", cle), 0)
        cumul += produits - charges
        lignes.append({"mois": premier, "produits": produits, "charges": charges, "cumul": cumul})
    return lignes


def _imports(domain: str, dossier: Dossier, app: Ports) -> list[dict[str, Any]]:
    """The last twelve months, those without import included."""
    ce_mois = datetime.now(PARIS).date().replace(day=1)
    premier = etats.decale(ce_mois, 1 - MOIS_MONTRES)
    depuis = datetime(premier.year, premier.month, 1, tzinfo=PARIS).astimezone(UTC)
    lus = {
        r["mois"]: r for r in app.consultation.imports_par_mois(domain, dossier.dossier, depuis).iter_rows(named=True)
    }
    vide = {"reussis": 0, "en_erreur": 0, "annules": 0}
    return [{**vide, **lus.get(f"{m:%Y-%m}", {}), "mois": m} for m in _following(premier, MOIS_MONTRES)]


def _following(premier: date, combien: int) -> list[date]:
    return [etats.decale(premier, n) for n in range(combien)]
