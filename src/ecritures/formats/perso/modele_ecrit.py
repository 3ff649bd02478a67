"""A model as TOML text, with the meaning of each section and, when it was inferred, the evidence of each key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.items import Table

from ecritures.domain.modele import (
    FORMES_DATE,
    OPERATIONS,
    Colonne,
    Convention,
    FormatModele,
    Modele,
    Transformation,
    Tva,
)
from ecritures.formats.perso.modele_toml import SEPARATEURS


def ecrire_modele(
    modele: Modele, preuves: Mapping[str, str] | None = None, a_decider: Mapping[str, str] | None = None
) -> str:
    """The model as commented TOML: ``lire_modele`` gives it back.

    ``preuves``: key -> why it was chosen, written beside it. ``a_decider``: key -> the question; that key is left out and
    written as a comment to fill, so that the text is refused until someone decides.
    """
    ecrivain = _Ecrivain(preuves or {}, a_decider or {})
    document = tomlkit.document()
    document.add(tomlkit.comment("Modèle de lecture d'un fichier d'écritures : ecritures check --modele CE_FICHIER …"))
    ecrivain.pose(document, "", {"nom": modele.nom, "format": modele.format.value})
    fichier: dict[str, Any] = {}
    if modele.format is FormatModele.CSV:
        separateur = {v: k for k, v in SEPARATEURS.items()}.get(modele.separateur, modele.separateur)
        fichier |= {"separateur": separateur, "guillemet": modele.guillemet}
    if modele.format is FormatModele.XLSX:
        fichier |= {"feuille": modele.feuille} if modele.feuille is not None else {}
    else:
        fichier |= {"encodage": modele.encodage}
    fichier |= {"lignes_a_sauter": modele.lignes_a_sauter, "entete": modele.entete}
    nombres: dict[str, Any] = {"decimale": modele.decimale, "milliers": modele.milliers}
    nombres |= {"quinze_chiffres": True} if modele.quinze_chiffres else {}
    montants: dict[str, Any] = {"convention": modele.convention.value}
    if modele.convention is Convention.MONTANT_ET_SENS:
        montants |= {"debit": list(modele.sens_debit), "credit": list(modele.sens_credit)}
    ecritures: dict[str, Any] = {"groupement": modele.groupement.value}
    ecritures |= {"contrepartie": modele.contrepartie} if modele.contrepartie else {}
    for nom, valeurs in (
        ("fichier", fichier),
        ("nombres", nombres),
        ("dates", {"formes": list(modele.formes_date)}),
        ("montants", montants),
        ("ecritures", ecritures),
        ("colonnes", {champ: _colonne_toml(c) for champ, c in modele.colonnes.items()}),
        ("constantes", dict(modele.constantes)),
        ("defauts", dict(modele.defauts)),
        ("ignorer", {"vides": modele.ignorer_vides, "totaux": list(modele.totaux)}),
    ):
        section = tomlkit.table()
        ecrivain.pose(section, nom, valeurs)
        if valeurs or ecrivain.concerne(nom):
            document.add(tomlkit.nl())
            document.add(nom, section)
    if modele.tva:
        document.add("tva", _tva_toml(modele.tva))
    return tomlkit.dumps(document)


class _Ecrivain:
    def __init__(self, preuves: Mapping[str, str], a_decider: Mapping[str, str]) -> None:
        self._preuves, self._a_decider = preuves, a_decider

    def concerne(self, section: str) -> bool:
        return any(cle.startswith(f"{section}.") for cle in self._a_decider)

    def pose(self, table_: Table | tomlkit.TOMLDocument, section: str, valeurs: Mapping[str, Any]) -> None:
        """The values, each with its evidence; then the keys to fill, as comments."""
        prefixe = f"{section}." if section else ""
        if section in COMMENTAIRES:
            for ligne in COMMENTAIRES[section]:
                table_.add(tomlkit.comment(ligne))
        for cle, valeur in valeurs.items():
            if f"{prefixe}{cle}" in self._a_decider:
                continue
            element = tomlkit.item(valeur)
            if preuve := self._preuves.get(f"{prefixe}{cle}"):
                element.comment(_une_ligne(preuve))
            table_.add(cle, element)
        for cle, question in self._a_decider.items():
            if cle.startswith(prefixe) and "." not in cle[len(prefixe) :] and prefixe:
                table_.add(tomlkit.comment(f"À DÉCIDER — {_une_ligne(question)}"))
                table_.add(tomlkit.comment(f"{cle[len(prefixe) :]} = "))


def _une_ligne(mots: str) -> str:
    return "".join(c if c.isprintable() else "·" for c in mots)


COMMENTAIRES: dict[str, tuple[str, ...]] = {
    "nombres": ('decimale : « , » ou « . ». milliers : "" (aucune marque), " ", ".", "," ou "\'".',),
    "dates": (f"formes : {', '.join(FORMES_DATE)}.",),
    "montants": ("convention : deux_colonnes, debit_positif ou credit_positif (un montant signé), montant_et_sens.",),
    "ecritures": ("groupement : piece, date_reference, solde, ligne (avec contrepartie), fichier.",),
    "colonnes": (
        'champ = { nom = "…" } ou { rang = 1 } ou, en largeur fixe, { debut = 1, largeur = 8 }.',
        f"transformations : {', '.join(OPERATIONS)}. a_defaut : autre champ, si la cellule est vide.",
    ),
    "ignorer": ("totaux : débuts de cellule d'une ligne de total, écartée si elle n'a pas de date ou pas de compte.",),
}


def _colonne_toml(colonne: Colonne) -> Any:
    element = tomlkit.inline_table()
    for cle in ("nom", "rang", "debut", "largeur"):
        if (valeur := getattr(colonne, cle)) is not None:
            element.add(cle, valeur)
    if colonne.transformations:
        element.add("transformations", [_transformation_toml(t) for t in colonne.transformations])
    if colonne.a_defaut:
        element.add("a_defaut", colonne.a_defaut)
    return element


def _transformation_toml(transformation: Transformation) -> Any:
    valeur: Any = {
        "": None,
        "nombre": transformation.nombre,
        "texte": transformation.texte,
        "table": dict(transformation.table),
        "bornes": [transformation.debut, transformation.fin],
    }[OPERATIONS[transformation.operation]]
    if valeur is None:
        return transformation.operation
    element = tomlkit.inline_table()
    element.add(transformation.operation, valeur)
    return element


def _tva_toml(regles: tuple[Tva, ...]) -> Any:
    suite = tomlkit.aot()
    for regle in regles:
        ligne = tomlkit.table()
        entier_, reste = divmod(regle.taux_centiemes, 100)
        taux = f"{entier_}.{reste:02d}".rstrip("0").rstrip(".") if reste else str(entier_)
        for cle, valeur in (
            ("compte", regle.compte),
            ("compte_ht", regle.compte_ht),
            ("compte_tva", regle.compte_tva),
            ("taux", taux),
        ):
            ligne.add(cle, valeur)
        suite.append(ligne)
    return suite
