"""Where a value stands in a JSON text: one pass finds the brackets, then only the elements asked for are walked.

``json`` gives values without their places. An auditor wants the line and columns of the amount, so the text is indexed
once (numpy over the bytes) and a path like ``data.ecritures[12].debit.amount`` is followed from the start of its element.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from ecritures.formats.json_ecritures.valeurs import propre

Positions = npt.NDArray[np.int64]

BRUT_MAX = 200
"""Characters of a raw value shown: an object may be the whole body."""
_BLANCS = " \t\r\n"
_JETON = re.compile(r'[ \t\r\n]*("(?:[^"\\]|\\.)*"|[{}\[\],:]|[^ \t\r\n{}\[\],:"]+)', re.DOTALL)
_ADRESSE = re.compile(r'("(?:uri|fichier)"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE)
"""The address of an attachment opens it to whoever reads it: a finding never shows it."""
_PAS = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


class Crochets(NamedTuple):
    """Brackets outside texts, in order. ``niveaux``: nesting after each one."""

    places: Positions
    octets: npt.NDArray[np.uint8]
    niveaux: Positions


def crochets(octets: bytes) -> Crochets:
    """Brackets and braces of a JSON text that are not inside one of its strings."""
    tout = np.frombuffer(octets, np.uint8)
    guillemets = np.flatnonzero(tout == ord('"'))
    obliques = np.flatnonzero(tout == ord("\\"))
    if len(obliques):
        guillemets = np.setdiff1d(guillemets, _echappes(obliques), assume_unique=True)
    interessant = np.zeros(256, np.bool_)
    interessant[list(b"{}[]")] = True
    places = np.flatnonzero(interessant[tout])
    places = places[np.searchsorted(guillemets, places) % 2 == 0]
    trouves = tout[places]
    pas = np.where((trouves == ord("{")) | (trouves == ord("[")), 1, -1)
    return Crochets(places, trouves, np.cumsum(pas))


def _echappes(obliques: Positions) -> Positions:
    """Where an escaped character stands: after each run of an odd number of backslashes."""
    debuts = np.flatnonzero(np.diff(obliques, prepend=-2) != 1)
    longueurs = np.diff(np.append(debuts, len(obliques)))
    impairs = longueurs % 2 == 1
    return np.asarray(obliques[debuts[impairs]] + longueurs[impairs], np.int64)


class Place(NamedTuple):
    """Line and columns (from 1, inclusive, in characters of the decoded line) and the raw text."""

    ligne: int
    debut: int
    fin: int
    brut: str


@dataclass(frozen=True)
class Situation:
    """Where zones stand (:class:`~ecritures.domain.constat.Localisation`).

    A line of the lot is an element of ``data.ecritures``: its ``numero_ligne`` is its rank, from 1, as the contract counts
    them. A finding shows the physical line of the body and the whole path of the value.
    ``nombre``: elements of ``data.ecritures``. ``parts``: path of the analytic parts, by ``numero_ligne``.
    ``orthographes``: path of the contract -> path as the body writes it.
    """

    texte: str
    nombre: int
    parts: Mapping[int, str] = field(default_factory=dict)
    orthographes: Mapping[str, str] = field(default_factory=dict)

    def situer(self, lieux: pl.DataFrame) -> pl.DataFrame:
        """Adds ``colonne_debut``, ``colonne_fin`` and ``brut``; ``numero_ligne`` becomes the physical line and ``zone``
        the path. What cannot be found keeps its rank."""
        numeros, zones, places = [], [], []
        for numero, zone in lieux.select("numero_ligne", "zone").iter_rows():
            chemin = self._chemin(numero, zone)
            place = self._place(chemin)
            zones.append(chemin or None)
            numeros.append(place.ligne if place else numero)
            places.append((place.debut, place.fin, place.brut) if place else (None, None, None))
        debut, fin, brut = zip(*places, strict=True) if places else ((), (), ())
        return lieux.with_columns(
            pl.Series("numero_ligne", numeros, pl.UInt32),
            pl.Series("zone", zones, pl.String),
            pl.Series("colonne_debut", debut, pl.UInt32),
            pl.Series("colonne_fin", fin, pl.UInt32),
            pl.Series("brut", brut, pl.String),
        )

    def _chemin(self, numero: int | None, zone: str | None) -> str:
        """Path of the value: a zone is a path of the body, or of the line's own element."""
        if zone is not None and zone.startswith(("data", "codeIbs", "SIRET")) and numero is None:
            return zone
        if numero is None:
            return zone or ""
        debut = self.parts.get(numero) or (f"data.ecritures[{numero - 1}]" if 0 < numero <= self.nombre else "")
        return f"{debut}.{zone}" if debut and zone else debut or zone or ""

    def _place(self, chemin: str) -> Place | None:
        while chemin:
            trouve = self._trouve(self.orthographes.get(chemin, chemin))
            if trouve is not None:
                return self._lieu(*trouve)
            chemin = chemin[: max(chemin.rfind("."), chemin.rfind("["), 0)]  # an absent key: its object
        return None

    def _lieu(self, debut: int, fin: int) -> Place:
        sauts = self._sauts
        ligne = int(np.searchsorted(sauts, debut))
        premiere = int(sauts[ligne - 1]) + 1 if ligne else 0
        bout = int(sauts[ligne]) if ligne < len(sauts) else len(self.texte)
        return Place(
            ligne + 1,
            debut - premiere + 1,
            max(min(fin, bout) - premiere, debut - premiere + 1),
            _en_clair(self.texte[debut:fin]),
        )

    @cached_property
    def _sauts(self) -> Positions:
        return np.asarray([m.start() for m in re.finditer("\n", self.texte)], np.int64)

    @cached_property
    def _elements(self) -> tuple[Positions, Positions] | None:
        """Start and end of each element of ``data.ecritures``, in characters; None when it is no array of objects."""
        tableau = self._suis("data.ecritures", 0)
        if tableau is None or self.texte[tableau[0]] != "[":
            return None
        octets = self.texte.encode("utf-8", "surrogatepass")
        trouves = crochets(octets)
        debut = len(self.texte[: tableau[0]].encode("utf-8", "surrogatepass"))
        rang = int(np.searchsorted(trouves.places, debut))
        niveau = trouves.niveaux[rang]
        ouvre = np.isin(trouves.octets, np.frombuffer(b"{[", np.uint8))
        apres = np.arange(len(trouves.places)) > rang
        fin = np.flatnonzero(apres & ~ouvre & (trouves.niveaux == niveau - 1))
        bout = int(fin[0]) if len(fin) else len(trouves.places)
        dedans = apres & (np.arange(len(trouves.places)) < bout)
        debuts = trouves.places[dedans & ouvre & (trouves.niveaux == niveau + 1)]
        fins = trouves.places[dedans & ~ouvre & (trouves.niveaux == niveau)] + 1
        if not len(debuts) == len(fins) == self.nombre:  # some element is no object: walk them
            marches = [v for _, v in _valeurs(self.texte, tableau[0], self._fins)]
            return np.asarray(marches, np.int64), np.asarray([self._fin(v) for v in marches], np.int64)
        return self._en_caracteres(octets, debuts), self._en_caracteres(octets, fins)

    def _en_caracteres(self, octets: bytes, places: Positions) -> Positions:
        if len(octets) == len(self.texte):
            return places
        suites = (np.frombuffer(octets, np.uint8) & 0xC0) == 0x80
        return places - np.concatenate(([0], np.cumsum(suites)))[places]

    def _trouve(self, chemin: str) -> tuple[int, int] | None:
        """``(start, end)`` of the value of that path."""
        tete = re.match(r"data\.ecritures\[([0-9]+)\]", chemin)
        if tete is None:
            return self._suis(chemin, 0)
        elements = self._elements
        rang = int(tete[1])
        if elements is None or rang >= len(elements[0]):
            return None
        debut, fin = int(elements[0][rang]), int(elements[1][rang])
        reste = chemin[tete.end() :].removeprefix(".")
        return self._suis(reste, debut) if reste else (debut, fin)

    def _suis(self, chemin: str, debut: int) -> tuple[int, int] | None:
        """Follows a path from the value that begins at ``debut``."""
        place = debut
        while place < len(self.texte) and self.texte[place] in _BLANCS:
            place += 1
        for cle, rang in _PAS.findall(chemin):
            voulue = self._enfant(place, cle or int(rang))
            if voulue is None:
                return None
            place = voulue
        return place, self._fin(place)

    def _enfant(self, place: int, quoi: str | int) -> int | None:
        """Where the value of that key or rank begins, in the object or array that begins at ``place``."""
        if place not in self._enfants:
            self._enfants[place] = {}, enumerate(_valeurs(self.texte, place, self._fins))
        connus, suite = self._enfants[place]
        while quoi not in connus:
            rang, (nom, debut) = next(suite, (-1, (None, -1)))
            if debut < 0:
                return None
            connus.setdefault(rang if nom is None else nom, debut)
        return connus[quoi]

    def _fin(self, place: int) -> int:
        return _fin(self.texte, place, self._fins)

    @cached_property
    def _enfants(self) -> dict[int, tuple[dict[str | int, int], Iterator[tuple[int, tuple[str | None, int]]]]]:
        """What is known of each object or array walked so far, and where its walk goes on."""
        return {}

    @cached_property
    def _fins(self) -> dict[int, int]:
        """Ends already walked to: an element with a thousand findings is walked once."""
        return {}


def _valeurs(texte: str, debut: int, fins: dict[int, int]) -> Iterator[tuple[str | None, int]]:
    """``(key, start)`` of each value of the object or array that begins at ``debut``; nothing for another value."""
    jeton = _JETON.match(texte, debut)
    if jeton is None or jeton[1] not in "{[":
        return
    objet, place = jeton[1] == "{", jeton.end()
    while (jeton := _JETON.match(texte, place)) is not None and jeton[1] not in "}]":
        nom = None
        if objet:
            nom = _nom(jeton[1])
            deux_points = _JETON.match(texte, jeton.end())
            if deux_points is None:
                return
            jeton = _JETON.match(texte, deux_points.end())
            if jeton is None:
                return
        yield nom, jeton.start(1)
        suite = _JETON.match(texte, _fin(texte, jeton.start(1), fins))
        if suite is None or suite[1] != ",":
            return
        place = suite.end()


def _nom(jeton: str) -> str:
    try:
        return str(json.loads(jeton))
    except ValueError:
        return jeton.strip('"')


def _fin(texte: str, debut: int, fins: dict[int, int]) -> int:
    """Where the value that begins at ``debut`` ends."""
    if debut in fins:
        return fins[debut]
    niveau, place = 0, debut
    while (jeton := _JETON.match(texte, place)) is not None:
        place = jeton.end()
        niveau += (jeton[1] in ("{", "[")) - (jeton[1] in ("}", "]"))
        if niveau <= 0:
            break
    fins[debut] = place if jeton else len(texte)
    return fins[debut]


def _en_clair(brut: str) -> str:
    """A text without its quotes, any other value as written, cut when long."""
    if brut.startswith('"'):
        with suppress(ValueError):
            brut = propre(str(json.loads(brut)))
    brut = _ADRESSE.sub(r"\1…", propre(brut))
    return brut if len(brut) <= BRUT_MAX else brut[: BRUT_MAX - 1] + "…"
