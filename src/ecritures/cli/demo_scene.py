"""What the demo plays on: a data folder, a firm with its keys, a dossier with its exercices, a server and a worker.

All of it is kept from one run to the next; a run that was killed leaves nothing that stops the next one.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import threading
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import FrameType, TracebackType
from typing import IO, Any, Self

from ecritures.cli.context import Application, Build
from ecritures.cli.logs import configure
from ecritures.cli.serve import http_server, listen, local_url, serve_in_thread
from ecritures.cli.team import Equipe
from ecritures.client import ClientLoop, LoopInjoignable
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.personnes import hache, verifie
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.settings import Settings

DOMAIN = "DEMOCABINET"
CODE_IBS = "MANON002"
PREMIERE_ANNEE = 2012
HOTE = "127.0.0.1"
CLES = "demo-cles.json"
PERSONNE = "demo"
MOT_DE_PASSE = "demo-mot-de-passe"
"""File of the password by which people enter the demo's screens, readable by its owner alone."""
DEMARRAGE_S = 30.0
ARRET_S = 0.2
"""Left to the worker at the end: an import cut short is taken up by the next run, and nobody waits for a demo to stop."""


class DejaOuverte(Exception):
    """Another demo runs on the same folder."""


class Scene:
    """Opened by ``with``: everything runs inside, nothing is left running after."""

    def __init__(self, build: Build, donnees: Path, port: int) -> None:
        self._build, self._donnees, self._port = build, donnees.absolute(), port
        self._pile = ExitStack()
        self._arret = threading.Event()
        self.base_url = ""
        self.subscription_key = self.api_key = self.mot_de_passe = ""

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, _interrupt)
        with self._pile:
            self._open()
            self._pile = self._pile.pop_all()
        return self

    def __exit__(
        self, type_: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pile.close()

    @property
    def donnees(self) -> Path:
        return self._donnees

    def expect_stop(self) -> None:
        """From here on, Ctrl-C and SIGTERM end the demo well. To be called before its result is told: a program that
        reads it may stop the demo at once."""
        for signal_ in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_, lambda *_: self._arret.set())

    def serve_until_stopped(self) -> None:
        """Returns at Ctrl-C or SIGTERM."""
        while not self._arret.wait(3600):
            pass

    def _open(self) -> None:
        self._donnees.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._pile.enter_context(_only_one(self._donnees))
        configure(self._pile.enter_context((self._donnees / "demo.log").open("a", encoding="utf-8")))
        try:
            prise = listen(HOTE, self._port)
        except OSError:  # busy: any free one
            prise = listen(HOTE, 0)
        self._pile.callback(prise.close)
        self.base_url = local_url(HOTE, prise.getsockname()[1])
        app = self._build(demo_settings(self._donnees, self.base_url))
        self._pile.callback(app.fermer)
        self.ports = app.ports
        self._start(app, prise)
        self.dossier = ensure_dossier(self.ports, date.today().year + 1)  # noqa: DTZ011  (the user's own year)
        self.subscription_key, self.api_key = ensure_keys(self.ports, self._donnees / CLES)
        self.mot_de_passe = ensure_person(self.ports, self._donnees / MOT_DE_PASSE)
        self.client = self._pile.enter_context(ClientLoop(self.base_url, self.subscription_key, self.api_key))

    def _start(self, app: Application, prise: Any) -> None:
        environnement = {nom: valeur for nom, valeur in os.environ.items() if not nom.upper().startswith("ECRITURES_")}
        environnement |= {"ECRITURES_DONNEES": str(self._donnees), "ECRITURES_BASE_URL": self.base_url}
        equipe = Equipe(("demo",), environnement, lambda _: None, self._donnees / "worker.log")
        self._pile.callback(equipe.arreter, ARRET_S)
        equipe.demarrer()
        serveur = http_server(app.http())
        fil = serve_in_thread(serveur, prise)
        self._pile.callback(fil.join, 15)
        self._pile.callback(setattr, serveur, "should_exit", True)
        limite = time.monotonic() + DEMARRAGE_S
        while not serveur.started:
            if not fil.is_alive() or time.monotonic() > limite:
                raise LoopInjoignable("Le serveur de démonstration ne démarre pas.")
            time.sleep(0.01)


def demo_settings(donnees: Path, base_url: str) -> Settings:
    """Every setting at its default, whatever the environment says: the demo never touches a real database."""
    defauts = {nom: champ.get_default() for nom, champ in Settings.model_fields.items()}
    return Settings(**{**defauts, "donnees": donnees, "base_url": base_url})


def ensure_dossier(ports: Ports, derniere_annee: int) -> Dossier:
    """The demo's dossier, with one open exercice per calendar year up to ``derniere_annee``."""
    dossier = ports.dossiers.trouver(DOMAIN, CODE_IBS) or ports.dossiers.creer(
        DOMAIN, CODE_IBS, "Manon, dossier de démonstration"
    )
    connus = {exercice.code for exercice in ports.livres.exercices(dossier.dossier)}
    for annee in range(PREMIERE_ANNEE, derniere_annee + 1):
        if str(annee) not in connus:
            ports.livres.creer_exercice(dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31)))
    return dossier


def ensure_keys(ports: Ports, chemin: Path) -> tuple[str, str]:
    """The demo's own keys: those of the last run when they still open the door, else new ones, readable by their owner alone."""
    try:
        gardees = json.loads(chemin.read_text(encoding="utf-8"))
        abonnement, apikey = str(gardees["subscription_key"]), str(gardees["api_key"])
        if ports.cles.abonnement_valide(abonnement) and ports.cles.identifier(apikey):
            return abonnement, apikey
    except (OSError, ValueError, KeyError, TypeError):
        pass  # none yet, or not readable: new ones cost nothing
    abonnement = ports.cles.creer_abonnement("Démonstration")
    apikey = ports.cles.creer_cle(DOMAIN, "Démonstration")
    _keep(chemin, json.dumps({"subscription_key": abonnement, "api_key": apikey}))
    return abonnement, apikey


def ensure_person(ports: Ports, chemin: Path) -> str:
    """The password of the demo's administrator: that of the last run when it still opens the door, else a new one."""
    if ports.personnes.trouver(DOMAIN, PERSONNE) is None:
        ports.personnes.creer(DOMAIN, Collaborateur(PERSONNE, "Camille", "Démo", "administrateur"))
    try:
        garde = chemin.read_text(encoding="utf-8")
        if verifie(ports.personnes.empreinte(DOMAIN, PERSONNE) or "", garde):
            return garde
    except (OSError, ValueError):
        pass  # none yet, or not readable
    neuf = secrets.token_urlsafe(12)
    _keep(chemin, neuf)
    ports.personnes.changer_mot_de_passe(DOMAIN, PERSONNE, hache(neuf))
    return neuf


def _keep(chemin: Path, texte: str) -> None:
    """Written whole, readable by its owner alone."""
    brouillon = chemin.with_suffix(".nouveau")
    brouillon.unlink(missing_ok=True)
    with os.fdopen(os.open(brouillon, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as fichier:
        fichier.write(texte)
    brouillon.replace(chemin)


def _only_one(donnees: Path) -> IO[str]:
    """Holds the folder until closed; the system lets go of it when the process dies. Raises DejaOuverte."""
    verrou = (donnees / ".demo.verrou").open("w")
    try:
        import fcntl
    except ImportError:  # Windows: two demos on one folder are then the user's own affair
        return verrou
    try:
        fcntl.flock(verrou, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as erreur:
        verrou.close()
        raise DejaOuverte(
            f"une démonstration tourne déjà sur {donnees} : l'arrêter, ou choisir un autre dossier par --data."
        ) from erreur
    return verrou


def _interrupt(_numero: int, _trame: FrameType | None) -> None:
    raise KeyboardInterrupt
