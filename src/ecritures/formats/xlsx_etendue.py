"""What the XML of a sheet says that its values do not: how far it reaches, its error cells, its formulas without a value.

Read before the sheet is loaded: a workbook of a few kilobytes can name the last cell of a sheet of seventeen billion.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

# Expressions over XML bytes. Every repetition is bounded, so that hostile bytes cost no more than their length.

_A = rb"[^<>]{0,400}"  # attributes
_CELLULE_EN_ERREUR = re.compile(rb"<c\b(" + _A + rb'\bt="e"' + _A + rb")>(.{0,2000}?)</c>", re.S)
_PLACE = re.compile(rb'\br="([A-Z]{1,4})([0-9]{1,9})"')
_ERREUR = re.compile(rb"<v>([^<]{0,40})<")
_CELLULE = re.compile(rb"<c[\s/>]")
_AVEC_FORMULE = re.compile(
    rb"<c\b(" + _A + rb")>\s{0,99}<f\b" + _A + rb"?(?:/>|>[^<]{0,9000}</f>)\s{0,99}((?:<v>[^<]+</)?)"
)
_SIGNALEES_MAX = 10_000


def simplifie(brut: bytes) -> bytes:
    """The same XML without prefixes on tags, its attributes written ``name="value"``: what is looked for below."""
    if b":c" in brut or b":row" in brut:
        brut = re.sub(rb"<(/?)[A-Za-z_][\w.-]{0,39}:", rb"<\1", brut)
    if brut.count(b"=") == brut.count(b'="') and b' ="' not in brut:
        return brut  # as every spreadsheet writes it
    brut = brut.replace(b"'", b'"')
    return re.sub(rb'\s{0,99}=\s{0,99}"', b'="', brut)


@dataclass
class Etendue:
    """What the tags of a sheet say: last row and column named, cells, rows and formulas, named or not."""

    derniere_ligne: int = 0
    derniere_colonne: int = 0
    cellules: int = 0
    cellules_nommees: int = 0
    rangees: int = 0
    rangees_nommees: int = 0
    formules: int = 0

    def ajoute(self, octets: Octets, nouveaux: int) -> None:
        """Counts the tags and references that begin in the first ``nouveaux`` bytes; the rest is only looked ahead."""
        tetes = np.flatnonzero(octets[:nouveaux] == _INFERIEUR)
        tetes = tetes[tetes < len(octets) - 6]
        un, deux = octets[tetes + 1], octets[tetes + 2]
        self.cellules += int(np.count_nonzero((un == ord("c")) & _FIN_DE_NOM[deux]))
        self.formules += int(np.count_nonzero((un == ord("f")) & _FIN_DE_NOM[deux]))
        lignes = tetes[(un == ord("r")) & (deux == ord("o"))]
        self.rangees += int(np.count_nonzero((octets[lignes + 3] == ord("w")) & _FIN_DE_NOM[octets[lignes + 4]]))
        guillemets = np.flatnonzero(octets[:nouveaux] == ord('"'))
        guillemets = guillemets[(guillemets >= 3) & (guillemets < len(octets) - REFERENCE_MAX - 1)]
        guillemets = guillemets[octets[guillemets - 1] == ord("=")]
        guillemets = guillemets[(octets[guillemets - 2] == ord("r")) & (octets[guillemets - 3] <= ord(" "))]
        self._references(octets, guillemets + 1)

    def _references(self, octets: Octets, debuts: npt.NDArray[np.int64]) -> None:
        """``AB12`` at each place: letters, then digits; read one character of all of them at a time."""
        colonnes = np.zeros(len(debuts), np.int64)
        lignes = np.zeros(len(debuts), np.int64)
        en_lettres = np.ones(len(debuts), np.bool_)
        ouvertes = np.ones(len(debuts), np.bool_)
        for rang in range(REFERENCE_MAX):
            lus = octets[debuts + rang].astype(np.int64)
            lettre = en_lettres & (lus >= 65) & (lus <= 90)
            chiffre = ouvertes & ~lettre & (lus >= 48) & (lus <= 57)
            colonnes[lettre] = colonnes[lettre] * 26 + lus[lettre] - 64
            lignes[chiffre] = lignes[chiffre] * 10 + lus[chiffre] - 48
            en_lettres = lettre
            ouvertes &= lettre | chiffre
            if not ouvertes.any():
                break
        self.cellules_nommees += int(np.count_nonzero(colonnes))
        self.rangees_nommees += int(np.count_nonzero((colonnes == 0) & (lignes > 0)))
        self.derniere_colonne = max(self.derniere_colonne, int(colonnes.max(initial=0)))
        self.derniere_ligne = max(self.derniere_ligne, int(lignes.max(initial=0)))


Octets = npt.NDArray[np.uint8]
REFERENCE_MAX = 16
"""Characters of a reference looked at: the last cell of a sheet, XFD1048576, has ten."""
_INFERIEUR = ord("<")
_FIN_DE_NOM = np.zeros(256, np.bool_)
_FIN_DE_NOM[[32, 9, 10, 13, ord(">"), ord("/")]] = True
_SEGMENT = 8 << 20


def _compte(brut: bytes) -> Etendue:
    """Counted by segments that stay in cache, each cut before a tag so that none is seen twice."""
    vue, debut = Etendue(), 0
    while debut < len(brut):
        fin = debut + _SEGMENT
        fin = (
            len(brut)
            if fin >= len(brut)
            else (brut.rfind(b"<", debut + 1, fin) if b"<" in brut[debut + 1 : fin] else fin)
        )
        vue.ajoute(np.frombuffer(brut[debut:fin] + b" " * (REFERENCE_MAX + 8), np.uint8), fin - debut)
        debut = fin
    return vue


def etendue(brut: bytes) -> Etendue:
    """What the tags of this XML (simplified) say, the cells and rows that name no place counted where they follow."""
    vue = _compte(brut)
    vue.derniere_ligne += vue.rangees - min(vue.rangees, vue.rangees_nommees)
    if vue.cellules > vue.cellules_nommees:  # cells that name no column follow each other in their row
        tetes = [m.start() for m in re.finditer(rb"<row[\s/>]", brut)]
        largeurs = (len(_CELLULE.findall(brut, a, b)) for a, b in pairwise([0, *tetes, len(brut)]))
        vue.derniere_colonne = max(vue.derniere_colonne, *largeurs)
    return vue


def examine(brut: bytes, formules: int) -> tuple[dict[tuple[int, int], str], frozenset[tuple[int, int]]]:
    """Error cells and formulas without a stored value: the values do not tell them from blanks."""
    erreurs: dict[tuple[int, int], str] = {}
    if b't="e"' in brut:
        for lu in _CELLULE_EN_ERREUR.finditer(brut):
            valeur = _ERREUR.search(lu[0])
            if (place := _place(lu[1])) and len(erreurs) < _SIGNALEES_MAX:
                erreurs[place] = valeur[1].decode("utf-8", "replace") if valeur else "#ERREUR"
    vides: set[tuple[int, int]] = set()
    for lu in _AVEC_FORMULE.finditer(brut) if formules else ():
        # a formula whose value is an empty text stores <v></v> with t="str": that value is known, and blank
        if not lu[2] and b't="str"' not in lu[1] and (place := _place(lu[1])) and place not in erreurs:
            vides.add(place)
            if len(vides) >= _SIGNALEES_MAX:
                break
    return erreurs, frozenset(vides)


def _place(attributs: bytes) -> tuple[int, int] | None:
    lu = _PLACE.search(attributs)
    return (int(lu[2]), rang_de(lu[1].decode())) if lu else None


def rang_de(lettres_: str) -> int:
    """``A`` is 1, ``AA`` is 27."""
    rang = 0
    for lettre in lettres_:
        rang = rang * 26 + ord(lettre) - 64
    return rang
