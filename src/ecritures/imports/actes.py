"""What an act on an exercice would do, looked at before it is done; and the chain of receipts, page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import polars as pl

from ecritures.ledger.recu import Recu


@dataclass(frozen=True, eq=False)
class ApercuCloture:
    """What closing would write now. ``blocages``: what forbids it (French), all of it; empty: nothing does.

    ``sort``: what becomes of the à-nouveaux (``generes``, ``sans_exercice_suivant``, ``deja_presents``,
    ``rien_a_reporter``). ``lignes``: those à-nouveaux, empty unless written.
    """

    code: str
    suivant: str | None
    sort: str
    resultat_centimes: int
    lignes: pl.DataFrame
    blocages: tuple[str, ...] = ()


@dataclass(frozen=True)
class ApercuReouverture:
    """What reopening would take back. ``recu``: rank of the closing; None: it came closed, nothing was written here."""

    code: str
    recu: int | None
    lignes: int
    debit_centimes: int
    blocages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Maillon:
    """A receipt as a list shows it; ``faits`` without the line-by-line changes of a lettering."""

    rang: int
    sorte: str
    import_id: str
    empreinte: str
    precedent: str
    faits: Mapping[str, Any] = field(default_factory=dict)


class Actes(Protocol):
    """Every method names its dossier; none changes anything."""

    def apercu_cloture(self, dossier: int, code: str) -> ApercuCloture:
        """Raises ExerciceInconnu."""
        ...

    def apercu_reouverture(self, dossier: int, code: str) -> ApercuReouverture:
        """Raises ExerciceInconnu."""
        ...

    def recus(self, dossier: int, *, avant: int | None = None, limite: int = 25) -> Sequence[Maillon]:
        """Newest first; ``avant``: the rank of the last one seen."""
        ...


def as_link(recu: Recu) -> Maillon:
    faits = {nom: valeur for nom, valeur in recu.contenu.items() if nom != "changements"}
    return Maillon(recu.rang, recu.sorte, recu.import_id, recu.empreinte, recu.precedent, faits)
