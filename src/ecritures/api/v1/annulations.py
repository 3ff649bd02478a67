"""Cancelling an import: what it would take back, then doing it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from ecritures.api.access import App, Appelant, may_see
from ecritures.api.body import clean
from ecritures.api.loop.models import GUID
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1.common import declared
from ecritures.domain.errors import ImportInconnu
from ecritures.imports.cancel import cancel, preview
from ecritures.imports.ports import Acces, Ports
from ecritures.ledger.annulation import Apercu

router = APIRouter(prefix=f"{PREFIXE_V1}/imports/{{id}}/annulation", tags=["Imports"])

ImportId = Annotated[str, Path(description="Identifiant de l'import.", examples=[GUID])]


class BlocageLu(BaseModel):
    code: str = Field(description="Motif stable.", examples=["exercice.clos"])
    motif: str
    lignes: int = Field(description="Nombre de lignes de l'import en cause ; 0 : toutes, ou aucune encore.")


class TotalJournal(BaseModel):
    journal: str
    ecritures: int
    lignes: int
    debit_centimes: int
    credit_centimes: int


class ARetirer(BaseModel):
    """Ce que les livres perdraient. `repris` : ce que l'import avait créé et que rien d'autre n'emploie, par genre ; `gardes` : ce qui
    reste parce que d'autres écritures l'emploient."""

    ecritures: int
    lignes: int
    ventilations: int
    pieces_jointes: int
    debit_centimes: int
    credit_centimes: int
    journaux: list[TotalJournal]
    repris: dict[str, list[str]]
    gardes: dict[str, list[str]]


class ApercuLu(BaseModel):
    import_id: str = Field(examples=[GUID])
    est_annulable: bool
    blocages: list[BlocageLu]
    a_retirer: ARetirer | None = Field(description="Null : aucune écriture de cet import n'est dans les livres.")


class AnnulationLue(BaseModel):
    import_id: str = Field(examples=[GUID])
    deja_annule: bool = Field(description="Vrai : une demande précédente l'avait annulé ; rien n'a changé.")
    annule_par: str | None
    recu: int | None = Field(description="Rang du reçu d'annulation ; null : l'import attendait encore.")
    bilan: dict[str, Any] | None = Field(description="Contenu du reçu d'annulation.")


@router.get("", summary="Voir ce qu'une annulation retirerait", **declared(404, 422))
def show(id: ImportId, acces: Appelant, app: App) -> ApercuLu:
    """L'annulation est faite puis défaite : rien n'en reste."""
    apercu = preview(visible_import(id, acces, app), app)
    return ApercuLu(
        import_id=apercu.demande.id,
        est_annulable=not apercu.blocages,
        blocages=[BlocageLu(code=b.code, motif=b.motif, lignes=b.lignes) for b in apercu.blocages],
        a_retirer=None if apercu.apercu is None else _removed(apercu.apercu),
    )


@router.post("", summary="Annuler un import", **declared(403, 404, 409, 422))
def create(id: ImportId, acces: Appelant, app: App) -> AnnulationLue:
    """Retire des livres exactement ce que l'import y a mis, ou rien. La demande, le fichier, les constats et le reçu restent ; le même
    fichier peut être importé à nouveau. Deux fois : la seconde le dit, et ne change rien."""
    faite = cancel(visible_import(id, acces, app), acces.cle, app)
    return AnnulationLue(
        import_id=faite.demande.id,
        deja_annule=faite.deja_annule,
        annule_par=faite.demande.annule_par,
        recu=None if faite.recu is None else faite.recu.rang,
        bilan=None if faite.recu is None else dict(faite.recu.contenu),
    )


def visible_import(import_id: str, acces: Acces, app: Ports) -> str:
    """The id of an import that the caller may see. Raises ImportInconnu, for another firm's too."""
    demande = app.demandes.lire(clean(import_id).lower()[:64])
    if demande is None or not may_see(acces, demande.domain, demande.dossier):
        raise ImportInconnu(clean(import_id)[:64])
    return demande.id


def _removed(apercu: Apercu) -> ARetirer:
    return ARetirer(
        ecritures=apercu.ecritures,
        lignes=apercu.lignes,
        ventilations=apercu.ventilations,
        pieces_jointes=apercu.pieces_jointes,
        debit_centimes=apercu.debit_centimes,
        credit_centimes=apercu.credit_centimes,
        journaux=[TotalJournal(**rang) for rang in apercu.journaux.to_dicts()],
        repris={nom: list(codes) for nom, codes in apercu.repris.items()},
        gardes={nom: list(codes) for nom, codes in apercu.gardes.items()},
    )
