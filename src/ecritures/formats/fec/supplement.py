"""The supplementary columns of a FEC lot, to and from the one text that ``lignes.supplement`` keeps of them.

``supplement`` holds the values of a line joined by the separator of its file, in the order of the file, as written, then
MARQUE_NEGATIF when the line's amount was written negative. Their names are in ``lot.entete["zones_supplementaires"]``,
joined in the same way. The columns of the cash regimes (DateRglt, ModeRglt, NatOp, IdClient) are among them.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from ecritures.domain.lot import Lot

MARQUE_NEGATIF = "\x1f-"
"""End of ``supplement`` for a line whose amount was written negative: read on the other side, written back as it was."""

SEPARATEUR_INTERNE = "\x1e"
"""Joins values that may hold the separator of their file, which had quotes around them (D-10)."""

_NOMS = "zones_supplementaires"
_SEPARATEUR = "separateur_supplement"


def entete_des_supplements(noms: Sequence[str], separateur: str) -> dict[str, str]:
    """What ``lot.entete`` keeps of the names of supplementary columns joined by ``separateur``."""
    if not noms:
        return {}
    entete = {_NOMS: separateur.join(noms)}
    return entete | {_SEPARATEUR: separateur} if separateur == SEPARATEUR_INTERNE else entete


def noms_supplementaires(lot: Lot) -> tuple[str, ...]:
    """Names of the supplementary columns, in the order of the file; none for a lot that is not a FEC's."""
    lus, separateur = lot.entete.get(_NOMS, ""), _separateur(lot)
    if lot.format != "fec" or not lus or separateur is None:
        return ()
    return tuple(lus.split(separateur))


def colonnes_supplementaires(lot: Lot) -> pl.DataFrame:
    """One String column a supplementary column, under its own name; rows are those of ``lot.lignes``, ``""`` for a blank.

    Without supplementary columns the frame has no column (and, polars being so, no row).
    """
    noms, separateur = noms_supplementaires(lot), _separateur(lot)
    if not noms or separateur is None:
        return pl.DataFrame()
    lus = pl.col("supplement").str.strip_suffix(MARQUE_NEGATIF)
    champs = lus.str.split_exact(separateur, len(noms) - 1).struct.rename_fields(list(noms)).struct.unnest()
    return lot.lignes.select(champs).with_columns(pl.all().fill_null(""))


def est_ecrite_negative() -> pl.Expr:
    """True for the lines of a lot whose amount was written negative, on the other side."""
    return pl.col("supplement").str.ends_with(MARQUE_NEGATIF).fill_null(False)


def _separateur(lot: Lot) -> str | None:
    return lot.entete.get(_SEPARATEUR) or lot.detection.separateur
