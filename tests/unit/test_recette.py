"""The grammar of a recipe: what is not understood is refused, with the step and what to write."""

from __future__ import annotations

import pytest

from ecritures.imports.repairs.actions import EDITEURS
from ecritures.imports.repairs.recette import ACTIONS, RecetteInvalide, lire
from ecritures.imports.repairs.structure import STRUCTURE

TETE = 'recette = 1\nnom = "essai"\nformat = "fec"\n'


def _etape(corps: str) -> str:
    return f'{TETE}[[etape]]\nmotif = "parce que"\n{corps}\n'


def test_a_whole_recipe_is_read_in_order() -> None:
    recette = lire(
        _etape(
            'action = "remplir"\nchamp = "ValidDate"\ndepuis = "EcritureDate"\nsi = [{ champ = "JournalCode", egal = ["CA", "BQ"] }]'
        )
        + '[[etape]]\naction = "oter_lignes_vides"\nmotif = "rien dedans"\nidempotente = true\n'
    )
    assert recette.nom == "essai"
    assert [(e.rang, e.action.nom, e.motif) for e in recette.etapes] == [
        (1, "remplir", "parce que"),
        (2, "oter_lignes_vides", "rien dedans"),
    ]
    condition = recette.etapes[0].conditions[0]
    assert (condition.champ, condition.test, condition.valeurs) == ("JournalCode", "egal", ("CA", "BQ"))
    assert recette.etapes[1].idempotente and not recette.etapes[0].idempotente


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("ceci n'est pas du TOML", "n'est pas du TOML"),
        ('recette = 2\nformat = "fec"', "recette = 1"),
        ('recette = 1\nformat = "pdf"', "format ="),
        (TETE, "au moins une étape"),
        (TETE + "etape = 3", "au moins une étape"),
        (TETE + "autre = 1\n", "Clé inconnue : autre"),
        (_etape('action = "inventer"'), "action « inventer » inconnue"),
        (f'{TETE}[[etape]]\naction = "oter_lignes_vides"\n', "dire pourquoi"),
        (f'{TETE}[[etape]]\naction = "oter_lignes_vides"\nmotif = "  "\n', "dire pourquoi"),
        (_etape('action = "remplir"\nchamp = "ValidDate"'), "donner valeur, ou depuis"),
        (_etape('action = "remplir"\nchamp = "ValidDate"\nvaleur = "1"\ndepuis = "X"'), "donner valeur, ou depuis"),
        (_etape('action = "remplir"\nvaleur = "1"'), "le paramètre champ manque"),
        (_etape('action = "completer"\nchamp = "compte"\nlongueur = "6"'), "longueur n'est pas de la forme attendue"),
        (_etape('action = "completer"\nchamp = "compte"\nlongueur = 0'), "longueur va de 1 à 35"),
        (_etape('action = "completer"\nchamp = "compte"\nlongueur = 6\ncaractere = "ab"'), "un seul caractère"),
        (_etape('action = "completer"\nchamp = "compte"\nlongueur = 6\ncote = "haut"'), "cote vaut droite ou gauche"),
        (_etape('action = "fixer"\nchamp = "compte"\nvaleur = "1"\nlongueur = 3'), "paramètre longueur inconnu"),
        (
            _etape('action = "dates"\nchamp = "EcritureDate"\nformes = ["MM/JJ/AAAA"]'),
            "forme de date « MM/JJ/AAAA » inconnue",
        ),
        (_etape('action = "remplacer"\nchamp = "libelle"\nregex = "("\npar = ""'), "n'est pas lisible"),
        (_etape('action = "remplacer"\nchamp = "libelle"\ntexte = ""\npar = "x"'), "à remplacer est vide"),
        (_etape('action = "correspondance"\nchamp = "compte"\ntable = { "1" = 2 }'), "un texte pour chaque code"),
        (_etape('action = "montants"\nchamp = "Debit"'), "touche_aux_montants = true"),
        (_etape('action = "oter_ecritures"\ntouche_aux_montants = true'), "dire lesquelles"),
        (
            _etape('action = "oter_ecritures"\nsi = [{ champ = "compte", commence_par = "9" }]'),
            "touche_aux_montants = true",
        ),
        (_etape('action = "oter_lignes_vides"\nsi = [{ champ = "compte", egal = "9" }]'), "n'a pas de condition"),
        (
            _etape('action = "fixer"\nchamp = "compte"\nvaleur = "1"\nsi = [{ champ = "compte" }]'),
            "une condition a un champ et un test",
        ),
        (
            _etape('action = "fixer"\nchamp = "compte"\nvaleur = "1"\nsi = [{ champ = "compte", regex = "[" }]'),
            "n'est pas lisible",
        ),
        (_etape('action = "fixer"\nchamp = "compte"\nvaleur = "1"\nsi = "compte"'), "si est une liste"),
        (
            _etape('action = "fixer"\nchamp = "compte"\nvaleur = "1"\nidempotente = "oui"'),
            "idempotente est true ou false",
        ),
        (_etape('action = "nommer_zones"').replace('"fec"', '"tra"'), "ne vaut que pour fec"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_reason(texte: str, attendu: str) -> None:
    with pytest.raises(RecetteInvalide) as refus:
        lire(texte)
    assert attendu in str(refus.value)


def test_a_refusal_names_its_step() -> None:
    with pytest.raises(RecetteInvalide, match=r"^Étape 2 \(fixer\)"):
        lire(_etape('action = "oter_lignes_vides"') + '[[etape]]\naction = "fixer"\nmotif = "m"\nchamp = "compte"\n')


def test_every_action_declared_is_done_somewhere_and_only_once() -> None:
    assert set(EDITEURS).isdisjoint(STRUCTURE)
    assert set(EDITEURS) | set(STRUCTURE) == set(ACTIONS)
