"""The history of imports as people search it: filters, orders, pages by keyset, counts by state, and who asked for each."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Literal, Protocol

from ecritures.imports.etapes import EtapeFaite

if TYPE_CHECKING:
    from ecritures.imports.ports import Acces, Demande

BRIQUE = "Comptabilité"
"""« Brique applicative » of every import: the one value that the seed's history shows (loop-api 12.2)."""

PAR_API, MANUELLE, SURVEILLE = "Par API", "Manuelle", "Dossier surveillé"
ORIGINES = (PAR_API, MANUELLE, SURVEILLE)
"""Where imports come from: a program with its keys (loop-api 12.2), a person on our screens (19-42), a watched folder."""

FORMATS = {"tra": "TRA", "fec": "FEC", "perso": "Personnalisé", "json": "JSON"}

COMPTE_MAX = 1_000
"""Counts by state stop there: « 1 000 et plus » costs the same for any number."""


class Etat(IntEnum):
    """What the history says of an import: its public state, or that it was cancelled."""

    EN_ATTENTE = 1
    EN_COURS = 2
    TERMINE = 3
    EN_ERREUR = 4
    ANNULE = 5

    @property
    def mot(self) -> str:
        """Its name in an address."""
        return _MOTS[self]

    @property
    def libelle(self) -> str:
        return _LIBELLES[self]


_MOTS = {
    Etat.EN_ATTENTE: "attente",
    Etat.EN_COURS: "cours",
    Etat.TERMINE: "succes",
    Etat.EN_ERREUR: "erreur",
    Etat.ANNULE: "annule",
}
_LIBELLES = {
    Etat.EN_ATTENTE: "En attente",
    Etat.EN_COURS: "En cours d'intégration",
    Etat.TERMINE: "Terminé avec succès",
    Etat.EN_ERREUR: "Terminé avec erreur",
    Etat.ANNULE: "Annulé",
}

Tri = Literal["date", "nom", "statut", "lignes", "montant"]
TRIS: tuple[Tri, ...] = ("date", "nom", "statut", "lignes", "montant")


@dataclass(frozen=True)
class Filtre:
    """What an import must be; a criterion left out asks nothing. ``nom``: looked for inside the file's name, without regard
    to case or accents, or the whole id of an import. ``fin`` is excluded."""

    dossier: int | None = None
    etat: Etat | None = None
    format: str | None = None
    origine: str | None = None
    debut: datetime | None = None
    fin: datetime | None = None
    nom: str = ""


@dataclass(frozen=True)
class Ordre:
    tri: Tri = "date"
    est_descendant: bool = True


@dataclass(frozen=True)
class PageHistorique:
    """``imports`` come without their compte rendu, their options and their address: a list shows none of them.
    ``precedent``, ``suivant``: cursors; None: that was the first, or the last."""

    imports: Sequence[Demande]
    precedent: str | None
    suivant: str | None


class Historique(Protocol):
    """Reads of the register of imports for a person of the firm ``domain``: never another firm's rows."""

    def rechercher(
        self,
        domain: str,
        filtre: Filtre,
        ordre: Ordre,
        *,
        apres: str | None = None,
        avant: str | None = None,
        limite: int = 50,
    ) -> PageHistorique:
        """A page after, or before, a cursor; the first one without. Raises CurseurInvalide."""
        ...

    def parcourir(self, domain: str, filtre: Filtre, ordre: Ordre) -> Iterator[Sequence[Demande]]:
        """Everything that a filter keeps, by blocks."""
        ...

    def compter(self, domain: str, filtre: Filtre) -> Mapping[Etat, int]:
        """How many of each state, that of the filter left aside; none beyond COMPTE_MAX."""
        ...

    def version(self, domain: str) -> tuple[int, int]:
        """Changes when an import of the firm arrives or moves."""
        ...

    def etapes(self, imports: Sequence[str]) -> Mapping[str, Sequence[EtapeFaite]]:
        """The steps over of each of these, in their order."""
        ...


def etat_of(demande: Demande) -> Etat:
    return Etat.ANNULE if demande.annulation is not None else Etat(demande.state.value)


def origin_of(acces: Acces) -> str:
    """« Origine » of what that caller sends."""
    return MANUELLE if acces.est_session else PAR_API


def cle_de_nom(nom: str) -> str:
    """The name without case nor accents: what names are sorted and searched by, the same on both databases."""
    decompose = unicodedata.normalize("NFKD", nom)
    return "".join(c for c in decompose if not unicodedata.combining(c)).casefold().replace("\0", "")
