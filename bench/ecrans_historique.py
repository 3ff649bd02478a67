"""Server time of the history of imports: a firm of 50,000 imports, every order, filters, and pages far in it, on both databases.

    python -m bench.ecrans_historique [--imports 50000] [--bases sqlite,pg]

A page is asked for as a browser does, through the whole application, without the network. The median of some tries is kept.
"""

from __future__ import annotations

import json
import random
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from starlette.testclient import TestClient

from bench.ecrans import DOMAIN, measure, run_on_bases
from ecritures.api.access import COOKIE
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.historique import FORMATS, ORIGINES, TRIS, Etat, cle_de_nom
from ecritures.main import build
from ecritures.settings import Settings
from ecritures.storage.bases import Base
from ecritures.storage.tables import IMPORTS

DOSSIERS = 40
LOT = 2_000
DEBUT_MS = 1_704_067_200_000
"""1 January 2024: the imports are spread over two years from there."""
PAGES_AVANT = 20
"""Pages turned before the one « far in the list » that is measured."""


def rows(imports: int, dossiers: list[int]) -> Iterator[dict[str, Any]]:
    """Imports of every fate: one in five failed, one in fifty cancelled, with comptes rendus of 1 to 8 kB."""
    tirage = random.Random(6)
    for rang in range(imports):
        etat = tirage.choices(list(Etat), (1, 1, 760, 200, 20))[0]
        nom = f"{tirage.choice(('Ventes', 'Achats', 'Banque', 'Paie été'))}_{tirage.randrange(9_000):04d}.TRA"
        lignes = tirage.randrange(2, 20_000) if etat in (Etat.TERMINE, Etat.ANNULE) else -1
        dossier = tirage.choice(dossiers)
        moment = DEBUT_MS + rang * (2 * 365 * 86_400_000 // imports)
        rendu = {"fichier": {"lignes": lignes}, "totaux": ["x" * 1_000] * tirage.choice((1, 1, 1, 8))}
        fini = etat not in (Etat.EN_ATTENTE, Etat.EN_COURS)
        yield {
            "id": str(uuid.UUID(int=tirage.getrandbits(128), version=4)),
            "identifiant_interne": f"{rang:024x}",
            "domain": DOMAIN if dossier != dossiers[-1] else "VOISIN",
            "dossier": dossier,
            "code_ibs": f"D{dossier}",
            "format": tirage.choice(list(FORMATS)),
            "nom_fichier": nom,
            "nom_cle": cle_de_nom(nom),
            "origine": tirage.choice(ORIGINES),
            "state": Etat.TERMINE.value if etat is Etat.ANNULE else etat.value,
            "etat": etat.value,
            "creation_ms": moment,
            "derniere_maj_ms": moment,
            "annulation_ms": moment if etat is Etat.ANNULE else None,
            "message": "Une erreur s'est produite lors de l'import : écriture déséquilibrée." if etat is Etat.EN_ERREUR else None,
            "compte_rendu": json.dumps(rendu) if fini else None,
            "lignes": lignes,
            "montant_centimes": tirage.randrange(10**9) if lignes >= 0 else -1,
        }  # fmt: skip


def fill(base: Base, imports: int, dossiers: list[int]) -> None:
    en_attente: list[dict[str, Any]] = []
    for ligne in rows(imports, dossiers):
        en_attente.append(ligne)
        if len(en_attente) == LOT:
            _insert(base, en_attente)
    _insert(base, en_attente)


def _insert(base: Base, lignes: list[dict[str, Any]]) -> None:
    if lignes:
        with base.ecriture() as connexion:
            connexion.execute(sa.insert(IMPORTS), lignes)
        lignes.clear()


@contextmanager
def open_client(donnees: Path, url: str | None, imports: int) -> Iterator[TestClient]:
    application = build(Settings(donnees=donnees, base_url="http://testserver", base_sql=url))
    try:
        ports = application.ports
        dossiers = [ports.dossiers.creer(DOMAIN, f"D{rang}", f"Client {rang}").dossier for rang in range(DOSSIERS)]
        dossiers.append(ports.dossiers.creer("VOISIN", "V", "Voisin").dossier)
        fill(application.base, imports, dossiers)
        ports.personnes.creer(DOMAIN, Collaborateur("anne", "Anne", "Martin", "collaborateur"))
        cookie = ports.sessions.ouvrir(DOMAIN, "anne", duree_s=3_600)
        with TestClient(application.http(), base_url="http://testserver", cookies={COOKIE: cookie}) as client:
            yield client
    finally:
        application.fermer()


def following(page: str) -> str:
    lien = re.search(r'id="suivante" rel="next" href="([^"]+)"', page)
    assert lien is not None, "there is a next page"
    return unescape(lien[1])


def run(client: TestClient) -> dict[str, float]:
    """What each page takes, in seconds."""
    mesures: dict[str, float] = {}
    for tri in TRIS:
        adresse = f"/app/imports?tri={tri}"
        mesures[f"par {tri}, première page"], page = measure(client, adresse, 'id="suivante"')
        mesures[f"par {tri}, page suivante"], page = measure(client, following(page), 'id="precedente"')
        for _ in range(PAGES_AVANT):
            adresse = following(page)
            page = client.get(adresse).text
        mesures[f"par {tri}, {PAGES_AVANT} pages plus loin"], _ = measure(client, adresse, 'id="precedente"')
    for nom, question in (
        ("en erreur", "etat=erreur"),
        ("annulés, par montant", "etat=annule&tri=montant"),
        ("un dossier, par lignes", "dossier=D7&tri=lignes"),
        ("un nom rare", "q=été_0042"),
        ("un nom absent, par nom", "q=zzz&tri=nom"),
        ("un mois ancien, par statut", "debut=2024-02-01&fin=2024-02-29&tri=statut"),
        ("FEC à la main, par montant", "format=fec&origine=Manuelle&tri=montant"),
    ):
        mesures[nom], _ = measure(client, f"/app/imports?{question}", "Historique des imports")
    return mesures


if __name__ == "__main__":
    run_on_bases("imports", 50_000, open_client, run)
