"""What a report shows of one file: its verdict, its figures, and its first findings each with an extract of its line.

A :class:`Piece` holds no bytes of the file: a report on a hundred files keeps what it prints, no more.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import polars as pl

from ecritures.checks import CHECKS
from ecritures.domain.constat import Constats, Regle, Severity
from ecritures.domain.lot import Lot
from ecritures.formats.delimited import lignes_demandees
from ecritures.formats.fec.regles import REGLES as REGLES_FEC
from ecritures.formats.json_ecritures.regles import REGLES as REGLES_JSON
from ecritures.formats.perso.regles import REGLES as REGLES_PERSO
from ecritures.formats.tra.regles import REGLES as REGLES_TRA
from ecritures.imports.check import Examen
from ecritures.imports.read import MAUVAIS_FORMAT
from ecritures.imports.report import describe_lot, official_verdict
from ecritures.imports.stats import Statistiques, statistiques
from ecritures.imports.texte import text_of

MONTRES_MAX = 5_000
"""Findings laid out with their extract: a page of some megabytes, that a browser still opens at once."""
MONTRES_PAR_REGLE_MAX = 250
"""Findings of one rule laid out: past them a person corrects the cause, not the lines; no rule hides another."""
EXTRAIT_AUTOUR = 60
"""Characters of the line shown before and after the zone in question."""
EXTRAIT_MARQUE_MAX = 200
"""Characters of the zone itself shown in the extract."""

VERDICTS = {"conforme": "Conforme", "non_conforme": "Non conforme", "illisible": "Illisible"}
_CACHEES = frozenset({"Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Extrait(NamedTuple):
    """A piece of a line around its zone, harmless: one visible character for each of the file. ``debut``: its column."""

    debut: int
    avant: str
    marque: str
    apres: str


@dataclass(frozen=True, eq=False)
class Piece:
    """One file of a report. ``montres``: rows of CONSTATS; ``extraits``: one for each, None when there is no such text."""

    nom: str
    format: str | None
    verdict: str  # conforme, non_conforme, illisible
    resume: Mapping[str, Any]
    constats: Constats
    montres: pl.DataFrame
    extraits: tuple[Extrait | None, ...]
    statistiques: Statistiques | None
    officiel: Mapping[str, Any] | None  # FEC: what the administration's tool would say

    @property
    def regles(self) -> Mapping[str, tuple[Regle, int]]:
        """The rules found, by id, each with its true count, in the order they were found."""
        return {regle.id: (regle, nombre) for regle, nombre in self.constats.par_regle}

    @property
    def omis(self) -> int:
        """Findings counted and not laid out."""
        return self.constats.total - self.montres.height


def piece(nom: str, format_: str | None, examen: Examen, octets: bytes | None) -> Piece:
    """What a report keeps of a file examined. ``octets`` None: it could not be opened."""
    lot = examen.lot
    verdict = "illisible" if lot is None else "conforme" if examen.est_postable else "non_conforme"
    montres = bounded(examen.constats.liste)
    return Piece(
        nom=nom,
        format=format_,
        verdict=verdict,
        resume={} if lot is None else describe_lot(lot),
        constats=examen.constats,
        montres=montres,
        extraits=extracts(montres, lot, octets),
        statistiques=None if lot is None else statistiques(lot, octets),
        officiel=official_verdict(lot, examen.constats) if format_ == "fec" else None,
    )


def bounded(
    liste: pl.DataFrame, total_max: int = MONTRES_MAX, par_regle_max: int = MONTRES_PAR_REGLE_MAX
) -> pl.DataFrame:
    """The findings to lay out, in file order: the first of every rule, errors before the others when room is short."""
    premieres = liste.filter(pl.int_range(pl.len()).over("id") < par_regle_max)
    if premieres.height <= total_max:
        return premieres
    gravite = pl.col("severite").replace_strict(
        {s.value: rang for rang, s in enumerate(Severity)}, return_dtype=pl.UInt8
    )
    rang = pl.int_range(pl.len()).over("id")
    return (
        premieres.with_row_index("_place")
        .with_columns(_rang=rang, _gravite=gravite)
        .sort("_gravite", "_rang", maintain_order=True)
        .head(total_max)
        .sort("_place")
        .drop("_place", "_rang", "_gravite")
    )


@cache
def rules(format_: str | None) -> Mapping[str, Regle]:
    """The rules that a file of that format is held to, by id: those of its reader, then the checks."""
    lecteurs = {"tra": REGLES_TRA, "fec": REGLES_FEC, "json": REGLES_JSON, "perso": REGLES_PERSO}
    controles = [c for c in CHECKS if format_ is not None and format_ in c.formats]
    return {r.id: r for r in (MAUVAIS_FORMAT, *lecteurs.get(format_ or "", ()), *controles)}


def visible(texte: str) -> str:
    """The same number of characters, none of which controls a screen, hides, or reverses its neighbours."""
    if texte.isprintable():
        return texte
    return "".join(_visible(c) for c in texte)


def _visible(c: str) -> str:
    if c == "\t":
        return "→"
    if c < " ":
        return chr(0x2400 + ord(c))
    if c == "\x7f":
        return "␡"
    return "�" if "\x80" <= c <= "\x9f" or unicodedata.category(c) in _CACHEES else c


def extracts(montres: pl.DataFrame, lot: Lot | None, octets: bytes | None) -> tuple[Extrait | None, ...]:
    """One extract a finding, in their order. None for a finding on the whole file, or when the file is no text."""
    trouves: list[Extrait | None] = [None] * montres.height
    places = montres.select("numero_ligne", "colonne_debut", "colonne_fin").with_row_index("rang")
    places = places.drop_nulls("numero_ligne").sort("numero_ligne")
    if places.is_empty():
        return tuple(trouves)
    en_octets = lot is not None and lot.detection.colonnes_en == "octets"
    for rang, texte, debut, fin in _lines_of(places, lot, octets):
        trouves[rang] = _extract(texte, debut, fin, en_octets=en_octets)
    return tuple(trouves)


def _lines_of(
    places: pl.DataFrame, lot: Lot | None, octets: bytes | None
) -> Iterator[tuple[int, str, int | None, int | None]]:
    texte = text_of(lot, octets)
    if texte is None:
        return
    numeros = places["numero_ligne"].unique().sort().to_list()
    for lues in lignes_demandees(texte, numeros):
        joints = places.join(lues, on="numero_ligne", maintain_order="left")
        yield from joints.select("rang", "ligne", "colonne_debut", "colonne_fin").iter_rows()


def _extract(texte: str, debut: int | None, fin: int | None, *, en_octets: bool) -> Extrait:
    if debut is None or fin is None:
        return Extrait(1, visible(_court(texte, 3 * EXTRAIT_AUTOUR)), "", "")
    if en_octets:
        bruts = texte.encode()
        avant, marque, apres = (
            b.decode("utf-8", "replace") for b in (bruts[: debut - 1], bruts[debut - 1 : fin], bruts[fin:])
        )
    else:
        avant, marque, apres = texte[: debut - 1], texte[debut - 1 : fin], texte[fin:]
    debut_montre = debut - min(len(avant), EXTRAIT_AUTOUR)
    return Extrait(
        debut_montre,
        visible(avant[-EXTRAIT_AUTOUR:]),
        visible(_court(marque, EXTRAIT_MARQUE_MAX)),
        visible(_court(apres, EXTRAIT_AUTOUR)),
    )


def _court(texte: str, longueur: int) -> str:
    return texte if len(texte) <= longueur else texte[: longueur - 1] + "…"
