"""The timed steps of imports: written with the moves of the register, read by their screen."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ecritures.imports.etapes import ETAPES, EtapeFaite
from ecritures.storage.tables import ETAPES_IMPORTS
from ecritures.storage.temps import en_ms, instant


def note(connexion: sa.Connection, import_id: str, faites: Sequence[EtapeFaite]) -> None:
    """Inside the caller's transaction. A step told before is replaced."""
    insert = sqlite.insert if connexion.dialect.name == "sqlite" else postgresql.insert
    for faite in faites:
        ordre = insert(ETAPES_IMPORTS).values(
            import_id=import_id, etape=faite.nom, debut_ms=en_ms(faite.debut), duree_us=round(faite.duree_s * 1e6)
        )
        cle = [ETAPES_IMPORTS.c.import_id, ETAPES_IMPORTS.c.etape]
        nouvelles = {"debut_ms": ordre.excluded.debut_ms, "duree_us": ordre.excluded.duree_us}
        connexion.execute(ordre.on_conflict_do_update(index_elements=cle, set_=nouvelles))


def read(connexion: sa.Connection, import_id: str) -> Sequence[EtapeFaite]:
    """In the order of the flow."""
    requete = sa.select(ETAPES_IMPORTS).where(ETAPES_IMPORTS.c.import_id == import_id)
    lues = [
        EtapeFaite(ligne.etape, instant(ligne.debut_ms), instant(ligne.debut_ms + ligne.duree_us / 1000))
        for ligne in connexion.execute(requete)
    ]
    return sorted(lues, key=lambda faite: ETAPES.index(faite.nom))
