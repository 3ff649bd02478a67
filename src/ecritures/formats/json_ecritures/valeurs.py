"""One JSON value at a time: numbers kept as their text, exact amounts, dates as written. Nothing here is a float."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from ecritures.domain.montant import CENTIMES_MAX
from ecritures.formats.json_ecritures.layout import ISO

NOMBRE_MAX = 64
"""Characters of a number: an amount has fourteen, and an integer of a million digits takes seconds to convert."""

PROFONDEUR_MAX = 32
"""Nested objects and arrays: the structure of the contract has seven."""

Objet = dict[str, Any]


class Nombre(str):
    """A JSON number, as its text: it never passes through a float."""

    __slots__ = ()


class Constante(str):
    """``NaN``, ``Infinity`` or ``-Infinity``: not JSON, and no amount."""

    __slots__ = ()


class Doublee(Objet):
    """An object whose text gives some key twice; ``cles`` names them. The last value is kept, as usual readers do."""

    cles: tuple[str, ...] = ()


def _objet(paires: list[tuple[str, Any]]) -> Objet:
    objet = dict(paires)
    if len(objet) == len(paires):
        return objet
    vues: set[str] = set()
    doubles = tuple(dict.fromkeys(cle for cle, _ in paires if cle in vues or vues.add(cle)))  # type: ignore[func-returns-value]
    objet = Doublee(objet)
    objet.cles = doubles
    return objet


def charger(texte: str) -> Any:
    """The value of a JSON text. Raises json.JSONDecodeError, and RecursionError on a text nested without end."""
    return json.loads(texte, parse_float=Nombre, parse_int=Nombre, parse_constant=Constante, object_pairs_hook=_objet)


def ecrit(valeur: Any) -> str:
    """A value read by :func:`charger`, as compact JSON; numbers as they were written, lone surrogates as U+FFFD."""
    if isinstance(valeur, Constante):
        return "null"
    if isinstance(valeur, Nombre):
        return str(valeur)
    if isinstance(valeur, dict):
        return "{" + ",".join(f"{ecrit(cle)}:{ecrit(v)}" for cle, v in valeur.items()) + "}"
    if isinstance(valeur, list):
        return "[" + ",".join(map(ecrit, valeur)) + "]"
    return json.dumps(propre(valeur) if isinstance(valeur, str) else valeur, ensure_ascii=False)


_DEMIS = re.compile("[\ud800-\udfff]")


def propre(texte: str) -> str:
    """The text without lone surrogates, which are no characters: they become U+FFFD."""
    return texte if texte.isascii() else _DEMIS.sub("\ufffd", texte)


_SIMPLE = re.compile(r"(-?)([0-9]{1,10})(?:\.([0-9]{1,2})0*)?")


def centimes(texte: str) -> int | None:
    """Exact centimes of a decimal text with a point. None: not a number, more than two decimals, or out of bounds."""
    return unites(texte, 2)


def unites(texte: str, decimales: int) -> int | None:
    """Minor units of a currency that has that many decimals, exactly. None when it cannot be."""
    if decimales == 2 and (simple := _SIMPLE.fullmatch(texte)):
        valeur = int(simple[2]) * 100 + int((simple[3] or "").ljust(2, "0"))
        return (-valeur if simple[1] else valeur) if valeur <= CENTIMES_MAX else None
    if len(texte) > NOMBRE_MAX or not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?", texte):
        return None
    try:
        nombre = Decimal(texte)
    except InvalidOperation:
        return None
    if not nombre:
        return 0
    if nombre.adjusted() > 13:
        return None
    exact = nombre.scaleb(decimales)
    entier = int(exact)
    return entier if entier == exact and abs(entier) <= CENTIMES_MAX else None


def texte_decimal(texte: str, separateur: str) -> str:
    """A number written as text with that decimal mark, with a point instead; unchanged when it is not one."""
    return texte.replace(separateur, ".", 1) if separateur != "." and "." not in texte else texte


def jour(texte: str, motif: re.Pattern[str]) -> date | None:
    """The calendar date written in the text, whatever its hour: no shift to a local time."""
    trouve = motif.fullmatch(texte)
    if trouve is None:
        return None
    try:
        return date(int(trouve["a"]), int(trouve["m"]), int(trouve["j"]))
    except ValueError:
        return None


_JOUR_SEUL = re.compile(r"(?P<a>[0-9]{4})-(?P<m>[0-9]{2})-(?P<j>[0-9]{2})")


def jour_large(texte: str, motif: re.Pattern[str]) -> date | None:
    """A date in the form asked for, in the contract's ISO form, or an ISO day without its hour: none is ambiguous."""
    assert ISO is not None
    return jour(texte, motif) or jour(texte, ISO) or jour(texte, _JOUR_SEUL)


def jour_iso(texte: str) -> date | None:
    assert ISO is not None
    return jour(texte, ISO)


def est_siret(texte: str) -> bool:
    """Fourteen digits whose Luhn key holds."""
    if re.fullmatch(r"[0-9]{14}", texte) is None:
        return False
    chiffres = [int(c) for c in texte]
    return (sum(chiffres[1::2]) + sum(sum(divmod(2 * c, 10)) for c in chiffres[::2])) % 10 == 0
