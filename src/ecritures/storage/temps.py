"""Instants as stored: milliseconds since 1970 UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def maintenant_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def en_ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def instant(ms: int) -> datetime:
    """The aware UTC datetime of stored milliseconds."""
    return datetime.fromtimestamp(ms / 1000, UTC)
