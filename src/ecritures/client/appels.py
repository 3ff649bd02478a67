"""What the SDK sends, said once for both its clients: an operation is a generator of calls and waits, which a driver performs.

The synchronous and the asynchronous driver are the only code that differs between ``Client`` and ``ClientAsync``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from ecritures.client.errors import LoopInjoignable
from ecritures.client.transport import A_REESSAYER, ATTENTE_INITIALE_S, ATTENTE_MAX_S, JAMAIS_PARTIE, host, retry_after

T = TypeVar("T")
OnOctets = Callable[[int, int], None]


@dataclass(frozen=True)
class Appel:
    """One HTTP call. ``contenu`` is opened anew at each try."""

    methode: str
    url: str = field(repr=False)  # may be signed
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] | None = None
    json: Any = field(default=None, repr=False)
    contenu: bytes | Path | None = field(default=None, repr=False)
    on_octets: OnOctets | None = None


@dataclass(frozen=True)
class Pause:
    """Nothing to do for so long."""

    secondes: float


Demarche = Generator[Appel | Pause, Any, T]
"""An operation. A call is answered by the driver with its response, or with the transport's exception thrown in."""


def insister(
    appel: Appel, essais: int, *, est_rejouable: bool, sonde: Appel | None = None
) -> Demarche[httpx2.Response]:
    """The answer, whatever its status but 429 and 503, after a bounded number of tries with growing waits.

    est_rejouable: twice is the same as once. sonde: asked before a POST whose fate is not known is sent again; only a server
    of ours, which keeps the Idempotency-Key of what it took, gets it twice. Raises LoopInjoignable.
    """
    attente, motif = ATTENTE_INITIALE_S, ""
    for essai in range(1, essais + 1):
        demandee = None
        try:
            reponse: httpx2.Response = yield appel
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            lieu = host(appel.url)
            raise LoopInjoignable(f"L'adresse du serveur n'est pas une adresse http(s) valable : {lieu}.") from None
        except httpx2.TransportError as erreur:
            motif = f"{host(appel.url)} ne répond pas ({type(erreur).__name__})"
            partie = not isinstance(erreur, JAMAIS_PARTIE)
            if partie and not est_rejouable and not (sonde is not None and (yield from _est_des_notres(sonde))):
                raise LoopInjoignable(
                    f"{motif} : on ne sait pas si la demande est enregistrée. Regarder l'historique des imports avant de renvoyer."
                ) from None
        else:
            if reponse.status_code not in A_REESSAYER and not _en_cours(reponse):
                return reponse
            motif = f"{host(appel.url)} répond {reponse.status_code}"
            demandee = retry_after(reponse)
        if essai < essais:
            yield Pause(min(demandee if demandee is not None else attente, ATTENTE_MAX_S))
            attente *= 2
    raise LoopInjoignable(f"{motif}, après {essais} essais.")


def _en_cours(reponse: httpx2.Response) -> bool:
    """Our server says that the first sending of this very request is not over: its answer comes."""
    return reponse.status_code == 409 and "idempotence.en_cours" in reponse.text


def _est_des_notres(sonde: Appel) -> Demarche[bool]:
    """Whether the server is one of ours: it says so without keys. No answer: not known, so no."""
    try:
        reponse: httpx2.Response = yield sonde
        corps = reponse.json()
    except (httpx2.HTTPError, ValueError):
        return False
    return reponse.status_code == 200 and isinstance(corps, dict) and corps.get("etat") == "ok" and "version" in corps
