"""Pages called in process: the application with its screens, and people who look at them."""

from __future__ import annotations

from typing import Any

from ecritures.api.access import COOKIE, csrf_token
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.personnes import hache
from ecritures.web.application import mount_pages
from serveurs.api import DOMAIN, Essai

MOT_DE_PASSE = "une phrase assez longue"


def show_pages(essai: Essai) -> None:
    """Adds the screens to an application whose client is open already: its stack is built anew at the next request."""
    essai.api.middleware_stack = None
    mount_pages(essai.api)


class Navigateur:
    """A person signed in: pages by address below ``/app``, forms sent with their token."""

    def __init__(self, essai: Essai, role: str, domain: str = DOMAIN, identifiant: str | None = None) -> None:
        self._essai = essai
        self.domain, self.identifiant = domain, identifiant or role
        if essai.ports.personnes.trouver(domain, self.identifiant) is None:
            essai.ports.personnes.creer(domain, Collaborateur(self.identifiant, "Anne", "Martin", role))
        self.cookie = essai.ports.sessions.ouvrir(domain, self.identifiant, duree_s=3600)

    def with_password(self) -> Navigateur:
        self._essai.ports.personnes.changer_mot_de_passe(self.domain, self.identifiant, hache(MOT_DE_PASSE))
        self.cookie = self._essai.ports.sessions.ouvrir(self.domain, self.identifiant, duree_s=3600)
        return self

    def get(self, page: str, **parametres: Any) -> Any:
        return self._call("GET", page, params=parametres or None)

    def post(self, page: str, **champs: Any) -> Any:
        return self._call("POST", page, data={"csrf": csrf_token(self.cookie), **champs})

    def _call(self, methode: str, page: str, **reste: Any) -> Any:
        client = self._essai.client
        client.cookies.set(COOKIE, self.cookie)
        try:
            return client.request(methode, f"/app{page}", follow_redirects=False, **reste)
        finally:
            client.cookies.clear()
