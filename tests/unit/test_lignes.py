"""Windows of raw lines: exact whatever the place, the charset and the line ends; the file is read once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest

from ecritures.domain.errors import OriginalAbsent
from ecritures.imports.lignes import LIGNES_MAX
from ecritures.storage.lignes import PAS, LignesGardees


class Originaux:
    """Bytes by name, and how often each was read."""

    def __init__(self, **fichiers: bytes) -> None:
        self.fichiers = fichiers
        self.lectures: list[str] = []

    def garder(self, morceaux: Iterator[bytes], taille_octets_max: int) -> tuple[str, int]:
        raise NotImplementedError

    def lire(self, sha256: str) -> bytes:
        self.lectures.append(sha256)
        if sha256 not in self.fichiers:
            raise OriginalAbsent(sha256)
        return self.fichiers[sha256]


def _zip(*noms: str) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        for nom in noms:
            archive.writestr(nom, "un\r\ndeux\r\n")
    return tampon.getvalue()


def test_any_window_is_the_lines_of_the_file() -> None:
    nombre = 2 * PAS + 7
    lignes = [f"ligne {n} é" for n in range(1, nombre + 1)]
    for fin, finale in (("\r\n", True), ("\n", False), ("\r", True)):
        texte = fin.join(lignes) + (fin if finale else "")
        gardees = LignesGardees(Originaux(f=texte.encode("cp1252")))
        for debut in (1, 2, PAS - 1, PAS, PAS + 1, 2 * PAS, 2 * PAS + 1, nombre - 1, nombre):
            fenetre = gardees.fenetre("f", debut, 5)
            assert fenetre is not None and fenetre.total == nombre
            attendues = list(enumerate(lignes[debut - 1 : debut + 4], start=debut))
            assert [tuple(ligne) for ligne in fenetre.lignes] == attendues, (fin, debut)
        apres = gardees.fenetre("f", nombre + 1, 5)
        assert apres is not None and apres.lignes == ()


def test_a_file_of_whole_thousands_has_no_line_too_many() -> None:
    for nombre in (PAS, 2 * PAS):
        fenetre = LignesGardees(Originaux(f=b"x\n" * nombre)).fenetre("f", nombre, 3)
        assert fenetre is not None and fenetre.total == nombre and [n for n, _ in fenetre.lignes] == [nombre]


def test_the_file_is_read_once_and_forgotten_when_room_is_short() -> None:
    originaux = Originaux(a=b"a\n" * 600, b=b"b\n" * 600)
    gardees = LignesGardees(originaux, octets_max=1500)
    for _ in range(3):
        gardees.fenetre("a", 1, 2)
    assert originaux.lectures == ["a"]
    gardees.fenetre("b", 1, 2)
    gardees.fenetre("b", 500, 2)
    gardees.fenetre("a", 1, 2)
    assert originaux.lectures == ["a", "b", "a"]


def test_a_window_is_bounded_and_begins_at_the_first_line() -> None:
    gardees = LignesGardees(Originaux(f=b"x\n" * 1000))
    fenetre = gardees.fenetre("f", -5, 10_000)
    assert fenetre is not None and len(fenetre.lignes) == LIGNES_MAX and fenetre.lignes[0].numero == 1


def test_an_archive_of_one_file_gives_its_lines_and_what_is_no_text_gives_none() -> None:
    gardees = LignesGardees(
        Originaux(un=_zip("a.txt"), deux=_zip("123456789FEC20251231_1.txt", "123456789FEC20251231_2.txt"), rien=b"", image=b"\x89PNG" + bytes(500))
    )  # fmt: skip
    fenetre = gardees.fenetre("un", 1, 9)
    assert fenetre is not None and [t for _, t in fenetre.lignes] == ["un", "deux"]
    assert [gardees.fenetre(nom, 1, 9) for nom in ("deux", "rien", "image")] == [None] * 3


def test_the_charset_of_the_import_is_the_one_shown() -> None:
    gardees = LignesGardees(Originaux(f="é\n".encode("cp1252")))
    lues = [gardees.fenetre("f", 1, 1, encodage=e) for e in ("cp850", "windows-1252")]
    assert [f.lignes[0].texte for f in lues if f] == ["Ú", "é"]


def test_an_original_that_is_lost_is_said_to_be() -> None:
    with pytest.raises(OriginalAbsent):
        LignesGardees(Originaux()).fenetre("f", 1, 1)
