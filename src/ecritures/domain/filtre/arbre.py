"""What a filter means, as frozen values, and its canonical text.

The tree has one shape per meaning: ``===`` is ``==`` (operands always have the same type), a chain of ``&&`` is one flat
:class:`Et`, the field is always on the left. So ``lire_filtre(imprimer(arbre), …) == arbre`` and the printed text is stable.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

Valeur = str | int | Decimal | bool | None
"""A literal: text (dates and uuids too), whole number, amount in euros, boolean, or null. Never a float."""


class Operateur(StrEnum):
    EGAL = "=="
    DIFFERENT = "!="
    SUPERIEUR = ">"
    SUPERIEUR_OU_EGAL = ">="
    INFERIEUR = "<"
    INFERIEUR_OU_EGAL = "<="

    @property
    def retourne(self) -> Operateur:
        """The operator that says the same with its operands swapped: ``5 < debit`` is ``debit > 5``."""
        return _RETOURNES.get(self, self)


_RETOURNES = {
    Operateur.SUPERIEUR: Operateur.INFERIEUR,
    Operateur.SUPERIEUR_OU_EGAL: Operateur.INFERIEUR_OU_EGAL,
    Operateur.INFERIEUR: Operateur.SUPERIEUR,
    Operateur.INFERIEUR_OU_EGAL: Operateur.SUPERIEUR_OU_EGAL,
}
EGALITES = frozenset({Operateur.EGAL, Operateur.DIFFERENT})
TOUS = frozenset(Operateur)


@dataclass(frozen=True, slots=True)
class Comparaison:
    """``champ`` is the declared spelling; ``valeur`` has the type of the field (see ``Champ.lire``)."""

    champ: str
    operateur: Operateur
    valeur: Valeur

    def __post_init__(self) -> None:
        assert self.valeur is not None or self.operateur in EGALITES, "null has no order"


@dataclass(frozen=True, slots=True)
class Et:
    """All of at least two terms, none of which is itself an :class:`Et`. Build it with :func:`et`."""

    termes: tuple[Expression, ...]

    def __post_init__(self) -> None:
        assert len(self.termes) > 1 and not any(isinstance(terme, Et) for terme in self.termes)


@dataclass(frozen=True, slots=True)
class Ou:
    """Any of at least two terms, none of which is itself an :class:`Ou`. Build it with :func:`ou`."""

    termes: tuple[Expression, ...]

    def __post_init__(self) -> None:
        assert len(self.termes) > 1 and not any(isinstance(terme, Ou) for terme in self.termes)


Expression = Comparaison | Et | Ou


@dataclass(frozen=True, slots=True)
class Tri:
    champ: str
    descendant: bool = False


def et(*termes: Expression) -> Expression:
    """The conjunction in its one shape: flat, and the term itself when there is only one."""
    plats = tuple(t for terme in termes for t in (terme.termes if isinstance(terme, Et) else (terme,)))
    return plats[0] if len(plats) == 1 else Et(plats)


def ou(*termes: Expression) -> Expression:
    """The disjunction in its one shape: flat, and the term itself when there is only one."""
    plats = tuple(t for terme in termes for t in (terme.termes if isinstance(terme, Ou) else (terme,)))
    return plats[0] if len(plats) == 1 else Ou(plats)


def champs_contraints(expression: Expression | None) -> frozenset[str]:
    """The fields that limit the result whichever branch holds: those a route may require (« codeLettrage » or
    « ecritureOrigine » of EcritureComptable). In ``a == 1 || b == 2`` neither does."""
    match expression:
        case Comparaison(champ=champ):
            return frozenset({champ})
        case Et(termes=termes):
            return frozenset().union(*map(champs_contraints, termes))
        case Ou(termes=termes):
            return frozenset.intersection(*map(champs_contraints, termes))
    return frozenset()


def imprimer(expression: Expression) -> str:
    """The canonical text: one blank around operators, strings in double quotes, parentheses only where they are needed."""
    match expression:
        case Comparaison(champ=champ, operateur=operateur, valeur=valeur):
            return f"{champ} {operateur} {_imprimer_valeur(valeur)}"
        case Et(termes=termes):
            return " && ".join(f"({imprimer(t)})" if isinstance(t, Ou) else imprimer(t) for t in termes)
        case Ou(termes=termes):
            return " || ".join(map(imprimer, termes))


def imprimer_tri(tris: tuple[Tri, ...]) -> str:
    return "&&".join(f"{tri.champ}:desc" if tri.descendant else tri.champ for tri in tris)


_ECHAPPES = {ord('"'): '\\"', ord("\\"): "\\\\"} | {n: f"\\u{n:04x}" for n in range(1, 0x20)}
_ECHAPPES |= {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}


def _imprimer_valeur(valeur: Valeur) -> str:
    match valeur:
        case None:
            return "null"
        case bool():
            return "true" if valeur else "false"
        case str():
            return f'"{valeur.translate(_ECHAPPES)}"'
        case Decimal():
            return f"{valeur:f}"
    return str(valeur)
