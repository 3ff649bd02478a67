"""Attachments of posted lines: written with the posting, fetched afterwards (imports/attach.py)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import sqlalchemy as sa

from ecritures.imports.ports import PieceJointe
from ecritures.storage.load import load
from ecritures.storage.tables import PIECES_JOINTES, RECUS
from ecritures.storage.temps import en_ms, instant, maintenant_ms


def ajoute(connexion: sa.Connection, dossier: int, rang: int, pieces: pl.DataFrame) -> None:
    """Inside the posting's transaction: what its lines name is to be fetched. pieces: ledger.pieces.PIECES_JOINTES."""
    if pieces.is_empty():
        return
    cle = [pl.lit(dossier, pl.Int64).alias("dossier"), pl.lit(rang, pl.Int64).alias("import_rang")]
    suivi = [
        pl.lit("a_prendre").alias("etat"),
        pl.lit(0, pl.Int64).alias("essais"),
        pl.lit(maintenant_ms(), pl.Int64).alias("prochain_ms"),
    ]
    load(connexion, PIECES_JOINTES, pieces.select(*cle, "numero_ligne", "uri", *suivi))


def lire(connexion: sa.Connection, dossier: int, import_id: str) -> Sequence[PieceJointe]:
    requete = sa.select(PIECES_JOINTES).where(*_de(dossier, import_id)).order_by(PIECES_JOINTES.c.numero_ligne)
    return [
        PieceJointe(
            numero_ligne=ligne.numero_ligne,
            etat=ligne.etat,
            uri=ligne.uri,
            essais=ligne.essais,
            prochain=instant(ligne.prochain_ms) if ligne.prochain_ms is not None else None,
            nom_fichier=ligne.nom_fichier,
            sha256=ligne.sha256,
            taille_octets=ligne.taille_octets,
            motif=ligne.motif,
        )
        for ligne in connexion.execute(requete)
    ]


def note(connexion: sa.Connection, dossier: int, import_id: str, piece: PieceJointe) -> None:
    connexion.execute(
        sa.update(PIECES_JOINTES)
        .where(*_de(dossier, import_id), PIECES_JOINTES.c.numero_ligne == piece.numero_ligne)
        .values(
            etat=piece.etat,
            uri=piece.uri,
            essais=piece.essais,
            prochain_ms=en_ms(piece.prochain) if piece.prochain is not None else None,
            nom_fichier=piece.nom_fichier,
            sha256=piece.sha256,
            taille_octets=piece.taille_octets,
            motif=piece.motif,
        )
    )


def _de(dossier: int, import_id: str) -> tuple[sa.ColumnElement[bool], ...]:
    rang = (
        sa.select(RECUS.c.rang)
        .where(RECUS.c.dossier == dossier, RECUS.c.import_id == import_id, RECUS.c.sorte == "import")
        .order_by(RECUS.c.rang.desc())
        .limit(1)
        .scalar_subquery()
    )
    return PIECES_JOINTES.c.dossier == dossier, PIECES_JOINTES.c.import_rang == rang
