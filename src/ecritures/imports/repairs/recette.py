"""A repair recipe: declared, ordered steps, read from TOML. A value with no code in it; whatever it does not know is refused.

recette = 1
nom = "Export mensuel du logiciel de caisse"
format = "fec"

[[etape]]
action = "remplir"
motif = "Le logiciel ne valide pas : la date de validation est celle de l'écriture."
champ = "ValidDate"
depuis = "EcritureDate"
si = [{ champ = "JournalCode", egal = "CA" }]
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

VERSION = 1
FORMATS = ("fec", "tra")
ETAPES_MAX = 200
"""Steps of a recipe: past it nobody reviews it."""


class RecetteInvalide(ValueError):
    """The recipe cannot be used, or not on that file. ``str()`` says which step, why, and what to write."""


@dataclass(frozen=True)
class Action:
    """What a step may do. ``requis`` and ``admis``: its parameters. ``touche_montants``: only with the step's leave."""

    nom: str
    titre: str
    requis: tuple[str, ...] = ()
    admis: tuple[str, ...] = ()
    formats: tuple[str, ...] = FORMATS
    conditions: bool = True
    touche_montants: bool = False


ACTIONS: dict[str, Action] = {
    a.nom: a
    for a in (
        Action("correspondance", "Remplace un code par un autre, selon une table", ("champ", "table"), ("sinon",)),
        Action("remplir", "Remplit une zone vide, d'un texte ou d'une autre zone", ("champ",), ("valeur", "depuis")),
        Action("fixer", "Donne une valeur à une zone", ("champ",), ("valeur", "depuis")),
        Action("completer", "Complète un code jusqu'à une longueur", ("champ", "longueur"), ("caractere", "cote")),
        Action("remplacer", "Remplace un morceau de texte", ("champ", "par"), ("texte", "regex")),
        Action("rogner", "Ôte les espaces aux deux bouts", ("champ",)),
        Action("dates", "Met à la forme du format des dates d'une autre forme", ("champ", "formes")),
        Action("montants", "Met à la forme du format des montants lisibles", ("champ",), formats=("fec",), touche_montants=True),
        Action("renumeroter", "Renumérote les écritures, dans l'ordre du fichier", ("champ",), ("par", "depart", "prefixe", "largeur")),
        Action("oter_ecritures", "Ôte des écritures entières", (), ("portee",), touche_montants=True),
        Action("equilibrer", "Ajoute la ligne d'un écart d'arrondi", ("compte_charge", "compte_produit", "libelle"), ("ecart_max_centimes", "compte_libelle"), ("fec",), touche_montants=True),
        Action("oter_lignes_vides", "Ôte les lignes vides", conditions=False),
        Action("oter_entetes_repetees", "Ôte les en-têtes répétés dans les données", formats=("fec",), conditions=False),
        Action("redresser_lignes", "Recolle ou complète les lignes que la lecture a su remettre d'aplomb", formats=("fec",), conditions=False),
        Action("nommer_zones", "Donne aux zones de l'en-tête leur nom réglementaire", formats=("fec",), conditions=False),
        Action("encoder", "Change le jeu de caractères ou les fins de ligne", ("encodage",), ("fin_de_ligne",), conditions=False),
    )
}  # fmt: skip
"""Every action there is, in the order of the documentation."""

_COMMUNS = frozenset({"action", "motif", "si", "touche_aux_montants", "idempotente"})
_TESTS = ("egal", "different", "commence_par", "finit_par", "contient", "regex", "vide")
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "champ": (str, list), "table": dict, "sinon": str, "valeur": str, "depuis": str, "longueur": int, "caractere": str,
    "cote": str, "par": (str, list), "texte": str, "regex": str, "formes": list, "depart": int, "prefixe": str,
    "largeur": int, "portee": str, "compte_charge": str, "compte_produit": str, "libelle": str, "ecart_max_centimes": int,
    "compte_libelle": str, "encodage": str, "fin_de_ligne": str,
}  # fmt: skip
_CHOIX: Mapping[str, tuple[str, ...]] = {
    "sinon": ("garder", "refuser"),
    "cote": ("droite", "gauche"),
    "portee": ("une_ligne", "toutes_les_lignes"),
    "encodage": ("utf-8", "iso-8859-15", "windows-1252"),
    "fin_de_ligne": ("CRLF", "LF"),
}
_BORNES: Mapping[str, tuple[int, int]] = {
    "longueur": (1, 35), "largeur": (1, 20), "depart": (0, 10**12), "ecart_max_centimes": (1, 100),
}  # fmt: skip
FORMES_DATE: Mapping[str, str] = {
    "JJ/MM/AAAA": "%d/%m/%Y",
    "JJ-MM-AAAA": "%d-%m-%Y",
    "JJ.MM.AAAA": "%d.%m.%Y",
    "AAAA-MM-JJ": "%Y-%m-%d",
    "AAAA/MM/JJ": "%Y/%m/%d",
    "JJMMAAAA": "%d%m%Y",
    "AAAAMMJJ": "%Y%m%d",
}
"""Forms of a date that a step may name. Month first is not one: nobody can tell it from day first."""


@dataclass(frozen=True)
class Condition:
    """A test on the stripped text of a zone."""

    champ: str
    test: str
    valeurs: tuple[str, ...]

    def expression(self, texte: pl.Expr) -> pl.Expr:
        """True on the lines that pass; an absent zone never does."""
        texte = texte.str.strip_chars()
        tests: dict[str, Callable[[str], pl.Expr]] = {
            "egal": lambda v: texte == v,
            "different": lambda v: texte != v,
            "commence_par": lambda v: texte.str.starts_with(v),
            "finit_par": lambda v: texte.str.ends_with(v),
            "contient": lambda v: texte.str.contains(v, literal=True),
            "regex": lambda v: texte.str.contains(v),
            "vide": lambda v: (texte == "") == (v == "oui"),
        }
        essais = [tests[self.test](valeur) for valeur in self.valeurs]
        tous = pl.all_horizontal(essais) if self.test == "different" else pl.any_horizontal(essais)
        return tous.fill_null(False)


@dataclass(frozen=True)
class Etape:
    """One step. ``rang`` counts from 1, as messages say it."""

    rang: int
    action: Action
    motif: str
    conditions: tuple[Condition, ...] = ()
    parametres: Mapping[str, Any] = field(default_factory=dict)
    touche_aux_montants: bool = False
    idempotente: bool = False

    def refuse(self, raison: str) -> RecetteInvalide:
        """The refusal of this step, to raise."""
        return RecetteInvalide(f"Étape {self.rang} ({self.action.nom}) : {raison}")

    def texte(self, nom: str, defaut: str = "") -> str:
        return str(self.parametres.get(nom, defaut))

    def nombre(self, nom: str, defaut: int) -> int:
        return int(self.parametres.get(nom, defaut))

    def liste(self, nom: str) -> list[str]:
        """A parameter that is one text or several."""
        valeur = self.parametres.get(nom, [])
        return [valeur] if isinstance(valeur, str) else list(valeur)


@dataclass(frozen=True)
class Recette:
    """Steps to apply in their order, to files of one format."""

    nom: str
    format: str
    etapes: tuple[Etape, ...]


def lire(texte: str) -> Recette:
    """The recipe of a TOML text. Raises RecetteInvalide."""
    try:
        lu = tomllib.loads(texte)
    except (tomllib.TOMLDecodeError, RecursionError) as erreur:
        raise RecetteInvalide(f"La recette n'est pas du TOML : {erreur}.") from erreur
    inconnues = set(lu) - {"recette", "nom", "format", "description", "etape"}
    if inconnues:
        raise RecetteInvalide(
            f"Clé inconnue : {', '.join(sorted(inconnues))}. Connues : recette, nom, format, description, etape."
        )
    if lu.get("recette") != VERSION:
        raise RecetteInvalide(f"La recette doit commencer par recette = {VERSION}.")
    if lu.get("format") not in FORMATS:
        raise RecetteInvalide(f"La recette doit dire format = {' ou '.join(repr(f) for f in FORMATS)}.")
    etapes = lu.get("etape", [])
    if not isinstance(etapes, list) or not etapes or not all(isinstance(e, dict) for e in etapes):
        raise RecetteInvalide("La recette doit avoir au moins une étape, écrite [[etape]].")
    if len(etapes) > ETAPES_MAX:
        raise RecetteInvalide(f"La recette a {len(etapes)} étapes : {ETAPES_MAX} au plus.")
    return Recette(
        str(lu.get("nom", "")), lu["format"], tuple(_etape(e, rang, lu["format"]) for rang, e in enumerate(etapes, 1))
    )


def _etape(lue: Mapping[str, Any], rang: int, format_: str) -> Etape:
    action = ACTIONS.get(str(lue.get("action")))
    if action is None:
        raise RecetteInvalide(
            f"Étape {rang} : action « {lue.get('action')} » inconnue. Connues : {', '.join(ACTIONS)}."
        )
    motif = lue.get("motif")
    etape = Etape(
        rang,
        action,
        motif if isinstance(motif, str) else "",
        _conditions(lue.get("si", []), rang, action),
        {nom: v for nom, v in lue.items() if nom not in _COMMUNS},
        lue.get("touche_aux_montants") is True,
        lue.get("idempotente") is True,
    )
    if not etape.motif.strip():
        raise etape.refuse('dire pourquoi, par motif = "…".')
    if format_ not in action.formats:
        raise etape.refuse(f"cette action ne vaut que pour {', '.join(action.formats)}.")
    for nom in ("touche_aux_montants", "idempotente"):
        if not isinstance(lue.get(nom, False), bool):
            raise etape.refuse(f"{nom} est true ou false.")
    if action.touche_montants and not etape.touche_aux_montants:
        raise etape.refuse("cette action touche aux montants : l'admettre par touche_aux_montants = true.")
    _check_parameters(etape)
    return etape


def _check_parameters(etape: Etape) -> None:
    action, parametres = etape.action, etape.parametres
    for nom in action.requis:
        if nom not in parametres:
            raise etape.refuse(f"le paramètre {nom} manque.")
    for nom, valeur in parametres.items():
        if nom not in (*action.requis, *action.admis):
            connus = ", ".join((*action.requis, *action.admis)) or "aucun"
            raise etape.refuse(f"paramètre {nom} inconnu. Paramètres : {connus}.")
        if not isinstance(valeur, _TYPES[nom]) or isinstance(valeur, bool):
            raise etape.refuse(f"{nom} n'est pas de la forme attendue.")
        if isinstance(valeur, list) and not (valeur and all(isinstance(v, str) for v in valeur)):
            raise etape.refuse(f"{nom} est une liste de textes.")
        if nom in _CHOIX and valeur not in _CHOIX[nom]:
            raise etape.refuse(f"{nom} vaut {' ou '.join(_CHOIX[nom])}.")
        if isinstance(valeur, int) and not _BORNES[nom][0] <= valeur <= _BORNES[nom][1]:
            raise etape.refuse(f"{nom} va de {_BORNES[nom][0]} à {_BORNES[nom][1]}.")
    _check_choices(etape)


def _check_choices(etape: Etape) -> None:
    """What two parameters say together."""
    parametres = etape.parametres
    if etape.action.nom in ("remplir", "fixer") and ("valeur" in parametres) == ("depuis" in parametres):
        raise etape.refuse("donner valeur, ou depuis.")
    if etape.action.nom == "remplacer" and ("texte" in parametres) == ("regex" in parametres):
        raise etape.refuse("donner texte, ou regex.")
    if etape.action.nom == "oter_ecritures" and not etape.conditions:
        raise etape.refuse("dire lesquelles, par si = [ … ].")
    if parametres.get("texte") == "":
        raise etape.refuse("le texte à remplacer est vide.")
    if not all(isinstance(v, str) for v in parametres.get("table", {}).values()):
        raise etape.refuse("la table donne un texte pour chaque code.")
    if len(parametres.get("caractere", "0")) != 1:
        raise etape.refuse("caractere est un seul caractère.")
    for forme in parametres.get("formes", []):
        if forme not in FORMES_DATE:
            raise etape.refuse(f"forme de date « {forme} » inconnue. Connues : {', '.join(FORMES_DATE)}.")
    if "regex" in parametres:
        _check_regex(parametres["regex"], etape.rang)


def _conditions(lues: Any, rang: int, action: Action) -> tuple[Condition, ...]:
    if not isinstance(lues, Sequence) or isinstance(lues, str) or not all(isinstance(c, dict) for c in lues):
        raise RecetteInvalide(
            f'Étape {rang} : si est une liste, par exemple si = [{{ champ = "JournalCode", egal = "VE" }}].'
        )
    if lues and not action.conditions:
        raise RecetteInvalide(f"Étape {rang} ({action.nom}) : cette action n'a pas de condition.")
    return tuple(_condition(c, rang) for c in lues)


def _condition(lue: Mapping[str, Any], rang: int) -> Condition:
    tests = [t for t in _TESTS if t in lue]
    if not isinstance(lue.get("champ"), str) or len(tests) != 1 or len(lue) != 2:
        raise RecetteInvalide(f"Étape {rang} : une condition a un champ et un test ({', '.join(_TESTS)}).")
    valeur = lue[tests[0]]
    if tests[0] == "vide":
        if not isinstance(valeur, bool):
            raise RecetteInvalide(f"Étape {rang} : vide est true ou false.")
        return Condition(lue["champ"], "vide", ("oui" if valeur else "non",))
    valeurs = [valeur] if isinstance(valeur, str) else valeur
    if not isinstance(valeurs, list) or not valeurs or not all(isinstance(v, str) for v in valeurs):
        raise RecetteInvalide(f"Étape {rang} : {tests[0]} attend un texte, ou une liste de textes.")
    if tests[0] == "regex":
        for expression in valeurs:
            _check_regex(expression, rang)
    return Condition(lue["champ"], tests[0], tuple(valeurs))


def _check_regex(expression: str, rang: int) -> None:
    """Expressions run in linear time, whatever they are; those that do not compile are refused here."""
    try:
        pl.select(pl.lit("").str.contains(expression))
    except pl.exceptions.PolarsError as erreur:
        raise RecetteInvalide(f"Étape {rang} : l'expression « {expression} » n'est pas lisible.") from erreur
