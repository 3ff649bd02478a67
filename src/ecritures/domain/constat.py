"""Constats: what is wrong, or worth saying, in a file, with its place and its remedy.

A :class:`Regle` declares one defect (public id, severity, French texts, source). Readers and checks give
:class:`Releve` values: the offending places of one rule, as a frame. :func:`dresser` turns them into
:class:`Constats`: every finding located, worded and put in file order, with true totals.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import polars as pl

from ecritures.domain.montant import expr_date_fr, expr_euros

LIMITE_CONSTATS = 100_000
"""Findings kept for one file (errors first, then file order). Totals stay true beyond it: a person reads the first
hundreds, a program the counts; a file with a defect on every one of a million lines must not fill the books' disk."""


class Severity(StrEnum):
    """ERROR stops posting, WARNING is shown, INFO is counted."""

    ERROR = "ERREUR"
    WARNING = "AVERTISSEMENT"
    INFO = "INFO"


@dataclass(frozen=True)
class Regle:
    """One kind of defect. ``id`` is public for ever (``sujet.defaut``); ``code`` is the printed specification's.

    ``message`` is a French sentence with ``{parameters}``: names of columns of the rule's frame; ``{x:€}`` words Int64
    centimes as euros, ``{x:date}`` words a Date. ``remede`` says what to do. ``source`` is where the rule comes from.
    """

    id: str
    severity: Severity
    titre: str
    message: str
    remede: str
    source: str
    code: str | None = None

    def __post_init__(self) -> None:
        assert "." in self.id and self.id == self.id.lower(), f"id {self.id!r} must read sujet.defaut"
        assert self.titre and self.message and self.remede and self.source, f"rule {self.id} lacks a text"


@dataclass(frozen=True)
class Releve:
    """The places where one rule found its defect.

    ``lieux``: ``numero_ligne`` (UInt32, counted from 1, null for the whole file) and optionally ``zone`` (vendor name),
    ``champ`` (domain name, used when ``zone`` is absent), ``valeur`` (raw text), plus the message's parameters. A frame that
    already has ``colonne_debut`` and ``colonne_fin`` is at its place: no localisation is asked.
    ``nombre`` is the true count: ``lieux`` may hold fewer rows.
    """

    regle: Regle
    lieux: pl.DataFrame
    nombre: int


class Collecteur:
    """Gathers the findings of a reader that works block by block: true counts, bounded rows."""

    def __init__(self, limite: int = LIMITE_CONSTATS) -> None:
        self._limite = limite
        self._lieux: dict[str, list[pl.DataFrame]] = {}
        self._nombres: dict[str, int] = {}
        self._regles: dict[str, Regle] = {}

    def ajoute(self, regle: Regle, lieux: pl.DataFrame, nombre: int | None = None) -> None:
        """Adds places of ``regle`` (an empty frame adds nothing); ``nombre`` when it exceeds the rows given."""
        combien = lieux.height if nombre is None else nombre
        if combien == 0:
            return
        deja = self._nombres.get(regle.id, 0)
        self._regles[regle.id] = regle
        self._nombres[regle.id] = deja + combien
        if deja < self._limite:
            self._lieux.setdefault(regle.id, []).append(lieux.head(self._limite - deja))

    def signale(self, regle: Regle, numero_ligne: int | None = None, **parametres: object) -> None:
        """Adds one place, its parameters given by name."""
        ligne = pl.Series("numero_ligne", [numero_ligne], dtype=pl.UInt32)
        self.ajoute(regle, pl.DataFrame([ligne, *(pl.Series(nom, [v]) for nom, v in parametres.items())]))

    def releves(self) -> tuple[Releve, ...]:
        """What was gathered, a ``Releve`` a rule."""
        return tuple(
            Releve(self._regles[i], pl.concat(cadres, how="diagonal_relaxed"), self._nombres[i])
            for i, cadres in self._lieux.items()
        )


AUTRES_NUMEROS = ("premiere", "derniere", "suivante", "marque")
"""Parameters of messages that are line numbers too, when they are integers: a localisation that moves ``numero_ligne`` moves them."""


class Localisation(Protocol):
    """Where a zone stands on a line. Given by the reader, which alone knows its format's columns."""

    def situer(self, lieux: pl.DataFrame) -> pl.DataFrame:
        """Adds to ``numero_ligne, zone`` the columns ``colonne_debut``, ``colonne_fin`` (UInt32, from 1, inclusive, in
        characters of the decoded line) and ``brut`` (String, the raw text there); null where there is no such place.
        Rows keep their order. ``numero_ligne`` may move to the line where the value itself stands (XML), and a column
        ``partie`` may name the file among several that one lot was read from: messages then begin with it."""
        ...


CONSTATS: dict[str, type[pl.DataType]] = {
    "id": pl.String,
    "code": pl.String,
    "severite": pl.String,
    "numero_ligne": pl.UInt32,
    "colonne_debut": pl.UInt32,
    "colonne_fin": pl.UInt32,
    "zone": pl.String,
    "valeur": pl.String,
    "message": pl.String,
    "remede": pl.String,
}
"""Columns of a frame of findings, in the order of the public JSON."""


@dataclass(frozen=True)
class Constats:
    """All findings of one file. ``liste`` is a CONSTATS frame in file order; the counts are those of the whole file."""

    liste: pl.DataFrame
    par_code: Mapping[str, int]
    par_severite: Mapping[str, int] = field(default_factory=dict)
    par_regle: tuple[tuple[Regle, int], ...] = ()  # each rule found, with its true count, in the order it was found

    @property
    def total(self) -> int:
        return sum(self.par_code.values())

    @property
    def est_bloquant(self) -> bool:
        """True when at least one finding is an ERROR: nothing may be posted."""
        return self.par_severite.get(Severity.ERROR, 0) > 0


def _expr_message(modele: str, colonnes: Mapping[str, pl.DataType]) -> pl.Expr:
    morceaux: list[pl.Expr] = []
    for texte, nom, forme, _ in string.Formatter().parse(modele):
        if texte:
            morceaux.append(pl.lit(texte))
        if nom is None:
            continue
        valeur = pl.col(nom)
        if forme == "€":
            valeur = expr_euros(valeur)
        elif forme == "date":
            valeur = expr_date_fr(valeur)
        elif isinstance(colonnes.get(nom), pl.List):
            valeur = valeur.list.join(", ")
        morceaux.append(valeur.cast(pl.String).fill_null("") if nom in colonnes else pl.lit(""))
    return pl.concat_str(morceaux) if morceaux else pl.lit("")


def _redige(
    releve: Releve, severite: Severity, zones: Mapping[str, str], localisation: Localisation | None
) -> pl.DataFrame:
    lieux = releve.lieux.with_columns(pl.col("numero_ligne").cast(pl.UInt32))
    if "zone" not in lieux.columns:
        zone = (
            pl.col("champ").replace_strict(zones, default=None, return_dtype=pl.String)
            if "champ" in lieux.columns
            else pl.lit(None, pl.String)
        )
        lieux = lieux.with_columns(zone=zone)
    lieux = lieux.with_columns(pl.col("zone").cast(pl.String))
    avant = lieux["numero_ligne"]
    if "colonne_debut" in lieux.columns:  # placed by its reader, which saw what no zone names
        lieux = lieux.with_columns(brut=pl.lit(None, pl.String))
    elif localisation is not None:
        lieux = localisation.situer(lieux)
    else:
        vide = pl.lit(None, pl.UInt32)
        lieux = lieux.with_columns(colonne_debut=vide, colonne_fin=vide, brut=pl.lit(None, pl.String))
    valeur = pl.coalesce(pl.col("valeur").cast(pl.String), "brut") if "valeur" in lieux.columns else pl.col("brut")
    lieux = lieux.with_columns(valeur=valeur)
    regle = releve.regle
    return lieux.select(
        id=pl.lit(regle.id),
        code=pl.lit(regle.code, pl.String),
        severite=pl.lit(severite.value),
        numero_ligne=pl.col("numero_ligne"),
        colonne_debut=pl.col("colonne_debut").cast(pl.UInt32),
        colonne_fin=pl.col("colonne_fin").cast(pl.UInt32),
        zone=pl.col("zone"),
        valeur=pl.col("valeur"),
        message=_expr_message(_avec_partie(regle.message, lieux), dict(lieux.schema)),
        remede=pl.lit(regle.remede),
        _ordre=avant if "partie" in lieux.columns else pl.col("numero_ligne"),
    )


def _avec_partie(message: str, lieux: pl.DataFrame) -> str:
    return "{partie}" + message if "partie" in lieux.columns else message


def dresser(
    releves: Iterable[Releve],
    *,
    zones: Mapping[str, str] | None = None,
    localisation: Localisation | None = None,
    severites: Mapping[str, Severity] | None = None,
    limite: int = LIMITE_CONSTATS,
) -> Constats:
    """Findings located, worded and in file order (whole-file findings first), with true counts.

    ``zones`` maps a domain field name to the vendor's zone name. ``severites`` overrides a rule's severity, by id.
    Beyond ``limite`` rows, errors are kept before warnings and those before information.
    """
    par_code: dict[str, int] = {}
    par_severite: dict[str, int] = {}
    par_regle: dict[str, tuple[Regle, int]] = {}
    cadres: list[pl.DataFrame] = []
    for releve in releves:
        if releve.nombre == 0:
            continue
        severite = (severites or {}).get(releve.regle.id, releve.regle.severity)
        cle = releve.regle.code or releve.regle.id
        par_code[cle] = par_code.get(cle, 0) + releve.nombre
        par_severite[severite.value] = par_severite.get(severite.value, 0) + releve.nombre
        deja = par_regle.get(releve.regle.id, (releve.regle, 0))[1]
        par_regle[releve.regle.id] = (releve.regle, deja + releve.nombre)
        cadres.append(
            _redige(Releve(releve.regle, releve.lieux.head(limite), releve.nombre), severite, zones or {}, localisation)
        )
    liste = pl.concat(cadres) if cadres else pl.DataFrame(schema={**CONSTATS, "_ordre": pl.UInt32})
    if liste.height > limite:
        gravite = pl.col("severite").replace_strict(
            {s.value: rang for rang, s in enumerate(Severity)}, return_dtype=pl.UInt8
        )
        liste = liste.sort(gravite, "_ordre", nulls_last=False, maintain_order=True).head(limite)
    # stable: at one place the reader's findings, given first, come before those of the checks that follow from them
    liste = liste.sort("_ordre", "colonne_debut", nulls_last=False, maintain_order=True).drop("_ordre")
    return Constats(liste, dict(sorted(par_code.items())), par_severite, tuple(par_regle.values()))
