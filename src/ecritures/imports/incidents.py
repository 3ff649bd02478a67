"""How our own failures are told to the operator: where, and of what class. Never their message, which may quote a file."""

from __future__ import annotations

import traceback


def trace(erreur: BaseException) -> list[str]:
    """``module.py:line function``, outermost first. The class of the error is logged beside it."""
    return [f"{cadre.filename}:{cadre.lineno} {cadre.name}" for cadre in traceback.extract_tb(erreur.__traceback__)]
