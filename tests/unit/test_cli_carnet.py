"""cli.carnet: what a send remembers until it is answered, and what it never does."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from ecritures.cli.carnet import VALIDITE_S, CarnetFichier
from ecritures.client import DemandePartie, LoopInjoignable, RefusLoop

PARTIE = DemandePartie("cle-tiree", "g/ventes.tra")
COMMANDE = ("http://serveur.test", "publique:secret==", "DEMO001", "tra", None)


@pytest.fixture
def fichier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "etat"))
    chemin = tmp_path / "ventes.tra"
    chemin.write_bytes(b"contenu du fichier")
    return chemin


def test_what_left_without_an_answer_is_found_by_the_same_command(fichier: Path) -> None:
    CarnetFichier.of(fichier, *COMMANDE).noter(PARTIE)
    assert CarnetFichier.of(fichier, "http://serveur.test/", *COMMANDE[1:]).lire() == PARTIE


@pytest.mark.parametrize(
    "autre",
    [
        ("http://autre.test", *COMMANDE[1:]),
        (COMMANDE[0], "autre:secret==", *COMMANDE[2:]),
        (*COMMANDE[:2], "DEMO002", *COMMANDE[3:]),
        (*COMMANDE[:3], "fec", None),
        (*COMMANDE[:4], "07955542100027"),
    ],
)
def test_another_command_does_not_find_it(fichier: Path, autre: tuple[str, str, str, str, str | None]) -> None:
    CarnetFichier.of(fichier, *COMMANDE).noter(PARTIE)
    assert CarnetFichier.of(fichier, *autre).lire() is None


def test_the_same_name_with_other_bytes_is_another_sending(fichier: Path) -> None:
    CarnetFichier.of(fichier, *COMMANDE).noter(PARTIE)
    fichier.write_bytes(b"contenu change")
    assert CarnetFichier.of(fichier, *COMMANDE).lire() is None


def test_an_answer_or_a_refusal_is_forgotten_and_a_silence_is_not(fichier: Path) -> None:
    carnet = CarnetFichier.of(fichier, *COMMANDE)
    for fin, reste in (
        (None, False),
        (RefusLoop("refus"), False),
        (RefusLoop("incident", http_status=500), True),
        (LoopInjoignable("coupure"), True),
        (KeyboardInterrupt(), True),
    ):
        try:
            with carnet.until_answered():
                carnet.noter(PARTIE)
                if fin is not None:
                    raise fin
        except (RefusLoop, LoopInjoignable, KeyboardInterrupt):
            pass
        assert (carnet.lire() is not None) == reste, fin


def test_a_day_later_it_is_another_sending(fichier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    carnet = CarnetFichier.of(fichier, *COMMANDE)
    carnet.noter(PARTIE)
    plus_tard = time.time() + VALIDITE_S + 1
    monkeypatch.setattr("ecritures.cli.carnet.time.time", lambda: plus_tard)
    assert carnet.lire() is None


@pytest.mark.parametrize("contenu", ["", "{", "[]", "{}", '{"instant": "x"}', '{"cle": 1, "instant": 1, "inconnu": 2}'])
def test_a_damaged_carnet_is_none(fichier: Path, contenu: str) -> None:
    carnet = CarnetFichier.of(fichier, *COMMANDE)
    carnet.noter(PARTIE)
    carnet.chemin.write_text(contenu)
    assert carnet.lire() is None


def test_it_holds_no_key_of_the_firm_and_no_content(fichier: Path) -> None:
    carnet = CarnetFichier.of(fichier, *COMMANDE)
    carnet.noter(PARTIE)
    texte = carnet.chemin.read_text()
    assert set(json.loads(texte)) == {"cle", "uri", "televersement", "instant"}
    assert not any(mot in texte + carnet.chemin.name for mot in ("secret", "publique", "contenu"))


def test_a_folder_that_cannot_be_written_does_not_stop_the_sending(fichier: Path) -> None:
    carnet = CarnetFichier.of(fichier, *COMMANDE)
    carnet.chemin.parent.parent.parent.mkdir()
    carnet.chemin.parent.parent.write_text("a file where a folder is wanted")
    carnet.noter(PARTIE)
    assert carnet.lire() is None
