"""Webhooks: who is told when an import ends, and what becomes of each message. Kept and sent by storage, run by jobs.

A message is written in the transaction that ends or cancels the import: none is lost, and its key (webhook, event of that
import) makes a second one impossible. It is delivered at least once: the receiver knows a repeated one by its ``id``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ecritures.imports.limits import PURGE_LIGNES_MAX

IMPORT_TERMINE = "import.termine"
IMPORT_EN_ERREUR = "import.en_erreur"
IMPORT_ANNULE = "import.annule"
EVENEMENTS = (IMPORT_TERMINE, IMPORT_EN_ERREUR, IMPORT_ANNULE)

EN_TETE = "Ecritures-Signature"

LIBELLE_MAX = 200
URL_MAX = 2000
WEBHOOKS_MAX = 20
"""Of one firm: each event is sent to every one of them."""

ATTENTE_INITIALE_S = 10.0
"""Before the second try; doubled each time."""
ATTENTE_MAX_S = 3600.0
"""Longest wait between two tries: a receiver repaired is told within the hour."""
ESSAIS_DUREE_S = 3 * 24 * 3600
"""How long a message is tried: a week-end. Then it is given up, and may be sent again by hand."""
DESACTIVE_APRES_S = 5 * 24 * 3600
"""Failure without one success after which a webhook is turned off: its address is no longer anybody's."""
RECOUVREMENT_S = 24 * 3600
"""How long the former secret signs too after a rotation."""
BAIL_S = 60.0
"""A message taken by a worker that died is taken again after this: longer than the longest delivery (DUREE_MAX_S)."""
DUREE_MAX_S = 15.0
"""Longest delivery, connection included. A receiver must answer first and work later."""
REPONSE_OCTETS_MAX = 64 << 10
"""Of the answer, only the status counts: this much of its body is read, so that a usual one ends well."""

A_LIVRER, LIVREE, ABANDONNEE = "a_livrer", "livree", "abandonnee"


@dataclass(frozen=True)
class Webhook:
    """``url`` may hold a token: shown without its query."""

    id: str
    domain: str
    libelle: str
    url: str = field(repr=False)
    evenements: tuple[str, ...]
    est_actif: bool
    creation: datetime
    derniere_maj: datetime
    ancien_secret_fin: datetime | None


@dataclass(frozen=True)
class Livraison:
    """One message to one webhook, and its tries so far."""

    rang: int
    webhook: str
    evenement: str
    evenement_id: str
    import_id: str | None
    etat: str
    essais: int
    prochain: datetime | None
    dernier_statut: int | None
    derniere_erreur: str | None
    duree_ms: int | None
    creation: datetime
    livraison: datetime | None


@dataclass(frozen=True)
class Envoi:
    """A message to deliver now, taken by this worker alone until its lease ends. ``secrets``: those that sign."""

    rang: int
    url: str = field(repr=False)
    evenement: str
    evenement_id: str
    corps: str = field(repr=False)
    essais: int
    creation: datetime
    secrets: tuple[str, ...] = field(repr=False)


class Webhooks(Protocol):
    """The firms' webhooks and their delivery log."""

    def creer(self, domain: str, libelle: str, url: str, evenements: Sequence[str]) -> tuple[Webhook, str]:
        """The webhook and its secret, shown this once. Raises WebhookInvalide beyond WEBHOOKS_MAX."""
        ...

    def lister(self, domain: str) -> Sequence[Webhook]: ...

    def trouver(self, domain: str, webhook: str) -> Webhook | None: ...

    def activer(self, domain: str, webhook: str, *, est_actif: bool) -> bool: ...

    def tourner(self, domain: str, webhook: str) -> str | None:
        """A new secret; the one before signs beside it for RECOUVREMENT_S more."""
        ...

    def retirer(self, domain: str, webhook: str) -> bool:
        """With its deliveries."""
        ...

    def livraisons(
        self, domain: str, webhook: str, *, avant: int | None = None, limite: int = 100
    ) -> Sequence[Livraison]:
        """Newest first; ``avant`` is the rank of the last one seen."""
        ...

    def renvoyer(self, domain: str, webhook: str, rang: int) -> bool:
        """To be delivered again, now, with all its tries. False: no such delivery."""
        ...

    def emettre(self, import_id: str, evenement: str) -> int:
        """Writes the messages of an event that are not there yet; gives how many. May run again."""
        ...

    def reserver(self, maintenant: datetime) -> Envoi | None:
        """One message that is due, for this caller until BAIL_S later."""
        ...

    def noter_succes(self, envoi: Envoi, statut: int, duree_ms: int) -> None: ...

    def noter_echec(
        self, envoi: Envoi, statut: int | None, erreur: str, duree_ms: int, prochain: datetime | None
    ) -> bool:
        """``prochain`` None: given up. True: the webhook had failed for too long, and is now turned off."""
        ...

    def purger(self, avant: datetime, limite: int = PURGE_LIGNES_MAX) -> int:
        """Deletes the deliveries written before that, arrived or not, so many at most; gives how many."""
        ...


class Envois(Protocol):
    """The way out to a webhook, with the guards of a fetched link."""

    def verifier(self, url: str) -> None:
        """Raises LienRefuse for an address that may never be called. No request is made."""
        ...

    def poster(self, url: str, corps: bytes, entetes: Mapping[str, str], duree_max_s: float) -> int:
        """The status of the answer. Redirections are not followed, the body is read in part and dropped. Raises LienRefuse,
        LienInjoignable."""
        ...


def sign(corps: bytes, secrets: Sequence[str], instant_s: int) -> str:
    """The value of ``Ecritures-Signature``: one ``v1`` for each secret that is valid."""
    signe = f"{instant_s}.".encode() + corps
    signatures = (hmac.new(secret.encode(), signe, hashlib.sha256).hexdigest() for secret in secrets)
    return ",".join((f"t={instant_s}", *(f"v1={signature}" for signature in signatures)))


def next_wait_s(essais: int) -> float:
    """After so many tries."""
    return float(min(ATTENTE_INITIALE_S * 2 ** min(essais - 1, 20), ATTENTE_MAX_S))
