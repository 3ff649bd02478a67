"""Formats: bytes become a lot, a lot becomes bytes. Pure.

To add a format: a folder with ``layout.py``, ``reader.py`` (``read``, ``ressemble``) and ``writer.py``, and a line in FORMATS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecritures.domain.lot import Lecture, OptionsLecture
from ecritures.formats.fec import reader as fec
from ecritures.formats.json_ecritures import reader as json_ecritures
from ecritures.formats.perso import reader as perso
from ecritures.formats.tra import reader as tra


@dataclass(frozen=True)
class Format:
    """``read`` never raises, whatever the bytes. ``ressemble(first bytes, file name)`` says whether it could be that format."""

    code: str
    titre: str
    route: str  # the import route of the dialect
    read: Callable[[bytes, OptionsLecture], Lecture]
    ressemble: Callable[[bytes, str | None], bool]


FORMATS: dict[str, Format] = {
    "tra": Format("tra", "TRA (échange Cegid)", "importTra", tra.read, lambda debut, _nom: tra.ressemble(debut)),
    "fec": Format("fec", "FEC (fichier des écritures comptables)", "importFEC", fec.read, fec.ressemble),
    "json": Format(
        "json",
        "JSON (importJson)",
        "importJson",
        json_ecritures.read,
        lambda debut, _nom: json_ecritures.ressemble(debut),
    ),
    "perso": Format("perso", "personnalisé (CSV, XLSX…)", "importPerso", perso.read, perso.ressemble),
}
