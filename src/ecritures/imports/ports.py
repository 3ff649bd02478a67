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
from ecritures.imports.actes import Actes
from ecritures.imports.analytique import Analytique
from ecritures.imports.auxiliaire import Auxiliaire
from ecritures.imports.cabinet import Cabinets, Personnes, Sessions
from ecritures.imports.consultation import Consultation
from ecritures.imports.etapes import EtapeFaite
from ecritures.imports.historique import Historique
from ecritures.imports.idempotence import Idempotence
from ecritures.imports.lignes import Lignes
from ecritures.imports.limits import Limits
from ecritures.imports.listes import Listes
from ecritures.imports.oidc import Oidc
from ecritures.imports.requetes import Requetes
from ecritures.imports.state import State
from ecritures.imports.televersements import Televersements
from ecritures.imports.webhooks import Envois, Webhooks
from ecritures.ledger.annulation import Apercu
from ecritures.ledger.lettrage import CleLigne
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
    compte_attente: str = "471000"  # takes the balancing line of importJson
    tiers_attente: str | None = None  # takes the lines of tiers that may not be created
    doublons: str = "accepter"  # entries already in the books: accepter (as Loop), avertir, refuser


@dataclass(frozen=True)
class Reglages:
    """What may be changed of a dossier, as typed."""

    libelle: str
    siren: str | None
    creations: Creations
    compte_attente: str
    tiers_attente: str | None
    doublons: str


@dataclass(frozen=True)
class Exercice:
    code: str
    debut: date
    fin: date
    est_clos: bool = False
    libelle: str | None = None
    valide_jusqu_a: date | None = None  # entries up to that day are validated


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
    id: str | None = None  # chosen by the caller; None: a new one
    taille_octets: int | None = None
    modele: str | None = None  # name of the custom model
    options: Mapping[str, Any] | None = (
        None  # ``modele``: its TOML when the request came, so that a change does not matter
    )
    repare: str | None = None  # the import whose file this one is, repaired; its recipe is in ``options``
    demandeur: str | None = None  # public part of a key, or identifiant of a person


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
    modele: str | None = None
    options: Mapping[str, Any] | None = None
    annulation: datetime | None = None  # when it was cancelled: code 50 of the history
    annule_par: str | None = None
    repare: str | None = None  # the import whose file this one is, repaired
    demandeur: str | None = None  # who asked: public part of a key, or identifiant of a person
    lignes: int | None = None  # of the file; None: not read (yet)
    montant_centimes: int | None = None  # sum of its debits; None: not read (yet)


class Demandes(Protocol):
    """The register of imports."""

    def enregistrer(self, nouvelle: NouvelleDemande) -> Demande:
        """Keeps the request and queues its job in ONE transaction. An ``id`` already registered: that import, unchanged."""
        ...

    def lire(self, import_id: str) -> Demande | None: ...

    def suivre(self, import_id: str) -> Demande | None:
        """As ``lire``, without ``compte_rendu`` and ``options``: what a poll of its status asks, as often as it likes."""
        ...

    def avancer(
        self,
        import_id: str,
        vers: State,
        *,
        message: str | None = None,
        compte_rendu: Mapping[str, Any] | None = None,
        pieces_a_prendre: bool = False,
        etapes: Sequence[EtapeFaite] = (),
    ) -> bool:
        """Moves to ``vers`` if the present state allows it. False: it was already there or beyond. Final: forgets the url.
        ``pieces_a_prendre``: its attachments are to be fetched from now on. ``etapes``: steps to tell with the move."""
        ...

    def noter_etapes(self, import_id: str, faites: Sequence[EtapeFaite]) -> None:
        """Keeps when these steps were run; a step told before is replaced."""
        ...

    def etapes(self, import_id: str) -> Sequence[EtapeFaite]:
        """The steps over, in their order."""
        ...

    def reparations(self, import_id: str) -> Sequence[Demande]:
        """Imports of the file of that one, repaired: oldest first."""
        ...

    def annuler_en_attente(self, import_id: str, message: str, par: str) -> bool:
        """Ends in error, as cancelled, a request that still waits. False: it was taken up already, or is over."""
        ...

    def noter_annulation(self, import_id: str, par: str) -> bool:
        """Notes when and by whom an import was cancelled; its state stays. False: it was noted already."""
        ...

    def en_cours(self, dossier: int) -> int:
        """Imports of the dossier that wait or run."""
        ...

    def reserver_pieces(self, maintenant: datetime, reprise: datetime) -> Demande | None:
        """One import whose attachments are due, taken for this caller until ``reprise``; None when there is none."""
        ...

    def noter_pieces(self, import_id: str, bilan: Mapping[str, Any], prochaine: datetime | None) -> None:
        """Writes ``bilan`` in the compte rendu as ``pieces_jointes``; ``prochaine``: next try, None: nothing left to try."""
        ...

    def compter_essai(self, import_id: str) -> int:
        """Counts one more beginning of a step that computes; gives how many there were."""
        ...

    def noter_original(self, import_id: str, sha256: str, taille_octets: int) -> None: ...

    def memes_octets(self, dossier: int, sha256: str, sauf: str) -> Sequence[Demande]:
        """Earlier imports of the same bytes in that dossier that ended in success and stand, oldest first."""
        ...

    def noter_contenu(self, import_id: str, empreinte: str) -> None:
        """The hash of the lot's entries (ledger.doublons.empreinte_contenu)."""
        ...

    def memes_contenus(self, dossier: int, empreinte: str, sauf: str) -> Sequence[Demande]:
        """Other imports of the same entries that the books still hold, oldest first."""
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

    def regler_doublons(self, dossier: int, politique: str) -> None:
        """``accepter``, ``avertir`` or ``refuser``. Raises DossierInvalide."""
        ...

    def regler(self, dossier: int, reglages: Reglages) -> None:
        """Replaces what may be changed of a dossier. Raises DossierInvalide."""
        ...

    def trouver(self, domain: str, code_ibs: str) -> Dossier | None: ...

    def numero(self, dossier: int) -> Dossier | None: ...

    def lister(self, domain: str | None = None) -> Sequence[Dossier]: ...


@dataclass(frozen=True)
class PieceJointe:
    """An attachment of a line (importJson ``fichier.uri``). ``etat``: a_prendre, prise, manquante. ``uri`` is a secret, None
    once the document is here or given up."""

    numero_ligne: int
    etat: str
    uri: str | None = field(default=None, repr=False)
    essais: int = 0
    prochain: datetime | None = None
    nom_fichier: str | None = None
    sha256: str | None = None
    taille_octets: int | None = None
    motif: str | None = None


class Livres(Protocol):
    """The books of the dossiers. Every method names its dossier; posting is one transaction."""

    def creer_exercice(self, dossier: int, exercice: Exercice) -> None:
        """Raises ExerciceExistant (same code or overlapping dates), ExerciceInvalide."""
        ...

    def exercices(self, dossier: int) -> Sequence[Exercice]: ...

    def contexte(self, dossier: Dossier) -> Contexte: ...

    def creer_etablissement(self, dossier: int, code: str, siret: str, libelle: str = "") -> None: ...

    def connait_siret(self, dossier: int, siret: str) -> bool: ...

    def pieces_jointes(self, dossier: int, import_id: str) -> Sequence[PieceJointe]:
        """The attachments of a posted import, by line."""
        ...

    def noter_piece(self, dossier: int, import_id: str, piece: PieceJointe) -> None:
        """Keeps what became of one attachment. Does nothing when the import was cancelled meanwhile."""
        ...

    def recu(self, dossier: int, import_id: str) -> Recu | None:
        """The receipt of an import that was posted; None if it was not."""
        ...

    def poster(self, dossier: int, import_id: str, plan: Plan, faits: Callable[[], Mapping[str, Any]]) -> Recu:
        """Writes lines, roll-ups, what is created and the chained receipt, all or none. Posted already: its receipt.

        ``faits`` gives what the receipt states; it is called once, after the lines were loaded.
        """
        ...

    def apercu_annulation(self, dossier: int, import_id: str) -> Apercu | None:
        """What a cancel would do now, with all that forbids it; None when that import is not in the books, or no more."""
        ...

    def annuler(self, dossier: int, import_id: str, faits: Mapping[str, Any]) -> tuple[Recu, bool]:
        """Takes back what that import posted and created, with a receipt of kind ``annulation``, all or none. False beside
        the receipt: it was done already. Raises AnnulationRefusee."""
        ...

    def lignes_ouvertes(
        self, dossier: int, compte: str, tiers: str | None = None, *, apres: str | None = None, limite: int = 100
    ) -> tuple[pl.DataFrame, str | None]:
        """Lines of an account (and third party) not lettered, or in part only, by date; and the cursor of the next page."""
        ...

    def lettrer(
        self, dossier: int, cles: Sequence[CleLigne], code: str | None, partiel: bool, faits: Mapping[str, Any]
    ) -> Recu:
        """Raises LigneInconnue, ExerciceClos, LettrageRefuse."""
        ...

    def delettrer(
        self, dossier: int, compte: str, tiers: str | None, code: str, exercice: str | None, faits: Mapping[str, Any]
    ) -> Recu:
        """Raises LettrageInconnu, ExerciceClos."""
        ...

    def clore(self, dossier: int, code: str, faits: Mapping[str, Any]) -> Recu:
        """Closes, and writes the next exercice's à-nouveaux. Raises ExerciceInconnu, ClotureRefusee, PeriodeValidee."""
        ...

    def rouvrir(self, dossier: int, code: str, faits: Mapping[str, Any]) -> Recu:
        """The inverse of ``clore``. Raises ExerciceInconnu, ClotureRefusee."""
        ...

    def valider(self, dossier: int, code: str, jusqu_a: date, faits: Mapping[str, Any]) -> Recu:
        """Raises ExerciceInconnu, ExerciceClos, ClotureRefusee."""
        ...

    def garder_constats(self, dossier: int, import_id: str, constats: pl.DataFrame) -> None:
        """Replaces the findings of that import (a CONSTATS frame)."""
        ...

    def constats(
        self,
        dossier: int,
        import_id: str,
        *,
        apres: int = 0,
        avant: int | None = None,
        limite: int = 100,
        code: str | None = None,
        severite: str | None = None,
        lignes: tuple[int, int] | None = None,
    ) -> pl.DataFrame:
        """CONSTATS plus ``rang`` (from 1, in file order), those of rank > ``apres``; with ``avant``, the last ones of rank <
        ``avant``. Of that code or rule id, of that severity, on lines between those two."""
        ...

    def recus(self, dossier: int) -> Iterator[Recu]: ...

    def lignes_import(self, dossier: int, import_id: str) -> pl.DataFrame:
        """The posted lines of one import, in the columns and order of ledger.posting.LIGNES_POSTEES."""
        ...

    def lot(self, dossier: int, exercice: str | None = None) -> Lot:
        """Everything posted in an exercice (None: in all), as a lot: what an export writes and a comparison reads. Lines in
        the order of posting, numbered from 1; the lists of the dossier name their codes."""
        ...

    def resumes_ecritures(
        self, dossier: int, journaux: Sequence[str], debut: date, fin: date, *, sauf: str
    ) -> pl.DataFrame:
        """ledger.doublons.RESUMES of the entries of these journals and days, those of import ``sauf`` left out."""
        ...

    def lignes_des_ecritures(self, dossier: int, ecritures: pl.DataFrame) -> pl.DataFrame:
        """The lines of these entries (``import_rang, ecriture``), with ``import_rang`` and ``import_id``."""
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
    """Who calls: what an API key or a session gives. ``cle``: the key's public part, or the person's identifiant."""

    domain: str
    cle: str
    est_avancee: bool = False  # firm routes, beside those of its dossiers; always true of a person
    dossiers_permis: frozenset[int] | None = None  # None: every dossier of the firm
    role: str = "collaborateur"  # administrateur, collaborateur, lecture
    limite_minute: int | None = None  # requests a minute; None: the server's setting
    est_session: bool = False


@dataclass(frozen=True)
class CleListee:
    """A key as shown in a list: never its secret."""

    cle: str
    domain: str
    libelle: str
    est_avancee: bool
    creation: datetime
    est_revoquee: bool
    role: str = "collaborateur"
    expiration: datetime | None = None
    dernier_usage: datetime | None = None  # to the minute
    limite_minute: int | None = None
    dossiers: frozenset[int] | None = None  # None: every dossier of the firm


@dataclass(frozen=True)
class AbonnementListe:
    """One subscription key as shown in a list. A subscription has a primary and a secondary one, and, during a rotation, the
    key that is on its way out."""

    abonnement: str
    nom: str
    rang: str  # primaire, secondaire
    domain: str | None  # None: for the keys of any firm
    creation: datetime
    expiration: datetime | None
    dernier_usage: datetime | None
    est_revoquee: bool


class Cles(Protocol):
    """Subscription keys and API keys. Secrets are given once, at creation; only their hash is kept."""

    def creer_abonnement(self, nom: str) -> str:
        """A new subscription and its primary key, in clear: the only time it can be seen. For the keys of any firm."""
        ...

    def ouvrir_abonnement(
        self, nom: str, domain: str | None = None, *, expiration: datetime | None = None
    ) -> tuple[str, str, str]:
        """A new subscription: its number, its primary and its secondary key, in clear."""
        ...

    def tourner_abonnement(
        self, abonnement: str, rang: str, *, recouvrement_s: int, domain: str | None = None
    ) -> str | None:
        """A new key of that rank, in clear, valid at once; the one before stays valid ``recouvrement_s`` more seconds. None:
        no such subscription (of that firm, when named) has a key left."""
        ...

    def lister_abonnements(self, domain: str | None = None) -> Sequence[AbonnementListe]: ...

    def revoquer_abonnement(self, abonnement: str, *, rang: str | None = None, domain: str | None = None) -> bool:
        """Its keys (of that rank only, when given) are refused from the next request on. False: none was left."""
        ...

    def identifier_abonnement(self, cle: str) -> AbonnementListe | None:
        """Whose subscription key this is; None when unknown, revoked or expired (no difference is shown)."""
        ...

    def abonnement_valide(self, cle: str) -> bool: ...

    def creer_cle(
        self,
        domain: str,
        libelle: str,
        *,
        est_avancee: bool = False,
        dossiers: Sequence[int] | None = None,
        role: str = "collaborateur",
        expiration: datetime | None = None,
        limite_minute: int | None = None,
    ) -> str:
        """A new API key ``key:secret``, in clear, valid for these dossiers (None: all). Creates the firm when absent."""
        ...

    def trouver(self, domain: str, cle: str) -> CleListee | None: ...

    def activer(self, cle: str, dossier: int) -> bool:
        """The key may touch that dossier. False: it already could."""
        ...

    def desactiver(self, cle: str, dossier: int) -> bool:
        """The key may no longer touch it. False: it could not. Raises CleTousDossiers."""
        ...

    def identifier(self, apikey: str) -> Acces | None:
        """Whose key this is; None when malformed, unknown, revoked or expired (no difference is shown)."""
        ...

    def identifier_paire(self, abonnement: str, apikey: str) -> tuple[AbonnementListe | None, Acces | None]:
        """Both at once, as every request asks; the second is not looked at, nor counted as used, when the first is None.
        Read from the database each time: a revocation, by any process, holds from the next request on."""
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

    def modifier(self, domain: str, ancien: str, nom: str, texte: str) -> ModeleEnregistre:
        """The model ``ancien`` takes this name and this text, all or nothing. Raises ModeleInconnu, ModeleExistant."""
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

    def purger(self, plus_vieux_que: datetime, limite: int | None = None) -> int:
        """Deletes the deposits older than that, so many at most; gives how many."""
        ...


class Liens(Protocol):
    """Reads a URL given by a client, within limits and away from private addresses."""

    def telecharger(self, url: str, limits: Limits) -> Iterator[bytes]:
        """Raises LienRefuse, LienInjoignable, FichierTropGros."""
        ...


@dataclass(frozen=True)
class TraceAudit:
    """One line of the audit trail. ``acteur``: public part of a key, identifiant of a person, or ``systeme``."""

    rang: int
    instant: datetime
    acteur: str
    action: str
    objet: str | None
    dossier: int | None
    details: Mapping[str, Any] | None


class Audit(Protocol):
    """Who did what. Never given a secret; ``action`` is ``sujet.verbe`` (``cle.creation``, ``exercice.cloture``)."""

    def noter(
        self,
        domain: str,
        acteur: str,
        action: str,
        *,
        objet: str | None = None,
        dossier: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None: ...

    def lister(
        self,
        domain: str,
        *,
        avant: int | None = None,
        limite: int = 100,
        action: str | None = None,
        sujet: str | None = None,
        acteur: str | None = None,
        objet: str | None = None,
        depuis: datetime | None = None,
        jusqu_a: datetime | None = None,
    ) -> Sequence[TraceAudit]:
        """Newest first; ``avant`` is the rank of the last one seen. ``sujet``: actions of that subject (``cle``);
        ``jusqu_a`` is left out."""
        ...

    def parcourir(self, domain: str) -> Iterator[TraceAudit]:
        """All of a firm's, oldest first, by blocks: for an export of any length."""
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
    cabinets: Cabinets
    personnes: Personnes
    sessions: Sessions
    audit: Audit
    listes: Listes
    idempotence: Idempotence
    webhooks: Webhooks
    envois: Envois
    requetes: Requetes
    televersements: Televersements
    consultation: Consultation
    lignes: Lignes
    historique: Historique
    auxiliaire: Auxiliaire
    analytique: Analytique
    actes: Actes
    limits: Limits
    profil_fec: Profil = Profil.TOLERANT
    oidc: Oidc | None = None  # None: people sign in by password only
