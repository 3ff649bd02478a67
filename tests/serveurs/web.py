"""A web server that misbehaves on demand: slow, dripping, looping, cutting, lying about lengths, sending bombs.

It keeps what it received (``recues``): host, headers, TLS name. Threads of the test process: nothing outlives it.
"""

from __future__ import annotations

import functools
import gzip
import shutil
import ssl
import subprocess
import threading
import time
import zlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from serveurs.processus import ServiceAbsent

CONTENU = b"***S5EXP\r\n" + b"VEN31122025OD" * 400
BOMBE_OCTETS = 1 << 30


@dataclass(frozen=True)
class Recue:
    """A request as received."""

    chemin: str
    entetes: dict[str, str]
    sni: str | None


@dataclass
class ServeurWeb:
    contexte: ssl.SSLContext | None = None
    certificat: Path | None = None
    recues: list[Recue] = field(default_factory=list)
    octets_envoyes: int = 0

    @classmethod
    def tls(cls, dossier: Path, *noms: str) -> Self:
        """HTTPS for ``noms``. Raises ServiceAbsent when ``openssl`` is missing."""
        cle, certificat = dossier / "cle.pem", dossier / "certificat.pem"
        if shutil.which("openssl") is None:
            raise ServiceAbsent("openssl absent : apt-get install openssl")
        alternatifs = ",".join(f"DNS:{nom}" for nom in noms)
        commande = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ]
        sortie = [
            "-keyout",
            str(cle),
            "-out",
            str(certificat),
            "-subj",
            f"/CN={noms[0]}",
            "-addext",
            f"subjectAltName={alternatifs}",
        ]
        subprocess.run([*commande, *sortie], check=True, capture_output=True)
        contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexte.load_cert_chain(certificat, cle)
        return cls(contexte, certificat)

    def __enter__(self) -> Self:
        self._serveur = _Serveur(("127.0.0.1", 0), _Reponses)
        self._serveur.daemon_threads = True
        self._serveur.essai = self
        self.port = self._serveur.server_address[1]
        if self.contexte is not None:
            self.contexte.sni_callback = lambda prise, nom, _: setattr(prise, "sni", nom)
        threading.Thread(target=self._serveur.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._serveur.shutdown()
        self._serveur.server_close()

    def url(self, chemin: str, hote: str = "127.0.0.1") -> str:
        return f"{'https' if self.contexte else 'http'}://{hote}:{self.port}{chemin}"


class _Serveur(ThreadingHTTPServer):
    essai: ServeurWeb
    request_queue_size = 64

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.essai.contexte is not None:  # in the connection's own thread: a slow handshake blocks nobody
            request = self.essai.contexte.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what we test."""


class _Reponses(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Serveur

    def do_GET(self) -> None:
        essai = self.server.essai
        essai.recues.append(Recue(self.path, dict(self.headers.items()), getattr(self.connection, "sni", None)))
        self.close_connection = True
        url = urlsplit(self.path)
        segments = url.path.strip("/").split("/")
        reponse = getattr(self, "_" + segments[0].replace("-", "_"), None)
        if reponse is None:
            self._statut("404")
            return
        reponse(
            *segments[1:], **{cle: valeurs[0] for cle, valeurs in parse_qs(url.query).items() if cle in ("u", "code")}
        )

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""

    def _repondre(self, statut: int, corps: bytes = b"", **entetes: str) -> None:
        self.send_response(statut)
        entetes.setdefault("Content_Length", str(len(corps)))
        for nom, valeur in entetes.items():
            if valeur:
                self.send_header(nom.replace("_", "-"), valeur)
        self.end_headers()
        self._envoyer(corps)

    def _envoyer(self, corps: bytes) -> None:
        self.wfile.write(corps)
        self.server.essai.octets_envoyes += len(corps)

    # -- one method a path ---------------------------------------------------------------------------------------

    def _bon(self, *_: str) -> None:
        self._repondre(200, CONTENU)

    def _cookie(self) -> None:
        self._repondre(302, Location="/bon", Set_Cookie="trace=1; Path=/")

    def _statut(self, code: str, azure: str = "") -> None:
        self._repondre(int(code), b"<Error>secret</Error>", x_ms_error_code=azure)

    def _lent(self, secondes: str) -> None:
        time.sleep(float(secondes))
        self._repondre(200, CONTENU)

    def _goutte(self) -> None:
        self._repondre(200, Content_Length="1000000")
        for _ in range(1000):
            self._envoyer(b"x")
            time.sleep(0.05)

    def _goutte_entetes(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        for _ in range(1000):
            self.wfile.write(b"x")
            time.sleep(0.05)

    def _boucle(self, rang: str) -> None:
        self._repondre(302, Location=f"/boucle/{(int(rang) + 1) % 3}")

    def _chaine(self, reste: str) -> None:
        self._repondre(307, Location=f"/chaine/{int(reste) - 1}" if int(reste) else "/bon")

    def _vers(self, u: str = "", code: str = "302") -> None:
        self._repondre(int(code), Location=u)

    def _tronque(self) -> None:
        self._repondre(200, CONTENU, Content_Length=str(len(CONTENU) * 2))

    def _morceaux_coupes(self) -> None:
        self._repondre(200, Content_Length="", Transfer_Encoding="chunked")
        self.wfile.write(b"5\r\nhello\r\n")  # the last, empty chunk never comes

    def _morceaux(self) -> None:
        self._repondre(200, Content_Length="", Transfer_Encoding="chunked")
        self.wfile.write(b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")

    def _sans_longueur(self) -> None:
        self._repondre(200, CONTENU, Content_Length="", Connection="close")

    def _enorme(self) -> None:
        self._repondre(200, Content_Length="", Connection="close")
        for _ in range(100_000):
            self._envoyer(b"x" * 65536)

    def _enorme_annonce(self) -> None:
        self._repondre(200, b"x", Content_Length=str(10**13))

    def _comprime(self, codage: str, coupe: str = "") -> None:
        corps = gzip.compress(CONTENU) if codage == "gzip" else zlib.compress(CONTENU)
        corps = corps[:-12] if coupe else corps
        self._repondre(200, corps, Content_Encoding=codage)

    def _bombe(self, codage: str) -> None:
        self._repondre(200, _bombe(codage), Content_Encoding=codage)

    def _ferme(self) -> None:
        """Nothing at all."""

    def _pas_http(self) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 10)


@functools.cache
def _bombe(codage: str) -> bytes:
    """1 GiB of zeros in about 1 MiB: after a full flush, equal blocks compress to equal bytes."""
    compresseur = zlib.compressobj(9, wbits=31 if codage == "gzip" else 15)
    bloc = bytes(1 << 24)
    premier, suivant = (compresseur.compress(bloc) + compresseur.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return premier + suivant * (BOMBE_OCTETS // len(bloc) - 1)
