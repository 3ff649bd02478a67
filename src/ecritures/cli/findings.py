"""Findings on a terminal: their place, the raw value, the message and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from ecritures.cli.display import print_table, shorten

if TYPE_CHECKING:
    from rich.console import Console

MONTRES_MAX = 20
"""Findings shown without ``--tout``: what a person reads before correcting."""

TRANCHE = 500
"""Findings to a table: the first are shown before the last are laid out."""


def print_findings(sortie: Console, constats: Iterable[Mapping[str, Any]]) -> int:
    """Tables of findings (the keys of the public JSON); how many there were."""
    nombre, reste = 0, iter(constats)
    while tranche := list(islice(reste, TRANCHE)):
        nombre += len(tranche)
        print_table(
            sortie,
            "",
            ("Gravité", "Ligne", "Colonnes", "Zone", "Valeur", "Constat"),
            (_row(constat) for constat in tranche),
            droite=("Ligne",),
        )
    return nombre


def _row(constat: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        str(constat["severite"]).capitalize(),
        constat["numero_ligne"],
        place_columns(constat),
        constat["zone"],
        None if constat["valeur"] is None else shorten(str(constat["valeur"])),
        f"{constat['message']}\n→ {constat['remede']}",
    )


def place_columns(constat: Mapping[str, Any]) -> str | None:
    """« 131-150 », « 130 » for one column, None for a whole line."""
    debut, fin = constat["colonne_debut"], constat["colonne_fin"]
    if debut is None:
        return None
    return str(debut) if debut == fin else f"{debut}-{fin}"
