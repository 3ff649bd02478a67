"""Lines added or changed by the options of a JSON import: the balancing line, the lettering that cannot stand. Pure."""

from __future__ import annotations

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.domain.lot import LIGNES
from ecritures.imports import options_regles as regles

EQUILIBRAGE_LIBELLE = "Équilibrage automatique"
_DE_L_ECRITURE = (
    "numero_ligne", "ecriture", "journal", "date", "genre", "numero_piece", "reference", "date_piece", "type_ecriture",
    "etablissement", "a_nouveau",
)  # fmt: skip
"""What a balancing line takes from the last line of its entry; it is the next one made of that line."""


def equilibrer(lignes: pl.DataFrame, compte: str, constats: Collecteur) -> pl.DataFrame:
    """One balancing line, on the waiting account, for each entry whose amounts are all readable and do not balance
    (loop-api 19-21). It stands after the last line of its entry."""
    debit, credit = pl.col("debit_centimes"), pl.col("credit_centimes")
    ecarts = (
        lignes.group_by("ecriture")
        .agg(pl.sum("debit_centimes", "credit_centimes"), trous=(debit.is_null() | credit.is_null()).any())
        .filter(~pl.col("trous") & (debit != credit))
        .select("ecriture", debit_total="debit_centimes", credit_total="credit_centimes")
    )
    if ecarts.is_empty():
        return lignes
    placees = lignes.with_row_index("_place")
    dernieres = placees.join(ecarts, on="ecriture").sort("_place").unique("ecriture", keep="last", maintain_order=True)
    solde = pl.col("credit_total") - pl.col("debit_total")  # above 0: a debit is missing
    ajoutees = dernieres.select(
        "_place",
        *_DE_L_ECRITURE,
        compte=pl.lit(compte),
        compte_libelle=pl.lit("Compte d'attente"),
        libelle=pl.lit(EQUILIBRAGE_LIBELLE),
        debit_centimes=pl.max_horizontal(solde, pl.lit(0)),
        credit_centimes=pl.max_horizontal(-solde, pl.lit(0)),
    )
    constats.ajoute(
        regles.EQUILIBRAGE,
        dernieres.select(
            "numero_ligne",
            "journal",
            champ=pl.lit("debit_centimes"),
            numero=pl.coalesce("numero_piece", "reference", pl.format("de rang {}", "ecriture")),
            debit_centimes="debit_total",
            credit_centimes="credit_total",
            ecart=solde.abs(),
            sens=pl.when(solde > 0).then(pl.lit("débit")).otherwise(pl.lit("crédit")),
            compte=pl.lit(compte),
        ),
    )
    toutes = pl.concat([placees, ajoutees.cast({"_place": placees.schema["_place"]})], how="diagonal_relaxed")
    return toutes.sort("_place", maintain_order=True).select(pl.col(nom).cast(genre) for nom, genre in LIGNES.items())


def sans_mauvais_lettrages(lignes: pl.DataFrame, constats: Collecteur) -> pl.DataFrame:
    """Lines without the lettering that breaks a rule of the contract (10.7): one account or third party a code, which can
    be lettered, and whose lines balance."""
    lettrees = lignes.filter(pl.col("lettrage").is_not_null())
    if lettrees.is_empty():
        return lignes
    gestion = pl.col("tiers").is_null() & pl.col("compte").str.contains("^[67]")
    groupes = lettrees.group_by("lettrage", maintain_order=True).agg(
        pl.first("numero_ligne"),
        cles=pl.struct("compte", "tiers").n_unique(),
        gestion=gestion.any(),
        solde=pl.sum("debit_centimes") - pl.sum("credit_centimes"),
    )
    motif = (
        pl.when(pl.col("cles") > 1)
        .then(pl.lit("il est sur plusieurs comptes ou tiers"))
        .when("gestion")
        .then(pl.lit("un compte de charges ou de produits ne se lettre pas"))
        .when(pl.col("solde") != 0)
        .then(pl.lit("ses lignes ne s'équilibrent pas"))
    )
    mauvais = groupes.with_columns(motif=motif).filter(pl.col("motif").is_not_null())
    if mauvais.is_empty():
        return lignes
    constats.ajoute(
        regles.LETTRAGE_ECARTE,
        mauvais.select("numero_ligne", "motif", valeur="lettrage", champ=pl.lit("lettrage")),
    )
    ecarte = pl.col("lettrage").is_in(mauvais["lettrage"].to_list())
    return lignes.with_columns(
        pl.when(ecarte).then(None).otherwise(pl.col(nom)).alias(nom) for nom in ("lettrage", "date_lettrage")
    )
