"""``ecritures demo``: the whole way, through HTTP, on the files that are shipped; again, after a kill, on a busy port."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest

DELAI_S = 120


def _start(donnees: Path, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    commande = [sys.executable, "-m", "ecritures", "demo", "--data", str(donnees), *arguments]
    environnement = {**os.environ, **variables}
    return subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environnement)


def _once(donnees: Path, *arguments: str, **variables: str) -> dict[str, Any]:
    processus = _start(donnees, "--once", "--json", *arguments, **variables)
    sortie, erreurs = processus.communicate(timeout=DELAI_S)
    assert processus.returncode == 0, erreurs
    assert sortie.count("\n") == 1, "one line, and nothing but it"
    bilan: dict[str, Any] = json.loads(sortie)
    return bilan


def _all_children(pid: int) -> list[int]:
    enfants: list[int] = []
    for fil in Path(f"/proc/{pid}/task").iterdir():
        enfants += [int(p) for p in (fil / "children").read_text().split()]
    return enfants


def _wait_gone(pids: list[int]) -> None:
    limite = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < limite, "a worker outlived the demo"
        time.sleep(0.05)


def test_the_demo_imports_the_right_file_refuses_the_wrong_one_and_goes_on_at_the_next_run(tmp_path: Path) -> None:
    donnees = tmp_path / "demo"
    premier = _once(
        donnees,
        "--port",
        "0",
        ECRITURES_BASE_SQL="postgresql+psycopg://nulle.part/rien",
        ECRITURES_STOCKAGE="az://rien",
    )
    assert list(premier) == ["base_url", "subscription_key", "api_key", "dossier", "imports", "balance"]
    assert premier["dossier"] == "MANON002"
    juste, errone = premier["imports"]
    assert [list(i) for i in (juste, errone)] == [["fichier", "accountingImportRequestId", "status", "message"]] * 2
    assert (juste["fichier"], juste["status"], juste["message"]) == ("seed_sample.TRA", 3, None)
    assert errone["status"] == 4
    assert "ligne" in errone["message"]
    assert premier["balance"] == {"debit_centimes": 163248, "credit_centimes": 163248}
    for nom in ("demo-cles.json", "demo-mot-de-passe"):
        assert stat.S_IMODE((donnees / nom).stat().st_mode) == 0o600

    second = _once(donnees, "--port", "0")
    assert (second["subscription_key"], second["api_key"]) == (premier["subscription_key"], premier["api_key"])
    assert second["balance"] == {"debit_centimes": 2 * 163248, "credit_centimes": 2 * 163248}
    assert second["imports"][0]["accountingImportRequestId"] != juste["accountingImportRequestId"]
    assert (
        premier["api_key"].partition(":")[2]
        not in (donnees / "demo.log").read_text() + (donnees / "worker.log").read_text()
    )


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_the_demo_serves_on_another_port_when_its_own_is_busy_and_a_killed_run_stops_nothing(tmp_path: Path) -> None:
    donnees = tmp_path / "demo"
    with socket.create_server(("127.0.0.1", 0)) as prise:
        occupe = prise.getsockname()[1]
        demo = _start(donnees, "--json", "--port", str(occupe))
        assert demo.stdout is not None
        try:
            bilan = json.loads(demo.stdout.readline())
            assert bilan["base_url"] != f"http://127.0.0.1:{occupe}"
            cles = {"Ocp-Apim-Subscription-Key": bilan["subscription_key"], "x-apikey": bilan["api_key"]}
            statut = httpx2.get(
                f"{bilan['base_url']}/loop-api-publiques/getImportStatus",
                params={"accountingImportRequestId": bilan["imports"][0]["accountingImportRequestId"]},
                headers=cles,
            ).json()
            assert (statut["status"], statut["domain"], statut["codeIBS"]) == (3, "DEMOCABINET", "MANON002")
            entree = {"domain": "DEMOCABINET", "identifiant": "demo"}
            entree["mot_de_passe"] = (donnees / "demo-mot-de-passe").read_text()
            ouverte = httpx2.post(f"{bilan['base_url']}/app/connexion", data=entree)
            assert (ouverte.status_code, ouverte.headers["location"]) == (303, "/app")
            exercices = httpx2.get(f"{bilan['base_url']}/api/v1/dossiers/MANON002/exercices", headers=cles).json()[
                "exercices"
            ]
            annees = [e["code"] for e in exercices]
            assert annees[0] == "2012"
            assert len(annees) == int(annees[-1]) - 2012 + 1
            assert not any(e["est_clos"] for e in exercices)

            rivale = _start(donnees, "--once")
            assert rivale.wait(DELAI_S) == 2
            assert "tourne déjà" in (rivale.stderr.read() if rivale.stderr else "")
            enfants = _all_children(demo.pid)
            assert enfants
        finally:
            demo.kill()
            demo.communicate(timeout=DELAI_S)
    _wait_gone(enfants)
    assert _once(donnees, "--port", "0")["balance"]["debit_centimes"] == 2 * 163248


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_ctrl_c_stops_everything(tmp_path: Path, signal_: signal.Signals) -> None:
    demo = _start(tmp_path / "demo", "--json", "--port", "0")
    assert demo.stdout is not None
    try:
        assert json.loads(demo.stdout.readline())["imports"][0]["status"] == 3
        enfants = _all_children(demo.pid)
        demo.send_signal(signal_)
        assert demo.wait(DELAI_S) == 0
    finally:
        demo.kill()
        demo.communicate()
    _wait_gone(enfants)


def test_people_see_every_step_the_findings_and_commands_to_copy(tmp_path: Path) -> None:
    demo = _start(tmp_path / "demo", "--once", "--port", "0")
    sortie, erreurs = demo.communicate(timeout=DELAI_S)
    assert demo.returncode == 0, erreurs
    for voulu in (
        "POST /importTra",
        "3 Terminé avec succès",
        "4 Terminé avec erreur",
        "ECHEANCE",
        "131-150",
        "1\u202f632,48\u00a0€",
        "Reçu n° 1, empreinte",
        "tout est intact",
        "export ECRITURES_API_KEY=ek_",
        '-d \'{"codeIbs":"MANON002","URI":"',
    ):
        assert voulu in sortie, voulu
