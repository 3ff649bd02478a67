"""The server is killed (SIGKILL) at each moment of an upload; the client asks where it is, goes on, and the file is the file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

from ecritures.imports.televersements import MORCEAU_OCTETS_MAX
from ecritures.main import Application, build
from ecritures.settings import Settings
from serveurs.api import CODE, DOMAIN, V1, mouvement, tra
from serveurs.processus import accepts, free_port, launch, stop, wait_until

SCRIPT = Path(__file__).with_name("serveur_televersement.py")
GROS = tra([mouvement("411000", "D", "1,00", tiers="CLI001"), mouvement("707000", "C", "1,00")] * 12_000)
"""About 5 MiB: two blocks."""


@pytest.fixture
def app(base: Any, tmp_path: Path) -> Iterator[Application]:
    application = build(Settings(donnees=tmp_path / "donnees", base_sql=base.url))
    application.ports.dossiers.creer(DOMAIN, CODE, "")
    yield application
    application.fermer()


@contextmanager
def server(app: Application, mort: str = "jamais") -> Iterator[str]:
    port, journal = free_port(), app.settings.donnees / "serveur.log"
    processus = launch([sys.executable, SCRIPT, app.settings.donnees, app.base.url, str(port), mort], journal)
    try:
        wait_until(lambda: accepts(port), processus, journal)
        yield f"http://127.0.0.1:{port}{V1}"
    finally:
        stop(processus)


def offset(adresse: str, ident: str, cles: dict[str, str]) -> int:
    return int(httpx.head(f"{adresse}/televersements/{ident}", headers=cles, timeout=30).headers["Upload-Offset"])


def goes_on(adresse: str, ident: str, cles: dict[str, str]) -> httpx.Response:
    debut = offset(adresse, ident, cles)
    if debut < len(GROS):
        entetes = {**cles, "Upload-Offset": str(debut)}
        envoi = httpx.patch(f"{adresse}/televersements/{ident}", content=GROS[debut:], headers=entetes, timeout=60)
        assert envoi.status_code == 204, envoi.text
    params = {"dossier": CODE, "televersement": ident, "format": "tra"}
    return httpx.post(f"{adresse}/imports", params=params, headers=cles, timeout=60)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("mort", "recus"),
    [
        ("octets_gardes", 0),
        ("octets_comptes", MORCEAU_OCTETS_MAX),
        ("original_garde", len(GROS)),
        ("import_enregistre", len(GROS)),
    ],
)
def test_a_server_killed_at_each_moment_loses_and_doubles_nothing(app: Application, mort: str, recus: int) -> None:
    cles = {
        "Ocp-Apim-Subscription-Key": app.ports.cles.creer_abonnement("essai"),
        "x-apikey": app.ports.cles.creer_cle(DOMAIN, "essai"),
    }
    with server(app, mort) as adresse:
        corps = {"dossier": CODE, "nom_fichier": "a.tra", "taille_octets": len(GROS)}
        ident = httpx.post(f"{adresse}/televersements", json=corps, headers=cles, timeout=30).json()["id"]
        with pytest.raises(httpx.TransportError):
            goes_on(adresse, ident, cles)
    with server(app) as adresse:
        assert offset(adresse, ident, cles) == recus
        premiere = goes_on(adresse, ident, cles)
        seconde = goes_on(adresse, ident, cles)
    assert premiere.status_code == 202, premiere.text
    assert seconde.json() == premiere.json()
    [demande] = app.ports.demandes.lister(DOMAIN)
    assert demande.id == ident
    assert demande.sha256 is not None
    assert app.ports.originaux.lire(demande.sha256) == GROS
