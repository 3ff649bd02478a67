"""Quotes around values (D-10): a FEC has none, a spreadsheet's CSV has. Only such a file is read with them.

A line becomes the same line without quotes, its fields joined by a character that no value holds; the columns of a
finding are still those of the line as written.
"""

from __future__ import annotations

import polars as pl

from ecritures.formats.delimited import BLANCS
from ecritures.formats.fec.supplement import SEPARATEUR_INTERNE

LIGNES_ESSAYEES = 200
"""Lines looked at to tell whether values are quoted."""


def est_cite(lignes: list[str], separateur: str) -> bool:
    """F13: more than half of the values of these lines begin and end with a quote. Blank ones do not count."""
    champs = [champ for ligne in lignes for champ in ligne.split(separateur) if champ.strip(BLANCS)]
    cites = sum(1 for c in champs if len(c) > 1 and c.startswith('"') and c.endswith('"'))
    return 2 * cites > len(champs)


def champs_bruts(separateur: str) -> pl.Expr:
    """Fields of the column ``ligne`` as written, quotes included; separators between quotes do not separate."""
    return _morceaux(separateur).list.eval(pl.element().str.slice(1))


def decite(separateur: str) -> pl.Expr:
    """The column ``ligne`` with its fields out of their quotes, joined by SEPARATEUR_INTERNE.

    A line whose quotes do not pair is split at every separator: it will not have the right number of fields.
    """
    ligne = pl.col("ligne").str.replace_all(SEPARATEUR_INTERNE, " ", literal=True)
    champ = pl.element().str.slice(1)
    entre = champ.str.starts_with('"') & champ.str.ends_with('"') & (champ.str.len_bytes() > 1)
    nu = champ.str.slice(1, champ.str.len_chars() - 2).str.replace_all('""', '"', literal=True)
    morceaux = _morceaux(separateur)
    complet = morceaux.list.join("").str.len_bytes() == pl.col("ligne").str.len_bytes() + len(separateur.encode())
    return (
        pl.when(complet & ~pl.col("ligne").str.contains(SEPARATEUR_INTERNE, literal=True))
        .then(morceaux.list.eval(pl.when(entre).then(nu).otherwise(champ)).list.join(SEPARATEUR_INTERNE))
        .otherwise(ligne.str.replace_all(separateur, SEPARATEUR_INTERNE, literal=True))
        .alias("ligne")
    )


def _morceaux(separateur: str) -> pl.Expr:
    """Each field with the separator before it: what is between two of them is lost, and counted by the caller."""
    s = f"\\x{{{ord(separateur):x}}}"
    motif = f'{s}(?:"(?:[^"]|"")*"|[^"{s}][^{s}]*|)'
    return pl.concat_str(pl.lit(separateur), pl.col("ligne")).str.extract_all(motif)
