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

MODELE = """\
nom = "Ventes"
format = "csv"

[fichier]
separateur = ";"

[nombres]
decimale = ","

[dates]
formes = ["JJ/MM/AAAA"]

[montants]
convention = "deux_colonnes"

[ecritures]
groupement = "piece"

[colonnes]
journal = { nom = "Journal" }
date = { nom = "Date" }
numero_piece = { nom = "Piece" }
compte = { nom = "Compte" }
libelle = { nom = "Libelle" }
debit = { nom = "Debit" }
credit = { nom = "Credit" }
"""


@dataclass(frozen=True)
class Scene:
    """``imports``: by fate (``juste``, ``errone``, ``fec``, ``precedent``, ``annule``); ``objets``: a key, a webhook."""

    dossier: Dossier
    imports: dict[str, str]
    objets: dict[str, str]


def sample(nom: str) -> bytes:
    return resources.files("ecritures").joinpath("echantillons", nom).read_bytes()


def populate(site: Site) -> Scene:
    dossier = site.dossier("Boulangerie Manon SARL")
    site.ports.modeles.enregistrer(DOMAIN, "Ventes", MODELE, remplacer=True)
    site.ports.cabinets.renommer(DOMAIN, "Cabinet Martin & Associés")
    with httpx2.Client(base_url=site.url, cookies={COOKIE: site.cookie("administrateur")}, timeout=60) as client:
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
        objets = {
            "cle": _create(client, "cles", libelle="Logiciel de caisse").partition(":")[0],
            "webhook": _create(client, "webhooks", url="https://exemple.org/suivi", evenements=["import.termine"]),
        }
    return Scene(dossier, imports, objets)


def _create(client: httpx2.Client, route: str, **corps: object) -> str:
    reponse = client.post(f"/api/v1/{route}", json=corps)
    reponse.raise_for_status()
    lu = reponse.json()
    return str(lu.get("cle") or lu["id"])


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
