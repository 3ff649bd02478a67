"""Where events go: stderr, one JSON object a line, or readable lines on a terminal. Never stdout, which belongs to answers."""

from __future__ import annotations

import logging
import sys
from typing import Any, TextIO

import structlog


def configure(flux: TextIO | None = None) -> None:
    """Sets structlog and the standard logging of libraries (warnings and worse) for this process. ``flux`` None: stderr."""
    sortie = flux or sys.stderr
    rendu: Any = (
        structlog.dev.ConsoleRenderer() if sortie.isatty() else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            rendu,
        ],
        logger_factory=structlog.WriteLoggerFactory(file=sortie),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sortie, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # its INFO lines hold whole URLs, signatures included
