"""The ruler of raw lines: columns counted from 1, marks where the findings are, nothing that hides or reverses."""

from __future__ import annotations

from typing import Any

from ecritures.imports.lignes import Fenetre, LigneBrute
from ecritures.web.regle import LARGEUR_MAX, Regle, ruler


def _constat(
    rang: int, ligne: int | None, debut: int | None, fin: int | None, severite: str = "ERREUR"
) -> dict[str, Any]:
    return {"rang": rang, "numero_ligne": ligne, "colonne_debut": debut, "colonne_fin": fin, "severite": severite}


def _vue(textes: list[str], constats: list[dict[str, Any]], **choix: Any) -> Regle:
    fenetre = Fenetre(100, "utf-8", tuple(LigneBrute(n, t) for n, t in enumerate(textes, start=1)))
    return ruler(fenetre, constats, **choix)


def _runs(vue: Regle, ligne: int = 0) -> list[tuple[str, str]]:
    return [(m.texte, m.marque) for m in vue.lignes[ligne].morceaux]


def test_a_finding_is_marked_at_its_columns() -> None:
    vue = _vue(["0123456789"], [_constat(1, 1, 3, 5)])
    assert _runs(vue) == [("01", ""), ("234", "ERREUR"), ("56789", "")]
    assert vue.lignes[0].marque == "ERREUR"


def test_where_marks_meet_the_one_looked_at_wins_then_the_gravest() -> None:
    constats = [_constat(1, 1, 1, 6, "INFO"), _constat(2, 1, 3, 4), _constat(3, 1, 4, 8, "AVERTISSEMENT")]
    assert _runs(_vue(["0123456789"], constats)) == [
        ("01", "INFO"), ("2", "ERREUR"), ("3", "ERREUR"), ("45", "AVERTISSEMENT"), ("67", "AVERTISSEMENT"), ("89", ""),
    ]  # fmt: skip
    courant = _vue(["0123456789"], constats, courant=constats[0])
    assert {m.marque for m in courant.lignes[0].morceaux[:3]} == {"courant"}


def test_a_zone_that_is_missing_shows_as_one_blank_after_the_line() -> None:
    assert _runs(_vue(["abc"], [_constat(1, 1, 40, 45)])) == [("abc", ""), (" ", "ERREUR")]


def test_a_finding_on_the_whole_line_marks_its_number_alone() -> None:
    vue = _vue(["abc", "def"], [_constat(1, 2, None, None, "INFO")])
    assert _runs(vue, 1) == [("def", "")] and [ligne.marque for ligne in vue.lignes] == ["", "INFO"]


def test_no_character_of_the_file_hides_or_reverses_its_neighbours() -> None:
    vue = _vue(["a\tb\x00c\u202ed\x1b[0m"], [])
    texte = "".join(m.texte for m in vue.lignes[0].morceaux)
    assert texte == "a→b␀c�d␛[0m" and len(texte) == 11


def test_a_very_long_line_is_cut_around_its_fault() -> None:
    ligne = "x" * 5_000 + "FAUTE" + "y" * 5_000
    constat = _constat(1, 1, 5_001, 5_005)
    vue = _vue([ligne], [constat], courant=constat)
    assert ("FAUTE", "courant") in _runs(vue) and vue.depart == 4_901 and vue.lignes[0].suite
    assert sum(len(m.texte) for m in vue.lignes[0].morceaux) == LARGEUR_MAX
    assert vue.nombres[:20] == "      4910      4920"


def test_columns_that_count_bytes_are_shown_on_characters() -> None:
    octets = "é" * 4 + "FAUX"
    assert _runs(_vue([octets], [_constat(1, 1, 9, 12)], en_octets=True)) == [("éééé", ""), ("FAUX", "ERREUR")]


def test_the_scale_counts_the_columns_of_the_line() -> None:
    vue = _vue(["x" * 73], [], ligne=1)
    assert vue.nombres.startswith("        10        20") and len(vue.nombres) == len(vue.graduation) == 80
    assert vue.graduation[9] == "|" and vue.lignes[0].est_courante
