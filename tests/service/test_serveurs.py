"""The test servers themselves: they die with the tests, even killed with -9."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
_PARENT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from serveurs.{module} import {classe}
serveur = {classe}({arguments})
print(serveur._processus.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG est propre à Linux")
@pytest.mark.parametrize(
    ("module", "classe", "arguments"), [("postgres", "Grappe", "'pg18'"), ("azurite", "Azurite", "")]
)
def test_a_server_dies_with_a_killed_test_process(
    request: pytest.FixtureRequest, module: str, classe: str, arguments: str
) -> None:
    if module == "azurite":
        request.getfixturevalue("azurite")  # skips when it is not installed
    code = _PARENT.format(module=module, classe=classe, arguments=arguments)
    with subprocess.Popen([sys.executable, "-c", code, str(TESTS)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        serveur = int(parent.stdout.readline())
        assert _vit(serveur)
        os.kill(parent.pid, signal.SIGKILL)
        assert _eventually(lambda: not _vit(serveur))


def _vit(pid: int) -> bool:
    try:
        etat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return etat != "Z"


def _eventually(condition: Callable[[], bool], attente_s: float = 60) -> bool:
    limite = time.monotonic() + attente_s
    while time.monotonic() < limite:
        if condition():
            return True
        time.sleep(0.05)
    return False
