"""imports.personnes: passwords, and the brakes on failed sign-ins."""

from __future__ import annotations

import pytest

from ecritures.domain.errors import MotDePasseInvalide
from ecritures.imports.personnes import (
    LONGUEUR_MAX,
    PAR_ADRESSE,
    PAR_NOM,
    PAR_NOM_ET_ADRESSE,
    Freins,
    TropDEssais,
    hache,
    invitation_url,
    verifie,
    verifie_forme,
)


class Horloge:
    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def test_a_password_is_kept_as_argon2id_and_never_twice_the_same() -> None:
    empreintes = {hache("une phrase assez longue") for _ in range(2)}
    assert len(empreintes) == 2
    for empreinte in empreintes:
        assert empreinte.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert verifie(empreinte, "une phrase assez longue")
        assert not verifie(empreinte, "une phrase assez longuE")
    assert not verifie("pas une empreinte", "une phrase assez longue")


def test_a_huge_password_is_wrong_and_a_lone_surrogate_is_no_crash() -> None:
    assert not verifie(hache("x"), "x" * (LONGUEUR_MAX + 1))
    assert not verifie(hache("x"), "\ud800")


@pytest.mark.parametrize("faible", ["court", "x" * 11, "abababababababab", "a" * (LONGUEUR_MAX + 1)])
def test_a_weak_password_is_refused(faible: str) -> None:
    with pytest.raises(MotDePasseInvalide):
        verifie_forme(faible)


def test_a_long_phrase_is_taken() -> None:
    verifie_forme("le chat dort au soleil")


def _echoue(freins: Freins, nom: str, adresse: str) -> bool:
    """False: the door is closed."""
    try:
        freins.verifier(nom, adresse)
    except TropDEssais:
        return False
    freins.echec(nom, adresse)
    return True


def test_five_failures_close_the_door_to_that_name_from_that_address_only() -> None:
    horloge = Horloge()
    freins = Freins(horloge)
    essais = [_echoue(freins, "DEMO/anne", "1.1.1.1") for _ in range(PAR_NOM_ET_ADRESSE.nombre + 1)]
    assert essais == [True] * PAR_NOM_ET_ADRESSE.nombre + [False]
    freins.verifier("DEMO/anne", "2.2.2.2")
    freins.verifier("DEMO/paul", "1.1.1.1")
    with pytest.raises(TropDEssais) as trop:
        freins.verifier("DEMO/anne", "1.1.1.1")
    assert trop.value.attente_s == PAR_NOM_ET_ADRESSE.fenetre_s
    horloge.s = PAR_NOM_ET_ADRESSE.fenetre_s
    freins.verifier("DEMO/anne", "1.1.1.1")


def test_a_success_forgets_the_failures_of_that_place_not_those_of_others() -> None:
    freins = Freins(Horloge())
    for _ in range(PAR_NOM_ET_ADRESSE.nombre):
        freins.echec("DEMO/anne", "1.1.1.1")
    freins.reussite("DEMO/anne", "2.2.2.2")
    with pytest.raises(TropDEssais):
        freins.verifier("DEMO/anne", "1.1.1.1")
    freins.reussite("DEMO/anne", "1.1.1.1")
    freins.verifier("DEMO/anne", "1.1.1.1")


def test_one_name_from_many_places_and_one_place_with_many_names_are_slowed_too() -> None:
    freins = Freins(Horloge())
    assert sum(_echoue(freins, "DEMO/anne", f"10.0.0.{n}") for n in range(100)) == PAR_NOM.nombre
    freins = Freins(Horloge())
    assert sum(_echoue(freins, f"DEMO/{n}", "1.1.1.1") for n in range(200)) == PAR_ADRESSE.nombre


def test_the_memory_of_failures_is_bounded() -> None:
    freins = Freins(Horloge(), places=100)
    for n in range(500):
        freins.echec(f"DEMO/{n}", f"10.0.{n}.1")
    assert len(freins._echecs) == 100


def test_the_token_of_a_link_is_where_browsers_do_not_send_it() -> None:
    assert invitation_url("https://exemple.fr/", "abc") == "https://exemple.fr/invitation#abc"
