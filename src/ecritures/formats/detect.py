"""Which format is this file? Two answers, or none, is said, not guessed."""

from __future__ import annotations

from ecritures.formats import FORMATS

DEBUT_OCTETS = 64 << 10


def reconnaitre(octets: bytes, nom_fichier: str | None = None) -> tuple[str, ...]:
    """Codes of the formats that the file could be: one when it is clear, none or several when it is not."""
    debut = octets[:DEBUT_OCTETS]
    return tuple(code for code, format_ in FORMATS.items() if format_.ressemble(debut, nom_fichier))
