"""The audit trail (imports.ports.Audit): appended to, never changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ecritures.imports.ports import TraceAudit
from ecritures.storage.bases import Base
from ecritures.storage.tables import AUDIT
from ecritures.storage.temps import en_ms, instant, maintenant_ms

LOT = 1000
"""Rows read at once by an export: it never holds the whole trail."""


class RegistreAudit:
    def __init__(self, base: Base) -> None:
        self._base = base

    def noter(
        self,
        domain: str,
        acteur: str,
        action: str,
        *,
        objet: str | None = None,
        dossier: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        valeurs = {
            "domain": domain,
            "instant_ms": maintenant_ms(),
            "acteur": acteur,
            "action": action,
            "objet": objet,
            "dossier": dossier,
            "details": None if details is None else json.dumps(dict(details), ensure_ascii=False, sort_keys=True),
        }
        with self._base.ecriture() as connexion:
            connexion.execute(sa.insert(AUDIT).values(valeurs))

    def lister(
        self,
        domain: str,
        *,
        avant: int | None = None,
        limite: int = 100,
        action: str | None = None,
        sujet: str | None = None,
        acteur: str | None = None,
        objet: str | None = None,
        depuis: datetime | None = None,
        jusqu_a: datetime | None = None,
    ) -> Sequence[TraceAudit]:
        c = AUDIT.c
        conditions = [
            c.domain == domain,
            *([] if avant is None else [c.rang < avant]),
            *([] if action is None else [c.action == action]),
            *([] if sujet is None else [c.action >= f"{sujet}.", c.action < f"{sujet}/"]),  # « / » follows « . »
            *([] if acteur is None else [c.acteur == acteur]),
            *([] if objet is None else [c.objet == objet]),
            *([] if depuis is None else [c.instant_ms >= en_ms(depuis)]),
            *([] if jusqu_a is None else [c.instant_ms < en_ms(jusqu_a)]),
        ]
        requete = sa.select(AUDIT).where(*conditions).order_by(c.rang.desc()).limit(limite)
        with self._base.lecture() as connexion:
            return [_trace(ligne) for ligne in connexion.execute(requete).mappings()]

    def parcourir(self, domain: str) -> Iterator[TraceAudit]:
        apres = 0
        while True:
            requete = (
                sa.select(AUDIT).where(AUDIT.c.domain == domain, AUDIT.c.rang > apres).order_by(AUDIT.c.rang).limit(LOT)
            )
            with self._base.lecture() as connexion:
                traces = [_trace(ligne) for ligne in connexion.execute(requete).mappings()]
            yield from traces
            if len(traces) < LOT:
                return
            apres = traces[-1].rang


def _trace(ligne: sa.RowMapping) -> TraceAudit:
    return TraceAudit(
        ligne["rang"],
        instant(ligne["instant_ms"]),
        ligne["acteur"],
        ligne["action"],
        ligne["objet"],
        ligne["dossier"],
        None if ligne["details"] is None else json.loads(ligne["details"]),
    )
