"""The chain of receipts of a dossier, and its lock: what every change of the books begins and ends with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ecritures.ledger.recu import Recu, enchainer
from ecritures.storage.tables import RECUS

POSANTES = ("import", "cloture")
"""Kinds of receipts whose lines are in the books under their rank."""
RETIRANTES = ("annulation", "reouverture")
"""Kinds of receipts that take back what the receipt of the same ``import_id`` posted."""


def lock(connexion: sa.Connection, dossier: int) -> None:
    """One writer a dossier. SQLite's BEGIN IMMEDIATE already holds the dossier's file."""
    if connexion.dialect.name == "postgresql":
        connexion.execute(sa.text("SELECT pg_advisory_xact_lock(7401, :dossier)"), {"dossier": dossier})


def find_recu(connexion: sa.Connection, dossier: int, import_id: str, *sortes: str) -> Recu | None:
    """The receipt of that import, of one of these kinds (none given: of those that post)."""
    ligne = connexion.execute(
        sa.select(RECUS).where(
            RECUS.c.dossier == dossier, RECUS.c.import_id == import_id, RECUS.c.sorte.in_(sortes or POSANTES)
        )
    )
    trouve = ligne.mappings().first()
    return as_recu(trouve) if trouve else None


def last_recu(connexion: sa.Connection, dossier: int) -> Recu | None:
    requete = sa.select(RECUS).where(RECUS.c.dossier == dossier).order_by(RECUS.c.rang.desc()).limit(1)
    ligne = connexion.execute(requete).mappings().first()
    return as_recu(ligne) if ligne else None


def append(
    connexion: sa.Connection, dossier: int, sorte: str, faits: Mapping[str, Any], import_id: str | None = None
) -> Recu:
    """Adds the next receipt. ``import_id`` None: an act that no import asked for, named after its kind and its rank."""
    dernier = last_recu(connexion, dossier)
    rang = dernier.rang + 1 if dernier else 1
    if sorte != "import":
        faits = {**faits, "sorte": sorte}
    recu = enchainer(dernier, import_id or f"{sorte}-{rang}", faits)
    connexion.execute(
        sa.insert(RECUS).values(
            dossier=dossier,
            rang=recu.rang,
            import_id=recu.import_id,
            precedent=recu.precedent,
            empreinte=recu.empreinte,
            contenu=json.dumps(recu.contenu, ensure_ascii=False),
            sorte=sorte,
        )
    )
    return recu


def as_recu(ligne: sa.RowMapping) -> Recu:
    return Recu(ligne["rang"], ligne["import_id"], ligne["precedent"], json.loads(ligne["contenu"]), ligne["empreinte"])
