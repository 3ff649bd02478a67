"""The keys of requests and the answers given under them (imports.idempotence.Idempotence)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ecritures.domain.errors import CleIdempotenceReutilisee
from ecritures.imports.idempotence import BAIL_S, SOUS_RESERVATION, CleRequete, ReponseGardee, Reservation, Sort
from ecritures.imports.limits import PURGE_LIGNES_MAX
from ecritures.storage.bases import Base
from ecritures.storage.purge import delete_some
from ecritures.storage.tables import IDEMPOTENCE
from ecritures.storage.temps import en_ms, maintenant_ms, reelle_ms

_BAIL_MS = int(BAIL_S * 1000)


class RegistreIdempotence:
    """One row a key. ``statut`` null: being executed as long as ``bail_ms`` is to come, by the real clock."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def reserver(self, cle: CleRequete, route: str, empreinte: str, duree_s: int) -> Reservation:
        maintenant = maintenant_ms()
        with self._base.ecriture() as connexion:
            ligne = _verrouille(connexion, cle)
            if ligne is not None and ligne["expiration_ms"] <= maintenant:
                connexion.execute(sa.delete(IDEMPOTENCE).where(_celle(cle)))
                ligne = None
            if ligne is None:
                ligne = _insere(connexion, cle, route, empreinte, maintenant, duree_s)
                if ligne is None:
                    return Reservation(Sort.EXECUTER)
            if ligne["empreinte"] != empreinte:
                raise CleIdempotenceReutilisee(str(ligne["route"]))
            if ligne["statut"] is not None:
                return Reservation(Sort.REJOUER, _reponse(ligne))
            if ligne["bail_ms"] > reelle_ms():
                return Reservation(Sort.ATTENDRE)
            connexion.execute(sa.update(IDEMPOTENCE).where(_celle(cle)).values(bail_ms=reelle_ms() + _BAIL_MS))
            return Reservation(Sort.EXECUTER)

    def lire(self, cle: CleRequete) -> Sort:
        with self._base.lecture() as connexion:
            ligne = connexion.execute(_ligne(cle)).mappings().first()
        if ligne is None:
            return Sort.EXECUTER
        if ligne["statut"] is not None:
            return Sort.REJOUER
        return Sort.ATTENDRE if ligne["bail_ms"] > reelle_ms() else Sort.EXECUTER

    def prolonger(self, cle: CleRequete) -> None:
        with self._base.ecriture() as connexion:
            connexion.execute(
                sa.update(IDEMPOTENCE)
                .where(_celle(cle), IDEMPOTENCE.c.statut.is_(None))
                .values(bail_ms=reelle_ms() + _BAIL_MS)
            )

    def achever(self, cle: CleRequete, reponse: ReponseGardee) -> None:
        texte = None
        if reponse.corps is not None:
            texte = json.dumps({"corps": reponse.corps, "entetes": dict(reponse.entetes)}, ensure_ascii=False)
        with self._base.ecriture() as connexion:
            connexion.execute(
                sa.update(IDEMPOTENCE)
                .where(_celle(cle), IDEMPOTENCE.c.statut.is_(None))
                .values(statut=reponse.statut, reponse=texte)
            )

    def liberer(self, cle: CleRequete) -> None:
        with self._base.ecriture() as connexion:
            en_cours = sa.and_(_celle(cle), IDEMPOTENCE.c.statut.is_(None))
            connexion.execute(sa.delete(IDEMPOTENCE).where(en_cours, IDEMPOTENCE.c.import_id.is_(None)))
            connexion.execute(sa.update(IDEMPOTENCE).where(en_cours).values(bail_ms=0))

    def purger(self, maintenant: datetime, limite: int = PURGE_LIGNES_MAX) -> int:
        with self._base.ecriture() as connexion:
            return delete_some(connexion, IDEMPOTENCE, IDEMPOTENCE.c.expiration_ms <= en_ms(maintenant), limite)


def import_deja_enregistre(connexion: sa.Connection) -> str | None:
    """The import that the present request registered before a crash; None: none, or the request bears no key.

    Runs inside the write transaction that registers, and holds the key until it ends: two executions make one import."""
    cle = SOUS_RESERVATION.get()
    ligne = None if cle is None else _verrouille(connexion, cle)
    return None if ligne is None else ligne["import_id"]


def noter_import(connexion: sa.Connection, import_id: str) -> None:
    """Binds the import to the key of the present request, if it bears one; in the caller's transaction."""
    cle = SOUS_RESERVATION.get()
    if cle is not None:
        connexion.execute(sa.update(IDEMPOTENCE).where(_celle(cle)).values(import_id=import_id))


def _celle(cle: CleRequete) -> sa.ColumnElement[bool]:
    return sa.and_(IDEMPOTENCE.c.acteur == cle.acteur, IDEMPOTENCE.c.cle == cle.cle)


def _ligne(cle: CleRequete) -> sa.Select[Any]:
    return sa.select(IDEMPOTENCE).where(_celle(cle))


def _verrouille(connexion: sa.Connection, cle: CleRequete) -> sa.RowMapping | None:
    """The row, kept until the end of the transaction (SQLite writes one at a time, and has no row locks)."""
    return connexion.execute(_ligne(cle).with_for_update()).mappings().first()


def _insere(
    connexion: sa.Connection, cle: CleRequete, route: str, empreinte: str, maintenant: int, duree_s: int
) -> sa.RowMapping | None:
    """None: the row is ours. The row of another process that was faster otherwise."""
    with connexion.begin_nested() as point:
        try:
            connexion.execute(
                sa.insert(IDEMPOTENCE).values(
                    acteur=cle.acteur,
                    cle=cle.cle,
                    route=route,
                    empreinte=empreinte,
                    creation_ms=maintenant,
                    bail_ms=reelle_ms() + _BAIL_MS,
                    expiration_ms=maintenant + duree_s * 1000,
                )
            )
            return None
        except sa.exc.IntegrityError:
            point.rollback()
    ligne = _verrouille(connexion, cle)
    assert ligne is not None, "a key refused as a duplicate is there"
    return ligne


def _reponse(ligne: Mapping[str, Any] | sa.RowMapping) -> ReponseGardee:
    garde = json.loads(ligne["reponse"]) if ligne["reponse"] is not None else {}
    return ReponseGardee(ligne["statut"], garde.get("corps"), garde.get("entetes", {}))
