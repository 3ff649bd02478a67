"""A filter and a sort as SQL: declared columns, bound parameters, the meaning of ``domain.filtre.evaluation`` on both bases.

The text of a request never becomes SQL: names are looked up in the declared columns, values travel as parameters.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal

from ecritures.domain.filtre import (
    Champ,
    Comparaison,
    DemandeListe,
    Et,
    Expression,
    Operateur,
    Ou,
    Ressource,
    Tri,
    avec_cle,
)

Colonnes = Mapping[str, sa.ColumnElement[Any]]
"""``Champ.colonne`` → column, or expression: ``table.c`` will do when the names are those of the table."""

_ORDRES: dict[Operateur, Callable[[Any, Any], sa.ColumnElement[bool]]] = {
    Operateur.SUPERIEUR: operator.gt,
    Operateur.SUPERIEUR_OU_EGAL: operator.ge,
    Operateur.INFERIEUR: operator.lt,
    Operateur.INFERIEUR_OU_EGAL: operator.le,
}


class _OrdreDesOctets(sa.ColumnElement[Any]):
    """A text in the order of its UTF-8 bytes, which is that of its characters: what SQLite does anyway."""

    inherit_cache = True
    _traverse_internals = [("texte", InternalTraversal.dp_clauseelement)]  # noqa: RUF012  # the base declares it so

    def __init__(self, texte: sa.ColumnElement[Any]) -> None:
        self.texte = texte
        self.type = texte.type


@compiles(_OrdreDesOctets)
def _tel_quel(element: _OrdreDesOctets, compilateur: Any, **options: Any) -> str:
    return str(compilateur.process(element.texte, **options))


@compiles(_OrdreDesOctets, "postgresql")
def _collation_c(element: _OrdreDesOctets, compilateur: Any, **options: Any) -> str:
    return f'({compilateur.process(element.texte, **options)}) COLLATE "C"'


def clause(expression: Expression | None, ressource: Ressource, colonnes: Colonnes) -> sa.ColumnElement[bool]:
    """The condition for a WHERE. Never to be negated: an order operator on a null gives NULL, that WHERE takes as false."""
    match expression:
        case None:
            return sa.true()
        case Et(termes=termes):
            return sa.and_(*(clause(terme, ressource, colonnes) for terme in termes))
        case Ou(termes=termes):
            return sa.or_(*(clause(terme, ressource, colonnes) for terme in termes))
        case Comparaison():
            return _comparer(expression, _champ(expression.champ, ressource), colonnes)


def ordre(tris: Sequence[Tri], ressource: Ressource, colonnes: Colonnes) -> list[sa.ColumnElement[Any]]:
    """The ORDER BY: the sort asked, then the key of the resource."""
    termes: list[sa.ColumnElement[Any]] = []
    for tri in avec_cle(tris, ressource):
        champ = _champ(tri.champ, ressource)
        colonne = _ordonnable(champ, colonnes)
        terme = colonne.desc() if tri.descendant else colonne.asc()
        if not champ.obligatoire:  # PostgreSQL puts nulls last; saying otherwise costs it the index
            terme = terme.nulls_last() if tri.descendant else terme.nulls_first()
        termes.append(terme)
    return termes


def lister(requete: sa.Select[Any], demande: DemandeListe, ressource: Ressource, colonnes: Colonnes) -> sa.Select[Any]:
    """The query limited to what was asked: filter, sort, skip, take. ``select`` is for whoever builds the answer."""
    if demande.filtre is not None:
        requete = requete.where(clause(demande.filtre, ressource, colonnes))
    return requete.order_by(*ordre(demande.tris, ressource, colonnes)).offset(demande.sauter).limit(demande.prendre)


def _champ(nom: str, ressource: Ressource) -> Champ:
    champ = ressource.champ(nom)
    assert champ is not None, f"{ressource.nom} declares no field {nom}"
    return champ


def _comparer(comparaison: Comparaison, champ: Champ, colonnes: Colonnes) -> sa.ColumnElement[bool]:
    assert comparaison.operateur in champ.operateurs_admis, f"{champ.nom} does not allow {comparaison.operateur}"
    colonne = colonnes[champ.colonne]
    est_egal = comparaison.operateur is Operateur.EGAL
    if comparaison.valeur is None:
        return colonne.is_(None) if est_egal else colonne.is_not(None)
    valeur = champ.stocker(comparaison.valeur)
    if est_egal:
        return colonne == valeur
    if comparaison.operateur is Operateur.DIFFERENT:
        return colonne != valeur if champ.obligatoire else colonne.is_distinct_from(valeur)
    return _ORDRES[comparaison.operateur](_ordonnable(champ, colonnes), valeur)


def _ordonnable(champ: Champ, colonnes: Colonnes) -> sa.ColumnElement[Any]:
    colonne = colonnes[champ.colonne]
    return _OrdreDesOctets(colonne) if isinstance(colonne.type, sa.String) else colonne
