"""The firms' webhooks and their deliveries (imports.webhooks.Webhooks). Secrets are not kept: they derive from the server's."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ecritures.domain.errors import WebhookInvalide
from ecritures.imports.limits import PURGE_LIGNES_MAX
from ecritures.imports.webhooks import (
    A_LIVRER,
    ABANDONNEE,
    DESACTIVE_APRES_S,
    LIVREE,
    RECOUVREMENT_S,
    WEBHOOKS_MAX,
    Envoi,
    Livraison,
    Webhook,
)
from ecritures.storage.bases import Base
from ecritures.storage.livraisons import inscrire, take_due
from ecritures.storage.purge import delete_some
from ecritures.storage.secret import Secret
from ecritures.storage.tables import LIVRAISONS, WEBHOOKS
from ecritures.storage.temps import en_ms, instant, maintenant_ms

PREFIXE = "whsec_"


class RegistreWebhooks:
    def __init__(self, base: Base, secret: Secret) -> None:
        self._base = base
        self._secret = secret

    def creer(self, domain: str, libelle: str, url: str, evenements: Sequence[str]) -> tuple[Webhook, str]:
        maintenant = maintenant_ms()
        valeurs = {
            "id": str(uuid.uuid4()),
            "domain": domain,
            "libelle": libelle,
            "url": url,
            "evenements": json.dumps(sorted(set(evenements))),
            "version_secret": 1,
            "ancien_secret_fin_ms": None,
            "est_actif": 1,
            "creation_ms": maintenant,
            "derniere_maj_ms": maintenant,
        }
        with self._base.ecriture() as connexion:
            requete = sa.select(sa.func.count()).select_from(WEBHOOKS).where(WEBHOOKS.c.domain == domain)
            if connexion.execute(requete).scalar_one() >= WEBHOOKS_MAX:
                raise WebhookInvalide(f"Le cabinet a déjà {WEBHOOKS_MAX} webhooks : en retirer un d'abord.")
            connexion.execute(sa.insert(WEBHOOKS).values(valeurs))
        return _webhook(valeurs), self._cle(str(valeurs["id"]), 1)

    def lister(self, domain: str) -> Sequence[Webhook]:
        requete = sa.select(WEBHOOKS).where(WEBHOOKS.c.domain == domain).order_by(WEBHOOKS.c.creation_ms, WEBHOOKS.c.id)
        with self._base.lecture() as connexion:
            return [_webhook(ligne) for ligne in connexion.execute(requete).mappings()]

    def trouver(self, domain: str, webhook: str) -> Webhook | None:
        with self._base.lecture() as connexion:
            ligne = connexion.execute(sa.select(WEBHOOKS).where(_celui(domain, webhook))).mappings().first()
        return None if ligne is None else _webhook(ligne)

    def activer(self, domain: str, webhook: str, *, est_actif: bool) -> bool:
        requete = sa.update(WEBHOOKS).where(_celui(domain, webhook))
        with self._base.ecriture() as connexion:
            fait = connexion.execute(requete.values(est_actif=int(est_actif), derniere_maj_ms=maintenant_ms()))
            return fait.rowcount == 1

    def tourner(self, domain: str, webhook: str) -> str | None:
        maintenant = maintenant_ms()
        requete = (
            sa.update(WEBHOOKS)
            .where(_celui(domain, webhook))
            .values(
                version_secret=WEBHOOKS.c.version_secret + 1,
                ancien_secret_fin_ms=maintenant + RECOUVREMENT_S * 1000,
                derniere_maj_ms=maintenant,
            )
            .returning(WEBHOOKS.c.version_secret)
        )
        with self._base.ecriture() as connexion:
            version = connexion.execute(requete).scalar()
        return None if version is None else self._cle(webhook, version)

    def retirer(self, domain: str, webhook: str) -> bool:
        with self._base.ecriture() as connexion:
            siennes = sa.and_(LIVRAISONS.c.webhook == webhook, LIVRAISONS.c.domain == domain)
            connexion.execute(sa.delete(LIVRAISONS).where(siennes))
            return connexion.execute(sa.delete(WEBHOOKS).where(_celui(domain, webhook))).rowcount == 1

    def livraisons(
        self, domain: str, webhook: str, *, avant: int | None = None, limite: int = 100
    ) -> Sequence[Livraison]:
        requete = sa.select(LIVRAISONS).where(LIVRAISONS.c.domain == domain, LIVRAISONS.c.webhook == webhook)
        if avant is not None:
            requete = requete.where(LIVRAISONS.c.rang < avant)
        with self._base.lecture() as connexion:
            lignes = connexion.execute(requete.order_by(LIVRAISONS.c.rang.desc()).limit(limite)).mappings()
            return [_livraison(ligne) for ligne in lignes]

    def renvoyer(self, domain: str, webhook: str, rang: int) -> bool:
        celle = sa.and_(LIVRAISONS.c.domain == domain, LIVRAISONS.c.webhook == webhook, LIVRAISONS.c.rang == rang)
        maintenant = maintenant_ms()
        neuve = {"etat": A_LIVRER, "essais": 0, "prochain_ms": maintenant, "creation_ms": maintenant}
        with self._base.ecriture() as connexion:
            return connexion.execute(sa.update(LIVRAISONS).where(celle).values(neuve)).rowcount == 1

    def emettre(self, import_id: str, evenement: str) -> int:
        with self._base.ecriture() as connexion:
            return inscrire(connexion, import_id, evenement)

    def reserver(self, maintenant: datetime) -> Envoi | None:
        due = (
            sa.select(LIVRAISONS.c.rang)
            .join(WEBHOOKS, WEBHOOKS.c.id == LIVRAISONS.c.webhook)
            .where(
                LIVRAISONS.c.etat == A_LIVRER,
                LIVRAISONS.c.prochain_ms <= en_ms(maintenant),
                WEBHOOKS.c.est_actif == 1,
            )
        )
        with self._base.lecture() as connexion:  # most often there is nothing: no lock is taken to see it
            if connexion.execute(due.limit(1)).first() is None:
                return None
        with self._base.ecriture() as connexion:
            ligne = take_due(connexion, en_ms(maintenant))
        if ligne is None:
            return None
        version, fin = int(ligne["version_secret"]), ligne["ancien_secret_fin_ms"]
        versions = [version] + ([version - 1] if fin is not None and fin > en_ms(maintenant) else [])
        return Envoi(
            ligne["rang"],
            ligne["url"],
            ligne["evenement"],
            ligne["evenement_id"],
            ligne["corps"],
            ligne["essais"] + 1,
            instant(ligne["creation_ms"]),
            tuple(self._cle(ligne["webhook"], v) for v in versions),
        )

    def noter_succes(self, envoi: Envoi, statut: int, duree_ms: int) -> None:
        fini = {"etat": LIVREE, "prochain_ms": None, "dernier_statut": statut, "derniere_erreur": None}
        with self._base.ecriture() as connexion:
            connexion.execute(
                sa.update(LIVRAISONS)
                .where(LIVRAISONS.c.rang == envoi.rang)
                .values(**fini, duree_ms=duree_ms, livraison_ms=maintenant_ms())
            )

    def noter_echec(
        self, envoi: Envoi, statut: int | None, erreur: str, duree_ms: int, prochain: datetime | None
    ) -> bool:
        suite = (
            {"etat": ABANDONNEE, "prochain_ms": None}
            if prochain is None
            else {"etat": A_LIVRER, "prochain_ms": en_ms(prochain)}
        )
        with self._base.ecriture() as connexion:
            webhook = connexion.execute(
                sa.update(LIVRAISONS)
                .where(LIVRAISONS.c.rang == envoi.rang)
                .values(**suite, dernier_statut=statut, derniere_erreur=erreur, duree_ms=duree_ms)
                .returning(LIVRAISONS.c.webhook)
            ).scalar()
            return webhook is not None and _turn_off_if_dead(connexion, webhook)

    def purger(self, avant: datetime, limite: int = PURGE_LIGNES_MAX) -> int:
        with self._base.ecriture() as connexion:
            return delete_some(connexion, LIVRAISONS, LIVRAISONS.c.creation_ms < en_ms(avant), limite)

    def _cle(self, webhook: str, version: int) -> str:
        return PREFIXE + self._secret.key(f"webhook:{webhook}:{version}").hex()


def _turn_off_if_dead(connexion: sa.Connection, webhook: str) -> bool:
    """Every message since the last that arrived (or since the webhook was turned on) failed, for DESACTIVE_APRES_S."""
    arrivee = sa.select(sa.func.max(LIVRAISONS.c.livraison_ms)).where(LIVRAISONS.c.webhook == webhook)
    depuis = connexion.execute(arrivee).scalar() or 0
    allume = connexion.execute(sa.select(WEBHOOKS.c.derniere_maj_ms).where(WEBHOOKS.c.id == webhook)).scalar() or 0
    echecs = sa.select(sa.func.min(LIVRAISONS.c.creation_ms)).where(
        LIVRAISONS.c.webhook == webhook, LIVRAISONS.c.etat != LIVREE, LIVRAISONS.c.creation_ms >= max(depuis, allume)
    )
    premier = connexion.execute(echecs).scalar()
    maintenant = maintenant_ms()
    if premier is None or maintenant - premier < DESACTIVE_APRES_S * 1000:
        return False
    eteint = sa.update(WEBHOOKS).where(WEBHOOKS.c.id == webhook, WEBHOOKS.c.est_actif == 1)
    return connexion.execute(eteint.values(est_actif=0, derniere_maj_ms=maintenant)).rowcount == 1


def _celui(domain: str, webhook: str) -> sa.ColumnElement[bool]:
    return sa.and_(WEBHOOKS.c.domain == domain, WEBHOOKS.c.id == webhook)


def _webhook(ligne: Mapping[str, Any] | sa.RowMapping) -> Webhook:
    fin = ligne["ancien_secret_fin_ms"]
    return Webhook(
        id=ligne["id"],
        domain=ligne["domain"],
        libelle=ligne["libelle"],
        url=ligne["url"],
        evenements=tuple(json.loads(ligne["evenements"])),
        est_actif=bool(ligne["est_actif"]),
        creation=instant(ligne["creation_ms"]),
        derniere_maj=instant(ligne["derniere_maj_ms"]),
        ancien_secret_fin=None if fin is None else instant(fin),
    )


def _livraison(ligne: sa.RowMapping) -> Livraison:
    champs = ("rang", "webhook", "evenement", "evenement_id", "import_id", "etat", "essais")
    return Livraison(
        **{champ: ligne[champ] for champ in champs},
        prochain=None if ligne["prochain_ms"] is None else instant(ligne["prochain_ms"]),
        dernier_statut=ligne["dernier_statut"],
        derniere_erreur=ligne["derniere_erreur"],
        duree_ms=ligne["duree_ms"],
        creation=instant(ligne["creation_ms"]),
        livraison=None if ligne["livraison_ms"] is None else instant(ligne["livraison_ms"]),
    )
