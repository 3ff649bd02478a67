"""Sessions and invitations (imports.cabinet.Sessions). The cookie and the link hold 256 random bits: SHA-256 hides them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

import sqlalchemy as sa

from ecritures.imports.cabinet import Session, SessionOuverte
from ecritures.imports.limits import PURGE_LIGNES_MAX
from ecritures.storage.bases import Base
from ecritures.storage.personnes import pose_mot_de_passe
from ecritures.storage.purge import delete_some
from ecritures.storage.tables import COLLABORATEURS, INVITATIONS, SESSIONS
from ecritures.storage.temps import instant, maintenant_ms

PAS_MS = 60_000
"""A session's last use is written at most this often."""


class RegistreSessions:
    def __init__(self, base: Base) -> None:
        self._base = base

    def ouvrir(self, domain: str, identifiant: str, *, duree_s: int) -> str:
        cookie, maintenant = secrets.token_urlsafe(32), maintenant_ms()
        valeurs = {
            "empreinte": _empreinte(cookie),
            "domain": domain,
            "identifiant": identifiant.casefold(),
            "creation_ms": maintenant,
            "vue_ms": maintenant,
            "expiration_ms": maintenant + duree_s * 1000,
        }
        with self._base.ecriture() as connexion:
            connexion.execute(sa.insert(SESSIONS).values(valeurs))
        return cookie

    def lire(self, cookie: str, *, inactivite_s: int) -> Session | None:
        empreinte, maintenant = _empreinte(cookie), maintenant_ms()
        personne = sa.and_(
            COLLABORATEURS.c.domain == SESSIONS.c.domain, COLLABORATEURS.c.identifiant == SESSIONS.c.identifiant
        )
        requete = (
            sa.select(SESSIONS, COLLABORATEURS.c.role)
            .join(COLLABORATEURS, personne)
            .where(
                SESSIONS.c.empreinte == empreinte,
                SESSIONS.c.revocation_ms.is_(None),
                SESSIONS.c.expiration_ms > maintenant,
                SESSIONS.c.vue_ms > maintenant - inactivite_s * 1000,
                COLLABORATEURS.c.est_actif == 1,
            )
        )
        with self._base.lecture() as connexion:
            ligne = connexion.execute(requete).first()
        if ligne is None:
            return None
        if maintenant - ligne.vue_ms >= PAS_MS:
            with self._base.ecriture() as connexion:
                connexion.execute(
                    sa.update(SESSIONS).where(SESSIONS.c.empreinte == empreinte).values(vue_ms=maintenant)
                )
        return Session(ligne.domain, ligne.identifiant, ligne.role, instant(ligne.expiration_ms))

    def ouvertes(self, domain: str, identifiant: str, *, cookie: str, inactivite_s: int) -> Sequence[SessionOuverte]:
        maintenant, celle_ci, c = maintenant_ms(), _empreinte(cookie), SESSIONS.c
        requete = (
            sa.select(SESSIONS)
            .where(
                c.domain == domain,
                c.identifiant == identifiant.casefold(),
                c.revocation_ms.is_(None),
                c.expiration_ms > maintenant,
                c.vue_ms > maintenant - inactivite_s * 1000,
            )
            .order_by(c.vue_ms.desc(), c.creation_ms.desc())
        )
        with self._base.lecture() as connexion:
            return [
                SessionOuverte(
                    instant(s.creation_ms), instant(s.vue_ms), instant(s.expiration_ms), s.empreinte == celle_ci
                )
                for s in connexion.execute(requete)
            ]

    def fermer(self, cookie: str) -> bool:
        return self._revoquer(SESSIONS.c.empreinte == _empreinte(cookie)) == 1

    def fermer_toutes(self, domain: str, identifiant: str) -> int:
        personne = sa.and_(SESSIONS.c.domain == domain, SESSIONS.c.identifiant == identifiant.casefold())
        return self._revoquer(personne)

    def inviter(self, domain: str, identifiant: str, *, duree_s: int) -> str:
        jeton, maintenant = secrets.token_urlsafe(32), maintenant_ms()
        qui = {"domain": domain, "identifiant": identifiant.casefold()}
        with self._base.ecriture() as connexion:
            connexion.execute(
                sa.delete(INVITATIONS).where(
                    INVITATIONS.c.domain == qui["domain"], INVITATIONS.c.identifiant == qui["identifiant"]
                )
            )
            connexion.execute(
                sa.insert(INVITATIONS).values(
                    empreinte=_empreinte(jeton),
                    creation_ms=maintenant,
                    expiration_ms=maintenant + duree_s * 1000,
                    **qui,
                )
            )
        return jeton

    def accepter(self, jeton: str, empreinte: str) -> tuple[str, str] | None:
        maintenant = maintenant_ms()
        vive = sa.and_(
            INVITATIONS.c.empreinte == _empreinte(jeton),
            INVITATIONS.c.usage_ms.is_(None),
            INVITATIONS.c.expiration_ms > maintenant,
        )
        with self._base.ecriture() as connexion:
            ligne = connexion.execute(sa.select(INVITATIONS).where(vive)).first()
            # the update decides: of two uses at once, one row count is 1
            if (
                ligne is None
                or not connexion.execute(sa.update(INVITATIONS).where(vive).values(usage_ms=maintenant)).rowcount
            ):
                return None
            if not pose_mot_de_passe(connexion, ligne.domain, ligne.identifiant, empreinte):
                return None
        return ligne.domain, ligne.identifiant

    def purger(self, limite: int = PURGE_LIGNES_MAX) -> int:
        maintenant = maintenant_ms()
        finies = sa.or_(SESSIONS.c.expiration_ms <= maintenant, SESSIONS.c.revocation_ms.is_not(None))
        usees = sa.or_(INVITATIONS.c.expiration_ms <= maintenant, INVITATIONS.c.usage_ms.is_not(None))
        with self._base.ecriture() as connexion:
            nombre = delete_some(connexion, SESSIONS, finies, limite)
            return nombre + delete_some(connexion, INVITATIONS, usees, limite - nombre)

    def _revoquer(self, lesquelles: sa.ColumnElement[bool]) -> int:
        requete = sa.update(SESSIONS).where(lesquelles, SESSIONS.c.revocation_ms.is_(None))
        with self._base.ecriture() as connexion:
            return connexion.execute(requete.values(revocation_ms=maintenant_ms())).rowcount


def _empreinte(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
