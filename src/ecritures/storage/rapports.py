"""Balance, journal and grand livre, from the roll-ups and the lines. Keyset pages: the next page costs what the first did."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from ecritures.domain.contexte import CLOTURES
from ecritures.domain.errors import CurseurInvalide
from ecritures.ledger.posting import SOLDES as SCHEMA_SOLDES
from ecritures.storage.tables import COMPTES, EXERCICES, LIGNES, SOLDES, Jour

NORMALES = ("N",)
"""Types of entries that make the accounts. Simulation, situation and revision lines (TRA S, U, R) are kept, not summed."""

COLONNES_PAGE = (
    "import_rang", "ecriture", "numero_ligne", "rang", "exercice", "journal", "date", "nature", "compte", "tiers", "numero_piece",
    "reference", "date_piece", "libelle", "debit_centimes", "credit_centimes", "devise", "montant_devise", "lettrage",
    "date_lettrage", "date_validation", "echeance", "mode_paiement", "type_ecriture", "etablissement",
)  # fmt: skip

GENRES_PAGE: dict[str, type[pl.DataType]] = {
    nom: pl.Date
    if isinstance(LIGNES.c[nom].type, Jour)
    else pl.String
    if isinstance(LIGNES.c[nom].type, sa.Text)
    else pl.Int64
    for nom in COLONNES_PAGE
}


def cumule(connexion: sa.Connection, dossier: int, soldes: pl.DataFrame) -> None:
    """Adds an import's roll-ups to those of the dossier."""
    colonnes = list(SCHEMA_SOLDES)
    sommes = ", ".join(
        f"{nom} = soldes.{nom} + excluded.{nom}" for nom in ("debit_centimes", "credit_centimes", "nombre")
    )
    suite = f"ON CONFLICT (dossier, exercice, type_ecriture, compte, journal, mois) DO UPDATE SET {sommes}"
    noms = f"soldes (dossier, {', '.join(colonnes)})"
    curseur = connexion.connection.cursor()
    listes = [serie.to_list() for serie in soldes.select(colonnes).get_columns()]
    if connexion.dialect.name == "postgresql":
        genres = ("text", "text", "text", "text", "bigint", "bigint", "bigint", "bigint")
        tableaux = ", ".join(f"%s::{genre}[]" for genre in genres)
        curseur.execute(f"INSERT INTO {noms} SELECT %s, t.* FROM unnest({tableaux}) AS t {suite}", (dossier, *listes))  # noqa: S608
    else:
        trous = ", ".join("?" * len(colonnes))
        ordre = f"INSERT INTO {noms} VALUES ({int(dossier)}, {trous}) {suite}"  # noqa: S608
        curseur.executemany(ordre, list(zip(*listes, strict=True)))


def balance(
    connexion: sa.Connection, dossier: int, exercice: str | None, debut: date | None, fin: date | None
) -> pl.DataFrame:
    """Trial balance. Whole months come from the roll-ups; other bounds are summed from the lines."""
    if _mois_entiers(debut, fin):
        source = SOLDES
        conditions = [SOLDES.c.dossier == dossier, SOLDES.c.type_ecriture.in_(NORMALES)]
        conditions += [SOLDES.c.mois >= debut.year * 100 + debut.month] if debut else []
        conditions += [SOLDES.c.mois <= fin.year * 100 + fin.month] if fin else []
        nombre: sa.ColumnElement[int] = sa.func.sum(SOLDES.c.nombre)
    else:
        source = LIGNES
        conditions = [LIGNES.c.dossier == dossier, LIGNES.c.type_ecriture.in_(NORMALES)]
        conditions += [LIGNES.c.date >= debut] if debut else []
        conditions += [LIGNES.c.date <= fin] if fin else []
        nombre = sa.func.count()
    if exercice is not None:
        conditions.append(source.c.exercice == exercice)
    sommes = (
        sa.select(
            source.c.compte,
            sa.cast(sa.func.sum(source.c.debit_centimes), sa.BigInteger).label("debit_centimes"),
            sa.cast(sa.func.sum(source.c.credit_centimes), sa.BigInteger).label("credit_centimes"),
            sa.cast(nombre, sa.BigInteger).label("nombre"),
        )
        .where(*conditions)
        .group_by(source.c.compte)
        .subquery()
    )
    requete = (
        sa.select(
            sommes.c.compte, COMPTES.c.libelle, sommes.c.debit_centimes, sommes.c.credit_centimes, sommes.c.nombre
        )
        .select_from(
            sommes.outerjoin(COMPTES, sa.and_(COMPTES.c.dossier == dossier, COMPTES.c.numero == sommes.c.compte))
        )
        .order_by(sommes.c.compte)
    )
    schema = {
        "compte": pl.String,
        "libelle": pl.String,
        "debit_centimes": pl.Int64,
        "credit_centimes": pl.Int64,
        "nombre": pl.Int64,
    }
    cadre = pl.DataFrame([tuple(ligne) for ligne in connexion.execute(requete)], schema=schema, orient="row")
    return cadre.select(
        "compte",
        pl.coalesce("libelle", "compte").alias("libelle"),
        "debit_centimes",
        "credit_centimes",
        solde_centimes=pl.col("debit_centimes") - pl.col("credit_centimes"),
        nombre=pl.col("nombre"),
    )


def journal(
    connexion: sa.Connection,
    dossier: int,
    code: str,
    debut: date | None,
    fin: date | None,
    apres: str | None,
    limite: int,
) -> tuple[pl.DataFrame, str | None]:
    """One page of a journal, by date then order of arrival, and the next page's cursor."""
    cadre, suite = _page(connexion, dossier, LIGNES.c.journal == code, debut, fin, _lit_curseur(apres), limite)
    return cadre, _ecrit_curseur(cadre, 0) if suite else None


def grand_livre(
    connexion: sa.Connection,
    dossier: int,
    compte: str,
    debut: date | None,
    fin: date | None,
    apres: str | None,
    limite: int,
) -> tuple[pl.DataFrame, str | None]:
    """One page of an account with its running balance, which starts anew with each exercice (the à-nouveaux carry it)."""
    curseur = _lit_curseur(apres)
    cadre, suite = _page(connexion, dossier, LIGNES.c.compte == compte, debut, fin, curseur, limite)
    if cadre.is_empty():
        return cadre.with_columns(solde_centimes=pl.lit(None, pl.Int64)), None
    premier = cadre.row(0, named=True)
    if curseur is not None:
        report = curseur["solde"] if curseur["exercice"] == premier["exercice"] else 0
    else:
        report = opening_balance(connexion, dossier, compte, premier["exercice"], debut) if debut else 0
    normales = pl.col("type_ecriture").is_in(NORMALES)
    mouvement = pl.when(normales).then(pl.col("debit_centimes") - pl.col("credit_centimes")).otherwise(0)
    ouverture = pl.when(pl.col("exercice") == premier["exercice"]).then(report).otherwise(0)
    cadre = cadre.with_columns(solde_centimes=mouvement.cum_sum().over("exercice") + ouverture)
    return cadre, _ecrit_curseur(cadre, cadre["solde_centimes"][-1]) if suite else None


def lignes_ouvertes(
    connexion: sa.Connection, dossier: int, compte: str, tiers: str | None, apres: str | None, limite: int
) -> tuple[pl.DataFrame, str | None]:
    """One page of the lines of an account that are not lettered, or in part only (small letters); one third party's, when
    given."""
    ouverte = sa.or_(LIGNES.c.lettrage.is_(None), LIGNES.c.lettrage != sa.func.upper(LIGNES.c.lettrage))
    quoi = sa.and_(LIGNES.c.compte == compte, LIGNES.c.type_ecriture.in_(NORMALES), ouverte)
    if tiers is not None:
        quoi = sa.and_(quoi, LIGNES.c.tiers == tiers)
    cadre, suite = _page(connexion, dossier, quoi, None, None, _lit_curseur(apres), limite)
    return cadre, _ecrit_curseur(cadre, 0) if suite else None


def cumul_tenu(connexion: sa.Connection, dossier: int) -> set[tuple[Any, ...]]:
    """The stored roll-ups, as a set of rows."""
    requete = sa.select(*(SOLDES.c[nom] for nom in SCHEMA_SOLDES)).where(
        SOLDES.c.dossier == dossier, SOLDES.c.nombre != 0
    )
    return {tuple(ligne) for ligne in connexion.execute(requete)}


def cumul_des_lignes(connexion: sa.Connection, dossier: int) -> set[tuple[Any, ...]]:
    """The roll-ups recomputed from the lines."""
    if connexion.dialect.name == "sqlite":
        mois: sa.ColumnElement[int] = sa.type_coerce(LIGNES.c.date, sa.Integer).op("/")(100)
    else:
        mois = sa.cast(sa.extract("year", LIGNES.c.date) * 100 + sa.extract("month", LIGNES.c.date), sa.BigInteger)
    cles = [LIGNES.c.exercice, LIGNES.c.type_ecriture, LIGNES.c.compte, LIGNES.c.journal, mois]
    requete = (
        sa.select(
            *cles,
            sa.cast(sa.func.sum(LIGNES.c.debit_centimes), sa.BigInteger),
            sa.cast(sa.func.sum(LIGNES.c.credit_centimes), sa.BigInteger),
            sa.func.count(),
        )
        .where(LIGNES.c.dossier == dossier)
        .group_by(*cles)
    )
    return {tuple(ligne) for ligne in connexion.execute(requete)}


def _mois_entiers(debut: date | None, fin: date | None) -> bool:
    lendemain_premier = fin is None or fin == date.max or (date.fromordinal(fin.toordinal() + 1).day == 1)
    return (debut is None or debut.day == 1) and lendemain_premier


def _page(
    connexion: sa.Connection,
    dossier: int,
    quoi: sa.ColumnElement[bool],
    debut: date | None,
    fin: date | None,
    curseur: dict[str, Any] | None,
    limite: int,
) -> tuple[pl.DataFrame, bool]:
    ordre = (LIGNES.c.date, LIGNES.c.import_rang, LIGNES.c.ecriture, LIGNES.c.numero_ligne, LIGNES.c.rang)
    requete = sa.select(*(LIGNES.c[nom] for nom in COLONNES_PAGE)).where(LIGNES.c.dossier == dossier, quoi)
    if debut is not None:
        requete = requete.where(LIGNES.c.date >= debut)
    if fin is not None:
        requete = requete.where(LIGNES.c.date <= fin)
    if curseur is not None:
        ici = sa.tuple_(
            sa.literal(date.fromisoformat(curseur["date"]), Jour),
            *(sa.literal(curseur[nom]) for nom in ("import_rang", "ecriture", "numero_ligne", "rang")),
        )
        requete = requete.where(sa.tuple_(*ordre) > ici)
    lignes = connexion.execute(requete.order_by(*ordre).limit(limite + 1)).all()
    cadre = pl.DataFrame([tuple(ligne) for ligne in lignes[:limite]], schema=GENRES_PAGE, orient="row")
    return cadre, len(lignes) > limite


def opening_balance(connexion: sa.Connection, dossier: int, compte: str, exercice: str, debut: date) -> int:
    """Balance of an account in that exercice before a day: the months before from the roll-ups, the days from the lines."""
    mois = sa.select(sa.func.sum(SOLDES.c.debit_centimes - SOLDES.c.credit_centimes)).where(
        SOLDES.c.dossier == dossier,
        SOLDES.c.exercice == exercice,
        SOLDES.c.type_ecriture.in_(NORMALES),
        SOLDES.c.compte == compte,
        SOLDES.c.mois < debut.year * 100 + debut.month,
    )
    jours = sa.select(sa.func.sum(LIGNES.c.debit_centimes - LIGNES.c.credit_centimes)).where(
        LIGNES.c.dossier == dossier,
        LIGNES.c.compte == compte,
        LIGNES.c.exercice == exercice,
        LIGNES.c.date >= debut.replace(day=1),
        LIGNES.c.date < debut,
        LIGNES.c.type_ecriture.in_(NORMALES),
    )
    requetes = (mois,) if debut.day == 1 else (mois, jours)
    return sum(int(connexion.execute(requete).scalar() or 0) for requete in requetes)


def _ecrit_curseur(cadre: pl.DataFrame, solde: int) -> str:
    derniere = cadre.row(-1, named=True)
    contenu = {nom: derniere[nom] for nom in ("import_rang", "ecriture", "numero_ligne", "rang", "exercice")}
    texte = json.dumps({**contenu, "date": derniere["date"].isoformat(), "solde": solde})
    return base64.urlsafe_b64encode(texte.encode()).decode()


def _lit_curseur(curseur: str | None) -> dict[str, Any] | None:
    if curseur is None:
        return None
    try:
        contenu = json.loads(base64.urlsafe_b64decode(curseur.encode("ascii")))
        entiers = [contenu[nom] for nom in ("import_rang", "ecriture", "numero_ligne", "rang", "solde")]
        if not all(type(v) is int and abs(v) < 2**62 for v in entiers) or not isinstance(contenu["exercice"], str):
            raise CurseurInvalide
        date.fromisoformat(contenu["date"])
    except (ValueError, KeyError, TypeError, binascii.Error) as erreur:
        raise CurseurInvalide from erreur
    return dict(contenu)


def clotures(connexion: sa.Connection, dossier: int) -> pl.DataFrame:
    """CLOTURES, from the roll-ups: entries of type N only, as the à-nouveaux carry forward."""
    rangs = connexion.execute(
        sa.select(
            EXERCICES.c.fin,
            SOLDES.c.compte,
            sa.func.sum(SOLDES.c.debit_centimes - SOLDES.c.credit_centimes),
        )
        .join(EXERCICES, sa.and_(EXERCICES.c.dossier == SOLDES.c.dossier, EXERCICES.c.code == SOLDES.c.exercice))
        .where(SOLDES.c.dossier == dossier, SOLDES.c.type_ecriture.in_(NORMALES))
        .group_by(EXERCICES.c.fin, SOLDES.c.compte)
    )
    return pl.DataFrame([(fin, compte, int(solde)) for fin, compte, solde in rangs], schema=CLOTURES, orient="row")
