"""A firm worth looking at, for the sweep of all screens and for the pictures: two years of books, imports of every fate."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources

import httpx2

from ecritures.api.access import COOKIE, csrf_token
from ecritures.formats.fec.echantillon import SIREN, generer_fec
from ecritures.imports.ports import Dossier
from ecritures.imports.state import State
from serveurs.site import DOMAIN, Site

LIGNES = 1_202


@dataclass(frozen=True)
class Scene:
    """``imports``: by fate (``juste``, ``errone``, ``fec``, ``annule``)."""

    dossier: Dossier
    imports: dict[str, str]


def sample(nom: str) -> bytes:
    return resources.files("ecritures").joinpath("echantillons", nom).read_bytes()


def populate(site: Site) -> Scene:
    dossier = site.dossier("Boulangerie Manon SARL")
    site.ports.cabinets.renommer(DOMAIN, "Cabinet Martin & Associés")
    with httpx2.Client(base_url=site.url, cookies={COOKIE: site.cookie("administrateur")}) as client:
        client.headers["x-csrf-token"] = csrf_token(site.cookie("administrateur"))
        avant = generer_fec(LIGNES, 2).replace(b"\t2025", b"\t2024")
        imports = {
            "fec": _send(client, site, dossier, f"{SIREN}FEC20251231.txt", generer_fec(LIGNES, 1)),
            "precedent": _send(client, site, dossier, f"{SIREN}FEC20241231.txt", avant),
            "juste": _send(client, site, dossier, "seed_sample.TRA", sample("seed_sample.TRA")),
            "annule": _send(client, site, dossier, "envoi_en_double.TRA", sample("seed_sample.TRA")),
            "errone": _send(client, site, dossier, "seed_sample_errone.TRA", sample("seed_sample_errone.TRA")),
        }
        client.post(f"/api/v1/imports/{imports['annule']}/annulation").raise_for_status()
    return Scene(dossier, imports)


def _send(client: httpx2.Client, site: Site, dossier: Dossier, nom: str, octets: bytes) -> str:
    reponse = client.post("/api/v1/imports", params={"dossier": dossier.code_ibs}, files={"fichier": (nom, octets)})
    reponse.raise_for_status()
    import_id = str(reponse.json()["id"])
    wait_for(lambda: over(site, import_id))
    return import_id


def over(site: Site, import_id: str) -> bool:
    demande = site.ports.demandes.lire(import_id)
    return demande is not None and demande.state in (State.TERMINE, State.EN_ERREUR)


def wait_for(fait: Callable[[], bool], attente_s: float = 60) -> None:
    """Until it is so; an assertion when it never is."""
    limite = time.monotonic() + attente_s
    while not fait():
        assert time.monotonic() < limite, "it never came"
        time.sleep(0.05)
