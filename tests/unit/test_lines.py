"""formats.lines: charset, line ends and numbering of any bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecritures.formats import lines


@pytest.mark.parametrize(
    ("octets", "encodage"),
    [
        (b"abc|def\n", "ascii"),
        ("é|à\n".encode(), "utf-8"),
        ("Facture n° 1 réglée".encode("iso-8859-15"), "iso-8859-15"),
        ("l’été à 10 €".encode("cp1252"), "windows-1252"),
        ("Réglée à l'été, élève n° 12, où ça ?".encode("cp850"), "cp850"),
        ("N° 1".encode("cp850"), "cp850"),
    ],
)
def test_charset_is_the_one_that_reads_as_french(octets: bytes, encodage: str) -> None:
    assert lines.ouvrir(octets).encodage == encodage


def test_a_few_bad_bytes_do_not_make_a_utf8_file_single_byte() -> None:
    octets = "réglé\n".encode() * 100 + b"\xe9\n"
    texte = lines.ouvrir(octets)
    assert (texte.encodage, texte.octets_illisibles) == ("utf-8", 1)


@pytest.mark.parametrize(
    ("octets", "nom", "attendu"),
    [
        (b"a\r\nb\r\n", "CRLF", ["a", "b"]),
        (b"a\n\nb", "LF", ["a", "", "b"]),
        (b"a\rb\r", "CR", ["a", "b"]),
        (b"a\r\r\nb\r\r\n", "CRCRLF", ["a", "b"]),
        (b"a\r\nb\nc\rd", "mixte", ["a", "b", "c", "d"]),
        (b"a\r\rb", "CR", ["a", "", "b"]),
    ],
)
def test_every_line_end_is_read_and_named(octets: bytes, nom: str, attendu: list[str]) -> None:
    texte = lines.ouvrir(octets)
    lus = [
        ligne for numero, bloc in lines.blocs(texte) for ligne in lines.lignes(numero, bloc, texte.encodage)["ligne"]
    ]
    assert (texte.detection.fin_de_ligne, lus) == (nom, attendu)
    assert texte.detection.nombre_lignes == len(attendu)


@pytest.mark.parametrize(
    ("octets", "motif"),
    [
        (b"", "vide"),
        (b" \r\n\x1a", "vide"),
        (b"\xef\xbb\xbf", "vide"),
        ("a\n".encode("utf-16"), "utf-16"),
        ("abcdefghij".encode("utf-16-le"), "utf-16"),
        (b"PK\x03\x04abc", "binaire"),
        (bytes(range(32)) * 9, "binaire"),
    ],
)
def test_what_is_no_text_is_named(octets: bytes, motif: str) -> None:
    with pytest.raises(lines.PasDuTexte) as erreur:
        lines.ouvrir(octets)
    assert erreur.value.motif == motif


@given(
    st.lists(
        st.text(
            alphabet=st.characters(codec="cp1252", exclude_characters="\r\n\x00", exclude_categories=["Cc"]),
            max_size=30,
        ),
        min_size=1,
        max_size=50,
    ),
    st.integers(1, 40),
)
def test_blocks_of_any_size_give_the_same_numbered_lines(contenu: list[str], taille: int) -> None:
    texte = lines.Texte("\n".join([*contenu, ""]).encode(), lines.Detection("utf-8", "LF", 0, 0), {})
    rendus = [
        ligne for numero, bloc in lines.blocs(texte, taille) for ligne in lines.lignes(numero, bloc, "utf-8").rows()
    ]
    assert rendus == list(enumerate(contenu, start=1))


@given(st.binary(max_size=400))
def test_no_bytes_make_the_pass_raise_anything_but_its_own_refusal(octets: bytes) -> None:
    try:
        texte = lines.ouvrir(octets)
    except lines.PasDuTexte:
        return
    total = sum(lines.lignes(numero, bloc, texte.encodage).height for numero, bloc in lines.blocs(texte))
    assert total == texte.detection.nombre_lignes
