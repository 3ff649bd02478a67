"""Which addresses a client's link may lead to, and a connection pinned to the address that was checked.

A name is resolved once, every address it gives is checked, and the socket goes to one of those: a name that answers
otherwise a moment later (DNS rebinding) changes nothing.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from socket import IPPROTO_TCP, SOCK_STREAM, gaierror, getaddrinfo
from typing import Any

import httpcore2

from ecritures.domain.errors import LienInjoignable, LienRefuse

Adresse = IPv4Address | IPv6Address
Reseau = IPv4Network | IPv6Network
Resoudre = Callable[[str, int], Sequence[str]]

# IANA special-purpose registries (RFC 6890 and successors), plus addresses clouds give to their own services.
_INTERDITS_V4 = tuple(
    IPv4Network(reseau)
    for reseau in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier NAT; some clouds' metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host
        "169.254.0.0/16",  # link-local: 169.254.169.254 is the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation, as 198.51.100/24 and 203.0.113/24
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_UNICAST_V6 = IPv6Network("2000::/3")
_INTERDITS_V6 = tuple(
    IPv6Network(reseau)
    for reseau in (
        "2001::/23",  # protocol assignments, Teredo included
        "2001:db8::/32",  # documentation, as 3fff::/20
        "3fff::/20",
    )
)
_6TO4 = IPv6Network("2002::/16")
_NAT64 = IPv6Network("64:ff9b::/96")


def is_allowed(adresse: Adresse, admis: Iterable[Reseau] = ()) -> bool:
    """Public, or inside a network allowed by setting. An IPv4 address hidden in an IPv6 one is judged too."""
    if isinstance(adresse, IPv6Address) and adresse.ipv4_mapped is not None:
        adresse = adresse.ipv4_mapped  # it is the same place
    if any(adresse in reseau for reseau in admis if reseau.version == adresse.version):
        return True
    if isinstance(adresse, IPv4Address):
        return not any(adresse in reseau for reseau in _INTERDITS_V4)
    if adresse in _6TO4:
        return is_allowed(IPv4Address(int(adresse) >> 80 & 0xFFFFFFFF))
    if adresse in _NAT64:
        return is_allowed(IPv4Address(int(adresse) & 0xFFFFFFFF))
    return adresse in _UNICAST_V6 and not any(adresse in reseau for reseau in _INTERDITS_V6)


def resolve(hote: str, port: int) -> Sequence[str]:
    """The addresses of a name, by the system. Raises OSError."""
    return list(dict.fromkeys(str(info[4][0]) for info in getaddrinfo(hote, port, type=SOCK_STREAM, proto=IPPROTO_TCP)))


class ReseauGarde(httpcore2.NetworkBackend):
    """The network of one download: checked addresses only, nothing after ``echeance`` (of ``time.monotonic``)."""

    def __init__(
        self, admis: Sequence[Reseau], echeance: float, attente_s: float, resoudre: Resoudre = resolve
    ) -> None:
        self._admis = admis
        self._echeance = echeance
        self._attente_s = attente_s
        self._resoudre = resoudre
        self._tcp = httpcore2.SyncBackend()
        self._resolues: dict[tuple[str, int], list[Adresse]] = {}

    def addresses(self, hote: str, port: int) -> list[Adresse]:
        """Those of a name, asked once. Raises LienRefuse if one of them is not allowed, LienInjoignable when it has none."""
        if (hote, port) not in self._resolues:
            self._resolues[hote, port] = self._check(hote, port)
        return self._resolues[hote, port]

    def is_inside(self, hote: str, port: int) -> bool:
        """Every address of the name is in a network allowed by setting."""
        return all(any(a in r for r in self._admis if r.version == a.version) for a in self.addresses(hote, port))

    def _check(self, hote: str, port: int) -> list[Adresse]:
        adresses: list[Adresse] = []
        for texte in self._resolve_in_time(hote, port):
            adresse = ip_address(texte.partition("%")[0])  # without the zone of a link-local address
            if not is_allowed(adresse, self._admis):
                raise LienRefuse(
                    f"L'adresse de {hote} n'est pas publique : déposer le fichier sur un stockage joignable par internet, ou "
                    "admettre ce réseau par le réglage ECRITURES_RESEAUX_ADMIS."
                )
            adresses.append(adresse)
        if not adresses:
            raise LienInjoignable(f"Le nom {hote} n'a pas d'adresse : vérifier l'adresse du lien.")
        return adresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        erreur: Exception = httpcore2.ConnectError()
        for adresse in self.addresses(host, port):
            try:
                prise = self._tcp.connect_tcp(str(adresse), port, self.remaining_s(), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as echec:
                erreur = echec
                continue
            return _FluxBorne(prise, self.remaining_s)
        raise erreur

    def remaining_s(self) -> float:
        """The longest wait still allowed. Raises httpcore2.ReadTimeout after the end."""
        reste = self._echeance - time.monotonic()
        if reste <= 0:
            raise httpcore2.ReadTimeout
        return min(reste, self._attente_s)

    def _resolve_in_time(self, hote: str, port: int) -> Sequence[str]:
        """A resolver may hang far longer than a connection: it is left alone in its thread."""
        reponse: list[Sequence[str]] = []

        def question() -> None:
            try:
                reponse.append(self._resoudre(hote, port))
            except (gaierror, UnicodeError, OSError):  # unknown, or no possible name
                reponse.append(())

        fil = threading.Thread(target=question, name="resolution", daemon=True)
        fil.start()
        fil.join(self.remaining_s())
        if not reponse:
            raise httpcore2.ConnectTimeout
        return reponse[0]


class _FluxBorne(httpcore2.NetworkStream):
    """A connection whose every wait ends with the download's time: a server that drips holds nobody."""

    def __init__(self, flux: httpcore2.NetworkStream, remaining_s: Callable[[], float]) -> None:
        self._flux = flux
        self._remaining_s = remaining_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._flux.read(max_bytes, self._remaining_s())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._flux.write(buffer, self._remaining_s())

    def close(self) -> None:
        self._flux.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            chiffre = self._flux.start_tls(ssl_context, server_hostname, self._remaining_s())
        except httpcore2.ConnectError as erreur:
            if not isinstance(erreur.__cause__, ssl.SSLCertVerificationError):
                raise
            raise LienInjoignable(
                f"{server_hostname} présente un certificat qui n'est pas valable : le faire renouveler, ou déposer le fichier ailleurs."
            ) from None
        return _FluxBorne(chiffre, self._remaining_s)

    def get_extra_info(self, info: str) -> Any:
        return self._flux.get_extra_info(info)
