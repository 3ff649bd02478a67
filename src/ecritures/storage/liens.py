"""Reads a file behind a client's link, within limits and away from private addresses (loop-api.md, section 19-13).

Messages name the host and what to do. The path and the query of a link are secrets: they appear nowhere.
"""

from __future__ import annotations

import logging
import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpcore2
import httpx2

from ecritures.domain.errors import LienInjoignable, LienRefuse
from ecritures.imports.limits import Limits
from ecritures.storage.adresses import Reseau, ReseauGarde, Resoudre, resolve
from ecritures.storage.reponses import body, judge

_ENTETES = (
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", b"identity"),
    (b"User-Agent", b"ecritures"),
    (b"Connection", b"close"),
)
_HOTE = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*\.?|[0-9a-f:.]*:[0-9a-f:.]*"
)

# At DEBUG it writes the headers of answers, so the address of a redirection with its signature.
logging.getLogger("httpcore2").setLevel(logging.INFO)


@dataclass(frozen=True)
class LiensGardes:
    """The links of clients.

    reseaux_admis: private networks that may be read all the same, in http too. hotes_http: public hosts read in plain http.
    contexte_tls, resoudre, horloge: the system's unless given.
    """

    reseaux_admis: tuple[Reseau, ...] = ()
    hotes_http: frozenset[str] = frozenset()
    contexte_tls: ssl.SSLContext | None = None
    resoudre: Resoudre = resolve
    horloge: Callable[[], datetime] = lambda: datetime.now(UTC)

    def telecharger(self, url: str, limits: Limits) -> Iterator[bytes]:
        """The file, by pieces, decompressed if the server compressed it. Raises LienRefuse, LienInjoignable, FichierTropGros."""
        echeance = time.monotonic() + limits.lien_duree_max_s
        reseau = ReseauGarde(self.reseaux_admis, echeance, limits.lien_connexion_s, self.resoudre)
        contexte = self.contexte_tls or httpcore2.default_ssl_context()
        parcours = _Parcours(limits.lien_redirections_max)
        suivante: httpx2.URL | None = parse_link(url)
        while suivante is not None:
            courante = suivante
            parcours.add(courante)
            with (
                _network_errors(courante.host, echeance),
                httpcore2.ConnectionPool(ssl_context=contexte, network_backend=reseau) as connexions,
            ):
                self.check_scheme(courante, reseau)
                cible = httpcore2.URL(
                    scheme=courante.raw_scheme, host=courante.raw_host, port=courante.port, target=courante.raw_path
                )
                with connexions.stream("GET", cible, headers=[(b"Host", courante.netloc), *_ENTETES]) as reponse:
                    suite = judge(reponse, courante, self.horloge())
                    if suite is None:
                        yield from body(reponse, courante.host, limits.fichier_taille_octets_max)
            suivante = None if suite is None else parse_link(suite, courante)

    def check_scheme(self, url: httpx2.URL, reseau: ReseauGarde) -> None:
        """https, or http where a setting allows it."""
        if url.scheme == "https" or url.host in self.hotes_http:
            return
        if self.reseaux_admis and reseau.is_inside(url.raw_host.decode(), url.port or 80):
            return
        raise LienRefuse(
            f"L'adresse de {url.host} est en http : donner une adresse https, ou admettre cet hôte par le réglage "
            "ECRITURES_HOTES_HTTP."
        )


@dataclass
class _Parcours:
    """The addresses followed so far: bounded, without a loop, never from https back to http."""

    redirections_max: int
    vues: list[httpx2.URL] = field(default_factory=list, repr=False)

    def add(self, url: httpx2.URL) -> None:
        if url in self.vues:
            raise LienInjoignable(
                f"{url.host} redirige en boucle : donner l'adresse du fichier lui-même.", definitif=True
            )
        if len(self.vues) > self.redirections_max:
            raise LienInjoignable(
                f"{url.host} redirige plus de {self.redirections_max} fois : donner l'adresse du fichier lui-même.",
                definitif=True,
            )
        if self.vues and self.vues[-1].scheme == "https" and url.scheme != "https":
            raise LienRefuse(f"{self.vues[-1].host} redirige d'https vers http : donner une adresse https du fichier.")
        self.vues.append(url)


def parse_link(texte: str, depuis: httpx2.URL | None = None) -> httpx2.URL:
    """The address, absolute, without its fragment. Raises LienRefuse if it may not be followed, whatever the network."""
    try:
        url = (httpx2.URL(texte) if depuis is None else depuis.join(texte)).copy_with(fragment=None)
        hote, port = url.raw_host.decode("ascii"), url.port
    except (httpx2.InvalidURL, UnicodeError, TypeError, ValueError):
        raise LienRefuse("Le lien n'est pas une adresse : donner l'adresse https complète du fichier.") from None
    if url.scheme not in ("https", "http"):
        raise LienRefuse("Le lien n'est ni en https ni en http : donner l'adresse https du fichier.")
    if url.userinfo:
        raise LienRefuse("Le lien contient un nom et un mot de passe : donner une adresse signée, sans identifiants.")
    if not _HOTE.fullmatch(hote) or not 0 < (443 if port is None else port) < 65536:
        raise LienRefuse(
            "Le nom d'hôte ou le port du lien n'est pas valable : donner l'adresse https complète du fichier."
        )
    return url


@contextmanager
def _network_errors(hote: str, echeance: float) -> Iterator[None]:
    """Network failures become a LienInjoignable worth another try. Their own text is dropped: it may quote the link."""
    try:
        yield
    except httpcore2.TimeoutException:
        trop_long = time.monotonic() >= echeance
        cause = "n'a pas fini d'envoyer le fichier dans le temps admis" if trop_long else "ne répond pas"
    except httpcore2.ConnectError:
        cause = "n'accepte pas la connexion"
    except httpcore2.NetworkError:
        cause = "a coupé la connexion"
    except httpcore2.ProtocolError:
        cause = "a coupé la réponse avant la fin, ou ne répond pas en HTTP"
    else:
        return
    raise LienInjoignable(
        f"{hote} {cause} : vérifier que le fichier est en ligne et que l'adresse est joignable par internet."
    )
