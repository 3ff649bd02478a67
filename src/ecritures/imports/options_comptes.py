"""``comptesRules``: accounts of the sender become those of the dossier, by root or by range (loop-api 19-28). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class RegleCompte:
    """``source`` None: a range. Bounds are compared on their own length: 6060 to 6069 holds 60695."""

    cible: str
    source: str | None = None
    de: str = ""
    a: str = ""

    def traduit(self, compte: str) -> str | None:
        """The account of the dossier; None when the rule does not apply. A root keeps what follows it."""
        if self.source is not None:
            return self.cible + compte[len(self.source) :] if compte.startswith(self.source) else None
        return self.cible if self.de <= compte and compte[: len(self.a)] <= self.a else None


def lire_regles(brutes: Sequence[Any]) -> tuple[tuple[RegleCompte, ...], tuple[int, ...]]:
    """The rules in their order, and the ranks (from 1) of those that cannot be applied."""
    lues, fausses = [], []
    for rang, brute in enumerate(brutes, 1):
        regle = _lire(brute)
        if regle is None:
            fausses.append(rang)
        else:
            lues.append(regle)
    return tuple(lues), tuple(fausses)


def traduire(compte: str, regles: Sequence[RegleCompte]) -> str:
    """What the first rule that applies makes of an account; itself when none does."""
    return next((traduit for regle in regles if (traduit := regle.traduit(compte)) is not None), compte)


def _lire(brute: Any) -> RegleCompte | None:
    if not isinstance(brute, dict):
        return None
    valeurs = {str(cle).lower(): valeur for cle, valeur in brute.items()}
    genre = valeurs.pop("type", None)
    if not all(isinstance(v, str) and v.strip() for v in valeurs.values()):
        return None
    textes = {cle: valeur.strip() for cle, valeur in valeurs.items()}
    if genre == "racine" and textes.keys() == {"source", "cible"}:
        return RegleCompte(textes["cible"], source=textes["source"])
    if genre == "fourchette" and textes.keys() == {"de", "a", "cible"} and textes["de"] <= textes["a"]:
        return RegleCompte(textes["cible"], de=textes["de"], a=textes["a"])
    return None
