"""The sandbox: faults that an integrator plans by API, to see what his program does of them. None of it exists elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ecritures.imports.ports import Ports
from ecritures.imports.run import FINI, Etapes
from ecritures.imports.state import State

ATTENTE = "attente"
STATUT = "statut"
COUPURE = "coupure"
DEPOT_EXPIRE = "depot_expire"
IMPORT_EN_ERREUR = "import_en_erreur"
SORTES_HTTP = (ATTENTE, STATUT, COUPURE, DEPOT_EXPIRE)
SORTES = (*SORTES_HTTP, IMPORT_EN_ERREUR)

FOIS_MAX = 10_000
ATTENTE_MAX_S = 120.0
"""Longer than the time limits of most clients."""
PANNES_MAX = 200
"""Planned at once."""


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
    ) -> Panne: ...

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


class EtapesBacASable(Etapes):
    """The steps of a worker of the sandbox: an import may be told to end in error, before its file is even looked at."""

    def __init__(self, app: Ports, pannes: Pannes) -> None:
        super().__init__(app)
        self._pannes = pannes

    def recuperer(self, import_id: str, dernier_essai: bool) -> str:
        demande = self.app.demandes.lire(import_id)
        if demande is None or demande.state.est_final:
            return super().recuperer(import_id, dernier_essai)
        panne = self._pannes.prendre_import(demande.domain, demande.dossier)
        if panne is None:
            return super().recuperer(import_id, dernier_essai)
        self.app.demandes.avancer(import_id, State.EN_COURS)
        self.app.demandes.avancer(import_id, State.EN_ERREUR, message=str(panne.parametres["message"]))
        return FINI
