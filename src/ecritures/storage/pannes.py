"""The plan of the sandbox (imports.bac_a_sable.Pannes)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ecritures.domain.errors import TropDePannes
from ecritures.imports.bac_a_sable import IMPORT_EN_ERREUR, PANNES_MAX, SORTES_HTTP, Panne
from ecritures.storage.bases import Base
from ecritures.storage.tables import PANNES


class RegistrePannes:
    def __init__(self, base: Base) -> None:
        self._base = base

    def ajouter(
        self, domain: str, sorte: str, route: str | None, dossier: int | None, parametres: Mapping[str, Any], fois: int
    ) -> Panne:
        valeurs = {
            "domain": domain,
            "sorte": sorte,
            "route": None if route is None else route.lower(),
            "dossier": dossier,
            "parametres": json.dumps(dict(parametres), ensure_ascii=False),
            "restantes": fois,
        }
        siennes = PANNES.c.domain == domain
        with self._base.ecriture() as connexion:
            connexion.execute(sa.delete(PANNES).where(siennes, PANNES.c.restantes <= 0))
            prevues = connexion.execute(sa.select(sa.func.count()).select_from(PANNES).where(siennes)).scalar_one()
            if prevues >= PANNES_MAX:
                raise TropDePannes(PANNES_MAX)
            cle = connexion.execute(sa.insert(PANNES).values(valeurs)).inserted_primary_key
            assert cle is not None, "an insert gives its key"
        return Panne(cle[0], domain, sorte, route, dossier, dict(parametres), fois)

    def lister(self, domain: str) -> Sequence[Panne]:
        requete = sa.select(PANNES).where(PANNES.c.domain == domain, PANNES.c.restantes > 0).order_by(PANNES.c.rang)
        with self._base.lecture() as connexion:
            return [_panne(ligne) for ligne in connexion.execute(requete).mappings()]

    def vider(self, domain: str) -> int:
        with self._base.ecriture() as connexion:
            vives = sa.and_(PANNES.c.domain == domain, PANNES.c.restantes > 0)
            nombre = connexion.execute(sa.select(sa.func.count()).select_from(PANNES).where(vives)).scalar_one()
            connexion.execute(sa.delete(PANNES).where(PANNES.c.domain == domain))
            return int(nombre)

    def prendre_http(self, route: str) -> Panne | None:
        vise = sa.or_(PANNES.c.route.is_(None), PANNES.c.route == route.lower())
        return self._prendre(sa.and_(PANNES.c.sorte.in_(SORTES_HTTP), vise))

    def prendre_import(self, domain: str, dossier: int) -> Panne | None:
        vise = sa.or_(PANNES.c.dossier.is_(None), PANNES.c.dossier == dossier)
        return self._prendre(sa.and_(PANNES.c.sorte == IMPORT_EN_ERREUR, PANNES.c.domain == domain, vise))

    def _prendre(self, celles: sa.ColumnElement[bool]) -> Panne | None:
        requete = sa.select(PANNES).where(celles, PANNES.c.restantes > 0).order_by(PANNES.c.rang).limit(1)
        with self._base.lecture() as connexion:  # most often there is none
            if connexion.execute(requete).first() is None:
                return None
        with self._base.ecriture() as connexion:
            ligne = connexion.execute(requete).mappings().first()
            if ligne is None:
                return None
            prise = sa.update(PANNES).where(PANNES.c.rang == ligne["rang"], PANNES.c.restantes > 0)
            fait = connexion.execute(prise.values(restantes=PANNES.c.restantes - 1))
            return _panne(ligne) if fait.rowcount == 1 else None


def _panne(ligne: sa.RowMapping) -> Panne:
    return Panne(
        ligne["rang"],
        ligne["domain"],
        ligne["sorte"],
        ligne["route"],
        ligne["dossier"],
        json.loads(ligne["parametres"]),
        ligne["restantes"],
    )
