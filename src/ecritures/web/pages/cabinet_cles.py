"""Keys of the firm: API keys and subscriptions. A secret is in the answer that makes it, and nowhere after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from ecritures.api.access import App, find_dossier
from ecritures.api.body import clean
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import CleInconnue, CleTousDossiers
from ecritures.imports.cabinet import ROLES
from ecritures.imports.horloge import maintenant
from ecritures.imports.ports import AbonnementListe, CleListee, Ports
from ecritures.web.pages.cabinet_commun import Segment, day_of, end_of, invalid, text, whole
from ecritures.web.personne import MoiAdministrateur, Personne
from ecritures.web.rendu import render

router = APIRouter(prefix=PREFIXE)

LIMITE_MINUTE_MAX = 1_000_000
RECOUVREMENTS_S = {"0": 0, "3600": 3_600, "86400": 86_400, "604800": 604_800, "2592000": 2_592_000}
Texte = Annotated[str, Form(max_length=500)]


@dataclass(frozen=True)
class Secret:
    """Shown once, in the answer that made it."""

    titre: str
    nom: str
    valeur: str


@dataclass(frozen=True)
class Abonnement:
    """A subscription with its keys, those on their way out included."""

    numero: str
    nom: str
    cles: tuple[AbonnementListe, ...]

    @property
    def sert(self) -> bool:
        return any(serves(c) for c in self.cles)


def serves(cle: CleListee | AbonnementListe) -> bool:
    return not cle.est_revoquee and (cle.expiration is None or cle.expiration > maintenant())


@router.get("/cles")
def show(request: Request, moi: MoiAdministrateur, app: App, tout: bool = False) -> Response:
    return _list(request, moi, app, tout=tout)


@router.get("/nouvelle-cle")
def show_form(request: Request, moi: MoiAdministrateur, app: App) -> Response:
    return render(request, "cabinet/cle_nouvelle.html", dossiers=app.dossiers.lister(moi.domain))


@router.post("/cles")
def create(
    request: Request,
    moi: MoiAdministrateur,
    app: App,
    libelle: Texte = "",
    sorte: Texte = "standard",
    role: Texte = "collaborateur",
    portee: Texte = "tous",
    dossiers: Annotated[list[str] | None, Form()] = None,
    expiration: Texte = "",
    limite_minute: Texte = "",
) -> Response:
    """The whole key is in this answer alone. Raises HttpRefusal for a form that makes no sense, DossierInconnu."""
    nom = text(libelle, "Libellé", longueur_max=200, requis=True)
    if role not in ROLES or sorte not in ("standard", "advanced") or portee not in ("tous", "choisis"):
        raise invalid("Le rôle, le type ou l'étendue de la clé est inconnu : choisir dans les listes.")
    permis = None
    if portee == "choisis":
        permis = [find_dossier(clean(c)[:100], moi.acces, app).dossier for c in dossiers or ()]
        if not permis:
            raise invalid("Aucun dossier n'est coché : en cocher un au moins, ou choisir « Tous les dossiers ».")
    fin = end_of(day_of(expiration, "Expiration"))
    if fin is not None and fin <= maintenant():
        raise invalid("La date d'expiration est passée : choisir un jour à venir.")
    apikey = app.cles.creer_cle(
        moi.domain,
        nom,
        est_avancee=sorte == "advanced",
        dossiers=permis,
        role=role,
        expiration=fin,
        limite_minute=whole(limite_minute, "Requêtes par minute", maximum=LIMITE_MINUTE_MAX),
    )
    publique = apikey.partition(":")[0]
    details = {"libelle": nom, "role": role, "est_avancee": sorte == "advanced"}
    _note(moi, app, "cle.creation", publique, details=details)
    return _list(request, moi, app, secrets=[Secret(nom, "x-apikey", apikey)], statut=201)


@router.get("/cles/{cle}")
def read(request: Request, cle: Segment, moi: MoiAdministrateur, app: App) -> Response:
    trouvee = _find(cle, moi, app)
    dossiers = app.dossiers.lister(moi.domain)
    return render(request, "cabinet/cle.html", cle=trouvee, sert=serves(trouvee), dossiers=dossiers)


@router.post("/cles/{cle}/revocation")
def revoke(cle: Segment, moi: MoiAdministrateur, app: App) -> Response:
    trouvee = _find(cle, moi, app)
    if app.cles.revoquer(trouvee.cle):
        _note(moi, app, "cle.revocation", trouvee.cle)
    return RedirectResponse(f"{PREFIXE}/cles", 303)


@router.post("/cles/{cle}/dossiers")
def switch(
    cle: Segment, moi: MoiAdministrateur, app: App, dossier: Texte = "", active: Annotated[bool, Form()] = False
) -> Response:
    """Raises CleInconnue, DossierInconnu, CleTousDossiers."""
    trouvee, choisi = _find(cle, moi, app), find_dossier(clean(dossier)[:100], moi.acces, app)
    if trouvee.dossiers is None:
        raise CleTousDossiers(trouvee.cle)
    fait = app.cles.activer if active else app.cles.desactiver
    if fait(trouvee.cle, choisi.dossier):
        _note(moi, app, "cle.activation" if active else "cle.desactivation", trouvee.cle, dossier=choisi.dossier)
    return RedirectResponse(f"{PREFIXE}/cles/{trouvee.cle}", 303)


@router.post("/abonnements")
def open_subscription(request: Request, moi: MoiAdministrateur, app: App, nom: Texte = "") -> Response:
    """Both its keys are in this answer alone."""
    propre = text(nom, "Nom de l'abonnement", longueur_max=200, requis=True)
    numero, primaire, secondaire = app.cles.ouvrir_abonnement(propre, moi.domain)
    _note(moi, app, "abonnement.creation", numero)
    secrets = [
        Secret(f"{propre} · primaire", _EN_TETE, primaire),
        Secret(f"{propre} · secondaire", _EN_TETE, secondaire),
    ]
    return _list(request, moi, app, secrets=secrets, statut=201)


@router.post("/abonnements/{numero}/rotation")
def rotate(
    request: Request,
    numero: Segment,
    moi: MoiAdministrateur,
    app: App,
    rang: Texte = "",
    recouvrement_s: Texte = "86400",
) -> Response:
    """The new key is in this answer alone; the one before serves until the overlap is over. Raises CleInconnue."""
    if rang not in ("primaire", "secondaire") or recouvrement_s not in RECOUVREMENTS_S:
        raise invalid("Le rang ou la durée de recouvrement est inconnu : choisir dans les listes.")
    duree_s, propre = RECOUVREMENTS_S[recouvrement_s], clean(numero)
    cle = app.cles.tourner_abonnement(propre, rang, recouvrement_s=duree_s, domain=moi.domain)
    if cle is None:
        raise CleInconnue(propre[:40])
    _note(moi, app, "abonnement.rotation", propre, details={"rang": rang, "recouvrement_s": duree_s})
    return _list(request, moi, app, secrets=[Secret(f"{propre} · {rang}", _EN_TETE, cle)], statut=201)


@router.post("/abonnements/{numero}/revocation")
def revoke_subscription(numero: Segment, moi: MoiAdministrateur, app: App) -> Response:
    """Raises CleInconnue."""
    propre = clean(numero)
    if not app.cles.revoquer_abonnement(propre, domain=moi.domain):
        raise CleInconnue(propre[:40])
    _note(moi, app, "abonnement.revocation", propre)
    return RedirectResponse(f"{PREFIXE}/cles", 303)


_EN_TETE = "Ocp-Apim-Subscription-Key"


def _list(
    request: Request,
    moi: Personne,
    app: Ports,
    *,
    secrets: Sequence[Secret] = (),
    tout: bool = False,
    statut: int = 200,
) -> Response:
    cles, abonnements = app.cles.lister(moi.domain), _subscriptions(moi.domain, app)
    page = render(
        request,
        "cabinet/cles.html",
        cles=[c for c in reversed(cles) if tout or serves(c)],
        abonnements=[a for a in abonnements if tout or a.sert],
        finies=sum(not serves(c) for c in cles) + sum(not a.sert for a in abonnements),
        serves=serves,
        tout=tout,
        secrets=secrets,
    )
    page.status_code = statut
    return page


def _subscriptions(domain: str, app: Ports) -> list[Abonnement]:
    tous = sorted(app.cles.lister_abonnements(domain), key=lambda a: (a.nom, a.abonnement, a.rang, a.creation))
    return [
        Abonnement(numero, nom, tuple(cles))
        for (nom, numero), cles in groupby(tous, key=lambda a: (a.nom, a.abonnement))
    ]


def _find(cle: str, moi: Personne, app: Ports) -> CleListee:
    """Raises CleInconnue, for another firm's key too."""
    trouvee = app.cles.trouver(moi.domain, clean(cle)[:100])
    if trouvee is None:
        raise CleInconnue(clean(cle)[:40])
    return trouvee


def _note(moi: Personne, app: Ports, action: str, objet: str, **reste: Any) -> None:
    app.audit.noter(moi.domain, moi.identifiant, action, objet=objet, **reste)
