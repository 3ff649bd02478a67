"""Supervised processes: restarted when they die, gone when we are, however we end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ecritures.cli.team import POLITESSE, Equipe

# A worker in small: says its pid, then lives until its stdin closes, as `ecritures worker --supervise` does.
_OBEISSANT = "import os, sys; print(os.getpid(), flush=True)\nwhile os.read(0, 1024): pass"
_TETU = "import os, sys, time; print(os.getpid(), flush=True)\ntime.sleep(600)"


def _wait(condition: Callable[[], bool], delai_s: float = 10.0) -> None:
    limite = time.monotonic() + delai_s
    while not condition():
        assert time.monotonic() < limite, "nothing happened in time"
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        etat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return etat != "Z"


def _equipe(journal: Path, programme: str, dits: list[str]) -> Equipe:
    commande = (sys.executable, "-c", programme)
    return Equipe(("essai",), dict(os.environ), dits.append, journal, commande)


@pytest.fixture
def dits() -> list[str]:
    return []


def test_a_worker_that_dies_is_replaced_and_people_are_told(tmp_path: Path, dits: list[str]) -> None:
    equipe = _equipe(tmp_path / "journal", _OBEISSANT, dits)
    equipe.demarrer()
    try:
        _wait(lambda: len(equipe.pids()) == 1)
        premier = equipe.pids()[0]
        os.kill(premier, signal.SIGKILL)
        _wait(lambda: equipe.pids() not in ((), (premier,)))
    finally:
        equipe.arreter()
    assert len(dits) == 1
    assert "essai" in dits[0]
    assert "relancé" in dits[0]
    assert equipe.pids() == ()


def test_stopping_lets_a_worker_end_by_itself_and_does_not_replace_it(tmp_path: Path, dits: list[str]) -> None:
    journal = tmp_path / "journal"
    equipe = _equipe(journal, _OBEISSANT, dits)
    equipe.demarrer()
    _wait(lambda: journal.exists() and journal.read_text().strip() != "")
    equipe.arreter()
    equipe.arreter()
    assert dits == []
    assert len(journal.read_text().split()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no niceness there")
def test_a_worker_gives_way_to_the_server_beside_it(tmp_path: Path, dits: list[str]) -> None:
    equipe = _equipe(tmp_path / "journal", _OBEISSANT, dits)
    equipe.demarrer()
    try:
        _wait(lambda: len(equipe.pids()) == 1)
        ici = os.getpriority(os.PRIO_PROCESS, 0)
        _wait(lambda: os.getpriority(os.PRIO_PROCESS, equipe.pids()[0]) == min(19, ici + POLITESSE))
    finally:
        equipe.arreter()


def test_a_worker_that_does_not_stop_is_killed(tmp_path: Path, dits: list[str]) -> None:
    equipe = _equipe(tmp_path / "journal", _TETU, dits)
    equipe.demarrer()
    _wait(lambda: len(equipe.pids()) == 1)
    pid = equipe.pids()[0]
    equipe.arreter(attente_s=0.2)
    assert not _is_alive(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_a_supervisor_killed_with_9_leaves_no_worker(tmp_path: Path) -> None:
    programme = (
        "import os, sys, time\nfrom pathlib import Path\nfrom ecritures.cli.team import Equipe\n"
        f"Equipe(('essai',), dict(os.environ), print, Path({str(tmp_path / 'journal')!r}), (sys.executable, '-c', {_OBEISSANT!r})).demarrer()\n"
        "time.sleep(600)\n"
    )
    chef = subprocess.Popen([sys.executable, "-c", programme])
    journal = tmp_path / "journal"
    try:
        _wait(lambda: journal.exists() and journal.read_text().strip() != "")
        pid = int(journal.read_text())
        assert _is_alive(pid)
    finally:
        chef.kill()
        chef.wait()
    _wait(lambda: not _is_alive(pid))
