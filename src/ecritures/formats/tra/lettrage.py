"""Matching as an ETE file writes it: the state of each line, and the amounts matched (COUVERTURE) of each set."""

from __future__ import annotations

import polars as pl

from ecritures.formats.fixedwidth import CENTIMES, lire_textes
from ecritures.formats.tra import layout, regles
from ecritures.formats.tra.notes import Notes

_GROUPE = ["compte", "tiers", "lettrage"]


def note_lettrages(lignes: pl.DataFrame, notes: Notes) -> None:
    """What does not hold in the matching sets. Only lines with a matching code are looked at."""
    lettrees = lignes.filter(pl.col("lettrage").is_not_null() & pl.col("supplement").is_not_null())
    if lettrees.is_empty():
        return
    couverture, refus = lire_textes(lettrees.select(_zone("COUVERTURE")).to_series(), CENTIMES)
    if refus is not None:
        valeur = lettrees.select(_zone("COUVERTURE")).to_series()
        notes.lignes(regles.COUVERTURE_ILLISIBLE, lettrees["numero_ligne"], refus, zone="COUVERTURE", valeur=valeur)
    solde = pl.col("debit_centimes") - pl.col("credit_centimes")
    cadre = lettrees.select(
        "numero_ligne", *_GROUPE, _zone("ETATLETTRAGE").alias("etat"), montant=solde.abs(), au_debit=solde > 0
    ).with_columns(couverture=couverture)  # fmt: skip
    _note_lignes(cadre, notes)
    _note_groupes(cadre, notes)


def _zone(nom: str) -> pl.Expr:
    """A zone of the extended part, cut from what was kept of it; null when blank."""
    zone = layout.mouvement(True).zone(nom)
    brut = pl.col("supplement").str.slice(zone.start - layout.LARGEUR_STD - 1, zone.width).str.strip_chars(" ")
    return pl.when(brut != "").then(brut)


def _note_lignes(cadre: pl.DataFrame, notes: Notes) -> None:
    dite = pl.col("couverture").fill_null(0) != 0
    fautes = (
        (regles.COUVERTURE_EXCESSIVE, dite & (pl.col("couverture").abs() > pl.col("montant"))),
        (
            regles.COUVERTURE_INCOMPLETE,
            dite & (pl.col("etat") == "TL") & (pl.col("couverture").abs() < pl.col("montant")),
        ),
    )
    for regle, faute in fautes:
        fautives = cadre.filter(faute.fill_null(False))
        lieux = fautives.select("numero_ligne", "lettrage", "couverture", "montant", zone=pl.lit("COUVERTURE"))
        if lieux.height:
            notes.lieux.append((regle, lieux, lieux.height))


def _note_groupes(cadre: pl.DataFrame, notes: Notes) -> None:
    """One finding a set, on its first line. A set whose other side is not in the file is not compared."""
    au_debit = pl.col("au_debit").fill_null(False)
    groupes = (
        cadre.lazy()
        .group_by(_GROUPE)
        .agg(
            pl.min("numero_ligne"),
            debit=pl.col("couverture").filter(au_debit).sum(),
            credit=pl.col("couverture").filter(~au_debit).sum(),
            dites=(pl.col("couverture").fill_null(0) != 0).all(),
            etats=pl.col("etat").drop_nulls().unique().sort(),
        )
        .sort("numero_ligne")
        .collect()
    )
    meles = groupes.filter(pl.col("etats").list.len() > 1).with_columns(zone=pl.lit("ETATLETTRAGE"))
    faux = groupes.filter("dites", pl.col("debit") != 0, pl.col("credit") != 0, pl.col("debit") != pl.col("credit"))
    faux = faux.with_columns(zone=pl.lit("COUVERTURE"))
    for regle, lieux in ((regles.LETTRAGE_ETATS_MELES, meles), (regles.COUVERTURE_DESEQUILIBREE, faux)):
        if lieux.height:
            notes.lieux.append((regle, lieux.drop("tiers", "dites"), lieux.height))
