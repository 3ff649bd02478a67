"""The books of a dossier, read page by page: balance, journaux, grand livre, receipts."""

from __future__ import annotations

from datetime import date
from itertools import dropwhile, islice
from typing import Annotated, Any

import polars as pl
from fastapi import APIRouter, Path, Query

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models
from ecritures.api.v1.common import LIMITE_DEFAUT, Apres, DuDossier, Limite, declared, page
from ecritures.api.v1.imports import RANG_MAX
from ecritures.domain.errors import CompteInconnu, ExerciceInconnu, JournalInconnu

router = APIRouter(prefix=f"{PREFIXE_V1}/dossiers/{{codeIbs}}", tags=["Livres"])
REFUSED = declared(403, 404, 422)

Debut = Annotated[date | None, Query(description="Premier jour compris.")]
Fin = Annotated[date | None, Query(description="Dernier jour compris.")]
CodeJournal = Annotated[str, Path(description="Code du journal.", examples=["VEN"])]
NumeroCompte = Annotated[str, Path(description="Numéro du compte.", examples=["411000"])]


@router.get("/balance", summary="Balance", **REFUSED)
def balance(
    dossier: DuDossier,
    app: App,
    exercice: Annotated[str | None, Query(max_length=30, description="Code de l'exercice ; absent : tous.")] = None,
    debut: Debut = None,
    fin: Fin = None,
    limite: Limite = LIMITE_DEFAUT,
    apres: Apres = None,
) -> models.PageBalance:
    """Par compte. Les totaux sont ceux de toute la balance, quelle que soit la page."""
    if exercice is not None and all(e.code != exercice for e in app.livres.exercices(dossier.dossier)):
        raise ExerciceInconnu(clean(exercice))
    cadre = app.livres.balance(dossier.dossier, exercice=exercice, debut=debut, fin=fin)
    lignes, suivant = _by_key(cadre, "compte", apres, limite)
    return models.PageBalance(
        comptes=[models.SoldeCompte(**ligne) for ligne in lignes],
        debit_centimes=int(cadre["debit_centimes"].sum()),
        credit_centimes=int(cadre["credit_centimes"].sum()),
        suivant=suivant,
    )


@router.get("/journaux", summary="Journaux", **REFUSED)
def list_journaux(
    dossier: DuDossier, app: App, limite: Limite = LIMITE_DEFAUT, apres: Apres = None
) -> models.PageJournaux:
    lignes, suivant = _by_key(app.livres.journaux(dossier.dossier), "code", apres, limite)
    return models.PageJournaux(journaux=[models.JournalLu(**ligne) for ligne in lignes], suivant=suivant)


@router.get("/journaux/{code:path}/lignes", summary="Lignes d'un journal", **REFUSED)
def read_journal(
    dossier: DuDossier,
    app: App,
    code: CodeJournal,
    debut: Debut = None,
    fin: Fin = None,
    limite: Limite = LIMITE_DEFAUT,
    apres: Apres = None,
) -> models.PageLignes:
    """Par date."""
    cadre, suivant = app.livres.journal(dossier.dossier, clean(code), debut=debut, fin=fin, apres=apres, limite=limite)
    if cadre.is_empty() and clean(code) not in app.livres.journaux(dossier.dossier)["code"]:
        raise JournalInconnu(clean(code))
    return models.PageLignes(lignes=[models.LigneLue(**ligne) for ligne in _lines(cadre)], suivant=suivant)


@router.get("/comptes", summary="Comptes", **REFUSED)
def list_comptes(
    dossier: DuDossier, app: App, limite: Limite = LIMITE_DEFAUT, apres: Apres = None
) -> models.PageComptes:
    lignes, suivant = _by_key(app.livres.comptes(dossier.dossier), "numero", apres, limite)
    return models.PageComptes(comptes=[models.CompteLu(**ligne) for ligne in lignes], suivant=suivant)


@router.get("/comptes/{numero:path}/lignes", summary="Grand livre d'un compte", **REFUSED)
def read_compte(
    dossier: DuDossier,
    app: App,
    numero: NumeroCompte,
    debut: Debut = None,
    fin: Fin = None,
    limite: Limite = LIMITE_DEFAUT,
    apres: Apres = None,
) -> models.PageGrandLivre:
    """Par date, avec le solde du compte après chaque ligne."""
    cadre, suivant = app.livres.grand_livre(
        dossier.dossier, clean(numero), debut=debut, fin=fin, apres=apres, limite=limite
    )
    if cadre.is_empty() and clean(numero) not in app.livres.comptes(dossier.dossier)["numero"]:
        raise CompteInconnu(clean(numero))
    return models.PageGrandLivre(lignes=[models.LigneGrandLivre(**ligne) for ligne in _lines(cadre)], suivant=suivant)


@router.get("/recus", summary="Reçus chaînés", **REFUSED)
def list_recus(
    dossier: DuDossier,
    app: App,
    limite: Limite = LIMITE_DEFAUT,
    apres: Annotated[int, Query(ge=0, le=RANG_MAX, description="Le `suivant` de la page précédente.")] = 0,
) -> models.PageRecus:
    """Un par import intégré, annulation, lettrage, clôture ou validation, dans l'ordre ; chacun porte l'empreinte du précédent."""
    suite = dropwhile(lambda recu: recu.rang <= apres, app.livres.recus(dossier.dossier))
    recus, encore = page(list(islice(suite, limite + 1)), limite)
    return models.PageRecus(
        recus=[
            models.RecuLu(
                rang=r.rang,
                import_id=r.import_id,
                precedent=r.precedent,
                empreinte=r.empreinte,
                contenu=dict(r.contenu),
            )
            for r in recus
        ],
        suivant=recus[-1].rang if encore else None,
    )


def _lines(cadre: pl.DataFrame) -> list[dict[str, Any]]:
    return cadre.rename({"import_rang": "recu"}).to_dicts()


def _by_key(cadre: pl.DataFrame, cle: str, apres: str | None, limite: int) -> tuple[list[dict[str, Any]], str | None]:
    """A page of a frame in the order of its key, and the cursor of the next one."""
    suite = cadre.sort(cle) if apres is None else cadre.filter(pl.col(cle) > clean(apres)).sort(cle)
    lignes, encore = page(suite.head(limite + 1).to_dicts(), limite)
    return lignes, str(lignes[-1][cle]) if encore else None
