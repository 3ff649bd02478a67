"""A clean FEC that a test spoils, and what reading and checking it finds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ecritures.domain.constat import Constats
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lecture, OptionsLecture
from ecritures.formats.fec import reader
from ecritures.formats.fec.echantillon import NOM_FICHIER, generer_fec
from ecritures.formats.fec.layout import BIC_IS
from ecritures.imports.check import check

ZONES = BIC_IS.noms


class Brouillon:
    """The lines of a FEC as lists of fields; ``lignes[0]`` is the header, so line 2 of the file is ``lignes[1]``."""

    def __init__(self, nombre: int = 32) -> None:
        texte = generer_fec(nombre, separateur="|").decode()
        self.lignes = [ligne.split("|") for ligne in texte.splitlines()]
        self.nom: str | None = NOM_FICHIER
        self.separateur = "|"
        self.fin = "\r\n"
        self.encodage = "utf-8"
        self.finale = True

    def lit(self, ligne: int, zone: str) -> str:
        return self.lignes[ligne - 1][ZONES.index(zone)]

    def met(self, ligne: int, **zones: str) -> Brouillon:
        for zone, texte in zones.items():
            self.lignes[ligne - 1][ZONES.index(zone)] = texte
        return self

    def partout(self, **zones: str) -> Brouillon:
        for ligne in range(2, len(self.lignes) + 1):
            self.met(ligne, **zones)
        return self

    def renomme(self, zone: str, nom: str) -> Brouillon:
        self.lignes[0][ZONES.index(zone)] = nom
        return self

    def ote(self, *lignes: int) -> Brouillon:
        self.lignes = [champs for numero, champs in enumerate(self.lignes, 1) if numero not in lignes]
        return self

    def insere(self, avant: int, *lignes: list[str]) -> Brouillon:
        self.lignes[avant - 1 : avant - 1] = [list(champs) for champs in lignes]
        return self

    def copie(self, de: int, a: int) -> list[list[str]]:
        return [list(champs) for champs in self.lignes[de - 1 : a]]

    def ote_colonne(self, zone: str) -> Brouillon:
        rang = self.lignes[0].index(zone)
        for champs in self.lignes:
            del champs[rang]
        return self

    def ajoute_colonne(self, nom: str, valeur: str, rang: int = 99) -> Brouillon:
        for numero, champs in enumerate(self.lignes):
            champs.insert(rang, valeur if numero else nom)
        return self

    @property
    def octets(self) -> bytes:
        texte = self.fin.join(self.separateur.join(champs) for champs in self.lignes)
        return (texte + (self.fin if self.finale else "")).encode(self.encodage)

    def colonnes(self, ligne: int, rang: int) -> tuple[int, int]:
        """First and last column of the field of that rank, on a line of the file as it is written."""
        champs = self.lignes[ligne - 1]
        debut = sum(len(champ) + 1 for champ in champs[:rang]) + 1
        return debut, max(debut, debut + len(champs[rang]) - 1)


def lire(octets: bytes, nom: str | None = NOM_FICHIER, **options: Any) -> Lecture:
    return reader.read(octets, OptionsLecture(nom_fichier=nom, **options))


def examiner(
    octets: bytes, nom: str | None = NOM_FICHIER, contexte: Contexte | None = None, **options: Any
) -> tuple[Lecture, Constats]:
    """The reading, and every finding of the reader and of all checks."""
    lecture = lire(octets, nom, **options)
    return lecture, check(lecture, contexte or Contexte()).constats


def dossier_echantillons() -> Path | None:
    """The folder of real files, when this machine has it: named by ECRITURES_DONNEES, else beside the checkout."""
    donne = os.environ.get("ECRITURES_DONNEES")
    racine = Path(donne) if donne else Path(__file__).parents[2] / "../shared/data"
    dossier = (racine / "fec").resolve()
    return dossier if dossier.is_dir() else None
