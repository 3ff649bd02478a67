"""Posts a message to a webhook (imports.webhooks.Envois), with the guards of a fetched link: scheme, checked and pinned
addresses, bounded time. A redirection is an answer like another: following one would sign for an address nobody declared."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpcore2

from ecritures.domain.errors import LienInjoignable
from ecritures.imports.webhooks import REPONSE_OCTETS_MAX
from ecritures.storage.adresses import Reseau, ReseauGarde, Resoudre, resolve
from ecritures.storage.liens import LiensGardes, parse_link

CONNEXION_S = 5.0
"""Longest wait for a connection, and for each read."""


@dataclass(frozen=True)
class EnvoisGardes:
    """reseaux_admis, hotes_http: as for links. contexte_tls, resoudre: the system's unless given."""

    reseaux_admis: tuple[Reseau, ...] = ()
    hotes_http: frozenset[str] = frozenset()
    contexte_tls: ssl.SSLContext | None = None
    resoudre: Resoudre = resolve

    def verifier(self, url: str) -> None:
        courante = parse_link(url)
        reseau = ReseauGarde(self.reseaux_admis, time.monotonic() + CONNEXION_S, CONNEXION_S, self.resoudre)
        self._liens().check_scheme(courante, reseau)
        try:
            reseau.addresses(courante.raw_host.decode(), courante.port or (443 if courante.scheme == "https" else 80))
        except (LienInjoignable, httpcore2.TimeoutException):
            return  # a name that does not answer now may answer later: only a forbidden one is refused

    def poster(self, url: str, corps: bytes, entetes: Mapping[str, str], duree_max_s: float) -> int:
        courante = parse_link(url)
        hote = courante.host
        reseau = ReseauGarde(self.reseaux_admis, time.monotonic() + duree_max_s, CONNEXION_S, self.resoudre)
        contexte = self.contexte_tls or httpcore2.default_ssl_context()
        tous = {**entetes, "User-Agent": "ecritures", "Connection": "close", "Content-Length": str(len(corps))}
        en_tetes = [(b"Host", courante.netloc), *((nom.encode(), valeur.encode()) for nom, valeur in tous.items())]
        cible = httpcore2.URL(
            scheme=courante.raw_scheme, host=courante.raw_host, port=courante.port, target=courante.raw_path
        )
        try:
            self._liens().check_scheme(courante, reseau)
            with (
                httpcore2.ConnectionPool(ssl_context=contexte, network_backend=reseau) as connexions,
                connexions.stream("POST", cible, headers=en_tetes, content=corps) as reponse,
            ):
                _read_some(reponse)
                return int(reponse.status)
        except httpcore2.TimeoutException:
            raison = "n'a pas répondu dans le temps admis"
        except httpcore2.ConnectError:
            raison = "n'accepte pas la connexion"
        except httpcore2.NetworkError:
            raison = "a coupé la connexion"
        except httpcore2.ProtocolError:
            raison = "ne répond pas en HTTP"
        raise LienInjoignable(f"{hote} {raison}.")  # the error's own text is dropped: it may quote the address

    def _liens(self) -> LiensGardes:
        return LiensGardes(self.reseaux_admis, self.hotes_http, self.contexte_tls, self.resoudre)


def _read_some(reponse: httpcore2.Response) -> None:
    """A usual answer is read whole, so that its sender ends well; a long or slow one is cut: its status is known."""
    lus = 0
    try:
        for morceau in reponse.iter_stream():
            lus += len(morceau)
            if lus > REPONSE_OCTETS_MAX:
                return
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
        return
