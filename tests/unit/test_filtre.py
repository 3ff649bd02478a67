"""domain/filtre: what is accepted and how it is understood, what is refused and how it is said."""

from __future__ import annotations

import decimal
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ecritures.domain.errors import FiltreInvalide
from ecritures.domain.filtre import (
    Champ,
    Comparaison,
    Et,
    Operateur,
    Ou,
    Ressource,
    TypeChamp,
    champs_contraints,
    et,
    imprimer,
    lire_filtre,
    ou,
    retenir,
)
from ecritures.domain.filtre.champs import en_centimes, en_euros
from ecritures.domain.filtre.lecture import PROFONDEUR_MAX, TERMES_MAX
from ecritures.domain.filtre.lexique import LONGUEUR_MAX

ECRITURE = Ressource(
    "EcritureComptable",
    (
        Champ("codeLettrage", TypeChamp.TEXTE),
        Champ("ecritureOrigine", TypeChamp.UUID),
        Champ("journalCode", TypeChamp.TEXTE, frozenset({Operateur.EGAL})),
        Champ("datePiece", TypeChamp.DATE, frozenset({Operateur.EGAL, Operateur.SUPERIEUR_OU_EGAL})),
        Champ("debit", TypeChamp.MONTANT),
        Champ("type", TypeChamp.ENTIER),
        Champ("ferme", TypeChamp.BOOLEEN),
        Champ("creation", TypeChamp.INSTANT),
        Champ("axe.description", TypeChamp.TEXTE),
        Champ("libelle", TypeChamp.TEXTE, frozenset()),
    ),
)
UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    ("texte", "canonique"),
    [
        # the examples of the contract's pages
        (f'ecritureOrigine == "{UUID}"', f'ecritureOrigine == "{UUID}"'),
        ('codeLettrage != null && journalCode=="VE"', 'codeLettrage != null && journalCode == "VE"'),
        ("codeLettrage ==null", "codeLettrage == null"),
        ('datePiece>="2025-01-31"', 'datePiece >= "2025-01-31"'),
        # around them
        ('journalcode ==="VE"', 'journalCode == "VE"'),
        ("codeLettrage !== 'l\\'été'", 'codeLettrage != "l\'été"'),
        ("null != CODELETTRAGE", "codeLettrage != null"),
        ('"2025-01-31" <= datePiece', 'datePiece >= "2025-01-31"'),
        ("5 < debit", "debit > 5.00"),
        ("debit == 12.5", "debit == 12.50"),
        ("debit == 12.500", "debit == 12.50"),
        ("debit >= -0.0", "debit >= 0.00"),
        ("debit >= 9999999999999999.99", "debit >= 9999999999999999.99"),
        ("type == 1.0", "type == 1"),
        ("type == -0", "type == 0"),
        ("ferme==true", "ferme == true"),
        (f"ecritureOrigine == '{UUID.upper()}'", f'ecritureOrigine == "{UUID}"'),
        ('creation >= "2025-01-31"', 'creation >= "2025-01-31T00:00:00.000Z"'),
        ('creation < "2025-01-31T10:20:30.5Z"', 'creation < "2025-01-31T10:20:30.500Z"'),
        ('axe.description == "\\u00e9\\ud83d\\ude00\\t"', 'axe.description == "é\U0001f600\\t"'),
        ("type==1||type==2&&ferme==true", "type == 1 || type == 2 && ferme == true"),
        ("(type==1||type==2)&&(ferme==true)", "(type == 1 || type == 2) && ferme == true"),
        ("((type==1&&(type==2)))&&type==3", "type == 1 && type == 2 && type == 3"),
        (" \t\r\n\u00a0type\u00a0==\n1 ", "type == 1"),
        # quotes around the whole value
        ('"journalCode == "VE""', 'journalCode == "VE"'),
        ("\"journalCode == 'VE'\"", 'journalCode == "VE"'),
        (" ' type == 1 ' ", "type == 1"),
        ('"VE" == journalCode && codeLettrage == "a"', 'journalCode == "VE" && codeLettrage == "a"'),
        ('"" == codeLettrage || "a" == codeLettrage && codeLettrage != ""',
         'codeLettrage == "" || codeLettrage == "a" && codeLettrage != ""'),
    ],
)  # fmt: skip
def test_a_filter_has_one_canonical_text(texte: str, canonique: str) -> None:
    lu = lire_filtre(texte, ECRITURE)
    assert lu is not None
    assert imprimer(lu) == canonique
    assert lire_filtre(canonique, ECRITURE) == lu


@pytest.mark.parametrize("texte", ["", " ", "\u00a0", '""', "' '"])
def test_a_blank_filter_is_no_filter(texte: str) -> None:
    assert lire_filtre(texte, ECRITURE) is None
    assert retenir(None, {})


def test_and_binds_tighter_than_or() -> None:
    a, b, c = (Comparaison("type", Operateur.EGAL, n) for n in (1, 2, 3))
    assert lire_filtre("type==1 || type==2 && type==3", ECRITURE) == Ou((a, Et((b, c))))
    assert lire_filtre("(type==1 || type==2) && type==3", ECRITURE) == Et((Ou((a, b)), c))


@pytest.mark.parametrize(
    ("texte", "message"),
    [
        ('journalCode = "VE"', "Paramètre filter, position 13 : trouvé « = », attendu « == » pour comparer."),
        (
            'journalCode > "VE"',
            "Paramètre filter, position 13 : trouvé « > », attendu == pour le champ journalCode.",
        ),
        (
            "type == ",
            "Paramètre filter, position 8 : trouvé la fin du texte, attendu une valeur (texte entre guillemets, nombre, true, "
            "false ou null).",
        ),
        (
            "type == 1 & ferme == true",
            "Paramètre filter, position 11 : trouvé « & », attendu « && », écrit %26%26 dans une adresse.",
        ),
        (
            "tipe == 1",
            "Paramètre filter, position 1 : trouvé le champ « tipe », attendu type peut-être ; un champ de EcritureComptable parmi "
            "codeLettrage, ecritureOrigine, journalCode, datePiece, debit, type, ferme, creation, axe.description.",
        ),
        (
            "type == 007",
            'Paramètre filter, position 9 : trouvé « 007 », attendu un nombre sans zéro en tête, ou un texte entre guillemets : "007".',
        ),
        (
            "type < null",
            "Paramètre filter, position 8 : trouvé « null », attendu une valeur : null ne se compare que par == ou !=, pas par <.",
        ),
        (
            "(type == 1",
            "Paramètre filter, position 11 : trouvé la fin du texte, attendu « && », « || », ou « ) » pour la parenthèse ouverte en "
            "position 1.",
        ),
        (
            'codeLettrage == "a',
            'Paramètre filter, position 17 : trouvé un texte qui n\'est pas fermé, attendu un guillemet " à la fin du texte.',
        ),
        ("codeLettrage == “a”", 'Paramètre filter, position 17 : trouvé « “ » (U+201C), attendu des guillemets droits " ou \'.'),
        (
            "codeLettrage == '\x01'",
            "Paramètre filter, position 18 : trouvé « [U+0001] », attendu un caractère lisible, ou \\n, \\r, \\t.",
        ),
    ],
)  # fmt: skip
def test_a_refusal_says_where_what_and_what_instead(texte: str, message: str) -> None:
    with pytest.raises(FiltreInvalide) as refus:
        lire_filtre(texte, ECRITURE)
    assert str(refus.value) == message
    assert refus.value.code == "filtre.invalide"


def test_the_place_counts_the_quotes_and_blanks_around_the_whole() -> None:
    with pytest.raises(FiltreInvalide, match="position 4 : trouvé le champ « x »"):
        lire_filtre("  'x == 1'", ECRITURE)


def test_a_field_that_is_only_answered_is_not_filtered_on() -> None:
    with pytest.raises(
        FiltreInvalide, match=r"position 1 : trouvé le champ « libelle », attendu .* parmi codeLettrage"
    ):
        lire_filtre('libelle == "a"', ECRITURE)


def test_limits_are_reached_and_not_passed() -> None:
    profond = "(" * PROFONDEUR_MAX + "type == 1" + ")" * PROFONDEUR_MAX
    assert lire_filtre(profond, ECRITURE) == Comparaison("type", Operateur.EGAL, 1)
    large = lire_filtre(" && ".join(["type == 1"] * TERMES_MAX), ECRITURE)
    assert isinstance(large, Et) and len(large.termes) == TERMES_MAX
    long = "codeLettrage == '" + "a" * (LONGUEUR_MAX - 18) + "'"
    assert len(long) == LONGUEUR_MAX and lire_filtre(long, ECRITURE) is not None
    with pytest.raises(
        FiltreInvalide, match=f"position {LONGUEUR_MAX + 1} : trouvé un texte de {LONGUEUR_MAX + 1} caract"
    ):
        lire_filtre(long + " ", ECRITURE)


@pytest.mark.parametrize(
    ("filtre", "objet", "attendu"),
    [
        ("codeLettrage == null", {}, True),
        ("codeLettrage == null", {"codeLettrage": None}, True),
        ("codeLettrage == null", {"codeLettrage": ""}, False),
        ("codeLettrage != null", {"codeLettrage": ""}, True),
        ("codeLettrage != 'a'", {"codeLettrage": None}, True),
        ("codeLettrage == 'a'", {"codeLettrage": None}, False),
        ("codeLettrage == 'a'", {"codeLettrage": "A"}, False),
        ("codeLettrage < 'a'", {"codeLettrage": "Z"}, True),
        ("codeLettrage > 'z'", {"codeLettrage": "é"}, True),
        ("codeLettrage > '\uffff'", {"codeLettrage": "\U0001f600"}, True),
        ("debit <= 0", {"debit": None}, False),
        ("debit >= 0", {"debit": None}, False),
        ("debit == 0.3", {"debit": Decimal("0.1") + Decimal("0.2")}, True),
        ("datePiece >= '2025-01-31'", {"datePiece": date(2025, 1, 31)}, True),
        ("datePiece >= '2025-01-31'", {"datePiece": "2025-01-30"}, False),
        ("ferme == false", {"ferme": False}, True),
        ("type == 1 || ferme == true", {"type": 2, "ferme": True}, True),
        ("type == 1 && ferme == true", {"type": 2, "ferme": True}, False),
    ],
)
def test_the_meaning_of_comparisons(filtre: str, objet: dict[str, Any], attendu: bool) -> None:
    assert retenir(lire_filtre(filtre, ECRITURE), objet) is attendu


@pytest.mark.parametrize(
    ("filtre", "champs"),
    [
        ("type == 1", {"type"}),
        ("type == 1 && ferme == true", {"type", "ferme"}),
        ("type == 1 || ferme == true", set()),
        ("(type == 1 || type == 2) && ferme == true", {"type", "ferme"}),
        ("type == 1 && ferme == true || type == 2", {"type"}),
    ],
)
def test_the_fields_that_limit_every_branch(filtre: str, champs: set[str]) -> None:
    assert champs_contraints(lire_filtre(filtre, ECRITURE)) == champs
    assert champs_contraints(None) == frozenset()


def test_a_chain_is_flat_however_it_is_built() -> None:
    a, b, c = (Comparaison("type", Operateur.EGAL, n) for n in (1, 2, 3))
    assert et(et(a, b), c) == et(a, et(b, c)) == Et((a, b, c))
    assert ou(ou(a, b), c) == ou(a, ou(b, c)) == Ou((a, b, c))
    assert et(a) == ou(a) == a


def test_amounts_are_exact_whatever_the_decimal_context() -> None:
    with decimal.localcontext() as contexte:
        contexte.prec = 2
        lu = lire_filtre("debit == 9999999999999999.99", ECRITURE)
        assert isinstance(lu, Comparaison)
        assert ECRITURE.champs[4].stocker(lu.valeur) == 10**18 - 1
    assert en_euros(-5) == Decimal("-0.05") and str(en_euros(0)) == "0.00"
    for valeur in (Decimal("NaN"), Decimal("Infinity"), Decimal("1e30"), Decimal("0.001"), True, "1", 10**16):
        assert en_centimes(valeur) is None
    assert [en_centimes(v) for v in (Decimal("1e2"), -3, Decimal("-0.10"))] == [10000, -300, -10]


def test_values_are_stored_as_their_columns_hold_them() -> None:
    def stocke(type_: TypeChamp, brute: Any) -> Any:
        champ = Champ("x", type_)
        return champ.stocker(champ.lire(brute))

    assert stocke(TypeChamp.DATE, "2025-01-31") == date(2025, 1, 31)
    assert stocke(TypeChamp.INSTANT, "1970-01-01T00:00:01.5Z") == 1500
    assert stocke(TypeChamp.INSTANT, "1969-12-31") == -86_400_000
    assert stocke(TypeChamp.BOOLEEN, True) == 1
    assert stocke(TypeChamp.MONTANT, 12) == 1200


def test_a_resource_declares_each_name_once() -> None:
    with pytest.raises(AssertionError):
        Ressource("r", (Champ("type", TypeChamp.ENTIER), Champ("TYPE", TypeChamp.ENTIER)))
    with pytest.raises(AssertionError):
        Ressource("r", (Champ("type", TypeChamp.ENTIER),), cle=("code",))
    with pytest.raises(AssertionError):
        Champ("null", TypeChamp.ENTIER)


@pytest.mark.parametrize(
    "valeur", ["\\", '\\"', '"', "'", "\\n", "\n\r\t\x01\x1f\x7f\x85", "\\u0041", "é\U0001f600\u202e", "/", ""]
)
def test_any_text_is_printed_so_that_it_reads_back(valeur: str) -> None:
    comparaison = Comparaison("codeLettrage", Operateur.EGAL, valeur)
    assert lire_filtre(imprimer(comparaison), ECRITURE) == comparaison
