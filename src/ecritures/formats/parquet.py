"""Writes a lot as Parquet, for analysis: domain names, ``decimal(18,2)`` amounts, ``date32`` days. No float anywhere."""

from __future__ import annotations

import io

import polars as pl

from ecritures.domain.lot import Lot
from ecritures.formats.decimaux import decimal, decimales
from ecritures.formats.supplements import colonnes_supplementaires
from ecritures.formats.tableur.colonnes import avec_libelles

MONTANT = pl.Decimal(18, 2)
MONTANT_DEVISE = pl.Decimal(18, 4)
"""Some currencies have thousandths, and two units of account ten-thousandths."""

NOMS = {"debit_centimes": "debit", "credit_centimes": "credit"}


def tableau(lot: Lot) -> pl.DataFrame:
    """The rows as written: ``debit``, ``credit`` and ``montant_devise`` are decimals, supplementary columns texts."""
    lignes = avec_libelles(lot).drop("supplement")
    en_devise = decimal(pl.col("montant_devise"), decimales(pl.col("devise"))).cast(MONTANT_DEVISE)
    cadre = lignes.with_columns(
        debit_centimes=_centimes("debit_centimes"),
        credit_centimes=_centimes("credit_centimes"),
        montant_devise=en_devise,
    ).rename(NOMS)
    supplements = colonnes_supplementaires(lot)
    if not supplements.width:
        return cadre
    pris = set(cadre.columns)
    noms: dict[str, str] = {}
    for zone in supplements.columns:
        nom = f"supplement.{zone}"
        while nom in pris:
            nom += "_2"
        pris.add(nom)
        noms[zone] = nom
    return pl.concat([cadre, supplements.rename(noms)], how="horizontal")


def _centimes(champ: str) -> pl.Expr:
    return (pl.col(champ).cast(pl.Decimal(38, 2)) / 100).cast(MONTANT)


def write(lot: Lot) -> bytes:
    """The bytes of the file: one table, compressed by zstd."""
    sortie = io.BytesIO()
    metadonnees = {"ecritures.format": lot.format, "ecritures.regroupement": lot.regroupement}
    tableau(lot).write_parquet(sortie, compression="zstd", metadata=metadonnees)
    return sortie.getvalue()


def relire(octets: bytes) -> pl.DataFrame:
    """The lines of a file of :func:`write`, in the domain's columns: what was written, exactly."""
    cadre = pl.read_parquet(io.BytesIO(octets))
    inverse = {nom: champ for champ, nom in NOMS.items()}
    facteur = (10 ** decimales(pl.col("devise"))).cast(pl.Int64)
    cadre = cadre.with_columns(
        (pl.col("debit", "credit").cast(pl.String).str.replace(".", "", literal=True).cast(pl.Int64)),
        montant_devise=(pl.col("montant_devise").cast(pl.String).str.replace(".", "", literal=True).cast(pl.Int64)
        * facteur // 10_000),
    )  # fmt: skip
    return cadre.rename(inverse)
