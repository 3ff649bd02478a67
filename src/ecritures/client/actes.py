"""What is done to an import that was posted, as objects: its cancel and its attachments. Our server only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Blocage:
    """Why an import cannot be cancelled. ``lignes``: how many of its lines; 0: all, or none yet."""

    code: str
    motif: str
    lignes: int


@dataclass(frozen=True)
class ApercuAnnulation:
    """What a cancel would do now. ``a_retirer``: entries, lines, amounts in centimes, journals, what is taken back and what
    is kept, as the API's JSON; None: nothing of it is in the books."""

    import_id: str
    est_annulable: bool
    blocages: tuple[Blocage, ...]
    a_retirer: Mapping[str, Any] | None

    @classmethod
    def parse(cls, corps: Mapping[str, Any]) -> ApercuAnnulation:
        blocages = tuple(Blocage(b["code"], b["motif"], b["lignes"]) for b in corps["blocages"])
        return cls(corps["import_id"], corps["est_annulable"], blocages, corps["a_retirer"])


@dataclass(frozen=True)
class Annulation:
    """A cancel done. ``deja_annule``: an earlier request had done it. ``recu``: rank of its receipt; None: the import still
    waited, nothing was in the books."""

    import_id: str
    deja_annule: bool
    annule_par: str | None
    recu: int | None
    bilan: Mapping[str, Any] | None

    @classmethod
    def parse(cls, corps: Mapping[str, Any]) -> Annulation:
        return cls(**{nom: corps[nom] for nom in cls.__dataclass_fields__})


@dataclass(frozen=True)
class PieceJointe:
    """The attachment of one line. ``etat``: a_prendre, prise, manquante (``motif`` says why)."""

    numero_ligne: int
    etat: str
    nom_fichier: str | None
    sha256: str | None
    taille_octets: int | None
    motif: str | None

    @property
    def est_prise(self) -> bool:
        return self.etat == "prise"

    @classmethod
    def parse(cls, corps: Mapping[str, Any]) -> PieceJointe:
        return cls(**{nom: corps[nom] for nom in cls.__dataclass_fields__})
