"""Lines for the screens: the pages of one entry, the sums of an account over a period, a search in windows.

A search reads the books in the order of a key, so many lines a request: the cursor says where the next one begins. That is
as quick on the millionth line as on the first, needs no index of its own and gives the same lines on both databases.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import polars as pl
import sqlalchemy as sa

from ecritures.domain.errors import CurseurInvalide
from ecritures.imports.consultation import LIGNES_PAR_FENETRE, Criteres, Trouvees
from ecritures.storage.rapports import COLONNES_PAGE, GENRES_PAGE, NORMALES
from ecritures.storage.tables import LIGNES, SOLDES, Jour

_CLE = ("import_rang", "ecriture", "numero_ligne", "rang")


def entry_page(
    connexion: sa.Connection, celle_ci: Sequence[sa.ColumnElement[bool]], apres: str | None, limite: int
) -> tuple[pl.DataFrame, str | None]:
    """Lines of an entry in the order of its file, and the cursor of the next ones."""
    ordre = (LIGNES.c.numero_ligne, LIGNES.c.rang)
    requete = sa.select(*(LIGNES.c[nom] for nom in COLONNES_PAGE)).where(*celle_ci)
    if apres is not None:
        requete = requete.where(sa.tuple_(*ordre) > sa.tuple_(*map(sa.literal, _read(apres, 2))))
    rangees = connexion.execute(requete.order_by(*ordre).limit(limite + 1)).all()
    cadre = pl.DataFrame([tuple(r) for r in rangees[:limite]], schema=GENRES_PAGE, orient="row")
    suite = len(rangees) > limite
    return cadre, _write(cadre.row(-1, named=True)[nom] for nom in ("numero_ligne", "rang")) if suite else None


def cumulated(connexion: sa.Connection, dossier: int, compte: str, exercice: str, jour: date) -> tuple[int, int, int]:
    """Debit, credit and number of lines of an account in an exercice before that day, entries of type N: the months before
    from the roll-ups, the days of its own month from the lines."""
    mois = sa.select(
        sa.func.sum(SOLDES.c.debit_centimes), sa.func.sum(SOLDES.c.credit_centimes), sa.func.sum(SOLDES.c.nombre)
    ).where(
        SOLDES.c.dossier == dossier,
        SOLDES.c.exercice == exercice,
        SOLDES.c.type_ecriture.in_(NORMALES),
        SOLDES.c.compte == compte,
        SOLDES.c.mois < jour.year * 100 + jour.month,
    )
    jours = sa.select(
        sa.func.sum(LIGNES.c.debit_centimes), sa.func.sum(LIGNES.c.credit_centimes), sa.func.count()
    ).where(
        LIGNES.c.dossier == dossier,
        LIGNES.c.compte == compte,
        LIGNES.c.date >= jour.replace(day=1),
        LIGNES.c.date < jour,
        LIGNES.c.exercice == exercice,
        LIGNES.c.type_ecriture.in_(NORMALES),
    )
    requetes = (mois,) if jour.day == 1 else (mois, jours)
    debit, credit, nombre = (
        sum(int(v or 0) for v in colonne)
        for colonne in zip(*(connexion.execute(r).one() for r in requetes), strict=True)
    )
    return debit, credit, nombre


# -- search


def search(connexion: sa.Connection, dossier: int, criteres: Criteres, apres: str | None, limite: int) -> Trouvees:
    """One window. The lines are read from the last posted to the first."""
    if (
        connexion.dialect.name == "postgresql"
    ):  # right after a posting its statistics say little: walk the key all the same
        connexion.execute(sa.text("SET LOCAL enable_sort = off"))
        connexion.execute(sa.text("SET LOCAL enable_incremental_sort = off"))
    ordre = [LIGNES.c[nom] for nom in _CLE]
    debut = _read(apres, len(_CLE) + 1) if apres is not None else None
    conditions = [LIGNES.c.dossier == dossier]
    if debut is not None:
        conditions.append(sa.tuple_(*ordre) < sa.tuple_(*map(sa.literal, debut[:-1])))
    fenetre = (
        sa.select(*(LIGNES.c[nom] for nom in COLONNES_PAGE))
        .where(*conditions)
        .order_by(*(c.desc() for c in ordre))
        .limit(LIGNES_PAR_FENETRE)
        .subquery("fenetre")
    )
    requete = sa.select(fenetre).where(*_matches(fenetre.c, criteres, connexion.dialect.name)).limit(limite)
    rangees = [tuple(r) for r in connexion.execute(requete)]
    lignes = pl.DataFrame(rangees, schema=GENRES_PAGE, orient="row")
    fin = (
        tuple(lignes.row(-1, named=True)[nom] for nom in _CLE)
        if len(rangees) == limite
        else _last_of_window(connexion, conditions, ordre)
    )
    total = _total(connexion, dossier)
    deja = debut[-1] if debut is not None else 0
    if fin is None:
        return Trouvees(lignes, None, total, total)
    lues = min(deja + (LIGNES_PAR_FENETRE if len(rangees) < limite else 0), total)
    return Trouvees(lignes, _write([*fin, lues]), lues, total)


def _last_of_window(
    connexion: sa.Connection, conditions: Sequence[sa.ColumnElement[bool]], ordre: Sequence[sa.ColumnElement[Any]]
) -> tuple[int, ...] | None:
    """The key of the last line of a full window; None when the window reached the end of the books."""
    requete = (
        sa.select(*ordre)
        .where(*conditions)
        .order_by(*(c.desc() for c in ordre))
        .offset(LIGNES_PAR_FENETRE - 1)  # bounded: it walks the key over this window alone
        .limit(1)
    )
    trouve = connexion.execute(requete).first()
    return None if trouve is None else tuple(int(v) for v in trouve)


def _total(connexion: sa.Connection, dossier: int) -> int:
    requete = sa.select(sa.cast(sa.func.sum(SOLDES.c.nombre), sa.BigInteger)).where(SOLDES.c.dossier == dossier)
    return int(connexion.execute(requete).scalar() or 0)


def _matches(c: Any, criteres: Criteres, base: str) -> Iterator[sa.ColumnElement[bool]]:
    montant = c.debit_centimes + c.credit_centimes  # a line has one or the other
    if criteres.montant_min is not None and criteres.montant_min == criteres.montant_max:
        yield sa.or_(montant == criteres.montant_min, montant == -criteres.montant_min)
    else:
        if criteres.montant_min is not None:
            yield sa.func.abs(montant) >= criteres.montant_min
        if criteres.montant_max is not None:
            yield sa.func.abs(montant) <= criteres.montant_max
    if criteres.debut is not None:
        yield c.date >= sa.literal(criteres.debut, Jour)
    if criteres.fin is not None:
        yield c.date <= sa.literal(criteres.fin, Jour)
    if criteres.compte:
        yield sa.func.substr(c.compte, 1, len(criteres.compte)) == criteres.compte
    if criteres.journal:
        yield c.journal == criteres.journal
    if criteres.tiers:
        yield c.tiers == criteres.tiers
    if criteres.reference:
        yield _holds((c.reference, c.numero_piece), criteres.reference, base)
    if criteres.texte:
        yield _holds((c.libelle, c.reference, c.numero_piece), criteres.texte, base)


def _holds(colonnes: Sequence[sa.ColumnElement[Any]], texte: str, base: str) -> sa.ColumnElement[bool]:
    """One of the columns holds the text. The letters A to Z match whatever their case, as SQLite does; those with an accent
    match as typed, all small or all capital."""
    formes = {texte} if texte.isascii() else {texte, texte.lower(), texte.upper()}
    motifs = [f"%{_escaped(forme)}%" for forme in sorted(formes)]
    return sa.or_(
        *(
            sa.collate(colonne, "C").ilike(motif, escape="\\")
            if base == "postgresql"
            else colonne.like(motif, escape="\\")
            for colonne in colonnes
            for motif in motifs
        )
    )


def _escaped(texte: str) -> str:
    return texte.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# -- cursors


def _write(entiers: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([int(n) for n in entiers]).encode()).decode()


def _read(curseur: str, combien: int) -> list[int]:
    """Raises CurseurInvalide."""
    try:
        contenu = json.loads(base64.urlsafe_b64decode(curseur.encode("ascii")))
    except (ValueError, binascii.Error) as erreur:
        raise CurseurInvalide from erreur
    if (
        not isinstance(contenu, list)
        or len(contenu) != combien
        or not all(type(n) is int and 0 <= n < 2**62 for n in contenu)
    ):
        raise CurseurInvalide
    return contenu
