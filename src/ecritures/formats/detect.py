"""Which format is this file? Two answers, or none, is said, not guessed."""

from __future__ import annotations

from ecritures.formats import FORMATS
from ecritures.formats.conteneur import deballer, est_archive

DEBUT_OCTETS = 64 << 10


def reconnaitre(octets: bytes, nom_fichier: str | None = None) -> tuple[str, ...]:
    """Codes of the formats that the file could be: one when it is clear, none or several when it is not.

    Of a zip, those of the file that it carries; none when there is not exactly one (or the parts of one FEC).
    """
    if est_archive(octets):
        contenu = deballer(octets).fichiers
        if not contenu:
            return ()
        nom_fichier, octets = contenu[0]
    debut = octets[:DEBUT_OCTETS]
    return tuple(code for code, format_ in FORMATS.items() if format_.ressemble(debut, nom_fichier))
