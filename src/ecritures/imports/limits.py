"""Bounds of an import, each with its reason. All can be set by ``ECRITURES_<NAME>`` (see settings.py)."""

from __future__ import annotations

from dataclasses import dataclass

MIO = 1 << 20

PURGE_LIGNES_MAX = 5_000
"""Rows or files that one task of the hourly purge removes at a time: some tens of milliseconds under the write lock."""


@dataclass(frozen=True)
class Limits:
    """Defaults follow the contract where it names a figure (loop-api.md, section 19-46)."""

    fichier_taille_octets_max: int = 133 * MIO
    """Largest file accepted: the figure integrators quote for Loop."""

    corps_taille_octets_max: int = 50 * MIO
    """Largest JSON body: a JSON import carries its entries in it."""

    depot_validite_s: int = 48 * 3600
    """Life of a deposit URL: the contract asks at least 24 h so that an interruption can be bridged."""

    televersement_validite_s: int = 48 * 3600
    """Life of an upload by pieces, from its opening: as long as a deposit URL, for the same interruptions."""

    lien_essais_duree_s: int = 24 * 3600
    """How long an unreachable URL is tried again (the contract's 24 h). The import stays in state 2 meanwhile."""

    lien_attente_initiale_s: float = 2.0
    """First wait before another try; doubled each time, up to ``lien_attente_max_s``."""

    lien_attente_max_s: float = 900.0
    """Longest wait between two tries: a link repaired in the evening is read within a quarter of an hour."""

    lien_duree_max_s: float = 600.0
    """Longest download: 133 MiB at 2 Mbit/s. A server that drips bytes cannot hold a worker longer."""

    lien_connexion_s: float = 10.0
    """Longest wait for a connection, and for each read."""

    lien_redirections_max: int = 5
    """Redirections followed, each checked as the first address."""

    idempotence_duree_s: int = 30 * 86_400
    """How long an Idempotency-Key and its answer are kept: a month's closing is often sent again within it."""

    livraisons_duree_s: int = 30 * 86_400
    """How long the deliveries of webhooks are listed: ten times as long as one is tried, and a month's closing over."""

    requetes_duree_s: int = 7 * 86_400
    """How long the log of requests is kept: who writes a client looks at what was sent this week."""

    constats_max: int = 100_000
    """Findings kept for one import; their totals stay true beyond."""
