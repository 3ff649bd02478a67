"""The suite of the Originaux port, on a local folder and on the blob emulator."""

from __future__ import annotations

import hashlib
import os
import stat
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import obstore
import pytest

from ecritures.domain.errors import FichierTropGros, OriginalAbsent, OriginalAltere, ServiceIndisponible
from ecritures.imports.ports import Originaux
from ecritures.storage.files import OriginauxLocaux, open_originaux
from ecritures.storage.objets import Emplacement
from serveurs.azurite import Conteneur

MIO = 1 << 20
CONTENU = b"JournalCode\tEcritureDate\r\n" * 1000
SHA256 = hashlib.sha256(CONTENU).hexdigest()


@dataclass
class Pilote:
    """A driver, and what the tests do behind its back."""

    originaux: Originaux
    objets: Callable[[], list[str]]
    ecraser: Callable[[str, bytes], object]


def _local(request: pytest.FixtureRequest) -> Pilote:
    racine: Path = request.getfixturevalue("tmp_path") / "stockage"
    originaux = racine / "originaux"
    return Pilote(
        open_originaux(Emplacement(str(racine))),
        lambda: sorted(str(f.relative_to(originaux)) for f in originaux.rglob("*") if f.is_file()),
        lambda chemin, octets: (originaux / chemin).write_bytes(octets),
    )


def _azure(request: pytest.FixtureRequest) -> Pilote:
    conteneur: Conteneur = request.getfixturevalue("conteneur")
    lieu = Emplacement(f"az://{conteneur.nom}/essai", conteneur.compte, conteneur.cle, conteneur.endpoint)
    objets = lieu.store("originaux")
    return Pilote(
        open_originaux(lieu),
        lambda: sorted(objet["path"] for paquet in obstore.list(objets) for objet in paquet),
        lambda chemin, octets: obstore.put(objets, chemin, octets),
    )


@pytest.fixture(params=[_local, _azure], ids=["local", "azurite"])
def pilote(request: pytest.FixtureRequest) -> Pilote:
    return request.param(request)


def _morceaux(contenu: bytes, taille: int = 7000) -> Iterator[bytes]:
    return (contenu[i : i + taille] for i in range(0, len(contenu), taille))


def test_what_is_kept_is_read_back_under_its_sha256(pilote: Pilote) -> None:
    assert pilote.originaux.garder(_morceaux(CONTENU), MIO) == (SHA256, len(CONTENU))
    assert pilote.originaux.lire(SHA256) == CONTENU
    assert pilote.objets() == [f"{SHA256[:2]}/{SHA256}"]


def test_the_same_bytes_twice_are_one_object(pilote: Pilote) -> None:
    premier = pilote.originaux.garder(_morceaux(CONTENU), MIO)
    assert pilote.originaux.garder(iter([CONTENU]), MIO) == premier
    assert len(pilote.objets()) == 1


def test_an_empty_file_is_kept_too(pilote: Pilote) -> None:
    sha256, taille = pilote.originaux.garder(iter([]), MIO)
    assert taille == 0
    assert pilote.originaux.lire(sha256) == b""


def test_a_file_of_several_parts_is_whole(pilote: Pilote) -> None:
    contenu = os.urandom(12 * MIO + 1)
    sha256, taille = pilote.originaux.garder(_morceaux(contenu, 65536), 20 * MIO)
    assert (sha256, taille) == (hashlib.sha256(contenu).hexdigest(), len(contenu))
    assert pilote.originaux.lire(sha256) == contenu


def test_the_exact_limit_is_accepted_and_one_byte_more_is_refused_keeping_nothing(pilote: Pilote) -> None:
    with pytest.raises(FichierTropGros, match="découper"):
        pilote.originaux.garder(_morceaux(bytes(MIO + 1)), MIO)
    assert pilote.objets() == []
    assert pilote.originaux.garder(_morceaux(bytes(MIO)), MIO)[1] == MIO


def test_a_source_that_fails_leaves_nothing(pilote: Pilote) -> None:
    def coupee() -> Iterator[bytes]:
        yield CONTENU
        raise ConnectionError("coupure")

    with pytest.raises(ConnectionError):
        pilote.originaux.garder(coupee(), MIO)
    assert pilote.objets() == []


@pytest.mark.parametrize("sha256", [SHA256, "f" * 64, "", "../../etc/passwd", SHA256.upper(), SHA256 + "\n"])
def test_what_was_never_kept_is_absent(pilote: Pilote, sha256: str) -> None:
    with pytest.raises(OriginalAbsent):
        pilote.originaux.lire(sha256)


@pytest.mark.parametrize("altere", [CONTENU[:-1], CONTENU[:-1] + b"!", b""])
def test_an_altered_original_is_told_and_repaired_by_sending_the_file_again(pilote: Pilote, altere: bytes) -> None:
    pilote.originaux.garder(_morceaux(CONTENU), MIO)
    pilote.ecraser(f"{SHA256[:2]}/{SHA256}", altere)
    with pytest.raises(OriginalAltere, match="renvoyer le même fichier"):
        pilote.originaux.lire(SHA256)
    pilote.originaux.garder(_morceaux(CONTENU), MIO)
    assert pilote.originaux.lire(SHA256) == CONTENU


@pytest.mark.parametrize("taille", [20_000, 12 * MIO], ids=["petit", "gros"])
def test_many_keep_the_same_file_at_once(pilote: Pilote, taille: int) -> None:
    contenu = os.urandom(taille)
    with ThreadPoolExecutor(8) as fils:
        resultats = list(fils.map(lambda _: pilote.originaux.garder(_morceaux(contenu, 65536), 20 * MIO), range(8)))
    assert resultats == [(hashlib.sha256(contenu).hexdigest(), taille)] * 8
    assert len(pilote.objets()) == 1
    assert pilote.originaux.lire(resultats[0][0]) == contenu


def test_reading_costs_one_copy_of_the_file(pilote: Pilote) -> None:
    contenu = bytes(40 * MIO)
    sha256, _ = pilote.originaux.garder(_morceaux(contenu, MIO), 50 * MIO)
    del contenu
    tracemalloc.start()
    try:
        lu = pilote.originaux.lire(sha256)
        _, maximum = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(lu) == 40 * MIO
    assert maximum < 1.3 * len(lu)


def test_local_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    OriginauxLocaux(tmp_path / "o").garder(iter([CONTENU]), MIO)
    fichier = tmp_path / "o" / SHA256[:2] / SHA256
    assert stat.S_IMODE(fichier.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "o").stat().st_mode) == 0o700


def test_what_a_killed_process_was_writing_is_removed_a_day_later(tmp_path: Path) -> None:
    ancien, recent = tmp_path / ".en-cours-ancien", tmp_path / ".en-cours-recent"
    for brouillon in (ancien, recent):
        brouillon.write_bytes(b"x")
    os.utime(ancien, (0, 0))
    OriginauxLocaux(tmp_path)
    assert (ancien.exists(), recent.exists()) == (False, True)


def test_a_store_that_does_not_answer_is_told_without_its_key(conteneur: Conteneur) -> None:
    lieu = Emplacement("az://inconnu-ici", conteneur.compte, "ZmF1c3NlIGNsw6k=", conteneur.endpoint)
    assert "ZmF1" not in repr(lieu)
    with pytest.raises(ServiceIndisponible, match="ECRITURES_STOCKAGE") as refus:
        open_originaux(lieu).lire(SHA256)
    assert refus.value.__cause__ is None
    assert "ZmF1" not in str(refus.value)


def test_an_unknown_kind_of_store_is_refused_when_it_is_set() -> None:
    with pytest.raises(ValueError, match="ftp://"):
        open_originaux(Emplacement("ftp://serveur/fichiers"))


def test_a_folder_may_be_given_as_a_file_url(tmp_path: Path) -> None:
    originaux = open_originaux(Emplacement(f"file://{tmp_path}/mes%20fichiers"))
    originaux.garder(iter([CONTENU]), MIO)
    assert (tmp_path / "mes fichiers" / "originaux" / SHA256[:2] / SHA256).exists()
