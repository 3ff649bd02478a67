"""Findings of an import, page by page in file order: forwards, backwards, from a line, of a rule or a severity."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from ecritures.domain.constat import CONSTATS as SCHEMA_CONSTATS
from ecritures.storage.tables import CONSTATS

_COLONNES = [CONSTATS.c[nom] for nom in ("rang", *SCHEMA_CONSTATS)]
_SCHEMA: dict[str, type[pl.DataType]] = {"rang": pl.Int64, **SCHEMA_CONSTATS}


def page(
    connexion: sa.Connection,
    dossier: int,
    import_id: str,
    *,
    apres: int,
    avant: int | None,
    limite: int,
    code: str | None,
    severite: str | None,
    lignes: tuple[int, int] | None,
) -> pl.DataFrame:
    """``rang`` and CONSTATS, by rank (with ``lignes``, by line first). ``code``: a rule's id, which always has a point
    in it, or a printed code, which never has. ``avant``: the last ones below that rank, instead of the first
    ones after ``apres``."""
    requete = sa.select(*_COLONNES).where(CONSTATS.c.dossier == dossier, CONSTATS.c.import_id == import_id)
    if apres or lignes is None:  # left out, the lines are found by their own index
        requete = requete.where(CONSTATS.c.rang > apres)
    if avant is not None:
        requete = requete.where(CONSTATS.c.rang < avant)
    if code is not None:
        requete = requete.where(CONSTATS.c.id == code if "." in code else CONSTATS.c.code == code)
    if severite is not None:
        requete = requete.where(CONSTATS.c.severite == severite)
    if lignes is not None:
        requete = requete.where(CONSTATS.c.numero_ligne.between(*lignes))
    colonnes = [CONSTATS.c.rang] if lignes is None else [CONSTATS.c.numero_ligne, CONSTATS.c.rang]
    ordre = [colonne.asc() if avant is None else colonne.desc() for colonne in colonnes]
    rangees = [tuple(r) for r in connexion.execute(requete.order_by(*ordre).limit(limite))]
    return pl.DataFrame(rangees if avant is None else rangees[::-1], schema=_SCHEMA, orient="row")
