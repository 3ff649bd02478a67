"""Which open lines of one account and third party go together: proposals that a person accepts. Decisions only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ecritures.ledger.lettrage import CleLigne

REFERENCE, MONTANT, SUITE = "reference", "montant", "suite"
"""Why lines are proposed: the same document and a balance of zero; the same amount on both sides; the balance is back to zero
after these lines, taken by date."""
PROPOSITIONS_MAX = 200
SUITE_MAX = 100
"""Lines of a run that comes back to zero: longer ones prove nothing."""


@dataclass(frozen=True)
class Proposition:
    """Lines that balance, in the order of the frame. ``jours``: from the first to the last of them."""

    motif: str
    cles: tuple[CleLigne, ...]
    montant_centimes: int
    jours: int
    reference: str | None = None


def propose(lignes: pl.DataFrame, maximum: int = PROPOSITIONS_MAX) -> list[Proposition]:
    """lignes: ``import_rang, numero_ligne, rang, date, reference, numero_piece, lettrage, debit_centimes, credit_centimes``,
    by date, of one account and third party. Lines lettered in part are left to the person.

    The surest first; a line is in one proposal only.
    """
    libres = [r for r in lignes.iter_rows(named=True) if r["lettrage"] is None and _montant(r) != 0]
    trouvees: list[Proposition] = []
    for chercher in (_by_reference, _by_amount, _by_run):
        for motif, groupe, reference in chercher(libres):
            trouvees.append(_proposal(motif, groupe, reference))
        prises = {cle for p in trouvees for cle in p.cles}
        libres = [r for r in libres if _cle(r) not in prises]
    return trouvees[:maximum]


_Trouve = tuple[str, Sequence[dict[str, Any]], str | None]


def _by_reference(lignes: Sequence[dict[str, Any]]) -> Iterator[_Trouve]:
    """Every free line of a document, when they balance. Its number stands for the reference of a line that has none."""
    groupes: dict[str, list[dict[str, Any]]] = {}
    for ligne in lignes:
        if cle := (ligne["reference"] or ligne["numero_piece"] or "").strip():
            groupes.setdefault(cle, []).append(ligne)
    for reference, groupe in groupes.items():
        if len(groupe) > 1 and sum(map(_montant, groupe)) == 0:
            yield REFERENCE, groupe, reference


def _by_amount(lignes: Sequence[dict[str, Any]]) -> Iterator[_Trouve]:
    """A debit and a credit of the same amount; when several are, the oldest goes with the oldest."""
    debits: dict[int, list[dict[str, Any]]] = {}
    credits_: dict[int, list[dict[str, Any]]] = {}
    for ligne in lignes:
        montant = _montant(ligne)
        (debits if montant > 0 else credits_).setdefault(abs(montant), []).append(ligne)
    for montant, dus in debits.items():
        for debit, credit in zip(dus, credits_.get(montant, ()), strict=False):
            yield MONTANT, sorted((debit, credit), key=_ordre), None


def _by_run(lignes: Sequence[dict[str, Any]]) -> Iterator[_Trouve]:
    """Consecutive lines after which the balance is what it was before them, the shortest ones first met."""
    cumul, debut = 0, 0
    vus = {0: 0}  # balance → how many lines it came after
    for rang, ligne in enumerate(lignes, start=1):
        cumul += _montant(ligne)
        depuis = vus.get(cumul)
        if depuis is not None and depuis >= debut and 2 <= rang - depuis <= SUITE_MAX:
            yield SUITE, lignes[depuis:rang], None
            debut, vus = rang, {cumul: rang}
        else:
            vus[cumul] = rang


def _proposal(motif: str, groupe: Sequence[dict[str, Any]], reference: str | None) -> Proposition:
    jours = [ligne["date"] for ligne in groupe]
    montant = sum(max(_montant(ligne), 0) for ligne in groupe)
    assert sum(map(_montant, groupe)) == 0, "a proposal balances"
    return Proposition(motif, tuple(map(_cle, groupe)), montant, (max(jours) - min(jours)).days, reference)


def _montant(ligne: dict[str, Any]) -> int:
    return int(ligne["debit_centimes"] - ligne["credit_centimes"])


def _cle(ligne: dict[str, Any]) -> CleLigne:
    return ligne["import_rang"], ligne["numero_ligne"], ligne["rang"]


def _ordre(ligne: dict[str, Any]) -> tuple[Any, ...]:
    return ligne["date"], _cle(ligne)
