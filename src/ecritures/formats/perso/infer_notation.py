"""Which notation do these texts have? Every one under which all of them can be read; two readings is no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ecritures.domain.modele import FORMES_DATE
from ecritures.formats.perso.valeurs import BLANCS, DECIMALES_DEVISE, Notation, lire_date

ANNEES = range(1980, 2061)
"""Years of a date worth believing when its form is guessed: 20102012 is the 20/10/2012, not a day of the year 2010."""
ANNEES_SERREES, ANNEES_LARGES = 2, 5
"""Years that the dates of an export span at most, and from where a form that spreads them more is ruled out by one that
does not."""
EXEMPLES = 3


@dataclass(frozen=True)
class Trouve:
    """``valeurs``: what is decided (empty: nothing). ``preuve``: why, in French. ``est_probable``: said to be verified."""

    valeurs: tuple[str, ...]
    preuve: str
    est_probable: bool = False


def formes_de_date(textes: Sequence[str]) -> Trouve:
    """The date form of these texts, when there is one only."""
    distincts = list(dict.fromkeys(t.strip(BLANCS) for t in textes if t.strip(BLANCS)))
    lectures = {forme: [_lire(t, forme) for t in distincts] for forme in FORMES_DATE}
    possibles = [forme for forme, lues in lectures.items() if lues and all(lues)]
    possibles, ecartees = _sans_invraisemblables(possibles, lectures)
    if len(possibles) == 1:
        return Trouve((possibles[0],), _preuve_date(distincts, possibles[0], lectures, ecartees))
    montres = _exemples(distincts)
    if possibles:
        sujet = (
            f"la date {montres} se lit" if len(distincts) == 1 else f"les {len(distincts)} dates ({montres}) se lisent"
        )
        return Trouve((), f"{sujet} en {' ou '.join(possibles)} : rien ne tranche")
    # several forms in one file: only when no text can be read under two of them
    formes = [f for f in FORMES_DATE if any(lectures[f])]
    seules = all(sum(1 for f in formes if lectures[f][i]) == 1 for i in range(len(distincts)))
    if formes and seules and distincts:
        return Trouve(tuple(formes), f"plusieurs formes, chaque date ({montres}) n'en admet qu'une", est_probable=True)
    rebelle = next((t for i, t in enumerate(distincts) if not any(lectures[f][i] for f in formes)), None)
    if rebelle is None:
        return Trouve((), f"plusieurs formes coexistent ({montres}) et certaines dates en admettent deux")
    return Trouve((), f"« {rebelle[:40]} » n'est d'aucune forme connue")


def _lire(texte: str, forme: str) -> date | None:
    if forme == "SERIE" and len(texte.split(".")[0].split(",")[0]) != 5:
        return None
    jour = lire_date(texte, (forme,))
    return jour if jour is not None and jour.year in ANNEES else None


def _sans_invraisemblables(
    possibles: list[str], lectures: dict[str, list[date | None]]
) -> tuple[list[str], dict[str, tuple[int, int]]]:
    """Forms without those that spread the dates over years when another keeps them together: a day is not a year."""
    annees = {f: [jour.year for jour in lectures[f] if jour] for f in possibles}
    bornes = {f: (min(lues), max(lues)) for f, lues in annees.items()}
    if not any(fin - debut <= ANNEES_SERREES for debut, fin in bornes.values()):
        return possibles, {}
    larges = {f: (debut, fin) for f, (debut, fin) in bornes.items() if fin - debut > ANNEES_LARGES}
    return [f for f in possibles if f not in larges], larges


def _preuve_date(
    distincts: list[str], forme: str, lectures: dict[str, list[date | None]], ecartees: dict[str, tuple[int, int]]
) -> str:
    """The rival form, and what rules it out."""
    for rivale in (f for f in FORMES_DATE if f != forme and sorted(f) == sorted(forme)):
        if rivale in ecartees:
            debut, fin = ecartees[rivale]
            return f"en {rivale} les dates iraient de {debut} à {fin}"
        if contre := next((t for t, lue in zip(distincts, lectures[rivale], strict=True) if lue is None), None):
            return f"« {contre[:40]} » ne se lit pas en {rivale}"
    return f"seule forme qui lise toutes les dates ({_exemples(distincts)})"


def _exemples(distincts: Sequence[str]) -> str:
    return ", ".join(t[:40] for t in distincts[:EXEMPLES]) + (", …" if len(distincts) > EXEMPLES else "")


def notation(textes: Sequence[str]) -> Trouve:
    """``(decimal mark, thousands mark)`` of these amounts, when all readings agree."""
    distincts = list(dict.fromkeys(t.strip(BLANCS) for t in textes if t.strip(BLANCS)))
    lectures: dict[tuple[str, str], tuple[int, ...]] = {}
    for decimale in (",", "."):
        for milliers in ("", " ", ".", ",", "'"):
            if milliers == decimale or (milliers and not any(_contient(t, milliers) for t in distincts)):
                continue
            lus = [Notation(decimale, milliers).lire(t, DECIMALES_DEVISE).valeur for t in distincts]
            if None not in lus:
                lectures[decimale, milliers] = tuple(v for v in lus if v is not None)
    if not lectures:
        rebelle = next((t for t in distincts if not any(c.isdigit() for c in t)), _exemples(distincts))
        return Trouve((), f"aucune notation ne lit toutes les valeurs (« {rebelle[:40]} »)")
    if len(set(lectures.values())) > 1:
        temoin = _temoin(distincts, lectures)
        return Trouve((), f"« {temoin} » se lit avec « , » ou avec « . » pour les décimales : rien ne tranche")
    employees = [n for n in lectures if any(n[0] in t for t in distincts)]
    if employees:
        decimale, milliers = employees[0]
        temoin = next(t for t in distincts if decimale in t)
        suite = ", milliers séparés" if milliers else ""
        return Trouve((decimale, milliers), f"seule lecture possible de « {temoin} »{suite}")
    decimale, milliers = next(iter(lectures))
    return Trouve(
        (decimale, milliers),
        "aucune décimale dans l'échantillon : montants lus en euros entiers, virgule supposée",
        est_probable=True,
    )


def _contient(texte: str, milliers: str) -> bool:
    return any(c in texte for c in (BLANCS if milliers == " " else "'’" if milliers == "'" else milliers))


def _temoin(distincts: list[str], lectures: dict[tuple[str, str], tuple[int, ...]]) -> str:
    colonnes = list(lectures.values())
    return next(t for i, t in enumerate(distincts) if len({lues[i] for lues in colonnes}) > 1)
