"""Language and theme: kept in cookies of the browser, they change nothing of the firm."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import Reglages
from ecritures.api.envelope import is_tls
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.web.langue import COOKIE_LANGUE, LANGUES
from ecritures.web.rendu import COOKIE_THEME, THEMES
from ecritures.web.statique import UN_AN_S

router = APIRouter(prefix=PREFIXE)


@router.post("/preferences")
def keep(
    request: Request,
    reglages: Reglages,
    langue: Annotated[str, Form(max_length=10)] = "",
    theme: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Back to the page where it was chosen. Without a token: there is nothing to gain by choosing for someone else."""
    venu = urlsplit(request.headers.get("referer", ""))
    ici = venu.path if venu.path.startswith(PREFIXE) and "//" not in venu.path else PREFIXE
    reponse = RedirectResponse(f"{ici}?{venu.query}" if venu.query else ici, 303)
    for nom, valeur, connues in ((COOKIE_LANGUE, langue, tuple(LANGUES)), (COOKIE_THEME, theme, THEMES)):
        if valeur in connues:
            reponse.set_cookie(
                nom, valeur, max_age=UN_AN_S, httponly=True, samesite="lax", secure=is_tls(request.scope, reglages)
            )
    return reponse
