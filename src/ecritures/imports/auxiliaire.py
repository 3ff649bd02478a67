"""What the screens of third parties and of lettering read: balances by tiers, their lines, open lines, letterings, ages.

Balances follow a third party through the years. ``exercices`` is always a portée: the exercice looked at and those before it
that its à-nouveaux did not bring forward, so that no line counts twice and none is lost.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import polars as pl

TRANCHES = ("non_echu", "j0_30", "j31_60", "j61_90", "plus_90")
"""Ages of an open line, by days since its échéance; without échéance, since its date."""
LIGNES_OUVERTES_MAX = 1_000
"""Open lines of one account and third party on screen: past it, the oldest ones are lettered first."""


def bornes_tranches(au: date) -> tuple[date, ...]:
    """A line due after the first day is not due yet; else its tranche is the first whose day is not after its échéance."""
    return tuple(au - timedelta(days=n) for n in (0, 30, 60, 90))


def portee(exercices: Sequence[tuple[str, date]], ouverts: Collection[str], code: str) -> tuple[str, ...]:
    """Codes of the exercices to add up for ``code``, oldest first. exercices: code and first day, by day. ouverts: those
    that hold à-nouveaux: what came before is in them."""
    fin = next(debut for c, debut in exercices if c == code)
    gardes: list[str] = []
    for autre, debut in reversed(exercices):
        if debut > fin:
            continue
        gardes.append(autre)
        if autre in ouverts:
            break
    return tuple(reversed(gardes))


@dataclass(frozen=True, eq=False)
class Ouvertes:
    """Lines to letter, by date. ``encore``: there are more than shown."""

    lignes: pl.DataFrame
    encore: bool


@dataclass(frozen=True)
class GroupeLettre:
    """The lines that bear one code. ``exercice`` None: they balance across exercices only, and are taken off together."""

    code: str
    exercice: str | None
    lignes: int
    debit_centimes: int
    credit_centimes: int
    premiere: date
    derniere: date
    est_clos: bool

    @property
    def ecart(self) -> int:
        return self.debit_centimes - self.credit_centimes


def grouper(cadre: pl.DataFrame, clos: Collection[str]) -> list[GroupeLettre]:
    """cadre: ``code, exercice, lignes, debit_centimes, credit_centimes, premiere, derniere``, one row a code and exercice.
    Codes begin again each year: a code that balances in each exercice is as many letterings."""
    groupes = []
    for (code,), rangees in cadre.group_by("code", maintain_order=True):
        justes = (rangees["debit_centimes"] == rangees["credit_centimes"]).all()
        parts = [rangees[n] for n in range(rangees.height)] if justes or rangees.height == 1 else [rangees]
        for part in parts:
            groupes.append(
                GroupeLettre(
                    str(code),
                    str(part["exercice"][0]) if part.height == 1 else None,
                    int(part["lignes"].sum()),
                    int(part["debit_centimes"].sum()),
                    int(part["credit_centimes"].sum()),
                    min(part["premiere"]),
                    max(part["derniere"]),
                    any(e in clos for e in part["exercice"]),
                )
            )
    return groupes


class Auxiliaire(Protocol):
    """Reads of third parties. Every method names its dossier; entries of type N only; none changes anything."""

    def portee(self, dossier: int, exercice: str) -> tuple[str, ...]:
        """See ``portee``."""
        ...

    def tiers(
        self,
        dossier: int,
        exercices: Sequence[str],
        *,
        q: str = "",
        ouverts: bool = False,
        apres: str = "",
        limite: int = 50,
    ) -> tuple[pl.DataFrame, str | None]:
        """``code, libelle, nature, collectif, est_ferme, debit_centimes, credit_centimes, nombre, ouvertes,
        solde_ouvert_centimes`` by code; the code after which the next page begins. ``q``: in the code or the name.
        ``ouverts``: those with open lines alone."""
        ...

    def comptes(self, dossier: int, tiers: str, exercices: Sequence[str]) -> pl.DataFrame:
        """``compte, debit_centimes, credit_centimes, nombre, ouvertes, solde_ouvert_centimes`` of a third party."""
        ...

    def lignes(
        self, dossier: int, tiers: str, exercices: Sequence[str], *, apres: str | None = None, limite: int = 100
    ) -> tuple[pl.DataFrame, str | None]:
        """The columns of a journal's page and ``solde_centimes``, by date. Raises CurseurInvalide."""
        ...

    def ouvertes(self, dossier: int, compte: str, tiers: str | None, exercices: Sequence[str]) -> Ouvertes:
        """Lines not lettered, or in part only. ``tiers`` None: those without third party."""
        ...

    def lettrees(
        self,
        dossier: int,
        compte: str,
        tiers: str | None,
        exercices: Sequence[str],
        *,
        apres: str = "",
        limite: int = 100,
    ) -> tuple[pl.DataFrame, str | None]:
        """What ``grouper`` takes, by code; the code after which the next page begins. Partial codes are among them."""
        ...

    def lignes_lettrees(
        self, dossier: int, compte: str, tiers: str | None, exercices: Sequence[str], codes: Sequence[str]
    ) -> pl.DataFrame:
        """The lines that bear these codes."""
        ...

    def agee(
        self, dossier: int, exercices: Sequence[str], au: date, racine: str = "", *, tiers: str = ""
    ) -> pl.DataFrame:
        """``tiers, libelle, compte`` and the balance of the open lines in each of TRANCHES, in centimes, by tiers and
        account. ``racine``: beginning of the accounts. ``tiers``: that one alone."""
        ...
