"""formats.conteneur: what a zip carries, and every way it can be refused, in bounded memory and time."""

from __future__ import annotations

import time
import tracemalloc
import zipfile
import zlib

import pytest
from zip_fabrique import archive, brute, deflate, zeros_comprimes

from ecritures.domain.constat import dresser
from ecritures.domain.lot import OptionsLecture
from ecritures.formats import conteneur
from ecritures.formats.conteneur import deballer, est_archive, est_classeur
from ecritures.formats.detect import reconnaitre
from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from ecritures.imports.read import read

FEC = generer_fec(40)


def refus(octets: bytes) -> tuple[str, str]:
    """Id and message of the refusal."""
    contenu = deballer(octets)
    assert contenu.fichiers == ()
    constats = dresser(contenu.releves)
    assert constats.est_bloquant
    return constats.liste["id"].item(), constats.liste["message"].item()


def test_the_one_file_of_a_zip_is_read_under_its_own_name() -> None:
    octets = archive({f"export/{NOM_FICHIER}": FEC})
    assert deballer(octets).fichiers == ((NOM_FICHIER, FEC),)
    lecture = read(octets, "fec", OptionsLecture("envoi.zip"))
    assert lecture.lot is not None
    assert (lecture.lot.nom_fichier, lecture.lot.lignes.height) == (NOM_FICHIER, 40)
    assert reconnaitre(octets, "envoi.zip") == ("fec",)


def test_what_goes_beside_a_fec_is_no_other_candidate() -> None:
    a_cote = {
        "732829320FEC20251231_description.txt": b"x",
        "__MACOSX/._a.txt": b"y",
        "pieces/f1.pdf": b"%PDF",
        "Lisez-moi.txt": b"z",
        ".DS_Store": b"",
    }
    assert [nom for nom, _ in deballer(archive({**a_cote, NOM_FICHIER: FEC})).fichiers] == [NOM_FICHIER]


def test_a_single_file_of_any_name_is_taken() -> None:
    assert deballer(archive({"export": FEC})).fichiers == (("export", FEC),)


def test_the_parts_of_one_fec_come_in_their_order() -> None:
    noms = [f"732829320FEC20251231_{n}.txt" for n in (10, 2, 1)]
    assert [nom for nom, _ in deballer(archive(dict.fromkeys(noms, FEC))).fichiers] == noms[::-1]


@pytest.mark.parametrize(
    "noms",
    [
        ["a.txt", "b.csv"],
        ["732829320FEC20251231.txt", "732829320FEC20241231.txt"],
        ["732829320FEC20251231_1.txt", "552100554FEC20251231_2.txt"],
        ["732829320FEC20251231_1.txt", "732829320FEC20251231_2.txt", "autre.txt"],
    ],
)
def test_several_files_are_not_chosen_among(noms: list[str]) -> None:
    id_, message = refus(archive(dict.fromkeys(noms, FEC)))
    assert id_ == "archive.plusieurs_fichiers"
    assert f"{len(noms)} fichiers" in message
    assert noms[0] in message


def test_an_archive_without_entries_says_what_it_holds() -> None:
    assert refus(archive({}))[0] == "archive.vide"
    id_, message = refus(archive({"photo.png": b"", "note.docx": b"x"}))
    assert id_ == "archive.vide"
    assert "photo.png, note.docx" in message


@pytest.mark.parametrize(
    "nom", ["../../etc/passwd.txt", "a/../../b.txt", "/etc/a.txt", "C:/a.txt", "..\\..\\a.txt", "\\\\serveur\\a.txt"]
)
def test_a_name_that_leaves_its_folder_refuses_the_whole_archive(nom: str) -> None:
    id_, message = refus(
        brute([(nom.encode(), deflate(FEC), len(FEC)), (b"bon.txt", deflate(FEC), len(FEC))], crc=zlib.crc32(FEC))
    )
    assert id_ == "archive.chemin_interdit"
    assert nom in message


def test_an_archive_inside_the_archive_is_refused_by_name_and_by_content() -> None:
    dedans = archive({NOM_FICHIER: FEC})
    assert refus(archive({"dedans.zip": dedans}))[0] == "archive.imbriquee"
    assert refus(archive({"dedans.7z": b"7z", NOM_FICHIER: FEC}))[0] == "archive.imbriquee"
    assert refus(archive({"dedans.txt": dedans}))[0] == "archive.imbriquee"


def test_a_password_is_said() -> None:
    assert refus(brute([(b"a.txt", deflate(FEC), len(FEC))], drapeaux=0x801))[0] == "archive.chiffree"


@pytest.mark.parametrize("methode", [1, 9, 12, 14, 93, 99])
def test_a_compression_other_than_the_ordinary_one_is_said(methode: int) -> None:
    id_, message = refus(brute([(b"a.txt", b"x" * 40, 400)], methode=methode))
    assert id_ == "archive.compression_inconnue"
    assert f"n° {methode}" in message


def test_two_files_of_one_name_are_refused() -> None:
    entrees = [(b"a.txt", deflate(FEC), len(FEC)), (b"A.txt", deflate(b"autre"), 5)]
    assert refus(brute(entrees))[0] == "archive.nom_en_double"


def test_a_wrong_checksum_and_broken_bytes_are_said() -> None:
    id_, message = refus(brute([(b"a.txt", deflate(FEC), len(FEC))], crc=1))
    assert (id_, "somme de contrôle" in message) == ("archive.fichier_abime", True)
    assert refus(brute([(b"a.txt", b"\xff" * 300, 3000)]))[0] == "archive.fichier_abime"
    assert refus(brute([(b"a.txt", deflate(FEC)[:50], len(FEC))]))[0] == "archive.fichier_abime"


@pytest.mark.parametrize("reste", [4, 30, 60, 200, -3, -30])
def test_a_truncated_archive_is_said_unreadable(reste: int) -> None:
    assert refus(archive({NOM_FICHIER: FEC})[:reste])[0] == "archive.illisible"


def test_a_bomb_of_ten_gibioctets_is_refused_on_its_declaration() -> None:
    compresse, taille = zeros_comprimes(10)
    bombe = brute([(b"a.txt", compresse, taille)])
    assert taille == 10 << 30
    assert len(bombe) < 12 << 20
    tracemalloc.start()
    debut = time.perf_counter()
    id_, _ = refus(bombe)
    duree, memoire = time.perf_counter() - debut, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert id_ == "archive.trop_grosse"
    assert duree < 2
    assert memoire < 4 << 20


@pytest.mark.parametrize(
    ("declare", "attendu"), [(1_000, "archive.fichier_abime"), ((1 << 30) - 1, "archive.taux_anormal")]
)
def test_a_bomb_that_lies_about_its_size_is_not_inflated(declare: int, attendu: str) -> None:
    compresse, _ = zeros_comprimes(4)
    tracemalloc.start()
    debut = time.perf_counter()
    id_, _ = refus(brute([(b"a.txt", compresse, declare)]))
    duree, memoire = time.perf_counter() - debut, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert id_ == attendu
    assert duree < 2
    assert memoire < 64 << 20


def test_sizes_are_counted_while_inflating(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conteneur, "CONTENU_OCTETS_MAX", 10_000)
    deux = archive({f"732829320FEC20251231_{n}.txt": FEC for n in (1, 2)})
    assert len(FEC) < 10_000 < 2 * len(FEC)
    assert refus(deux)[0] == "archive.trop_grosse"
    monkeypatch.setattr(conteneur, "CONTENU_OCTETS_MAX", 1 << 30)
    monkeypatch.setattr(conteneur, "TAUX_A_PARTIR_DE", 1_000)
    assert refus(archive({"a.txt": b"0" * 200_000}))[0] == "archive.taux_anormal"


def test_counting_alone_stops_a_bomb_that_no_declaration_betrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conteneur, "_refuse_l_entree", lambda info: None)
    monkeypatch.setattr(conteneur, "TAUX_A_PARTIR_DE", 1_000)
    assert refus(archive({"a.txt": b"0" * 200_000}))[0] == "archive.taux_anormal"
    monkeypatch.setattr(conteneur, "TAUX_MAX", 10_000)
    monkeypatch.setattr(conteneur, "CONTENU_OCTETS_MAX", 150_000)
    monkeypatch.setattr(conteneur, "sum", lambda tailles: 0, raising=False)
    id_, message = refus(archive({"a.txt": b"0" * 200_000}))
    assert (id_, "taille comptée" in message) == ("archive.trop_grosse", True)


def test_a_repetitive_small_file_is_not_taken_for_a_bomb() -> None:
    assert len(deballer(archive({"a.txt": b"0" * 4_000_000})).fichiers) == 1


def test_an_archive_of_too_many_files_is_refused_before_it_is_listed() -> None:
    octets = archive({f"{n}.pdf": b"" for n in range(conteneur.FICHIERS_MAX + 1)}, zipfile.ZIP_STORED)
    assert refus(octets)[0] == "archive.trop_de_fichiers"


def test_a_workbook_is_no_archive() -> None:
    classeur = archive({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    assert est_classeur(classeur)
    assert not est_archive(classeur)
    assert est_classeur(classeur[:200])
    assert deballer(archive({"a.xlsx": classeur})).fichiers == (("a.xlsx", classeur),)
    assert not est_archive(FEC)


def test_a_refused_archive_is_a_finding_of_the_import() -> None:
    lecture = read(archive({}), "tra", OptionsLecture("envoi.zip"))
    assert lecture.lot is None
    assert [r.regle.id for r in lecture.releves] == ["archive.vide"]
