"""Child processes that never outlive the tests, even when those are killed with -9 (Linux; elsewhere on normal exit)."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest

_PR_SET_PDEATHSIG = 1
_PREFIXE = "ecritures-essai-"


class ServiceAbsent(Exception):
    """A server is not installed. ``str()`` says in one line how to get it."""


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true")


def skip_or_fail(absence: ServiceAbsent) -> NoReturn:
    """On a laptop the test is skipped; with ``CI=true`` a missing service is a failure."""
    if in_ci():
        pytest.fail(f"CI=true et service absent : {absence}", pytrace=False)
    pytest.skip(str(absence))


def launch(
    commande: Sequence[str | Path], journal: Path, *, user: str | None = None, fin: int = signal.SIGTERM
) -> subprocess.Popen[bytes]:
    """Starts ``commande``, output to ``journal``. ``fin`` is the signal it receives when the test process dies."""
    options: dict[str, Any] = {"user": user, "group": _groupe(user), "extra_groups": []} if user else {}
    with journal.open("ab") as sortie:
        return subprocess.Popen(
            [str(c) for c in commande],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=sortie,
            stderr=subprocess.STDOUT,
            preexec_fn=_mourir_avec(fin, os.getpid()) if sys.platform == "linux" else None,
            **options,
        )


def _mourir_avec(fin: int, parent: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork

    def apres_fork() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, fin)
        if os.getppid() != parent:  # it died in between
            os._exit(1)

    return apres_fork


def _groupe(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def stop(processus: subprocess.Popen[bytes], signal_: int = signal.SIGTERM, attente_s: float = 10.0) -> None:
    if processus.poll() is None:
        processus.send_signal(signal_)
        try:
            processus.wait(attente_s)
        except subprocess.TimeoutExpired:
            processus.kill()
            processus.wait()


def wait_until(
    pret: Callable[[], bool], processus: subprocess.Popen[bytes], journal: Path, attente_s: float = 60
) -> None:
    """Returns once ``pret()``; a process that ended or never gets ready is an error showing the end of its log."""
    limite = time.monotonic() + attente_s
    while not pret():
        if processus.poll() is not None or time.monotonic() > limite:
            stop(processus)
            raise RuntimeError(f"le serveur n'a pas démarré :\n{journal.read_text(errors='replace')[-2000:]}")
        time.sleep(0.03)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def temporary_folder(nom: str) -> Path:
    """A short path (a unix socket goes in it) that names its process: folders of killed runs are removed here."""
    racine = Path(tempfile.gettempdir())
    for ancien in racine.glob(f"{_PREFIXE}*"):
        pid = ancien.name.removeprefix(_PREFIXE).split("-")[0]
        if pid.isdigit() and not _vit(int(pid)):
            shutil.rmtree(ancien, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_PREFIXE}{os.getpid()}-{nom}-", dir=racine))


def _vit(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
