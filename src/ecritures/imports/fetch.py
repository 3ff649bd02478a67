"""Step 2: get the bytes once, within limits, and keep the original under its SHA-256."""

from __future__ import annotations

from collections.abc import Iterator

from ecritures.domain.errors import DepotAbsent
from ecritures.imports.ports import Demande, Ports


def fetch(demande: Demande, app: Ports) -> str:
    """SHA-256 of the original, kept. Safe to run again: an original already noted is not fetched twice.

    Raises DepotAbsent, LienRefuse, LienInjoignable, FichierTropGros.
    """
    if demande.sha256 is not None:
        return demande.sha256
    sha256, taille_octets = app.originaux.garder(_source(demande, app), app.limits.fichier_taille_octets_max)
    app.demandes.noter_original(demande.id, sha256, taille_octets)
    return sha256


def _source(demande: Demande, app: Ports) -> Iterator[bytes]:
    if demande.uri:
        return app.depots.lire(demande.domain, demande.uri)
    if demande.url is None:
        raise DepotAbsent
    uri = app.depots.reconnaitre(demande.url)  # our own deposit URL given back as URL: some clients do
    if uri is not None:
        return app.depots.lire(demande.domain, uri)
    return app.liens.telecharger(demande.url, app.limits)
