"""The list routes, as the flow knows them: what is asked is read here, what answers is a port."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from ecritures.domain.errors import FiltreInvalide
from ecritures.domain.filtre import DemandeListe, champs_contraints, lire_liste
from ecritures.domain.filtre.lexique import FIN
from ecritures.domain.ressources import RessourceListe

if TYPE_CHECKING:
    from ecritures.imports.ports import Dossier


class Listes(Protocol):
    """The objects behind the list routes, of the books and of the firm."""

    def lire(
        self,
        ressource: RessourceListe,
        demande: DemandeListe,
        *,
        domain: str,
        dossier: Dossier | None,
        permis: frozenset[int] | None = None,
    ) -> Sequence[dict[str, Any]]:
        """A page of objects with all their declared fields, in the order of the declaration: text, int, bool, Decimal
        (amounts in euros), None, or a list of objects. ``dossier`` None: the firm. ``permis``: dossiers it may list."""
        ...


def lire_demande(ressource: RessourceListe, **parametres: str | None) -> DemandeListe:
    """The parameters of a request (``filter``, ``sort``, ``select``, ``skip``, ``take``). Raises FiltreInvalide, also for a
    filter that leaves out what the resource requires."""
    plus = ressource.prise_max
    demande = lire_liste(ressource.grammaire, prise_defaut=min(100, plus), prise_max=plus, **parametres)
    if ressource.exigence and not champs_contraints(demande.filtre).intersection(ressource.exigence):
        noms = " ou ".join(ressource.exigence)
        place = len(parametres.get("filter") or "") + 1
        raise FiltreInvalide("filter", place, FIN, f"un critère sur {noms}, hors de toute alternative « || »")
    return demande
