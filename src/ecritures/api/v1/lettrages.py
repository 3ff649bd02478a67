"""Lettering: open lines of an account, letter, unletter."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ecritures.api.access import App, Appelant
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models
from ecritures.api.v1.common import LIMITE_DEFAUT, Apres, DuDossier, Limite, declared, json_body, with_body
from ecritures.api.v1.imports import RANG_MAX
from ecritures.domain.errors import CompteInconnu
from ecritures.imports.lettrer import letter, unletter
from ecritures.ledger.recu import Recu

router = APIRouter(prefix=f"{PREFIXE_V1}/dossiers/{{codeIbs}}", tags=["Lettrage et clôture"])

LIGNES_MAX = 500
"""Lines lettered at once: the body stays below its bound, and no group of an account is that long."""

Numero = Annotated[int, Field(ge=0, le=RANG_MAX)]
Compte = Annotated[str, StringConstraints(min_length=1, max_length=50)]
CodeLettrage = Annotated[str, StringConstraints(min_length=1, max_length=20)]


class LigneOuverte(models.LigneLue):
    rang: int = Field(description="Parmi les lignes issues de la même ligne du fichier, à partir de 0.")


class PageLignesOuvertes(models.PageLignes):
    lignes: list[LigneOuverte]  # type: ignore[assignment]


class CleDeLigne(models.Entree):
    recu: Numero
    numero_ligne: Numero
    rang: Numero = 0


class NouveauLettrage(models.Entree):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"lignes": [{"recu": 1, "numero_ligne": 2}, {"recu": 2, "numero_ligne": 3}]}]}
    )

    lignes: list[CleDeLigne] = Field(min_length=1, max_length=LIGNES_MAX)
    code: CodeLettrage | None = Field(
        None, description="Null : le premier libre du compte (AA, AB…). En minuscules : lettrage partiel."
    )
    partiel: bool = Field(
        False, description="Admet un écart ; le code est en minuscules et les lignes restent ouvertes."
    )


class LettrageARetirer(models.Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"compte": "411000", "tiers": "CLI001", "code": "AA"}]})

    compte: Compte
    tiers: Compte | None = None
    code: CodeLettrage
    exercice: Compte | None = Field(
        None, description="Dans cet exercice seulement : les codes recommencent chaque année."
    )


class LettrageFait(BaseModel):
    recu: int = Field(description="Rang du reçu qui le constate.")
    compte: str
    tiers: str | None
    code: str = Field(examples=["AA"])
    lignes: int
    solde_centimes: int = Field(description="Débit moins crédit ; 0, sauf lettrage partiel ou retrait.")
    date_lettrage: date | None


@router.get("/lettrages/ouvertes", summary="Lignes à lettrer d'un compte", **declared(403, 404, 422))
def list_open(
    dossier: DuDossier,
    app: App,
    compte: Annotated[str, Query(min_length=1, max_length=50, examples=["411000"])],
    tiers: Annotated[str | None, Query(max_length=50, description="Absent : tous les tiers.")] = None,
    limite: Limite = LIMITE_DEFAUT,
    apres: Apres = None,
) -> PageLignesOuvertes:
    """Par date : lignes sans lettrage, ou lettrées en partie (code en minuscules)."""
    cadre, suivant = app.livres.lignes_ouvertes(
        dossier.dossier, clean(compte), None if tiers is None else clean(tiers), apres=apres, limite=limite
    )
    if cadre.is_empty() and clean(compte) not in app.livres.comptes(dossier.dossier)["numero"]:
        raise CompteInconnu(clean(compte))
    lignes = cadre.rename({"import_rang": "recu"}).to_dicts()
    return PageLignesOuvertes(lignes=[LigneOuverte(**ligne) for ligne in lignes], suivant=suivant)


@router.post("/lettrages", status_code=201, summary="Lettrer des lignes", **with_body(NouveauLettrage, 403, 404, 409))
def create(
    nouveau: Annotated[NouveauLettrage, Depends(json_body(NouveauLettrage))],
    dossier: DuDossier,
    acces: Appelant,
    app: App,
) -> LettrageFait:
    """Les lignes sont d'un seul compte et d'un seul tiers, et s'équilibrent, sauf lettrage partiel. Leur date de lettrage est celle de
    la plus récente."""
    cles = [(ligne.recu, ligne.numero_ligne, ligne.rang) for ligne in nouveau.lignes]
    code = None if nouveau.code is None else clean(nouveau.code)
    return _done(letter(dossier, cles, acces.cle, app, code=code, partiel=nouveau.partiel))


@router.post("/delettrages", summary="Délettrer", **with_body(LettrageARetirer, 403, 404, 409))
def remove(
    voulu: Annotated[LettrageARetirer, Depends(json_body(LettrageARetirer))],
    dossier: DuDossier,
    acces: Appelant,
    app: App,
) -> LettrageFait:
    """Toutes les lignes du compte et du tiers qui portent ce code le perdent."""
    tiers, exercice = (None if v is None else clean(v) for v in (voulu.tiers, voulu.exercice))
    return _done(unletter(dossier, clean(voulu.compte), tiers, clean(voulu.code), acces.cle, app, exercice=exercice))


def _done(recu: Recu) -> LettrageFait:
    faits = recu.contenu
    return LettrageFait(
        recu=recu.rang,
        compte=faits["compte"],
        tiers=faits["tiers"],
        code=faits["lettrage"],
        lignes=faits["lignes"],
        solde_centimes=faits.get("solde_centimes", 0),
        date_lettrage=faits["changements"][0][7],
    )
