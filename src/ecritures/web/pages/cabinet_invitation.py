"""The page behind an invitation link: one form that sets a password. Its script sends the token in a body, never in an address."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.api.reglages import PREFIXE_V1
from ecritures.imports.personnes import LONGUEUR_MAX, LONGUEUR_MIN
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)


@router.get("/invitation")
def show(request: Request) -> Response:
    page = render(
        request,
        "cabinet/invitation.html",
        longueur_min=LONGUEUR_MIN,
        longueur_max=LONGUEUR_MAX,
        acceptation=f"{PREFIXE_V1}/invitations/acceptation",
    )
    page.headers["referrer-policy"] = "no-referrer"
    return page
