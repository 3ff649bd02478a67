"""What is over is removed: a tuple of named tasks, which a worker runs every hour. Each removes so much at a time, so that no
import waits for it; what is left goes with the next pass.

The ages of rows are by the product's clock, as their lives; those of files by the real one, as the dates of files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from ecritures.domain.errors import Refus
from ecritures.imports import horloge
from ecritures.imports.limits import PURGE_LIGNES_MAX
from ecritures.imports.ports import Ports

JOURNAL = structlog.get_logger("ecritures.menage")


@dataclass(frozen=True)
class Moment:
    """``produit``: by the product's clock. ``reel``: by the system's."""

    produit: datetime
    reel: datetime


@dataclass(frozen=True)
class Tache:
    """``faire`` removes at most PURGE_LIGNES_MAX things and gives how many."""

    nom: str
    faire: Callable[[Ports, Moment], int]


def _depots(app: Ports, moment: Moment) -> int:
    return app.depots.purger(moment.reel - timedelta(seconds=app.limits.depot_validite_s), PURGE_LIGNES_MAX)


def _televersements(app: Ports, moment: Moment) -> int:
    orphelins = moment.reel - timedelta(seconds=app.limits.televersement_validite_s)
    return app.televersements.purger(moment.produit, orphelins, PURGE_LIGNES_MAX)


def _idempotence(app: Ports, moment: Moment) -> int:
    return app.idempotence.purger(moment.produit, PURGE_LIGNES_MAX)


def _sessions(app: Ports, _moment: Moment) -> int:
    return app.sessions.purger(PURGE_LIGNES_MAX)


def _requetes(app: Ports, moment: Moment) -> int:
    return app.requetes.purger(moment.produit - timedelta(seconds=app.limits.requetes_duree_s), PURGE_LIGNES_MAX)


def _livraisons(app: Ports, moment: Moment) -> int:
    return app.webhooks.purger(moment.produit - timedelta(seconds=app.limits.livraisons_duree_s), PURGE_LIGNES_MAX)


TACHES = (
    Tache("depots", _depots),
    Tache("televersements", _televersements),
    Tache("idempotence", _idempotence),
    Tache("sessions", _sessions),
    Tache("requetes", _requetes),
    Tache("livraisons", _livraisons),
)


def clean(app: Ports, reel: datetime | None = None) -> Mapping[str, int]:
    """One pass; how many things each task removed. A store that does not answer makes its task wait for the next pass.
    ``reel``: the system's clock unless given."""
    moment = Moment(horloge.maintenant(), reel or datetime.now(UTC))
    retires = {}
    for tache in TACHES:
        try:
            retires[tache.nom] = tache.faire(app, moment)
        except Refus as refus:
            JOURNAL.warning("menage.impossible", tache=tache.nom, code=refus.code)
    return retires


def is_finished(retires: Mapping[str, int]) -> bool:
    """False: some task removed all that it may at a time, and more is surely left."""
    return all(nombre < PURGE_LIGNES_MAX for nombre in retires.values())
