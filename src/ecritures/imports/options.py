"""What the request brings to the reading: the saved model, the establishment to feed, the options of a JSON import."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lecture
from ecritures.domain.modele import Modele
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.imports.options_json import TIERS_ATTENTE, Parametres, appliquer
from ecritures.imports.ports import Demande, Dossier, Ports


def saved_model(demande: Demande) -> Modele | None:
    """The custom model as it was when the request came. Raises ModeleInvalide."""
    texte = (demande.options or {}).get("modele")
    return lire_modele(str(texte)) if texte is not None else None


def apply_request(
    lecture: Lecture, contexte: Contexte, demande: Demande, dossier: Dossier, app: Ports
) -> tuple[Lecture, Contexte]:
    """The lot as the request wants it. Safe to run again: the same bytes and books give the same lot."""
    if lecture.lot is None or (demande.format == "perso" and demande.siret is None):
        return lecture, contexte
    connus = app.livres.reference(dossier.dossier, "etablissements").drop_nulls("siret")
    codes = dict(connus.select("siret", "code").iter_rows())
    if demande.format == "json":
        parametres = Parametres(
            dossier.domain, dossier.code_ibs, dossier.compte_attente, dossier.tiers_attente or TIERS_ATTENTE, codes
        )
        return appliquer(lecture, contexte, parametres)
    code = codes.get(demande.siret or "")
    lignes = lecture.lot.lignes.with_columns(pl.col("etablissement").fill_null(pl.lit(code, pl.String)))
    return replace(lecture, lot=replace(lecture.lot, lignes=lignes)), contexte
