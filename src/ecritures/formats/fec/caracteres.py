"""Texts in a narrower charset: what stands for a character that it has not, and how many have no stand-in (fec.md section 6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from ecritures.formats.fec.depart import INTERDITS

_TYPOGRAPHIE = {
    "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u202f": " ", "‑": "-", "\u2212": "-"
}  # fmt: skip
_LATIN = {"œ": "oe", "Œ": "OE", "€": "EUR", "\u00a0": " ", "\u00ad": "-", "Ÿ": "Y"}


def encoder(texte: str, encodage: str) -> tuple[bytes, int]:
    """Bytes in that charset, and how many characters had to become ``?``. UTF-8 holds them all."""
    if encodage == "utf-8":
        return texte.encode(), 0
    try:
        return texte.encode(encodage), 0
    except UnicodeEncodeError:
        proche, remplaces = reduire(texte, encodage)
    return proche.encode(encodage), remplaces


def en_latin(texte: str) -> tuple[str, int]:
    """The text in ISO 8859-1 letters: what the official converter of XML files bears. And how many became ``?``."""
    return reduire(_remplace(texte, _LATIN), "iso-8859-1")


def reduire(texte: str, encodage: str) -> tuple[str, int]:
    """The text with stand-ins for what that charset has not: typography, then the letter without its accent, then ``?``."""
    texte = _remplace(texte, _TYPOGRAPHIE)
    if _tient(texte, encodage):
        return texte, 0
    proches = {c: _proche(c, encodage) for c in set(texte) if not _tient(c, encodage)}
    remplaces = sum(texte.count(c) for c, proche in proches.items() if proche == "?")
    return _remplace(texte, proches), remplaces


def _remplace(texte: str, table: Mapping[str, str]) -> str:
    """``str.translate`` looks up every character: on a whole file, a search for each of a few is ten times faster."""
    for caractere, proche in table.items():
        if caractere in texte:
            texte = texte.replace(caractere, proche)
    return texte


def _tient(texte: str, encodage: str) -> bool:
    try:
        texte.encode(encodage)
    except UnicodeEncodeError:
        return False
    return True


def _proche(caractere: str, encodage: str) -> str:
    nu = "".join(c for c in unicodedata.normalize("NFKD", caractere) if not unicodedata.combining(c))
    nu = re.sub(INTERDITS, " ", nu)
    return nu if nu and all(_tient(c, encodage) for c in nu) else "?"
