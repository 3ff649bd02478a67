"""What the benches of screens share: a page asked for as a browser does, through the whole application, without the network."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import structlog
from starlette.testclient import TestClient

from bench.postgres import cluster

DOMAIN = "BENCH"
ESSAIS = 5
SEUIL_S = 0.150

Ouvre = Callable[[Path, str | None, int], AbstractContextManager[TestClient]]
"""``(data folder, SQL URL or None for SQLite, size)``: a person signed in, on a firm of that size."""


def measure(client: TestClient, adresse: str, attendu: str) -> tuple[float, str]:
    """Median seconds of a page that holds ``attendu``, and the page."""
    durees, page = [], ""
    for _ in range(ESSAIS):
        debut = time.perf_counter()
        reponse = client.get(adresse)
        durees.append(time.perf_counter() - debut)
        page = reponse.text
        assert reponse.status_code == 200 and attendu in page, f"{adresse}: {reponse.status_code}"
    return statistics.median(durees), page


def run_on_bases(option: str, taille: int, ouvre: Ouvre, mesure: Callable[[TestClient], dict[str, float]]) -> None:
    """The command: ``--<option> N --bases sqlite,pg``; one line a page, and whether it is over the bound."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument(f"--{option}", type=int, default=taille, dest="taille")
    arguments.add_argument("--bases", default="sqlite,pg")
    choix = arguments.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(30))

    def say(base: str, donnees: Path, url: str | None) -> None:
        with ouvre(donnees, url, choix.taille) as client:
            for nom, duree_s in mesure(client).items():
                trop = "  (au-dessus du seuil)" if duree_s > SEUIL_S else ""
                sys.stdout.write(f"{base:7} {nom:42} {duree_s * 1000:7.0f} ms{trop}\n")

    with tempfile.TemporaryDirectory(prefix="ecr-") as racine:
        Path(racine).chmod(0o755)
        for base in choix.bases.split(","):
            if base == "sqlite":
                say(base, Path(racine) / "sqlite", None)
                continue
            with cluster(Path(racine) / "pg") as grappe:
                if grappe is None:
                    sys.stdout.write("pg : PostgreSQL n'est pas installé\n")
                    continue
                with grappe.database() as url:
                    say(base, Path(racine) / "donnees-pg", url)
