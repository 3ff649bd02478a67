"""Removing rows a few at a time, so that a purge never holds the write lock for long."""

from __future__ import annotations

import sqlalchemy as sa


def delete_some(connexion: sa.Connection, table: sa.Table, lesquelles: sa.ColumnElement[bool], limite: int) -> int:
    """Deletes at most ``limite`` of these rows, the first by key; gives how many."""
    cle = list(table.primary_key.columns)
    premieres = sa.select(*cle).where(lesquelles).order_by(*cle).limit(limite)
    celles = cle[0].in_(premieres) if len(cle) == 1 else sa.tuple_(*cle).in_(premieres)
    return connexion.execute(sa.delete(table).where(celles)).rowcount
