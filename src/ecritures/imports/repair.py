"""Repair of a file by a recipe: the bytes it becomes, and a report of each line changed. Pure: bytes in, bytes out.

The same recipe on the same bytes gives the same bytes. A recipe that changes nothing gives the file back as it is. A step
that has no leave to touch amounts cannot: the totals are counted again on the result, and the whole is refused when they
moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ecritures.domain.constat import Releve
from ecritures.domain.lot import Lecture, Lot, OptionsLecture
from ecritures.domain.montant import euros
from ecritures.formats import FORMATS
from ecritures.formats.conteneur import est_archive
from ecritures.imports.repairs.actions import appliquer
from ecritures.imports.repairs.feuille import FINS, Feuille, ouvrir
from ecritures.imports.repairs.recette import Etape, Recette, RecetteInvalide, lire
from ecritures.imports.repairs.structure import CHANGEMENTS

CORRECTIONS: dict[str, type[pl.DataType]] = {"etape": pl.UInt16, "action": pl.String, **CHANGEMENTS, "motif": pl.String}
"""Columns of the report: one row a zone or a line changed, in the order of the steps, then of the file."""


@dataclass(frozen=True, eq=False)
class Reparation:
    """What a recipe made of a file. ``octets``: the file repaired, the same object when nothing changed. ``lecture``: it,
    read again. ``par_etape``: how many changes each step made, in order, zero included."""

    recette: Recette
    octets: bytes
    lecture: Lecture
    corrections: pl.DataFrame
    par_etape: tuple[int, ...]

    def public(self) -> dict[str, Any]:
        """The public JSON."""
        etapes = [
            {"etape": e.rang, "action": e.action.nom, "motif": e.motif, "changements": n}
            for e, n in zip(self.recette.etapes, self.par_etape, strict=True)
        ]
        return {
            "recette": self.recette.nom,
            "etapes": etapes,
            "total": self.corrections.height,
            "corrections": self.corrections.to_dicts(),
        }


def reparer(octets: bytes, lecture: Lecture, recette: Recette, options: OptionsLecture) -> Reparation:
    """Applies every step in order. ``lecture``: the file, read with those options. Raises RecetteInvalide."""
    lot = lecture.lot
    if lot is None:
        raise RecetteInvalide("Le fichier ne peut pas être lu du tout : aucune recette ne s'y applique.")
    if est_archive(octets):
        raise RecetteInvalide("Une recette s'applique au fichier lui-même : décompresser d'abord l'archive.")
    if lot.format != recette.format:
        raise RecetteInvalide(
            f"La recette est faite pour un {recette.format.upper()}, le fichier est un {lot.format.upper()}."
        )
    feuille: Feuille = ouvrir(lot)
    cadres = [pl.DataFrame(schema=CORRECTIONS)]
    for etape in recette.etapes:
        feuille, changements = _step(feuille, etape, lecture.releves)
        cadres.append(_told(etape, changements))
    par_etape = tuple(cadre.height for cadre in cadres[1:])
    if any(par_etape):
        cadres.append(_unasked(octets, lot))
    corrections = pl.concat(cadres)
    if corrections.is_empty():
        return Reparation(recette, octets, lecture, corrections, par_etape)
    repare = feuille.sortie.octets(feuille.lignes())
    relu = FORMATS[recette.format].read(repare, options)
    _check_totals(recette, lot, relu)
    return Reparation(recette, repare, relu, corrections, par_etape)


def _unasked(octets: bytes, lot: Lot) -> pl.DataFrame:
    """What writing the lines again changes beside the steps, told as step 0."""
    fin = lot.detection.fin_de_ligne
    rangees = [("fins de ligne", fin, "CRLF")] if fin not in (*FINS, "aucune") else []
    if octets.rstrip(b"\r\n").endswith(b"\x1a") and lot.format == "fec":
        rangees.append(("marque de fin de fichier", "0x1A", ""))
    motif = "Une seule fin de ligne, et rien après la dernière : le reste du fichier est inchangé."
    lignes = [(0, "ecrire", None, f"fichier, {quoi}", avant, apres, motif) for quoi, avant, apres in rangees]
    return pl.DataFrame(lignes, schema=CORRECTIONS, orient="row")


def _step(feuille: Feuille, etape: Etape, releves: Sequence[Releve]) -> tuple[Feuille, pl.DataFrame]:
    apres, changements = appliquer(feuille, etape, releves)
    if etape.idempotente and changements.height:
        encore = appliquer(apres, etape, releves)[1]
        if encore.height:
            premiere = encore.row(0, named=True)
            raise etape.refuse(
                f"déclarée idempotente, elle change encore la ligne {premiere['numero_ligne']} ({premiere['avant']} → {premiere['apres']}) "
                "quand on l'applique deux fois."
            )
    return apres, changements


def _told(etape: Etape, changements: pl.DataFrame) -> pl.DataFrame:
    return changements.select(
        pl.lit(etape.rang, pl.UInt16).alias("etape"),
        pl.lit(etape.action.nom).alias("action"),
        *CHANGEMENTS,
        pl.lit(etape.motif).alias("motif"),
    )


def _check_totals(recette: Recette, avant: Lot, relu: Lecture) -> None:
    if relu.lot is None:
        raise RecetteInvalide("Le fichier réparé ne pourrait plus être lu : la recette n'est pas appliquée.")
    if any(etape.touche_aux_montants for etape in recette.etapes):
        return
    apres = relu.lot
    for nom, a, b in (
        ("débit", avant.debit_centimes, apres.debit_centimes),
        ("crédit", avant.credit_centimes, apres.credit_centimes),
    ):
        if a != b:
            raise RecetteInvalide(
                f"La recette changerait le total {nom}, de {euros(a)} à {euros(b)}, sans qu'une étape dise touche_aux_montants = true : "
                "elle n'est pas appliquée."
            )


__all__ = ["CORRECTIONS", "Recette", "RecetteInvalide", "Reparation", "lire", "reparer"]
