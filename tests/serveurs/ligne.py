"""A TCP line to a server on this machine, cut where the test says: what a client far away meets."""

from __future__ import annotations

import socket
import threading
from collections import deque
from types import TracebackType
from typing import Self

BLOC = 64 << 10
ENVOI = b"PATCH /api/v1/televersements/"


class Ligne:
    """``coupures``: how many bytes each of the next connections that send a piece lets through before it is cut; empty: none
    is cut. ``muettes``: requests that begin so reach the server, and their answers never come back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._prise = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._prise.getsockname()[1]}"
        self.coupures: deque[int] = deque()
        self.muettes: tuple[bytes, ...] = ()
        self.octets_envoyes = 0
        """Towards the server, headers included."""
        self._fil = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._fil.start()
        return self

    def __exit__(
        self, type_: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._prise.shutdown(socket.SHUT_RDWR)
        self._prise.close()
        self._fil.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._prise.accept()
            except OSError:
                return
            serveur = socket.create_connection(("127.0.0.1", self._port))
            muet = threading.Event()
            for cible, arguments in ((self._up, (client, serveur, muet)), (self._down, (client, serveur, muet))):
                threading.Thread(target=cible, args=arguments, daemon=True).start()

    def _up(self, client: socket.socket, serveur: socket.socket, muet: threading.Event) -> None:
        reste: int | None = None
        try:
            while bloc := client.recv(BLOC):
                if bloc.startswith(self.muettes or (b"\0",)):
                    muet.set()
                if bloc.startswith(ENVOI) and self.coupures and reste is None:
                    reste = self.coupures.popleft()
                if reste is not None:
                    bloc = bloc[:reste]
                    reste -= len(bloc)
                self.octets_envoyes += len(bloc)
                serveur.sendall(bloc)
                if reste == 0:
                    break
        except OSError:
            pass
        _close(serveur, client if reste == 0 else None)

    def _down(self, client: socket.socket, serveur: socket.socket, muet: threading.Event) -> None:
        try:
            while bloc := serveur.recv(BLOC):
                if muet.is_set():
                    break
                client.sendall(bloc)
        except OSError:
            pass
        _close(client, serveur)


def _close(*prises: socket.socket | None) -> None:
    for prise in prises:
        if prise is not None:
            try:
                prise.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
