"""The physical lines of a file that was read: its text as its reader had it, for extracts and descriptions."""

from __future__ import annotations

from ecritures.domain.lot import Lot
from ecritures.formats import lines
from ecritures.formats.delimited import Situation
from ecritures.formats.tra.localisation import LocalisationTra


def text_of(lot: Lot | None, octets: bytes | None) -> lines.Texte | None:
    """The text that line numbers count in. None when the file is no text (a workbook, several files), or was not opened."""
    if lot is not None and isinstance(lot.localisation, Situation | LocalisationTra):
        return lot.localisation.texte
    if octets is None:
        return None
    try:
        return lines.ouvrir(octets, lot.detection.encodage if lot else None)
    except (lines.PasDuTexte, LookupError):
        return None
