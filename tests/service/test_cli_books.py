"""The commands of an operator and of a sender, as typed: dossier, keys, serve, send, status, report, balance, verify."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pytest

from ecritures.cli import commandes
from ecritures.main import build

ECHANTILLONS = Path(str(resources.files("ecritures").joinpath("echantillons")))
JUSTE, ERRONE = ECHANTILLONS / "seed_sample.TRA", ECHANTILLONS / "seed_sample_errone.TRA"
DELAI_S = 120


@dataclass
class Poste:
    """One machine: a data folder, and the environment of its terminal."""

    donnees: Path
    variables: dict[str, str]

    def run(self, *arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        fait = subprocess.run(
            [sys.executable, "-m", "ecritures", *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=DELAI_S,
            check=False,
            env=self.variables,
        )
        assert fait.returncode == code, f"{arguments}: {fait.returncode}\n{fait.stdout}\n{fait.stderr}"
        return fait


@pytest.fixture(scope="module")
def poste(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Poste]:
    """A firm, its dossier and keys made by the commands; a server and its worker started by ``serve``."""
    donnees = tmp_path_factory.mktemp("poste")
    poste = Poste(donnees, {**os.environ, "ECRITURES_DONNEES": str(donnees)})
    poste.run("dossier", "creer", "ESSAI01", "--domain", "CABINET", "--libelle", "Essai SARL")
    poste.run("dossier", "exercice", "ESSAI01", "01/01/2020:31/12/2020")
    poste.variables["ECRITURES_SUBSCRIPTION_KEY"] = poste.run("keys", "abonnement", "essai").stdout.strip()
    poste.variables["ECRITURES_API_KEY"] = poste.run("keys", "creer", "CABINET", "--libelle", "essai").stdout.strip()
    serveur = subprocess.Popen(
        [sys.executable, "-m", "ecritures", "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=poste.variables,
    )
    try:
        assert serveur.stderr is not None
        annonce = next(ligne for ligne in serveur.stderr if "Serveur sur" in ligne)
        trouve = re.search(r"http://127\.0\.0\.1:\d+", annonce)
        assert trouve is not None
        poste.variables["ECRITURES_URL"] = trouve[0]
        yield poste
        serveur.send_signal(signal.SIGTERM)
        reste = serveur.communicate(timeout=DELAI_S)[1]
        assert serveur.returncode == 0, reste
        assert poste.variables["ECRITURES_API_KEY"].partition(":")[2] not in reste
    finally:
        serveur.kill()
        serveur.wait()


def test_a_file_is_sent_followed_reported_and_found_in_the_balance_and_the_proof(poste: Poste) -> None:
    avant = json.loads(poste.run("balance", "ESSAI01", "--json").stdout)["debit_centimes"]
    envoi = json.loads(poste.run("send", JUSTE, "--dossier", "essai01", "--wait", "--json").stdout)
    assert (envoi["status"], envoi["codeIBS"], envoi["domain"]) == (3, "ESSAI01", "CABINET")
    import_id = envoi["accountingImportRequestId"]
    assert "3 Terminé avec succès" in poste.run("status", import_id).stdout
    rapport = json.loads(poste.run("report", import_id, "--json").stdout)
    assert rapport["compte_rendu"]["fichier"]["debit_centimes"] == 163248
    assert isinstance(rapport["constats"], list)
    assert "Reçu n°" in poste.run("report", import_id).stdout
    balance = json.loads(poste.run("balance", "ESSAI01", "--exercice", "2020", "--json").stdout)
    assert balance["debit_centimes"] == balance["credit_centimes"] == avant + 163248
    assert {c["compte"] for c in balance["comptes"]} == {"40100001", "44566100", "60700001", "61111001"}
    assert "intact" in poste.run("verify", "ESSAI01").stdout


def test_a_wrong_file_ends_with_1_and_its_findings_are_reported(poste: Poste) -> None:
    envoi = poste.run("send", ERRONE, "--dossier", "ESSAI01", "--wait", code=1)
    assert "4 Terminé avec erreur" in envoi.stdout
    trouve = re.search(r"ecritures report ([0-9a-f-]{36})", envoi.stdout)
    assert trouve is not None
    assert "ECHEANCE" in poste.run("report", trouve[1], code=1).stdout
    constats = json.loads(poste.run("report", trouve[1], "--json", code=1).stdout)["constats"]
    assert {c["zone"] for c in constats} >= {"ECHEANCE", "SENS", "GENERAL", "MONTANT1"}


def test_sending_without_waiting_gives_the_request_at_once(poste: Poste) -> None:
    sortie = poste.run("send", JUSTE, "--dossier", "ESSAI01", "--json").stdout
    assert list(json.loads(sortie)) == ["accountingImportRequestId"]


def test_refusals_are_told_in_the_server_s_words_and_never_show_the_keys(poste: Poste) -> None:
    refus = poste.run("send", JUSTE, "--dossier", "INCONNU", code=1)
    assert "Le dossier INCONNU n'existe pas sur le domaine." in refus.stderr
    fausse = poste.run("status", "0" * 8, "--api-key", "publique:secret-faux", code=2)
    assert "secret-faux" not in fausse.stdout + fausse.stderr
    poste.run("status", "0b6f3f0e-2d8a-4a7e-8d5b-6f4f6b0c9a11", code=1)
    poste.run("status", "x", "--api-key", "sans-secret", code=2)
    poste.run("status", "x", "--subscription-key", " ", code=2)
    poste.run("send", poste.donnees / "absent.TRA", "--dossier", "ESSAI01", code=2)


def test_a_server_that_is_not_there_is_said_with_code_2(poste: Poste) -> None:
    # Port 1 answers nowhere; the client insists a few seconds before it says so.
    assert "127.0.0.1:1" in poste.run("status", "x", "--url", "http://127.0.0.1:1", code=2).stderr


def test_dossiers_and_keys_are_listed_without_secrets(poste: Poste) -> None:
    dossiers = json.loads(poste.run("dossier", "lister", "--json").stdout)
    assert [(d["code_ibs"], d["domain"], [e["code"] for e in d["exercices"]]) for d in dossiers] == [
        ("ESSAI01", "CABINET", ["2020"])
    ]
    assert "01/01/2020 au 31/12/2020" in poste.run("dossier", "lister").stdout
    publique, _, secret = poste.variables["ECRITURES_API_KEY"].partition(":")
    liste = poste.run("keys", "lister").stdout + poste.run("keys", "lister", "--json").stdout
    assert publique in liste
    assert secret not in liste


def test_a_revoked_key_is_refused_at_once(poste: Poste) -> None:
    cle = poste.run("keys", "creer", "CABINET").stdout.strip()
    poste.run("status", "0b6f3f0e-2d8a-4a7e-8d5b-6f4f6b0c9a11", "--api-key", cle, code=1)
    poste.run("keys", "revoquer", cle.partition(":")[0])
    assert "refuse les clés" in poste.run("status", "x", "--api-key", cle, code=2).stderr
    poste.run("keys", "revoquer", cle.partition(":")[0], code=2)


@pytest.mark.parametrize(
    ("arguments", "code", "dit"),
    [
        (["dossier", "creer", "ESSAI01", "--domain", "CABINET"], 1, "existe déjà"),
        (["dossier", "creer", "é é", "--domain", "CABINET"], 1, "invalide"),
        (["dossier", "exercice", "ESSAI01", "2020-06-01:2021-05-31"], 1, "recouvre"),
        (["dossier", "exercice", "ESSAI01", "hier:demain"], 2, "hier"),
        (["balance", "RIEN"], 2, "n'existe pas"),
        (["balance", "ESSAI01", "--exercice", "1999"], 2, "1999"),
        (["verify", "RIEN"], 2, "n'existe pas"),
        (["serve", "--port", "70000"], 2, "65535"),
    ],
)
def test_what_is_not_possible_is_refused_with_its_reason(
    poste: Poste,
    arguments: list[str],
    code: int,
    dit: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ECRITURES_DONNEES", str(poste.donnees))
    monkeypatch.setattr(sys, "argv", ["ecritures", *arguments])
    with pytest.raises(SystemExit) as fin:
        commandes(build)
    assert fin.value.code == code
    assert dit in capsys.readouterr().err


def test_a_busy_port_stops_serve_with_code_2(poste: Poste) -> None:
    port = poste.variables["ECRITURES_URL"].rpartition(":")[2]
    assert "--port" in poste.run("serve", "--port", port, code=2).stderr


def test_verify_names_the_first_broken_link(poste: Poste, tmp_path: Path) -> None:
    """One amount changed behind our back, in a copy of the data folder."""
    poste.run("send", JUSTE, "--dossier", "ESSAI01", "--wait")
    copie = tmp_path / "copie"
    for fichier in poste.donnees.rglob("*"):
        cible = copie / fichier.relative_to(poste.donnees)
        if fichier.is_dir():
            cible.mkdir(parents=True, exist_ok=True)
        elif fichier.suffix == ".sqlite":
            cible.parent.mkdir(parents=True, exist_ok=True)
            with sqlite3.connect(fichier) as source, sqlite3.connect(cible) as destination:
                source.backup(destination)
        elif not fichier.name.endswith(("-wal", "-shm")):
            cible.parent.mkdir(parents=True, exist_ok=True)
            cible.write_bytes(fichier.read_bytes())
    poste.run("verify", "--donnees", copie)
    (livres,) = (copie / "livres").rglob("*.sqlite")
    with sqlite3.connect(livres) as base:
        base.execute("UPDATE lignes SET debit_centimes = debit_centimes + 1 WHERE numero_ligne = 2")
    fait = poste.run("verify", "ESSAI01", "--donnees", copie, "--json", code=1)
    (bilan,) = json.loads(fait.stdout)
    assert "reçu 1" in bilan["rupture"]
    assert "ROMPU" in poste.run("verify", "--donnees", copie, code=1).stdout
