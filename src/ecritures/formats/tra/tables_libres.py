"""Free tables of an extended line: 3-wide columns at 833 up to version 003, 17-wide columns at 1024 afterwards."""

from __future__ import annotations

import polars as pl

from ecritures.formats.fixedwidth import Zone
from ecritures.formats.tra import layout

NOMS = tuple(f"TABLE{i}" for i in range(4))


def zone_de_table(nom: str, version: int) -> Zone:
    """Where the free table ``nom`` is read in a file of that version."""
    record = layout.mouvement(True)
    return record.zone(f"{nom}_OLD" if version <= layout.TABLES_ANCIENNES_MAX else nom)


def version_connue(origine: int, version: int) -> int:
    """The version whose columns a kept line fills once :func:`vers_version` has moved its free tables."""
    return max(origine, layout.TABLES_ANCIENNES_MAX + 1) if version > layout.TABLES_ANCIENNES_MAX else origine


def vers_version(suite: pl.Expr, origine: int, version: int) -> pl.Expr:
    """Columns 223 and beyond of a line of version ``origine``, its free tables moved where ``version`` reads them.

    Going back, a code of more than three characters stays at 1024, beyond the older line: the writer then refuses it.
    """
    ancienne, demandee = origine <= layout.TABLES_ANCIENNES_MAX, version <= layout.TABLES_ANCIENNES_MAX
    if ancienne == demandee:
        return suite
    record = layout.mouvement(True)
    premiere, derniere = record.zone(NOMS[0]), record.zone(NOMS[-1])

    def coupe(debut: int, largeur: int) -> pl.Expr:
        return suite.str.slice(debut - layout.LARGEUR_STD - 1, largeur).str.pad_end(largeur)

    avant = coupe(layout.LARGEUR_STD + 1, premiere.start - layout.LARGEUR_STD - 1)
    if ancienne:
        tables = [coupe((z := record.zone(f"{nom}_OLD")).start, z.width).str.pad_end(17) for nom in NOMS]
        return pl.concat_str(avant, *tables)
    vieilles = [record.zone(f"{nom}_OLD") for nom in NOMS]
    codes = [coupe((z := record.zone(nom)).start, z.width).str.strip_chars(" ") for nom in NOMS]
    courts = [
        pl.when((code != "") & (code.str.len_chars() <= vieille.width))
        .then(code.str.pad_end(vieille.width))
        .otherwise(coupe(vieille.start, vieille.width))
        for code, vieille in zip(codes, vieilles, strict=True)
    ]
    longs = [
        pl.when(code.str.len_chars() <= vieilles[0].width).then(pl.lit(" " * 17)).otherwise(code.str.pad_end(17))
        for code in codes
    ]
    debut = coupe(layout.LARGEUR_STD + 1, vieilles[0].start - layout.LARGEUR_STD - 1)
    milieu = coupe(vieilles[-1].end + 1, premiere.start - vieilles[-1].end - 1)
    fin = suite.str.slice(derniere.end - layout.LARGEUR_STD)
    return pl.concat_str(debut, *courts, milieu, *longs, fin).str.strip_chars_end(" ")
