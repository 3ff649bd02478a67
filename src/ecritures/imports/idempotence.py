"""A request sent again is executed once: what the HTTP edge, the register of imports and their storage agree on.

The edge reserves the caller's key, runs the route under that reservation, and keeps its answer. ``SOUS_RESERVATION`` names
the reservation under which the present request runs: the register of imports notes the new import in it, in the transaction
that registers the import and its job. A route run again after a crash therefore finds the import instead of making another.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from ecritures.imports.limits import PURGE_LIGNES_MAX

BAIL_S = 5.0
"""How long an execution is believed alive without a sign; it gives one three times as often. After kill -9 a retry waits
this long at most before it takes the work up again."""


@dataclass(frozen=True)
class CleRequete:
    """``acteur``: firm and public part of the key (or identifiant of the person); ``cle``: SHA-256 of the Idempotency-Key."""

    acteur: str
    cle: str


@dataclass(frozen=True)
class ReponseGardee:
    """An answer as it was given. ``corps`` None: it held a secret, shown once and kept nowhere."""

    statut: int
    corps: str | None
    entetes: Mapping[str, str] = field(default_factory=dict)


class Sort(Enum):
    """What to do with a request that bears a key."""

    EXECUTER = "executer"
    ATTENDRE = "attendre"
    REJOUER = "rejouer"


@dataclass(frozen=True)
class Reservation:
    sort: Sort
    reponse: ReponseGardee | None = None  # REJOUER only


class Idempotence(Protocol):
    """The keys of requests, by caller."""

    def reserver(self, cle: CleRequete, route: str, empreinte: str, duree_s: int) -> Reservation:
        """EXECUTER: ours to run, for BAIL_S unless prolonged. Raises CleIdempotenceReutilisee: another request has that key."""
        ...

    def lire(self, cle: CleRequete) -> Sort:
        """How that key stands, without a lock: EXECUTER when nobody runs it (any more)."""
        ...

    def prolonger(self, cle: CleRequete) -> None:
        """The execution is alive."""
        ...

    def achever(self, cle: CleRequete, reponse: ReponseGardee) -> None:
        """Keeps the answer. The first one kept stays."""
        ...

    def liberer(self, cle: CleRequete) -> None:
        """No answer worth keeping: the next request executes. What it registered, it finds again."""
        ...

    def purger(self, maintenant: datetime, limite: int = PURGE_LIGNES_MAX) -> int:
        """Deletes the keys whose time is over, so many at most; gives how many."""
        ...


SOUS_RESERVATION: ContextVar[CleRequete | None] = ContextVar("sous_reservation", default=None)
"""The reservation of the request being executed; None: it bears no key."""
