"""The fields a list route declares: their name, their type, what may be done with them, where they are stored.

What is not declared does not exist for a filter: no name of a request ever reaches the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from ecritures.domain.filtre.arbre import EGALITES, TOUS, Operateur, Valeur

ENTIER_MAX = 10**18 - 1
"""Whole numbers, and amounts in centimes: eighteen digits, which the BIGINT columns of the books hold."""

MOTS = ("true", "false", "null")
NOM = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*(?:\.[A-Za-z_$][A-Za-z0-9_$]*)*", re.ASCII)
"""A field name; a dot leads into an object of the answer (``axe.description``). ASCII, so that case is no surprise."""

Stockee = str | int | date | bool


class TypeChamp(StrEnum):
    TEXTE = "texte"
    ENTIER = "entier"
    MONTANT = "montant"
    DATE = "date"
    INSTANT = "instant"
    BOOLEEN = "booleen"
    UUID = "uuid"


ATTENDU = {
    TypeChamp.TEXTE: "un texte entre guillemets",
    TypeChamp.ENTIER: "un nombre entier sans guillemets, de 18 chiffres au plus",
    TypeChamp.MONTANT: "un montant sans guillemets, le point avant les décimales, deux au plus",
    TypeChamp.DATE: 'une date "AAAA-MM-JJ" entre guillemets',
    TypeChamp.INSTANT: 'un instant "AAAA-MM-JJTHH:MM:SS.mmmZ" ou une date "AAAA-MM-JJ", entre guillemets',
    TypeChamp.BOOLEEN: "true ou false, sans guillemets",
    TypeChamp.UUID: "un uuid entre guillemets, 8-4-4-4-12 chiffres hexadécimaux",
}


class ValeurRefusee(ValueError):
    """The literal is not one of the field; the text says what is expected. Becomes a FiltreInvalide with its place."""


@dataclass(frozen=True, slots=True)
class Champ:
    """A field of a list route.

    nom: the documented spelling, matched without regard to case. operateurs: those allowed, by default all, or equality
    alone for booleans and uuids; none means that the field is not filtered on. colonne: key of the column in the mapping
    given to ``storage.filtre_sql``, by default the name. conversion: documented value → stored value, when it is not
    that of the type; it raises ValeurRefusee for a value that does not exist, and keeps the order if an order operator
    is allowed. triable: by default yes, unless a conversion may change the order. obligatoire: never null, so that a sort may follow an index.
    """

    nom: str
    type: TypeChamp
    operateurs: frozenset[Operateur] | None = None
    colonne: str = ""
    conversion: Callable[[Valeur], Stockee] | None = None
    triable: bool | None = None
    obligatoire: bool = False

    def __post_init__(self) -> None:
        assert NOM.fullmatch(self.nom) and self.nom.lower() not in MOTS, self.nom
        if self.operateurs is None:
            seuls = self.type in (TypeChamp.BOOLEEN, TypeChamp.UUID) or self.conversion is not None
            object.__setattr__(self, "operateurs", EGALITES if seuls else TOUS)
        if self.triable is None:
            object.__setattr__(self, "triable", self.conversion is None)
        object.__setattr__(self, "colonne", self.colonne or self.nom)

    @property
    def operateurs_admis(self) -> tuple[Operateur, ...]:
        """Those allowed, in the order of the documentation."""
        return tuple(op for op in Operateur if op in (self.operateurs or ()))

    def lire(self, brute: Valeur) -> Valeur:
        """The literal as a value of this field, canonical. Raises ValeurRefusee: types never convert into each other."""
        if brute is None:
            return None
        valeur = _LECTURES[self.type](brute)
        if valeur is None:
            raise ValeurRefusee(ATTENDU[self.type])
        if self.conversion is not None:
            self.conversion(valeur)
        return valeur

    def stocker(self, valeur: Valeur) -> Stockee:
        """The value as its column holds it; ``valeur`` comes from :meth:`lire` and is not null."""
        assert valeur is not None
        if self.conversion is not None:
            return self.conversion(valeur)
        match self.type:
            case TypeChamp.MONTANT:
                centimes = en_centimes(valeur)
                assert centimes is not None
                return centimes
            case TypeChamp.DATE:
                return date.fromisoformat(str(valeur))
            case TypeChamp.INSTANT:
                ecoule = datetime.fromisoformat(str(valeur)) - datetime(1970, 1, 1, tzinfo=UTC)
                return ecoule // timedelta(milliseconds=1)
            case TypeChamp.BOOLEEN:
                return int(bool(valeur))
        assert isinstance(valeur, str | int)
        return valeur


@dataclass(frozen=True)
class Ressource:
    """The fields of a list route, in the order of the documentation.

    cle: names of fields that together tell two objects apart; they end every sort, so that pages never overlap.
    """

    nom: str
    champs: tuple[Champ, ...]
    cle: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert len(self._par_nom) == len(self.champs), f"{self.nom}: two fields differ by case only"
        assert all(nom in {champ.nom for champ in self.champs} for nom in self.cle)

    @cached_property
    def _par_nom(self) -> dict[str, Champ]:
        return {champ.nom.lower(): champ for champ in self.champs}

    def champ(self, nom: str) -> Champ | None:
        """The field of that name, whatever its case."""
        return self._par_nom.get(nom.lower()) if nom.isascii() else None

    @property
    def filtrables(self) -> tuple[Champ, ...]:
        return tuple(champ for champ in self.champs if champ.operateurs)

    @property
    def triables(self) -> tuple[Champ, ...]:
        return tuple(champ for champ in self.champs if champ.triable)


def en_centimes(valeur: Valeur) -> int | None:
    """The amount in centimes, or None for what is not a whole number of centimes within bounds.

    On the digits alone: decimal arithmetic rounds at the precision of a context that others may set.
    """
    if isinstance(valeur, bool) or not isinstance(valeur, int | Decimal):
        return None
    if isinstance(valeur, int):
        centimes, reste = valeur * 100, 0
    else:
        signe, chiffres, exposant = valeur.as_tuple()
        if not isinstance(exposant, int) or abs(exposant) > 40 or len(chiffres) > 40:
            return None
        nombre = int("".join(map(str, chiffres)))
        centimes, reste = divmod(nombre * 10 ** max(exposant + 2, 0), 10 ** max(-2 - exposant, 0))
        centimes = -centimes if signe else centimes
    return centimes if reste == 0 and abs(centimes) <= ENTIER_MAX else None


def en_euros(centimes: int) -> Decimal:
    """The exact amount, always with two decimals: ``-5`` gives ``Decimal("-0.05")``."""
    return Decimal((int(centimes < 0), tuple(map(int, str(abs(centimes)))), -2))


def _lire_entier(brute: Valeur) -> Valeur:
    if isinstance(brute, Decimal):  # 12.0 is 12, as in JavaScript; 12.5 is no whole number
        centimes = en_centimes(brute)
        brute = centimes // 100 if centimes is not None and centimes % 100 == 0 else None
    est_entier = isinstance(brute, int) and not isinstance(brute, bool)
    return brute if est_entier and abs(int(brute or 0)) <= ENTIER_MAX else None


def _lire_montant(brute: Valeur) -> Valeur:
    centimes = en_centimes(brute)
    return None if centimes is None else en_euros(centimes)


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(_DATE.pattern + r"(?:T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,3})?Z)?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


def _lire_date(brute: Valeur) -> Valeur:
    if not isinstance(brute, str) or not _DATE.fullmatch(brute):
        return None
    try:
        return date.fromisoformat(brute).isoformat()
    except ValueError:
        return None


def _lire_instant(brute: Valeur) -> Valeur:
    if not isinstance(brute, str) or not _INSTANT.fullmatch(brute):
        return None
    jour, _, heure = brute.removesuffix("Z").partition("T")
    seconde, _, milliemes = (heure or "00:00:00").partition(".")
    try:
        instant = datetime.fromisoformat(f"{jour}T{seconde}.{milliemes or '0':0<3}+00:00")
    except ValueError:
        return None
    return instant.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _lire_uuid(brute: Valeur) -> Valeur:
    return brute.lower() if isinstance(brute, str) and brute.isascii() and _UUID.fullmatch(brute.lower()) else None


_LECTURES: dict[TypeChamp, Callable[[Valeur], Valeur]] = {
    TypeChamp.TEXTE: lambda brute: brute if isinstance(brute, str) else None,
    TypeChamp.ENTIER: _lire_entier,
    TypeChamp.MONTANT: _lire_montant,
    TypeChamp.DATE: _lire_date,
    TypeChamp.INSTANT: _lire_instant,
    TypeChamp.BOOLEEN: lambda brute: brute if isinstance(brute, bool) else None,
    TypeChamp.UUID: _lire_uuid,
}
