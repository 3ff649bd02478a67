"""Keys to try the API from its catalogue: of one person, for an hour, with no more rights than theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ecritures.imports.horloge import maintenant
from ecritures.imports.ports import Acces, CleListee, Dossier, Ports

DUREE_S = 3600
"""Long enough to try an import and read it, short enough to be forgotten in a screen without harm."""
_NOM = "Essai du catalogue"


@dataclass(frozen=True)
class CleEssai:
    """Both keys, in clear: the only time they can be seen."""

    cle: str
    apikey: str = field(repr=False)
    abonnement: str = field(repr=False)
    expiration: datetime


def creer_cle_essai(acces: Acces, dossier: Dossier | None, *, est_avancee: bool, app: Ports) -> CleEssai:
    """For that dossier (None: all). Those of that person before no longer serve. ``est_avancee``: also the routes of the firm,
    with the person's own role; else a key that can do what a « collaborateur » does."""
    revoquer_cles_essai(acces.domain, acces.cle, app)
    expiration = maintenant() + timedelta(seconds=DUREE_S)
    nom = _name(acces.cle)
    role = acces.role if est_avancee else "collaborateur"
    apikey = app.cles.creer_cle(
        acces.domain,
        nom,
        est_avancee=est_avancee,
        dossiers=None if dossier is None else [dossier.dossier],
        role=role,
        expiration=expiration,
    )
    _, abonnement, _ = app.cles.ouvrir_abonnement(nom, acces.domain, expiration=expiration)
    cle = apikey.partition(":")[0]
    details = {"role": role, "est_avancee": est_avancee, "duree_s": DUREE_S}
    numero = None if dossier is None else dossier.dossier
    app.audit.noter(acces.domain, acces.cle, "cle.essai", objet=cle, dossier=numero, details=details)
    return CleEssai(cle, apikey, abonnement, expiration)


def cles_essai(domain: str, identifiant: str, app: Ports) -> list[CleListee]:
    """The test keys that this person made, over or not, newest last."""
    return [c for c in app.cles.lister(domain) if c.libelle == _name(identifiant) and _is_short(c)]


def revoquer_cles_essai(domain: str, identifiant: str, app: Ports) -> int:
    """At sign-out, and before another is made. Gives how many still served."""
    revoquees = sum(app.cles.revoquer(c.cle) for c in cles_essai(domain, identifiant, app) if not c.est_revoquee)
    abonnements = {a.abonnement for a in app.cles.lister_abonnements(domain) if a.nom == _name(identifiant)}
    for numero in abonnements:
        app.cles.revoquer_abonnement(numero, domain=domain)
    return revoquees


def _name(identifiant: str) -> str:
    return f"{_NOM} · {identifiant}"


def _is_short(cle: CleListee) -> bool:
    """A key that someone named so by hand is not one of ours."""
    return cle.expiration is not None and cle.expiration - cle.creation <= timedelta(seconds=DUREE_S + 60)
