"""Acts on exercices looked at before they are done, and the chain of receipts by pages (imports.actes.Actes)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ecritures.imports.actes import ApercuCloture, ApercuReouverture, Maillon, as_link
from ecritures.storage import chaine, cloture
from ecritures.storage.livres import LivresSql
from ecritures.storage.tables import RECUS


class ActesSql:
    """``livres`` gives the base of a dossier's books."""

    def __init__(self, livres: LivresSql) -> None:
        self._livres = livres

    def apercu_cloture(self, dossier: int, code: str) -> ApercuCloture:
        with self._livres.base(dossier).lecture() as connexion:
            return cloture.preview_close(connexion, dossier, code)

    def apercu_reouverture(self, dossier: int, code: str) -> ApercuReouverture:
        with self._livres.base(dossier).lecture() as connexion:
            return cloture.preview_reopen(connexion, dossier, code)

    def recus(self, dossier: int, *, avant: int | None = None, limite: int = 25) -> Sequence[Maillon]:
        requete = sa.select(RECUS).where(RECUS.c.dossier == dossier).order_by(RECUS.c.rang.desc()).limit(limite)
        if avant is not None:
            requete = requete.where(RECUS.c.rang < avant)
        with self._livres.base(dossier).lecture() as connexion:
            return [as_link(chaine.as_recu(ligne)) for ligne in connexion.execute(requete).mappings()]
