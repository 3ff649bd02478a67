"""A fresh process a measurement: what it did before, and what its parent holds, weigh on neither time nor memory."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

RACINE = Path(__file__).resolve().parents[1]
TIMEOUT_S = 900
_PR_SET_PDEATHSIG = 1

Json = dict[str, Any]


class Echec(Exception):
    """A measured process failed. ``str()`` is the end of what it said."""


def peak_mio() -> float:
    """Most memory this process ever held, in MiB.

    Linux: ``VmHWM``. ``ru_maxrss`` would do, but survives exec there: a child of a large parent begins with its parent's peak.
    """
    try:
        for ligne in Path("/proc/self/status").read_text().splitlines():
            if ligne.startswith("VmHWM:"):
                return int(ligne.split()[1]) / 1024
    except OSError:
        pass
    unite = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unite


def die_with_parent(fin: int = signal.SIGTERM) -> Callable[[], None] | None:
    """For ``preexec_fn``: the child is told to stop when this process is killed (Linux)."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def apres_fork() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, fin)
        if os.getppid() != parent:
            os._exit(1)

    return apres_fork


def measure(module: str, demande: Json) -> Json:
    """Runs ``python -m bench.<module>`` on ``demande``; gives the JSON of its last line. Raises Echec."""
    resultat = subprocess.run(
        [sys.executable, "-m", f"bench.{module}", json.dumps(demande)],
        cwd=RACINE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        preexec_fn=die_with_parent(),
    )
    if resultat.returncode != 0:
        raise Echec(f"{module} {demande} :\n{resultat.stderr[-1500:]}")
    reponse: Json = json.loads(resultat.stdout.splitlines()[-1])
    return reponse


def answer(reponse: Json) -> None:
    """What a measured process gives back, with its peak of memory."""
    sys.stdout.write(json.dumps(reponse | {"memoire_mio": round(peak_mio(), 1)}) + "\n")
