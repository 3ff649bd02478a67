"""What the HTTP edge must be told by main, and the one thing it needs of the local deposit store beside the ports."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable
from uuid import uuid4

from ecritures import __version__
from ecritures.imports.limits import Limits

PREFIXE_LOOP = "/loop-api-publiques"
PREFIXE_V1 = "/api/v1"
PREFIXE_PAGES = "/app"
"""The screens: the dialect answers at the root."""


def is_page(path: str) -> bool:
    """True for an address of the screens, whether it exists or not."""
    return path == PREFIXE_PAGES or path.startswith(f"{PREFIXE_PAGES}/")


@runtime_checkable
class DepotSigne(Protocol):
    """A deposit store that receives the PUT itself (the local one, which signs its own URLs). With an object store,
    clients PUT to it directly: it has none of this, and the route does not exist."""

    def verifier(self, guid: str, nom: str, se: str, sp: str, sig: str) -> None:
        """Raises DepotExpire when the signature is false or its time is over."""
        ...

    async def recevoir(self, guid: str, nom: str, morceaux: AsyncIterator[bytes], limits: Limits) -> int:
        """Keeps the bytes (a second upload replaces the first); gives their number. Raises FichierTropGros."""
        ...


@dataclass(frozen=True)
class ReglagesApi:
    """Settings of the HTTP edge (sizes are in ``Ports.limits``). ``instance_id`` is drawn once per process: it is what ``error.instanceId`` names."""

    base_url: str
    http_strict: bool = False  # True: a refused request of the dialect answers 400 instead of 200
    mandataire_de_confiance: bool = False  # True: X-Forwarded-Proto comes from our own proxy
    requetes_minute_max: int = 0  # of one API key; 0: no limit
    session_duree_s: int = 43_200
    session_inactivite_s: int = 3_600
    instance_id: str = field(default_factory=lambda: str(uuid4()))
    version: str = __version__
    preflights_simultanes: int = 2  # files read and checked at once: each may take several times its size in memory
