"""After the posting: the documents that the lines name are fetched and kept among the originals (loop-api 10.8, 19-32).

The entries do not wait for them. An address that does not answer is tried again, with growing waits, for as long as a file's
own link would be; then the attachment is said to be missing. An address is a secret: forgotten as soon as it is of no use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ecritures.domain.errors import FichierTropGros, LienInjoignable, LienRefuse
from ecritures.imports import horloge
from ecritures.imports.ports import Demande, PieceJointe, Ports
from ecritures.imports.receive import file_name

RESERVATION = timedelta(minutes=15)
"""How long an import's attachments are one worker's: longer than a download may last (``lien_duree_max_s``)."""

Obtenu = tuple[str, int]
"""SHA-256 and size."""


def fetch_attachments(app: Ports, maintenant: datetime | None = None) -> bool:
    """Takes one import whose attachments are due and tries each once. False: none was due. Safe to run again, and by several
    workers at a time."""
    debut = maintenant or horloge.maintenant()
    demande = app.demandes.reserver_pieces(debut, debut + RESERVATION)
    if demande is None:
        return False
    obtenus: dict[str, Obtenu | LienInjoignable | LienRefuse | FichierTropGros] = {}
    for piece in app.livres.pieces_jointes(demande.dossier, demande.id):
        if piece.uri is None or (piece.prochain is not None and piece.prochain > debut):
            continue
        if piece.uri not in obtenus:  # the lines of an entry often name the same document
            obtenus[piece.uri] = _fetch(piece.uri, app)
        suite = after(piece, obtenus[piece.uri], demande, app, debut)
        app.livres.noter_piece(demande.dossier, demande.id, suite)
    pieces = app.livres.pieces_jointes(demande.dossier, demande.id)
    prochaines = [piece.prochain for piece in pieces if piece.etat == "a_prendre" and piece.prochain is not None]
    app.demandes.noter_pieces(demande.id, summary(pieces), min(prochaines, default=None))
    return True


def after(
    piece: PieceJointe,
    obtenu: Obtenu | LienInjoignable | LienRefuse | FichierTropGros,
    demande: Demande,
    app: Ports,
    maintenant: datetime,
) -> PieceJointe:
    """What an attachment becomes after a try: kept, to be tried again later, or missing."""
    essais = piece.essais + 1
    if isinstance(obtenu, tuple):
        sha256, taille_octets = obtenu
        nom = file_name(piece.uri or "") or f"piece-{piece.numero_ligne}"
        return replace(
            piece, etat="prise", uri=None, essais=essais, prochain=None,
            nom_fichier=nom, sha256=sha256, taille_octets=taille_octets, motif=None,
        )  # fmt: skip
    limits = app.limits
    fin = demande.creation + timedelta(seconds=limits.lien_essais_duree_s)
    if isinstance(obtenu, LienInjoignable) and not obtenu.definitif and maintenant < fin:
        attente = min(limits.lien_attente_initiale_s * 2 ** min(essais, 30), limits.lien_attente_max_s)
        suivant = maintenant + timedelta(seconds=attente)
        return replace(piece, essais=essais, prochain=suivant, motif=obtenu.message)
    return replace(piece, etat="manquante", uri=None, essais=essais, prochain=None, motif=obtenu.message)


def summary(pieces: Sequence[PieceJointe]) -> dict[str, Any]:
    """Attachments as the compte rendu says them; the addresses are not in it."""
    return {
        "a_prendre": sum(piece.etat == "a_prendre" for piece in pieces),
        "prises": sum(piece.etat == "prise" for piece in pieces),
        "manquantes": [
            {"numero_ligne": piece.numero_ligne, "motif": piece.motif} for piece in pieces if piece.etat == "manquante"
        ],
    }


def _fetch(uri: str, app: Ports) -> Obtenu | LienInjoignable | LienRefuse | FichierTropGros:
    try:
        return app.originaux.garder(app.liens.telecharger(uri, app.limits), app.limits.fichier_taille_octets_max)
    except (LienInjoignable, LienRefuse, FichierTropGros) as refus:
        return refus
