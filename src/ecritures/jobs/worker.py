"""The worker: takes imports from the queue, runs their steps, survives being killed, gives up loudly.

Each step may be run again: after kill -9 the job resumes at the step that was interrupted. A worker writes a heartbeat; any
worker that finds another's too old hands its jobs back to the queue, so the order of a dossier is kept.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import structlog
from dbos import DBOS, DBOSConfig
from sqlalchemy.exc import InterfaceError, OperationalError

from ecritures.imports.attach import fetch_attachments
from ecritures.imports.incidents import trace
from ecritures.imports.limits import Limits
from ecritures.imports.menage import clean, is_finished
from ecritures.imports.run import FINI, REESSAYER, Etapes
from ecritures.jobs.queue import NOM_APPLICATION, QUEUE, VERSION, WORKFLOW, engine_jobs, serializer

T = TypeVar("T")

JOURNAL = structlog.get_logger("ecritures.worker")

INTERROGATION_S = 0.02
"""How often the queue is looked at: half of it is what a small import waits."""

IMPORTS_EN_COURS_MAX = 64
"""Imports a worker holds at once. Most wait for a link; those that compute are bounded by CALCULS_MAX."""

CALCULS_MAX = 2
"""Imports read, checked or posted at once in a worker: bounds its memory (about 0.6 GB a million lines each)."""

BATTEMENT_S = 2.0
"""Between two heartbeats."""

MORT_APRES_S = 15.0
"""Silence after which a worker is held dead: several heartbeats, and longer than a slow commit."""

REPRISES_MAX = 20
"""Times a job is taken up again after its worker died on it; then the import is given up, so that it kills no more."""

PURGE_S = 3600.0
"""Between two purges of what is over."""

PURGE_SUITE_S = 30.0
"""Between two passes when there is much to remove: imports go first."""

ESSAIS_BASE = 6
"""Tries of a step while the database does not answer (0.2 s, doubled: about 6 s in all)."""


class Battements(Protocol):
    """The workers' heartbeats, kept in the catalogue."""

    def battre(self, executeur: str) -> None: ...

    def morts(self, silence_s: float) -> Sequence[str]:
        """Workers not heard for that long."""
        ...

    def oublier(self, executeur: str) -> None: ...


def run_worker(
    url: str,
    etapes: Etapes,
    battements: Battements,
    executeur: str,
    arret: threading.Event,
    pret: Callable[[], None] = lambda: None,
) -> None:
    """Runs until ``arret`` is set. ``executeur`` must be stable over restarts of the same worker slot."""
    engine = engine_jobs(url)
    config: DBOSConfig = {
        "name": NOM_APPLICATION,
        "system_database_url": url,
        "system_database_engine": engine,
        "application_version": VERSION,
        "executor_id": executeur,
        "serializer": serializer(),
        "log_level": "WARNING",
        "enable_otlp": False,
        "max_executor_threads": IMPORTS_EN_COURS_MAX + 8,
    }
    DBOS(config=config)
    _declare(etapes)
    purge = _Purge(etapes)
    pieces = threading.Thread(target=_prend_les_pieces, args=(etapes, arret), name="pieces-jointes", daemon=True)
    try:
        etapes.echauffer()
        battements.battre(executeur)
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            partition_concurrency=1,
            worker_concurrency=IMPORTS_EN_COURS_MAX,
            polling_interval_sec=INTERROGATION_S,
        )
        pieces.start()
        JOURNAL.info("worker.pret", executeur=executeur)
        pret()
        while not arret.wait(BATTEMENT_S):
            try:
                battements.battre(executeur)
                _reprend_les_morts(executeur, battements)
                _abandonne_les_fatals(etapes)
                purge.passe()
            except (OperationalError, InterfaceError) as erreur:
                JOURNAL.warning("worker.base_injoignable", erreur=type(erreur).__name__)
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=5)
        battements.oublier(executeur)
        engine.dispose()


def _declare(etapes: Etapes) -> None:
    """The durable function and its steps. Arguments and results are ids and words: never content, never a secret."""
    calculs = threading.BoundedSemaphore(CALCULS_MAX)

    @DBOS.step(name="recuperer")
    def recuperer(import_id: str, dernier_essai: bool) -> str:
        return _tente(import_id, lambda: etapes.recuperer(import_id, dernier_essai))

    @DBOS.step(name="examiner")
    def examiner(import_id: str) -> str:
        with calculs:
            return _tente(import_id, lambda: etapes.examiner(import_id))

    @DBOS.step(name="poster")
    def poster(import_id: str) -> str:
        with calculs:
            return _tente(import_id, lambda: etapes.poster(import_id))

    @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=REPRISES_MAX)
    def importer(import_id: str) -> str:
        try:
            if not _recupere(import_id, recuperer, etapes.app.limits):
                return FINI
            if examiner(import_id) == FINI:
                return FINI
            return poster(import_id)
        except Exception:  # our own failure, told by _tente: a file's faults are findings and refusals
            _insiste(lambda: etapes.abandonner(import_id, reference=import_id[:8]))
            return FINI


def _recupere(import_id: str, recuperer: Callable[[str, bool], str], limits: Limits) -> bool:
    """Fetches, trying an unreachable link again with growing waits. True when the bytes are there."""
    attente, ecoule = limits.lien_attente_initiale_s, 0.0
    while True:
        dernier = ecoule >= limits.lien_essais_duree_s
        suite = recuperer(import_id, dernier)
        if suite != REESSAYER:
            return suite != FINI
        DBOS.sleep(attente)
        ecoule += attente
        attente = min(2 * attente, limits.lien_attente_max_s)


class _Purge:
    """Removes what is over (imports.menage), once an hour; sooner when a pass did not remove all of it."""

    def __init__(self, etapes: Etapes) -> None:
        self._etapes = etapes
        self._prochaine = time.monotonic()

    def passe(self) -> None:
        if time.monotonic() < self._prochaine:
            return
        with self._etapes.garde():
            retires = clean(self._etapes.app)
        self._prochaine = time.monotonic() + (PURGE_S if is_finished(retires) else PURGE_SUITE_S)
        if any(retires.values()):
            JOURNAL.info("menage.fait", **retires)


def _prend_les_pieces(etapes: Etapes, arret: threading.Event) -> None:
    """Fetches the attachments of posted imports as they fall due. On its own thread: a slow server must not stop the
    heartbeats. What a kill interrupts is taken up again when its reservation ends."""
    while not arret.wait(BATTEMENT_S):
        try:
            reste = True
            while reste and not arret.is_set():
                with etapes.garde():
                    reste = fetch_attachments(etapes.app)
        except Exception as erreur:  # tried again at the end of the reservation; the thread must live on
            JOURNAL.error("pieces.incident", erreur=type(erreur).__name__, trace=trace(erreur))


class Incident(Exception):
    """A failure of ours in a step, by the name of its class alone: the queue keeps it, and its text could quote a file."""


def _tente(import_id: str, action: Callable[[], T]) -> T:
    try:
        return _insiste(action)
    except Exception as erreur:
        nom = type(erreur).__name__
        JOURNAL.error("import.incident", import_id=import_id, erreur=nom, trace=trace(erreur))
        raise Incident(nom) from None


def _insiste(action: Callable[[], T]) -> T:
    """Runs a step again while the database does not answer."""
    for essai in range(ESSAIS_BASE):
        try:
            return action()
        except (OperationalError, InterfaceError):
            if essai == ESSAIS_BASE - 1:
                raise
            time.sleep(0.2 * 2**essai)
    raise AssertionError("unreachable")


def _reprend_les_morts(executeur: str, battements: Battements) -> None:
    for mort in battements.morts(MORT_APRES_S):
        if mort == executeur:
            continue
        orphelins = [
            w.workflow_id
            for w in DBOS.list_workflows(status="PENDING", executor_id=mort, load_input=False, load_output=False)
        ]
        if orphelins:
            JOURNAL.warning("worker.reprise", mort=mort, imports=len(orphelins))
            DBOS.resume_workflows(orphelins, queue_name=QUEUE)  # without the queue's name the dossier's order is lost
        battements.oublier(mort)


def _abandonne_les_fatals(etapes: Etapes) -> None:
    """Imports that killed their worker too often: ended in error, once."""
    for fatal in DBOS.list_workflows(
        status="MAX_RECOVERY_ATTEMPTS_EXCEEDED", load_input=False, load_output=False, limit=100, sort_desc=True
    ):
        etapes.abandonner(fatal.workflow_id, reference=fatal.workflow_id[:8])
