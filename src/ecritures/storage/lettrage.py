"""Lettering in the books. Each act is a receipt that says, line by line, what the lettering was and became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from ecritures.domain.errors import ExerciceClos, LettrageInconnu, LigneInconnue
from ecritures.ledger.lettrage import CleLigne, plan_lettrage
from ecritures.ledger.recu import Recu
from ecritures.storage import chaine
from ecritures.storage.tables import EXERCICES, LIGNES

_CLE = ("import_rang", "ecriture", "numero_ligne", "rang")
_LUES = {
    **dict.fromkeys(_CLE, pl.Int64),
    "exercice": pl.String,
    "date": pl.Date,
    "compte": pl.String,
    "tiers": pl.String,
    "lettrage": pl.String,
    "date_lettrage": pl.Date,
    "type_ecriture": pl.String,
    "debit_centimes": pl.Int64,
    "credit_centimes": pl.Int64,
}


def letter(
    connexion: sa.Connection,
    dossier: int,
    cles: Sequence[CleLigne],
    code: str | None,
    partiel: bool,
    faits: Mapping[str, Any],
) -> Recu:
    """Letters these lines. Raises LigneInconnue, ExerciceClos, LettrageRefuse."""
    chaine.lock(connexion, dossier)
    lignes = _lines_of(connexion, dossier, sorted(set(cles)))
    du_compte = lignes.clear()
    if not lignes.is_empty():
        _refuse_closed(connexion, dossier, lignes)
        compte, tiers = lignes.select("compte", "tiers").row(0)
        du_compte = _read(connexion, dossier, *_of_account(compte, tiers), LIGNES.c.lettrage.is_not(None))
    decision = plan_lettrage(lignes, du_compte, code, partiel=partiel)
    faits = {
        **faits,
        "compte": compte,
        "tiers": tiers,
        "lettrage": decision.code,
        "solde_centimes": decision.solde_centimes,
    }
    return _change(connexion, dossier, lignes, decision.code, decision.jour, "lettrage", faits)


def unletter(
    connexion: sa.Connection,
    dossier: int,
    compte: str,
    tiers: str | None,
    code: str,
    exercice: str | None,
    faits: Mapping[str, Any],
) -> Recu:
    """Takes that code off every line of the account and third party that bears it, in one exercice when it is named.

    Raises LettrageInconnu, ExerciceClos.
    """
    chaine.lock(connexion, dossier)
    conditions = [*_of_account(compte, tiers), LIGNES.c.lettrage == code]
    conditions += [LIGNES.c.exercice == exercice] if exercice is not None else []
    lignes = _read(connexion, dossier, *conditions)
    if lignes.is_empty():
        raise LettrageInconnu(code, compte)
    _refuse_closed(connexion, dossier, lignes)
    faits = {**faits, "compte": compte, "tiers": tiers, "lettrage": code}
    return _change(connexion, dossier, lignes, None, None, "delettrage", faits)


def _change(
    connexion: sa.Connection,
    dossier: int,
    lignes: pl.DataFrame,
    code: str | None,
    jour: date | None,
    sorte: str,
    faits: Mapping[str, Any],
) -> Recu:
    ordre = (
        sa.update(LIGNES)
        .where(LIGNES.c.dossier == dossier, *(LIGNES.c[nom] == sa.bindparam(f"cle_{nom}") for nom in _CLE))
        .values(lettrage=code, date_lettrage=jour)
    )
    connexion.execute(ordre, [{f"cle_{nom}": r[nom] for nom in _CLE} for r in lignes.iter_rows(named=True)])
    changements = [
        [*(r[nom] for nom in _CLE), r["lettrage"], _iso(r["date_lettrage"]), code, _iso(jour)]
        for r in lignes.sort(_CLE).iter_rows(named=True)
    ]
    return chaine.append(connexion, dossier, sorte, {**faits, "lignes": lignes.height, "changements": changements})


def _of_account(compte: str, tiers: str | None) -> list[sa.ColumnElement[bool]]:
    return [LIGNES.c.compte == compte, LIGNES.c.tiers.is_(None) if tiers is None else LIGNES.c.tiers == tiers]


def _lines_of(connexion: sa.Connection, dossier: int, cles: Sequence[CleLigne]) -> pl.DataFrame:
    """Found by their numbers, one read a receipt. Raises LigneInconnue for the first that is not there."""
    numeros: dict[int, list[int]] = {}
    for recu, numero, _ in cles:
        numeros.setdefault(recu, []).append(numero)
    lues = [
        _read(connexion, dossier, LIGNES.c.import_rang == recu, LIGNES.c.numero_ligne.in_(choisis))
        for recu, choisis in numeros.items()
    ]
    toutes = pl.concat([pl.DataFrame(schema=_LUES), *lues])
    trouvees = {cle: n for n, cle in enumerate(toutes.select("import_rang", "numero_ligne", "rang").iter_rows())}
    for cle in cles:
        if cle not in trouvees:
            raise LigneInconnue(*cle)
    return toutes[[trouvees[cle] for cle in cles]]


def _read(connexion: sa.Connection, dossier: int, *conditions: sa.ColumnElement[bool]) -> pl.DataFrame:
    requete = sa.select(*(LIGNES.c[nom] for nom in _LUES)).where(LIGNES.c.dossier == dossier, *conditions)
    return pl.DataFrame([tuple(r) for r in connexion.execute(requete)], schema=_LUES, orient="row")


def _refuse_closed(connexion: sa.Connection, dossier: int, lignes: pl.DataFrame) -> None:
    clos = connexion.execute(
        sa.select(EXERCICES.c.code).where(
            EXERCICES.c.dossier == dossier,
            EXERCICES.c.est_clos == 1,
            EXERCICES.c.code.in_(lignes["exercice"].unique().to_list()),
        )
    ).scalars()
    if codes := sorted(clos):
        raise ExerciceClos(codes)


def _iso(jour: date | None) -> str | None:
    return None if jour is None else jour.isoformat()
