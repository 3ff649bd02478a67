"""The SDK and ``ecritures send`` over a line that is cut: a large file arrives once, whole, and from where it stopped."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ecritures.client import Carnet, Client, ClientAsync, DemandePartie, LoopInjoignable, RefusLoop
from ecritures.imports.televersements import MORCEAU_OCTETS_MAX
from serveurs.api import CODE, DOMAIN, V1, VENTE, mouvement, tra
from serveurs.asynchrone import run_async
from serveurs.ligne import Ligne
from serveurs.reel import ServeurReel, open_serveur

SEUIL = 1 << 20
MIO = 1 << 20
GROS = tra([mouvement("411000", "D", "1,00", tiers="CLI001"), mouvement("707000", "C", "1,00")] * 20_000)
"""About 9 MiB: two pieces of the SDK."""


class EnMemoire:
    """A Carnet that outlives its client, as a file does."""

    def __init__(self) -> None:
        self.demande: DemandePartie | None = None

    def lire(self) -> DemandePartie | None:
        return self.demande

    def noter(self, demande: DemandePartie) -> None:
        self.demande = demande


@pytest.fixture
def serveur(base: Any, tmp_path: Path) -> Iterator[ServeurReel]:
    with open_serveur(tmp_path / "donnees", url=base.url) as ouvert:
        ouvert.arret.set()  # no worker: what is asked is counted, not posted
        yield ouvert


@pytest.fixture
def ligne(serveur: ServeurReel) -> Iterator[Ligne]:
    with Ligne(urlsplit(serveur.base_url).port or 0) as ouverte:
        yield ouverte


@pytest.fixture
def gros(tmp_path: Path) -> Path:
    fichier = tmp_path / "ventes.tra"
    fichier.write_bytes(GROS)
    return fichier


def client_of(serveur: ServeurReel, base_url: str) -> Client:
    return Client(base_url, serveur.abonnement, serveur.cle, seuil_octets=SEUIL, pause=lambda _: None)


def the_only_import(serveur: ServeurReel) -> Any:
    [demande] = serveur.ports.demandes.lister(DOMAIN)
    return demande


@pytest.mark.parametrize("coupures", [[], [3 * MIO, 2000, 6 * MIO, 700_000]], ids=["a good line", "a bad line"])
def test_a_large_file_arrives_whole_and_once_whatever_the_line(
    serveur: ServeurReel, ligne: Ligne, gros: Path, coupures: list[int]
) -> None:
    ligne.coupures, vus = deque(coupures), list[int]()
    with client_of(serveur, ligne.base_url) as client:
        envoi = client.import_file(gros, CODE, on_octets=lambda faits, total: vus.append(faits))
    assert not ligne.coupures, "every cut was met"
    demande = the_only_import(serveur)
    assert (demande.id, demande.format, demande.nom_fichier) == (envoi.id, "tra", "ventes.tra")
    assert demande.sha256 == hashlib.sha256(GROS).hexdigest()
    assert serveur.ports.originaux.lire(demande.sha256) == GROS
    assert vus[-1] == len(GROS)


def test_the_async_client_resumes_as_well(serveur: ServeurReel, ligne: Ligne, gros: Path) -> None:
    ligne.coupures = deque([5 * MIO])

    async def run() -> str:
        async def pause(_: float) -> None: ...

        async with ClientAsync(
            ligne.base_url, serveur.abonnement, serveur.cle, seuil_octets=SEUIL, pause=pause
        ) as client:
            return (await client.import_file(gros, CODE)).id

    assert run_async(run()) == the_only_import(serveur).id


def test_what_arrived_before_the_line_dropped_is_not_sent_again(serveur: ServeurReel) -> None:
    with client_of(serveur, serveur.base_url) as client:
        corps = {"dossier": CODE, "nom_fichier": "ventes.tra", "taille_octets": len(GROS)}
        ident = client._http.post(f"{serveur.base_url}{V1}/televersements", json=corps, headers=serveur.cles).json()[
            "id"
        ]
        adresse = f"{V1}/televersements/{ident}"
        entetes = {**serveur.cles, "Host": "x", "Upload-Offset": "0", "Content-Length": str(len(GROS))}
        tete = f"PATCH {adresse} HTTP/1.1\r\n" + "".join(f"{nom}: {valeur}\r\n" for nom, valeur in entetes.items())
        with socket.create_connection(("127.0.0.1", urlsplit(serveur.base_url).port or 0)) as prise:
            prise.sendall(tete.encode() + b"\r\n" + GROS[: MORCEAU_OCTETS_MAX + 100_000])
        for _ in range(500):
            tete_lue = client._http.head(serveur.base_url + adresse, headers=serveur.cles)
            if tete_lue.headers["Upload-Offset"] != "0":
                break
        assert int(tete_lue.headers["Upload-Offset"]) == MORCEAU_OCTETS_MAX


def test_an_answer_that_is_lost_does_not_make_two_imports(serveur: ServeurReel, ligne: Ligne, gros: Path) -> None:
    ligne.muettes = (b"POST /api/v1/imports",)
    with client_of(serveur, ligne.base_url) as client, pytest.raises(LoopInjoignable):
        client.import_file(gros, CODE)
    assert len(serveur.ports.demandes.lister(DOMAIN)) == 1


def test_a_program_stopped_in_the_middle_takes_its_upload_up(serveur: ServeurReel, ligne: Ligne, gros: Path) -> None:
    carnet: Carnet = EnMemoire()
    ligne.coupures = deque([8 * MIO + 300_000] + [100] * 20)
    with client_of(serveur, ligne.base_url) as premier, pytest.raises(LoopInjoignable, match="relancer l'envoi"):
        premier.import_file(gros, CODE, carnet=carnet)
    ligne.coupures, ligne.octets_envoyes = deque(), 0
    with client_of(serveur, ligne.base_url) as second:
        assert second.import_file(gros, CODE, carnet=carnet).id == the_only_import(serveur).id
    assert ligne.octets_envoyes < len(GROS) - 4 * MIO, "what the server had was not sent again"
    assert serveur.ports.originaux.lire(the_only_import(serveur).sha256) == GROS


def test_a_refusal_of_the_upload_is_said_in_the_server_s_words(serveur: ServeurReel, gros: Path) -> None:
    with client_of(serveur, serveur.base_url) as client, pytest.raises(RefusLoop, match="INCONNU n'existe pas"):
        client.import_file(gros, "INCONNU")


def test_send_run_again_after_a_lost_answer_does_not_double(serveur: ServeurReel, ligne: Ligne, tmp_path: Path) -> None:
    fichier = tmp_path / "petit.tra"
    fichier.write_bytes(VENTE)

    def send() -> subprocess.CompletedProcess[str]:
        cles = {"ECRITURES_SUBSCRIPTION_KEY": serveur.abonnement, "ECRITURES_API_KEY": serveur.cle}
        env = {**os.environ, **cles, "ECRITURES_URL": ligne.base_url, "XDG_STATE_HOME": str(tmp_path / "etat")}
        commande = [sys.executable, "-m", "ecritures", "send", str(fichier), "--dossier", CODE]
        return subprocess.run(commande, env=env, capture_output=True, text=True, timeout=60, check=False)

    ligne.muettes = (b"POST /importTra", b"GET /api/v1/health")
    perdue = send()
    assert perdue.returncode == 2
    assert "on ne sait pas si la demande est enregistrée" in perdue.stderr
    premier = the_only_import(serveur).id
    gardes = list((tmp_path / "etat").rglob("*.json"))
    assert len(gardes) == 1
    secret = serveur.cle.partition(":")[2]
    assert not any(mot in gardes[0].read_text() for mot in (serveur.abonnement, secret, "VEN"))

    ligne.muettes = ()
    reprise = send()
    assert reprise.returncode == 0, reprise.stderr
    assert "Reprise" in reprise.stderr
    assert premier in reprise.stdout
    assert the_only_import(serveur).id == premier
    assert list((tmp_path / "etat").rglob("*.json")) == [], "answered: forgotten"

    voulu = send()
    assert voulu.returncode == 0
    assert "Reprise" not in voulu.stderr
    assert len(serveur.ports.demandes.lister(DOMAIN)) == 2, "sent again on purpose, it is another import, as for Loop"
