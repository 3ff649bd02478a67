"""Subscription keys and API keys (imports.ports.Cles). Only hashes are kept.

The secrets are ours and hold 256 random bits, so a plain SHA-256 is enough: there is nothing to guess, unlike a password.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence

import sqlalchemy as sa

from ecritures.imports.ports import Acces, CleListee
from ecritures.storage.bases import Base
from ecritures.storage.dossiers import assure_cabinet
from ecritures.storage.tables import ABONNEMENTS, CLES_API, CLES_DOSSIERS
from ecritures.storage.temps import instant, maintenant_ms


class RegistreCles:
    def __init__(self, base: Base) -> None:
        self._base = base

    def creer_abonnement(self, nom: str) -> str:
        cle = secrets.token_hex(16)  # 32 hex digits, the shape of the portal's
        with self._base.ecriture() as connexion:
            connexion.execute(
                sa.insert(ABONNEMENTS).values(empreinte=_empreinte(cle), nom=nom, creation_ms=maintenant_ms())
            )
        return cle

    def abonnement_valide(self, cle: str) -> bool:
        requete = sa.select(ABONNEMENTS.c.revocation_ms).where(ABONNEMENTS.c.empreinte == _empreinte(cle))
        with self._base.lecture() as connexion:
            ligne = connexion.execute(requete).first()
        return ligne is not None and ligne.revocation_ms is None

    def creer_cle(
        self, domain: str, libelle: str, *, est_avancee: bool = False, dossiers: Sequence[int] | None = None
    ) -> str:
        cle, secret = f"ek_{secrets.token_hex(8)}", secrets.token_urlsafe(32)
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
                )
            )
            for dossier in dossiers or ():
                connexion.execute(sa.insert(CLES_DOSSIERS).values(cle=cle, dossier=dossier))
        return f"{cle}:{secret}"

    def identifier(self, apikey: str) -> Acces | None:
        cle, deux_points, secret = apikey.partition(":")  # the secret may hold colons: split on the first only
        if not (cle and deux_points and secret):
            return None
        with self._base.lecture() as connexion:
            ligne = connexion.execute(sa.select(CLES_API).where(CLES_API.c.cle == cle)).first()
            connue = ligne.empreinte if ligne is not None else "0" * 64
            juste = hmac.compare_digest(connue, _empreinte(secret))
            if ligne is None or not juste or ligne.revocation_ms is not None:
                return None
            permis = None
            if not ligne.tous_dossiers:
                requete = sa.select(CLES_DOSSIERS.c.dossier).where(CLES_DOSSIERS.c.cle == cle)
                permis = frozenset(connexion.execute(requete).scalars())
        return Acces(ligne.domain, cle, bool(ligne.est_avancee), permis)

    def lister(self, domain: str | None = None) -> Sequence[CleListee]:
        requete = sa.select(CLES_API).order_by(CLES_API.c.domain, CLES_API.c.creation_ms)
        if domain is not None:
            requete = requete.where(CLES_API.c.domain == domain)
        with self._base.lecture() as connexion:
            return [
                CleListee(
                    c.cle, c.domain, c.libelle, bool(c.est_avancee), instant(c.creation_ms), c.revocation_ms is not None
                )
                for c in connexion.execute(requete)
            ]

    def revoquer(self, cle: str) -> bool:
        requete = (
            sa.update(CLES_API)
            .where(CLES_API.c.cle == cle, CLES_API.c.revocation_ms.is_(None))
            .values(revocation_ms=maintenant_ms())
        )
        with self._base.ecriture() as connexion:
            return connexion.execute(requete).rowcount == 1


def _empreinte(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
