"""Mutations that know the shape of the file: lines, fields, zones, members of a zip. Any bytes in, any bytes out; never raises."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable

FRAGMENTS = (
    b"\x00", b"\t", b"|", b"\r", b"\n", b"\r\r\n", b"\x1a", b"\xff", b"\xc3", b"\xe9", "é".encode(), b'"', b";", b",", b".", b"-", b"9" * 20,
    b"***", b"***CAE", b"\xef\xbb\xbf", b"00000000", b"99999999", b" " * 300, b"1e9", b"\xf0\x9f\x92\xa9",
)  # fmt: skip
"""Put anywhere: what breaks bytes, lines and charsets."""

VALEURS = (
    b"", b"0", b"0,00", b"-0,00", b"1.000", b"1 234,56", b"-12,50", b"1,2345", b"1E3", b"NaN", b"99999999999999999,00", b"D", b"C", b"+1", b"X",
    b"20250230", b"20251231", b"31122025", b"00000000", b"01011900", b"2025-12-31", b"31/12/25", b"411000", b"70A", b"EUR", b"$$$", b"null",
    b"true", b"[]", b"{}", b"=1+1", b"#REF!", "œ’".encode(), b"\xa0", b"x" * 300, b"=" * 40,
)  # fmt: skip
"""Put in the place of a field: what breaks amounts, dates, codes."""

SEPARATEURS = re.compile(rb'([|\t;,:<>"{}\[\]=\n])')
LIGNES_MAX = 400
"""Lines that a mutation may make: a file need not be long to be wrong."""
TAILLE_MAX = 200_000

Geste = Callable[[bytes, random.Random], bytes]


def octets(source: bytes, rng: random.Random) -> bytes:
    """One to five edits of bytes: cut, repeat, truncate, overwrite or insert a fragment."""
    for _ in range(rng.randint(1, 5)):
        if not source:
            return source
        place, autre = sorted(rng.randrange(len(source) + 1) for _ in range(2))
        geste = rng.randrange(5)
        if geste == 0:
            source = source[:place] + source[autre:]
        elif geste == 1:
            source = source[:autre] + source[place:]
        elif geste == 2:
            source = source[:place]
        else:
            fragment = rng.choice(FRAGMENTS)
            source = source[:place] + fragment + source[place + (len(fragment) if geste == 3 else 0) :]
    return source[:TAILLE_MAX]


def lignes(source: bytes, rng: random.Random) -> bytes:
    """Lines dropped, repeated, exchanged, cut in two, joined or blanked."""
    toutes = source.splitlines(keepends=True)
    for _ in range(rng.randint(1, 6)):
        if not toutes:
            return source
        ici, la = rng.randrange(len(toutes)), rng.randrange(len(toutes))
        geste = rng.randrange(6)
        if geste == 0:
            del toutes[ici]
        elif geste == 1:
            toutes.insert(la, toutes[ici])
        elif geste == 2:
            toutes[ici], toutes[la] = toutes[la], toutes[ici]
        elif geste == 3:
            place = rng.randrange(len(toutes[ici]) + 1)
            toutes[ici] = toutes[ici][:place] + rng.choice((b"\n", b"\r\n", b"\r")) + toutes[ici][place:]
        elif geste == 4:
            toutes[ici] = toutes[ici].rstrip(b"\r\n")
        else:
            toutes[ici] = rng.choice((b"\n", b" \r\n", b"|" * 17 + b"\n"))
    return b"".join(toutes[:LIGNES_MAX])[:TAILLE_MAX]


def champs(source: bytes, rng: random.Random) -> bytes:
    """Fields between separators exchanged, or replaced by a value that breaks something."""
    morceaux = SEPARATEURS.split(source)
    for _ in range(rng.randint(1, 6)):
        ici, la = 2 * rng.randrange((len(morceaux) + 1) // 2), 2 * rng.randrange((len(morceaux) + 1) // 2)
        if rng.random() < 0.4:
            morceaux[ici], morceaux[la] = morceaux[la], morceaux[ici]
        else:
            morceaux[ici] = rng.choice(VALEURS)
    return b"".join(morceaux)[:TAILLE_MAX]


def zones(source: bytes, rng: random.Random) -> bytes:
    """Columns of a line overwritten in place, as a fixed-width file is wrong: its length does not change."""
    toutes = source.splitlines(keepends=True)
    for _ in range(rng.randint(1, 6)):
        if not toutes:
            return source
        ici = rng.randrange(len(toutes))
        ligne, valeur = toutes[ici], rng.choice(VALEURS) or b" " * rng.randint(1, 30)
        place = rng.randrange(max(len(ligne), 1))
        toutes[ici] = ligne[:place] + valeur[: max(len(ligne) - place, 0)] + ligne[place + len(valeur) :]
    return b"".join(toutes)[:TAILLE_MAX]


def archive(source: bytes, rng: random.Random) -> bytes:
    """A zip whose members are changed, renamed, doubled, dropped, encrypted in name only; sometimes its own bytes are."""
    if rng.random() < 0.25:
        return octets(source, rng)
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as zip_:
            membres = [(m.filename, zip_.read(m)) for m in zip_.infolist()[:60]]
    except Exception:
        return octets(source, rng)
    if not membres:
        return octets(source, rng)
    for _ in range(rng.randint(1, 3)):
        rang = rng.randrange(len(membres))
        nom, contenu = membres[rang]
        geste = rng.randrange(5)
        if geste <= 1:
            membres[rang] = (nom, rng.choice((octets, lignes, champs))(contenu, rng))
        elif geste == 2:
            membres[rang] = (rng.choice(_NOMS), contenu)
        elif geste == 3:
            membres.append((rng.choice((nom, *_NOMS)), contenu))
        elif len(membres) > 1:
            del membres[rang]
    sortie = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as zip_:
        warnings.simplefilter("ignore")  # two members of one name: that is the point
        for nom, contenu in membres:
            zip_.writestr(zipfile.ZipInfo(nom), contenu, rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))
    return sortie.getvalue()


_NOMS = ("../../etc/passwd", "C:\\fec.txt", "/fec.txt", "a/b/fec.txt", "fec.zip", "732829320FEC20251231_1.txt", "732829320FEC20251231_2.txt", "x", "__MACOSX/._fec.txt", "[Content_Types].xml", "xl/workbook.xml", "lisez-moi.txt")  # fmt: skip

TEXTE: tuple[Geste, ...] = (octets, lignes, champs)
FIXE: tuple[Geste, ...] = (octets, lignes, zones)
ZIP: tuple[Geste, ...] = (archive,)


def mutation(source: bytes, rng: random.Random, gestes: tuple[Geste, ...]) -> bytes:
    """One gesture, sometimes two."""
    for _ in range(1 + (rng.random() < 0.3)):
        source = rng.choice(gestes)(source, rng)
    return source
