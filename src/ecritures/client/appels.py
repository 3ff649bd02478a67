"""What the SDK sends, said once for both its clients: an operation is a generator of calls and waits, which a driver performs.

The synchronous and the asynchronous driver are the only code that differs between ``Client`` and ``ClientAsync``.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from ecritures.client.errors import LoopInjoignable
from ecritures.client.transport import A_REESSAYER, ATTENTE_INITIALE_S, ATTENTE_MAX_S, JAMAIS_PARTIE, host, retry_after

T = TypeVar("T")
OnOctets = Callable[[int, int], None]
"""Called with the bytes sent and their total."""
MORCEAU_OCTETS = 1 << 20


@dataclass(frozen=True)
class Appel:
    """One HTTP call. ``contenu`` is opened anew at each try; of a file, ``longueur`` bytes (None: all) from ``debut`` on."""

    methode: str
    url: str = field(repr=False)  # may be signed
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] | None = None
    json: Any = field(default=None, repr=False)
    contenu: bytes | Path | None = field(default=None, repr=False)
    on_octets: OnOctets | None = None
    debut: int = 0
    longueur: int | None = None


@dataclass(frozen=True)
class Pause:
    """Nothing to do for so long."""

    secondes: float


Demarche = Generator[Appel | Pause, Any, T]
"""An operation. A call is answered by the driver with its response, or with the transport's exception thrown in."""


def pieces(appel: Appel) -> Iterator[bytes]:
    """The body of a call, from its start, counted as it goes."""
    assert appel.contenu is not None, "asked for a body"
    total, envoyes = int(appel.headers["Content-Length"]), 0
    for morceau in _read(appel.contenu, appel.debut, appel.longueur):
        yield morceau
        envoyes += len(morceau)
        if appel.on_octets is not None:
            appel.on_octets(envoyes, total)


def _read(contenu: bytes | Path, debut: int, longueur: int | None) -> Iterator[bytes]:
    if isinstance(contenu, bytes):
        for rang in range(0, len(contenu), MORCEAU_OCTETS):
            yield contenu[rang : rang + MORCEAU_OCTETS]
        return
    with contenu.open("rb") as fichier:
        fichier.seek(debut)
        reste = longueur
        while morceau := fichier.read(MORCEAU_OCTETS if reste is None else min(MORCEAU_OCTETS, reste)):
            yield morceau
            reste = None if reste is None else reste - len(morceau)


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
            if partie and not est_rejouable and not (sonde is not None and (yield from est_des_notres(sonde))):
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


def est_des_notres(sonde: Appel) -> Demarche[bool]:
    """Whether the server is one of ours: it says so without keys. No answer: not known, so no."""
    try:
        reponse: httpx2.Response = yield sonde
        corps = reponse.json()
    except (httpx2.HTTPError, ValueError):
        return False
    return reponse.status_code == 200 and isinstance(corps, dict) and corps.get("etat") == "ok" and "version" in corps
