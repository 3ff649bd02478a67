"""What several FEC checks look at in the same way: the law's entries, the à-nouveaux, the exercise."""

from __future__ import annotations

import unicodedata
from datetime import date

import polars as pl

from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

CLE_LEGALE = "(JournalCode, EcritureNum)"
"""How a lot says that its entries are the law's: one journal and one number."""

FEC = frozenset({"fec"})

CODES_A_NOUVEAUX = frozenset({"AN", "ANO", "ANV", "RAN", "OUV", "ANOUV", "NOUV"})
MOTS_A_NOUVEAUX = ("nouveau", "ouverture", "bilan d'o")


def numeros_utilisables(lot: Lot) -> bool:
    """False when the reader had to delimit entries without their numbers."""
    return lot.regroupement.startswith(CLE_LEGALE)


def entrees_legales(lot: Lot) -> pl.DataFrame:
    """The lines with ``groupe``: the rank of their (journal, number), whatever the key the reader retained."""
    if lot.regroupement == CLE_LEGALE:
        return lot.lignes.with_columns(groupe="ecriture")
    tetes = pl.struct("journal", pl.col("numero_piece").fill_null(""))
    return lot.lignes.with_columns(groupe=tetes.rank("dense").cast(pl.UInt32))


def premieres_lignes(lot: Lot, *colonnes: str) -> pl.DataFrame:
    """The first line of each entry, in file order: entries are numbered in the order of their first lines."""
    ecriture = pl.col("ecriture")
    premiere = ecriture > ecriture.cum_max().shift().fill_null(0)
    return lot.lignes.lazy().filter(premiere).select(colonnes).collect()


def est_reprise(groupe: str = "ecriture") -> pl.Expr:
    """True on the first line of a block whose entry had begun before: the entry is not in one block."""
    rang = pl.col(groupe)
    return ((rang != rang.shift()) & (rang <= rang.cum_max().shift())).fill_null(False)


def journaux_a_nouveaux(lot: Lot) -> list[str]:
    """Codes of the journals of à-nouveaux: by their usual code, or by what their label says."""
    return [
        code
        for code, libelle in lot.journaux.select("code", "libelle").drop_nulls("code").iter_rows()
        if code.upper() in CODES_A_NOUVEAUX or any(mot in _nu(libelle) for mot in MOTS_A_NOUVEAUX)
    ]


def _nu(libelle: str | None) -> str:
    decompose = unicodedata.normalize("NFKD", libelle or "")
    return "".join(c for c in decompose if not unicodedata.combining(c)).replace("’", "'").casefold()


def exercices(lot: Lot, contexte: Contexte) -> list[tuple[date, date]]:
    """First and last days of the exercises the file may hold: the dossier's, else the one its name announces."""
    if contexte.exercices is not None and contexte.exercices.height:
        return contexte.exercices.sort("debut").select("debut", "fin").rows()
    return [lot.exercice_annonce] if lot.exercice_annonce else []


def cloture(lot: Lot, contexte: Contexte) -> date | None:
    """Last day of the exercise of the file: of the dossier's exercises, the one that holds its latest entry."""
    derniere = lot.lignes["date"].max()
    connus = exercices(lot, contexte)
    dedans = [fin for debut, fin in connus if isinstance(derniere, date) and debut <= derniere <= fin]
    return dedans[-1] if dedans else (connus[-1][1] if connus else None)
