"""A model being written: its text whatever its state, what it lacks, and the choices of a person put into it.

The text is the only truth: a choice edits the TOML in place, so that comments, evidence and what no choice names
(transformations, rules of VAT) stay as they were. ``modele_toml.lire_modele`` alone says whether it can be used.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from ecritures.domain.errors import ModeleInvalide
from ecritures.domain.modele import CHAMPS, FormatModele, Modele
from ecritures.formats.perso.modele_toml import TOML_CARACTERES_MAX, lire_modele
from ecritures.formats.perso.tableau import normaliser

_QUESTION = re.compile(r"# À DÉCIDER — (?P<question>.*)")
_A_REMPLIR = re.compile(r"# (?P<cle>\w+) = *")
_SECTION = re.compile(r"\s*\[{1,2}\s*(?P<nom>[^\[\]]+?)\s*\]{1,2}\s*(?:#.*)?")
_CLE = re.compile(r"\s*\"?(?P<nom>[\w-]+)\"?\s*=")
_LIEU_TOML = re.compile(r"at line (\d+)")


@dataclass(frozen=True)
class Place:
    """A column of a sample: its rank (from 1) and its name in the file, or its place in a line of fixed width."""

    rang: int = 0
    nom: str = ""
    debut: int = 0
    largeur: int = 0

    def est(self, colonne: Mapping[str, Any]) -> bool:
        """True when that TOML table of a column means this one."""
        if self.debut:
            return (colonne.get("debut"), colonne.get("largeur")) == (self.debut, self.largeur)
        nom = colonne.get("nom")
        if isinstance(nom, str):
            return bool(self.nom) and normaliser(nom) == normaliser(self.nom)
        return colonne.get("rang") == self.rang


@dataclass(frozen=True)
class Faute:
    """Why the text is not a model yet. ``ligne`` from 1, None when no line holds the key at fault."""

    cle: str
    message: str
    ligne: int | None


@dataclass(frozen=True, eq=False)
class Brouillon:
    """``table``: the TOML, None when it is not TOML at all. ``preuves``: the comment beside a key, by key; ``questions``:
    what is left to decide, by key. ``modele`` or ``faute``: one of the two."""

    texte: str
    table: Mapping[str, Any] | None
    modele: Modele | None
    faute: Faute | None

    @cached_property
    def preuves(self) -> Mapping[str, str]:
        return _preuves(self.texte) if self.table is not None else {}

    @cached_property
    def questions(self) -> Mapping[str, str]:
        return _questions(self.texte) if self.table is not None else {}

    def valeur(self, cle: str, defaut: Any = None) -> Any:
        """``fichier.separateur`` and the like; ``defaut`` when the key is absent."""
        ici: Any = self.table or {}
        for morceau in cle.split("."):
            if not isinstance(ici, Mapping) or morceau not in ici:
                return defaut
            ici = ici[morceau]
        return ici

    def section(self, nom: str) -> Mapping[str, Any]:
        valeur = self.valeur(nom)
        return valeur if isinstance(valeur, Mapping) else {}

    def champ_de(self, place: Place) -> str:
        """The field that this column fills; ``""``: none."""
        for champ, colonne in self.section("colonnes").items():
            if isinstance(colonne, Mapping) and place.est(colonne):
                return champ
        return ""


def lire_brouillon(texte: str) -> Brouillon:
    """Never raises, whatever the text."""
    try:
        modele, faute = lire_modele(texte), None
    except ModeleInvalide as refus:
        modele, faute = None, Faute(refus.cle, refus.message, _ligne_de(texte, refus))
    try:
        table = tomllib.loads(texte) if len(texte) <= TOML_CARACTERES_MAX else None
    except (tomllib.TOMLDecodeError, RecursionError):
        table = None
    return Brouillon(texte, table, modele, faute)


def choisir(
    texte: str, valeurs: Mapping[str, Any], champs: Mapping[str, Place] | None = None, vues: Sequence[Place] = ()
) -> str:
    """The text with these choices. ``valeurs``: key -> value, None to leave the key out. ``champs``: field -> its column;
    the fields that filled one of the columns ``vues`` and are not in it lose it. A text that is not TOML stays as it is.
    """
    avant = lire_brouillon(texte).table
    if avant is None:
        return texte
    voulu = _voulu(avant, valeurs, champs, vues)
    if voulu == avant:
        return texte
    try:
        document = tomlkit.parse(texte)
        _rapprocher(document, avant, voulu)
        ecrit = _sans_questions(tomlkit.dumps(document), voulu)
        fidele = tomllib.loads(ecrit) == voulu
    except (TOMLKitError, tomllib.TOMLDecodeError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        fidele = False
    # an unusual layout of tables that the editor does not keep is written again, without its comments
    return ecrit if fidele else tomlkit.dumps(voulu)


def _voulu(
    avant: Mapping[str, Any], valeurs: Mapping[str, Any], champs: Mapping[str, Place] | None, vues: Sequence[Place]
) -> dict[str, Any]:
    table = deepcopy(dict(avant))
    for cle, valeur in valeurs.items():
        nom, _, sous = cle.partition(".")
        ici = table if not sous else table.setdefault(nom, {})
        if not isinstance(ici, dict):
            ici = table[nom] = {}
        if valeur is None:
            ici.pop(sous or nom, None)
        else:
            ici[sous or nom] = valeur
    if champs is not None:
        colonnes = table.get("colonnes")
        table["colonnes"] = _colonnes(colonnes if isinstance(colonnes, dict) else {}, champs, vues)
    est_fixe = table.get("format") == FormatModele.FIXE
    if isinstance(table.get("colonnes"), dict):
        gardees = {c: v for c, v in table["colonnes"].items() if isinstance(v, dict) and ("debut" in v) is est_fixe}
        table["colonnes"] = gardees
    return {nom: v for nom, v in table.items() if v != {} or nom in avant}


def _colonnes(
    avant: Mapping[str, Any], champs: Mapping[str, Place], vues: Sequence[Place]
) -> dict[str, Mapping[str, Any]]:
    apres: dict[str, Mapping[str, Any]] = {}
    noms = [normaliser(p.nom) for p in vues]
    for champ, colonne in avant.items():
        if champ in champs or not (isinstance(colonne, Mapping) and any(p.est(colonne) for p in vues)):
            apres[champ] = colonne
    for champ, place in champs.items():
        assert champ in CHAMPS, f"{champ} is offered by no list"
        ancienne = avant.get(champ)
        if isinstance(ancienne, Mapping) and place.est(ancienne):
            continue
        reste = {k: v for k, v in ancienne.items() if k in ("transformations", "a_defaut")} if ancienne else {}
        apres[champ] = _place(place, noms) | reste
    for colonne in apres.values():  # a fallback on a field that lost its column would be refused
        if isinstance(colonne, dict) and colonne.get("a_defaut") not in {None, *apres}:
            del colonne["a_defaut"]
    return apres


def _place(place: Place, noms: Sequence[str]) -> dict[str, Any]:
    if place.debut:
        return {"debut": place.debut, "largeur": place.largeur}
    if place.nom.strip() and noms.count(normaliser(place.nom)) <= 1:
        return {"nom": place.nom.strip()}
    return {"rang": place.rang}


def _rapprocher(document: Any, avant: Mapping[str, Any], voulu: Mapping[str, Any]) -> None:
    """Edits the document from the one to the other, key by key: what is the same is not touched."""
    for nom in avant.keys() - voulu.keys():
        del document[nom]
    for nom, valeur in voulu.items():
        if avant.get(nom) == valeur and nom in avant:
            continue
        if not isinstance(valeur, dict):
            document[nom] = valeur
            continue
        if not isinstance(avant.get(nom), dict):
            document.pop(nom, None)
            document.add(tomlkit.nl())
            document.add(nom, tomlkit.table())
        section = document[nom]
        presente = avant.get(nom)
        ancienne = presente if isinstance(presente, dict) else {}
        for cle in [c for c in ancienne if c not in valeur]:
            del section[cle]
        for cle, v in valeur.items():
            if cle not in ancienne or ancienne[cle] != v:
                section[cle] = _en_ligne(v)
                _sans_preuve(section, cle)


def _sans_preuve(section: Any, cle: str) -> None:
    """What was said of the value before no longer holds."""
    trivia = section.value.item(cle).trivia
    trivia.comment, trivia.comment_ws = "", ""


def _en_ligne(valeur: Any) -> Any:
    if not isinstance(valeur, Mapping):
        return valeur
    element = tomlkit.inline_table()
    for cle, v in valeur.items():
        element.add(cle, v)
    return element


def _sans_questions(texte: str, voulu: Mapping[str, Any]) -> str:
    """Without the questions that are answered: the key is there, or the whole is a model."""
    entier = lire_brouillon(texte).modele is not None
    gardees: list[str] = []
    lignes, section, rang = texte.split("\n"), "", 0
    while rang < len(lignes):
        if lu := _SECTION.fullmatch(lignes[rang]):
            section = lu["nom"]
        suite = _A_REMPLIR.fullmatch(lignes[rang + 1]) if rang + 1 < len(lignes) else None
        if _QUESTION.fullmatch(lignes[rang]) and suite and (entier or _repondue(f"{section}.{suite['cle']}", voulu)):
            rang += 2
            continue
        gardees.append(lignes[rang])
        rang += 1
    return "\n".join(gardees)


def _repondue(cle: str, voulu: Mapping[str, Any]) -> bool:
    nom, _, sous = cle.partition(".")
    colonnes, constantes = voulu.get("colonnes") or {}, voulu.get("constantes") or {}
    if nom in ("colonnes", "constantes"):
        return sous in colonnes or sous in constantes
    section = voulu.get(nom)
    return isinstance(section, Mapping) and sous in section


def _questions(texte: str) -> dict[str, str]:
    trouvees, section, question = {}, "", ""
    for ligne in texte.split("\n"):
        if lu := _SECTION.fullmatch(ligne):
            section = lu["nom"]
        elif question and (lu := _A_REMPLIR.fullmatch(ligne)):
            trouvees[f"{section}.{lu['cle']}"] = question
        lu = _QUESTION.fullmatch(ligne)
        question = lu["question"] if lu else ""
    return trouvees


def _preuves(texte: str) -> dict[str, str]:
    """The comment beside each key of a section."""
    try:
        document = tomlkit.parse(texte)
    except (TOMLKitError, ValueError, RecursionError):
        return {}
    preuves = {}
    for nom, section in document.items():
        if isinstance(section, tomlkit.items.Table):
            for cle, element in section.value.items():
                commentaire = getattr(getattr(element, "trivia", None), "comment", "")
                if commentaire:
                    preuves[f"{nom}.{cle}"] = commentaire.lstrip("# ")
    return preuves


def _ligne_de(texte: str, refus: ModeleInvalide) -> int | None:
    """The line of the key at fault; that of its section when the key is not written."""
    if not refus.cle:
        lu = _LIEU_TOML.search(refus.message)
        return int(lu[1]) if lu else None
    voulus = refus.cle.split(".")
    trouve, section = None, ""
    for numero, ligne in enumerate(texte.split("\n"), 1):
        if lu := _SECTION.fullmatch(ligne):
            section = lu["nom"]
            if section in (voulus[0], ".".join(voulus[:2])):
                trouve = numero
        elif (lu := _CLE.match(ligne)) and [*filter(None, [section]), lu["nom"]] == voulus[: 2 if section else 1]:
            return numero
    return trouve
