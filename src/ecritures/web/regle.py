"""A window of raw lines as a ruler shows it: columns counted, the faulty ones marked, nothing that hides or reverses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ecritures.domain.constat import Severity
from ecritures.imports.lignes import Fenetre
from ecritures.imports.reports.piece import visible

LARGEUR_MAX = 1200
"""Characters of a line laid out: the longest record of a TRA fits, a JSON of one line is cut around its fault."""
AVANT_MARQUE = 100
"""Characters left before a fault that stands further than that width."""
COURANT = "courant"
_RANGS = {s.value: rang for rang, s in enumerate(Severity)}


@dataclass(frozen=True)
class Morceau:
    """A run of characters of one look. ``marque``: courant, ERREUR, AVERTISSEMENT, INFO, or none."""

    texte: str
    marque: str = ""


@dataclass(frozen=True)
class Ligne:
    """``constats``: those on this line. ``marque``: the gravest of them. ``suite``: it goes on beyond what is shown."""

    numero: int
    morceaux: tuple[Morceau, ...]
    constats: tuple[Mapping[str, Any], ...]
    marque: str
    est_courante: bool
    suite: bool


@dataclass(frozen=True)
class Regle:
    """``depart``: the column where the ruler begins, from 1; ``nombres`` and ``graduation``: its two lines."""

    lignes: tuple[Ligne, ...]
    nombres: str
    graduation: str
    depart: int
    total: int
    encodage: str

    @property
    def premiere(self) -> int:
        return self.lignes[0].numero if self.lignes else 0

    @property
    def derniere(self) -> int:
        return self.lignes[-1].numero if self.lignes else 0


def ruler(
    fenetre: Fenetre,
    constats: Sequence[Mapping[str, Any]],
    *,
    courant: Mapping[str, Any] | None = None,
    ligne: int | None = None,
    en_octets: bool = False,
) -> Regle:
    """``constats``: rows of CONSTATS with ``rang``, on these lines. ``courant``: the one looked at. ``ligne``: the line asked
    for. ``en_octets``: columns count bytes of UTF-8."""
    vise = courant["numero_ligne"] if courant is not None else ligne
    depart = _start(courant)
    par_ligne: dict[int, list[Mapping[str, Any]]] = {}
    for constat in constats:
        par_ligne.setdefault(constat["numero_ligne"], []).append(constat)
    lignes, largeur = [], 40
    for brute in fenetre.lignes:
        siens = par_ligne.get(brute.numero, [])
        places = [_place(c, brute.texte, en_octets) for c in siens]
        rang = courant["rang"] if courant is not None else None
        marques = [
            (debut, fin, COURANT if c["rang"] == rang else str(c["severite"]))
            for c, (debut, fin) in zip(siens, places, strict=True)
        ]
        montre = brute.texte[depart - 1 : depart - 1 + LARGEUR_MAX]
        largeur = max(largeur, len(montre))
        lignes.append(
            Ligne(
                brute.numero,
                _runs(montre, depart, marques),
                tuple(siens),
                min((str(c["severite"]) for c in siens), key=_RANGS.__getitem__, default=""),
                brute.numero == vise,
                len(brute.texte) > depart - 1 + LARGEUR_MAX,
            )
        )
    return Regle(tuple(lignes), *_scale(depart, largeur), depart, fenetre.total, fenetre.encodage)


def _start(courant: Mapping[str, Any] | None) -> int:
    colonne = None if courant is None else courant["colonne_debut"]
    if colonne is None or colonne <= LARGEUR_MAX - AVANT_MARQUE:
        return 1
    return int((colonne - AVANT_MARQUE) // 10 * 10 + 1)


def _place(constat: Mapping[str, Any], texte: str, en_octets: bool) -> tuple[int, int]:
    """First and last columns of a finding, in characters; ``(0, 0)`` when it is on the whole line."""
    debut, fin = constat["colonne_debut"], constat["colonne_fin"]
    if debut is None or fin is None:
        return 0, 0
    if not en_octets:
        return debut, fin
    octets = texte.encode("utf-8", "replace")
    avant = len(octets[: debut - 1].decode("utf-8", "replace"))
    return avant + 1, avant + len(octets[debut - 1 : fin].decode("utf-8", "replace"))


def _runs(montre: str, depart: int, marques: Sequence[tuple[int, int, str]]) -> tuple[Morceau, ...]:
    """The text cut where a mark begins or ends; where marks meet, the one looked at wins, then the gravest."""
    utiles = [(max(a, depart), b, m) for a, b, m in marques if b >= depart]
    longueur = max([len(montre), *(b - depart + 1 for _, b, _ in utiles)]) if utiles else len(montre)
    longueur = min(
        longueur, len(montre) + 1
    )  # a mark past the end of the line (a zone that is missing) shows as one blank
    texte = montre.ljust(longueur)
    bornes = {0, longueur} | {min(max(x, 0), longueur) for a, b, _ in utiles for x in (a - depart, b - depart + 1)}
    if any(a - depart >= longueur for a, _, _ in utiles):
        bornes |= {longueur - 1}
    morceaux = []
    for debut, fin in pairwise(sorted(bornes)):
        dessus = [m for a, b, m in utiles if min(a - depart, longueur - 1) <= debut and fin - 1 <= max(b, a) - depart]
        marque = COURANT if COURANT in dessus else min(dessus, key=_RANGS.__getitem__, default="")
        morceaux.append(Morceau(visible(texte[debut:fin]), marque))
    return tuple(morceaux)


def _scale(depart: int, largeur: int) -> tuple[str, str]:
    dizaines = range(depart - 1, depart - 1 + largeur, 10)
    return "".join(f"{d + 10:>10}" for d in dizaines), "····+····|" * len(dizaines)
