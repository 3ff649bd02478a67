"""Codes of the file against those of the dossier: what will be created, what may not be, what is closed.

One finding a code, on its first line: a thousand lines of one unknown account are one thing to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from ecritures.checks.check import Check, Rule
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.longueurs import Longueurs
from ecritures.domain.lot import Lot


@dataclass(frozen=True)
class _Objet:
    """A kind of code: column of ``lignes``, frame of the dossier and its key, French words."""

    id: str
    champ: str
    cle: str
    nom: str  # with its article, as it opens a sentence
    connus: Callable[[Contexte], pl.DataFrame | None]
    permis: Callable[[Contexte], bool]
    normaliser: Callable[[Longueurs, pl.Expr], pl.Expr] = lambda _, code: code  # codes compare at the file's lengths
    admis: Callable[[Contexte], frozenset[str]] = lambda _: frozenset()  # created even when creation is not permitted


_OBJETS = (
    _Objet("journal", "journal", "code", "Le journal", lambda c: c.journaux, lambda c: c.creations.journaux),
    _Objet(
        "compte",
        "compte",
        "numero",
        "Le compte",
        lambda c: c.comptes,
        lambda c: c.creations.comptes,
        Longueurs.normaliser_compte,
        lambda c: c.creations.comptes_admis,
    ),
    _Objet(
        "tiers",
        "tiers",
        "code",
        "Le tiers",
        lambda c: c.tiers,
        lambda c: c.creations.tiers,
        Longueurs.normaliser_tiers,
        lambda c: c.creations.tiers_admis,
    ),
)


def _codes(connus: pl.DataFrame, lot: Lot, objet: _Objet) -> pl.LazyFrame:
    return connus.lazy().select(cle=objet.normaliser(lot.longueurs, pl.col(objet.cle)))


def _emplois(lot: Lot, objet: _Objet) -> pl.LazyFrame:
    """Codes used, as written, and ``cle`` to compare them: first line, number of lines."""
    return (
        lot.lignes.lazy()
        .select("numero_ligne", valeur=pl.col(objet.champ))
        .filter(pl.col("valeur").is_not_null() & (pl.col("valeur") != ""))
        .group_by("valeur")
        .agg(pl.min("numero_ligne"), nombre=pl.len())
        .with_columns(champ=pl.lit(objet.champ), cle=objet.normaliser(lot.longueurs, pl.col("valeur")))
    )


def _inconnus(objet: _Objet, *, si_permis: bool) -> Rule:
    def regle(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
        connus = objet.connus(contexte)
        permis, admis = objet.permis(contexte), sorted(objet.admis(contexte))
        if connus is None or (permis is not si_permis and not (si_permis and admis)):
            return None
        inconnus = _emplois(lot, objet).join(_codes(connus, lot, objet), on="cle", how="anti").sort("numero_ligne")
        if permis or not admis:
            return inconnus
        est_admis = pl.col("valeur").is_in(admis)
        return inconnus.filter(est_admis if si_permis else ~est_admis)

    return regle


def _fermes(objet: _Objet) -> Rule:
    def regle(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
        connus = objet.connus(contexte)
        if connus is None or not connus["est_ferme"].any():
            return None
        fermes = _codes(connus.filter("est_ferme"), lot, objet)
        return _emplois(lot, objet).join(fermes, on="cle", how="semi").sort("numero_ligne")

    return regle


def _checks(objet: _Objet) -> tuple[Check, ...]:
    return (
        Check(
            id=f"{objet.id}.a_creer",
            severity=Severity.INFO,
            titre=f"{objet.nom} sera créé",
            message=f"{objet.nom} {{valeur}} n'existe pas dans le dossier : il sera créé ({{nombre}} ligne(s)).",
            remede="Aucune action nécessaire si ce code est voulu ; sinon le corriger dans le logiciel d'origine.",
            source="Réglage du dossier : créations admises à l'import.",
            rule=_inconnus(objet, si_permis=True),
        ),
        Check(
            id=f"{objet.id}.inconnu",
            severity=Severity.ERROR,
            titre=f"{objet.nom} n'existe pas",
            message=f"{objet.nom} {{valeur}} n'existe pas dans le dossier, qui n'en admet pas la création à l'import ({{nombre}} ligne(s)).",
            remede="Créer ce code dans le dossier, admettre les créations à l'import, ou corriger le fichier.",
            source="Réglage du dossier : créations refusées à l'import.",
            rule=_inconnus(objet, si_permis=False),
        ),
        Check(
            id=f"{objet.id}.ferme",
            severity=Severity.ERROR,
            titre=f"{objet.nom} est fermé",
            message=f"{objet.nom} {{valeur}} est fermé dans le dossier ({{nombre}} ligne(s)).",
            remede="Rouvrir ce code dans le dossier, ou en utiliser un autre.",
            source="Un code fermé ne reçoit plus d'écriture.",
            rule=_fermes(objet),
        ),
    )


CHECKS: tuple[Check, ...] = tuple(check for objet in _OBJETS for check in _checks(objet))
