"""What a TRA file carries of a lot: which domain fields, and how long each may be. Read by the loss report.

Drawn from the layout, so that no width is written twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from ecritures.domain.lot import LIGNES, VENTILATIONS
from ecritures.formats.tra import layout

_SANS_LONGUEUR = frozenset({"date", "debit_centimes", "credit_centimes", "montant_devise", "echeance", "date_piece"})
_SANS_LONGUEUR_ETE = frozenset({"date_lettrage", "date_validation"})
_PAR_FICHE: Mapping[str, tuple[str, str]] = {
    "journal_libelle": ("JAL", "LIBELLE"),
    "compte_libelle": ("CGN", "LIBELLE"),
    "tiers_libelle": ("CAE", "LIBELLE"),
}
"""Labels that FEC repeats on each line: TRA says them once, in a parameter record."""

COUPES = frozenset({"libelle", *_PAR_FICHE})
"""Fields that the writer cuts on the right when they are too long. Any other text too long is refused."""


@cache
def porte(format_: Literal["STD", "ETE"], version: int = layout.VERSION_MAX) -> Mapping[str, int | None]:
    """``LIGNES`` field → the most characters it may have, None when its length does not matter. Absent: not carried."""
    etendu = format_ == "ETE"
    record, largeur = layout.mouvement(etendu), layout.largeur_mouvement(etendu, version)
    portes: dict[str, int | None] = {}
    for champ in LIGNES:
        if champ in _PAR_FICHE:
            code, zone = _PAR_FICHE[champ]
            portes[champ] = layout.records()[code].zone(zone).width
        elif (nom := layout.ZONES.get(champ)) is not None and nom in record and record.zone(nom).end <= largeur:
            sans = champ in _SANS_LONGUEUR or champ in _SANS_LONGUEUR_ETE
            portes[champ] = None if sans else record.zone(nom).width
    return portes


@cache
def porte_ventilations(format_: Literal["STD", "ETE"]) -> Mapping[str, int | None]:
    """The same for ``VENTILATIONS`` fields: analytic shares."""
    record = layout.analytique(format_ == "ETE")
    return {
        champ: None if champ in _SANS_LONGUEUR else record.zone(nom).width
        for champ in VENTILATIONS
        if (nom := layout.ZONES.get(champ)) is not None and nom in record
    }


PORTE_STD: Mapping[str, int | None] = porte("STD")
PORTE_ETE: Mapping[str, int | None] = porte("ETE")
