"""``ecritures watch``: real processes on a real folder, two at once, one killed with -9; then what it must leave alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ecritures.imports.ports import Exercice
from ecritures.imports.run import SUITE, Etapes
from ecritures.imports.state import State
from ecritures.imports.watch import DossierSurveille
from ecritures.main import Application, build
from ecritures.settings import Settings
from serveurs.api import BANCALE, CODE, DOMAIN, VENTE
from serveurs.processus import launch, stop

DELAI_S = 90.0


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Application]:
    ouverte = build(Settings(donnees=tmp_path / "donnees"))
    dossier = ouverte.ports.dossiers.creer(DOMAIN, CODE, "Démonstration SARL")
    ouverte.ports.livres.creer_exercice(dossier.dossier, Exercice("2026", date(2026, 1, 1), date(2026, 12, 31)))
    yield ouverte
    ouverte.fermer()


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    (tmp_path / "depot" / CODE).mkdir(parents=True)
    return tmp_path / "depot"


def travaille(app: Application) -> None:
    """What workers do with everything that waits."""
    for demande in app.ports.demandes.lister(DOMAIN):
        etapes = Etapes(app.ports)
        attend = demande.state is State.EN_ATTENTE
        if attend and etapes.recuperer(demande.id, True) == SUITE and etapes.examiner(demande.id) == SUITE:
            etapes.poster(demande.id)


def tout(app: Application, surveille: DossierSurveille) -> None:
    for _ in range(3):
        surveille.passe()
        travaille(app)


def noms(dossier: Path) -> list[str]:
    return sorted(f.suffix for f in dossier.iterdir()) if dossier.exists() else []


def test_a_file_is_imported_once_whole_and_put_away_with_its_reports(app: Application, depot: Path) -> None:
    surveille = DossierSurveille(depot, DOMAIN, app.ports)
    fichier = depot / CODE / "vente.TRA"
    fichier.write_bytes(VENTE[:200])
    surveille.passe()
    fichier.write_bytes(VENTE)  # still being written between two looks
    surveille.passe()
    assert app.ports.demandes.lister(DOMAIN) == []
    tout(app, surveille)
    (demande,) = app.ports.demandes.lister(DOMAIN)
    assert demande.state is State.TERMINE and demande.origine == "Dossier surveillé"
    traites = depot / CODE / "traites"
    assert noms(traites) == [".TRA", ".html", ".json"] and not fichier.exists()
    rendu = json.loads((traites / f"vente-{demande.id[:8]}.json").read_text())
    assert (rendu["etat"], rendu["compte_rendu"]["fichier"]["lignes"]) == (3, 3)
    assert "vente.TRA" in (traites / f"vente-{demande.id[:8]}.html").read_text()
    assert surveille.en_cours == 0


def test_a_file_with_errors_goes_to_en_erreur_with_its_findings(app: Application, depot: Path) -> None:
    (depot / CODE / "bancale.TRA").write_bytes(BANCALE)
    tout(app, DossierSurveille(depot, DOMAIN, app.ports))
    (page,) = (depot / CODE / "en_erreur").glob("*.html")
    assert "équilibr" in page.read_text().lower()
    assert noms(depot / CODE / "traites") == []


def test_unknown_dossiers_and_formats_are_said_and_put_away(app: Application, depot: Path) -> None:
    (depot / "INCONNU").mkdir()
    (depot / "INCONNU" / "vente.TRA").write_bytes(VENTE)
    (depot / CODE / "notes.bin").write_bytes(b"\x00\x01bonjour")
    tout(app, DossierSurveille(depot, DOMAIN, app.ports))
    (rendu,) = (depot / "INCONNU" / "en_erreur").glob("*.json")
    assert json.loads(rendu.read_text())["code"] == "watch.dossier_inconnu"
    (rendu,) = (depot / CODE / "en_erreur").glob("*.json")
    assert json.loads(rendu.read_text())["code"] == "format.inconnu"


def test_links_folders_below_and_temporary_names_are_left_alone(app: Application, depot: Path, tmp_path: Path) -> None:
    (tmp_path / "ailleurs.TRA").write_bytes(VENTE)
    (depot / CODE / "lien.TRA").symlink_to(tmp_path / "ailleurs.TRA")
    (depot / "LIEN").symlink_to(depot / CODE)
    (depot / CODE / "dessous").mkdir()
    (depot / CODE / "dessous" / "vente.TRA").write_bytes(VENTE)
    for nom in (".vente.TRA", "vente.TRA.part", "~vente.TRA", "vente.TRA.tmp"):
        (depot / CODE / nom).write_bytes(VENTE)
    tout(app, DossierSurveille(depot, DOMAIN, app.ports))
    assert app.ports.demandes.lister(DOMAIN) == []
    assert (depot / CODE / "lien.TRA").is_symlink() and (depot / CODE / "vente.TRA.part").exists()


def test_a_watcher_that_starts_again_finds_the_import_it_had_registered(app: Application, depot: Path) -> None:
    (depot / CODE / "vente.TRA").write_bytes(VENTE)
    for _ in range(3):  # each forgets all that the one before knew
        surveille = DossierSurveille(depot, DOMAIN, app.ports)
        surveille.passe()
        surveille.passe()
    assert len(app.ports.demandes.lister(DOMAIN)) == 1
    travaille(app)
    tout(app, DossierSurveille(depot, DOMAIN, app.ports))
    assert len(app.ports.demandes.lister(DOMAIN)) == 1
    assert noms(depot / CODE / "traites") == [".TRA", ".html", ".json"]


def watcher(app: Application, depot: Path, journal: Path, *options: str) -> subprocess.Popen[bytes]:
    commande = [
        sys.executable, "-m", "ecritures", "watch", depot, "--domain", DOMAIN, "--donnees", app.settings.donnees,
        "--intervalle", "0.2", *options,
    ]  # fmt: skip
    return launch(commande, journal)


@pytest.mark.timeout(200)
def test_two_watchers_and_one_killed_with_9_import_each_file_once(
    app: Application, depot: Path, tmp_path: Path
) -> None:
    combien = 6
    journal = tmp_path / "watch.log"
    for rang in range(combien):
        (depot / CODE / f"vente{rang}.TRA").write_bytes(VENTE.replace(b"F001", b"F00%d" % rang))
    tue = watcher(app, depot, journal, "--sans-travailleur")
    fin = time.monotonic() + DELAI_S
    while not app.ports.demandes.lister(DOMAIN):
        assert time.monotonic() < fin, journal.read_text()
        time.sleep(0.02)
    os.kill(tue.pid, signal.SIGKILL)
    tue.wait()
    deux = [watcher(app, depot, journal), watcher(app, depot, journal, "--sans-travailleur")]
    try:
        while (
            len(list((depot / CODE / "traites").glob("*.TRA"))) + len(list((depot / CODE / "en_erreur").glob("*.TRA")))
            < combien
        ):
            assert time.monotonic() < fin, journal.read_text()
            time.sleep(0.1)
    finally:
        for processus in deux:
            stop(processus, attente_s=30)
    assert len(app.ports.demandes.lister(DOMAIN)) == combien
    assert not list((depot / CODE).glob("*.TRA"))
