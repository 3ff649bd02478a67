"""kill -9 of the worker before, after and inside each step: every import ends 3 or 4, once, and the books balance."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from travailleur_tue import POINTS

from ecritures.imports.ports import Dossier, Exercice
from ecritures.imports.receive import receive
from ecritures.imports.state import State
from ecritures.imports.verify import verify
from ecritures.main import Application, build
from ecritures.settings import Settings

SEEDS = {"sqlite": 20, "pg18": 20}
SEEDS_AUTRES = 3
"""On other versions of PostgreSQL: the same statements, and two minutes of restarts saved."""

DELAI_S = 60.0
SAMPLE = Path(__file__).parents[2] / "src" / "ecritures" / "echantillons" / "seed_sample.TRA"
CENTIMES = 163_248
"""Debit of the sample."""


@contextmanager
def worker(app: Application, executeur: str = "w1") -> Iterator[subprocess.Popen[bytes]]:
    script = Path(__file__).with_name("travailleur_tue.py")
    commande = [sys.executable, str(script), str(app.settings.donnees), app.base.url, executeur]
    processus = subprocess.Popen(commande, stdout=subprocess.DEVNULL)
    try:
        yield processus
    finally:
        processus.terminate()
        processus.wait(DELAI_S)


def attends(condition: Callable[[], bool], quoi: str) -> None:
    fin = time.monotonic() + DELAI_S
    while not condition():
        assert time.monotonic() < fin, f"{quoi}: not within {DELAI_S} s"
        time.sleep(0.02)


@pytest.fixture
def app(base: Any, tmp_path: Path) -> Iterator[Application]:
    ouverte = build(Settings(donnees=tmp_path, base_sql=base.url))
    yield ouverte
    ouverte.fermer()


def desequilibre(octets: bytes) -> bytes:
    """The sample with one more centime on its first line (MONTANT1 ends at column 150)."""
    entete, premiere, reste = octets.split(b"\r\n", 2)
    centime = (int(premiere[149:150]) + 1) % 10
    return b"\r\n".join((entete, premiere[:149] + str(centime).encode() + premiere[150:], reste))


def dossiers(app: Application, combien: int) -> list[Dossier]:
    crees = [app.ports.dossiers.creer("DEMO", f"D{n}", f"Dossier {n}") for n in range(combien)]
    for dossier in crees:
        for annee in range(2012, 2027):
            app.ports.livres.creer_exercice(
                dossier.dossier, Exercice(str(annee), date(annee, 1, 1), date(annee, 12, 31))
            )
    return crees


def envoie(app: Application, dossier: Dossier, nom: str, octets: bytes) -> str:
    sha256, _ = app.ports.originaux.garder(iter([octets]), 10**9)
    return receive(dossier, "tra", app.ports, sha256=sha256, nom_fichier=nom).id


def etats(app: Application, ids: list[str]) -> list[State]:
    lues = [app.ports.demandes.lire(i) for i in ids]
    return [demande.state for demande in lues if demande is not None]


@pytest.mark.timeout(600)
def test_a_worker_killed_at_every_point_of_every_step_neither_loses_nor_doubles_an_import(
    app: Application, base: Any
) -> None:
    bon = SAMPLE.read_bytes()
    faux = desequilibre(bon)
    par_point = dict(zip(POINTS, dossiers(app, len(POINTS)), strict=True))
    envois: dict[str, tuple[Dossier, bool]] = {}
    for seed in range(SEEDS.get(base.nom, SEEDS_AUTRES)):
        rng = random.Random(seed)
        with worker(app) as processus:
            attends(lambda: all(etat.est_final for etat in etats(app, list(envois))), "imports of the former seed end")
            for point in rng.sample(POINTS, len(POINTS)):
                peut_etre_faux = point.endswith(("recuperer", "examiner"))
                est_bon = not (peut_etre_faux and rng.random() < 0.5)
                ident = envoie(app, par_point[point], f"tue-{seed}-{point}.TRA", bon if est_bon else faux)
                envois[ident] = (par_point[point], est_bon)
            assert processus.wait(DELAI_S) == -signal.SIGKILL
    with worker(app):
        attends(lambda: all(etat.est_final for etat in etats(app, list(envois))), "imports of the last seed end")
    _assert_once(app, envois)


def test_another_worker_takes_over_the_imports_of_a_dead_one_in_their_order(app: Application) -> None:
    bon = SAMPLE.read_bytes()
    par_point = dict(zip(POINTS, dossiers(app, len(POINTS)), strict=True))
    envois: dict[str, tuple[Dossier, bool]] = {}
    with worker(app, "w1") as premier:
        for point in POINTS:
            for nom in (f"tue-0-{point}.TRA", "suivant.TRA"):
                envois[envoie(app, par_point[point], nom, bon)] = (par_point[point], True)
        assert premier.wait(DELAI_S) == -signal.SIGKILL
        with worker(app, "w2"):
            attends(lambda: all(etat.est_final for etat in etats(app, list(envois))), "the other worker ends them")
    _assert_once(app, envois)
    for dossier in par_point.values():
        attendus = [ident for ident, (proprietaire, _) in envois.items() if proprietaire == dossier]
        assert [recu.import_id for recu in app.ports.livres.recus(dossier.dossier)] == attendus


def _assert_once(app: Application, envois: dict[str, tuple[Dossier, bool]]) -> None:
    for ident, (dossier, est_bon) in envois.items():
        demande = app.ports.demandes.lire(ident)
        assert demande is not None
        assert demande.state is (State.TERMINE if est_bon else State.EN_ERREUR), demande.message
        assert (app.ports.livres.recu(dossier.dossier, ident) is not None) == est_bon
    for dossier in {dossier.dossier: dossier for dossier, _ in envois.values()}.values():
        bons = sum(1 for proprietaire, est_bon in envois.values() if est_bon and proprietaire == dossier)
        balance = app.ports.livres.balance(dossier.dossier)
        assert balance["debit_centimes"].sum() == balance["credit_centimes"].sum() == bons * CENTIMES
        verification = verify(dossier, app.ports)
        assert (verification.recus, verification.rupture) == (bons, None)
