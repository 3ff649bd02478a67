"""Search in the books of a dossier: an amount, a range, words, a reference, an account, a period. Windows follow by themselves."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.refusals import HttpRefusal
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.montant import CENTIMES_MAX
from ecritures.imports.consultation import Criteres
from ecritures.web.pages.livres_commun import Curseur, Jour, address, read_day, render_books
from ecritures.web.personne import DossierDuChemin, Moi

router = APIRouter(prefix=PREFIXE)

LIGNES_PAR_PAGE = 50
_MONTANT = re.compile(r"([0-9]{1,12})(?:[.,]([0-9]{1,2}))?")
Mot = Annotated[str, Query(max_length=100)]


@router.get("/dossiers/{code}/recherche")
def search(
    request: Request,
    moi: Moi,
    dossier: DossierDuChemin,
    app: App,
    q: Mot = "",
    montant: Mot = "",
    montant_max: Mot = "",
    reference: Mot = "",
    compte: Mot = "",
    journal: Mot = "",
    tiers: Mot = "",
    debut: Jour = "",
    fin: Jour = "",
    apres: Curseur = "",
) -> Response:
    """``montant`` alone is exact; with ``montant_max`` it is the lower end of a range."""
    saisie = {
        nom: clean(v).strip()
        for nom, v in (
            ("q", q), ("montant", montant), ("montant_max", montant_max), ("reference", reference), ("compte", compte),
            ("journal", journal), ("tiers", tiers), ("debut", debut), ("fin", fin),
        )
    }  # fmt: skip
    criteres = _criteria(saisie)
    trouvees = None
    if not criteres.est_vide:
        trouvees = app.consultation.rechercher(dossier.dossier, criteres, apres=apres or None, limite=LIGNES_PAR_PAGE)
    suite = trouvees.suivant if trouvees else None
    return render_books(
        request,
        "livres/recherche.html",
        dossier=dossier,
        saisie=saisie,
        trouvees=trouvees,
        lignes=trouvees.lignes.to_dicts() if trouvees else [],
        est_suite=bool(apres),
        journaux=app.livres.journaux(dossier.dossier).select("code", "libelle").to_dicts(),
        debut_liste=address(dossier, "recherche", **saisie) if apres else None,
        suivant=address(dossier, "recherche", **saisie, apres=suite) if suite else None,
        pleine=trouvees is not None and trouvees.lignes.height == LIGNES_PAR_PAGE,
    )


def _criteria(saisie: dict[str, str]) -> Criteres:
    """Raises HttpRefusal for an amount or a day that is none. One field of the search serves all: an amount typed in « q »
    is looked for as an amount."""
    texte, montant_min, montant_max = saisie["q"], _cents(saisie["montant"]), _cents(saisie["montant_max"])
    if montant_min is None and montant_max is None and re.fullmatch(r"[0-9\s]+[.,][0-9]{2}\s?€?", texte):
        montant_min, texte = _cents(texte), ""
    return Criteres(
        montant_min=montant_min,
        montant_max=montant_min if montant_max is None and montant_min is not None else montant_max,
        texte=texte,
        reference=saisie["reference"],
        compte=saisie["compte"],
        journal=saisie["journal"],
        tiers=saisie["tiers"],
        debut=read_day(saisie["debut"], "Du"),
        fin=read_day(saisie["fin"], "Au"),
    )


def _cents(texte: str) -> int | None:
    """``1 234,5`` gives 123450; None when left empty."""
    serre = re.sub(r"[\s€]", "", texte)
    if not serre:
        return None
    lu = _MONTANT.fullmatch(serre)
    if lu is None or int(lu[1]) * 100 > CENTIMES_MAX:
        raise HttpRefusal(422, "requete.invalide", f"Le montant « {texte} » est invalide : l'écrire 1234,56.")
    return int(lu[1]) * 100 + int((lu[2] or "0").ljust(2, "0"))
