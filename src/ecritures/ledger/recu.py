"""Receipts: what an import did to the books, chained so that no one can be altered or removed unseen.

Each receipt holds the hash of the one before it in the same dossier. ``empreinte`` is the SHA-256 of the content written
as canonical JSON (sorted keys, no blank, UTF-8): anyone can recompute it with no tool of ours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

VERSION_RECU = 1
ORIGINE = "0" * 64
"""The `precedent` of a dossier's first receipt."""


@dataclass(frozen=True)
class Recu:
    """One link of a dossier's chain. ``contenu`` is what ``empreinte`` is computed from."""

    rang: int  # from 1, without a gap
    import_id: str
    precedent: str
    contenu: Mapping[str, Any]
    empreinte: str

    @property
    def sorte(self) -> str:
        """``import``, ``annulation``, ``cloture``, ``reouverture``, ``validation``, ``lettrage`` or ``delettrage``."""
        return str(self.contenu.get("sorte", "import"))


@dataclass(frozen=True)
class MaillonRompu:
    """The first link at which a chain no longer holds, and why (French)."""

    rang: int
    import_id: str
    motif: str


def empreinte(contenu: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of a receipt's content."""
    texte = json.dumps(contenu, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(texte.encode()).hexdigest()


def enchainer(dernier: Recu | None, import_id: str, faits: Mapping[str, Any]) -> Recu:
    """The receipt that follows ``dernier`` (None: the first) and states ``faits``."""
    rang = dernier.rang + 1 if dernier else 1
    precedent = dernier.empreinte if dernier else ORIGINE
    contenu = {**faits, "version": VERSION_RECU, "rang": rang, "import": import_id, "precedent": precedent}
    return Recu(rang, import_id, precedent, contenu, empreinte(contenu))


def premiere_rupture(recus: Iterable[Recu]) -> MaillonRompu | None:
    """Where the chain first breaks: a gap in the ranks, a wrong predecessor, a content that no longer has its hash."""
    precedent = ORIGINE
    for rang, recu in enumerate(recus, start=1):
        if recu.rang != rang or recu.contenu.get("rang") != rang:
            return MaillonRompu(rang, recu.import_id, f"le reçu de rang {rang} manque")
        if recu.precedent != precedent or recu.contenu.get("precedent") != precedent:
            return MaillonRompu(rang, recu.import_id, "le reçu ne suit pas celui qui le précède")
        if recu.contenu.get("import") != recu.import_id or empreinte(recu.contenu) != recu.empreinte:
            return MaillonRompu(rang, recu.import_id, "le contenu du reçu a été modifié")
        precedent = recu.empreinte
    return None
