"""Imports of the firm: what was received, what became of it, and every finding."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from ecritures.api.access import App, Appelant, find_dossier, may_see
from ecritures.api.body import clean
from ecritures.api.loop.models import GUID, MOTIF_GUID
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models
from ecritures.api.v1.common import LIMITE_DEFAUT, Limite, declared, page
from ecritures.domain.errors import CurseurInvalide, ImportInconnu
from ecritures.imports.ports import Acces, Demande, Ports

router = APIRouter(prefix=f"{PREFIXE_V1}/imports", tags=["Imports"])

ImportId = Annotated[str, Path(description="Identifiant de l'import.", examples=[GUID])]
RANG_MAX = (1 << 31) - 1


@router.get("", summary="Lister les imports", **declared(403, 404, 422))
def list_imports(
    acces: Appelant,
    app: App,
    dossier: Annotated[str | None, Query(max_length=100, description="Ceux de ce dossier seulement.")] = None,
    limite: Limite = LIMITE_DEFAUT,
    apres: Annotated[str | None, Query(pattern=MOTIF_GUID, description="Le `suivant` de la page précédente.")] = None,
) -> models.PageImports:
    """Du plus récent au plus ancien."""
    numero = None if dossier is None else find_dossier(clean(dossier), acces, app).dossier
    if apres is not None and _visible(apres, acces, app) is None:
        raise CurseurInvalide
    demandes, encore = page(list(islice(_newest_first(acces, app, numero, apres, limite + 1), limite + 1)), limite)
    return models.PageImports(
        imports=[models.ImportLu(**import_fields(d)) for d in demandes], suivant=demandes[-1].id if encore else None
    )


@router.get("/{id}", summary="Lire un import et son compte rendu", **declared(404, 422))
def read(id: ImportId, acces: Appelant, app: App) -> models.ImportDetaille:
    demande = find_import(id, acces, app)
    return models.ImportDetaille(
        **import_fields(demande), compte_rendu=None if demande.compte_rendu is None else dict(demande.compte_rendu)
    )


@router.get("/{id}/constats", summary="Lister les constats d'un import", **declared(404, 422))
def list_constats(
    id: ImportId,
    acces: Appelant,
    app: App,
    code: Annotated[
        str | None, Query(max_length=100, description="Ceux de ce code, ou de cet identifiant de règle.")
    ] = None,
    limite: Limite = LIMITE_DEFAUT,
    apres: Annotated[int, Query(ge=0, le=RANG_MAX, description="Le `suivant` de la page précédente.")] = 0,
) -> models.PageConstats:
    """Dans l'ordre du fichier ; d'abord ce qui concerne tout le fichier."""
    demande = find_import(id, acces, app)
    filtre = None if code is None else clean(code)
    cadre = app.livres.constats(demande.dossier, demande.id, apres=apres, limite=limite + 1, code=filtre)
    constats, encore = page([models.ConstatRange(**ligne) for ligne in cadre.to_dicts()], limite)
    return models.PageConstats(constats=constats, suivant=constats[-1].rang if encore else None)


def find_import(import_id: str, acces: Acces, app: Ports) -> Demande:
    """Raises ImportInconnu, for another firm's import too."""
    demande = _visible(import_id, acces, app)
    if demande is None:
        raise ImportInconnu(clean(import_id)[:64])
    return demande


def _visible(import_id: str, acces: Acces, app: Ports) -> Demande | None:
    demande = app.demandes.lire(clean(import_id).lower()[:64])
    return demande if demande is not None and may_see(acces, demande.domain, demande.dossier) else None


def _newest_first(acces: Acces, app: Ports, dossier: int | None, apres: str | None, lot: int) -> Iterator[Demande]:
    """The imports that the key may see: those of other dossiers are skipped, so that a page is always full."""
    while demandes := app.demandes.lister(acces.domain, dossier=dossier, apres=apres, limite=lot):
        yield from (d for d in demandes if may_see(acces, d.domain, d.dossier))
        if len(demandes) < lot:
            return
        apres = demandes[-1].id


def import_fields(demande: Demande) -> dict[str, Any]:
    """Everything but where the file came from: its URL is a secret."""
    return {
        "id": demande.id,
        "dossier": demande.code_ibs,
        "format": demande.format,
        "nom_fichier": demande.nom_fichier,
        "origine": demande.origine,
        "etat": demande.state.value,
        "etat_libelle": demande.state.libelle,
        "creation": demande.creation,
        "derniere_maj": demande.derniere_maj,
        "siret": demande.siret,
        "sha256": demande.sha256,
        "taille_octets": demande.taille_octets,
        "message": demande.message,
        "annulation": demande.annulation,
        "annule_par": demande.annule_par,
    }
