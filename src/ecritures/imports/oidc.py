"""People sign in by the identity provider of the operator (OpenID Connect). Only people whom a firm already knows: nobody is
created here, and one who was made inactive is refused as an unknown one is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ecritures.domain.errors import ConnexionOidcRefusee, PlusieursCabinets

if TYPE_CHECKING:
    from ecritures.imports.ports import Ports


@dataclass(frozen=True)
class Identite:
    """Who the provider says it is, its signature checked. ``sujet``: issuer and subject, the only name that never changes
    hands. ``email``: None unless the provider verified it."""

    sujet: str
    sub: str
    email: str | None


@dataclass(frozen=True)
class Arrivee:
    """A person back from the provider: for the firm asked at the start (None: whichever knows them), to the page ``retour``."""

    identite: Identite
    domain: str | None
    retour: str


class Fournisseur(Protocol):
    """The provider. Its answers are checked before they come here."""

    def depart(self, domain: str | None, retour: str) -> tuple[str, str]:
        """The address to send the browser to, and the cookie that its return must bring. Raises ServiceIndisponible."""
        ...

    def identifier(self, cookie: str, parametres: Mapping[str, str]) -> Arrivee:
        """Raises ConnexionOidcRefusee, ServiceIndisponible."""
        ...


class ComptesOidc(Protocol):
    """The people that an identity may sign in as."""

    def trouver(self, identite: Identite, domain: str | None) -> Sequence[tuple[str, str]]:
        """``(domain, identifiant)`` of active people, bound to this subject already or, once, by what the settings allow."""
        ...

    def lier(self, domain: str, identifiant: str, sujet: str) -> bool:
        """Binds the subject for good. False: the person is bound to another, is no longer active, or the subject is taken."""
        ...


@dataclass(frozen=True)
class Oidc:
    """Sign-in by the provider, when the operator set one."""

    fournisseur: Fournisseur
    comptes: ComptesOidc


def connecter_par_oidc(
    oidc: Oidc, cookie: str, parametres: Mapping[str, str], *, adresse: str, duree_s: int, app: Ports
) -> tuple[str, str]:
    """A new session's cookie, and the page to go to. Raises ConnexionOidcRefusee, PlusieursCabinets, ServiceIndisponible."""
    arrivee = oidc.fournisseur.identifier(cookie, parametres)
    comptes = oidc.comptes.trouver(arrivee.identite, arrivee.domain)
    if not comptes:
        raise ConnexionOidcRefusee
    if len({domain for domain, _ in comptes}) > 1:
        raise PlusieursCabinets(sorted({domain for domain, _ in comptes}))
    if len(comptes) > 1:  # two people of one firm with the same address: nothing says which
        raise ConnexionOidcRefusee
    ((domain, identifiant),) = comptes
    if not oidc.comptes.lier(domain, identifiant, arrivee.identite.sujet):
        raise ConnexionOidcRefusee
    app.personnes.noter_connexion(domain, identifiant)
    app.audit.noter(domain, identifiant, "session.ouverture", details={"adresse": adresse, "par": "oidc"})
    return app.sessions.ouvrir(domain, identifiant, duree_s=duree_s), arrivee.retour
