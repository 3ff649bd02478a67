"""sort, select, skip and take of the list routes."""

from __future__ import annotations

import pytest

from ecritures.domain.errors import FiltreInvalide
from ecritures.domain.filtre import (
    Champ,
    Comparaison,
    DemandeListe,
    Operateur,
    Ressource,
    Tri,
    TypeChamp,
    lire_liste,
    lire_prise,
    lire_saut,
    lire_selection,
    lire_tri,
    trier,
)
from ecritures.domain.filtre.liste import TRIS_MAX

COMPTE = Ressource(
    "compte",
    (
        Champ("numero", TypeChamp.TEXTE, obligatoire=True),
        Champ("libelle", TypeChamp.TEXTE),
        Champ("type", TypeChamp.ENTIER, conversion=str),
        Champ("rib", TypeChamp.TEXTE, frozenset(), triable=False),
    ),
    cle=("numero",),
)


def test_the_five_parameters_together() -> None:
    demande = lire_liste(
        COMPTE, filter="type == 1", sort="libelle&&numero:desc", select="numero,libelle", skip='"20"', take="10"
    )
    assert demande == DemandeListe(
        Comparaison("type", Operateur.EGAL, 1), (Tri("libelle"), Tri("numero", True)), ("numero", "libelle"), 20, 10
    )


def test_nothing_asked_is_the_first_hundred() -> None:
    assert lire_liste(COMPTE) == DemandeListe(None, (), (), 0, 100)
    assert lire_liste(COMPTE, filter="", sort="", select="", skip="", take="") == DemandeListe()
    assert lire_liste(COMPTE, prise_defaut=50, prise_max=100).prendre == 50


@pytest.mark.parametrize(
    ("texte", "tris"),
    [
        ("numero", (Tri("numero"),)),
        ("NUMERO:DESC", (Tri("numero", True),)),
        ("numero : asc && libelle", (Tri("numero"), Tri("libelle"))),
        ('"libelle&&numero:desc"', (Tri("libelle"), Tri("numero", True))),
        (" ", ()),
        ("''", ()),
    ],
)
def test_a_sort_is_fields_joined_by_and(texte: str, tris: tuple[Tri, ...]) -> None:
    assert lire_tri(texte, COMPTE) == tris


@pytest.mark.parametrize(
    ("texte", "position", "trouve"),
    [
        ("numero,libelle", 1, "le champ « numero,libelle »"),
        ("numero:dsc", 8, "« dsc »"),
        ("numero:", 8, "la fin du texte"),
        ("numero:asc:desc", 8, "« asc:desc »"),
        ("numero&&", 9, "la fin du texte"),
        ("&&numero", 1, "« && »"),
        ("numero&& &&libelle", 10, "« && »"),
        ("numero&&nom", 9, "le champ « nom »"),
        ("numero && Numero:desc", 11, "le champ numero une deuxième fois"),
        ("rib", 1, "le champ « rib »"),
        ("type", 1, "le champ « type »"),
        ("'nom'", 2, "le champ « nom »"),
        ("numero&libelle", 1, "le champ « numero&libelle »"),
        ("numero;--", 1, "le champ « numero;-- »"),
        ("__proto__", 1, "le champ « __proto__ »"),
        ("\0", 1, "le champ « [U+0000] »"),
        ("a" * 5000, 4097, "un texte de 5000 caractères"),
    ],
)
def test_a_sort_is_refused_at_its_first_fault(texte: str, position: int, trouve: str) -> None:
    with pytest.raises(FiltreInvalide) as refus:
        lire_tri(texte, COMPTE)
    assert (refus.value.parametre, refus.value.position, refus.value.trouve) == ("sort", position, trouve)


def test_a_sort_has_a_bounded_number_of_fields() -> None:
    large = Ressource("large", tuple(Champ(f"c{n}", TypeChamp.ENTIER) for n in range(TRIS_MAX + 1)))
    assert len(lire_tri("&&".join(c.nom for c in large.champs[:-1]), large)) == TRIS_MAX
    with pytest.raises(FiltreInvalide, match="position 33 : trouvé « c8 », attendu 8 champs de tri au plus"):
        lire_tri("&&".join(c.nom for c in large.champs), large)


def test_a_selection_names_fields_in_the_order_asked_each_once() -> None:
    assert lire_selection('" RIB, numero ,rib"', COMPTE) == ("rib", "numero")
    assert lire_selection("", COMPTE) == ()
    for texte, position in (("numero,,rib", 8), ("numero,", 8), ("numero;rib", 1), ("*", 1), ("numero, nom", 9)):
        with pytest.raises(FiltreInvalide) as refus:
            lire_selection(texte, COMPTE)
        assert (refus.value.parametre, refus.value.position) == ("select", position)


@pytest.mark.parametrize(("texte", "nombre"), [("1", 1), ("1000", 1000), ('"42"', 42), ("' 7 '", 7), ("0010", 10)])
def test_take_is_a_whole_number_with_or_without_quotes(texte: str, nombre: int) -> None:
    assert lire_prise(texte) == nombre


@pytest.mark.parametrize(
    ("texte", "position"),
    [
        ("0", 1), ("1001", 1), ("-1", 1), ("+1", 1), ("1.0", 2), ("1e3", 2), ("dix", 1), ("1 0", 2), ('"1', 1), ('""', 2),
        (" ", 2), ("٣", 1), ("１", 1), ("²", 1), ("9" * 4000, 1), ("9" * 5000, 4097), ("0x10", 2), ("1;", 2), ("\0", 1),
        ("\ud800", 1), ("null", 1), ("1_0", 2), ('"{number}"', 2),
    ],
)  # fmt: skip
def test_take_is_refused_with_its_bounds(texte: str, position: int) -> None:
    with pytest.raises(FiltreInvalide) as refus:
        lire_prise(texte)
    assert (refus.value.parametre, refus.value.position) == ("take", position)
    if len(texte) < 4096:
        assert refus.value.attendu == "un nombre entier de 1 à 1000"
    str(refus.value).encode()


def test_the_bounds_are_those_of_the_route() -> None:
    assert lire_prise("", defaut=10, maximum=100) == 10
    with pytest.raises(
        FiltreInvalide, match="Paramètre take, position 1 : trouvé « 101 », attendu un nombre entier de 1 à 100"
    ):
        lire_prise("101", maximum=100)
    assert lire_saut("0") == 0 and lire_saut("1000000000") == 10**9
    with pytest.raises(FiltreInvalide, match="Paramètre skip, position 1"):
        lire_saut("1000000001")


def test_a_sort_ends_with_the_key_and_puts_nothing_first() -> None:
    objets = [{"numero": n, "libelle": t} for n, t in (("3", "b"), ("2", None), ("1", "b"), ("4", "É"), ("5", "a"))]
    assert [o["numero"] for o in trier(objets, (Tri("libelle"),), COMPTE)] == ["2", "5", "1", "3", "4"]
    assert [o["numero"] for o in trier(objets, (Tri("libelle", True),), COMPTE)] == ["4", "1", "3", "5", "2"]
    assert [o["numero"] for o in trier(objets, (), COMPTE)] == ["1", "2", "3", "4", "5"]
