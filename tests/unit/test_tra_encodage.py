"""formats.tra: charsets, the two ways to count columns in UTF-8, line ends, very long lines."""

from __future__ import annotations

import time

import polars as pl
import pytest
from tra_fabrique import ENTETE, ENTETE_ETE, constats, fichier, ids, lire, mouvement, parametre

from ecritures.formats.tra import layout, reader

LIGNES = (
    mouvement("60700000", debit="10,00", LIBELLE="Café à la crème, œufs", REFINTERNE="É1"),
    mouvement("40100000", credit="10,00", tiers="ÉMILE", LIBELLE="Réglé 10 €"),
)


def en_octets(ligne: str) -> bytes:
    """The line with its columns counted in UTF-8 bytes: each zone padded by bytes."""
    morceaux = [ligne[z.start - 1 : z.end].rstrip().encode().ljust(z.width) for z in layout.records()["MVT/STD"].zones]
    # a right-aligned amount loses its left padding above: put it back
    return b"".join(m if m.strip() else b" " * len(m) for m in morceaux)


@pytest.mark.parametrize("encodage", ["cp1252", "utf-8"])
def test_accents_read_the_same_in_both_charsets(encodage: str) -> None:
    lecture = lire(fichier(*LIGNES, encodage=encodage))
    assert ids(lecture) == []
    lot = lecture.lot
    assert lot is not None
    assert lot.lignes["libelle"].to_list() == ["Café à la crème, œufs", "Réglé 10 €"]
    assert lot.lignes["tiers"].to_list() == [None, "ÉMILE"]
    assert lot.detection.encodage == ("utf-8" if encodage == "utf-8" else "windows-1252")
    assert lot.detection.colonnes_en == "caracteres"


def test_a_single_byte_file_is_windows_1252_even_without_its_own_letters() -> None:
    lot = lire(fichier(mouvement(LIBELLE="Réglé"))).lot
    assert lot is not None
    assert lot.detection.encodage == "windows-1252"


def test_utf8_counted_in_bytes_is_recognised_by_the_side_and_amount() -> None:
    octets = ENTETE.encode() + b"\n" + b"\n".join(en_octets(ligne) for ligne in LIGNES)
    lecture = lire(octets)
    assert lecture.lot is not None
    assert lecture.lot.detection.colonnes_en == "octets"
    assert ids(lecture) == ["tra.colonnes_en_octets"]
    assert lecture.lot.lignes["libelle"].to_list() == ["Café à la crème, œufs", "Réglé 10 €"]
    assert lecture.lot.lignes["tiers"].to_list() == [None, "ÉMILE"]
    assert lecture.lot.lignes.select(pl.sum("debit_centimes", "credit_centimes")).row(0) == (1000, 1000)


def test_in_bytes_a_finding_still_shows_the_text_of_its_zone() -> None:
    faute = en_octets(mouvement("60700000", LIBELLE="Été", TYPEPIECE="BQ"))
    lecture = lire(ENTETE.encode() + b"\n" + en_octets(LIGNES[0]) + b"\n" + faute)
    ligne = constats(lecture).liste.filter(pl.col("id") == "tra.nature_inconnue").row(0, named=True)
    assert (ligne["numero_ligne"], ligne["colonne_debut"], ligne["valeur"]) == (3, 12, "BQ")


def test_characters_beyond_windows_1252_become_the_nearest_letter_and_are_said() -> None:
    lecture = lire(fichier(mouvement(LIBELLE="Łódź ő 中"), encodage="utf-8"))
    assert lecture.lot is not None
    assert lecture.lot.lignes["libelle"].to_list() == ["?ódz o ?"]
    ligne = constats(lecture).liste.row(0, named=True)
    assert (ligne["id"], ligne["numero_ligne"]) == ("tra.caractere_hors_windows_1252", 2)
    assert "Łźő中" in ligne["message"]


def test_a_few_bytes_that_are_not_utf8_do_not_shift_the_columns() -> None:
    lignes = [mouvement(LIBELLE="Été réglé") for _ in range(40)]
    octets = fichier(*lignes, encodage="utf-8").replace("Été".encode(), b"\xc9t\xc3\xa9", 1)
    lecture = lire(octets)
    assert ids(lecture)[0] == "tra.octets_illisibles"
    assert lecture.lot is not None
    assert lecture.lot.lignes["debit_centimes"].sum() == 40_000


def test_a_byte_order_mark_is_dropped_and_said() -> None:
    lecture = lire(b"\xef\xbb\xbf" + fichier(*LIGNES, encodage="utf-8"))
    assert ids(lecture) == ["tra.bom"]
    assert lecture.lot is not None
    assert lecture.lot.entete["FIXE"] == "***"


def test_dos_letters_are_read_as_windows_1252_unless_forced() -> None:
    octets = fichier(*(mouvement(LIBELLE="Réglé à l'été") for _ in range(5)), encodage="cp850")
    assert ids(lire(octets))[0] == "tra.encodage_dos"
    force = lire(octets, encodage="cp850").lot
    assert force is not None
    assert force.lignes["libelle"].to_list() == ["Réglé à l'été"] * 5
    assert force.detection.encodage == "cp850"


def test_an_unknown_forced_charset_is_refused_by_name() -> None:
    lecture = lire(fichier(*LIGNES), encodage="klingon")
    assert lecture.lot is None
    assert ids(lecture) == ["tra.encodage_inconnu"]


@pytest.mark.parametrize("fin", ["\r\n", "\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("finale", [True, False])
def test_all_line_ends_are_read_with_or_without_the_last(fin: str, finale: bool) -> None:
    octets = fichier(*LIGNES, fin=fin)
    lecture = lire(octets if finale else octets.removesuffix(fin.encode()))
    assert lecture.lot is not None
    assert lecture.lot.lignes["numero_ligne"].to_list() == [2, 3]
    assert lecture.lot.lignes["debit_centimes"].to_list() == [1000, 0]


def test_mixed_line_ends_are_said_once() -> None:
    octets = ENTETE.encode() + b"\n" + LIGNES[0].encode("cp1252") + b"\r\n" + LIGNES[1].encode("cp1252") + b"\r"
    lecture = lire(octets)
    assert ids(lecture) == ["tra.fins_de_ligne_melangees"]
    assert lecture.lot is not None
    assert lecture.lot.lignes.height == 2


@pytest.mark.parametrize(
    ("octet", "taille"), [(b"A", 100_000_000), (b"\xe9", 10_000_000), (b" ", 10_000_000), (b"\t", 10_000_000)]
)
def test_a_line_of_a_hundred_megabytes_is_read_in_seconds(octet: bytes, taille: int) -> None:
    debut = time.perf_counter()
    lecture = lire(fichier(LIGNES[0]) + mouvement().encode() + octet * taille)
    assert lecture.lot is not None
    assert lecture.lot.lignes["debit_centimes"].to_list()[0] == 1000
    assert time.perf_counter() - debut < 30


def test_parameters_in_utf8_keep_their_letters() -> None:
    jal = parametre("JAL", CODE="ACH", LIBELLE="Journal d’été", NATURE="ACH")
    lot = lire(fichier(jal, *LIGNES, encodage="utf-8")).lot
    assert lot is not None
    assert lot.journaux.select("libelle", "nature").row(0) == ("Journal d’été", "ACH")


@pytest.mark.parametrize(
    ("debut", "attendu"),
    [
        (ENTETE.encode(), True), (ENTETE_ETE.encode() + b"\r\n", True), (b"\r\n" + ENTETE.encode(), True), (b"\xef\xbb\xbf" + ENTETE.encode(), True),
        (b"***S5CLI", True), ("¥¥¥S5CLIJRLSTD".encode(), True), (b"\xa5\xa5\xa5S5CLIJRLSTD", True), (b"!ancien journal", True),
        (b"JournalCode\tJournalLib\tEcritureNum", False), (b"!a;b;c", False), (b"", False), (b"*** titre ***", False), (b"\x00\x01\x02", False),
    ],
)  # fmt: skip
def test_what_resembles_a_tra_file(debut: bytes, attendu: bool) -> None:
    assert reader.ressemble(debut) is attendu
