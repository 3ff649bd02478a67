"""The firm and its people, as the flow knows them: values and Protocols. Storage implements them; ``ports.Ports`` holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ecritures.imports.limits import PURGE_LIGNES_MAX

Role = Literal["administrateur", "collaborateur", "lecture"]
ROLES: tuple[Role, ...] = ("administrateur", "collaborateur", "lecture")


@dataclass(frozen=True)
class Cabinet:
    domain: str
    libelle: str
    creation: datetime


@dataclass(frozen=True)
class Agence:
    """An office of the firm."""

    code: str
    libelle: str
    siret: str | None = None
    numero_voie: str | None = None
    voie: str | None = None
    code_postal: str | None = None
    ville: str | None = None
    email: str | None = None
    telephone: str | None = None


@dataclass(frozen=True)
class Groupe:
    """A team of the firm."""

    code: str
    description: str
    agence: str | None = None


@dataclass(frozen=True)
class Collaborateur:
    """A person of the firm. ``a_mot_de_passe`` false: invited, cannot sign in yet."""

    identifiant: str
    prenom: str
    nom: str
    role: str
    email: str | None = None
    agence: str | None = None
    groupe: str | None = None
    est_actif: bool = True
    a_mot_de_passe: bool = False
    derniere_connexion: datetime | None = None


@dataclass(frozen=True)
class Session:
    """A person signed in. ``cle`` is the secret of the cookie; only its hash is stored."""

    domain: str
    identifiant: str
    role: str
    expiration: datetime


@dataclass(frozen=True)
class SessionOuverte:
    """One of a person's sessions as they see it. ``vue``: last use, to the minute. ``est_celle_ci``: that of the cookie given."""

    creation: datetime
    vue: datetime
    expiration: datetime
    est_celle_ci: bool


class Cabinets(Protocol):
    """Firms, their offices and their teams."""

    def creer(self, domain: str, libelle: str) -> Cabinet:
        """Raises CabinetExistant, CabinetInvalide."""
        ...

    def renommer(self, domain: str, libelle: str) -> Cabinet | None: ...

    def trouver(self, domain: str) -> Cabinet | None: ...

    def lister(self) -> Sequence[Cabinet]: ...

    def agences(self, domain: str) -> Sequence[Agence]:
        """By code."""
        ...

    def garder_agence(self, domain: str, agence: Agence) -> bool:
        """Creates or replaces; True: created. Raises CabinetInvalide."""
        ...

    def retirer_agence(self, domain: str, code: str) -> bool:
        """False: there was none. Raises EncoreUtilise when a team, a person or a dossier names it."""
        ...

    def groupes(self, domain: str) -> Sequence[Groupe]:
        """By code."""
        ...

    def garder_groupe(self, domain: str, groupe: Groupe) -> bool:
        """Creates or replaces; True: created. Raises CabinetInvalide (unknown office included)."""
        ...

    def retirer_groupe(self, domain: str, code: str) -> bool:
        """False: there was none. Raises EncoreUtilise."""
        ...


class Personnes(Protocol):
    """The people of the firms. An identifiant is compared without regard to case."""

    def creer(self, domain: str, personne: Collaborateur) -> Collaborateur:
        """Raises CollaborateurExistant, CabinetInvalide. Creates the firm when absent."""
        ...

    def modifier(self, domain: str, personne: Collaborateur) -> Collaborateur:
        """Name, e-mail, role, office, team, active or not. Raises CollaborateurInconnu, DernierAdministrateur,
        CabinetInvalide. A person no longer active is signed out everywhere."""
        ...

    def trouver(self, domain: str, identifiant: str) -> Collaborateur | None: ...

    def lister(self, domain: str | None = None) -> Sequence[tuple[str, Collaborateur]]:
        """``(domain, person)``, by firm then identifiant."""
        ...

    def retirer(self, domain: str, identifiant: str) -> bool:
        """Signed out everywhere, invitations included. Raises DernierAdministrateur."""
        ...

    def empreinte(self, domain: str, identifiant: str) -> str | None:
        """The argon2id hash of an active person's password."""
        ...

    def changer_mot_de_passe(self, domain: str, identifiant: str, empreinte: str) -> bool:
        """Keeps the hash and signs the person out everywhere. False: no such active person."""
        ...

    def noter_connexion(self, domain: str, identifiant: str) -> None: ...


class Sessions(Protocol):
    """Who is signed in, and who was invited. Only hashes of cookies and links are kept."""

    def ouvrir(self, domain: str, identifiant: str, *, duree_s: int) -> str:
        """A new session; gives the cookie, in clear: the only time it can be seen."""
        ...

    def lire(self, cookie: str, *, inactivite_s: int) -> Session | None:
        """None when unknown, revoked, expired, unused for longer than ``inactivite_s``, or of someone no longer active."""
        ...

    def ouvertes(self, domain: str, identifiant: str, *, cookie: str, inactivite_s: int) -> Sequence[SessionOuverte]:
        """Those that still serve, latest used first."""
        ...

    def fermer(self, cookie: str) -> bool: ...

    def fermer_toutes(self, domain: str, identifiant: str) -> int: ...

    def inviter(self, domain: str, identifiant: str, *, duree_s: int) -> str:
        """A link's token that works once, in clear; earlier ones of that person no longer do."""
        ...

    def accepter(self, jeton: str, empreinte: str) -> tuple[str, str] | None:
        """Uses the token and sets the password, both or neither; gives ``(domain, identifiant)``. None: unknown, used,
        expired, or of someone no longer active."""
        ...

    def purger(self, limite: int = PURGE_LIGNES_MAX) -> int:
        """Deletes sessions and invitations that are over, so many at most; gives how many."""
        ...
