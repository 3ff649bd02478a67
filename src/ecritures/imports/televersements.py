"""Uploads by pieces, for large files and lines that drop: what the HTTP edge, the flow and their storage agree on.

A piece counts once the row that names it is written, after its bytes are surely kept: a crash between the two loses only what
the client was never told to be received, and doubles nothing. One upload makes one import, which has the upload's id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ecritures.imports.limits import PURGE_LIGNES_MAX

MORCEAU_OCTETS_MAX = 4 << 20
"""Bytes held in memory and kept at a time: a request cut short loses less than this."""
MORCEAU_OCTETS_MIN = 256 << 10
"""Least that a request brings, unless it ends the file: a file is never thousands of pieces."""
OUVERTS_MAX = 100
"""Unfinished uploads of one firm: a client that opens without end does not fill the storage (13 GiB at the usual bound)."""


@dataclass(frozen=True)
class NouveauTeleversement:
    domain: str
    acteur: str
    dossier: int
    nom_fichier: str
    taille_octets: int
    sha256: str | None = None  # of the whole file, as announced


@dataclass(frozen=True)
class Televersement:
    """``recus_octets``: how many bytes count, from the first; the next piece begins there."""

    id: str
    domain: str
    acteur: str
    dossier: int
    nom_fichier: str
    taille_octets: int
    recus_octets: int
    sha256: str | None
    creation: datetime
    expiration: datetime

    @property
    def est_complet(self) -> bool:
        return self.recus_octets == self.taille_octets


@dataclass(frozen=True)
class Morceau:
    """Bytes that are kept and may not count yet."""

    objet: str
    taille_octets: int


class Televersements(Protocol):
    """The uploads under way, and their bytes."""

    def ouvrir(self, nouveau: NouveauTeleversement, duree_s: int) -> Televersement:
        """Raises TropDeTeleversements."""
        ...

    def lire(self, televersement: str) -> Televersement | None:
        """None: unknown, given up or expired."""
        ...

    def deposer(self, televersement: str, octets: bytes) -> Morceau:
        """Keeps bytes durably, beside those that count. Raises ServiceIndisponible."""
        ...

    def compter(self, televersement: str, debut: int, morceaux: Sequence[Morceau]) -> int:
        """They count from ``debut`` on, all or none; gives how many bytes are received. Of two that begin at the same
        place, the first counts. Raises DecalageInattendu, TeleversementInconnu."""
        ...

    def oublier(self, televersement: str, morceaux: Sequence[Morceau]) -> None:
        """Removes bytes that never counted."""
        ...

    def contenu(self, televersement: str) -> Iterator[bytes]:
        """The bytes that count, in order. Raises TeleversementInconnu, ServiceIndisponible."""
        ...

    def vider(self, televersement: str) -> None:
        """Its bytes are kept elsewhere: they are removed, and it is still known until it expires."""
        ...

    def abandonner(self, televersement: str) -> bool:
        """It is known no more, and its bytes are removed. False: it was not."""
        ...

    def purger(self, maintenant: datetime, orphelins_avant: datetime, limite: int = PURGE_LIGNES_MAX) -> int:
        """Removes what has expired (so many at most), and bytes older than ``orphelins_avant``, which no upload can name; gives how many
        uploads."""
        ...
