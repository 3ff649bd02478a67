"""Delivers the messages of webhooks, beside the imports of a worker: in a thread of its own, so that a slow receiver holds none.

Several workers may deliver at once: each message is taken by one, for the length of a lease; after kill -9 another takes it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from ecritures.domain.errors import LienInjoignable, LienRefuse
from ecritures.imports import horloge
from ecritures.imports.webhooks import DUREE_MAX_S, EN_TETE, ESSAIS_DUREE_S, Envoi, Envois, Webhooks, next_wait_s, sign

JOURNAL = structlog.get_logger("ecritures.livreur")

INTERROGATION_S = 0.5
"""How often the log of deliveries is looked at when nothing is due."""
ATTENTE_BASE_S = 5.0
"""After the database did not answer."""
FILS = 4
"""Deliveries at once in a worker: one slow receiver does not hold the others'."""


@dataclass(frozen=True)
class Livreur:
    """``maintenant``: the product's clock, unless given; signatures bear the real time, which the receiver compares to its own.
    ``garde``: held during a delivery."""

    webhooks: Webhooks
    envois: Envois
    maintenant: Callable[[], datetime] = horloge.maintenant
    duree_max_s: float = DUREE_MAX_S
    garde: Callable[[], AbstractContextManager[Any]] = nullcontext

    def tourner(self, arret: threading.Event) -> list[threading.Thread]:
        """Starts the threads; they end by themselves once ``arret`` is set."""
        fils = [
            threading.Thread(target=self._boucle, args=(arret,), daemon=True, name=f"livreur-{n}") for n in range(FILS)
        ]
        for fil in fils:
            fil.start()
        return fils

    def livrer(self) -> bool:
        """One message that is due. False: there is none."""
        envoi = self.webhooks.reserver(self.maintenant())
        if envoi is None:
            return False
        debut = time.perf_counter()
        statut, erreur, definitif = self._poster(envoi)
        duree_ms = round((time.perf_counter() - debut) * 1000)
        if erreur is None:
            assert statut is not None, "a message that arrived was answered"
            self.webhooks.noter_succes(envoi, statut, duree_ms)
            JOURNAL.info("webhook.livre", evenement_id=envoi.evenement_id, statut=statut, duree_ms=duree_ms)
            return True
        eteint = self.webhooks.noter_echec(
            envoi, statut, erreur, duree_ms, None if definitif else self._prochain(envoi)
        )
        JOURNAL.warning("webhook.echec", evenement_id=envoi.evenement_id, statut=statut, essai=envoi.essais)
        if eteint:
            JOURNAL.warning("webhook.desactive", evenement_id=envoi.evenement_id)
        return True

    def _boucle(self, arret: threading.Event) -> None:
        attente = 0.0
        while not arret.wait(attente):
            try:
                with self.garde():
                    attente = 0.0 if self.livrer() else INTERROGATION_S
            except (OperationalError, InterfaceError) as erreur:
                JOURNAL.warning("livreur.base_injoignable", erreur=type(erreur).__name__)
                attente = ATTENTE_BASE_S
            except (
                Exception
            ) as erreur:  # a fault of ours stops one delivery, which its lease gives back, not the thread
                JOURNAL.error("livreur.incident", erreur=type(erreur).__name__)
                attente = ATTENTE_BASE_S

    def _poster(self, envoi: Envoi) -> tuple[int | None, str | None, bool]:
        """Status, what went wrong, and whether another try would be in vain."""
        corps = envoi.corps.encode()
        entetes = {
            EN_TETE: sign(corps, envoi.secrets, horloge.reelle_ms() // 1000),
            "Content-Type": "application/json; charset=utf-8",
            "Ecritures-Evenement": envoi.evenement,
            "Ecritures-Evenement-Id": envoi.evenement_id,
        }
        try:
            statut = self.envois.poster(envoi.url, corps, entetes, self.duree_max_s)
        except LienRefuse:
            return None, "L'adresse n'est pas admise : elle n'est pas publique, ou pas en https.", True
        except LienInjoignable as refus:
            return None, refus.message, False
        if 200 <= statut < 300:
            return statut, None, False
        if 300 <= statut < 400:
            return statut, f"Réponse {statut} : une redirection n'est pas suivie, donner l'adresse finale.", False
        return statut, f"Réponse {statut} : une réponse 2xx est attendue.", False

    def _prochain(self, envoi: Envoi) -> datetime | None:
        prochain = self.maintenant() + timedelta(seconds=next_wait_s(envoi.essais))
        return None if prochain - envoi.creation > timedelta(seconds=ESSAIS_DUREE_S) else prochain
