"""Columns of an import that the history sorts and filters by, drawn from what the register holds anyway."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ecritures.imports.historique import Etat, cle_de_nom

INCONNU = -1
"""Stored for a measure that is not known: it sorts last when the greatest come first, and a keyset has no null to mind."""


def known(valeur: int | None) -> int | None:
    return None if valeur is None or valeur == INCONNU else valeur


def mesures(compte_rendu: Mapping[str, Any]) -> dict[str, int]:
    """Lines and debits of the file, as its compte rendu says; nothing when it could not be read."""
    fichier = compte_rendu.get("fichier") or {}
    lues = {"lignes": fichier.get("lignes"), "montant_centimes": fichier.get("debit_centimes")}
    return {nom: valeur for nom, valeur in lues.items() if isinstance(valeur, int)}


def fill_history(connexion: sa.Connection) -> None:
    """Fills these columns for the imports registered before they existed (revision 0003)."""
    table = sa.table(
        "imports", *(sa.column(n) for n in ("rang", "state", "nom_fichier", "compte_rendu", "annulation_ms", "etat", "nom_cle", "lignes", "montant_centimes"))
    )  # fmt: skip
    lues = sa.select(table.c.rang, table.c.state, table.c.nom_fichier, table.c.compte_rendu, table.c.annulation_ms)
    for rang, state, nom, rendu, annulation in connexion.execute(lues).all():
        valeurs = {"etat": Etat.ANNULE.value if annulation is not None else state, "nom_cle": cle_de_nom(nom)}
        valeurs |= mesures(json.loads(rendu)) if rendu else {}
        connexion.execute(sa.update(table).where(table.c.rang == rang).values(valeurs))
