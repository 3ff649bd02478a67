"""What both schemas' Alembic environments do."""

from __future__ import annotations

from typing import Any


def run(context: Any) -> None:
    """Runs the revisions on the caller's connection and in its transaction."""
    attributs = context.config.attributes
    context.configure(
        connection=attributs["connexion"],
        target_metadata=attributs["metadata"],
        version_table=attributs["version_table"],
    )
    with context.begin_transaction():
        context.run_migrations()
