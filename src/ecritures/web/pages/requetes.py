"""The log of requests: for an administrator those of the whole firm, for others their own and those of their test keys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.imports.cles_essai import cles_essai
from ecritures.imports.ports import Ports
from ecritures.imports.requetes import Requete
from ecritures.web.pages.cabinet_commun import PAR_PAGE, Apres, Mot
from ecritures.web.personne import Moi, Personne
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)


@dataclass(frozen=True)
class RequeteVue:
    """A request with its bodies laid out to be read."""

    requete: Requete
    corps: str
    reponse: str

    @property
    def est_refus(self) -> bool:
        return self.requete.statut >= 400 or bool(self.reponse)


@router.get("/requetes")
def show(request: Request, moi: Moi, app: App, cle: Mot = "", refus: bool = False, apres: Apres = None) -> Response:
    acteurs = _callers(moi, app)
    choisi = clean(cle).strip()
    lues = app.requetes.du_cabinet(
        moi.domain, acteurs=_asked(choisi, acteurs, moi), refus=refus, avant=apres, limite=PAR_PAGE + 1
    )
    suivant = lues[PAR_PAGE - 1].rang if len(lues) > PAR_PAGE else None
    saisie = {"cle": choisi, **({"refus": "true"} if refus else {})}
    return render(
        request,
        "cabinet/requetes.html",
        requetes=[RequeteVue(r, _laid_out(r.corps), _laid_out(r.reponse)) for r in lues[:PAR_PAGE]],
        acteurs=acteurs,
        cle=choisi,
        refus=refus,
        suivant=f"{PREFIXE}/requetes?{urlencode({**saisie, 'apres': suivant})}" if suivant else None,
    )


def _callers(moi: Personne, app: Ports) -> dict[str, str]:
    """Who may be chosen → how they are named."""
    siens = {moi.identifiant: moi.identifiant} | {
        c.cle: f"{c.libelle} · {c.cle}" for c in reversed(cles_essai(moi.domain, moi.identifiant, app))
    }
    if not moi.est_administrateur:
        return siens
    personnes = {p.identifiant: p.identifiant for _, p in app.personnes.lister(moi.domain)}
    cles = {c.cle: f"{c.libelle or c.cle} · {c.cle}" for c in reversed(app.cles.lister(moi.domain))}
    return personnes | cles


def _asked(cle: str, acteurs: dict[str, str], moi: Personne) -> Sequence[str] | None:
    """None: the whole firm, for an administrator alone. A caller that is not theirs gives nothing."""
    if cle:
        return [cle] if cle in acteurs else []
    return None if moi.est_administrateur else list(acteurs)


def _laid_out(texte: str | None) -> str:
    """JSON indented; text that was cut is shown as it is."""
    if texte is None:
        return ""
    try:
        return json.dumps(json.loads(texte), ensure_ascii=False, indent=2)
    except ValueError:
        return texte
