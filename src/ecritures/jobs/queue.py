"""The queue's entrance: the job of an import is queued in the transaction that registers it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer
from sqlalchemy import event

QUEUE = "imports"
WORKFLOW = "importer"
VERSION = "1"
"""Set by hand: DBOS's default is a hash of the code, and jobs queued before an upgrade would then never be taken."""

PRIORITE_MAX = 2**31 - 2
"""DBOS's priorities are 31-bit; two billion imports later the order of one dossier would be by the millisecond once."""

NOM_APPLICATION = "ecritures"

ANNULATIONS_MAX = 500
"""Jobs cancelled by one statement: below the number of parameters that databases accept."""


def engine_jobs(url: str) -> sa.Engine:
    """The engine for DBOS's own tables, which live in the catalogue's database."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_size=5, max_overflow=10, pool_pre_ping=True)
    engine = sa.create_engine(url, connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _regle(connexion: Any, _enregistrement: Any) -> None:
        connexion.execute("PRAGMA journal_mode=WAL")
        # A step lost by a power cut is run again, and finds its work done: no need to wait for the disk at each one.
        connexion.execute("PRAGMA synchronous=NORMAL")

    return engine


def serializer() -> DBOSPortableJSONSerializer:
    """JSON, readable by any tool; the default is pickle."""
    return DBOSPortableJSONSerializer()


def migrate(url: str) -> None:
    """Creates or upgrades the queue's own tables. May run again, and from several processes."""
    DBOS.migrate(url)


class FileImports:
    """Queues jobs for the workers, from any process. One partition a dossier: its imports run one after the other."""

    def __init__(self, url: str) -> None:
        self._engine = engine_jobs(url)
        self._client = DBOSClient(system_database_url=url, system_database_engine=self._engine, serializer=serializer())

    def enfiler(self, connexion: sa.Connection, import_id: str, dossier: int, rang: int) -> None:
        """Inside the caller's transaction: the request and its job are committed together, or neither.

        ``rang``, the order of arrival, is given as priority: by itself DBOS orders by the millisecond, then by chance.
        """
        self._client.enqueue_in_transaction(
            connexion,
            {
                "workflow_name": WORKFLOW,
                "queue_name": QUEUE,
                "workflow_id": import_id,
                "queue_partition_key": str(dossier),
                "app_version": VERSION,
                "priority": 1 + rang % PRIORITE_MAX,
            },
            import_id,
        )

    def annuler(self) -> int:
        """Cancels every job that waits or runs: a step under way ends, none begins after it. Gives how many."""
        vivants = self._client.list_workflows(status=["ENQUEUED", "PENDING"], load_input=False, load_output=False)
        ids = [travail.workflow_id for travail in vivants]
        for rang in range(0, len(ids), ANNULATIONS_MAX):
            self._client.cancel_workflows(ids[rang : rang + ANNULATIONS_MAX])
        return len(ids)

    def fermer(self) -> None:
        self._client.destroy()
        self._engine.dispose()
