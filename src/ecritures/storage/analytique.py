"""Reads of the analytic shares (imports.analytique.Analytique). A share names its line by receipt and number."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

import polars as pl
import sqlalchemy as sa

from ecritures.domain.errors import CurseurInvalide
from ecritures.storage.livres import LivresSql
from ecritures.storage.rapports import NORMALES
from ecritures.storage.tables import LIGNES, VENTILATIONS

_BALANCE = {
    "axe": pl.String,
    "section": pl.String,
    "debit_centimes": pl.Int64,
    "credit_centimes": pl.Int64,
    "nombre": pl.Int64,
}
_PARTS = {
    "import_rang": pl.Int64,
    "numero": pl.Int64,
    "ecriture": pl.Int64,
    "numero_ligne": pl.Int64,
    "exercice": pl.String,
    "date": pl.Date,
    "journal": pl.String,
    "compte": pl.String,
    "libelle": pl.String,
    "reference": pl.String,
    "debit_centimes": pl.Int64,
    "credit_centimes": pl.Int64,
}
_SECTION = sa.func.coalesce(VENTILATIONS.c.section, "")


class AnalytiqueSql:
    """``livres`` gives the base of a dossier's books."""

    def __init__(self, livres: LivresSql) -> None:
        self._livres = livres

    def balance(self, dossier: int, exercice: str | None = None) -> pl.DataFrame:
        sommes = [
            sa.cast(sa.func.sum(VENTILATIONS.c.debit_centimes), sa.BigInteger),
            sa.cast(sa.func.sum(VENTILATIONS.c.credit_centimes), sa.BigInteger),
            sa.func.count(),
        ]
        requete = (
            sa.select(VENTILATIONS.c.axe, _SECTION, *sommes)
            .select_from(_with_lines(dossier))
            .where(*_of(dossier, exercice))
            .group_by(VENTILATIONS.c.axe, _SECTION)
        )
        with self._livres.base(dossier).lecture() as connexion:
            rangees = [tuple(r) for r in connexion.execute(requete)]
        return pl.DataFrame(rangees, schema=_BALANCE, orient="row").sort("axe", "section")

    def lignes(
        self, dossier: int, axe: str, section: str, exercice: str | None, *, apres: str | None = None, limite: int = 100
    ) -> tuple[pl.DataFrame, str | None]:
        v, c = VENTILATIONS.c, LIGNES.c
        ordre = (v.import_rang, v.numero_ligne)
        colonnes = (
            v.import_rang, v.numero_ligne, c.ecriture, c.numero_ligne, c.exercice, c.date, c.journal, c.compte, c.libelle,
            sa.func.coalesce(c.reference, c.numero_piece), v.debit_centimes, v.credit_centimes,
        )  # fmt: skip
        celle_ci = v.section == section if section else v.section.is_(None)
        requete = (
            sa.select(*colonnes)
            .select_from(_with_lines(dossier))
            .where(*_of(dossier, exercice), v.axe == axe, celle_ci)
        )
        if apres:
            requete = requete.where(sa.tuple_(*ordre) > sa.tuple_(*map(sa.literal, _read_cursor(apres))))
        with self._livres.base(dossier).lecture() as connexion:
            rangees = connexion.execute(requete.order_by(*ordre).limit(limite + 1)).all()
        cadre = pl.DataFrame([tuple(r) for r in rangees[:limite]], schema=_PARTS, orient="row")
        suite = len(rangees) > limite
        curseur = json.dumps([int(cadre[nom][-1]) for nom in ("import_rang", "numero")]) if suite else ""
        return cadre.drop("numero"), base64.urlsafe_b64encode(curseur.encode()).decode() if suite else None


def _with_lines(dossier: int) -> sa.Join:
    return VENTILATIONS.join(
        LIGNES,
        sa.and_(
            LIGNES.c.dossier == dossier,
            LIGNES.c.import_rang == VENTILATIONS.c.import_rang,
            LIGNES.c.numero_ligne == VENTILATIONS.c.ligne_mere,
            LIGNES.c.rang == 0,
        ),
    )


def _of(dossier: int, exercice: str | None) -> list[sa.ColumnElement[bool]]:
    conditions = [VENTILATIONS.c.dossier == dossier, LIGNES.c.type_ecriture.in_(NORMALES)]
    return conditions if exercice is None else [*conditions, LIGNES.c.exercice == exercice]


def _read_cursor(curseur: str) -> list[Any]:
    """Raises CurseurInvalide."""
    try:
        contenu = json.loads(base64.urlsafe_b64decode(curseur.encode("ascii")))
    except (ValueError, binascii.Error) as erreur:
        raise CurseurInvalide from erreur
    if (
        not isinstance(contenu, list)
        or len(contenu) != 2
        or not all(type(n) is int and 0 <= n < 2**62 for n in contenu)
    ):
        raise CurseurInvalide
    return contenu
