"""States of an import and the moves allowed between them."""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """The four public states of the status route (loop-api: ``status``). 3 and 4 are final."""

    EN_ATTENTE = 1
    EN_COURS = 2
    TERMINE = 3
    EN_ERREUR = 4

    @property
    def libelle(self) -> str:
        return _LIBELLES[self]

    @property
    def est_final(self) -> bool:
        return self in (State.TERMINE, State.EN_ERREUR)


_LIBELLES = {
    State.EN_ATTENTE: "En attente",
    State.EN_COURS: "Fichier en cours d'intégration",
    State.TERMINE: "Terminé avec succès",
    State.EN_ERREUR: "Terminé avec erreur",
}

MOVES: dict[State, frozenset[State]] = {
    State.EN_ATTENTE: frozenset({State.EN_COURS, State.EN_ERREUR}),
    State.EN_COURS: frozenset({State.TERMINE, State.EN_ERREUR}),
    State.TERMINE: frozenset(),
    State.EN_ERREUR: frozenset(),
}


def origins(cible: State) -> frozenset[State]:
    """The states from which ``cible`` may be reached: a move is an update that names them, so it happens once."""
    return frozenset(depuis for depuis, vers in MOVES.items() if cible in vers)
