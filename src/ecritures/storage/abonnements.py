"""Subscriptions: each has a primary and a secondary key, so that one can be renewed while the other serves."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ecritures.imports.ports import AbonnementListe
from ecritures.storage.bases import Base
from ecritures.storage.dossiers import assure_cabinet
from ecritures.storage.tables import ABONNEMENTS
from ecritures.storage.temps import en_ms, instant, maintenant_ms
from ecritures.storage.usages import Usages

PRIMAIRE, SECONDAIRE = "primaire", "secondaire"
_PAR_EMPREINTE = sa.select(ABONNEMENTS).where(ABONNEMENTS.c.empreinte == sa.bindparam("empreinte"))
_NUMERO_ANCIEN = 12
"""A key of before subscriptions had numbers is named by this many digits of its hash."""


class Abonnements:
    """The part of imports.ports.Cles that deals with subscription keys."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._usages_abonnements = Usages(base, ABONNEMENTS, ABONNEMENTS.c.empreinte)

    def creer_abonnement(self, nom: str) -> str:
        with self._base.ecriture() as connexion:
            return _ajouter(connexion, _numero(), nom, PRIMAIRE, None)

    def ouvrir_abonnement(
        self, nom: str, domain: str | None = None, *, expiration: datetime | None = None
    ) -> tuple[str, str, str]:
        numero = _numero()
        with self._base.ecriture() as connexion:
            if domain is not None:
                assure_cabinet(connexion, domain)
            cles = [_ajouter(connexion, numero, nom, rang, domain, expiration) for rang in (PRIMAIRE, SECONDAIRE)]
        return numero, cles[0], cles[1]

    def tourner_abonnement(
        self, abonnement: str, rang: str, *, recouvrement_s: int, domain: str | None = None
    ) -> str | None:
        maintenant = maintenant_ms()
        fin = maintenant + recouvrement_s * 1000
        with self._base.ecriture() as connexion:
            vives = connexion.execute(sa.select(ABONNEMENTS).where(_vives(abonnement, domain, maintenant))).all()
            if not vives:
                return None
            anciennes = sa.update(ABONNEMENTS).where(
                _vives(abonnement, domain, maintenant),
                sa.func.coalesce(ABONNEMENTS.c.rang, PRIMAIRE) == rang,
                sa.or_(ABONNEMENTS.c.expiration_ms.is_(None), ABONNEMENTS.c.expiration_ms > fin),
            )
            connexion.execute(anciennes.values(expiration_ms=fin, abonnement=abonnement, rang=rang))
            return _ajouter(connexion, abonnement, vives[0].nom, rang, vives[0].domain)

    def lister_abonnements(self, domain: str | None = None) -> Sequence[AbonnementListe]:
        requete = sa.select(ABONNEMENTS).order_by(ABONNEMENTS.c.nom, ABONNEMENTS.c.creation_ms, ABONNEMENTS.c.rang)
        if domain is not None:
            requete = requete.where(ABONNEMENTS.c.domain == domain)
        with self._base.lecture() as connexion:
            return [_liste(ligne) for ligne in connexion.execute(requete)]

    def revoquer_abonnement(self, abonnement: str, *, rang: str | None = None, domain: str | None = None) -> bool:
        maintenant = maintenant_ms()
        condition = _vives(abonnement, domain, maintenant)
        if rang is not None:
            condition = sa.and_(condition, sa.func.coalesce(ABONNEMENTS.c.rang, PRIMAIRE) == rang)
        with self._base.ecriture() as connexion:
            requete = sa.update(ABONNEMENTS).where(condition).values(revocation_ms=maintenant)
            return connexion.execute(requete).rowcount > 0

    def identifier_abonnement(self, cle: str) -> AbonnementListe | None:
        with self._base.consultation() as connexion:
            ligne = self._cle_vive(connexion, cle)
        return None if ligne is None else self._servie(ligne)

    def _cle_vive(self, connexion: sa.Connection, cle: str) -> sa.Row[Any] | None:
        """The row of a key that serves now."""
        ligne = connexion.execute(_PAR_EMPREINTE, {"empreinte": _empreinte(cle)}).first()
        if ligne is None or ligne.revocation_ms is not None:
            return None
        est_passee = ligne.expiration_ms is not None and ligne.expiration_ms <= maintenant_ms()
        return None if est_passee else ligne

    def _servie(self, ligne: sa.Row[Any]) -> AbonnementListe:
        """To be called when no connection is held: it may write."""
        self._usages_abonnements.noter(ligne.empreinte, ligne.dernier_usage_ms)
        return _liste(ligne)

    def abonnement_valide(self, cle: str) -> bool:
        return self.identifier_abonnement(cle) is not None


def _ajouter(
    connexion: sa.Connection,
    numero: str,
    nom: str,
    rang: str,
    domain: str | None,
    expiration: datetime | None = None,
) -> str:
    cle = secrets.token_hex(16)  # 32 hex digits, the shape of the portal's
    valeurs = {
        "empreinte": _empreinte(cle),
        "nom": nom,
        "creation_ms": maintenant_ms(),
        "abonnement": numero,
        "rang": rang,
        "domain": domain,
        "expiration_ms": None if expiration is None else en_ms(expiration),
    }
    connexion.execute(sa.insert(ABONNEMENTS).values(valeurs))
    return cle


def _vives(abonnement: str, domain: str | None, maintenant: int) -> sa.ColumnElement[bool]:
    """Its keys that serve now; ``abonnement`` may be the short name of a key that has no number."""
    c = ABONNEMENTS.c
    ancienne = sa.and_(c.abonnement.is_(None), sa.func.substr(c.empreinte, 1, _NUMERO_ANCIEN) == abonnement)
    return sa.and_(
        sa.or_(c.abonnement == abonnement, ancienne),
        c.revocation_ms.is_(None),
        sa.or_(c.expiration_ms.is_(None), c.expiration_ms > maintenant),
        sa.true() if domain is None else c.domain == domain,
    )


def _liste(ligne: sa.Row[Any]) -> AbonnementListe:
    return AbonnementListe(
        ligne.abonnement or ligne.empreinte[:_NUMERO_ANCIEN],
        ligne.nom,
        ligne.rang or PRIMAIRE,
        ligne.domain,
        instant(ligne.creation_ms),
        None if ligne.expiration_ms is None else instant(ligne.expiration_ms),
        None if ligne.dernier_usage_ms is None else instant(ligne.dernier_usage_ms),
        ligne.revocation_ms is not None,
    )


def _numero() -> str:
    return f"ab_{secrets.token_hex(6)}"


def _empreinte(cle: str) -> str:
    return hashlib.sha256(cle.encode("utf-8", "surrogatepass")).hexdigest()
