"""Lettering: which lines may be lettered together, and under which code. Decisions only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from string import ascii_uppercase

import polars as pl

from ecritures.domain.errors import LettrageRefuse
from ecritures.domain.montant import euros

CODE = re.compile(r"[A-Z0-9]{1,4}|[a-z]{1,4}")
"""A code of ours: capitals and digits when the lines balance, small letters when they do not yet."""

CleLigne = tuple[int, int, int]
"""A line of the books in its dossier: rank of its receipt, number in the file, rank among those of that number."""


@dataclass(frozen=True)
class Lettrage:
    """The decision: every line takes ``code`` at ``jour``."""

    code: str
    jour: date
    solde_centimes: int  # debit minus credit: 0 unless partial


def est_partiel(code: str) -> bool:
    """Small letters: the lines do not balance yet, and stay open."""
    return code != code.upper()


def plan_lettrage(
    lignes: pl.DataFrame, du_compte: pl.DataFrame, code: str | None = None, *, partiel: bool = False
) -> Lettrage:
    """lignes: numero_ligne, exercice, date, compte, tiers, lettrage, type_ecriture, amounts. du_compte: every lettered line
    of the same account and third party, with ``lettrage``. code None: the first one free (AA, AB…; aa, ab… when partial).
    The date is that of the latest line. Raises LettrageRefuse, which says why.
    """
    _assert_ensemble(lignes)
    if code is not None:
        if not CODE.fullmatch(code):
            raise LettrageRefuse(
                f"Le code de lettrage {code[:20]} n'est pas admis : 1 à 4 capitales ou chiffres, ou minuscules."
            )
        partiel = est_partiel(code)
    anciens = set(lignes["lettrage"].drop_nulls())
    _assert_libres(lignes, du_compte, anciens)
    solde = int((lignes["debit_centimes"] - lignes["credit_centimes"]).sum())
    if not partiel and (solde != 0 or lignes.height < 2):
        raise LettrageRefuse(
            f"Les lignes à lettrer ne s'équilibrent pas (écart {euros(abs(solde))}) : en choisir d'autres, ou demander un lettrage partiel."
        )
    employes = set(du_compte["lettrage"].drop_nulls()) - anciens
    if code is None:
        code = next(c for c in _codes() if c not in employes and c.lower() not in employes)
        code = code.lower() if partiel else code
    elif code in employes:
        raise LettrageRefuse(
            f"Le lettrage {code} est déjà employé sur ce compte : en choisir un autre, ou n'en donner aucun."
        )
    return Lettrage(code, max(lignes["date"].to_list()), solde)


def _assert_ensemble(lignes: pl.DataFrame) -> None:
    comptes = lignes.select("compte", "tiers").unique()
    if comptes.height > 1:
        raise LettrageRefuse("Un lettrage reste sur un seul compte et un seul tiers : n'en prendre que les lignes.")
    if lignes.is_empty():
        raise LettrageRefuse("Aucune ligne à lettrer n'est donnée.")
    if lignes.filter(pl.col("type_ecriture") != "N").height:
        raise LettrageRefuse(
            "Seules les écritures normales se lettrent : retirer les lignes de simulation ou de situation."
        )


def _assert_libres(lignes: pl.DataFrame, du_compte: pl.DataFrame, anciens: Collection[str]) -> None:
    """Lines lettered in part may be lettered again, all together; lines lettered in full may not."""
    entiers = sorted(c for c in anciens if not est_partiel(c))
    if entiers:
        raise LettrageRefuse(f"Des lignes sont déjà lettrées ({', '.join(entiers[:5])}) : les délettrer d'abord.")
    for ancien in sorted(anciens):
        tous = du_compte.filter(pl.col("lettrage") == ancien).height
        if lignes.filter(pl.col("lettrage") == ancien).height != tous:
            raise LettrageRefuse(
                f"Le lettrage partiel {ancien} compte {tous} lignes : les prendre toutes, ou délettrer d'abord."
            )


def _codes() -> Iterator[str]:
    for largeur in (2, 3, 4):
        yield from map("".join, product(ascii_uppercase, repeat=largeur))
    raise LettrageRefuse("Tous les codes de lettrage du compte sont employés : en délettrer.")
