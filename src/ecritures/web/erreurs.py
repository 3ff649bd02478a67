"""What goes wrong, as a page (or a fragment for htmx) that says what to do. Values received are never sent back unescaped."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from ecritures.api.access import get_ports, get_reglages
from ecritures.api.body import clean
from ecritures.api.problems import TITLES, status_of
from ecritures.api.refusals import HttpRefusal, KeyRefusal
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import Refus
from ecritures.web.personne import signed_in
from ecritures.web.rendu import is_htmx, render

_DETAILS = {
    404: "Aucune page à cette adresse.",
    405: "Cette adresse n'admet pas cette méthode.",
    413: "Le corps de la requête dépasse la taille admise.",
}


def page(request: Request, erreur: Exception) -> Response:
    """Every error of the pages. A session that is over leads to sign-in, and back where one was."""
    if isinstance(erreur, KeyRefusal):
        return _to_sign_in(request)
    if getattr(request.state, "personne", None) is None:  # an address that no route has: the menu is still theirs
        request.state.personne = signed_in(request, get_ports(request), get_reglages(request))
    statut, message = _said(erreur)
    modele = "fragments/alerte.html" if is_htmx(request) else "erreur.html"
    reponse = render(request, modele, statut=statut, titre=TITLES.get(statut, ""), message=message)
    reponse.status_code = statut
    if is_htmx(request):  # shown where people look, whatever the request was to replace
        reponse.headers.update({"hx-retarget": "#alertes", "hx-reswap": "innerHTML", "hx-reselect": ".alert"})
    return reponse


def _said(erreur: Exception) -> tuple[int, str]:
    if isinstance(erreur, Refus):
        return status_of(erreur), clean(erreur.message)
    if isinstance(erreur, HttpRefusal):
        return erreur.status, erreur.message
    if isinstance(erreur, RequestValidationError):
        champs = sorted({str(e["loc"][-1]) for e in erreur.errors() if e["loc"]})
        return 422, f"La requête est invalide : {clean(', '.join(champs))[:200]}."
    statut = cast(HTTPException, erreur).status_code
    return statut, _DETAILS.get(statut, "La requête n'est pas lisible.")


def _to_sign_in(request: Request) -> Response:
    voulu = str(request.scope["path"])
    if request.url.query:
        voulu += f"?{request.url.query}"
    adresse = f"{PREFIXE}/connexion"
    if is_htmx(request):
        return Response(status_code=200, headers={"hx-redirect": adresse})
    return RedirectResponse(f"{adresse}?suite={quote(voulu)}" if request.method == "GET" else adresse, 303)
