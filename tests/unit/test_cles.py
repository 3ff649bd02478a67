"""imports.cles: the form of API keys."""

from __future__ import annotations

import pytest

from ecritures.imports.cles import nouvelle_cle, separer, somme


def test_a_new_key_is_read_back_and_no_two_are_alike() -> None:
    cles = [nouvelle_cle() for _ in range(200)]
    assert len({secret for _, secret in cles}) == 200
    for publique, secret in cles:
        assert publique.startswith("ek_") and secret.startswith("es_")
        assert separer(f"{publique}:{secret}") == (publique, secret)


def test_every_single_wrong_character_and_every_swap_of_two_is_seen() -> None:
    publique, secret = nouvelle_cle()
    entiere = f"{publique}:{secret}"
    for place in range(len(entiere)):
        for autre in "aZ0_-:é":
            if autre != entiere[place]:
                assert separer(entiere[:place] + autre + entiere[place + 1 :]) is None
        if place and entiere[place] != entiere[place - 1]:
            echange = entiere[: place - 1] + entiere[place] + entiere[place - 1] + entiere[place + 1 :]
            assert separer(echange) is None, place


def test_a_secret_of_another_key_is_refused() -> None:
    (premiere, secret), (seconde, _) = nouvelle_cle(), nouvelle_cle()
    assert separer(f"{premiere}:{secret}") is not None
    assert separer(f"{seconde}:{secret}") is None


def test_a_secret_of_the_first_form_is_left_to_the_database() -> None:
    assert separer(f"ek_0123456789abcdef:{'x' * 43}") == ("ek_0123456789abcdef", "x" * 43)


@pytest.mark.parametrize(
    "fausse", ["", ":", "ek_1", "ek_1:", ":es_x", "cle:" + "x" * 43, "ek_1:" + "x" * 42, "ek_1:es_", "ek_1:es_é"]
)
def test_what_is_no_key_is_refused(fausse: str) -> None:
    assert separer(fausse) is None


def test_the_checksum_is_always_six_characters() -> None:
    assert {len(somme("ek_1", f"es_{n}")) for n in range(500)} == {6}
