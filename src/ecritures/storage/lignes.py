"""Windows of raw lines (imports.lignes.Lignes): the original is read once, then only the bytes of the window are.

What a reader would see of it (unpacked, one kind of line end) is kept in a nameless temporary file beside the offset of every
thousandth line. The latest files are kept, within a bound; the system takes the others back.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import IO

import numpy as np

from ecritures.formats import lines
from ecritures.formats.conteneur import deballer, est_archive
from ecritures.imports.lignes import LIGNES_MAX, Fenetre, LigneBrute
from ecritures.imports.ports import Originaux

PAS = 1000
"""An offset is kept every so many lines: 8 kB for a million."""
FICHIERS_MAX = 16
OCTETS_MAX = 1 << 30
"""What the copies may weigh together: some files of the greatest size admitted."""
_TRANCHE = 4 << 20


@dataclass(frozen=True, eq=False)
class _Copie:
    """A file ready to be shown. Closed when nobody holds it any more."""

    fichier: IO[bytes]
    reperes: np.ndarray  # offset of the lines 1, PAS + 1, 2 PAS + 1…; then the size
    nombre: int
    taille: int
    encodage: str

    def lignes(self, debut: int, nombre: int) -> tuple[LigneBrute, ...]:
        fin = min(debut + nombre - 1, self.nombre)
        if debut > fin:
            return ()
        rang, dernier = (debut - 1) // PAS, (fin - 1) // PAS
        depart, arret = int(self.reperes[rang]), int(self.reperes[dernier + 1])
        brutes = os.pread(self.fichier.fileno(), arret - depart, depart).split(b"\n")
        saut = debut - 1 - rang * PAS
        return tuple(
            LigneBrute(debut + i, lines.decoder(brute.removesuffix(b"\r"), self.encodage))
            for i, brute in enumerate(brutes[saut : saut + fin - debut + 1])
        )


class LignesGardees:
    """One for a process: its threads share the copies; two who ask for the same file wait for one copy."""

    def __init__(self, originaux: Originaux, octets_max: int = OCTETS_MAX) -> None:
        self._originaux = originaux
        self._octets_max = octets_max
        self._copies: OrderedDict[tuple[str, str | None], _Copie | None] = OrderedDict()
        self._verrou = threading.Lock()
        self._lecture = threading.Lock()

    def fenetre(self, sha256: str, debut: int, nombre: int, *, encodage: str | None = None) -> Fenetre | None:
        copie = self._copie(sha256, encodage)
        if copie is None:
            return None
        debut, nombre = max(1, debut), min(nombre, LIGNES_MAX)
        return Fenetre(copie.nombre, copie.encodage, copie.lignes(debut, nombre))

    def _copie(self, sha256: str, encodage: str | None) -> _Copie | None:
        cle = (sha256, encodage)
        with self._verrou:
            if cle in self._copies:
                self._copies.move_to_end(cle)
                return self._copies[cle]
        with self._lecture:  # one file at a time in memory
            with self._verrou:
                if cle in self._copies:
                    return self._copies[cle]
            copie = _copy(self._originaux.lire(sha256), encodage)
            with self._verrou:
                self._copies[cle] = copie
                self._make_room()
        return copie

    def _make_room(self) -> None:
        """Forgets the copies least recently used; the one just made stays, whatever its size."""
        while len(self._copies) > 1 and (
            len(self._copies) > FICHIERS_MAX
            or sum(c.taille for c in self._copies.values() if c is not None) > self._octets_max
        ):
            self._copies.popitem(last=False)


def _copy(octets: bytes, encodage: str | None) -> _Copie | None:
    if est_archive(octets):
        fichiers = deballer(octets).fichiers
        if len(fichiers) != 1:
            return None
        octets = fichiers[0][1]
    try:
        texte = lines.ouvrir(octets, encodage)
    except (lines.PasDuTexte, LookupError):
        return None
    fichier = tempfile.TemporaryFile(prefix="ecritures-")  # noqa: SIM115  (closed when it is forgotten)
    fichier.write(texte.octets)
    fichier.flush()
    reperes, nombre = _marks(texte.octets)
    return _Copie(fichier, reperes, nombre, len(texte.octets), texte.encodage)


def _marks(octets: bytes) -> tuple[np.ndarray, int]:
    """Offsets of every PAS-th line, the size last; and how many lines there are."""
    tout = np.frombuffer(octets, np.uint8)
    trouves: list[np.ndarray] = [np.zeros(1, np.int64)]
    vues = 0
    for debut in range(0, len(tout), _TRANCHE):
        fins = np.flatnonzero(tout[debut : debut + _TRANCHE] == 10)
        premier = (-vues - 1) % PAS  # the line end after which line k PAS + 1 begins is the k PAS-th
        trouves.append(fins[premier::PAS] + debut + 1)
        vues += len(fins)
    reste = 0 if octets.endswith(b"\n") or not octets else 1
    reperes = np.concatenate(trouves)
    nombre = vues + reste
    return np.append(reperes[: (nombre - 1) // PAS + 1], len(octets)), nombre
