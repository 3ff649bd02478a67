"""imports.state: 1, 2, then 3 or 4, never back."""

from __future__ import annotations

from itertools import product

from ecritures.imports.state import MOVES, State, origins


def test_a_state_never_goes_back_and_final_ones_never_move() -> None:
    for depuis, vers in product(State, State):
        if vers in MOVES[depuis]:
            assert vers > depuis
            assert not depuis.est_final
    assert {etat for etat in State if not MOVES[etat]} == {State.TERMINE, State.EN_ERREUR}


def test_origins_are_the_moves_read_backwards() -> None:
    assert origins(State.EN_ERREUR) == {State.EN_ATTENTE, State.EN_COURS}
    assert origins(State.TERMINE) == {State.EN_COURS}
    assert origins(State.EN_ATTENTE) == frozenset()


def test_labels_are_those_of_the_history_screen() -> None:
    assert [etat.libelle for etat in State] == [
        "En attente",
        "Fichier en cours d'intégration",
        "Terminé avec succès",
        "Terminé avec erreur",
    ]
