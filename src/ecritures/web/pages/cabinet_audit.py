"""The audit trail of the firm: who did what, filtered, by pages; whole as a file by the API."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.api.reglages import PREFIXE_V1
from ecritures.web.pages.cabinet_commun import PAR_PAGE, Apres, Mot, codes_of, day_of, end_of, start_of
from ecritures.web.personne import MoiAdministrateur
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

SUJETS = (
    "abonnement", "agence", "cabinet", "cle", "collaborateur", "dossier", "exercice", "groupe", "import", "invitation",
    "lettrage", "mot_de_passe", "session", "webhook",
)  # fmt: skip


@router.get("/audit")
def show(
    request: Request,
    moi: MoiAdministrateur,
    app: App,
    sujet: Mot = "",
    acteur: Mot = "",
    objet: Mot = "",
    debut: Mot = "",
    fin: Mot = "",
    apres: Apres = None,
) -> Response:
    saisie = {
        "sujet": sujet if sujet in SUJETS else "",
        "acteur": clean(acteur).strip(),
        "objet": clean(objet).strip(),
        "debut": debut,
        "fin": fin,
    }
    lues = app.audit.lister(
        moi.domain,
        avant=apres,
        limite=PAR_PAGE + 1,
        sujet=saisie["sujet"] or None,
        acteur=saisie["acteur"] or None,
        objet=saisie["objet"] or None,
        depuis=start_of(day_of(debut, "Du")),
        jusqu_a=end_of(day_of(fin, "Au")),
    )
    suivant = lues[PAR_PAGE - 1].rang if len(lues) > PAR_PAGE else None
    return render(
        request,
        "cabinet/audit.html",
        traces=lues[:PAR_PAGE],
        codes=codes_of(moi.domain, app),
        sujets=SUJETS,
        saisie=saisie,
        filtre=any(saisie.values()),
        suivant=f"{PREFIXE}/audit?{urlencode({**saisie, 'apres': suivant or ''})}" if suivant else None,
        export=f"{PREFIXE_V1}/audit/export",
    )
