"""Webhooks of the firm, and the log of what was sent to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import LienRefuse, LivraisonInconnue, WebhookInconnu, WebhookInvalide
from ecritures.imports.ports import Ports
from ecritures.imports.webhooks import EVENEMENTS, LIBELLE_MAX, URL_MAX, WEBHOOKS_MAX, Webhook
from ecritures.web.pages.cabinet_cles import Secret
from ecritures.web.pages.cabinet_commun import PAR_PAGE, RANG_MAX, Apres, Segment, invalid, text
from ecritures.web.personne import MoiAdministrateur, Personne
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

Texte = Annotated[str, Form(max_length=URL_MAX)]
Rang = Annotated[int, Path(ge=1, le=RANG_MAX)]


@dataclass(frozen=True)
class WebhookVu:
    """A webhook as shown: its address without the query, which may hold a token."""

    webhook: Webhook
    adresse: str


@router.get("/webhooks")
def show(request: Request, moi: MoiAdministrateur, app: App) -> Response:
    webhooks = [_seen(w) for w in app.webhooks.lister(moi.domain)]
    return render(request, "cabinet/webhooks.html", webhooks=webhooks, evenements=EVENEMENTS, maximum=WEBHOOKS_MAX)


@router.post("/webhooks")
def create(
    request: Request,
    moi: MoiAdministrateur,
    app: App,
    libelle: Texte = "",
    url: Texte = "",
    evenements: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """The secret is in this answer alone. Raises WebhookInvalide."""
    choisis = [e for e in EVENEMENTS if e in (evenements or ())]
    if not choisis:
        raise invalid("Aucun événement n'est coché : en cocher un au moins.")
    adresse = text(url, "Adresse", longueur_max=URL_MAX, requis=True)
    try:
        app.envois.verifier(adresse)
    except LienRefuse as refus:
        raise WebhookInvalide(
            "L'adresse du webhook n'est pas admise : donner une adresse https publique, sans nom ni mot de passe."
        ) from refus
    nom = text(libelle, "Libellé", longueur_max=LIBELLE_MAX)
    webhook, secret = app.webhooks.creer(moi.domain, nom, adresse, choisis)
    _note(moi, app, "webhook.creation", webhook.id)
    return _card(request, moi, app, webhook, secret=secret)


@router.get("/webhooks/{id}")
def read(request: Request, id: Segment, moi: MoiAdministrateur, app: App, apres: Apres = None) -> Response:
    return _card(request, moi, app, _find(id, moi, app), apres=apres)


@router.post("/webhooks/{id}/etat")
def switch(id: Segment, moi: MoiAdministrateur, app: App, est_actif: Annotated[bool, Form()] = False) -> Response:
    webhook = _find(id, moi, app)
    app.webhooks.activer(moi.domain, webhook.id, est_actif=est_actif)
    _note(moi, app, "webhook.activation" if est_actif else "webhook.desactivation", webhook.id)
    return RedirectResponse(f"{PREFIXE}/webhooks/{webhook.id}", 303)


@router.post("/webhooks/{id}/rotation")
def rotate(request: Request, id: Segment, moi: MoiAdministrateur, app: App) -> Response:
    """The new secret is in this answer alone; the one before signs too for a day."""
    webhook = _find(id, moi, app)
    secret = app.webhooks.tourner(moi.domain, webhook.id)
    if secret is None:
        raise WebhookInconnu(webhook.id)
    _note(moi, app, "webhook.rotation", webhook.id)
    return _card(request, moi, app, _find(webhook.id, moi, app), secret=secret)


@router.post("/webhooks/{id}/retrait")
def remove(id: Segment, moi: MoiAdministrateur, app: App) -> Response:
    webhook = _find(id, moi, app)
    app.webhooks.retirer(moi.domain, webhook.id)
    _note(moi, app, "webhook.retrait", webhook.id)
    return RedirectResponse(f"{PREFIXE}/webhooks", 303)


@router.post("/webhooks/{id}/livraisons/{rang}/renvoi")
def resend(id: Segment, rang: Rang, moi: MoiAdministrateur, app: App) -> Response:
    """Raises LivraisonInconnue."""
    webhook = _find(id, moi, app)
    if not app.webhooks.renvoyer(moi.domain, webhook.id, rang):
        raise LivraisonInconnue(rang)
    _note(moi, app, "webhook.renvoi", f"{webhook.id}/{rang}")
    return RedirectResponse(f"{PREFIXE}/webhooks/{webhook.id}", 303)


def _card(
    request: Request,
    moi: Personne,
    app: Ports,
    webhook: Webhook,
    *,
    apres: int | None = None,
    secret: str | None = None,
) -> Response:
    lues = app.webhooks.livraisons(moi.domain, webhook.id, avant=apres, limite=PAR_PAGE + 1)
    page = render(
        request,
        "cabinet/webhook.html",
        webhook=webhook,
        adresse=_seen(webhook).adresse,
        livraisons=lues[:PAR_PAGE],
        suivant=lues[PAR_PAGE - 1].rang if len(lues) > PAR_PAGE else None,
        secrets=[] if secret is None else [Secret("Secret de signature", "Ecritures-Signature", secret)],
    )
    page.status_code = 200 if secret is None else 201
    return page


def _seen(webhook: Webhook) -> WebhookVu:
    lue = urlsplit(webhook.url)
    return WebhookVu(webhook, lue._replace(query="…" if lue.query else "", fragment="").geturl())


def _find(webhook: str, moi: Personne, app: Ports) -> Webhook:
    """Raises WebhookInconnu, for another firm's webhook too."""
    cherche = clean(webhook).lower()[:64]
    trouve = app.webhooks.trouver(moi.domain, cherche)
    if trouve is None:
        raise WebhookInconnu(cherche)
    return trouve


def _note(moi: Personne, app: Ports, action: str, objet: str) -> None:
    app.audit.noter(moi.domain, moi.identifiant, action, objet=objet)
