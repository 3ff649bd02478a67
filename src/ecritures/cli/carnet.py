"""What ``ecritures send`` remembers of a request that left without an answer, so that the same command takes it up.

A key drawn from the file alone would be wrong: the same file may be sent again on purpose, after a cancel or a correction. So a
new key is drawn for each request, kept here with what it asks for (its deposit, or its upload) before it leaves, and forgotten
once the server has answered, well or not. A run that finds one sends that very request again: our server gives the answer of the
first. Kept: no file content, no key of the firm.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from ecritures.client import DemandePartie, RefusLoop

VALIDITE_S = 24 * 3600
"""A request that got no answer is taken up within a day, as long as its deposit surely lives; later, it is another sending."""


@dataclass(frozen=True)
class CarnetFichier:
    """One file for one command: this file's bytes, this server, key, dossier, format and establishment."""

    chemin: Path

    @classmethod
    def of(cls, fichier: Path, url: str, api_key: str, dossier: str, format_: str, siret: str | None) -> Self:
        with fichier.open("rb") as ouvert:
            contenu = hashlib.file_digest(ouvert, "sha256").hexdigest()
        publique = api_key.partition(":")[0].strip()
        faits = (url.rstrip("/"), publique, dossier, format_, siret or "", fichier.name, contenu)
        empreinte = hashlib.sha256("\0".join(faits).encode(errors="surrogateescape")).hexdigest()
        return cls(state_folder() / "envois" / f"{empreinte}.json")

    def lire(self) -> DemandePartie | None:
        try:
            lu = json.loads(self.chemin.read_text(encoding="utf-8"))
            if not 0 <= time.time() - lu.pop("instant") < VALIDITE_S:
                return None
            return DemandePartie(**lu)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):  # none, or not ours: another sending
            return None

    def noter(self, demande: DemandePartie) -> None:
        """A folder that cannot be written costs the taking up, not the sending."""
        brouillon = self.chemin.with_suffix(f".{os.getpid()}")
        texte = json.dumps({**asdict(demande), "instant": time.time()})
        try:
            self.chemin.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            brouillon.write_text(texte, encoding="utf-8")
            os.replace(brouillon, self.chemin)
        except OSError:
            return

    def oublier(self) -> None:
        try:
            self.chemin.unlink(missing_ok=True)
        except OSError:
            return

    @contextmanager
    def until_answered(self) -> Iterator[None]:
        """What is noted inside is forgotten at an answer, be it a refusal; it stays when there was none."""
        try:
            yield
        except RefusLoop as refus:
            if refus.http_status < 500:  # beyond, what became of it is not known
                self.oublier()
            raise
        self.oublier()


def state_folder() -> Path:
    """Where programs of this account keep what they were doing (XDG; LOCALAPPDATA on Windows)."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA")
        return (Path(base) if base else Path.home() / "AppData" / "Local") / "ecritures"
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "ecritures"
