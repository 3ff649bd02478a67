"""The server's secret: made once, kept for its owner, shown nowhere."""

from __future__ import annotations

import os
import pickle
import threading
from pathlib import Path

import pytest

from ecritures.storage.secret import Secret, load_secret


def test_it_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    dossier = tmp_path / "donnees"
    premier = load_secret(dossier)
    assert load_secret(dossier).key("essai") == premier.key("essai")
    assert [f.name for f in dossier.iterdir()] == ["secret"]
    assert (dossier / "secret").stat().st_mode & 0o777 == 0o600
    assert len((dossier / "secret").read_bytes()) == 32


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    assert load_secret(tmp_path / "a").key("essai") != load_secret(tmp_path / "b").key("essai")


def test_processes_that_start_together_end_with_the_same(tmp_path: Path) -> None:
    for essai in range(20):
        cles: list[bytes] = []
        depart = threading.Barrier(8)

        def demarrer(dossier: Path, depart: threading.Barrier, cles: list[bytes]) -> None:
            depart.wait()
            cles.append(load_secret(dossier).key("essai"))

        fils = [threading.Thread(target=demarrer, args=(tmp_path / str(essai), depart, cles)) for _ in range(8)]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
        assert len(cles) == 8
        assert len(set(cles)) == 1


def test_each_use_has_its_own_key() -> None:
    secret = Secret(os.urandom(32))
    assert secret.key("depots/guid") != secret.key("depots/url")
    assert len(secret.key("depots/guid")) == 32


def test_the_setting_goes_before_the_file_and_must_be_long_enough(tmp_path: Path) -> None:
    assert load_secret(tmp_path, "x" * 32).key("a") == Secret(b"x" * 32).key("a")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="32 octets") as erreur:
        load_secret(tmp_path, "court")
    assert "court" not in str(erreur.value)


def test_a_file_cut_short_is_not_taken_for_a_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"")
    with pytest.raises(ValueError, match="32 octets"):
        load_secret(tmp_path)


def test_a_file_left_open_to_others_is_closed(tmp_path: Path) -> None:
    load_secret(tmp_path)
    (tmp_path / "secret").chmod(0o644)
    load_secret(tmp_path)
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_it_shows_nowhere() -> None:
    secret = Secret(b"s" * 32)
    assert "sss" not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
