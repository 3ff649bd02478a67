"""The other parameters of a list route (``sort``, ``select``, ``skip``, ``take``), and all five together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ecritures.domain.errors import FiltreInvalide
from ecritures.domain.filtre.arbre import Expression, Tri
from ecritures.domain.filtre.champs import Champ, Ressource
from ecritures.domain.filtre.lecture import champ_inconnu, lire_filtre
from ecritures.domain.filtre.lexique import BLANCS, FIN, entre_guillemets, mesurer, montrer

PRISE_DEFAUT = 100
PRISE_MAX = 1000
"""``take`` when it is not given, and its most: choices of this project, the contract names none."""
SAUT_MAX = 10**9
"""Most elements skipped: more than any list has, and every database counts so far."""
TRIS_MAX = 8
"""Fields of one sort."""


@dataclass(frozen=True, slots=True)
class DemandeListe:
    """What a list route is asked. ``champs`` empty: all of them. ``filtre`` None: every object."""

    filtre: Expression | None = None
    tris: tuple[Tri, ...] = ()
    champs: tuple[str, ...] = ()
    sauter: int = 0
    prendre: int = PRISE_DEFAUT


def lire_liste(
    ressource: Ressource,
    *,
    filter: str | None = None,
    sort: str | None = None,
    select: str | None = None,
    skip: str | None = None,
    take: str | None = None,
    prise_defaut: int = PRISE_DEFAUT,
    prise_max: int = PRISE_MAX,
) -> DemandeListe:
    """The parameters of a list route, named as in the URL, percent-decoded. Raises FiltreInvalide."""
    return DemandeListe(
        lire_filtre(filter or "", ressource),
        lire_tri(sort or "", ressource),
        lire_selection(select or "", ressource),
        lire_saut(skip or ""),
        lire_prise(take or "", defaut=prise_defaut, maximum=prise_max),
    )


def lire_tri(texte: str, ressource: Ressource, parametre: str = "sort") -> tuple[Tri, ...]:
    """``champ1&&champ2:desc``. Ascending unless said; a field twice is refused, since the second would do nothing."""
    tris: list[Tri] = []
    for debut, element in _elements(texte, "&&", parametre):
        nom, deux_points, sens = element.partition(":")
        champ = _champ(nom.rstrip(BLANCS), debut, ressource, ressource.triables, parametre)
        if deux_points and sens.strip(BLANCS).lower() not in ("asc", "desc"):
            place = debut + len(nom) + 1
            raise FiltreInvalide(parametre, place + 1, montrer(sens) if sens else FIN, "asc ou desc après « : »")
        if champ.nom in {tri.champ for tri in tris}:
            raise FiltreInvalide(
                parametre, debut + 1, f"le champ {champ.nom} une deuxième fois", "chaque champ une fois"
            )
        if len(tris) == TRIS_MAX:
            raise FiltreInvalide(parametre, debut + 1, montrer(element), f"{TRIS_MAX} champs de tri au plus")
        tris.append(Tri(champ.nom, sens.strip(BLANCS).lower() == "desc"))
    return tuple(tris)


def lire_selection(texte: str, ressource: Ressource, parametre: str = "select") -> tuple[str, ...]:
    """``champ1,champ2``: the declared names in the order asked, each once."""
    noms: dict[str, None] = {}
    for debut, element in _elements(texte, ",", parametre):
        noms[_champ(element, debut, ressource, ressource.champs, parametre).nom] = None
    return tuple(noms)


def lire_saut(texte: str, parametre: str = "skip") -> int:
    return _entier(texte, 0, SAUT_MAX, parametre) if texte else 0


def lire_prise(texte: str, *, defaut: int = PRISE_DEFAUT, maximum: int = PRISE_MAX, parametre: str = "take") -> int:
    return _entier(texte, 1, maximum, parametre) if texte else defaut


def _elements(texte: str, separateur: str, parametre: str) -> Iterator[tuple[int, str]]:
    """Index and text of each part, without blanks; none when all is blank, a refusal when one part is."""
    mesurer(texte, parametre)
    debut, fin = entre_guillemets(texte)
    if not texte[debut:fin].strip(BLANCS):
        return
    for part in texte[debut:fin].split(separateur):
        place = debut + len(part) - len(part.lstrip(BLANCS))
        element = part.strip(BLANCS)
        if not element:
            trouve = FIN if place >= fin else montrer(separateur)
            raise FiltreInvalide(parametre, place + 1, trouve, "un nom de champ")
        yield place, element
        debut += len(part) + len(separateur)


def _champ(nom: str, debut: int, ressource: Ressource, admis: tuple[Champ, ...], parametre: str) -> Champ:
    champ = ressource.champ(nom)
    if champ is None or champ not in admis:
        raise champ_inconnu(parametre, debut + 1, nom, ressource, admis)
    return champ


_PAS_UN_CHIFFRE = re.compile("[^0-9]")


def _entier(texte: str, minimum: int, maximum: int, parametre: str) -> int:
    mesurer(texte, parametre)
    debut, fin = entre_guillemets(texte)
    chiffres = texte[debut:fin].strip(BLANCS)
    attendu = f"un nombre entier de {minimum} à {maximum}"
    if not chiffres:
        raise FiltreInvalide(parametre, debut + 1, FIN if debut == len(texte) else montrer(texte), attendu)
    debut = texte.index(chiffres, debut)
    if faux := _PAS_UN_CHIFFRE.search(chiffres):
        raise FiltreInvalide(parametre, debut + faux.start() + 1, montrer(chiffres), attendu)
    utiles = chiffres.lstrip("0") or "0"
    if len(utiles) > len(str(maximum)) or not minimum <= int(utiles) <= maximum:
        raise FiltreInvalide(parametre, debut + 1, montrer(chiffres), attendu)
    return int(utiles)
