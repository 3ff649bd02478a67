"""Webhooks of the firm: who is told when an import ends, the log of what was sent, sending again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ecritures.api.access import Administrateur, App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_V1
from ecritures.api.v1.common import LIMITE_DEFAUT, Limite, declared, json_body, page, with_body
from ecritures.api.v1.imports import RANG_MAX
from ecritures.api.v1.models import Entree
from ecritures.domain.errors import LienRefuse, LivraisonInconnue, WebhookInconnu, WebhookInvalide
from ecritures.imports.ports import Acces, Ports
from ecritures.imports.webhooks import LIBELLE_MAX, URL_MAX, Webhook

router = APIRouter(prefix=f"{PREFIXE_V1}/webhooks", tags=["Webhooks"])

Evenement = Literal["import.termine", "import.en_erreur", "import.annule"]
Id = Annotated[str, Path(description="Identifiant du webhook.", examples=["0b6f3f0e-2d8a-4a7e-8d5b-6f4f6b0c9a11"])]
Rang = Annotated[int, Path(ge=1, le=RANG_MAX, description="Rang de la livraison.", examples=[1])]


class NouveauWebhook(Entree):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"url": "https://exemple.fr/ecritures", "evenements": ["import.termine"]}]}
    )

    url: Annotated[str, StringConstraints(min_length=1, max_length=URL_MAX)] = Field(
        description="Adresse https appelée par POST. Une adresse privée est refusée."
    )
    evenements: Annotated[list[Evenement], Field(min_length=1, max_length=10)]
    libelle: Annotated[str, StringConstraints(max_length=LIBELLE_MAX)] = ""


class EtatWebhook(Entree):
    model_config = ConfigDict(json_schema_extra={"examples": [{"est_actif": True}]})

    est_actif: bool


class WebhookLu(BaseModel):
    id: str
    libelle: str
    url: str = Field(description="Sans ses paramètres, qui peuvent porter un jeton.")
    evenements: list[str]
    est_actif: bool = Field(description="Faux : éteint, par une personne ou après cinq jours d'échecs.")
    creation: datetime
    derniere_maj: datetime
    ancien_secret_fin: datetime | None = Field(description="Jusqu'à quand l'ancien secret signe aussi.")


class WebhookCree(WebhookLu):
    secret: str = Field(description="Montré cette seule fois.")


class SecretWebhook(BaseModel):
    secret: str = Field(description="Montré cette seule fois ; l'ancien signe aussi pendant 24 heures.")


class LivraisonLue(BaseModel):
    rang: int
    evenement: str
    evenement_id: str = Field(description="Le même à chaque envoi d'un événement : de quoi reconnaître un doublon.")
    import_id: str | None
    etat: Literal["a_livrer", "livree", "abandonnee"]
    essais: int
    prochain: datetime | None
    dernier_statut: int | None
    derniere_erreur: str | None
    duree_ms: int | None
    creation: datetime
    livraison: datetime | None


class PageWebhooks(BaseModel):
    webhooks: list[WebhookLu]


class PageLivraisons(BaseModel):
    livraisons: list[LivraisonLue]
    suivant: int | None


@router.get("", summary="Lister les webhooks", **declared())
def list_webhooks(acces: Administrateur, app: App) -> PageWebhooks:
    return PageWebhooks(webhooks=[WebhookLu(**_fields(w)) for w in app.webhooks.lister(acces.domain)])


@router.post("", status_code=201, summary="Créer un webhook", **with_body(NouveauWebhook))
def create(
    acces: Administrateur, corps: Annotated[NouveauWebhook, Depends(json_body(NouveauWebhook))], app: App
) -> WebhookCree:
    """Rend le secret qui signe les messages."""
    try:
        app.envois.verifier(corps.url)
    except LienRefuse as refus:
        raise WebhookInvalide(
            "L'adresse du webhook n'est pas admise : donner une adresse https publique, sans nom ni mot de passe."
        ) from refus
    webhook, secret = app.webhooks.creer(acces.domain, clean(corps.libelle), corps.url, list(corps.evenements))
    _note(app, acces, "webhook.creation", webhook.id)
    return WebhookCree(**_fields(webhook), secret=secret)


@router.get("/{id}", summary="Lire un webhook", **declared(404, 422))
def read(id: Id, acces: Administrateur, app: App) -> WebhookLu:
    return WebhookLu(**_fields(_find(id, acces, app)))


@router.put("/{id}/etat", summary="Allumer ou éteindre un webhook", **with_body(EtatWebhook, 404))
def switch(
    id: Id, acces: Administrateur, corps: Annotated[EtatWebhook, Depends(json_body(EtatWebhook))], app: App
) -> WebhookLu:
    """Rallumé, il reçoit ce qui restait à livrer ; ce qui est arrivé pendant qu'il était éteint ne lui est pas envoyé."""
    webhook = _find(id, acces, app)
    app.webhooks.activer(acces.domain, webhook.id, est_actif=corps.est_actif)
    _note(app, acces, "webhook.activation" if corps.est_actif else "webhook.desactivation", webhook.id)
    return WebhookLu(**_fields(_find(id, acces, app)))


@router.post("/{id}/rotation", summary="Changer le secret d'un webhook", **declared(404, 422))
def rotate(id: Id, acces: Administrateur, app: App) -> SecretWebhook:
    secret = app.webhooks.tourner(acces.domain, _find(id, acces, app).id)
    if secret is None:
        raise WebhookInconnu(clean(id)[:64])
    _note(app, acces, "webhook.rotation", id)
    return SecretWebhook(secret=secret)


@router.delete("/{id}", status_code=204, response_class=Response, summary="Retirer un webhook", **declared(404, 422))
def remove(id: Id, acces: Administrateur, app: App) -> Response:
    """Avec son journal ; ce qui restait à livrer ne le sera pas."""
    webhook = _find(id, acces, app)
    app.webhooks.retirer(acces.domain, webhook.id)
    _note(app, acces, "webhook.retrait", webhook.id)
    return Response(status_code=204)


@router.get("/{id}/livraisons", summary="Lire le journal des livraisons", **declared(404, 422))
def list_livraisons(
    id: Id,
    acces: Administrateur,
    app: App,
    limite: Limite = LIMITE_DEFAUT,
    apres: Annotated[int | None, Query(ge=1, le=RANG_MAX, description="Le `suivant` de la page précédente.")] = None,
) -> PageLivraisons:
    """De la plus récente à la plus ancienne."""
    webhook = _find(id, acces, app)
    lues = app.webhooks.livraisons(acces.domain, webhook.id, avant=apres, limite=limite + 1)
    livraisons, encore = page(lues, limite)
    return PageLivraisons(
        livraisons=[LivraisonLue(**{c: getattr(v, c) for c in LivraisonLue.model_fields}) for v in livraisons],
        suivant=livraisons[-1].rang if encore else None,
    )


@router.post(
    "/{id}/livraisons/{rang}/renvoi",
    status_code=202,
    response_class=Response,
    summary="Renvoyer un message",
    **declared(404, 422),
)
def resend(id: Id, rang: Rang, acces: Administrateur, app: App) -> Response:
    """Le même message, avec le même identifiant et une signature du moment, livré ou non jusque-là."""
    webhook = _find(id, acces, app)
    if not app.webhooks.renvoyer(acces.domain, webhook.id, rang):
        raise LivraisonInconnue(rang)
    _note(app, acces, "webhook.renvoi", f"{webhook.id}/{rang}")
    return Response(status_code=202)


def _find(webhook: str, acces: Acces, app: Ports) -> Webhook:
    """Raises WebhookInconnu, for another firm's webhook too."""
    cherche = clean(webhook).lower()[:64]
    trouve = app.webhooks.trouver(acces.domain, cherche)
    if trouve is None:
        raise WebhookInconnu(cherche)
    return trouve


def _fields(webhook: Webhook) -> dict[str, Any]:
    champs = asdict(webhook)
    morceaux = urlsplit(webhook.url)
    return {c: champs[c] for c in WebhookLu.model_fields} | {
        "url": morceaux._replace(query="…" if morceaux.query else "", fragment="").geturl()
    }


def _note(app: Ports, acces: Acces, action: str, objet: str) -> None:
    app.audit.noter(acces.domain, acces.cle, action, objet=objet)
