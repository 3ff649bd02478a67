"""Wiring: the only module that knows every edge. Imports are inside the functions, so that ``ecritures check`` starts fast."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI
    from pydantic import SecretStr

    from ecritures.imports.oidc import Oidc
    from ecritures.imports.ports import Ports
    from ecritures.jobs.queue import FileImports
    from ecritures.settings import Settings
    from ecritures.storage.bac_a_sable import BacASableOuvert
    from ecritures.storage.bases import Base
    from ecritures.storage.livres import LivresSql
    from ecritures.storage.secret import Secret


LIVRAISON_ARRET_S = 2.0
"""Left to a delivery when its worker stops: cut short, it is made again once its lease is over."""


@dataclass
class Application:
    """All edges of one process, wired on one data folder and one database. Close it when done."""

    settings: Settings
    ports: Ports
    base: Base
    livres: LivresSql
    file: FileImports
    bac: BacASableOuvert | None = None
    """Of a sandbox; None elsewhere."""

    def http(self) -> FastAPI:
        """The ASGI application: the Loop dialect, ``/api/v1``, the OpenAPI document, the pages."""
        from ecritures.api.app import ReglagesApi, create_app
        from ecritures.web.application import mount_pages

        api = create_app(
            self.ports,
            ReglagesApi(
                base_url=self.settings.base_url,
                http_strict=self.settings.http_strict,
                mandataire_de_confiance=self.settings.mandataire_de_confiance,
                requetes_minute_max=self.settings.requetes_minute_max,
                session_duree_s=self.settings.session_duree_s,
                session_inactivite_s=self.settings.session_inactivite_s,
            ),
            self.bac,
        )
        mount_pages(api)
        api.state.parametres = self.settings.shown()
        return api

    def travailler(self, executeur: str, arret: threading.Event, pret: Callable[[], None] = lambda: None) -> None:
        """Runs a worker, and beside it the deliveries of webhooks, until ``arret`` is set."""
        from ecritures.imports.bac_a_sable import EtapesBacASable
        from ecritures.imports.run import Etapes
        from ecritures.jobs.livreur import Livreur
        from ecritures.jobs.worker import run_worker
        from ecritures.storage.travailleurs import RegistreTravailleurs

        etapes = Etapes(self.ports) if self.bac is None else EtapesBacASable(self.ports, self.bac)
        fils = Livreur(self.ports.webhooks, self.ports.envois, garde=etapes.garde).tourner(arret)
        run_worker(self.base.url, etapes, RegistreTravailleurs(self.base), executeur, arret, pret)
        arret.set()
        for fil in fils:
            fil.join(LIVRAISON_ARRET_S)

    def fermer(self) -> None:
        self.ports.requetes.fermer()
        if self.bac is not None:
            self.bac.fermer()
        self.file.fermer()
        self.livres.fermer()
        self.base.fermer()


def build(settings: Settings) -> Application:
    """Opens the data folder and the database (created or upgraded if need be) and wires the edges on them."""
    from ecritures.imports.ports import Ports
    from ecritures.jobs.queue import FileImports
    from ecritures.jobs.queue import migrate as migrate_jobs
    from ecritures.storage.actes import ActesSql
    from ecritures.storage.analytique import AnalytiqueSql
    from ecritures.storage.audit import RegistreAudit
    from ecritures.storage.auxiliaire import AuxiliaireSql
    from ecritures.storage.bases import Base
    from ecritures.storage.cabinets import RegistreCabinets
    from ecritures.storage.cles import RegistreCles
    from ecritures.storage.consultation import ConsultationSql
    from ecritures.storage.demandes import RegistreDemandes
    from ecritures.storage.depots import open_depots
    from ecritures.storage.dossiers import RegistreDossiers
    from ecritures.storage.envois import EnvoisGardes
    from ecritures.storage.files import open_originaux
    from ecritures.storage.historique import HistoriqueSql
    from ecritures.storage.idempotence import RegistreIdempotence
    from ecritures.storage.liens import LiensGardes
    from ecritures.storage.lignes import LignesGardees
    from ecritures.storage.listes import ListesSql
    from ecritures.storage.livres import LivresSql
    from ecritures.storage.modeles import RegistreModeles
    from ecritures.storage.objets import Emplacement
    from ecritures.storage.personnes import RegistrePersonnes
    from ecritures.storage.requetes import RegistreRequetes
    from ecritures.storage.schema import migrate_catalogue
    from ecritures.storage.secret import load_secret
    from ecritures.storage.sessions import RegistreSessions
    from ecritures.storage.televersements import RegistreTeleversements, open_morceaux
    from ecritures.storage.webhooks import RegistreWebhooks

    settings.donnees.mkdir(parents=True, exist_ok=True)
    limits = settings.limits()
    url = settings.url_catalogue()
    base = Base(url)
    migrate_catalogue(base)
    migrate_jobs(url)
    file = FileImports(url)
    emplacement = Emplacement(
        url=settings.stockage or str(settings.donnees),
        compte=settings.azure_compte or "",
        cle=_clair(settings.azure_cle),
        endpoint=settings.azure_point_d_acces or "",
    )
    secret = load_secret(settings.donnees, _clair(settings.secret) or None)
    livres = LivresSql(base, settings.donnees / "livres")
    originaux = open_originaux(emplacement)
    requetes = RegistreRequetes(base)
    ports = Ports(
        demandes=RegistreDemandes(base, file.enfiler),
        dossiers=RegistreDossiers(base),
        cles=RegistreCles(base),
        livres=livres,
        originaux=originaux,
        depots=open_depots(emplacement, secret, settings.base_url, limits),
        liens=LiensGardes(settings.reseaux_admis, frozenset(settings.hotes_http)),
        modeles=RegistreModeles(base),
        cabinets=RegistreCabinets(base),
        personnes=RegistrePersonnes(base),
        sessions=RegistreSessions(base),
        audit=RegistreAudit(base),
        listes=ListesSql(base, livres),
        idempotence=RegistreIdempotence(base),
        webhooks=RegistreWebhooks(base, secret),
        envois=EnvoisGardes(settings.reseaux_admis, frozenset(settings.hotes_http)),
        requetes=requetes,
        televersements=RegistreTeleversements(base, open_morceaux(emplacement)),
        consultation=ConsultationSql(base, livres),
        historique=HistoriqueSql(base),
        auxiliaire=AuxiliaireSql(livres),
        analytique=AnalytiqueSql(livres),
        actes=ActesSql(livres),
        lignes=LignesGardees(originaux),
        limits=limits,
        profil_fec=settings.fec_profil,
        oidc=_oidc(settings, base, secret),
    )
    bac = None
    if settings.bac_a_sable:
        from ecritures.storage.bac_a_sable import open_bac

        bac = open_bac(base, livres, emplacement, settings.donnees, file.annuler, requetes)
    return Application(settings, ports, base, livres, file, bac)


def _oidc(settings: Settings, base: Base, secret: Secret) -> Oidc | None:
    """Sign-in by the identity provider; None without one. Nothing is asked of it before somebody signs in."""
    if not settings.oidc_emetteur:
        return None
    from ecritures.imports.oidc import Oidc
    from ecritures.storage.comptes_oidc import RegistreComptesOidc
    from ecritures.storage.oidc import FournisseurOidc, ReglagesOidc

    reglages = ReglagesOidc(
        emetteur=settings.oidc_emetteur,
        client=settings.oidc_client,
        secret=_clair(settings.oidc_secret),
        portees=settings.oidc_portees,
        retour=f"{settings.base_url.rstrip('/')}/api/v1/sessions/oidc/retour",
    )
    return Oidc(FournisseurOidc(reglages, secret.key("oidc")), RegistreComptesOidc(base, settings.oidc_lien))


def _clair(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def cli() -> None:
    """The ``ecritures`` command."""
    from ecritures.cli import commandes

    commandes(build)
