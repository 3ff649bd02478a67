"""Measured from outside: a real server with its worker, driven over HTTP as a client would drive it.

Each measured import goes to a dossier of its own, empty. On SQLite that is a fresh file of books; on PostgreSQL the lines of earlier
imports are in the same tables.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from bench.generate import EXERCICE, JEUX, generer
from bench.processes import RACINE, Echec, Json, die_with_parent
from ecritures.imports.ports import Exercice
from ecritures.main import build
from ecritures.settings import Settings

DOMAIN = "BENCH"
ROUTES = {"fec": "/importFEC", "tra": "/importTra"}
LOOP = "/loop-api-publiques"
TERMINE, EN_ERREUR = 3, 4
PETIT_LIGNES = 200
PETITS = 30
POSTS_MIN = 200
"""Small POSTs wanted during a large import; fewer when it is over before."""
POSTS_MAX = 600
ENTRE_POSTS_S = 0.02
SUIVI_COURT_S, SUIVI_LONG_S = 0.01, 0.03
"""Between two looks at a status: small beside what is measured, and yet hardly a load on two cores."""
TIMEOUT_S = 300.0


@dataclass
class Client:
    """What a program written for Loop does: deposit, PUT, POST, look."""

    http: httpx2.Client
    cles: dict[str, str]
    _dossiers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def fresh_dossier(self) -> str:
        return _code(next(self._dossiers))

    def deposit(self, nom: str, contenu: bytes | Path) -> str:
        reponse = self.http.get(f"{LOOP}/getFileUrlDeposit", params={"filename": nom}, headers=self.cles)
        depot = reponse.json()
        taille = len(contenu) if isinstance(contenu, bytes) else contenu.stat().st_size
        corps = contenu if isinstance(contenu, bytes) else _morceaux(contenu)
        headers = {"x-ms-blob-type": "BlockBlob", "Content-Length": str(taille)}
        recu = self.http.put(depot["depositUrl"], content=corps, headers=headers)
        if recu.status_code != 201:
            raise Echec(f"dépôt refusé : {recu.status_code} {recu.text[:300]}")
        return str(depot["uri"])

    def post(self, format_: str, dossier: str, uri: str) -> str:
        corps = {"codeIbs": dossier, "URI": uri}
        reponse = self.http.post(LOOP + ROUTES[format_], json=corps, headers=self.cles).json()
        if not reponse.get("accountingImportRequestId"):
            raise Echec(f"import refusé : {reponse}")
        return str(reponse["accountingImportRequestId"])

    def status(self, import_id: str) -> int:
        params = {"accountingImportRequestId": import_id}
        reponse = self.http.get(f"{LOOP}/getImportStatus", params=params, headers=self.cles).json()
        if reponse["status"] == EN_ERREUR:
            raise Echec(f"import en erreur : {reponse}")
        return int(reponse["status"])

    def wait(self, import_id: str, pause_s: float) -> None:
        limite = time.monotonic() + TIMEOUT_S
        while self.status(import_id) != TERMINE:
            if time.monotonic() > limite:
                raise Echec(f"import sans fin : {import_id}")
            time.sleep(pause_s)

    def timed(self, format_: str, uri: str, pause_s: float, dossier: str | None = None) -> float:
        """Seconds from the POST to status 3."""
        dossier = dossier or self.fresh_dossier()
        debut = time.perf_counter()
        self.wait(self.post(format_, dossier, uri), pause_s)
        return time.perf_counter() - debut


def _code(numero: int) -> str:
    return f"BENCH{numero:03}"


def _morceaux(chemin: Path) -> Iterator[bytes]:
    with chemin.open("rb") as flux:
        while morceau := flux.read(1 << 20):
            yield morceau


@contextlib.contextmanager
def server(donnees: Path, base: str | None, dossiers: int) -> Iterator[Client]:
    """A server and its worker on fresh data, warmed by one small import. ``dossiers`` are made before, with
    their exercice: creating one is not part of an import. One more serves the warming."""
    cles = _prepare(donnees, base, dossiers + 1)
    env = os.environ | {"ECRITURES_FICHIER_TAILLE_OCTETS_MAX": str(2 << 30)}
    env.pop("ECRITURES_BASE_SQL", None)
    if base:
        env["ECRITURES_BASE_SQL"] = base
    commande = [sys.executable, "-m", "ecritures", "serve", "--port", "0", "--donnees", str(donnees)]
    journal = donnees.with_suffix(".journal")
    with journal.open("wb") as sortie:
        processus = subprocess.Popen(
            commande,
            cwd=RACINE,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=sortie,
            stderr=sortie,
            preexec_fn=die_with_parent(),
        )
    try:
        url = _wait_url(processus, journal)
        with httpx2.Client(base_url=url, timeout=TIMEOUT_S) as http:
            client = Client(http, cles)
            jeu = JEUX["fec"]
            client.timed("fec", client.deposit(jeu.nom_fichier, generer("fec", PETIT_LIGNES)), SUIVI_COURT_S)
            yield client
    finally:
        processus.send_signal(signal.SIGTERM)
        try:
            processus.wait(30)
        except subprocess.TimeoutExpired:
            processus.kill()
            processus.wait()


def _prepare(donnees: Path, base: str | None, dossiers: int) -> dict[str, str]:
    app = build(Settings(donnees=donnees, base_sql=base))
    try:
        for numero in range(1, dossiers + 1):
            dossier = app.ports.dossiers.creer(DOMAIN, _code(numero), "Mesures")
            app.ports.livres.creer_exercice(dossier.dossier, Exercice(*EXERCICE))
        return {
            "Ocp-Apim-Subscription-Key": app.ports.cles.creer_abonnement("bench"),
            "x-apikey": app.ports.cles.creer_cle(DOMAIN, "bench"),
        }
    finally:
        app.fermer()


def _wait_url(processus: subprocess.Popen[bytes], journal: Path) -> str:
    """The address the server says it listens on, once it answers there."""
    limite = time.monotonic() + 60
    while time.monotonic() < limite and processus.poll() is None:
        trouve = re.search(r"Serveur sur (http://\S+)", journal.read_text(errors="replace"))
        if trouve:
            with contextlib.suppress(httpx2.TransportError):
                httpx2.get(f"{trouve[1]}/api/v1/health", timeout=2)
                return trouve[1]
        time.sleep(0.05)
    raise Echec(f"le serveur n'a pas démarré :\n{journal.read_text(errors='replace')[-1500:]}")


def large_import(client: Client, jeu: str, fichier: Path, fois: int) -> Json:
    """POST to status 3 of that file, ``fois`` times, each in an empty dossier."""
    format_, nom = JEUX[jeu].format, JEUX[jeu].nom_fichier
    debut = time.perf_counter()
    uri = client.deposit(nom, fichier)
    depot = time.perf_counter() - debut
    return {"depot_s": depot, "secondes": [client.timed(format_, uri, SUIVI_LONG_S) for _ in range(fois)]}


def small_imports(client: Client, jeu: str) -> Json:
    """POST to status 3 of a 200-line file, one after the other, all in one dossier."""
    uri = client.deposit(JEUX[jeu].nom_fichier, generer(jeu, PETIT_LIGNES))
    dossier = client.fresh_dossier()
    client.timed(JEUX[jeu].format, uri, SUIVI_COURT_S, dossier)
    return {"secondes": [client.timed(JEUX[jeu].format, uri, SUIVI_COURT_S, dossier) for _ in range(PETITS)]}


def posts_during(client: Client, jeu: str, fichier: Path) -> Json:
    """Latency of small POSTs, one every 20 ms, for as long as an import of ``fichier`` runs (their own imports run too)."""
    petit = client.deposit(JEUX["fec"].nom_fichier, generer("fec", PETIT_LIGNES))
    grand = client.deposit(JEUX[jeu].nom_fichier, fichier)
    dossier, petit_dossier = client.fresh_dossier(), client.fresh_dossier()
    import_id = client.post(JEUX[jeu].format, dossier, grand)
    fini = threading.Event()

    def suivre() -> None:
        with httpx2.Client(base_url=client.http.base_url, timeout=TIMEOUT_S) as http:
            Client(http, client.cles).wait(import_id, SUIVI_LONG_S)
        fini.set()

    debut = time.perf_counter()
    suivi = threading.Thread(target=suivre)
    suivi.start()
    latences: list[float] = []
    while not fini.is_set() and len(latences) < POSTS_MAX and suivi.is_alive():
        depart = time.perf_counter()
        client.post("fec", petit_dossier, petit)
        latences.append(time.perf_counter() - depart)
        time.sleep(max(0.0, ENTRE_POSTS_S - latences[-1]))
    suivi.join()
    return {"grand_s": time.perf_counter() - debut, "latences": latences}


def percentile(valeurs: Sequence[float], part: float) -> float:
    """The smallest value that at least ``part`` of them do not exceed (nearest rank)."""
    ordre = sorted(valeurs)
    return ordre[max(0, -(-int(part * 1000) * len(ordre) // 1000) - 1)]


def median(valeurs: Sequence[float]) -> float:
    return statistics.median(valeurs)
