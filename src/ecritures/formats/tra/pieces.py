"""Where one entry ends and the next begins: TRA has no entry header (tra.md section 11).

Numbered file: a change of key or of number. Unnumbered: a change of key, or the running balance of the general-side
lines back to zero. The key is journal, date (month on BOR and LIB journals), currency (not on BOR), establishment,
nature, type of entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from ecritures.formats.fixedwidth import Entiers, Masque

_CLE = ("journal", "nature", "etablissement", "type_ecriture")


@dataclass(frozen=True, eq=False)
class Delimitation:
    """``ecriture``: rank of the entry of each line, from 1. The masks are over lines; None when no line is in it."""

    ecriture: Entiers
    est_numerote: bool
    sans_numero: Masque | None
    numero_textuel: Masque | None

    @property
    def en_mots(self) -> str:
        if self.est_numerote:
            return "changement de numéro de pièce, de journal, de date, de nature, de devise ou d'établissement"
        return "retour du solde à zéro, ou changement de journal, de date, de nature, de devise ou d'établissement"


def delimiter(lignes: pl.DataFrame, journaux: pl.DataFrame, devise_tenue: str) -> Delimitation:
    """Entries of general-side lines, in file order. Amounts that cannot be read count for nothing."""
    n = lignes.height
    if n == 0:
        return Delimitation(np.zeros(0, np.int64), False, None, None)
    modes = dict(journaux.select("code", "mode_saisie").drop_nulls().iter_rows())
    par_mois = [j for j, mode in modes.items() if mode in ("BOR", "LIB")]
    en_lot = [j for j, mode in modes.items() if mode == "BOR"]
    jour, devise = pl.col("date"), pl.col("devise").fill_null(devise_tenue)
    if par_mois:
        jour = pl.when(pl.col("journal").is_in(par_mois)).then(jour.dt.month_start()).otherwise(jour)
    if en_lot:
        devise = pl.when(~pl.col("journal").is_in(en_lot)).then(devise)
    cles = lignes.lazy().select(
        *_CLE, jour.alias("jour"), devise.alias("devise"), numero=pl.col("numero_piece").str.to_integer(strict=False)
    ).with_columns(numero=pl.when(pl.col("numero") > 0).then("numero")).collect()  # fmt: skip
    numero = cles["numero"]
    sans_numero = numero.is_null()
    est_numerote = bool((~sans_numero).any())

    def couper(cles: pl.DataFrame) -> Masque:
        rupture = cles.select(pl.any_horizontal(pl.all().ne_missing(pl.all().shift(1)))).to_series().to_numpy().copy()
        rupture[0] = True
        if not est_numerote or sans_numero.any():
            rupture |= _soldes_revenus(lignes, en_lot, rupture, sans_numero.to_numpy())
        return rupture

    rupture = couper(_jours_completes(cles, couper) if cles["jour"].null_count() else cles)
    ecriture = np.cumsum(rupture).astype(np.int64)
    if en_lot:
        ecriture = _lots_equilibres(lignes, en_lot, ecriture)
    textuel = (
        (
            sans_numero
            & lignes["numero_piece"].is_not_null()
            & ~lignes["numero_piece"].str.contains("^0+$").fill_null(False)
        )
        if sans_numero.any()
        else None
    )
    return Delimitation(
        ecriture,
        est_numerote,
        sans_numero.to_numpy() if est_numerote and sans_numero.any() else None,
        textuel.to_numpy() if textuel is not None and textuel.any() else None,
    )


def _jours_completes(cles: pl.DataFrame, couper: Callable[[pl.DataFrame], Masque]) -> pl.DataFrame:
    """An unreadable date must not cut its entry: it takes the date of the line before it, or after it when it begins an
    entry, as the other parts of the key and the balances tell entries apart."""
    suite = pl.Series(np.cumsum(couper(cles.with_columns(jour=pl.lit(None, pl.Date)))))
    avant = cles.with_columns(s=suite).with_columns(jour=pl.col("jour").forward_fill().over("s"))
    debuts = pl.Series(couper(avant.drop("s").with_columns(pl.col("jour").backward_fill())))
    illisible = cles["jour"].is_null()
    # a line that begins an entry looks forward, the others backward
    jours = cles.with_columns(
        s=suite, apres=pl.col("jour").backward_fill().over(suite), avant=pl.col("jour").forward_fill().over(suite)
    ).select(
        pl.when(~illisible).then("jour").when(debuts).then(pl.coalesce("apres", "avant")).otherwise(pl.coalesce("avant", "apres"))
    )  # fmt: skip
    return cles.with_columns(jour=jours.to_series())


def _soldes_revenus(lignes: pl.DataFrame, en_lot: list[str], rupture: Masque, sans_numero: Masque) -> Masque:
    """Lines that follow a running balance back to zero, within a run of equal keys."""
    m = _centimes(lignes["debit_centimes"]) - _centimes(lignes["credit_centimes"])
    if lignes["montant_devise"].null_count() < lignes.height:
        en_devise = lignes["montant_devise"].is_not_null()
        if en_lot:
            en_devise &= ~lignes["journal"].is_in(en_lot)
        m = np.where(en_devise.to_numpy(), _centimes(lignes["montant_devise"]), m)
    cumul = np.cumsum(m)
    debuts = np.maximum.accumulate(np.where(rupture, np.arange(len(m)), 0))
    base = (cumul - m)[debuts]
    ferme = (cumul == base) & (m != 0) & sans_numero
    suivante: Masque = np.concatenate((np.zeros(1, np.bool_), ferme[:-1]))
    return suivante


def _centimes(montants: pl.Series) -> Entiers:
    return (montants.fill_null(0) if montants.null_count() else montants).to_numpy()


def _lots_equilibres(lignes: pl.DataFrame, en_lot: list[str], ecriture: Entiers) -> Entiers:
    """On BOR journals it is the month's batch that must balance: when its pieces do not, each by itself, and the batch
    does, the batch is one entry."""
    cadre = lignes.lazy().select(
        "journal",
        mois=pl.col("date").dt.month_start(),
        ecart=pl.col("debit_centimes").fill_null(0) - pl.col("credit_centimes").fill_null(0),
    ).with_columns(piece=pl.Series(ecriture), est_lot=pl.col("journal").is_in(en_lot))  # fmt: skip
    suite = pl.struct("journal", "mois")
    cadre = cadre.with_columns(lot=suite.ne_missing(suite.shift(1)).cum_sum())
    sommes = cadre.with_columns(
        piece_fausse=pl.col("ecart").sum().over("piece") != 0,
        lot_juste=pl.col("ecart").sum().over("lot") == 0,
    ).with_columns(fondre=pl.col("est_lot") & pl.col("lot_juste") & pl.col("piece_fausse").any().over("lot"))
    rupture = sommes.select(
        (pl.col("piece") != pl.col("piece").shift(1)).fill_null(True) & ~(pl.col("fondre") & (pl.col("lot") == pl.col("lot").shift(1)).fill_null(False))
    ).collect().to_series().to_numpy()  # fmt: skip
    return np.cumsum(rupture).astype(np.int64)


def delimiter_analytiques(lignes: pl.DataFrame) -> Masque:
    """First line of each entry of O lines: a change of key, of number or of account."""
    cle = pl.struct(*_CLE, "date", "numero_piece", "compte")
    rupture = lignes.select(cle.ne_missing(cle.shift(1))).to_series().to_numpy().copy()
    if len(rupture):
        rupture[0] = True
    return rupture
