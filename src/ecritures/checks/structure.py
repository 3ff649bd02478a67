"""Entries as the law wants them: one date, one journal label, several lines, in one block (E02 to E06, E11)."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.checks.lecture_fec import FEC, entrees_legales, est_reprise
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

_LOI = "LPF, article A47 A-1, VII 1°"
_LISTE_MAX = 10


def _valeurs_multiples(lot: Lot, champ: str) -> pl.LazyFrame | None:
    """Entries whose lines have several values of ``champ``: ``numero_ligne`` of the first line, ``valeurs``."""
    lignes = entrees_legales(lot).select("numero_ligne", "groupe", "journal", numero="numero_piece", valeur=champ)
    suite = pl.col("groupe") == pl.col("groupe").shift()
    change = suite & pl.col("valeur").ne_missing(pl.col("valeur").shift())
    suspects = lignes.filter(change | est_reprise("groupe"))["groupe"].unique()
    if suspects.len() == 0:
        return None
    return (
        lignes.lazy()
        .filter(pl.col("groupe").is_in(suspects.implode()))
        .group_by("groupe")
        .agg(pl.first("numero_ligne", "journal", "numero"), pl.col("valeur").drop_nulls().unique(maintain_order=True))
        .filter(pl.col("valeur").list.len() > 1)
        .with_columns(pl.col("numero").fill_null(""), pl.lit(champ).alias("champ"))
        .sort("numero_ligne")
        .rename({"valeur": "valeurs"})
    )


def _en_texte(plan: pl.LazyFrame, forme: str | None = None) -> pl.LazyFrame:
    """``liste``: the first values, as people write them."""
    valeur = pl.element() if forme is None else pl.element().dt.strftime(forme)
    liste = pl.col("valeurs").list.head(_LISTE_MAX).list.eval(valeur).list.join(", ")
    suite = pl.when(pl.col("valeurs").list.len() > _LISTE_MAX).then(pl.lit("…")).otherwise(pl.lit(""))
    return plan.with_columns(liste=pl.concat_str(liste, suite)).drop("valeurs", "groupe")


def _plusieurs_dates(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    plan = _valeurs_multiples(lot, "date")
    return None if plan is None else _en_texte(plan, "%d/%m/%Y")


PLUSIEURS_DATES = Check(
    id="ecriture.plusieurs_dates",
    code="E02",
    severity=Severity.ERROR,
    titre="Écriture à plusieurs dates",
    message="Écriture {journal}/{numero} : plusieurs dates ({liste}).",
    remede="Donner un numéro par date, ou la même date à toutes les lignes de l'écriture.",
    source=_LOI,
    rule=_plusieurs_dates,
    formats=FEC,
)


def _plusieurs(lot: Lot, champs: dict[str, str | None]) -> pl.LazyFrame | None:
    plans = [
        _en_texte(plan, forme)
        for champ, forme in champs.items()
        if (plan := _valeurs_multiples(lot, champ)) is not None
    ]
    if not plans:
        return None
    noms = {champ: lot.zones.get(champ, champ) for champ in champs}
    nom = pl.col("champ").replace_strict(noms, return_dtype=pl.String)
    return pl.concat(plans).with_columns(nom=nom).sort("numero_ligne")


def _plusieurs_validations(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return _plusieurs(lot, {"date_validation": "%d/%m/%Y", "journal_libelle": None})


PLUSIEURS_VALIDATIONS = Check(
    id="ecriture.zone_variable",
    code="E03",
    severity=Severity.WARNING,
    titre="Zone variable dans l'écriture",
    message="Écriture {journal}/{numero} : plusieurs {nom} ({liste}).",
    remede="Une écriture se valide en une fois, dans un seul journal : vérifier ses lignes.",
    source=_LOI,
    rule=_plusieurs_validations,
    formats=FEC,
)


def _plusieurs_pieces(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    return _plusieurs(lot, {"reference": None, "date_piece": "%d/%m/%Y"})


PLUSIEURS_PIECES = Check(
    id="ecriture.plusieurs_pieces",
    code="E04",
    severity=Severity.INFO,
    titre="Écriture à plusieurs pièces",
    message="Écriture {journal}/{numero} : plusieurs {nom} ({liste}).",
    remede="Permis ; une écriture par pièce justificative se contrôle mieux.",
    source=_LOI,
    rule=_plusieurs_pieces,
    formats=FEC,
)


def _une_seule_ligne(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    ecriture = pl.col("ecriture")
    autre_avant = ecriture.ne_missing(ecriture.shift())
    autre_apres = ecriture.ne_missing(ecriture.shift(-1))
    seules = (
        lot.lignes.lazy()
        .filter(autre_avant & autre_apres)
        .select(
            "numero_ligne",
            "ecriture",
            "journal",
            pl.col("numero_piece").fill_null("").alias("numero"),
            champ=pl.lit("numero_piece"),
        )
        .collect()
    )
    if seules.height == 0:
        return None
    plusieurs = (
        lot.lignes.lazy()
        .filter(ecriture.is_in(seules["ecriture"].implode()))
        .group_by("ecriture")
        .len()
        .filter(pl.col("len") > 1)
    )
    return seules.lazy().join(plusieurs, on="ecriture", how="anti", maintain_order="left").drop("ecriture")


UNE_SEULE_LIGNE = Check(
    id="ecriture.une_seule_ligne",
    code="E05",
    severity=Severity.WARNING,
    titre="Écriture d'une seule ligne",
    message="Écriture {journal}/{numero} : une seule ligne.",
    remede="Vérifier que l'export est complet : une écriture a au moins un débit et un crédit.",
    source="Partie double ; le schéma XML du FEC demande deux lignes",
    rule=_une_seule_ligne,
    formats=FEC,
)


def _dispersee(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    dispersees = lot.lignes.select("ecriture").filter(est_reprise())["ecriture"].unique()
    if dispersees.len() == 0:
        return None
    ecriture = pl.col("ecriture")
    return (
        lot.lignes.lazy()
        .with_columns(debut=ecriture.ne_missing(ecriture.shift()))
        .filter(ecriture.is_in(dispersees.implode()))
        .group_by("ecriture")
        .agg(
            pl.first("numero_ligne", "journal"),
            pl.first("numero_piece").fill_null("").alias("numero"),
            blocs=pl.sum("debut"),
        )
        .filter(pl.col("blocs") > 1)
        .with_columns(champ=pl.lit("numero_piece"))
        .drop("ecriture")
        .sort("numero_ligne")
    )


DISPERSEE = Check(
    id="ecriture.dispersee",
    code="E06",
    severity=Severity.WARNING,
    titre="Écriture dispersée",
    message="Écriture {journal}/{numero} : lignes dispersées ({blocs} blocs).",
    remede="Sans effet : les lignes ont été réunies. Trier l'export par écriture.",
    source="LPF, article A47 A-1, VII 1° : écritures classées par ordre chronologique de validation",
    rule=_dispersee,
    formats=FEC,
)


def _centralisation(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
    lignes = lot.lignes.select("numero_ligne", "journal", "date", "libelle")
    libelles = lignes.filter(pl.col("libelle").str.contains("(?i)centralis"))
    if libelles.height == 0:
        return None
    mois = pl.col("date").dt.strftime("%m/%Y").fill_null("?")
    return (
        libelles.lazy()
        .group_by("journal", mois.alias("mois"))
        .agg(pl.first("numero_ligne", "libelle"), nombre=pl.len())
        .with_columns(champ=pl.lit("libelle"))
        .sort("numero_ligne")
    )


CENTRALISATION = Check(
    id="ecriture.centralisation",
    code="E11",
    severity=Severity.WARNING,
    titre="Écritures de centralisation",
    message="Écritures de centralisation présentes : journal {journal}, {mois} (lignes : {nombre}, « {libelle} »).",
    remede="Exclure les écritures de centralisation de l'export : le détail suffit.",
    source="LPF, article A47 A-1, VII 1° : hors écritures de centralisation",
    rule=_centralisation,
    formats=FEC,
)

CHECKS = (PLUSIEURS_DATES, PLUSIEURS_VALIDATIONS, PLUSIEURS_PIECES, UNE_SEULE_LIGNE, DISPERSEE, CENTRALISATION)
