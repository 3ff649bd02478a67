"""Codes of a lot as the books write them: brought to the file's lengths, or to the form that the dossier already has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot


@dataclass(frozen=True)
class Codes:
    """Code as written → code of the books, for the accounts and third parties that change; the others are as written."""

    compte: Mapping[str, str]
    tiers_: Mapping[str, str]

    def remplacer(self, lignes: pl.DataFrame) -> pl.DataFrame:
        """Lines with the codes of the books."""
        lignes = _remplace(lignes, "compte", self.compte)
        return _remplace(lignes, "tiers", self.tiers_)

    def comptes(self, declares: pl.DataFrame) -> pl.DataFrame:
        return _remplace(declares, "numero", self.compte)

    def tiers(self, declares: pl.DataFrame) -> pl.DataFrame:
        return _remplace(_remplace(declares, "code", self.tiers_), "collectif", self.compte)

    def ribs(self, declares: pl.DataFrame) -> pl.DataFrame:
        return _remplace(declares, "tiers", self.tiers_)


def codes_du_dossier(lot: Lot, contexte: Contexte) -> Codes:
    """What each account and third party of the lot becomes in the books.

    A code that the dossier has as written is kept; else the dossier's code of the same normalised form is taken; else the
    normalised form itself (tra.md section 3: importers pad or cut accounts to the lengths of PS2).
    """
    longueurs = lot.longueurs
    comptes: Mapping[str, str] = {}
    tiers: Mapping[str, str] = {}
    if longueurs.compte is not None:
        employes = [lot.lignes["compte"], lot.comptes["numero"], lot.tiers["collectif"]]
        comptes = _formes(employes, contexte.comptes, "numero", longueurs.normaliser_compte(pl.col("c")))
    if longueurs.change_les_tiers:
        employes = [lot.lignes["tiers"], lot.tiers["code"], lot.ribs["tiers"]]
        tiers = _formes(employes, contexte.tiers, "code", longueurs.normaliser_tiers(pl.col("c")))
    return Codes(comptes, tiers)


def _formes(employes: list[pl.Series], connus: pl.DataFrame | None, cle: str, normalise: pl.Expr) -> Mapping[str, str]:
    uniques = [e.unique().drop_nulls().alias("c") for e in employes]
    codes = pl.concat(uniques).unique().sort().to_frame().filter(pl.col("c") != "").with_columns(n=normalise)
    ceux_du_dossier = pl.DataFrame({"c": [] if connus is None else connus[cle]}, schema={"c": pl.String})
    formes = ceux_du_dossier.with_columns(n=normalise).sort(pl.col("c") != pl.col("n"), "c").unique("n", keep="first")
    trouves = codes.join(formes.select("n", du_dossier="c"), on="n", how="left").join(
        ceux_du_dossier.unique().with_columns(exact=pl.col("c")), on="c", how="left"
    )
    finaux = trouves.select("c", f=pl.coalesce("exact", "du_dossier", "n")).filter(pl.col("c") != pl.col("f"))
    return dict(finaux.iter_rows())


def _remplace(cadre: pl.DataFrame, colonne: str, codes: Mapping[str, str]) -> pl.DataFrame:
    return cadre.with_columns(pl.col(colonne).replace(dict(codes))) if codes else cadre
