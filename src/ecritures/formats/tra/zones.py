"""Every zone of the lines of a TRA lot, by its vendor name: what the model does not name is here, read as its version says."""

from __future__ import annotations

import polars as pl

from ecritures.domain.lot import Lot
from ecritures.formats.fixedwidth import Zone, tranche
from ecritures.formats.tra import layout
from ecritures.formats.tra.tables_libres import NOMS, zone_de_table


def version_lue(lot: Lot) -> int:
    """The version whose layout the lot is read with: that of its header, 011 when it has none or is more recent."""
    texte = lot.entete.get("VERSION", "")
    connue = texte.isascii() and texte.isdigit() and int(texte)
    return min(int(texte), layout.VERSION_MAX) if connue else layout.VERSION_MAX


def zones_etendues(lot: Lot) -> pl.DataFrame:
    """``numero_ligne`` and columns 223 and beyond of each general line of an ETE file, zone by zone, trimmed; null: blank.

    TABLE0 to TABLE3 are the 3-wide columns at 833 up to version 003, the 17-wide columns at 1024 afterwards. The parts of
    LIBRETEXTE9 in Business Line exchanges have columns of their own (``LIBRETEXTE9.PIECE_S1``…).
    """
    version = version_lue(lot)
    zones = [z for z in layout.mouvement(True).zones if z.start > layout.LARGEUR_STD]
    colonnes = {z.name: zone_de_table(z.name, version) if z.name in NOMS else z for z in zones}
    colonnes |= {f"{nom}.{partie.name}": partie for nom, parties in layout.PARTIES.items() for partie in parties}
    # what exceeds an STD line is no zone
    suite = pl.lit(None, pl.String) if lot.entete.get("FORMAT") == "STD" else pl.col("supplement")
    return _couper(lot.lignes.select("numero_ligne", t=suite), colonnes, layout.LARGEUR_STD)


def zones_analytiques(lot: Lot) -> pl.DataFrame:
    """The same, all columns, of the analytic lines A of the lot (H lines are general lines, O lines have their layout)."""
    etendu = lot.entete.get("FORMAT") == "ETE"
    version = version_lue(lot)
    zones = layout.analytique(etendu).zones
    colonnes = {z.name: zone_de_table(z.name, version) if z.name in NOMS else z for z in zones}
    return _couper(lot.ventilations.filter(pl.col("genre") == "A").select("numero_ligne", t="texte"), colonnes, 0)


def zones_annexes(lot: Lot, genre: str) -> pl.DataFrame:
    """The same of the documents (G), variables (V), approvals (P) or budget lines (B) of the lot."""
    record = layout.records()[layout.ENREGISTREMENT_DU_GENRE[genre]]
    lignes = lot.annexes.filter(pl.col("genre") == genre).select("numero_ligne", t="texte")
    return _couper(lignes, {z.name: z for z in record.zones}, 0)


def _couper(lignes: pl.DataFrame, colonnes: dict[str, Zone], avant: int) -> pl.DataFrame:
    """``avant``: how many columns of the line stand before the text."""
    texte = pl.col("t")
    return lignes.select(
        "numero_ligne", *(tranche(texte, z.start - avant, z.end - avant).alias(nom) for nom, z in colonnes.items())
    )
