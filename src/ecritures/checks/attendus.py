"""Control amounts given by the caller: what the accounts say must be what the tax return says (G24)."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.checks.lecture_fec import FEC
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_DEBIT, _CREDIT, _COMPTE = pl.col("debit_centimes"), pl.col("credit_centimes"), pl.col("compte")

MONTANTS: dict[str, tuple[str, pl.Expr]] = {
    "resultat": (
        "Le résultat (classes 6 et 7)",
        (_CREDIT - _DEBIT).filter(_COMPTE.str.contains("^[67]")).sum(),
    ),
    "chiffre_affaires": (
        "Le chiffre d'affaires (comptes 70)",
        (_CREDIT - _DEBIT).filter(_COMPTE.str.starts_with("70")).sum(),
    ),
    "debit": ("Le total des débits", _DEBIT.sum()),
    "credit": ("Le total des crédits", _CREDIT.sum()),
}
"""Name of a control amount -> what it is, and how it is worked out. Profits and sales are positive."""


def nom_du_montant(nom: str) -> str | None:
    """What a control amount is, in words; digits name the balance (debit minus credit) of the accounts that begin so."""
    if nom in MONTANTS:
        return MONTANTS[nom][0]
    return f"Le solde des comptes {nom}" if nom.isascii() and nom.isdigit() else None


def _calcul(nom: str) -> pl.Expr:
    if nom in MONTANTS:
        return MONTANTS[nom][1]
    return (_DEBIT - _CREDIT).filter(_COMPTE.str.starts_with(nom)).sum()


def _differents(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    demandes = {nom: attendu for nom, attendu in contexte.attendus.items() if nom_du_montant(nom)}
    if not demandes:
        return None
    noms = list(demandes)
    trouves = lot.lignes.select(_calcul(nom).alias(f"m{rang}") for rang, nom in enumerate(noms)).row(0)
    cadre = pl.LazyFrame(
        {
            "numero_ligne": pl.Series([None] * len(noms), dtype=pl.UInt32),
            "quoi": [nom_du_montant(nom) for nom in noms],
            "trouve": pl.Series(trouves, dtype=pl.Int64),
            "attendu": pl.Series(list(demandes.values()), dtype=pl.Int64),
        }
    )
    return cadre.filter(pl.col("trouve") != pl.col("attendu")).with_columns(
        ecart=(pl.col("trouve") - pl.col("attendu")).abs()
    )


MONTANT_ATTENDU = Check(
    id="fichier.montant_attendu",
    code="G24",
    severity=Severity.ERROR,
    titre="Montant de contrôle différent",
    message="{quoi} du FEC ({trouve:€}) diffère du montant attendu ({attendu:€}) : écart {ecart:€}.",
    remede="Vérifier que l'export est complet et de l'exercice déclaré, ou le montant attendu (liasse fiscale).",
    source="Rapprochement du FEC et de la liasse fiscale",
    rule=_differents,
    formats=FEC,
)

CHECKS = (MONTANT_ATTENDU,)
