"""The log of requests (imports.requetes.Requetes): one transaction for many lines, so that no answer waits for it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
import structlog

from ecritures.imports.limits import PURGE_LIGNES_MAX
from ecritures.imports.requetes import LIGNES_MAX, Requete
from ecritures.storage.bases import Base
from ecritures.storage.purge import delete_some
from ecritures.storage.tables import REQUETES
from ecritures.storage.temps import en_ms, instant

JOURNAL = structlog.get_logger("ecritures.requetes")

EN_ATTENTE_MAX = 2000
"""Lines waiting to be written; beyond, they are lost rather than held in memory."""
INTERVALLE_S = 1.0
LOT_MAX = 500


class RegistreRequetes:
    def __init__(self, base: Base) -> None:
        self._base = base
        self._attente: queue.Queue[Requete] = queue.Queue(EN_ATTENTE_MAX)
        self._arret = threading.Event()
        self._ecriture = threading.Lock()
        self._fil: threading.Thread | None = None

    def noter(self, requete: Requete) -> None:
        try:
            self._attente.put_nowait(requete)
        except queue.Full:
            return
        if self._fil is None:
            with self._ecriture:
                if self._fil is None:
                    self._fil = threading.Thread(target=self._boucle, daemon=True, name="journal-requetes")
                    self._fil.start()

    def lister(self, domain: str, acteur: str, *, avant: int | None = None, limite: int = 100) -> Sequence[Requete]:
        return self.du_cabinet(domain, acteurs=[acteur], avant=avant, limite=limite)

    def du_cabinet(
        self,
        domain: str,
        *,
        acteurs: Sequence[str] | None = None,
        refus: bool = False,
        avant: int | None = None,
        limite: int = 100,
    ) -> Sequence[Requete]:
        self._ecrire()
        requete = sa.select(REQUETES).where(REQUETES.c.domain == domain)
        if acteurs is not None:
            requete = requete.where(REQUETES.c.acteur.in_(acteurs))
        if refus:  # the dialect refuses with a status of 200: what it said is kept then
            requete = requete.where(sa.or_(REQUETES.c.statut >= 400, REQUETES.c.reponse.is_not(None)))
        if avant is not None:
            requete = requete.where(REQUETES.c.rang < avant)
        with self._base.lecture() as connexion:
            lignes = connexion.execute(requete.order_by(REQUETES.c.rang.desc()).limit(limite))
            return [
                Requete(
                    ligne.domain,
                    ligne.acteur,
                    instant(ligne.instant_ms),
                    ligne.methode,
                    ligne.route,
                    ligne.statut,
                    ligne.duree_ms,
                    ligne.corps,
                    ligne.reponse,
                    ligne.rang,
                )
                for ligne in lignes
            ]

    def purger(self, avant: datetime, limite: int = PURGE_LIGNES_MAX) -> int:
        with self._base.ecriture() as connexion:
            return delete_some(connexion, REQUETES, REQUETES.c.instant_ms < en_ms(avant), limite)

    def oublier_l_attente(self) -> None:
        """What waits to be written never will be: a sandbox is reset."""
        with self._ecriture:
            while self._take():
                pass

    def fermer(self) -> None:
        self._arret.set()
        if self._fil is not None:
            self._fil.join(5)
            self._ecrire()

    def _boucle(self) -> None:
        while not self._arret.wait(INTERVALLE_S):
            try:
                self._ecrire()
            except sa.exc.SQLAlchemyError as erreur:
                JOURNAL.warning("requetes.non_ecrites", erreur=type(erreur).__name__)

    def _ecrire(self) -> None:
        """Everything that waits; the oldest lines go when there are too many."""
        with self._ecriture:
            while lot := self._take():
                with self._base.ecriture() as connexion:
                    connexion.execute(sa.insert(REQUETES), lot)
                    dernier = connexion.execute(sa.select(sa.func.max(REQUETES.c.rang))).scalar_one()
                    connexion.execute(sa.delete(REQUETES).where(REQUETES.c.rang <= dernier - LIGNES_MAX))

    def _take(self) -> list[dict[str, object]]:
        lot: list[dict[str, object]] = []
        while len(lot) < LOT_MAX:
            try:
                r = self._attente.get_nowait()
            except queue.Empty:
                break
            lot.append(
                {
                    "domain": r.domain,
                    "acteur": r.acteur,
                    "instant_ms": en_ms(r.instant),
                    "methode": r.methode,
                    "route": r.route,
                    "statut": r.statut,
                    "duree_ms": r.duree_ms,
                    "corps": r.corps,
                    "reponse": r.reponse,
                }
            )
        return lot
