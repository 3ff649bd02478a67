"""Reprise: the exercices that a whole folder (a TRA file of kind DOS) brings with it."""

from __future__ import annotations

from datetime import date

import polars as pl

from ecritures.domain.contexte import EXERCICES_DOSSIER, Contexte
from ecritures.domain.lot import Lot

EXERCICES_A_CREER = {**EXERCICES_DOSSIER, "libelle": pl.String}

ETATS_CLOS = ("CDE", "CPR", "CLO")
"""States of an exercice that takes no more entries: closed for good, closed provisionally, closed (EXO, ETATCPTA)."""
PAS_OUVERT = "NON"
CODE_MAX = 20


def exercices_a_creer(lot: Lot, contexte: Contexte) -> pl.DataFrame:
    """Exercices of a folder that the dossier lacks (EXERCICES_A_CREER), by date; empty for any other file.

    An exercice that overlaps one of the dossier, or bears its code, is not created: the dossier's is never altered. One
    that is not open yet has no entry, and is left out.
    """
    vide = pl.DataFrame(schema=EXERCICES_A_CREER)
    if contexte.exercices is None or lot.format != "tra" or lot.entete.get("TYPEFICHIER") != "DOS":
        return vide
    pris: list[tuple[str, date, date]] = list(
        contexte.exercices.select("code", "debut", "fin").drop_nulls().iter_rows()
    )
    nouveaux = []
    proposes = lot.exercices.drop_nulls(["code", "debut", "fin"]).sort("debut", "numero_ligne")
    for code, debut, fin, etat, libelle in proposes.select("code", "debut", "fin", "etat", "libelle").iter_rows():
        libre = all(code != c and (fin < d or debut > f) for c, d, f in pris)
        if libre and debut <= fin and etat != PAS_OUVERT and len(code) <= CODE_MAX:
            pris.append((code, debut, fin))
            nouveaux.append((code, debut, fin, etat in ETATS_CLOS, libelle))
    return pl.DataFrame(nouveaux, schema=EXERCICES_A_CREER, orient="row") if nouveaux else vide


def exercices_du_lot(lot: Lot, contexte: Contexte) -> pl.DataFrame | None:
    """The exercices in which the lot may post: the dossier's and those that the file brings; None when not known."""
    if contexte.exercices is None:
        return None
    apportes = exercices_a_creer(lot, contexte).select(EXERCICES_DOSSIER.keys())
    return pl.concat([contexte.exercices.select(EXERCICES_DOSSIER.keys()), apportes])
