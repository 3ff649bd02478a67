"""People sign in: argon2id, the same work whoever is named, failures slowed down, links that work once.

Nothing here says whether a person exists. Passwords are never stored, logged or put in the audit trail.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from ecritures.domain.errors import ConnexionRefusee, InvitationInvalide, MotDePasseInvalide
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.horloge import secondes
from ecritures.imports.ports import Ports

LONGUEUR_MIN = 12
LONGUEUR_MAX = 256
"""Beyond, nobody types it; argon2 would hash it all the same, and that is work given to strangers."""

INVITATION_S = 7 * 86_400
PREMIER_LIEN_S = 86_400
"""The first administrator's link is in a terminal or a log: it lives a day."""

PREMIER = "administrateur"
SYSTEME = "systeme"

_HACHEUR = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4, type=Type.ID)  # RFC 9106, 64 MiB
_LEURRE = _HACHEUR.hash("personne n'a ce mot de passe")
_ENSEMBLE = threading.BoundedSemaphore(2)
"""Hashes made at once: each takes 64 MiB, and a flood of sign-ins must not take the memory of the imports."""


class TropDEssais(Exception):
    """Too many failures: ``attente_s`` to wait. Said before any look at the name or the password."""

    def __init__(self, attente_s: int) -> None:
        self.attente_s = attente_s
        super().__init__(f"Trop d'essais : recommencer dans {attente_s} s.")


@dataclass(frozen=True)
class Seuil:
    """``nombre`` failures in ``fenetre_s`` close the door until the oldest is older than that."""

    nombre: int
    fenetre_s: float


PAR_NOM_ET_ADRESSE = Seuil(5, 900)
PAR_NOM = Seuil(50, 900)
"""Higher: a stranger must not lock a person out with five wrong words."""
PAR_ADRESSE = Seuil(100, 900)


class Freins:
    """Failures of late, by name and address. In the memory of the process: bounded, forgotten at a restart."""

    def __init__(self, horloge: Callable[[], float] = secondes, places: int = 20_000) -> None:
        self._horloge, self._places = horloge, places
        self._echecs: OrderedDict[tuple[str, ...], deque[float]] = OrderedDict()
        self._verrou = threading.Lock()

    def verifier(self, nom: str, adresse: str) -> None:
        """Raises TropDEssais."""
        maintenant = self._horloge()
        with self._verrou:
            attentes = [self._attente(cle, seuil, maintenant) for cle, seuil in _cles(nom, adresse)]
        if (attente := max(attentes)) > 0:
            raise TropDEssais(ceil(attente))

    def echec(self, nom: str, adresse: str) -> None:
        maintenant = self._horloge()
        with self._verrou:
            for cle, seuil in _cles(nom, adresse):
                self._echecs.setdefault(cle, deque(maxlen=seuil.nombre)).append(maintenant)
                self._echecs.move_to_end(cle)
            while len(self._echecs) > self._places:
                self._echecs.popitem(last=False)

    def reussite(self, nom: str, adresse: str) -> None:
        """Forgets this name from this address only: others' failures on the name still count."""
        with self._verrou:
            self._echecs.pop(_cles(nom, adresse)[0][0], None)

    def _attente(self, cle: tuple[str, ...], seuil: Seuil, maintenant: float) -> float:
        echecs = self._echecs.get(cle)
        if echecs is None or len(echecs) < seuil.nombre:
            return 0.0
        return min(seuil.fenetre_s, echecs[0] + seuil.fenetre_s - maintenant)  # a sandbox's clock may be set back


def _cles(nom: str, adresse: str) -> tuple[tuple[tuple[str, ...], Seuil], ...]:
    return (
        (("nom et adresse", nom, adresse), PAR_NOM_ET_ADRESSE),
        (("nom", nom), PAR_NOM),
        (("adresse", adresse), PAR_ADRESSE),
    )


def connecter(
    domain: str, identifiant: str, mot_de_passe: str, *, adresse: str, duree_s: int, freins: Freins, app: Ports
) -> str:
    """A new session's cookie. Raises TropDEssais, ConnexionRefusee (unknown, inactive, wrong: no difference)."""
    identifiant = identifiant.casefold()
    nom = f"{domain}/{identifiant}"
    freins.verifier(nom, adresse)
    connue = app.personnes.empreinte(domain, identifiant)
    if not verifie(connue or _LEURRE, mot_de_passe) or connue is None:
        freins.echec(nom, adresse)
        if app.personnes.trouver(domain, identifiant) is not None:  # a stranger's word is not kept for a name of nobody
            app.audit.noter(domain, identifiant, "session.refus", details={"adresse": adresse})
        raise ConnexionRefusee
    freins.reussite(nom, adresse)
    if _HACHEUR.check_needs_rehash(connue):
        app.personnes.changer_mot_de_passe(domain, identifiant, hache(mot_de_passe))
    app.personnes.noter_connexion(domain, identifiant)
    app.audit.noter(domain, identifiant, "session.ouverture", details={"adresse": adresse})
    return app.sessions.ouvrir(domain, identifiant, duree_s=duree_s)


def accepter_invitation(jeton: str, mot_de_passe: str, app: Ports) -> tuple[str, str]:
    """Sets the password of who was invited; ``(domain, identifiant)``. Raises InvitationInvalide, MotDePasseInvalide."""
    verifie_forme(mot_de_passe)
    qui = app.sessions.accepter(jeton, hache(mot_de_passe))
    if qui is None:
        raise InvitationInvalide
    app.audit.noter(qui[0], qui[1], "invitation.acceptation", objet=qui[1])
    return qui


def changer_mot_de_passe(
    domain: str, identifiant: str, ancien: str, nouveau: str, *, adresse: str, freins: Freins, app: Ports
) -> None:
    """Signs the person out everywhere. Raises ConnexionRefusee (old one wrong), TropDEssais, MotDePasseInvalide."""
    nom = f"{domain}/{identifiant}"
    freins.verifier(nom, adresse)
    connue = app.personnes.empreinte(domain, identifiant)
    if not verifie(connue or _LEURRE, ancien) or connue is None:
        freins.echec(nom, adresse)
        raise ConnexionRefusee
    verifie_forme(nouveau)
    app.personnes.changer_mot_de_passe(domain, identifiant, hache(nouveau))
    app.audit.noter(domain, identifiant, "mot_de_passe.changement", objet=identifiant)


def premiers_administrateurs(app: Ports) -> list[tuple[str, str]]:
    """``(domain, token)`` for each firm that nobody administers yet. Earlier links of the same kind no longer work."""
    liens = []
    for cabinet in app.cabinets.lister():
        personnes = [p for _, p in app.personnes.lister(cabinet.domain)]
        administrateurs = [p for p in personnes if p.role == "administrateur" and p.est_actif]
        if any(p.a_mot_de_passe for p in administrateurs):
            continue
        if any(p.identifiant == PREMIER for p in personnes) and not any(
            p.identifiant == PREMIER for p in administrateurs
        ):
            continue  # someone made that person something else on purpose
        if not any(p.identifiant == PREMIER for p in administrateurs):
            app.personnes.creer(cabinet.domain, Collaborateur(PREMIER, "", "Administrateur", "administrateur"))
        liens.append((cabinet.domain, app.sessions.inviter(cabinet.domain, PREMIER, duree_s=PREMIER_LIEN_S)))
        app.audit.noter(cabinet.domain, SYSTEME, "invitation.creation", objet=PREMIER)
    return liens


def invitation_url(base_url: str, jeton: str) -> str:
    """The token is after the ``#``: no server and no log sees it."""
    return f"{base_url.rstrip('/')}/invitation#{jeton}"


def verifie_forme(mot_de_passe: str) -> None:
    """Length only: composition rules make people choose worse. Raises MotDePasseInvalide."""
    if not LONGUEUR_MIN <= len(mot_de_passe) <= LONGUEUR_MAX:
        raise MotDePasseInvalide(f"Le mot de passe doit avoir de {LONGUEUR_MIN} à {LONGUEUR_MAX} caractères.")
    if len(set(mot_de_passe)) < 5:
        raise MotDePasseInvalide("Le mot de passe répète toujours les mêmes caractères : en choisir un autre.")


def hache(mot_de_passe: str) -> str:
    with _ENSEMBLE:
        return _HACHEUR.hash(mot_de_passe.encode("utf-8", "surrogatepass"))


def verifie(empreinte: str, mot_de_passe: str) -> bool:
    """True when it is the password. A stored hash that is not one counts as wrong."""
    if len(mot_de_passe) > LONGUEUR_MAX:
        mot_de_passe = ""  # the same work as for any wrong word
    with _ENSEMBLE:
        try:
            return _HACHEUR.verify(empreinte, mot_de_passe.encode("utf-8", "surrogatepass"))
        except (VerificationError, InvalidHashError):
            return False
