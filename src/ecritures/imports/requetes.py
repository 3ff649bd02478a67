"""The log of a key's own requests, for whoever writes a client: what was asked, what was answered, with secrets masked.

Never the content of a file, nor a key, a password, a signature or the query of an address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

from ecritures.imports.limits import PURGE_LIGNES_MAX

CORPS_OCTETS_MAX = 16 << 10
"""A longer body is not kept: it carries entries, not a question about the API."""
TEXTE_MAX = 4000
"""Kept of a body, once masked."""
LIGNES_MAX = 50_000
"""Lines kept by a server, whatever their age."""

MASQUE = "…"
_SECRETS = re.compile(r"cle|key|secret|mot_de_passe|passe|password|token|jeton|sig|code|lien|invitation", re.IGNORECASE)
_PERMISES = frozenset({"codeibs", "code_ibs", "code", "statuscode", "codedossier"})
_CONTENUS = frozenset({"data", "ecritures", "texte", "contenu"})
_PROFONDEUR_MAX = 6


@dataclass(frozen=True)
class Requete:
    """``rang`` 0: not written yet. ``reponse`` is kept of a refusal only."""

    domain: str
    acteur: str
    instant: datetime
    methode: str
    route: str
    statut: int
    duree_ms: int
    corps: str | None = None
    reponse: str | None = None
    rang: int = 0


class Requetes(Protocol):
    """The log of requests. Written by lots, beside the answers."""

    def noter(self, requete: Requete) -> None:
        """Never waits; beyond what can be written in time, lines are lost."""
        ...

    def lister(self, domain: str, acteur: str, *, avant: int | None = None, limite: int = 100) -> Sequence[Requete]:
        """Newest first, those of this server included up to now."""
        ...

    def purger(self, avant: datetime, limite: int = PURGE_LIGNES_MAX) -> int:
        """Deletes the lines older than that, so many at most; gives how many."""
        ...

    def du_cabinet(
        self,
        domain: str,
        *,
        acteurs: Sequence[str] | None = None,
        refus: bool = False,
        avant: int | None = None,
        limite: int = 100,
    ) -> Sequence[Requete]:
        """Of these callers (None: all of the firm), newest first; ``refus``: only those that were refused."""
        ...

    def fermer(self) -> None: ...


def mask(octets: bytes) -> str | None:
    """The JSON of a body with its secrets masked and its content left out; None when it is not JSON, or too long."""
    if not octets or len(octets) > CORPS_OCTETS_MAX:
        return None
    try:
        valeur = json.loads(octets)
    except (ValueError, RecursionError):
        return None
    texte = json.dumps(_masked(valeur, 0), ensure_ascii=False)[:TEXTE_MAX]
    return texte.encode("utf-8", "replace").decode()  # a lone surrogate is JSON, but no database takes it


def _masked(valeur: Any, profondeur: int) -> Any:
    if profondeur > _PROFONDEUR_MAX:
        return MASQUE
    if isinstance(valeur, dict):
        return {str(nom)[:100]: _field(str(nom), contenu, profondeur) for nom, contenu in valeur.items()}
    if isinstance(valeur, list):
        return [_masked(element, profondeur + 1) for element in valeur[:20]]
    if isinstance(valeur, str):
        return _text(valeur)
    return valeur


def _field(nom: str, contenu: Any, profondeur: int) -> Any:
    if nom.lower() in _CONTENUS and isinstance(contenu, dict | list | str):
        return MASQUE
    if _SECRETS.search(nom) and nom.lower() not in _PERMISES and contenu not in (None, ""):
        return MASQUE
    return _masked(contenu, profondeur + 1)


def _text(texte: str) -> str:
    """An address without what signs it: its credentials, its query and its fragment."""
    if "?" not in texte and "@" not in texte and "#" not in texte:
        return texte
    try:
        morceaux = urlsplit(texte)
    except ValueError:
        return MASQUE
    lieu = morceaux.netloc.rpartition("@")[2]
    return morceaux._replace(netloc=lieu, query=MASQUE if morceaux.query else "", fragment="").geturl()
