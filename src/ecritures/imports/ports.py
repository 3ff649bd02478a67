"""What the steps need from the edges, as Protocols. Storage, jobs and HTTP implement them; main wires them.

Everything here is synchronous: steps run in worker threads, routes in FastAPI's thread pool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

import polars as pl

from ecritures.domain.contexte import Contexte, Creations
from ecritures.domain.lot import Lot, Profil
from ecritures.imports.limits import Limits
from ecritures.imports.state import State
from ecritures.ledger.posting import Plan
from ecritures.ledger.recu import Recu


@dataclass(frozen=True)
class Dossier:
    """A client's file at a firm. ``dossier`` is the internal number that begins every key of its data."""

    dossier: int
    domain: str
    code_ibs: str
    libelle: str
    siren: str | None = None
    creations: Creations = field(default_factory=Creations)


@dataclass(frozen=True)
class Exercice:
    code: str
    debut: date
    fin: date
    est_clos: bool = False
    libelle: str | None = None


@dataclass(frozen=True)
class NouvelleDemande:
    """What receive registers. Exactly one of ``uri``, ``url``, ``sha256`` says where the bytes are."""

    domain: str
    dossier: int
    code_ibs: str
    format: str  # "tra", "fec"
    nom_fichier: str
    origine: str = "Par API"
    uri: str | None = None
    url: str | None = None
    sha256: str | None = None  # already kept among the originals (upload by our own API)
    siret: str | None = None


@dataclass(frozen=True)
class Demande:
    """One import: a received file and its fate. ``url`` is a secret: never logged, forgotten once the import is over."""

    id: str  # uuid, the accountingImportRequestId
    identifiant_interne: str  # 24 hex digits, the `_id` of the status answer
    domain: str
    dossier: int
    code_ibs: str
    format: str
    nom_fichier: str
    origine: str
    state: State
    creation: datetime  # UTC, aware
    derniere_maj: datetime
    uri: str | None = None
    url: str | None = None
    siret: str | None = None
    sha256: str | None = None
    taille_octets: int | None = None
    message: str | None = None  # why it ended in error, in one sentence
    compte_rendu: Mapping[str, Any] | None = None  # see report.py


class Demandes(Protocol):
    """The register of imports."""

    def enregistrer(self, nouvelle: NouvelleDemande) -> Demande:
        """Keeps the request and queues its job in ONE transaction."""
        ...

    def lire(self, import_id: str) -> Demande | None: ...

    def avancer(
        self, import_id: str, vers: State, *, message: str | None = None, compte_rendu: Mapping[str, Any] | None = None
    ) -> bool:
        """Moves to ``vers`` if the present state allows it. False: it was already there or beyond. Final: forgets the url."""
        ...

    def compter_essai(self, import_id: str) -> int:
        """Counts one more beginning of a step that computes; gives how many there were."""
        ...

    def noter_original(self, import_id: str, sha256: str, taille_octets: int) -> None: ...

    def memes_octets(self, dossier: int, sha256: str, sauf: str) -> Sequence[Demande]:
        """Earlier imports of the same bytes in that dossier that ended in success, oldest first."""
        ...

    def lister(
        self, domain: str, *, dossier: int | None = None, apres: str | None = None, limite: int = 50
    ) -> Sequence[Demande]:
        """Newest first; ``apres`` is the id of the last one seen (keyset)."""
        ...


class Dossiers(Protocol):
    """The firms' dossiers (reference data)."""

    def creer(
        self, domain: str, code_ibs: str, libelle: str, siren: str | None = None, creations: Creations | None = None
    ) -> Dossier:
        """Raises DossierExistant, DossierInvalide."""
        ...

    def trouver(self, domain: str, code_ibs: str) -> Dossier | None: ...

    def numero(self, dossier: int) -> Dossier | None: ...

    def lister(self, domain: str | None = None) -> Sequence[Dossier]: ...


class Livres(Protocol):
    """The books of the dossiers. Every method names its dossier; posting is one transaction."""

    def creer_exercice(self, dossier: int, exercice: Exercice) -> None:
        """Raises ExerciceExistant (same code or overlapping dates), ExerciceInvalide."""
        ...

    def exercices(self, dossier: int) -> Sequence[Exercice]: ...

    def contexte(self, dossier: Dossier) -> Contexte: ...

    def creer_etablissement(self, dossier: int, code: str, siret: str, libelle: str = "") -> None: ...

    def connait_siret(self, dossier: int, siret: str) -> bool: ...

    def recu(self, dossier: int, import_id: str) -> Recu | None:
        """The receipt of an import that was posted; None if it was not."""
        ...

    def poster(self, dossier: int, import_id: str, plan: Plan, faits: Callable[[], Mapping[str, Any]]) -> Recu:
        """Writes lines, roll-ups, what is created and the chained receipt, all or none. Posted already: its receipt.

        ``faits`` gives what the receipt states; it is called once, after the lines were loaded.
        """
        ...

    def garder_constats(self, dossier: int, import_id: str, constats: pl.DataFrame) -> None:
        """Replaces the findings of that import (a CONSTATS frame)."""
        ...

    def constats(
        self, dossier: int, import_id: str, *, apres: int = 0, limite: int = 100, code: str | None = None
    ) -> pl.DataFrame:
        """CONSTATS plus ``rang`` (from 1, in file order), those of rank > ``apres``."""
        ...

    def recus(self, dossier: int) -> Iterator[Recu]: ...

    def lignes_import(self, dossier: int, import_id: str) -> pl.DataFrame:
        """The posted lines of one import, in the columns and order of ledger.posting.LIGNES_POSTEES."""
        ...

    def lot(self, dossier: int, exercice: str | None = None) -> Lot:
        """Everything posted in an exercice (None: in all), as a lot: what an export writes and a comparison reads. Lines in
        the order of posting, numbered from 1; the lists of the dossier name their codes."""
        ...

    def soldes_exacts(self, dossier: int) -> bool:
        """True when the stored roll-ups are those recomputed from the lines."""
        ...

    def empreinte(self, dossier: int) -> str:
        """SHA-256 over everything the books of the dossier hold (lines, roll-ups, accounts, exercices): equal if and only
        if the books are. Findings and requests are not books."""
        ...

    def balance(
        self, dossier: int, *, exercice: str | None = None, debut: date | None = None, fin: date | None = None
    ) -> pl.DataFrame:
        """``compte, libelle, debit_centimes, credit_centimes, solde_centimes, nombre``, by account; months when dated."""
        ...

    def journal(
        self,
        dossier: int,
        code: str,
        *,
        debut: date | None = None,
        fin: date | None = None,
        apres: str | None = None,
        limite: int = 100,
    ) -> tuple[pl.DataFrame, str | None]:
        """Lines of a journal by date, and the cursor of the next page."""
        ...

    def grand_livre(
        self,
        dossier: int,
        compte: str,
        *,
        debut: date | None = None,
        fin: date | None = None,
        apres: str | None = None,
        limite: int = 100,
    ) -> tuple[pl.DataFrame, str | None]:
        """Lines of an account by date with ``solde_centimes`` running, and the cursor of the next page."""
        ...

    def journaux(self, dossier: int) -> pl.DataFrame: ...

    def comptes(self, dossier: int) -> pl.DataFrame: ...

    def tiers(self, dossier: int) -> pl.DataFrame: ...

    def reference(self, dossier: int, nom: str) -> pl.DataFrame:
        """``axes``, ``sections``, ``etablissements``, ``modes_paiement``, ``devises`` or ``ribs`` of the dossier, by their
        key, in the columns of ledger.creations.REFERENCES."""
        ...


@dataclass(frozen=True)
class Acces:
    """Who calls: what an API key gives. ``cle`` is its public part."""

    domain: str
    cle: str
    est_avancee: bool = False
    dossiers_permis: frozenset[int] | None = None  # None: every dossier of the firm


@dataclass(frozen=True)
class CleListee:
    """A key as shown in a list: never its secret."""

    cle: str
    domain: str
    libelle: str
    est_avancee: bool
    creation: datetime
    est_revoquee: bool


class Cles(Protocol):
    """Subscription keys and API keys. Secrets are given once, at creation; only their hash is kept."""

    def creer_abonnement(self, nom: str) -> str:
        """A new subscription key, in clear: the only time it can be seen."""
        ...

    def abonnement_valide(self, cle: str) -> bool: ...

    def creer_cle(
        self, domain: str, libelle: str, *, est_avancee: bool = False, dossiers: Sequence[int] | None = None
    ) -> str:
        """A new API key ``key:secret``, in clear, valid for these dossiers (None: all). Creates the firm when absent."""
        ...

    def identifier(self, apikey: str) -> Acces | None:
        """Whose key this is; None when malformed, unknown or revoked (no difference is shown)."""
        ...

    def lister(self, domain: str | None = None) -> Sequence[CleListee]: ...

    def revoquer(self, cle: str) -> bool: ...


@dataclass(frozen=True)
class ModeleEnregistre:
    """A custom model as a firm saved it: its name as typed, its TOML with its comments."""

    domain: str
    nom: str
    texte: str
    creation: datetime
    derniere_maj: datetime


class Modeles(Protocol):
    """The custom models of the firms. Names are compared without regard to case."""

    def enregistrer(self, domain: str, nom: str, texte: str, *, remplacer: bool = False) -> ModeleEnregistre:
        """Raises ModeleExistant, unless ``remplacer``. Creates the firm when absent."""
        ...

    def trouver(self, domain: str, nom: str) -> ModeleEnregistre | None: ...

    def lister(self, domain: str | None = None) -> Sequence[ModeleEnregistre]:
        """By firm, then by name."""
        ...

    def retirer(self, domain: str, nom: str) -> bool:
        """False: there was none of that name."""
        ...


class Originaux(Protocol):
    """Files as received, kept by their SHA-256."""

    def garder(self, morceaux: Iterator[bytes], taille_octets_max: int) -> tuple[str, int]:
        """Stores the bytes once; gives ``(sha256, size)``. Raises FichierTropGros; then nothing is kept."""
        ...

    def lire(self, sha256: str) -> bytes:
        """Raises OriginalAbsent."""
        ...


class Depots(Protocol):
    """Places where a client drops a file before asking for its import."""

    def ouvrir(self, domain: str, nom_fichier: str) -> tuple[str, str]:
        """``(depositUrl, uri)``; ``uri`` is ``<guid>/<name>``. Raises NomDeFichierInvalide."""
        ...

    def reconnaitre(self, url: str) -> str | None:
        """The ``uri`` behind one of our own deposit URLs, its signature checked; None for any other URL."""
        ...

    def lire(self, domain: str, uri: str) -> Iterator[bytes]:
        """The uploaded bytes, by chunks. Raises DepotAbsent (another firm's deposit included)."""
        ...

    def purger(self, plus_vieux_que: datetime) -> int:
        """Deletes the deposits older than that; gives how many."""
        ...


class Liens(Protocol):
    """Reads a URL given by a client, within limits and away from private addresses."""

    def telecharger(self, url: str, limits: Limits) -> Iterator[bytes]:
        """Raises LienRefuse, LienInjoignable, FichierTropGros."""
        ...


@dataclass(frozen=True)
class Ports:
    """All edges, wired by main."""

    demandes: Demandes
    dossiers: Dossiers
    cles: Cles
    livres: Livres
    originaux: Originaux
    depots: Depots
    liens: Liens
    modeles: Modeles
    limits: Limits
    profil_fec: Profil = Profil.TOLERANT
