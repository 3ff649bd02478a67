"""Attachments that the lines of a JSON import name (``fichier.uri``): what is to be fetched once the entries are in the books."""

from __future__ import annotations

import json

import polars as pl

from ecritures.domain.lot import Lot, Schema

PIECES_JOINTES: Schema = {"numero_ligne": pl.UInt32, "uri": pl.String}
"""``uri`` is an address that opens the document to whoever reads it: a secret, never shown."""


def pieces_jointes(lot: Lot) -> pl.DataFrame:
    """The attachment of each line that has one, in line order."""
    if lot.format != "json":
        return pl.DataFrame(schema=PIECES_JOINTES)
    candidates = lot.lignes.filter(pl.col("supplement").str.contains('"fichier"', literal=True)).select(
        "numero_ligne", "supplement"
    )
    trouvees = [(numero, uri) for numero, texte in candidates.iter_rows() if (uri := adresse(texte)) is not None]
    return (
        pl.DataFrame(trouvees, schema=PIECES_JOINTES, orient="row")
        .unique("numero_ligne", keep="first")
        .sort("numero_ligne")
    )


def adresse(supplement: str) -> str | None:
    """``fichier.uri`` of what a line carries beside the model; None when there is none, or it is not a text."""
    fichier = json.loads(supplement).get("fichier")
    uri = fichier.get("uri") if isinstance(fichier, dict) else None
    return uri.replace("\x00", "").strip() or None if isinstance(uri, str) else None
