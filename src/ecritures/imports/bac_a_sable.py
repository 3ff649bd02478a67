"""The sandbox: faults that an integrator plans by API, a clock that he moves, a return to the start. None of it exists
elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from ecritures.imports import horloge
from ecritures.imports.horloge import HorlogeReglable
from ecritures.imports.ports import Demande, Ports
from ecritures.imports.run import FINI, Etapes
from ecritures.imports.state import State

ATTENTE = "attente"
STATUT = "statut"
COUPURE = "coupure"
DEPOT_EXPIRE = "depot_expire"
IMPORT_EN_ERREUR = "import_en_erreur"
SORTES_HTTP = (ATTENTE, STATUT, COUPURE, DEPOT_EXPIRE)

FOIS_MAX = 10_000
ATTENTE_MAX_S = 120.0
"""Longer than the time limits of most clients."""
PANNES_MAX = 200
"""Planned at once by a firm: nobody reads a longer plan, and each request looks through it."""


@dataclass(frozen=True)
class Panne:
    """``route``: last word of the address, in any case; None: any. ``dossier``: of an import; None: any."""

    rang: int
    domain: str
    sorte: str
    route: str | None
    dossier: int | None
    parametres: Mapping[str, Any]
    restantes: int


class Pannes(Protocol):
    """The plan of the sandbox, shared by its server and its workers."""

    def ajouter(
        self, domain: str, sorte: str, route: str | None, dossier: int | None, parametres: Mapping[str, Any], fois: int
    ) -> Panne:
        """Raises TropDePannes when PANNES_MAX are left to be played."""
        ...

    def lister(self, domain: str) -> Sequence[Panne]: ...

    def vider(self, domain: str) -> int:
        """Everything that the firm planned; gives how many."""
        ...

    def prendre_http(self, route: str) -> Panne | None:
        """The oldest fault of that route that is left, counted down. One of SORTES_HTTP."""
        ...

    def prendre_import(self, domain: str, dossier: int) -> Panne | None:
        """The oldest IMPORT_EN_ERREUR of that dossier that is left, counted down."""
        ...


class Verrou(Protocol):
    """What keeps a reset apart from everything else, over all processes of the sandbox. The system lets go of it when a
    process dies."""

    def essayer(self) -> Callable[[], None] | None:
        """What lets go of it, shared; None: a reset is asked for or runs, try again soon."""
        ...

    def partage(self) -> AbstractContextManager[None]:
        """Held by a step: waits for the end of a reset."""
        ...

    def exclusif(self, attente_s: float) -> AbstractContextManager[None]:
        """Held by a reset: waits for the end of what runs, and lets nothing begin. Raises BacASableOccupe."""
        ...


class RemiseAZero(Protocol):
    """Brings a sandbox back to the state noted when it was seeded."""

    def photographier(self) -> bool:
        """Notes the present state as the one to come back to, unless one is noted already or these data are not a
        sandbox's. True: it was noted now."""
        ...

    def remettre(self) -> None:
        """Raises PasUnBacASable, BacASableSansPhoto, BacASableOccupe."""
        ...


@dataclass(frozen=True)
class BacASable:
    """The sandbox of one process."""

    pannes: Pannes
    horloge: HorlogeReglable
    verrou: Verrou
    remise: RemiseAZero


class EtapesBacASable(Etapes):
    """The steps of a worker of the sandbox: an import may be told to end in error, before its file is even looked at, and
    may be gone, after a reset."""

    def __init__(self, app: Ports, bac: BacASable) -> None:
        super().__init__(app)
        self._bac = bac

    def garde(self) -> AbstractContextManager[None]:
        return self._bac.verrou.partage()

    def recuperer(self, import_id: str, dernier_essai: bool) -> str:
        with self.garde():
            demande = self._lire(import_id)
            if demande is None:
                return FINI
            panne = self._bac.pannes.prendre_import(demande.domain, demande.dossier)
            if panne is None:
                return super().recuperer(import_id, dernier_essai or self._est_trop_vieux(demande))
            self.app.demandes.avancer(import_id, State.EN_COURS)
            self.app.demandes.avancer(import_id, State.EN_ERREUR, message=str(panne.parametres["message"]))
            return FINI

    def examiner(self, import_id: str) -> str:
        with self.garde():
            return super().examiner(import_id)

    def poster(self, import_id: str) -> str:
        with self.garde():
            return super().poster(import_id)

    def abandonner(self, import_id: str, reference: str) -> None:
        with self.garde():
            super().abandonner(import_id, reference)

    def _lire(self, import_id: str) -> Demande | None:
        """None too when a reset took the request away: its job is over."""
        if self.app.demandes.lire(import_id) is None:
            with self._verrou:
                self._examens.pop(import_id, None)
            return None
        return super()._lire(import_id)

    def _est_trop_vieux(self, demande: Demande) -> bool:
        """By the clock of the sandbox, a link has not answered for as long as it is tried."""
        duree = timedelta(seconds=self.app.limits.lien_essais_duree_s)
        return horloge.maintenant() - demande.creation >= duree
