"""Where a zone stands in the XML form: only the elements asked for are read again.

A line of the lot is a ``ligne`` element; a zone of it may stand in its entry or its journal, on another physical line.
A place given here is the value's own: its physical line, and its columns on that line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple
from xml.parsers import expat

import polars as pl

from ecritures.domain.constat import AUTRES_NUMEROS
from ecritures.formats.fec.xml_schema import ALIAS, PARENT

FRAGMENT_OCTETS_MAX = 256 << 10
"""How much of a block is read again to find one of its values."""

_FINS = {"ligne": b"</ligne", "ecriture": b"<ligne", "journal": b"<ecriture"}
_ORIGINES = {"ligne": "_octet", "ecriture": "_ecriture", "journal": "_journal"}
_RANG = re.compile(r"(?P<nom>.*?)(?P<ligne> \(ligne\))?(?: \((?P<rang>[0-9]+)\))?", re.DOTALL)


class _Valeur(NamedTuple):
    """Line and columns from 1, relative to the block; the text, without the blanks around it."""

    ligne: int
    debut: int
    fin: int
    texte: str


@dataclass(frozen=True, eq=False)
class SituationXml:
    """:class:`~ecritures.domain.constat.Localisation` of the XML form.

    ``lignes``: numero_ligne of the lot, ``_ligne``, ``_colonne``, ``_octet``, ``_ecriture``, ``_journal``. ``lieux``: octet, ligne, colonne of
    the entries and journals. ``octets``: the whole file in UTF-8, line ends normalised.
    """

    octets: bytes
    lignes: pl.DataFrame
    lieux: pl.DataFrame

    def situer(self, lieux: pl.DataFrame) -> pl.DataFrame:
        """Adds ``colonne_debut``, ``colonne_fin`` and ``brut``; ``numero_ligne`` becomes the physical line of the value, or of
        the ``ligne`` element where there is no value to show."""
        places = lieux.select(pl.col("numero_ligne").cast(pl.UInt32), zone=pl.col("zone").cast(pl.String))
        places = places.join(self.lignes, on="numero_ligne", how="left", maintain_order="left")
        demandes = places.filter(pl.col("zone").is_not_null() & pl.col("_octet").is_not_null())
        connus = self._valeurs(demandes)
        trouves = [
            connus.get((self._origine(rangee, rangee["zone"]), rangee["zone"])) if rangee["zone"] else None
            for rangee in places.iter_rows(named=True)
        ]
        entier = pl.UInt32()
        physique = pl.Series("p", [v.ligne if v else None for v in trouves], dtype=entier)
        return lieux.with_columns(
            *(
                self._physiques(lieux[nom])
                for nom in AUTRES_NUMEROS
                if nom in lieux.columns and lieux.schema[nom].is_integer()
            ),
            pl.coalesce(physique, places["_ligne"], places["numero_ligne"]).alias("numero_ligne"),
            colonne_debut=pl.Series([v.debut if v else None for v in trouves], dtype=entier),
            colonne_fin=pl.Series([v.fin if v else None for v in trouves], dtype=entier),
            brut=pl.Series([v.texte if v else None for v in trouves], dtype=pl.String()),
        )

    def _physiques(self, numeros: pl.Series) -> pl.Series:
        """The physical lines of the ``ligne`` elements that a message names."""
        lot = numeros.cast(pl.UInt32).alias("numero_ligne").to_frame()
        trouves = lot.join(self.lignes, on="numero_ligne", how="left", maintain_order="left")
        return trouves.select(pl.coalesce("_ligne", "numero_ligne").alias(numeros.name))[numeros.name]

    @staticmethod
    def _origine(rangee: Mapping[str, int | None], zone: str) -> int | None:
        return rangee[_ORIGINES.get(PARENT.get(zone, "ligne"), "_octet")]

    def _valeurs(self, demandes: pl.DataFrame) -> dict[tuple[int | None, str], _Valeur]:
        """Every value asked for, at its place in the file. A block is read once, whatever the zones asked of it."""
        connus: dict[tuple[int | None, str], _Valeur] = {}
        blocs: dict[int, dict[str, list[_Valeur]]] = {}
        autres = self._origines(demandes)
        for rangee in demandes.unique(maintain_order=True).iter_rows(named=True):
            zone = rangee["zone"]
            octet = self._origine(rangee, zone)
            if octet is None or (octet, zone) in connus:
                continue
            if octet not in blocs:
                blocs[octet] = _valeurs_du_bloc(self.octets, octet, PARENT.get(zone, "ligne"))
            valeur = _choisie(blocs[octet], zone)
            if valeur is None:
                continue
            ligne, colonne = autres.get(octet, (rangee["_ligne"], rangee["_colonne"]))
            decalage = colonne - 1 if valeur.ligne == 1 else 0
            connus[octet, zone] = _Valeur(
                ligne + valeur.ligne - 1, valeur.debut + decalage, valeur.fin + decalage, valeur.texte
            )
        return connus

    def _origines(self, demandes: pl.DataFrame) -> dict[int, tuple[int, int]]:
        """Line and column of the entries and journals asked for."""
        octets = pl.concat([demandes["_ecriture"], demandes["_journal"]]).unique().implode()
        voulus = self.lieux.filter(pl.col("octet").is_in(octets))
        return {octet: (ligne, colonne) for octet, ligne, colonne in voulus.iter_rows()}


def _choisie(valeurs: Mapping[str, list[_Valeur]], zone: str) -> _Valeur | None:
    """The value of that zone: the first of its name; the one that its rank tells for a producer's repeated element."""
    forme = _RANG.fullmatch(zone)
    nom = forme["nom"] if forme else zone
    rang = int(forme["rang"] or 1) if forme else 1
    presentes = valeurs.get(nom, [])
    return presentes[rang - 1] if 0 < rang <= len(presentes) else None


def _valeurs_du_bloc(octets: bytes, debut: int, bloc: str) -> dict[str, list[_Valeur]]:
    """The direct values of the block that begins at that byte, up to its first block inside."""
    limite = debut + FRAGMENT_OCTETS_MAX
    fin = octets.find(_FINS[bloc], debut + 1, limite)
    fragment = octets[debut : limite if fin < 0 else fin]
    valeurs: dict[str, list[_Valeur]] = {}
    profondeur = 0
    ouvert: list[int] = []  # byte, line and column where the value begins, once known
    morceaux: list[str] = []
    p = expat.ParserCreate("utf-8")
    p.ordered_attributes = True

    def commence(nom: str, _: object) -> None:
        nonlocal profondeur
        note()
        profondeur += 1
        if profondeur == 2:
            ouvert[:] = []
            morceaux.clear()

    def texte(morceau: str) -> None:
        note()
        if profondeur >= 2:
            morceaux.append(morceau)

    def note() -> None:
        if profondeur == 2 and not ouvert:
            ouvert[:] = [p.CurrentByteIndex, p.CurrentLineNumber, p.CurrentColumnNumber + 1]

    def finit(nom: str) -> None:
        nonlocal profondeur
        note()
        if profondeur == 2:
            brut = fragment[ouvert[0] : p.CurrentByteIndex].decode("utf-8", "replace")
            place = _place(brut, ouvert[1], ouvert[2], "".join(morceaux).strip())
            valeurs.setdefault(ALIAS.get(nom, nom), []).append(place)
        profondeur -= 1

    p.StartElementHandler, p.EndElementHandler, p.CharacterDataHandler = commence, finit, texte
    with suppress(expat.ExpatError):  # not well formed further: what came before has its place
        p.Parse(fragment, False)
    p.StartElementHandler = p.EndElementHandler = p.CharacterDataHandler = None
    return valeurs


def _place(brut: str, ligne: int, colonne: int, texte: str) -> _Valeur:
    """Where the text stands, blanks around it left out. A text on several lines ends with its first one."""
    nu = brut.lstrip()
    avant = brut[: len(brut) - len(nu)] if nu else ""
    if "\n" in avant:
        ligne, colonne = ligne + avant.count("\n"), len(avant) - avant.rfind("\n")
    else:
        colonne += len(avant)
    premiere = nu.rstrip().split("\n", 1)[0].rstrip("\r")
    return _Valeur(ligne, colonne, colonne + max(len(premiere), 1) - 1, texte)
