"""Which lines make one entry: the keys of the specification (section 7), tried in order.

``(JournalCode, EcritureNum)`` is the law's key. The others are for files whose numbers do not tell entries apart
(empty, zero or constant), or where fewer than half of the entries balance under it. Otherwise an entry that does not
balance under the law's key stays what it is: an error, said as such.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.formats.fec import regles

CLE_LEGALE = "(JournalCode, EcritureNum)"
CLE_NUMERO_DATE = "(EcritureNum, EcritureDate)"
CLE_NUMERO = "(EcritureNum)"

LIGNES_CONSTANTES_MIN = 20
"""With fewer lines, one or two numbers are an ordinary short file, not constant numbers (E08)."""


@dataclass(frozen=True)
class Regroupement:
    """``ecriture``: rank of each line's entry, from 1, in the order of first lines. ``cle``: the key used, in words."""

    ecriture: pl.Series
    cle: str


def regrouper(lignes: pl.DataFrame, constats: Collecteur) -> Regroupement:
    """``lignes``: journal, numero_piece, date, reference, debit_centimes, credit_centimes, numero_ligne, in file order."""
    cadre = lignes.select(
        "numero_ligne",
        "journal",
        "date",
        "reference",
        numero=pl.col("numero_piece").fill_null(""),
        solde=pl.col("debit_centimes").fill_null(0) - pl.col("credit_centimes").fill_null(0),
    )
    legale = _rangs(cadre, _colonnes_legales(cadre))
    if _inutilisables(cadre, legale):
        return _sans_numero(cadre, constats)
    equilibre = _equilibrees(cadre, legale)
    if not equilibre.all() and (cadre["numero"] == "").any():
        legale = _rattache(cadre, legale, constats)
        equilibre = _equilibrees(cadre, legale)
    if equilibre.all():
        return Regroupement(legale, CLE_LEGALE)
    if (autre := _entre_journaux(cadre, legale, equilibre, constats)) is not None:
        return autre
    if 2 * int(equilibre.sum()) < len(equilibre):
        for cle, rangs in _cascade(cadre):
            if _equilibrees(cadre, rangs).all():
                constats.signale(regles.AUTRE_CLE, int(cadre["numero_ligne"][0]), cle=cle, zone="EcritureNum")
                return Regroupement(rangs, cle)
    return Regroupement(legale, CLE_LEGALE)


def rangs_par_cle(cadre: pl.DataFrame, colonnes: list[str]) -> pl.Series:
    """Rank (UInt32, from 1) of the group of each row, groups being numbered in the order of their first row.

    Rows of a group are nearly always adjacent: runs are found first, and only runs are looked up by their values.
    """
    return _rangs(cadre, [pl.col(c) for c in colonnes])


def _rangs(cadre: pl.DataFrame, cle: list[pl.Expr]) -> pl.Series:
    noms = [f"k{i}" for i in range(len(cle))]
    valeurs = cadre.select(e.alias(nom) for e, nom in zip(cle, noms, strict=True))
    change = pl.any_horizontal(pl.col(nom).ne_missing(pl.col(nom).shift()) for nom in noms)
    debuts = valeurs.select(change.alias("d"))["d"]
    if debuts.len():
        debuts[0] = True
    suite = debuts.cum_sum().cast(pl.UInt32)
    tetes = valeurs.filter(debuts)
    if _sont_distinctes(tetes):
        return suite.alias("ecriture")
    premiers = tetes.with_row_index("suite").select(pl.col("suite").first().over(noms), autre=pl.col("suite"))
    nouveau = premiers["suite"] == premiers["autre"]
    rang = nouveau.cum_sum().cast(pl.UInt32)[premiers["suite"]]
    return rang[suite - 1].alias("ecriture")


def _sont_distinctes(tetes: pl.DataFrame) -> bool:
    """True when no two rows are equal: their hashes, sorted, all differ. (Equal hashes prove nothing: then False.)"""
    empreintes = np.sort(tetes.hash_rows().to_numpy())
    return bool((empreintes[1:] != empreintes[:-1]).all())


def _colonnes_legales(cadre: pl.DataFrame) -> list[pl.Expr]:
    cle = [pl.col("journal"), pl.col("numero")]
    if (cadre["numero"] == "").any():  # lines without a number: at least do not throw them all into one entry
        vide = pl.col("numero") == ""
        cle += [pl.when(vide).then(pl.col("date")), pl.when(vide).then(pl.col("reference"))]
    return cle


def _rattache(cadre: pl.DataFrame, legale: pl.Series, constats: Collecteur) -> pl.Series:
    """Lines without a number join the one entry of their journal, date and piece that does not balance without them."""
    pieces = ["journal", "date", "reference"]
    groupes = (
        cadre.with_columns(legale)
        .group_by("ecriture", maintain_order=True)
        .agg(pl.first("numero_ligne", "numero", *pieces), pl.sum("solde"))
        .filter(pl.col("solde") != 0)
    )
    seules = (
        groupes.filter(pl.col("numero") == "")
        .join(groupes.filter(pl.col("numero") != ""), on=pieces, suffix="_hote", maintain_order="left")
        .filter((pl.len().over("ecriture") == 1) & (pl.len().over("ecriture_hote") == 1))
        .filter(pl.col("solde") + pl.col("solde_hote") == 0)
    )
    if seules.height == 0:
        return legale
    lieux = seules.select("numero_ligne", "journal", numero="numero_hote", zone=pl.lit("EcritureNum"))
    constats.ajoute(regles.LIGNE_RATTACHEE, lieux)
    hotes = dict(seules.select("ecriture", "ecriture_hote").iter_rows())
    reunies = legale.replace(list(hotes), list(hotes.values())).alias("reunie").to_frame()
    return _rangs(reunies, [pl.col("reunie")])


def _equilibrees(cadre: pl.DataFrame, rangs: pl.Series) -> pl.Series:
    """For each entry, in order: does it balance?"""
    if rangs.is_sorted():
        debuts = np.flatnonzero(np.diff(rangs.to_numpy(), prepend=np.uint32(0)))
        return pl.Series(np.add.reduceat(cadre["solde"].to_numpy(), debuts) == 0)
    soldes = pl.DataFrame([rangs, cadre["solde"]]).group_by("ecriture").agg(pl.sum("solde")).sort("ecriture")
    return soldes["solde"] == 0


def _inutilisables(cadre: pl.DataFrame, legale: pl.Series) -> bool:
    """True when numbers are empty or zero on most lines, or are one or two values for entries of many dates."""
    sans = cadre["numero"].str.contains("^[0 ]*$")
    if 2 * int(sans.sum()) > cadre.height:
        return cadre.height > 2 * int(cadre.select("journal", "numero").n_unique())
    if cadre.height <= LIGNES_CONSTANTES_MIN or cadre["numero"].head(1000).n_unique() >= 3:
        return False
    if cadre["numero"].n_unique() >= 3:
        return False
    dates = pl.DataFrame([legale, cadre["date"]]).group_by("ecriture").agg(pl.col("date").n_unique())
    return bool((dates["date"] > 1).any())


def _sans_numero(cadre: pl.DataFrame, constats: Collecteur) -> Regroupement:
    """Numbers say nothing: the first key under which all entries balance, else the one under which most do."""
    retenu: Regroupement | None = None
    meilleur = -1.0
    for cle, rangs in _cascade(cadre):
        equilibre = _equilibrees(cadre, rangs)
        part = int(equilibre.sum()) / max(len(equilibre), 1)
        if part > meilleur:
            retenu, meilleur = Regroupement(rangs, cle), part
        if part == 1:
            break
    assert retenu is not None, "the cascade has keys"
    distincts = cadre["numero"].unique(maintain_order=True).head(3).to_list()
    constats.signale(
        regles.NUMERO_CONSTANT,
        int(cadre["numero_ligne"][0]),
        zone="EcritureNum",
        valeurs=" », « ".join(distincts),
        cle=retenu.cle,
    )
    return retenu


def _entre_journaux(
    cadre: pl.DataFrame, legale: pl.Series, equilibre: pl.Series, constats: Collecteur
) -> Regroupement | None:
    """Keys without the journal, for the entries that do not balance inside one (D-19). None when that is not enough."""
    boiteuses = (~equilibre).arg_true().cast(pl.UInt32) + 1
    a_revoir = legale.is_in(boiteuses.implode())
    reste = cadre.filter(a_revoir)
    if reste["journal"].n_unique() < 2:
        return None
    for cle, colonnes in ((CLE_NUMERO_DATE, ["numero", "date"]), (CLE_NUMERO, ["numero"])):
        rangs = rangs_par_cle(reste, colonnes)
        if not _equilibrees(reste, rangs).all():
            continue
        _signale_entre_journaux(reste, rangs, constats)
        autre = pl.Series("autre", [None], dtype=pl.UInt32).new_from_index(0, cadre.height)
        groupes = pl.DataFrame([legale, autre.scatter(a_revoir.arg_true(), rangs)])
        cle_finale = [pl.when(pl.col("autre").is_null()).then(pl.col("ecriture")), pl.col("autre")]
        return Regroupement(_rangs(groupes, cle_finale), f"{CLE_LEGALE}, puis {cle}")
    return None


def _signale_entre_journaux(reste: pl.DataFrame, rangs: pl.Series, constats: Collecteur) -> None:
    lieux = (
        reste.with_columns(rangs)
        .group_by("ecriture", maintain_order=True)
        .agg(
            pl.first("numero_ligne", "numero"),
            pl.col("journal").unique(maintain_order=True).alias("journaux"),
        )
        .filter(pl.col("journaux").list.len() > 1)
        .select("numero_ligne", "numero", "journaux", zone=pl.lit("EcritureNum"))
    )
    constats.ajoute(regles.ENTRE_JOURNAUX, lieux)


def _cascade(cadre: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    """Keys 3 to 7 of the specification, each computed when asked for."""
    yield "(JournalCode, EcritureDate, PieceRef)", rangs_par_cle(cadre, ["journal", "date", "reference"])
    yield "(EcritureDate, PieceRef)", rangs_par_cle(cadre, ["date", "reference"])
    yield "retour du solde à zéro dans (JournalCode, EcritureDate)", _coupe_au_solde_nul(cadre)
    yield "(JournalCode, EcritureDate)", rangs_par_cle(cadre, ["journal", "date"])
    par_mois = cadre.with_columns(mois=pl.col("date").dt.truncate("1mo"))
    yield "(JournalCode, mois), écritures centralisées", rangs_par_cle(par_mois, ["journal", "mois"])


def _coupe_au_solde_nul(cadre: pl.DataFrame) -> pl.Series:
    """Inside (journal, date), an entry ends where the running balance comes back to zero."""
    groupe = ["journal", "date"]
    coupes = cadre.with_columns(cumul=pl.col("solde").cum_sum().over(groupe)).with_columns(
        coupe=(pl.col("cumul").shift().over(groupe) == 0).fill_null(False).cum_sum().over(groupe)
    )
    return rangs_par_cle(coupes, [*groupe, "coupe"])
