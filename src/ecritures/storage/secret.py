"""The server's secret: 32 random bytes, made once, from which each use derives its own key."""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path
from typing import NoReturn

OCTETS = 32
NOM = "secret"


class Secret:
    """Key material that shows itself nowhere: not in ``repr``, not in a pickle."""

    __slots__ = ("_octets",)

    def __init__(self, octets: bytes) -> None:
        if len(octets) < OCTETS:
            raise ValueError(f"Le secret du serveur doit compter au moins {OCTETS} octets.")
        self._octets = octets

    def key(self, usage: str) -> bytes:
        """A key for one use only: a signature made for one is worth nothing for another."""
        return hmac.digest(self._octets, usage.encode(), "sha256")

    def __repr__(self) -> str:
        return "Secret(…)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


def load_secret(dossier: Path, reglage: str | None = None) -> Secret:
    """The secret given by setting, or the one kept in ``dossier`` (created there once, readable by its owner alone).

    Several processes may start together: they end with the same secret. Raises ValueError when it is too short.
    """
    if reglage:
        return Secret(reglage.encode())
    dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
    chemin = dossier / NOM
    if not chemin.exists():
        _create(chemin)
    if chemin.stat().st_mode & 0o077:
        chemin.chmod(0o600)  # a restored backup often opens it
    return Secret(chemin.read_bytes())


def _create(chemin: Path) -> None:
    """Written whole beside, then linked: the first process wins, none reads half a secret."""
    brouillon = chemin.with_name(f".{NOM}-{secrets.token_hex(8)}")
    prise = os.open(brouillon, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(prise, "wb") as fichier:
            fichier.write(secrets.token_bytes(OCTETS))
            fichier.flush()
            os.fsync(fichier.fileno())
        os.link(brouillon, chemin)
    except FileExistsError:
        return
    finally:
        brouillon.unlink()
