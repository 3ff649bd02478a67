"""Supervised worker processes: started, restarted when they die, stopped with the server, never left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ATTENTE_MIN_S, ATTENTE_MAX_S = 0.5, 30.0
"""Before a restart: doubled at each death, so that a worker that cannot start does not eat the machine."""

VIE_SAINE_S = 60.0
"""A worker that lived this long was well: the next death counts as the first."""

POLITESSE = 5
"""Added to the workers' niceness: an import takes all the processor it is left, and an answer does not wait for it."""

ARRET_S = 15.0
"""Left to a worker to finish its step; then it is killed, and the step is run again at the next start."""


class Equipe:
    """One thread and one process a worker. Their stdin is a pipe that we hold: it closes with us, and they stop."""

    def __init__(
        self,
        noms: Sequence[str],
        environnement: Mapping[str, str],
        dire: Callable[[str], None],
        journal: Path | None = None,
        commande: Sequence[str] | None = None,
    ) -> None:
        """``journal``: file for what workers write, else our stderr. ``dire`` tells people of deaths and restarts."""
        self._noms, self._environnement, self._dire, self._journal = noms, dict(environnement), dire, journal
        self._commande = tuple(commande or (sys.executable, "-m", "ecritures", "worker", "--supervise", "--executeur"))
        self._arret = threading.Event()
        self._verrou = threading.Lock()
        self._processus: dict[str, subprocess.Popen[bytes]] = {}
        self._fils = [threading.Thread(target=self._keep_alive, args=(nom,), daemon=True) for nom in noms]

    def demarrer(self) -> None:
        for fil in self._fils:
            fil.start()

    def arreter(self, attente_s: float = ARRET_S) -> None:
        """Asks all to stop, waits, kills those that do not. May be called twice."""
        with self._verrou:
            self._arret.set()
            encore = list(self._processus.values())
        for processus in encore:
            if processus.stdin is not None:
                processus.stdin.close()
        limite = time.monotonic() + attente_s
        for processus in encore:
            try:
                processus.wait(max(0.0, limite - time.monotonic()))
            except subprocess.TimeoutExpired:
                processus.kill()
                processus.wait()

    def pids(self) -> tuple[int, ...]:
        with self._verrou:
            return tuple(p.pid for p in self._processus.values() if p.poll() is None)

    def _keep_alive(self, nom: str) -> None:
        attente = ATTENTE_MIN_S
        while True:
            naissance = time.monotonic()
            with self._verrou:
                if self._arret.is_set():
                    return
                processus = self._processus[nom] = self._launch(nom)
            code = processus.wait()
            if self._arret.is_set():
                return
            if processus.stdin is not None:
                processus.stdin.close()
            if time.monotonic() - naissance >= VIE_SAINE_S:
                attente = ATTENTE_MIN_S
            self._dire(f"Le travailleur {nom} s'est arrêté (code {code}) : relancé dans {attente:g} s.")
            if self._arret.wait(attente):
                return
            attente = min(attente * 2, ATTENTE_MAX_S)

    def _launch(self, nom: str) -> subprocess.Popen[bytes]:
        if self._journal is None:
            return self._spawn(nom, sys.stderr.fileno())
        with self._journal.open("ab") as sortie:
            return self._spawn(nom, sortie.fileno())

    def _spawn(self, nom: str, sortie: int) -> subprocess.Popen[bytes]:
        """stdout goes where stderr goes: stdout of the server belongs to its own answers."""
        processus = subprocess.Popen(  # noqa: S603  (our own program, a list of arguments, no shell)
            [*self._commande, nom], stdin=subprocess.PIPE, stdout=sortie, stderr=sortie, env=self._environnement
        )
        if sys.platform != "win32":
            with suppress(ProcessLookupError):  # dead already: its supervisor will see it
                ici = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, processus.pid, ici + POLITESSE)
        return processus
