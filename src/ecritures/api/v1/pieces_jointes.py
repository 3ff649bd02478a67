"""Attachments of an import: what became of each, and its bytes, which a browser saves and never opens."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

import polars as pl
from fastapi import APIRouter, Path, Query, Response

from ecritures.api.access import App, Appelant
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1 import models_televersements as models
from ecritures.api.v1.common import LIMITE_DEFAUT, Limite, declared, page
from ecritures.api.v1.imports import RANG_MAX, ImportId, find_import
from ecritures.domain.errors import PieceJointeInconnue
from ecritures.imports.ports import PieceJointe

router = APIRouter(prefix=f"{PREFIXE_V1}/imports/{{id}}/pieces-jointes", tags=["Imports"])

_BYTES: dict[str, Any] = declared(404, 410, 422)
_BYTES["responses"] |= {
    200: {
        "description": "Les octets, tels que reçus",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("", summary="Lister les pièces jointes d'un import", **declared(404, 422))
def list_attachments(
    id: ImportId,
    acces: Appelant,
    app: App,
    ecriture: Annotated[
        int | None, Query(ge=1, le=RANG_MAX, description="Celles des lignes de cette écriture (rang dans l'import).")
    ] = None,
    limite: Limite = LIMITE_DEFAUT,
    apres: Annotated[int, Query(ge=0, le=RANG_MAX, description="Le `suivant` de la page précédente.")] = 0,
) -> models.PagePiecesJointes:
    """Dans l'ordre des lignes. L'adresse d'où vient une pièce n'est jamais montrée : c'est un secret."""
    demande = find_import(id, acces, app)
    pieces = [p for p in app.livres.pieces_jointes(demande.dossier, demande.id) if p.numero_ligne > apres]
    if ecriture is not None and pieces:
        lignes = app.livres.lignes_import(demande.dossier, demande.id).filter(pl.col("ecriture") == ecriture)
        siennes = set(lignes["numero_ligne"])
        pieces = [p for p in pieces if p.numero_ligne in siennes]
    vues, encore = page(pieces, limite)
    return models.PagePiecesJointes(
        pieces_jointes=[_read(p) for p in vues], suivant=vues[-1].numero_ligne if encore else None
    )


@router.get("/{numero_ligne}", summary="Télécharger une pièce jointe d'un import", response_class=Response, **_BYTES)
def download(
    id: ImportId,
    numero_ligne: Annotated[int, Path(ge=1, le=RANG_MAX, description="Ligne qui la porte.", examples=[1])],
    acces: Appelant,
    app: App,
) -> Response:
    """Toujours en `application/octet-stream`, à enregistrer : son contenu vient d'ailleurs."""
    demande = find_import(id, acces, app)
    for piece in app.livres.pieces_jointes(demande.dossier, demande.id):
        if piece.numero_ligne == numero_ligne and piece.sha256 is not None:
            return _save_as(piece.nom_fichier or f"piece-{numero_ligne}", app.originaux.lire(piece.sha256))
    raise PieceJointeInconnue(numero_ligne)


def _save_as(nom: str, octets: bytes) -> Response:
    """A download that no browser runs: not its type, not in a frame, with no script."""
    propre = quote(clean(nom), safe="")
    return Response(
        octets,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{propre}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def _read(piece: PieceJointe) -> models.PieceJointeLue:
    return models.PieceJointeLue(
        numero_ligne=piece.numero_ligne,
        etat=piece.etat,  # type: ignore[arg-type]  # one of the three words of its Literal
        nom_fichier=piece.nom_fichier,
        sha256=piece.sha256,
        taille_octets=piece.taille_octets,
        essais=piece.essais,
        prochain=piece.prochain,
        motif=piece.motif,
    )
