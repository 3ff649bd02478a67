"""Double entry: every entry balances, in euros and in its currency."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_DEBIT, _CREDIT = pl.col("debit_centimes"), pl.col("credit_centimes")


def _totaux_differents(lot: Lot, _: Contexte) -> pl.LazyFrame:
    """Entries whose readable debits and credits differ. An unreadable amount counts for nothing and is said: hiding the
    entry would hide another fault of the same entry until the file comes back a second time."""
    lignes = lot.lignes.lazy()
    fausses = (
        lignes.select("ecriture", ecart=_DEBIT.fill_null(0) - _CREDIT.fill_null(0))
        .group_by("ecriture")
        .agg(pl.sum("ecart"))
        .filter(pl.col("ecart") != 0)
    )
    illisibles = pl.col("illisibles")
    return (
        lignes.select("ecriture", "numero_ligne", "journal", "numero_piece", "debit_centimes", "credit_centimes")
        .join(fausses, on="ecriture", how="semi")
        .group_by("ecriture")
        .agg(
            pl.first("journal", "numero_piece"),
            pl.min("numero_ligne"),
            pl.sum("debit_centimes", "credit_centimes"),
            derniere=pl.max("numero_ligne"),
            illisibles=(_DEBIT.is_null() | _CREDIT.is_null()).sum(),
        )
        .select(
            "numero_ligne",
            "debit_centimes",
            "credit_centimes",
            "journal",
            "derniere",
            champ=pl.lit("debit_centimes"),
            premiere=pl.col("numero_ligne"),
            numero=pl.coalesce("numero_piece", pl.format("de rang {}", "ecriture")),
            ecart=(_DEBIT - _CREDIT).abs(),
            note=pl.when(illisibles == 0)
            .then(pl.lit(""))
            .otherwise(pl.format(" ; {} ligne(s) au montant illisible, non comptée(s)", illisibles)),
        )
        .sort("numero_ligne")
    )


DESEQUILIBREE = Check(
    id="ecriture.desequilibree",
    severity=Severity.ERROR,
    titre="Écriture déséquilibrée",
    message="Écriture {numero} du journal {journal} : débit {debit_centimes:€}, crédit {credit_centimes:€}, écart {ecart:€} (lignes {premiere} à {derniere}{note}).",
    remede="Corriger la ligne en cause dans le logiciel d'origine, puis renvoyer le fichier.",
    source="Partie double : total des débits = total des crédits de chaque écriture.",
    code="E01",
    rule=_totaux_differents,
)


def _devise_desequilibree(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    """Entries wholly in one currency that balance in euros and not in it."""
    if lot.lignes["montant_devise"].null_count() == lot.lignes.height:
        return None
    return (
        lot.lignes.lazy()
        .group_by("ecriture")
        .agg(
            pl.first("journal", "numero_piece", "devise"),
            pl.min("numero_ligne"),
            devises=pl.col("devise").n_unique(),
            hors_devise=pl.col("montant_devise").null_count(),
            ecart=pl.sum("montant_devise"),
            ecart_euros=(_DEBIT.fill_null(0) - _CREDIT.fill_null(0)).sum(),
        )
        .filter(pl.col("devises") == 1, pl.col("hors_devise") == 0, pl.col("ecart") != 0, pl.col("ecart_euros") == 0)
        .select(
            "numero_ligne",
            "journal",
            "devise",
            champ=pl.lit("montant_devise"),
            numero=pl.coalesce("numero_piece", pl.format("de rang {}", "ecriture")),
            ecart=pl.format(
                "{},{}", pl.col("ecart").abs() // 100, (pl.col("ecart").abs() % 100).cast(pl.String).str.zfill(2)
            ),
        )
        .sort("numero_ligne")
    )


DEVISE_DESEQUILIBREE = Check(
    id="ecriture.devise_desequilibree",
    severity=Severity.ERROR,
    titre="Écriture déséquilibrée dans sa devise",
    message="Écriture {numero} du journal {journal} : équilibrée en euros, mais l'écart est de {ecart} {devise} dans sa devise.",
    remede="Corriger le montant en devise en cause dans le logiciel d'origine, puis renvoyer le fichier.",
    source="Format TRA, montants et devises : l'équilibre est dû dans la devise de saisie et en euros.",
    formats=frozenset({"tra"}),
    rule=_devise_desequilibree,
)

CHECKS = (DESEQUILIBREE, DEVISE_DESEQUILIBREE)
