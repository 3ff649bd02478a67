"""Instants as stored: milliseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from ecritures.imports.horloge import maintenant_ms, reelle_ms

__all__ = ["en_ms", "instant", "maintenant_ms", "reelle_ms"]


def en_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def instant(ms: int) -> datetime:
    """The aware UTC datetime of stored milliseconds."""
    return datetime.fromtimestamp(ms / 1000, UTC)
