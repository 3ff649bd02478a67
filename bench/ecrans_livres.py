"""Server time of the screens of the books: an account of a million lines, on both databases, next to pages far in it.

    python -m bench.ecrans_livres [--lignes 1000000] [--bases sqlite,pg]

A page is asked for as a browser does, through the whole application, without the network. The median of some tries is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from html import unescape
from pathlib import Path

import polars as pl
from starlette.testclient import TestClient

from bench.ecrans import DOMAIN, measure, run_on_bases
from ecritures.api.access import COOKIE
from ecritures.domain.lot import LIGNES, Detection, Lot, cadre_vide
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.ledger.posting import plan_posting
from ecritures.main import build
from ecritures.settings import Settings

CODE, COMPTE = "GROS", "512000"
PAR_ECRITURE = 1_000
"""Lines of the account in one entry, which one line of the other side balances."""


def entries(lignes: int) -> Lot:
    """``lignes`` lines of the account over the days of 2025, in entries that balance."""
    rang = pl.int_range(lignes, eager=True)
    ecriture = rang // PAR_ECRITURE + 1
    lues = pl.DataFrame({"ecriture": ecriture, "rang_ligne": rang + 1}).with_columns(
        compte=pl.lit(COMPTE),
        debit_centimes=pl.col("rang_ligne") % 99_991 + 1,
        credit_centimes=pl.lit(0, pl.Int64),
        libelle=pl.format("Règlement client {} par carte", pl.col("rang_ligne") % 5_003),
        reference=pl.format("R{}", "rang_ligne"),
    )
    autres = lues.group_by("ecriture").agg(credit_centimes=pl.sum("debit_centimes")).with_columns(
        rang_ligne=lignes + pl.col("ecriture"),
        compte=pl.lit("707000"),
        debit_centimes=pl.lit(0, pl.Int64),
        libelle=pl.lit("Ventes du jour"),
        reference=pl.lit(None, pl.String),
    )  # fmt: skip
    jours = 365
    combien = int(ecriture[-1])
    cadre = (
        pl.concat([lues, autres.select(lues.columns)])
        .sort("ecriture", "rang_ligne")
        .with_columns(
            numero_ligne=pl.int_range(2, pl.len() + 2),
            journal=pl.lit("BQ"),
            type_ecriture=pl.lit("N"),
            date=pl.date(2025, 1, 1) + pl.duration(days=(pl.col("ecriture") - 1) * jours // combien),
        )
        .drop("rang_ligne")
    )
    cadre = cadre.cast({nom: LIGNES[nom] for nom in cadre.columns})
    return Lot("fec", Detection("ascii", "LF", 0, 0), pl.concat([cadre_vide(LIGNES), cadre], how="diagonal"))


def fill(ports: Ports, lignes: int) -> Dossier:
    dossier = ports.dossiers.creer(DOMAIN, CODE, "Gros dossier")
    ports.livres.creer_exercice(dossier.dossier, Exercice("2025", date(2025, 1, 1), date(2025, 12, 31)))
    plan = plan_posting(entries(lignes), ports.livres.contexte(dossier))
    ports.livres.poster(dossier.dossier, "bench", plan, lambda: {"lignes": lignes})
    return dossier


@contextmanager
def open_client(donnees: Path, url: str | None, lignes: int) -> Iterator[TestClient]:
    application = build(Settings(donnees=donnees, base_url="http://testserver", base_sql=url))
    try:
        fill(application.ports, lignes)
        application.ports.personnes.creer(DOMAIN, Collaborateur("anne", "Anne", "Martin", "lecture"))
        cookie = application.ports.sessions.ouvrir(DOMAIN, "anne", duree_s=3_600)
        with TestClient(application.http(), base_url="http://testserver", cookies={COOKIE: cookie}) as client:
            yield client
    finally:
        application.fermer()


def following(page: str) -> str | None:
    lien = re.search(r'data-suivante href="([^"]+)"', page)
    return unescape(lien[1]) if lien else None


def run(client: TestClient) -> dict[str, float]:
    """What each screen takes, in seconds."""
    base = f"/app/dossiers/{CODE}"
    compte = f"{base}/grand-livre/{COMPTE}?exercice=2025"
    mesures: dict[str, float] = {}
    mesures["grand livre, première page"], page = measure(client, compte, "Page suivante")
    suivante = following(page)
    assert suivante is not None
    mesures["grand livre, deuxième page"], _ = measure(client, suivante, "Report")
    milieu = f"{compte}&debut=2025-07-17&fin=2025-12-31"
    mesures["grand livre, du 17 juillet"], page = measure(client, milieu, "Report")
    suivante = following(page)
    assert suivante is not None
    mesures["grand livre, page après le 17 juillet"], _ = measure(client, suivante, "Report")
    for nom, adresse, attendu in (
        ("tableau de bord", base, "Résultat"),
        ("balance", f"{base}/balance?exercice=2025", COMPTE),
        ("journaux", f"{base}/journaux?exercice=2025", "BQ"),
        ("journal, première page", f"{base}/journaux/BQ?exercice=2025", "Page suivante"),
        ("écriture de 1 001 lignes", f"{base}/ecritures/1/12", "Page suivante"),
        ("recherche d'un libellé", f"{base}/recherche?q=client+42+par", "trouvees"),
        ("recherche sans résultat, une fenêtre", f"{base}/recherche?montant=9999999,99", "Chercher plus loin"),
    ):
        mesures[nom], _ = measure(client, adresse, attendu)
    return mesures


if __name__ == "__main__":
    run_on_bases("lignes", 1_000_000, open_client, run)
