"""Subscription keys and API keys (imports.ports.Cles). Only hashes are kept.

The secrets are ours and hold 256 random bits, so a plain SHA-256 is enough: there is nothing to guess, unlike a password.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ecritures.domain.errors import CleTousDossiers
from ecritures.imports.cles import nouvelle_cle, separer
from ecritures.imports.ports import AbonnementListe, Acces, CleListee
from ecritures.storage.abonnements import Abonnements
from ecritures.storage.bases import Base
from ecritures.storage.dossiers import assure_cabinet
from ecritures.storage.tables import CLES_API, CLES_DOSSIERS
from ecritures.storage.temps import instant, maintenant_ms
from ecritures.storage.usages import Usages

_PAR_CLE = sa.select(CLES_API).where(CLES_API.c.cle == sa.bindparam("cle"))


class RegistreCles(Abonnements):
    def __init__(self, base: Base) -> None:
        super().__init__(base)
        self._usages_cles = Usages(base, CLES_API, CLES_API.c.cle)

    def creer_cle(
        self,
        domain: str,
        libelle: str,
        *,
        est_avancee: bool = False,
        dossiers: Sequence[int] | None = None,
        role: str = "collaborateur",
        expiration: datetime | None = None,
        limite_minute: int | None = None,
    ) -> str:
        cle, secret = nouvelle_cle()
        with self._base.ecriture() as connexion:
            assure_cabinet(connexion, domain)
            connexion.execute(
                sa.insert(CLES_API).values(
                    cle=cle,
                    domain=domain,
                    empreinte=_empreinte(secret),
                    libelle=libelle,
                    est_avancee=int(est_avancee),
                    tous_dossiers=int(dossiers is None),
                    creation_ms=maintenant_ms(),
                    role=role,
                    expiration_ms=None if expiration is None else int(expiration.timestamp() * 1000),
                    limite_minute=limite_minute,
                )
            )
            for dossier in dict.fromkeys(dossiers or ()):
                connexion.execute(sa.insert(CLES_DOSSIERS).values(cle=cle, dossier=dossier))
        return f"{cle}:{secret}"

    def identifier(self, apikey: str) -> Acces | None:
        with self._base.consultation() as connexion:
            trouve = _acces(connexion, apikey)
        return None if trouve is None else self._compte(*trouve)

    def identifier_paire(self, abonnement: str, apikey: str) -> tuple[AbonnementListe | None, Acces | None]:
        with self._base.consultation() as connexion:
            souscrite = self._cle_vive(connexion, abonnement)
            trouve = None if souscrite is None else _acces(connexion, apikey)
        if souscrite is None:
            return None, None
        return self._servie(souscrite), None if trouve is None else self._compte(*trouve)

    def _compte(self, acces: Acces, dernier_usage_ms: int | None) -> Acces:
        self._usages_cles.noter(acces.cle, dernier_usage_ms)
        return acces

    def lister(self, domain: str | None = None) -> Sequence[CleListee]:
        requete = sa.select(CLES_API).order_by(CLES_API.c.domain, CLES_API.c.creation_ms, CLES_API.c.cle)
        if domain is not None:
            requete = requete.where(CLES_API.c.domain == domain)
        with self._base.lecture() as connexion:
            return [_listee(connexion, ligne) for ligne in connexion.execute(requete).all()]

    def trouver(self, domain: str, cle: str) -> CleListee | None:
        requete = sa.select(CLES_API).where(CLES_API.c.domain == domain, CLES_API.c.cle == cle)
        with self._base.lecture() as connexion:
            ligne = connexion.execute(requete).first()
            return None if ligne is None else _listee(connexion, ligne)

    def revoquer(self, cle: str) -> bool:
        requete = (
            sa.update(CLES_API)
            .where(CLES_API.c.cle == cle, CLES_API.c.revocation_ms.is_(None))
            .values(revocation_ms=maintenant_ms())
        )
        with self._base.ecriture() as connexion:
            return connexion.execute(requete).rowcount == 1

    def activer(self, cle: str, dossier: int) -> bool:
        with self._base.ecriture() as connexion:
            if _ouverte_a_tous(connexion, cle) or dossier in _dossiers(connexion, cle):
                return False
            with connexion.begin_nested() as point:
                try:
                    connexion.execute(sa.insert(CLES_DOSSIERS).values(cle=cle, dossier=dossier))
                except sa.exc.IntegrityError:  # another process activated it meanwhile
                    point.rollback()
                    return False
        return True

    def desactiver(self, cle: str, dossier: int) -> bool:
        with self._base.ecriture() as connexion:
            if _ouverte_a_tous(connexion, cle):
                raise CleTousDossiers(cle)
            requete = sa.delete(CLES_DOSSIERS).where(CLES_DOSSIERS.c.cle == cle, CLES_DOSSIERS.c.dossier == dossier)
            return connexion.execute(requete).rowcount == 1


def _acces(connexion: sa.Connection, apikey: str) -> tuple[Acces, int | None] | None:
    """What the key gives, and when it last served; None when it gives nothing."""
    parties = separer(apikey)
    if parties is None:
        return None
    cle, secret = parties
    ligne = connexion.execute(_PAR_CLE, {"cle": cle}).first()
    connue = ligne.empreinte if ligne is not None else "0" * 64
    juste = hmac.compare_digest(connue, _empreinte(secret))
    if ligne is None or not juste or ligne.revocation_ms is not None or _est_passe(ligne.expiration_ms):
        return None
    permis = None if ligne.tous_dossiers else _dossiers(connexion, cle)
    acces = Acces(ligne.domain, cle, bool(ligne.est_avancee), permis, ligne.role, ligne.limite_minute)
    return acces, ligne.dernier_usage_ms


def _ouverte_a_tous(connexion: sa.Connection, cle: str) -> bool:
    return bool(connexion.execute(sa.select(CLES_API.c.tous_dossiers).where(CLES_API.c.cle == cle)).scalar_one())


def _dossiers(connexion: sa.Connection, cle: str) -> frozenset[int]:
    requete = sa.select(CLES_DOSSIERS.c.dossier).where(CLES_DOSSIERS.c.cle == cle)
    return frozenset(connexion.execute(requete).scalars())


def _listee(connexion: sa.Connection, c: sa.Row[Any]) -> CleListee:
    return CleListee(
        c.cle,
        c.domain,
        c.libelle,
        bool(c.est_avancee),
        instant(c.creation_ms),
        c.revocation_ms is not None,
        c.role,
        None if c.expiration_ms is None else instant(c.expiration_ms),
        None if c.dernier_usage_ms is None else instant(c.dernier_usage_ms),
        c.limite_minute,
        None if c.tous_dossiers else _dossiers(connexion, c.cle),
    )


def _est_passe(ms: int | None) -> bool:
    return ms is not None and ms <= maintenant_ms()


def _empreinte(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
