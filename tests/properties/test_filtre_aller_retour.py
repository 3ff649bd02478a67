"""Filters and sorts: what is printed reads back as itself, whatever the layout; no text makes the reader fall."""

from __future__ import annotations

import random
import re

from filtre_fabrique import FILTRABLES, RESSOURCE, expressions, objets, tris
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ecritures.domain.errors import FiltreInvalide
from ecritures.domain.filtre import (
    Comparaison,
    DemandeListe,
    Et,
    Expression,
    Operateur,
    Ou,
    Tri,
    imprimer,
    imprimer_tri,
    lire_filtre,
    lire_liste,
    lire_tri,
    retenir,
)
from ecritures.domain.filtre.arbre import _imprimer_valeur

JETONS = (
    "==",
    "===",
    "!=",
    "!==",
    "<",
    ">=",
    "&&",
    "||",
    "(",
    ")",
    '"a"',
    "'",
    '"',
    "\\",
    "1",
    "-1.5",
    "1e9",
    "true",
    "null",
)
JETONS += (
    " ",
    "\u00a0",
    "=",
    "&",
    "|",
    "!",
    ";",
    "\0",
    "\ud800",
    "é",
    "code",
    "DEBIT",
    "axe.objectId",
    "__proto__",
    "..",
)


@given(expressions)
def test_a_printed_filter_reads_back_as_itself(expression: Expression) -> None:
    texte = imprimer(expression)
    relue = lire_filtre(texte, RESSOURCE)
    assert relue == expression
    assert relue is not None and imprimer(relue) == texte


@given(tris)
def test_a_printed_sort_reads_back_as_itself(demande: tuple[Tri, ...]) -> None:
    assert lire_tri(imprimer_tri(demande), RESSOURCE) == demande


@given(expressions, st.randoms(use_true_random=False))
def test_the_way_a_filter_is_written_does_not_change_it(expression: Expression, alea: random.Random) -> None:
    """Blanks, case, the other quotes, three equal signs, operands swapped, needless parentheses, quotes around the whole."""
    texte = _a_sa_facon(expression, alea, 0)
    assert lire_filtre(texte, RESSOURCE) == expression


@given(expressions, st.sampled_from("\"'"))
def test_a_pair_of_quotes_around_the_whole_changes_nothing(expression: Expression, guillemet: str) -> None:
    texte = imprimer(expression)
    assume(
        not re.search(r"""["'][ \t\n\r\u00a0]*[=!<>]""", texte)
    )  # a text that reads as « "…" == » says something else
    assert lire_filtre(f" {guillemet} {texte} {guillemet} ", RESSOURCE) == expression


@given(st.text(max_size=60) | st.lists(st.sampled_from(JETONS), max_size=30).map("".join))
@example('""=="x""')
@example('"\\')
@example("code=='\\")
@example("-")
@example(".")
def test_any_text_is_read_or_refused_with_a_place(texte: str) -> None:
    for parametre in ("filter", "sort", "select", "skip", "take"):
        lu = essayer(parametre, texte)
        if isinstance(lu, FiltreInvalide):
            assert lu.parametre == parametre
            assert 1 <= lu.position <= len(texte) + 1
            assert str(lu).encode()
        elif lu.filtre is not None:
            assert lire_filtre(imprimer(lu.filtre), RESSOURCE) == lu.filtre


def essayer(parametre: str, texte: str) -> DemandeListe | FiltreInvalide:
    try:
        return lire_liste(RESSOURCE, **{parametre: texte})  # type: ignore[arg-type]
    except FiltreInvalide as refus:
        return refus


@given(expressions, objets)
def test_and_and_or_are_those_of_the_terms(expression: Expression, liste: list[dict[str, object]]) -> None:
    for objet in liste:
        match expression:
            case Et(termes=termes):
                assert retenir(expression, objet) == all(retenir(t, objet) for t in termes)
            case Ou(termes=termes):
                assert retenir(expression, objet) == any(retenir(t, objet) for t in termes)
            case Comparaison(champ=champ, operateur=Operateur.EGAL, valeur=valeur):
                assert retenir(expression, objet) != retenir(Comparaison(champ, Operateur.DIFFERENT, valeur), objet)


def _a_sa_facon(expression: Expression, alea: random.Random, profondeur: int) -> str:
    def blancs() -> str:
        return "".join(alea.choices(" \t\r\n\u00a0", k=alea.choice((0, 0, 1, 2))))

    match expression:
        case Comparaison(champ=champ, operateur=operateur, valeur=valeur):
            nom = "".join(alea.choice((c.lower(), c.upper())) for c in champ)
            litteral = _imprimer_valeur(valeur)
            if isinstance(valeur, str) and alea.random() < 0.5:
                litteral = "'" + "".join(f"\\u{ord(c):04x}" if c in "\0'\\" or c < " " else c for c in valeur) + "'"
            elif isinstance(valeur, str) and alea.random() < 0.5:
                unites = valeur.encode("utf-16-be")
                litteral = '"' + "".join(f"\\u{unites[i : i + 2].hex()}" for i in range(0, len(unites), 2)) + '"'
            signe = operateur + "=" if operateur in ("==", "!=") and alea.random() < 0.3 else str(operateur)
            if alea.random() < 0.3:
                nom, signe, litteral = litteral, signe.translate(str.maketrans("<>", "><")), nom
            texte = f"{nom}{blancs()}{signe}{blancs()}{litteral}"
        case Et(termes=termes):
            # an « or » inside needs its parentheses, an « and » inside cannot be there
            texte = f"{blancs()}&&{blancs()}".join(
                f"({_a_sa_facon(t, alea, profondeur + 1)})" if isinstance(t, Ou) else _a_sa_facon(t, alea, profondeur)
                for t in termes
            )
        case Ou(termes=termes):
            texte = f"{blancs()}||{blancs()}".join(_a_sa_facon(t, alea, profondeur) for t in termes)
    if profondeur < 3 and alea.random() < 0.2:
        texte = f"({blancs()}{texte}{blancs()})"
    return blancs() + texte + blancs()


def test_every_filterable_field_of_the_examples_is_generated() -> None:
    assert {champ.nom for champ in FILTRABLES} == {champ.nom for champ in RESSOURCE.champs} - {"pieceJointe"}
