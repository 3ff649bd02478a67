"""Bytes become numbered lines: the byte-level pass shared by every text format.

Charset, line ends, blank lines, NUL and control bytes are found here, once. Nothing is dropped: a line keeps the number
a person sees in an editor, blank ones counted. Readers then work on blocks cut at line ends.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

import numpy as np
import polars as pl

from ecritures.domain.lot import Detection

BLOC_OCTETS = 4 << 20
"""Size of a block: small enough to stay in cache and bound memory, large enough to hide the cost of a call."""

ENTETE_BINAIRE_OCTETS = 64 << 10
"""How much of the file decides that it is not text."""

_PAS = 256 << 10
"""Bytes looked at together by a pass over the whole file: they stay in the processor's cache."""
_BOM = b"\xef\xbb\xbf"
_VIDES = b"\x00 \t\r\n\x1a"
_ASCII = bytes(range(128))
_HAUTS_MAX = 60_000
"""Bytes above 127 that are enough to tell a single-byte charset."""
_SUITE_HAUTE = re.compile(rb"[\x80-\xff]+")
_SAUT_DOUBLE = re.compile(rb"\r+\n|\r")
_LETTRES_FRANCAISES = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ°€’«»–")
_CADRES = frozenset(chr(c) for c in range(0x2500, 0x25A0))
_CANDIDATS = ("windows-1252", "iso-8859-15", "cp850")


class PasDuTexte(ValueError):
    """The bytes are no single-byte or UTF-8 text. ``motif`` is one of ``vide``, ``utf-16``, ``utf-32``, ``binaire``."""

    def __init__(self, motif: str) -> None:
        self.motif = motif
        super().__init__(motif)


@dataclass(frozen=True)
class Texte:
    """A file's bytes, ready to be cut: no BOM, every line ended by ``\\n`` or ``\\r\\n``.

    ``octets`` shares the input's memory when nothing had to change. ``octets_illisibles``: bytes that are not UTF-8 in a
    file that is otherwise. ``sauts``: how many line ends of each kind were met in the original. ``controles``: bytes
    below 0x20 that are no tab and no line end (NUL included), and 0x7F.
    """

    octets: bytes
    detection: Detection
    sauts: dict[str, int]
    octets_illisibles: int = 0
    nuls: int = 0
    controles: int = 0

    @property
    def encodage(self) -> str:
        return self.detection.encodage


def ouvrir(octets: bytes, encodage: str | None = None) -> Texte:
    """Finds charset and line ends. ``encodage`` forces the charset (a Python codec name).

    Raises :class:`PasDuTexte`. Never raises anything else, whatever the bytes.
    """
    taille = len(octets)
    corps = octets.removeprefix(_BOM)
    if not corps[:ENTETE_BINAIRE_OCTETS].strip(_VIDES) and not corps.strip(_VIDES):
        raise PasDuTexte("vide")
    if octets.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise PasDuTexte("utf-32")
    debut = octets[:ENTETE_BINAIRE_OCTETS]
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")) or _est_utf16_sans_bom(debut):
        raise PasDuTexte("utf-16")
    if _est_binaire(debut):
        raise PasDuTexte("binaire")
    bom = octets.startswith(_BOM)
    choisi, illisibles = (encodage, 0) if encodage else choisir_encodage(corps)
    compte = _compter(corps)
    corps, sauts = _normalise_sauts(corps, compte)
    nombre_lignes = sum(sauts.values()) + (not corps.endswith(b"\n"))
    detection = Detection(choisi, _nom_des_sauts(sauts), taille, nombre_lignes, bom)
    return Texte(corps, detection, sauts, illisibles, compte.nul, compte.controles)


def blocs(texte: Texte, taille_octets: int = BLOC_OCTETS) -> Iterator[tuple[int, bytes]]:
    """``(number of the first line, bytes)`` in file order; each block but the last ends with a line end."""
    octets, debut, numero = texte.octets, 0, 1
    while debut < len(octets):
        fin = octets.rfind(b"\n", debut, debut + taille_octets) + 1
        if fin == 0:  # a line longer than a block: take it whole
            fin = octets.find(b"\n", debut + taille_octets) + 1 or len(octets)
        if len(octets) <= debut + taille_octets:
            fin = len(octets)
        bloc = octets[debut:fin]
        yield numero, bloc
        numero += int(np.count_nonzero(np.frombuffer(bloc, np.uint8) == 10))
        debut = fin


def lignes(numero: int, bloc: bytes, encodage: str) -> pl.DataFrame:
    """Frame ``numero_ligne`` (UInt32), ``ligne`` (String, without its line end): one row a physical line."""
    utf8 = bloc if encodage in ("ascii", "utf-8") else decoder(bloc, encodage).encode()
    try:
        cadre = pl.read_lines(utf8)
    except pl.exceptions.PolarsError:  # bytes that are not UTF-8 in a file that is otherwise: shown as U+FFFD
        cadre = pl.read_lines(utf8.decode("utf-8", "replace").encode())
    return cadre.select(
        pl.int_range(numero, numero + pl.len(), dtype=pl.UInt32).alias("numero_ligne"), pl.col("line").alias("ligne")
    )


def decoder(octets: bytes, encodage: str) -> str:
    """Text of single-byte or UTF-8 bytes; what the charset does not know becomes U+FFFD. Never raises."""
    return octets.decode("cp1252" if encodage == "windows-1252" else encodage, "replace")


def choisir_encodage(octets: bytes) -> tuple[str, int]:
    """``(charset, bytes not readable in it)``: strict UTF-8, else the single-byte charset that reads as French.

    A file that is UTF-8 but for a few bytes (less than one in ten of its non-ASCII sequences) stays UTF-8. General
    guessers misread French accounting text, hence this count of letters (fec.md section 4).
    """
    if octets.isascii():
        return "ascii", 0
    premier = _premier_non_utf8(octets)
    if premier is None:
        return "utf-8", 0
    suites = _SUITE_HAUTE.finditer(octets, max(0, premier - (1 << 20)), premier + (4 << 20))
    hauts = [suite[0] for suite in islice(suites, 10_000)]
    valides = sum(1 for suite in hauts if _est_utf8(suite))
    if valides > 10 * (len(hauts) - valides):
        return "utf-8", octets.decode("utf-8", "replace").count("\ufffd")
    # ASCII letters read the same in every candidate: only the bytes above 127 tell them apart
    return _simple_octet(octets[: 16 << 20].translate(None, _ASCII)[:_HAUTS_MAX]), 0


def _premier_non_utf8(octets: bytes) -> int | None:
    """Where strict UTF-8 stops, or None; by pieces that stay in cache, so that the whole text is never held twice."""
    vue, debut = memoryview(octets), 0
    while debut < len(octets):
        fin = min(debut + _PAS, len(octets))
        while fin < len(octets) and fin > debut and octets[fin] & 0xC0 == 0x80:
            fin -= 1  # never between the bytes of one character
        if fin == debut:
            return debut
        try:
            codecs.utf_8_decode(vue[debut:fin], "strict", True)
        except UnicodeDecodeError as erreur:
            return debut + erreur.start
        debut = fin
    return None


def _est_utf8(suite: bytes) -> bool:
    try:
        suite.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _simple_octet(extrait: bytes) -> str:
    """Charset under which the extract has the most French letters and the fewest controls and box drawings."""

    def note(nom: str) -> int:
        texte = decoder(extrait, nom)
        controles = sum(texte.count(c) for c in set(texte) if "\x80" <= c <= "\x9f" or c == "\ufffd" or c in _CADRES)
        return sum(texte.count(c) for c in _LETTRES_FRANCAISES) - 4 * controles

    notes = {nom: note(nom) for nom in _CANDIDATS}
    if notes["windows-1252"] >= notes["iso-8859-15"] and b"\xa4" not in extrait:
        # same letters in both: only bytes 80-9F tell them apart, and 8859-15 is the one the FEC's law names
        candidat = "windows-1252" if re.search(rb"[\x80-\x9f]", extrait) else "iso-8859-15"
    else:
        candidat = "iso-8859-15"
    return "cp850" if notes["cp850"] > notes[candidat] else candidat


class _Compte(NamedTuple):
    lf: int
    cr: int
    crlf: int
    nul: int
    controles: int


def _compter(octets: bytes) -> _Compte:
    """Line ends and control bytes, in one pass (``bytes.count`` walks from hit to hit, and is slow on frequent ones)."""
    tout = np.frombuffer(octets, np.uint8)
    lf = cr = crlf = controles = 0
    for debut in range(0, len(tout), _PAS):
        morceau = tout[debut : debut + _PAS + 1]  # one byte more: a CRLF may straddle the cut
        est_lf, est_cr = morceau == 10, morceau == 13
        lf += int(np.count_nonzero(est_lf[:_PAS]))
        cr += int(np.count_nonzero(est_cr[:_PAS]))
        crlf += int(np.count_nonzero(est_cr[:-1] & est_lf[1:]))
        utile = morceau[:_PAS]
        controles += int(np.count_nonzero(utile < 32)) - int(np.count_nonzero(utile == 9))
        controles += int(np.count_nonzero(utile == 127))
    return _Compte(lf, cr, crlf, octets.count(b"\x00"), controles - lf - cr)


def _normalise_sauts(octets: bytes, compte: _Compte) -> tuple[bytes, dict[str, int]]:
    lf, cr, crlf = compte.lf, compte.cr, compte.crlf
    if cr == crlf:
        return octets, {"CRLF": crlf, "LF": lf - crlf, "CR": 0, "CRCRLF": 0}
    if lf == 0:
        return octets.replace(b"\r", b"\n"), {"CRLF": 0, "LF": 0, "CR": cr, "CRCRLF": 0}
    doubles = sum(1 for _ in re.finditer(rb"\r\r+\n", octets))
    seuls = len(re.findall(rb"\r(?![\r\n])", octets)) + len(re.findall(rb"\r(?=\r+(?!\r*\n))", octets))
    return _SAUT_DOUBLE.sub(b"\n", octets), {"CRLF": crlf - doubles, "LF": lf - crlf, "CR": seuls, "CRCRLF": doubles}


def _nom_des_sauts(sauts: dict[str, int]) -> str:
    presents = [nom for nom, nombre in sauts.items() if nombre]
    if not presents:
        return "aucune"
    return presents[0] if len(presents) == 1 else "mixte"


def _est_utf16_sans_bom(debut: bytes) -> bool:
    if len(debut) < 16:
        return False
    pairs, impairs = debut[0::2].count(0), debut[1::2].count(0)
    moitie = len(debut) // 2
    return (impairs > 0.7 * moitie and pairs < 0.1 * moitie) or (pairs > 0.7 * moitie and impairs < 0.1 * moitie)


def _est_binaire(debut: bytes) -> bool:
    """Known containers, or more than one control byte in thirty (tab and line ends apart)."""
    if debut.startswith((b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"\x7fELF", b"MZ\x90")):
        return True
    controles = len(debut) - len(debut.translate(None, bytes(c for c in range(32) if c not in (9, 10, 13, 26))))
    return controles * 30 > len(debut)
