"""What the screens of the books ask beside the reports: one entry with its origin, a search, monthly roll-ups, last imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

import polars as pl

if TYPE_CHECKING:
    from ecritures.imports.ports import Demande, PieceJointe

LIGNES_PAR_FENETRE = 100_000
"""Lines that one request of a search reads at most: about 100 ms on both databases, whatever the size of the books."""


@dataclass(frozen=True)
class Criteres:
    """What a line must be to be found; a criterion left out asks nothing. Amounts are centimes, debit or credit alike.

    ``compte``: beginning of the number. ``texte`` is looked for inside the label, the reference and the number of the
    entry's document: letters without accent match whatever their case.
    """

    montant_min: int | None = None
    montant_max: int | None = None
    texte: str = ""
    reference: str = ""
    compte: str = ""
    journal: str = ""
    tiers: str = ""
    debut: date | None = None
    fin: date | None = None

    @property
    def est_vide(self) -> bool:
        return self == Criteres()


@dataclass(frozen=True, eq=False)
class Trouvees:
    """A page of a search. ``lignes``: the columns of a journal's page, newest receipts first. ``suivant`` None: all was
    read. A page may have few lines, or none, and a next one: the search stops after so many lines read. ``lues``: how many
    lines of the books were read up to here, out of ``total``."""

    lignes: pl.DataFrame
    suivant: str | None
    lues: int
    total: int


@dataclass(frozen=True, eq=False)
class EcritureLue:
    """An entry of the books, or one page of its lines when it is long. ``sorte``: kind of the receipt (``import``,
    ``cloture``). ``precedente`` and ``suivante``: ranks of its neighbours in the same receipt."""

    recu: int
    ecriture: int
    sorte: str
    import_id: str | None
    lignes: pl.DataFrame
    nombre: int
    debit_centimes: int
    credit_centimes: int
    ventilations: pl.DataFrame  # ligne_mere, axe, section, debit_centimes, credit_centimes
    pieces: Sequence[PieceJointe] = field(default_factory=tuple)
    precedente: int | None = None
    suivante: int | None = None
    apres: str | None = None  # cursor of the next lines


class Consultation(Protocol):
    """Reads of the books for the screens. Every method of books names its dossier; none changes anything."""

    def exercices_mouvementes(self, dossier: int) -> Mapping[str, int]:
        """Code → number of lines, for the exercices that have some."""
        ...

    def mois_par_journal(self, dossier: int, exercice: str) -> pl.DataFrame:
        """``journal, mois (AAAAMM), debit_centimes, credit_centimes, nombre``, entries of type N, in that order."""
        ...

    def mois_par_classe(self, dossier: int, exercice: str) -> pl.DataFrame:
        """``classe, mois (AAAAMM), debit_centimes, credit_centimes, nombre``, entries of type N, in that order."""
        ...

    def totaux_compte(
        self, dossier: int, compte: str, *, exercice: str, debut: date, fin: date
    ) -> tuple[int, int, int, int]:
        """``(balance before debut, debit, credit, number of lines)`` of an account in an exercice and a period, in centimes,
        entries of type N: whole months from the roll-ups, the days at both ends from the lines."""
        ...

    def ecriture(
        self, dossier: int, recu: int, ecriture: int, *, apres: str | None = None, limite: int = 500
    ) -> EcritureLue | None:
        """None: no such entry in the books (or it was taken back). Raises CurseurInvalide."""
        ...

    def rechercher(self, dossier: int, criteres: Criteres, *, apres: str | None = None, limite: int = 50) -> Trouvees:
        """The next lines that meet all criteria, within one window of reading. Raises CurseurInvalide."""
        ...

    def imports_par_mois(self, domain: str, dossier: int, depuis: datetime) -> pl.DataFrame:
        """``mois (AAAA-MM), reussis, en_erreur, annules`` of the imports received from ``depuis`` on, by month of Paris."""
        ...

    def derniers_imports(self, domain: str, dossiers: Sequence[int]) -> Mapping[int, Demande]:
        """The latest import of each of these dossiers that has one."""
        ...

    def derniers_en_erreur(self, domain: str, dossier: int, limite: int = 5) -> Sequence[Demande]:
        """The latest imports of a dossier that ended in error, newest first."""
        ...
