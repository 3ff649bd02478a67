"""jobs.worker and imports.incidents: our own failure is told by its class and its place, never by its message."""

from __future__ import annotations

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from ecritures.jobs import worker
from ecritures.jobs.worker import Incident, _tente

CONTENU = "DUPONT;411DUPONT;1 234,56"


def test_an_unexpected_error_is_logged_without_its_message() -> None:
    def tombe() -> str:
        raise ValueError(f"cannot convert {CONTENU}")

    with structlog.testing.capture_logs() as lignes, pytest.raises(Incident) as vu:
        _tente("0b6f3f0e", tombe)
    assert str(vu.value) == "ValueError"
    assert vu.value.__suppress_context__
    assert [(ligne["event"], ligne["erreur"], ligne["import_id"]) for ligne in lignes] == [
        ("import.incident", "ValueError", "0b6f3f0e")
    ]
    assert CONTENU not in str(lignes)
    assert any("tombe" in cadre for cadre in lignes[0]["trace"])


def test_a_database_that_does_not_answer_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    attentes: list[float] = []
    monkeypatch.setattr(worker.time, "sleep", attentes.append)
    essais = iter([OperationalError("", {}, Exception()), OperationalError("", {}, Exception()), None])

    def parfois() -> str:
        if (erreur := next(essais)) is not None:
            raise erreur
        return "suite"

    assert _tente("0b6f3f0e", parfois) == "suite"
    assert attentes == [0.2, 0.4]
