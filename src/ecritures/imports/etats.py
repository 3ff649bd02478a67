"""The balance as accountants read it: accounts by class, sub-totals, two exercices side by side; and the année's résultat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

CLASSES = {
    "1": "Comptes de capitaux",
    "2": "Comptes d'immobilisations",
    "3": "Comptes de stocks et en-cours",
    "4": "Comptes de tiers",
    "5": "Comptes financiers",
    "6": "Comptes de charges",
    "7": "Comptes de produits",
    "8": "Comptes spéciaux",
}
"""Classes of the plan comptable général (ANC 2014-03, art. 932-1)."""
HORS_CLASSE = "Autres comptes"


@dataclass(frozen=True)
class Montants:
    """Sums in centimes. ``solde`` is debit less credit; ``compare``: the same of the other exercice, None when not asked."""

    debit: int = 0
    credit: int = 0
    compare: int | None = None

    @property
    def solde(self) -> int:
        return self.debit - self.credit

    @property
    def debiteur(self) -> int:
        return max(self.solde, 0)

    @property
    def crediteur(self) -> int:
        return max(-self.solde, 0)

    @property
    def variation(self) -> int | None:
        """How much the balance grew on its own side: more produits is more, although they are credits."""
        if self.compare is None:
            return None
        cote = -1 if self.solde < 0 or (self.solde == 0 and self.compare < 0) else 1
        return cote * (self.solde - self.compare)

    @property
    def pour_mille(self) -> int | None:
        """Variation in thousandths of the other exercice's balance; None when that is zero, or on the other side."""
        if not self.compare or self.variation is None or self.solde * self.compare < 0:
            return None
        return round(1000 * self.variation / abs(self.compare))


@dataclass(frozen=True)
class Compte:
    numero: str
    libelle: str
    montants: Montants


@dataclass(frozen=True)
class Classe:
    """``debiteur`` and ``crediteur`` add up the balances of its accounts: both may be other than zero."""

    numero: str
    libelle: str
    montants: Montants
    debiteur: int
    crediteur: int
    nombre: int
    comptes: Sequence[Compte] = field(default_factory=tuple)


def balance_comparee(balance: pl.DataFrame, autre: pl.DataFrame | None, *, masquer_nuls: bool = False) -> pl.DataFrame:
    """``compte, libelle, debit, credit, compare`` by account. balance, autre: frames of ``Livres.balance``; an account of one
    exercice alone is zero in the other. ``masquer_nuls``: without those whose balances are all zero."""
    ici = balance.select("compte", "libelle", debit="debit_centimes", credit="credit_centimes")
    if autre is None:
        jointe = ici.with_columns(compare=pl.lit(None, pl.Int64))
    else:
        la = autre.select("compte", libelle_autre="libelle", compare="solde_centimes")
        jointe = ici.join(la, on="compte", how="full", coalesce=True).select(
            "compte",
            pl.coalesce("libelle", "libelle_autre").alias("libelle"),
            pl.col("debit", "credit", "compare").fill_null(0),
        )
    if masquer_nuls:
        jointe = jointe.filter((pl.col("debit") != pl.col("credit")) | (pl.col("compare").fill_null(0) != 0))
    return jointe.sort("compte")


def par_classe(comparee: pl.DataFrame, *, avec_comptes: bool = True) -> list[Classe]:
    """The classes that have accounts, in order; without their accounts unless ``avec_comptes``."""
    numero = pl.col("compte").str.slice(0, 1)
    classee = comparee.with_columns(classe=pl.when(numero.is_in(list(CLASSES))).then(numero).otherwise(pl.lit("")))
    trouvees = []
    for (code,), cadre in classee.sort((pl.col("classe") == ""), "classe", "compte").group_by(
        "classe", maintain_order=True
    ):
        numero_classe = str(code)
        comptes = [Compte(r["compte"], r["libelle"], _montants(r)) for r in cadre.iter_rows(named=True)]
        trouvees.append(
            Classe(
                numero_classe,
                CLASSES.get(numero_classe, HORS_CLASSE),
                total(cadre),
                sum(c.montants.debiteur for c in comptes),
                sum(c.montants.crediteur for c in comptes),
                len(comptes),
                comptes if avec_comptes else (),
            )
        )
    return trouvees


def total(comparee: pl.DataFrame) -> Montants:
    compare = comparee["compare"]
    return Montants(
        int(comparee["debit"].sum()),
        int(comparee["credit"].sum()),
        None if compare.null_count() == len(compare) and len(compare) else int(compare.sum()),
    )


def _montants(rangee: dict[str, int | None]) -> Montants:
    return Montants(int(rangee["debit"] or 0), int(rangee["credit"] or 0), rangee["compare"])


@dataclass(frozen=True)
class Resultat:
    """Of an exercice, in centimes: ``produits`` credit less debit of class 7, ``charges`` debit less credit of class 6."""

    produits: int
    charges: int
    tresorerie: int  # balance of class 5

    @property
    def resultat(self) -> int:
        return self.produits - self.charges


def resultat(balance: pl.DataFrame) -> Resultat:
    """balance: a frame of ``Livres.balance``, of one exercice."""
    soldes = dict(
        balance.group_by(pl.col("compte").str.slice(0, 1).alias("classe")).agg(pl.sum("solde_centimes")).iter_rows()
    )
    return Resultat(-int(soldes.get("7", 0)), int(soldes.get("6", 0)), int(soldes.get("5", 0)))


def mois_de(debut: date, fin: date) -> list[date]:
    """First days of the months that a period touches."""
    mois, courant = [], debut.replace(day=1)
    while courant <= fin:
        mois.append(courant)
        courant = _mois_suivant(courant)
    return mois


def fin_de_mois(jour: date) -> date:
    return _mois_suivant(jour) - timedelta(days=1)


def decale(jour: date, mois: int) -> date:
    """The first day of the month that many months away."""
    rang = jour.year * 12 + jour.month - 1 + mois
    return date(rang // 12, rang % 12 + 1, 1)


def _mois_suivant(jour: date) -> date:
    return decale(jour, 1)
