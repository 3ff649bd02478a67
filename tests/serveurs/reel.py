"""The real application behind a real socket, its worker's steps run by a thread: what a client on another machine meets."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_network
from pathlib import Path

from ecritures.cli.serve import http_server, listen, serve_in_thread
from ecritures.imports.bac_a_sable import EtapesBacASable
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.imports.run import SUITE, Etapes
from ecritures.imports.state import State
from ecritures.main import Application, build
from ecritures.settings import Settings
from serveurs.api import CODE, DOMAIN, SIRET


@dataclass
class ServeurReel:
    """``abonnement`` and ``cle`` are those of an Advanced key of an administrator of the firm."""

    base_url: str
    application: Application
    abonnement: str
    cle: str
    dossier: Dossier
    arret: threading.Event
    """Set: the worker's thread stops."""
    travailleur: threading.Thread

    @property
    def ports(self) -> Ports:
        return self.application.ports

    def arreter_travailleur(self) -> None:
        """Returns once the worker's thread has ended: what is asked for after waits."""
        self.arret.set()
        self.travailleur.join(20)
        assert not self.travailleur.is_alive()

    @property
    def cles(self) -> dict[str, str]:
        return {"Ocp-Apim-Subscription-Key": self.abonnement, "x-apikey": self.cle}


@contextmanager
def open_serveur(donnees: Path, *, url: str | None = None, **reglages: object) -> Iterator[ServeurReel]:
    """Firm CABINETDEMO, dossier DEMO001 (exercices 2020 to 2026). This machine may be called back by its own address."""
    prise = listen("127.0.0.1", 0)
    base_url = f"http://127.0.0.1:{prise.getsockname()[1]}"
    choix = {"reseaux_admis": (ip_network("127.0.0.0/8"),), **reglages}
    application = build(Settings(donnees=donnees, base_url=base_url, base_sql=url, **choix))  # type: ignore[arg-type]
    arret = threading.Event()
    serveur = http_server(application.http())
    fils = [serve_in_thread(serveur, prise)]
    try:
        ports = application.ports
        dossier = ports.dossiers.creer(DOMAIN, CODE, "Démonstration SARL")
        for annee in range(2020, 2027):
            ports.livres.creer_exercice(dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31)))
        ports.livres.creer_etablissement(dossier.dossier, "SIEGE", SIRET)
        abonnement = ports.cles.creer_abonnement("essai")
        cle = ports.cles.creer_cle(DOMAIN, "essai", est_avancee=True, role="administrateur")
        travailleur = threading.Thread(target=_work, args=(application, arret), daemon=True)
        travailleur.start()
        fils.append(travailleur)
        if application.bac is not None:
            application.bac.remise.photographier()
        yield ServeurReel(base_url, application, abonnement, cle, dossier, arret, travailleur)
    finally:
        arret.set()
        serveur.should_exit = True
        for fil in fils:
            fil.join(20)
        application.fermer()


def _work(application: Application, arret: threading.Event) -> None:
    ports = application.ports
    etapes = Etapes(ports) if application.bac is None else EtapesBacASable(ports, application.bac)
    while not arret.wait(0.02):
        for demande in reversed(ports.demandes.lister(DOMAIN)):
            if demande.state is not State.EN_ATTENTE:
                continue
            if etapes.recuperer(demande.id, dernier_essai=True) == SUITE and etapes.examiner(demande.id) == SUITE:
                etapes.poster(demande.id)
