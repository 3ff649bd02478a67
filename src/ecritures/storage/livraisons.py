"""Messages to webhooks, as rows: written in the caller's transaction, taken one by one, noted after each try."""

from __future__ import annotations

import json
from datetime import UTC

import sqlalchemy as sa

from ecritures.imports.evenements import event_id, message
from ecritures.imports.state import State
from ecritures.imports.webhooks import A_LIVRER, BAIL_S
from ecritures.storage.tables import IMPORTS, LIVRAISONS, WEBHOOKS
from ecritures.storage.temps import instant, maintenant_ms


def inscrire(connexion: sa.Connection, import_id: str, evenement: str) -> int:
    """The messages of that event to every webhook of the firm that listens to it. Those already there stay as they are."""
    importe = connexion.execute(sa.select(IMPORTS).where(IMPORTS.c.id == import_id)).mappings().first()
    if importe is None:
        return 0
    requete = sa.select(WEBHOOKS).where(WEBHOOKS.c.domain == importe["domain"], WEBHOOKS.c.est_actif == 1)
    ecoutent = [w.id for w in connexion.execute(requete) if evenement in json.loads(w.evenements)]
    if not ecoutent:
        return 0
    identifiant, maintenant = event_id(import_id, evenement), maintenant_ms()
    deja = set(
        connexion.execute(
            sa.select(LIVRAISONS.c.webhook).where(
                LIVRAISONS.c.webhook.in_(ecoutent), LIVRAISONS.c.evenement_id == identifiant
            )
        ).scalars()
    )
    corps = message(evenement, _iso(maintenant), _brief(importe))
    nouvelles = [
        {
            "webhook": webhook,
            "domain": importe["domain"],
            "evenement": evenement,
            "evenement_id": identifiant,
            "import_id": import_id,
            "corps": corps,
            "etat": A_LIVRER,
            "essais": 0,
            "prochain_ms": maintenant,
            "creation_ms": maintenant,
        }
        for webhook in ecoutent
        if webhook not in deja
    ]
    if nouvelles:
        connexion.execute(sa.insert(LIVRAISONS), nouvelles)
    return len(nouvelles)


def take_due(connexion: sa.Connection, maintenant: int) -> sa.RowMapping | None:
    """The message that has been due for longest, put aside for the length of the lease. None: nothing is due, or another
    worker took it in between."""
    due = sa.and_(LIVRAISONS.c.etat == A_LIVRER, LIVRAISONS.c.prochain_ms <= maintenant)
    requete = (
        sa.select(LIVRAISONS, WEBHOOKS.c.url, WEBHOOKS.c.version_secret, WEBHOOKS.c.ancien_secret_fin_ms)
        .join(WEBHOOKS, WEBHOOKS.c.id == LIVRAISONS.c.webhook)
        .where(due, WEBHOOKS.c.est_actif == 1)
        .order_by(LIVRAISONS.c.prochain_ms, LIVRAISONS.c.rang)
        .limit(1)
    )
    ligne = connexion.execute(requete).mappings().first()
    if ligne is None:
        return None
    prise = sa.update(LIVRAISONS).where(LIVRAISONS.c.rang == ligne["rang"], due)
    fait = connexion.execute(prise.values(prochain_ms=maintenant + int(BAIL_S * 1000), essais=LIVRAISONS.c.essais + 1))
    return ligne if fait.rowcount == 1 else None


def _brief(importe: sa.RowMapping) -> dict[str, object]:
    etat = State(importe["state"])
    return {
        "id": importe["id"],
        "dossier": importe["code_ibs"],
        "domain": importe["domain"],
        "format": importe["format"],
        "nom_fichier": importe["nom_fichier"],
        "etat": etat.value,
        "etat_libelle": etat.libelle,
        "message": importe["message"],
        "creation": _iso(importe["creation_ms"]),
        "annulation": None if importe["annulation_ms"] is None else _iso(importe["annulation_ms"]),
    }


def _iso(ms: int) -> str:
    return instant(ms).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
