"""The keys of a TOML model, taken one by one with their kind: what is left at the end is a key that does not exist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ecritures.domain.errors import ModeleInvalide


class Cles:
    """A table of the model and its path; each key may be taken once."""

    def __init__(self, chemin: str, valeurs: Mapping[str, Any]) -> None:
        self.chemin = chemin
        self._valeurs = dict(valeurs)
        self._prises: list[str] = []

    def cle(self, nom: str) -> str:
        return f"{self.chemin}.{nom}" if self.chemin else nom

    def prendre(self, nom: str) -> Any:
        """The value, or None when the key is absent."""
        self._prises.append(nom)
        return self._valeurs.pop(nom, None)

    def table(self, nom: str) -> Cles:
        valeur = self.prendre(nom)
        if valeur is not None and not isinstance(valeur, dict):
            raise ModeleInvalide(self.cle(nom), f"une table est attendue : [{self.cle(nom)}].")
        return Cles(self.cle(nom), valeur or {})

    def restants(self) -> tuple[str, ...]:
        return tuple(self._valeurs)

    def finir(self) -> None:
        """Raises ModeleInvalide for a key that nobody took."""
        if self._valeurs:
            inconnue = next(iter(self._valeurs))
            admises = ", ".join(dict.fromkeys(self._prises)) or "aucune"
            raise ModeleInvalide(self.cle(inconnue), f"clé inconnue ; clés admises ici : {admises}.")


def texte(cles: Cles, nom: str, defaut: str | None = None) -> str:
    valeur = cles.prendre(nom)
    if valeur is None and defaut is not None:
        return defaut
    if not isinstance(valeur, str):
        raise ModeleInvalide(cles.cle(nom), "à remplir : un texte est attendu.")
    return valeur


def choix(cles: Cles, nom: str, admis: tuple[str, ...], defaut: str | None = None) -> str:
    valeur = cles.prendre(nom)
    if valeur is None and defaut is not None:
        return defaut
    if not isinstance(valeur, str) or valeur not in admis:
        quoi = "à remplir" if valeur is None else f"« {str(valeur)[:40]} » n'est pas admis"
        raise ModeleInvalide(cles.cle(nom), f"{quoi} ; valeurs admises : {', '.join(f'« {a} »' for a in admis)}.")
    return valeur


def liste(cles: Cles, nom: str, defaut: tuple[str, ...] | None = None) -> tuple[str, ...]:
    valeur = cles.prendre(nom)
    if valeur is None and defaut is not None:
        return defaut
    if not isinstance(valeur, list) or not all(isinstance(v, str) and v.strip() for v in valeur):
        raise ModeleInvalide(cles.cle(nom), "à remplir : une liste de textes est attendue.")
    return tuple(valeur)


def noms(cles: Cles, nom: str, admis: tuple[str, ...], defaut: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """A list of names among ``admis``, not empty unless that is the default."""
    valeurs = liste(cles, nom, defaut)
    for valeur in valeurs:
        if valeur not in admis:
            raise ModeleInvalide(
                cles.cle(nom), f"« {valeur[:40]} » n'est pas admis ; formes admises : {', '.join(admis)}."
            )
    if not valeurs and defaut is None:
        raise ModeleInvalide(cles.cle(nom), f"à remplir ; formes admises : {', '.join(admis)}.")
    return valeurs


def entier(cles: Cles, nom: str, mini: int, maxi: int, defaut: int) -> int:
    valeur = cles.prendre(nom)
    if valeur is None:
        return defaut
    if isinstance(valeur, bool) or not isinstance(valeur, int) or not mini <= valeur <= maxi:
        raise ModeleInvalide(cles.cle(nom), f"un entier de {mini} à {maxi} est attendu.")
    return valeur


def booleen(cles: Cles, nom: str, defaut: bool) -> bool:
    valeur = cles.prendre(nom)
    if valeur is None:
        return defaut
    if not isinstance(valeur, bool):
        raise ModeleInvalide(cles.cle(nom), "true ou false est attendu.")
    return valeur
