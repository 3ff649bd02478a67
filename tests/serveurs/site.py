"""The whole product as people meet it: ``ecritures serve`` and its worker in processes of their own, and a real Chromium."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.personnes import hache
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.main import build
from ecritures.settings import Settings
from serveurs.processus import ServiceAbsent, accepts, free_port, launch, stop, temporary_folder, wait_until

DOMAIN = "CABINETECRAN"
MOT_DE_PASSE = "une phrase assez longue"
ROLES = ("administrateur", "collaborateur", "lecture")
AXE = Path(__file__).resolve().parents[2] / ".dev" / "node_modules" / "axe-core" / "axe.min.js"

CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


@dataclass
class Site:
    """A server on a free port, its data, and the same data at hand by ``ports``. People: one a role, named by it."""

    url: str
    ports: Ports
    donnees: Path
    cookies: dict[str, str] = field(default_factory=dict)

    def dossier(self, libelle: str = "Manon SARL", annees: tuple[int, int] = (2012, 2027)) -> Dossier:
        """A new dossier with its exercices: tests do not meet in one."""
        cree = self.ports.dossiers.creer(DOMAIN, f"E{uuid4().hex[:8].upper()}", libelle)
        for annee in range(annees[0], annees[1] + 1):
            self.ports.livres.creer_exercice(cree.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31)))
        return cree

    def cookie(self, role: str) -> str:
        """A session of the person of that role, opened without the form."""
        if role not in self.cookies:
            self.cookies[role] = self.ports.sessions.ouvrir(DOMAIN, role, duree_s=43_200)
        return self.cookies[role]


@contextmanager
def open_site() -> Iterator[Site]:
    donnees = temporary_folder("site")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    application = build(Settings(donnees=donnees, base_url=url))
    processus = None
    try:
        for role in ROLES:
            application.ports.personnes.creer(DOMAIN, Collaborateur(role, "Anne", "Martin", role))
            application.ports.personnes.changer_mot_de_passe(DOMAIN, role, hache(MOT_DE_PASSE))
        commande = [sys.executable, "-m", "ecritures", "serve", "--port", str(port), "--donnees", donnees]
        processus = launch([str(c) for c in commande], donnees / "serveur.log")
        wait_until(lambda: accepts(port), processus, donnees / "serveur.log")
        yield Site(url, application.ports, donnees)
    finally:
        if processus is not None:
            stop(processus)
        application.fermer()
        shutil.rmtree(donnees, ignore_errors=True)


@contextmanager
def open_chromium() -> Iterator[Any]:
    """Raises ServiceAbsent when the system has no Chromium, or Playwright is not installed."""
    chemin = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chemin is None:
        raise ServiceAbsent("Chromium manque : apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chemin, headless=True, args=list(CHROMIUM_OPTIONS))
        yield chromium
        chromium.close()


def axe_faults(page: Any) -> list[str]:
    """Serious and critical faults of accessibility (WCAG 2.2 A and AA) of the page as it stands. Raises ServiceAbsent."""
    if not AXE.exists():
        raise ServiceAbsent("axe-core manque : make setup, avec npm")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    resultat = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    return [
        f"{faute['id']} ({faute['impact']}) : {faute['help']} — {noeud['html'][:200]}"
        for faute in resultat["violations"]
        if faute["impact"] in ("serious", "critical")
        for noeud in faute["nodes"]
    ]
