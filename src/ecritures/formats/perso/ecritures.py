"""Lines become entries: which lines go together, the contra line of each, and the split of an amount tax included."""

from __future__ import annotations

import polars as pl

from ecritures.domain.lot import VENTILATIONS
from ecritures.domain.modele import Groupement, Modele

AXE_DEFAUT = "A1"
"""Axis of a section when the file names none: the first of the dossier."""

MOTS = {
    Groupement.PIECE: "(journal, numéro de pièce)",
    Groupement.DATE_REFERENCE: "(journal, date, référence)",
    Groupement.SOLDE: "retour du solde à zéro dans (journal, date)",
    Groupement.LIGNE: "chaque ligne, avec sa contrepartie",
    Groupement.FICHIER: "le fichier entier",
}


def grouper(lignes: pl.DataFrame, groupement: Groupement) -> pl.DataFrame:
    """``lignes`` with ``ecriture``: rank of its entry, from 1, in the order of first lines."""
    if groupement is Groupement.FICHIER:
        return lignes.with_columns(ecriture=pl.lit(1, pl.UInt32))
    if groupement is Groupement.LIGNE:
        return lignes.with_columns(ecriture=pl.int_range(1, pl.len() + 1, dtype=pl.UInt32))
    cles = {Groupement.PIECE: ["journal", "numero_piece"], Groupement.DATE_REFERENCE: ["journal", "date", "reference"]}
    if groupement is Groupement.SOLDE:
        lignes = _coupes(lignes)
        colonnes = ["_suite", "_coupe"]
    else:
        colonnes = cles[groupement]
    numerotees = lignes.with_row_index("_i").with_columns(_i=pl.col("_i").first().over(colonnes))
    groupees = numerotees.with_columns(ecriture=pl.col("_i").rank("dense").cast(pl.UInt32))
    return groupees.drop("_i", "_suite", "_coupe", strict=False)


def _coupes(lignes: pl.DataFrame) -> pl.DataFrame:
    """``_suite``: run of lines of one journal and date. ``_coupe``: how often its balance came back to zero before."""
    solde = pl.col("debit_centimes").fill_null(0) - pl.col("credit_centimes").fill_null(0)
    return (
        lignes.with_columns(_suite=pl.struct("journal", "date").rle_id(), _solde=solde)
        .with_columns(_cumul=pl.col("_solde").cum_sum().over("_suite"))
        .with_columns(_coupe=(pl.col("_cumul").shift().over("_suite") == 0).fill_null(False).cum_sum().over("_suite"))
        .drop("_solde", "_cumul")
    )


def completer(lignes: pl.DataFrame, modele: Modele) -> pl.DataFrame:
    """The lines that the model adds, each beside the one it comes from and with its line number."""
    lignes = lignes.with_row_index("_rang").with_columns(_part=pl.lit(0, pl.UInt8))
    morceaux = [lignes]
    if modele.contrepartie:
        morceaux.append(_contreparties(lignes, modele.contrepartie))
    if modele.tva:
        morceaux[0] = _partagees(lignes, modele)
    toutes = pl.concat(morceaux, how="vertical") if len(morceaux) > 1 else morceaux[0]
    return toutes.sort("_rang", "_part", maintain_order=True).drop("_rang", "_part")


def _contreparties(lignes: pl.DataFrame, compte: str) -> pl.DataFrame:
    absents = [c for c in ("tiers", "tiers_libelle", "compte_libelle", "section", "axe") if c in lignes.columns]
    inverses = lignes.with_columns(
        debit_centimes=pl.col("credit_centimes"),
        credit_centimes=pl.col("debit_centimes"),
        compte=pl.lit(compte),
        _part=pl.lit(9, pl.UInt8),
        **{c: pl.lit(None, pl.String) for c in absents},
    )
    if "montant_devise" in lignes.columns:
        inverses = inverses.with_columns(-pl.col("montant_devise"))
    return inverses.select(lignes.columns)


def _partagees(lignes: pl.DataFrame, modele: Modele) -> pl.DataFrame:
    """Each line on an account of a VAT rule becomes two (domain.modele.Tva.partage, on columns)."""
    taux = {r.compte: r.taux_centiemes for r in modele.tva}
    concernee = pl.col("compte").is_in(list(taux)).fill_null(False)
    ttc = lignes.filter(concernee)
    if ttc.is_empty():
        return lignes
    t = pl.col("compte").replace_strict(taux, default=None, return_dtype=pl.Int64)

    def tva(cote: str) -> pl.Expr:
        montant = pl.col(cote)
        return ((2 * montant.abs() * t + 10_000 + t) // (2 * (10_000 + t)) * montant.sign()).cast(pl.Int64)

    cotes = ("debit_centimes", "credit_centimes")
    hors_taxe = ttc.with_columns(
        *((pl.col(c) - tva(c)).alias(c) for c in cotes),
        compte=pl.col("compte").replace_strict({r.compte: r.compte_ht for r in modele.tva}, default=None),
    )
    taxe = ttc.with_columns(
        *(tva(c).alias(c) for c in cotes),
        compte=pl.col("compte").replace_strict({r.compte: r.compte_tva for r in modele.tva}, default=None),
        _part=pl.lit(1, pl.UInt8),
    )
    taxe = taxe.with_columns(pl.lit(None, pl.String).alias(c) for c in ("section", "axe") if c in taxe.columns)
    if "compte_libelle" in ttc.columns:  # the label is that of the account left
        sans = pl.lit(None, pl.String).alias("compte_libelle")
        hors_taxe, taxe = hors_taxe.with_columns(sans), taxe.with_columns(sans)
    nulle = (pl.col("debit_centimes") == 0) & (pl.col("credit_centimes") == 0)
    return pl.concat([lignes.filter(~concernee), hors_taxe, taxe.filter(~nulle)])


def ventiler(lignes: pl.DataFrame) -> pl.DataFrame:
    """The analytic split: a line that names a section gives it its whole amount."""
    if "section" not in lignes.columns:
        return pl.DataFrame(schema=VENTILATIONS)
    axe = pl.col("axe") if "axe" in lignes.columns else pl.lit(None, pl.String)
    libelle = pl.col("libelle") if "libelle" in lignes.columns else pl.lit(None, pl.String)
    return (
        lignes.filter(pl.col("section").is_not_null())
        .with_columns(
            ligne_mere=pl.col("numero_ligne"),
            genre=pl.lit("A"),
            axe=axe.fill_null(AXE_DEFAUT),
            libelle=libelle,
            texte=pl.lit(None, pl.String),
        )
        .select(pl.col(c).cast(t) for c, t in VENTILATIONS.items())
    )
