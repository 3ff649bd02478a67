"""The screens of the firm and of its interfaces, together: the application mounts them from here."""

from fastapi import APIRouter

from ecritures.web.pages import (
    cabinet_audit,
    cabinet_cles,
    cabinet_collaborateurs,
    cabinet_compte,
    cabinet_equipes,
    cabinet_invitation,
    cabinet_parametres,
    cabinet_webhooks,
    catalogue,
    requetes,
)

ROUTERS_CABINET: tuple[APIRouter, ...] = (
    cabinet_collaborateurs.router,
    cabinet_equipes.router,
    cabinet_invitation.router,
    cabinet_cles.router,
    cabinet_webhooks.router,
    cabinet_audit.router,
    cabinet_parametres.router,
    cabinet_compte.router,
    catalogue.router,
    requetes.router,
)
