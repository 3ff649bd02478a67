"""What of a file the books already hold: told in the compte rendu always, as findings when the dossier asks for it.

The books are read in two sieves: summaries of the entries of the same journals and days, computed by the database, then the
lines of those alone whose summary is an entry's of the file. A new file reads no line at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ecritures.domain.constat import Severity
from ecritures.domain.contexte import PRESENTES, Contexte
from ecritures.domain.lot import Lot
from ecritures.imports.ports import Demande, Dossier, Ports
from ecritures.ledger.codes import codes_du_dossier
from ecritures.ledger.doublons import candidates, deja_presentes, empreinte_contenu

LISTE_MAX = 1000
"""Entries listed in a compte rendu; their number stays true beyond."""
ACCEPTER, AVERTIR, REFUSER = "accepter", "avertir", "refuser"
REGLE = "ecriture.deja_presente"


@dataclass(frozen=True, eq=False)
class Doublons:
    """``presentes``: PRESENTES. ``memes_contenus``: earlier imports, still in the books, of the very same entries."""

    politique: str
    empreinte: str
    presentes: pl.DataFrame
    memes_contenus: tuple[str, ...]

    def dans(self, contexte: Contexte) -> Contexte:
        """The context in which the checks say it, as the dossier's policy has it."""
        if self.politique == ACCEPTER or self.presentes.is_empty():
            return contexte
        severites: Mapping[str, Severity] = contexte.severites
        if self.politique == REFUSER:
            severites = {**severites, REGLE: Severity.ERROR}
        return replace(contexte, presentes=self.presentes, severites=severites)

    def rendu(self) -> dict[str, Any]:
        """For the compte rendu: true counts, the first LISTE_MAX entries, each with where it is in the books."""
        liste = self.presentes.head(LISTE_MAX).with_columns(pl.col("date").cast(pl.String))
        return {
            "politique": self.politique,
            "empreinte_contenu": self.empreinte,
            "memes_contenus": list(self.memes_contenus),
            "ecritures": self.presentes.height,
            "lignes": int(self.presentes["lignes"].sum()),
            "liste": liste.to_dicts(),
        }


def find_duplicates(lot: Lot, contexte: Contexte, dossier: Dossier, demande: Demande, app: Ports) -> Doublons:
    """Compares the lot with the books, this import's own lines left out: it may run again after its posting."""
    lignes = codes_du_dossier(lot, contexte).remplacer(lot.lignes)
    empreinte = empreinte_contenu(lignes)
    app.demandes.noter_contenu(demande.id, empreinte)
    memes = app.demandes.memes_contenus(demande.dossier, empreinte, sauf=demande.id)
    return Doublons(dossier.doublons, empreinte, _presentes(lignes, demande, app), tuple(d.id for d in memes))


def _presentes(lignes: pl.DataFrame, demande: Demande, app: Ports) -> pl.DataFrame:
    vides = pl.DataFrame(schema=PRESENTES)
    datees = lignes.filter(pl.col("date").is_not_null() & pl.col("journal").is_not_null())
    if datees.is_empty():
        return vides
    bornes = datees.select(debut=pl.col("date").min(), fin=pl.col("date").max()).row(0)
    journaux = datees["journal"].unique().sort().to_list()
    resumes = app.livres.resumes_ecritures(demande.dossier, journaux, *bornes, sauf=demande.id)
    choisies = candidates(datees, resumes)
    if choisies.is_empty():
        return vides
    return deja_presentes(datees, app.livres.lignes_des_ecritures(demande.dossier, choisies))
