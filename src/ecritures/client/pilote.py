"""What every synchronous client is: keys, a connection, and the driver that performs an operation's calls and waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from ecritures.client.appels import Appel, Demarche, Pause, pieces
from ecritures.client.errors import CleMalFormee
from ecritures.client.operations_v1 import SEUIL_OCTETS, OperationsV1
from ecritures.client.transport import ESSAIS

TIMEOUT_S = 60.0
"""For each read and write of a call: a deposit of 133 MiB is written piece by piece."""

T = TypeVar("T")


class Pilote:
    """One firm's key. Close it, or use it in a ``with``. May be shared by threads."""

    def __init__(
        self,
        base_url: str,
        subscription_key: str,
        api_key: str,
        *,
        timeout_s: float = TIMEOUT_S,
        essais: int = ESSAIS,
        pause: Callable[[float], None] = time.sleep,
        transport: httpx2.BaseTransport | None = None,
        seuil_octets: int = SEUIL_OCTETS,
    ) -> None:
        """``base_url``: ``https://api.cegid.com/loop-api-publiques`` for Loop, the server's address for ours. Files larger
        than ``seuil_octets`` go to our server by pieces. Raises CleMalFormee."""
        cles = keys_of(subscription_key, api_key)
        self._operations = OperationsV1(base_url.rstrip("/"), cles, essais, seuil_octets)
        self._http = httpx2.Client(timeout=timeout_s, transport=transport)
        self._pause = pause

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, type_: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    @property
    def base_url(self) -> str:
        return self._operations.base_url

    @property
    def racine(self) -> str:
        """Where ``/api/v1`` is: beside the prefix of the dialect."""
        return self._operations.racine

    def close(self) -> None:
        self._http.close()

    def _run(self, demarche: Demarche[T]) -> T:
        """Performs the calls and the waits of an operation, one after the other."""
        try:
            etape = next(demarche)
            while True:
                if isinstance(etape, Pause):
                    self._pause(etape.secondes)
                    etape = demarche.send(None)
                    continue
                try:
                    reponse = self._send(etape)
                except (httpx2.TransportError, httpx2.InvalidURL) as erreur:
                    etape = demarche.throw(erreur)
                else:
                    etape = demarche.send(reponse)
        except StopIteration as fin:
            resultat: T = fin.value
            return resultat

    def _send(self, appel: Appel) -> httpx2.Response:
        corps = None if appel.contenu is None else pieces(appel)
        return self._http.request(
            appel.methode, appel.url, content=corps, headers=appel.headers, params=appel.params, json=appel.json
        )


def keys_of(subscription_key: str, api_key: str) -> dict[str, str]:
    """The headers of both keys. Raises CleMalFormee."""
    return {"Ocp-Apim-Subscription-Key": _plain(subscription_key), "x-apikey": _with_secret(_plain(api_key))}


def _plain(cle: str) -> str:
    propre = cle.strip()
    if not propre or not (propre.isascii() and propre.isprintable()):
        raise CleMalFormee("Une clé est vide ou contient un caractère interdit.")
    return propre


def _with_secret(api_key: str) -> str:
    cle, _, secret = api_key.partition(":")
    if not (cle and secret):
        raise CleMalFormee("La clé d'API doit être complète : clé publique, deux-points, secret.")
    return api_key
