"""What a filter and a sort mean, in plain Python over one object at a time: the reference that the SQL is held to.

- A field that is null or absent equals null only; it differs from every value, as in JavaScript; it has no order, so
  ``> >= < <=`` are false for it (JavaScript would read null as 0).
- Texts compare character by character in the order of their codes, case and accents included: « A » < « a » < « é ».
- Dates compare as their text ``AAAA-MM-JJ``, amounts as exact decimals.
- In a sort, null comes before every value, and after when descending.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from ecritures.domain.filtre.arbre import Comparaison, Et, Expression, Operateur, Ou, Tri
from ecritures.domain.filtre.champs import Ressource

Objet = Mapping[str, Any]

_COMPARER: dict[Operateur, Callable[[Any, Any], bool]] = {
    Operateur.EGAL: operator.eq,
    Operateur.DIFFERENT: operator.ne,
    Operateur.SUPERIEUR: operator.gt,
    Operateur.SUPERIEUR_OU_EGAL: operator.ge,
    Operateur.INFERIEUR: operator.lt,
    Operateur.INFERIEUR_OU_EGAL: operator.le,
}


def retenir(expression: Expression | None, objet: Objet) -> bool:
    """Whether the object passes. ``objet`` holds answer values under the declared names: amounts in Decimal euros, dates
    as dates or as text."""
    match expression:
        case None:
            return True
        case Et(termes=termes):
            return all(retenir(terme, objet) for terme in termes)
        case Ou(termes=termes):
            return any(retenir(terme, objet) for terme in termes)
        case Comparaison(champ=champ, operateur=operateur, valeur=voulue):
            valeur = _comparable(objet.get(champ))
            if valeur is None or voulue is None:
                egales = valeur is None and voulue is None
                return egales if operateur is Operateur.EGAL else operateur is Operateur.DIFFERENT and not egales
            assert _famille(valeur) is _famille(voulue), f"{champ}: the object and the filter have different types"
            return _COMPARER[operateur](valeur, voulue)


def trier(objets: Sequence[Objet], tris: Sequence[Tri], ressource: Ressource) -> list[Objet]:
    """The objects in the order asked, ended by the key of the resource."""
    ordonnes = list(objets)
    for tri in reversed(avec_cle(tris, ressource)):
        ordonnes.sort(key=lambda objet: _rang(objet.get(tri.champ)), reverse=tri.descendant)  # used at once
    return ordonnes


def avec_cle(tris: Sequence[Tri], ressource: Ressource) -> tuple[Tri, ...]:
    """The sort followed by what is left of the key, so that it decides between any two objects."""
    cites = {tri.champ for tri in tris}
    return (*tris, *(Tri(nom) for nom in ressource.cle if nom not in cites))


def _rang(valeur: Any) -> tuple[bool, Any]:
    comparable = _comparable(valeur)
    return (comparable is not None, 0 if comparable is None else comparable)


def _comparable(valeur: Any) -> Any:
    return valeur.isoformat() if isinstance(valeur, date) else valeur


def _famille(valeur: Any) -> type:
    if isinstance(valeur, bool | str):
        return type(valeur)
    assert isinstance(valeur, int | Decimal), "amounts are exact"
    return Decimal
