"""Reads of third parties (imports.auxiliaire.Auxiliaire): from the index of their lines, which holds all that balances need."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from ecritures.domain.errors import CurseurInvalide
from ecritures.imports.auxiliaire import LIGNES_OUVERTES_MAX, TRANCHES, Ouvertes, bornes_tranches, portee
from ecritures.ledger.cloture import JOURNAL, NATURE_JOURNAL
from ecritures.storage.livres import LivresSql
from ecritures.storage.rapports import COLONNES_PAGE, GENRES_PAGE, NORMALES
from ecritures.storage.tables import EXERCICES, JOURNAUX, LIGNES, SOLDES, TIERS, Jour

_ORDRE = ("import_rang", "ecriture", "numero_ligne", "rang")
_PAR_DATE = (LIGNES.c.date, *(LIGNES.c[nom] for nom in _ORDRE))
_SOLDE = LIGNES.c.debit_centimes - LIGNES.c.credit_centimes
_OUVERTE = sa.or_(LIGNES.c.lettrage.is_(None), LIGNES.c.lettrage != sa.func.upper(LIGNES.c.lettrage))
_SOMMES = {
    "debit_centimes": sa.cast(sa.func.sum(LIGNES.c.debit_centimes), sa.BigInteger),
    "credit_centimes": sa.cast(sa.func.sum(LIGNES.c.credit_centimes), sa.BigInteger),
    "nombre": sa.func.count(),
    "ouvertes": sa.cast(sa.func.sum(sa.case((_OUVERTE, 1), else_=0)), sa.BigInteger),
    "solde_ouvert_centimes": sa.cast(sa.func.sum(sa.case((_OUVERTE, _SOLDE), else_=0)), sa.BigInteger),
}
_TIERS = {"code": pl.String, "libelle": pl.String, "nature": pl.String, "collectif": pl.String, "est_ferme": pl.Int64}
_PAR_SOMME = dict.fromkeys(_SOMMES, pl.Int64)
_GROUPES = {
    "code": pl.String,
    "exercice": pl.String,
    "lignes": pl.Int64,
    "debit_centimes": pl.Int64,
    "credit_centimes": pl.Int64,
    "premiere": pl.Date,
    "derniere": pl.Date,
}


class AuxiliaireSql:
    """``livres`` gives the base of a dossier's books."""

    def __init__(self, livres: LivresSql) -> None:
        self._livres = livres

    def portee(self, dossier: int, exercice: str) -> tuple[str, ...]:
        with self._livres.base(dossier).lecture() as connexion:
            tous = [
                (str(e.code), e.debut)
                for e in connexion.execute(
                    sa.select(EXERCICES.c.code, EXERCICES.c.debut)
                    .where(EXERCICES.c.dossier == dossier)
                    .order_by(EXERCICES.c.debut)
                )
            ]
            return portee(tous, _with_openings(connexion, dossier), exercice)

    def tiers(
        self,
        dossier: int,
        exercices: Sequence[str],
        *,
        q: str = "",
        ouverts: bool = False,
        apres: str = "",
        limite: int = 50,
    ) -> tuple[pl.DataFrame, str | None]:
        requete = sa.select(*(TIERS.c[nom] for nom in _TIERS)).where(TIERS.c.dossier == dossier, TIERS.c.code > apres)
        for mot in q.split():
            requete = requete.where(sa.or_(_contains(TIERS.c.code, mot), _contains(TIERS.c.libelle, mot)))
        with self._livres.base(dossier).lecture() as connexion:
            if ouverts:
                requete = requete.where(TIERS.c.code.in_(_open_codes(dossier, exercices)))
            rangees = connexion.execute(requete.order_by(TIERS.c.code).limit(limite + 1)).all()
            page = pl.DataFrame([tuple(r) for r in rangees[:limite]], schema=_TIERS, orient="row")
            sommes = _sums(
                connexion, "code", LIGNES.c.tiers, *_of(dossier, exercices), LIGNES.c.tiers.in_(page["code"].to_list())
            )
        suite = page["code"][-1] if len(rangees) > limite else None
        return page.join(sommes, on="code", how="left", maintain_order="left").with_columns(
            pl.col(list(_SOMMES)).fill_null(0)
        ), suite

    def comptes(self, dossier: int, tiers: str, exercices: Sequence[str]) -> pl.DataFrame:
        with self._livres.base(dossier).lecture() as connexion:
            return _sums(connexion, "compte", LIGNES.c.compte, *_of(dossier, exercices), LIGNES.c.tiers == tiers)

    def lignes(
        self, dossier: int, tiers: str, exercices: Sequence[str], *, apres: str | None = None, limite: int = 100
    ) -> tuple[pl.DataFrame, str | None]:
        curseur = _read_cursor(apres) if apres else None
        conditions = [*_of(dossier, exercices), *_of_tiers(tiers)]
        if curseur is not None:
            ici = [sa.literal(date.fromordinal(curseur[0]), Jour), *map(sa.literal, curseur[1:-1])]
            conditions.append(sa.tuple_(*_PAR_DATE) > sa.tuple_(*ici))
        with self._livres.base(dossier).lecture() as connexion:
            rangees = connexion.execute(_lines(dossier, conditions, limite + 1)).all()
        cadre = pl.DataFrame([tuple(r) for r in rangees[:limite]], schema=GENRES_PAGE, orient="row")
        depart = curseur[-1] if curseur else 0
        cadre = cadre.with_columns(
            solde_centimes=(pl.col("debit_centimes") - pl.col("credit_centimes")).cum_sum() + depart
        )
        return cadre, _write_cursor(cadre) if len(rangees) > limite else None

    def ouvertes(self, dossier: int, compte: str, tiers: str | None, exercices: Sequence[str]) -> Ouvertes:
        conditions = [*_of(dossier, exercices), *_where(compte, tiers), _OUVERTE]
        requete = _lines(dossier, conditions, LIGNES_OUVERTES_MAX + 1)
        with self._livres.base(dossier).lecture() as connexion:
            rangees = [tuple(r) for r in connexion.execute(requete)]
        cadre = pl.DataFrame(rangees[:LIGNES_OUVERTES_MAX], schema=GENRES_PAGE, orient="row")
        return Ouvertes(cadre, len(rangees) > LIGNES_OUVERTES_MAX)

    def lettrees(
        self,
        dossier: int,
        compte: str,
        tiers: str | None,
        exercices: Sequence[str],
        *,
        apres: str = "",
        limite: int = 100,
    ) -> tuple[pl.DataFrame, str | None]:
        ici = [*_of(dossier, exercices), *_where(compte, tiers), LIGNES.c.lettrage.is_not(None)]
        with self._livres.base(dossier).lecture() as connexion:
            code = _bytewise(LIGNES.c.lettrage, connexion.dialect.name)
            codes = sa.select(code).where(*ici, code > apres).distinct().order_by(code).limit(limite + 1)
            trouves = [str(c) for c in connexion.execute(codes).scalars()]
            requete = (
                sa.select(
                    LIGNES.c.lettrage,
                    LIGNES.c.exercice,
                    sa.func.count(),
                    _SOMMES["debit_centimes"],
                    _SOMMES["credit_centimes"],
                    sa.func.min(LIGNES.c.date),
                    sa.func.max(LIGNES.c.date),
                )
                .where(*ici, LIGNES.c.lettrage.in_(trouves[:limite]))
                .group_by(LIGNES.c.lettrage, LIGNES.c.exercice)
            )
            rangees = [tuple(r) for r in connexion.execute(requete)]
        cadre = pl.DataFrame(rangees, schema=_GROUPES, orient="row").sort("code", "premiere")
        return cadre, trouves[limite - 1] if len(trouves) > limite else None

    def lignes_lettrees(
        self, dossier: int, compte: str, tiers: str | None, exercices: Sequence[str], codes: Sequence[str]
    ) -> pl.DataFrame:
        conditions = [*_of(dossier, exercices), *_where(compte, tiers), LIGNES.c.lettrage.in_(list(codes))]
        requete = _lines(dossier, conditions, LIGNES_OUVERTES_MAX)
        with self._livres.base(dossier).lecture() as connexion:
            return pl.DataFrame([tuple(r) for r in connexion.execute(requete)], schema=GENRES_PAGE, orient="row")

    def agee(
        self, dossier: int, exercices: Sequence[str], au: date, racine: str = "", *, tiers: str = ""
    ) -> pl.DataFrame:
        du = sa.func.coalesce(LIGNES.c.echeance, LIGNES.c.date, type_=Jour)
        jours = bornes_tranches(au)
        choix = [(du > jours[0], TRANCHES[0])]
        choix += [(du >= jour, nom) for jour, nom in zip(jours[1:], TRANCHES[1:], strict=False)]
        tranche = sa.case(*choix, else_=TRANCHES[-1])
        conditions = [*_of(dossier, exercices), LIGNES.c.tiers.is_not(None), _OUVERTE]
        if tiers:
            conditions.append(LIGNES.c.tiers == tiers)
        if racine:
            conditions.append(sa.func.substr(LIGNES.c.compte, 1, len(racine)) == racine)
        par_ligne = sa.select(LIGNES.c.tiers, LIGNES.c.compte, tranche.label("tranche"), _SOLDE.label("solde")).where(
            *conditions
        )
        c = par_ligne.subquery().c
        requete = sa.select(c.tiers, c.compte, c.tranche, sa.cast(sa.func.sum(c.solde), sa.BigInteger)).group_by(
            c.tiers, c.compte, c.tranche
        )
        with self._livres.base(dossier).lecture() as connexion:
            rangees = [tuple(r) for r in connexion.execute(requete)]
            noms = connexion.execute(sa.select(TIERS.c.code, TIERS.c.libelle).where(TIERS.c.dossier == dossier)).all()
        genres = {"tiers": pl.String, "compte": pl.String, "tranche": pl.String, "solde": pl.Int64}
        lues = pl.DataFrame(rangees, schema=genres, orient="row")
        large = lues.group_by("tiers", "compte").agg(
            pl.col("solde").filter(pl.col("tranche") == nom).sum().alias(nom) for nom in TRANCHES
        )
        libelles = pl.DataFrame(
            [tuple(n) for n in noms], schema={"tiers": pl.String, "libelle": pl.String}, orient="row"
        )
        return (
            large.join(libelles, on="tiers", how="left")
            .select("tiers", pl.coalesce("libelle", "tiers").alias("libelle"), "compte", *TRANCHES)
            .sort("tiers", "compte")
        )


def _of(dossier: int, exercices: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    return [LIGNES.c.dossier == dossier, LIGNES.c.exercice.in_(list(exercices)), LIGNES.c.type_ecriture.in_(NORMALES)]


def _lines(dossier: int, conditions: Sequence[sa.ColumnElement[bool]], limite: int) -> sa.Select[Any]:
    """The first lines by date that meet them. Their keys are found in the index alone, which holds all that is asked."""
    cles = sa.select(LIGNES.c.date.label("jour"), *(LIGNES.c[nom].label(nom) for nom in _ORDRE)).where(*conditions)
    c = cles.order_by(*_PAR_DATE).limit(limite).subquery("cles").c
    memes = sa.and_(LIGNES.c.dossier == dossier, *(LIGNES.c[nom] == c[nom] for nom in _ORDRE))
    return (
        sa.select(*(LIGNES.c[nom] for nom in COLONNES_PAGE))
        .select_from(c.jour.table.join(LIGNES, memes))
        .order_by(c.jour, *(c[nom] for nom in _ORDRE))
    )


def _where(compte: str, tiers: str | None) -> list[sa.ColumnElement[bool]]:
    """The account is hidden from the planner when a third party is given: a collectif holds the lines of all of them."""
    if tiers is None:
        return [LIGNES.c.compte == compte, LIGNES.c.tiers.is_(None)]
    return [sa.func.coalesce(LIGNES.c.compte, "") == compte, *_of_tiers(tiers)]


def _of_tiers(tiers: str) -> list[sa.ColumnElement[bool]]:
    """Said twice: SQLite then sees that the index of lines with a third party holds them all."""
    return [LIGNES.c.tiers == tiers, LIGNES.c.tiers.is_not(None)]


def _sums(
    connexion: sa.Connection, nom: str, cle: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]
) -> pl.DataFrame:
    requete = sa.select(cle, *_SOMMES.values()).where(*conditions).group_by(cle)
    rangees = [tuple(r) for r in connexion.execute(requete)]
    return pl.DataFrame(rangees, schema={nom: pl.String, **_PAR_SOMME}, orient="row").sort(nom)


def _open_codes(dossier: int, exercices: Sequence[str]) -> sa.Select[Any]:
    return sa.select(LIGNES.c.tiers).where(*_of(dossier, exercices), LIGNES.c.tiers.is_not(None), _OUVERTE).distinct()


def _with_openings(connexion: sa.Connection, dossier: int) -> set[str]:
    """Exercices that hold à-nouveaux: by the journal's code or nature, or by the mark of their lines on the first day."""
    ouvrants = sa.select(JOURNAUX.c.code).where(JOURNAUX.c.dossier == dossier, JOURNAUX.c.nature == NATURE_JOURNAL)
    par_journal = (
        sa.select(SOLDES.c.exercice)
        .where(
            SOLDES.c.dossier == dossier,
            SOLDES.c.nombre != 0,
            sa.or_(SOLDES.c.journal == JOURNAL, SOLDES.c.journal.in_(ouvrants)),
        )
        .distinct()
    )
    trouves = {str(code) for code in connexion.execute(par_journal).scalars()}
    exercices = sa.select(EXERCICES.c.code, EXERCICES.c.debut).where(EXERCICES.c.dossier == dossier)
    premiers = {str(e.code): e.debut for e in connexion.execute(exercices)}
    tenus = sa.select(SOLDES.c.exercice, SOLDES.c.journal, SOLDES.c.mois).where(
        SOLDES.c.dossier == dossier, SOLDES.c.nombre != 0
    )
    for code, journal, mois in connexion.execute(tenus.distinct()).all():
        debut = premiers.get(code)
        if code in trouves or debut is None or mois != debut.year * 100 + debut.month:
            continue
        marquee = sa.select(LIGNES.c.numero_ligne).where(
            LIGNES.c.dossier == dossier,
            LIGNES.c.journal == journal,
            LIGNES.c.date == debut,
            LIGNES.c.a_nouveau == "OAN",
        )
        if connexion.execute(marquee.limit(1)).first() is not None:
            trouves.add(str(code))
    return trouves


def _contains(colonne: sa.ColumnElement[Any], mot: str) -> sa.ColumnElement[bool]:
    protege = mot.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return sa.func.lower(colonne).like(f"%{protege.lower()}%", escape="\\")


def _bytewise(colonne: sa.ColumnElement[Any], base: str) -> sa.ColumnElement[Any]:
    """Sorted byte by byte, as SQLite does by itself: both databases give the same pages."""
    return sa.collate(colonne, "C") if base == "postgresql" else colonne


def _write_cursor(cadre: pl.DataFrame) -> str:
    derniere = cadre.row(-1, named=True)
    contenu = [derniere["date"].toordinal(), *(derniere[nom] for nom in _ORDRE), derniere["solde_centimes"]]
    return base64.urlsafe_b64encode(json.dumps(contenu).encode()).decode()


def _read_cursor(curseur: str) -> list[int]:
    """Raises CurseurInvalide."""
    try:
        contenu = json.loads(base64.urlsafe_b64decode(curseur.encode("ascii")))
        juste = isinstance(contenu, list) and len(contenu) == len(_ORDRE) + 2
        if not juste or not all(type(n) is int and abs(n) < 2**62 for n in contenu):
            raise CurseurInvalide
        date.fromordinal(contenu[0])
    except (ValueError, OverflowError, binascii.Error) as erreur:
        raise CurseurInvalide from erreur
    return list(contenu)
