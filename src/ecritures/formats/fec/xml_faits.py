"""What the stream of an XML file finds wrong, gathered with its line and columns; and the parser's errors in French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from xml.parsers import expat

import polars as pl

from ecritures.domain.constat import LIMITE_CONSTATS, Collecteur, Regle

_CAUSES: Mapping[int, str] = {
    expat.errors.codes[expat.errors.XML_ERROR_TAG_MISMATCH]: "une balise de fin ne répond pas à celle du début",
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]: "le fichier s'arrête avant la fin",
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]: "le fichier s'arrête au milieu d'une balise",
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR]: "le fichier s'arrête au milieu d'un caractère",
    expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]: "un caractère n'est pas admis à cet endroit",
    expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]: "une entité n'est pas définie",
    expat.errors.codes[expat.errors.XML_ERROR_DUPLICATE_ATTRIBUTE]: "un attribut figure deux fois",
    expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]: "du texte suit la fin du document",
    expat.errors.codes[expat.errors.XML_ERROR_BAD_CHAR_REF]: "une référence désigne un caractère interdit",
    expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI]: "le prologue <?xml … ?> n'est pas au début",
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION]: "une section CDATA n'est pas fermée",
}


_CARACTERE = expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]


class Lieu(NamedTuple):
    """Where an element begins: line and column from 1, byte from 0."""

    ligne: int
    colonne: int
    octet: int


class Faits:
    """Findings placed by the reader itself: true counts, bounded rows."""

    def __init__(self) -> None:
        self._lieux: dict[str, list[tuple[Any, ...]]] = {}
        self._nombres: dict[str, int] = {}
        self._regles: dict[str, Regle] = {}

    def __bool__(self) -> bool:
        return bool(self._nombres)

    def ajoute(self, regle: Regle, lieu: Lieu, largeur: int, **parametres: object) -> None:
        """One finding that takes ``largeur`` columns from ``lieu``."""
        self._regles[regle.id] = regle
        self._nombres[regle.id] = self._nombres.get(regle.id, 0) + 1
        lieux = self._lieux.setdefault(regle.id, [])
        if len(lieux) < LIMITE_CONSTATS:
            lieux.append((lieu.ligne, lieu.colonne, lieu.colonne + largeur - 1, *parametres.items()))

    def verse(self, constats: Collecteur) -> None:
        for id_, lieux in self._lieux.items():
            constats.ajoute(self._regles[id_], _places(lieux), self._nombres[id_])


def cause_de(erreur: expat.ExpatError, octet: bytes) -> str:
    """Why the parser stopped. ``octet``: the byte it stopped at, when there is one."""
    if erreur.code == _CARACTERE and octet >= b"\x80":
        return f"l'octet 0x{octet[0]:02X} n'est pas de l'UTF-8, que le prologue annonce ou sous-entend"
    if erreur.code == _CARACTERE and octet and octet < b" ":
        return f"le caractère de contrôle 0x{octet[0]:02X} n'est pas admis en XML"
    return _CAUSES.get(erreur.code, expat.ErrorString(erreur.code))


def _places(faits: Sequence[tuple[Any, ...]]) -> pl.DataFrame:
    colonnes: dict[str, list[object]] = {"numero_ligne": [], "colonne_debut": [], "colonne_fin": []}
    for ligne, debut, fin, *parametres in faits:
        for nom, valeur in (("numero_ligne", ligne), ("colonne_debut", debut), ("colonne_fin", fin), *parametres):
            colonnes.setdefault(nom, []).append(valeur)
    entiers = ("numero_ligne", "colonne_debut", "colonne_fin")
    return pl.DataFrame(
        [pl.Series(n, v, dtype=pl.UInt32) if n in entiers else pl.Series(n, v) for n, v in colonnes.items()]
    )
