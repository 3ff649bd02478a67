"""The parameters of the list routes: ``filter``, ``sort``, ``select``, ``skip``, ``take``.

A route declares a :class:`Ressource`, reads its parameters with :func:`lire_liste`, and gives the result to
``storage.filtre_sql``. Nothing of a request is ever evaluated, and no name of it reaches the database.
Meaning of a filter: :mod:`.evaluation`; grammar: :mod:`.lecture`.
"""

from ecritures.domain.filtre.arbre import (
    EGALITES,
    Comparaison,
    Et,
    Expression,
    Operateur,
    Ou,
    Tri,
    Valeur,
    champs_contraints,
    et,
    imprimer,
    imprimer_tri,
    ou,
)
from ecritures.domain.filtre.champs import Champ, Ressource, Stockee, TypeChamp, ValeurRefusee
from ecritures.domain.filtre.evaluation import avec_cle, retenir, trier
from ecritures.domain.filtre.lecture import lire_filtre
from ecritures.domain.filtre.liste import DemandeListe, lire_liste, lire_prise, lire_saut, lire_selection, lire_tri

__all__ = [
    "EGALITES",
    "Champ",
    "Comparaison",
    "DemandeListe",
    "Et",
    "Expression",
    "Operateur",
    "Ou",
    "Ressource",
    "Stockee",
    "Tri",
    "TypeChamp",
    "Valeur",
    "ValeurRefusee",
    "avec_cle",
    "champs_contraints",
    "et",
    "imprimer",
    "imprimer_tri",
    "lire_filtre",
    "lire_liste",
    "lire_prise",
    "lire_saut",
    "lire_selection",
    "lire_tri",
    "ou",
    "retenir",
    "trier",
]
