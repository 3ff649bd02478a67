"""The list routes of the dialect as tables: each field with its type, its meaning, and how sure we are of its name.

From them come the answers (``storage.listes``), their OpenAPI schema (``api.loop.listes``) and ``docs/listes.md``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from ecritures.domain.filtre import Champ, Operateur, Ressource, Tri, TypeChamp

CABINET = "cabinet"
"""``codeDossier`` of what belongs to the firm (loop-api 15)."""

AUCUN: frozenset[Operateur] = frozenset()
_IDENTITES = bytes.fromhex("6f0d1c1e4b8f5d559c5b3c7b2a1d9e40")
"""Namespace of every objectId: to change it would change them all."""


class Marque(StrEnum):
    """Where a field comes from (loop-api 1.1)."""

    DOCUMENTE = "documenté"
    DEDUIT = "déduit"
    PROPRE = "propre"


class Portee(StrEnum):
    """What ``codeDossier`` may name."""

    DOSSIER = "dossier"
    CABINET = "cabinet"
    LES_DEUX = "dossier ou cabinet"


@dataclass(frozen=True)
class ChampListe:
    """A field of an answer. ``est_liste``: an array of objects, neither filtered nor sorted on."""

    champ: Champ
    marque: Marque
    sens: str
    exemple: str | int | bool
    est_liste: bool = False
    est_derive: bool = False  # computed from the row once read: no column holds it


@dataclass(frozen=True)
class RessourceListe:
    """A list route. ``genre`` and ``identite`` make the objectId (see :func:`object_id`); no genre: no objectId.

    exigence: one of these fields must limit the filter. tris: order when none is asked; the key always ends it.
    """

    route: str
    titre: str
    portee: Portee
    champs: tuple[ChampListe, ...]
    cle: tuple[str, ...]
    marque: Marque
    genre: str = ""
    identite: tuple[str, ...] = ()
    exigence: tuple[str, ...] = ()
    prise_max: int = 1000
    tris: tuple[Tri, ...] = ()
    note: str = ""

    @cached_property
    def grammaire(self) -> Ressource:
        return Ressource(self.route, tuple(c.champ for c in self.champs), self.cle)

    @cached_property
    def lus(self) -> tuple[ChampListe, ...]:
        """Those that a column or an expression gives."""
        return tuple(c for c in self.champs if not c.est_derive)


def object_id(domain: str, code_ibs: str, genre: str, *code: object) -> str:
    """The objectId of an object: the same as long as its code is. ``code_ibs`` empty: an object of the firm.

    genre and code are those of its RessourceListe: ``object_id(domain, code_ibs, "compte", "41100000")``.
    """
    parties = (domain, code_ibs, genre, *("" if c is None else str(c) for c in code))
    return _uuid5("".join(f"{len(p)}:{p}" for p in parties))


def _uuid5(nom: str) -> str:
    """RFC 9562, 5.5. By hand: the core does not import ``uuid``, which can also draw at random."""
    octets = bytearray(hashlib.sha1(_IDENTITES + nom.encode("utf-8"), usedforsecurity=False).digest()[:16])
    octets[6] = octets[6] & 0x0F | 0x50
    octets[8] = octets[8] & 0x3F | 0x80
    chiffres = octets.hex()
    return "-".join((chiffres[:8], chiffres[8:12], chiffres[12:16], chiffres[16:20], chiffres[20:]))


def revision_id(*valeurs: object) -> str:
    """A row version in the shape of the samples. It changes when the content does; two versions have no order."""
    return f"0x{hashlib.sha256(repr(valeurs).encode('utf-8', 'surrogatepass')).hexdigest()[:16].upper()}"


_D, _I, _P = Marque.DOCUMENTE, Marque.DEDUIT, Marque.PROPRE


def _texte(nom: str, marque: Marque, sens: str, exemple: str, *, obligatoire: bool = False) -> ChampListe:
    return ChampListe(Champ(nom, TypeChamp.TEXTE, obligatoire=obligatoire), marque, sens, exemple)


def _entier(nom: str, marque: Marque, sens: str, exemple: int) -> ChampListe:
    return ChampListe(Champ(nom, TypeChamp.ENTIER), marque, sens, exemple)


def _date(nom: str, marque: Marque, sens: str, exemple: str) -> ChampListe:
    return ChampListe(Champ(nom, TypeChamp.DATE), marque, sens, exemple)


def _oui(nom: str, marque: Marque, sens: str, exemple: bool = False) -> ChampListe:
    return ChampListe(Champ(nom, TypeChamp.BOOLEEN), marque, sens, exemple)


def _montant(nom: str, sens: str, exemple: int) -> ChampListe:
    return ChampListe(Champ(nom, TypeChamp.MONTANT), _P, sens, exemple)


def _uuid(nom: str, marque: Marque, sens: str, *, filtrable: bool = True) -> ChampListe:
    operateurs = None if filtrable else AUCUN
    champ = Champ(nom, TypeChamp.UUID, operateurs, triable=False)
    return ChampListe(champ, marque, sens, _GUID)


_GUID = "5b0b3c1e-6f6e-5a52-8f0e-3f1a0c9d2e41"


def _tete(filtrable: bool = True) -> tuple[ChampListe, ...]:
    version = Champ("revisionId", TypeChamp.TEXTE, AUCUN, triable=False)
    sens = "Version de l'objet : change quand son contenu change."
    return (
        _uuid("objectId", _D, "Identifiant de l'objet, stable tant que son code l'est.", filtrable=filtrable),
        ChampListe(version, _D, sens, "0x0000000000033A12", est_derive=True),
    )


_DOSSIER = RessourceListe(
    "dossier",
    "Dossiers",
    Portee.LES_DEUX,
    (
        *_tete(),
        _texte("codeIBS", _I, "Code du dossier.", "DEMO001", obligatoire=True),
        _texte("libelle", _P, "Nom du dossier.", "Démonstration SARL", obligatoire=True),
        _texte("siren", _P, "SIREN, 9 chiffres.", "079555421"),
        _texte("agence", _P, "Code de l'agence qui le suit.", "NANTES"),
        _texte("groupe", _P, "Code du groupe de travail qui le suit.", "SOCIAL"),
    ),
    ("codeIBS",),
    _P,
    "dossier",
    ("dossier",),
    note="`codeDossier=cabinet` rend tous les dossiers que la clé peut toucher et demande une clé Advanced ; un code rend le sien.",
)
_EXERCICE = RessourceListe(
    "exercice",
    "Exercices",
    Portee.DOSSIER,
    (
        *_tete(),
        _texte("code", _P, "Code de l'exercice.", "2026", obligatoire=True),
        _texte("libelle", _P, "Intitulé.", "Exercice 2026"),
        _date("dateDebut", _P, "Premier jour.", "2026-01-01"),
        _date("dateFin", _P, "Dernier jour.", "2026-12-31"),
        _oui("cloture", _P, "Vrai : clos, rien ne s'y écrit."),
        _date("dateValidation", _P, "Les écritures jusqu'à ce jour sont validées.", "2026-03-31"),
    ),
    ("code",),
    _P,
    "exercice",
    ("code",),
)
_COMPTE = RessourceListe(
    "compte",
    "Comptes généraux",
    Portee.DOSSIER,
    (
        *_tete(),
        _texte("numero", _D, "Numéro du compte.", "41100000", obligatoire=True),
        _texte("libelle", _D, "Intitulé.", "Clients", obligatoire=True),
        _entier("type", _I, "Classe du compte, de 1 à 7 ; null au-delà.", 4),
        _oui("collectif", _D, "Vrai : des tiers s'y rattachent.", True),
        _oui("ferme", _D, "Vrai : n'admet plus d'écriture."),
        _texte("nature", _P, "Nature au sens du format TRA (COC, COF, BQE…).", "COC"),
    ),
    ("numero",),
    _D,
    "compte",
    ("numero",),
    note="`lettrable`, `pointable`, `centralisable`, `analytique`, `comptecontrepartie`, `compteBanque` et `tva` ne sont pas "
    "tenus par les livres : ils ne sont pas rendus.",
)
_JOURNAL = RessourceListe(
    "journal",
    "Journaux",
    Portee.DOSSIER,
    (
        *_tete(),
        _texte("code", _D, "Code du journal.", "VTE", obligatoire=True),
        _texte("libelle", _D, "Intitulé.", "Ventes", obligatoire=True),
        _entier(
            "type",
            _D,
            "1 achat, 2 opérations diverses, 3 à-nouveaux, 4 banque, 5 caisse, 6 écart de change, 7 régularisation, 8 vente ; "
            "null pour une nature sans correspondance.",
            8,
        ),
        _oui("ferme", _P, "Vrai : n'admet plus d'écriture."),
        _texte("nature", _P, "Nature au sens du format TRA (VTE, ACH, BQE…).", "VTE"),
    ),
    ("code",),
    _D,
    "journal",
    ("code",),
    note="`compteContrepartie`, `typeContrepartie` et `repriseDateOp` ne sont pas tenus par les livres : ils ne sont pas rendus.",
)
_SECTION = RessourceListe(
    "section",
    "Sections analytiques",
    Portee.DOSSIER,
    (
        *_tete(),
        _texte("code", _D, "Code de la section.", "CHA001", obligatoire=True),
        _texte("description", _D, "Intitulé.", "Chantier école", obligatoire=True),
        _oui("ferme", _D, "Vrai : n'admet plus de ventilation."),
        _uuid("axe.objectId", _D, "Identifiant de l'axe."),
        _texte("axe.description", _D, "Intitulé de l'axe.", "Chantiers", obligatoire=True),
        _texte("axe.code", _P, "Code de l'axe.", "A1", obligatoire=True),
    ),
    ("axe.code", "code"),
    _D,
    "section",
    ("axe.code", "code"),
)
_AXE = RessourceListe(
    "axe",
    "Axes analytiques",
    Portee.DOSSIER,
    (
        *_tete(),
        _texte("code", _P, "Code de l'axe.", "A1", obligatoire=True),
        _texte("description", _I, "Intitulé, comme dans `axe` d'une section.", "Chantiers", obligatoire=True),
    ),
    ("code",),
    _P,
    "axe",
    ("code",),
)
_PARAMETRE = RessourceListe(
    "parametreAnalytique",
    "Paramètres analytiques",
    Portee.DOSSIER,
    (
        *_tete(),
        _texte("axe.code", _P, "Code de l'axe.", "A1", obligatoire=True),
        _uuid("axe.objectId", _I, "Identifiant de l'axe."),
        _texte("axe.description", _I, "Intitulé de l'axe.", "Chantiers", obligatoire=True),
        _texte("cle", _P, "Clé de l'axe dans les écritures d'`importJson`.", "axeAnaA1", obligatoire=True),
        _entier("nombreSections", _P, "Sections de l'axe.", 3),
    ),
    ("axe.code",),
    _D,
    "parametreAnalytique",
    ("axe.code",),
    note="Un objet par axe. Les champs de la page de Loop ne sont pas connus.",
)
_TVA = RessourceListe(
    "tva",
    "Codes de TVA",
    Portee.DOSSIER,
    (
        *_tete(filtrable=False),
        _texte("code", _D, "Code.", "TN"),
        _texte("description", _D, "Intitulé.", "Taux normal"),
        _entier(
            "regime",
            _D,
            "1 normal, 2 exonéré, 3 autoliquidation de biens intracommunautaires, 4 export, 5 Corse, 6 DOM, 7 sous-traitance, "
            "8 prestations intracommunautaires.",
            1,
        ),
    ),
    ("code",),
    _D,
    note="Les livres ne tiennent pas de table de codes de TVA : la liste est toujours vide. Les paramètres sont lus et jugés comme ailleurs.",
)
_ETABLISSEMENT = RessourceListe(
    "etablissementComplet",
    "Établissements",
    Portee.DOSSIER,
    (
        *_tete(),
        _texte("code", _P, "Code de l'établissement.", "001", obligatoire=True),
        _texte("name", _D, "Nom.", "Siège", obligatoire=True),
        _texte("raisonsociale", _D, "Raison sociale : le nom, faute d'autre.", "Siège", obligatoire=True),
        _texte("SIRET", _I, "SIRET, 14 chiffres.", "07955542100027"),
    ),
    ("code",),
    _D,
    "etablissement",
    ("code",),
    note="Aussi `/etablissement`. `type`, `nature` et `prenom` ne sont pas tenus par les livres : ils ne sont pas rendus.",
)


def _tiers(route: str, titre: str, type_: int) -> RessourceListe:
    rib = Champ("rib", TypeChamp.TEXTE, AUCUN, triable=False)
    return RessourceListe(
        route,
        titre,
        Portee.DOSSIER,
        (
            *_tete(),
            _texte("code", _D, "Code du tiers.", "CMAIRIE000", obligatoire=True),
            _entier("type", _D, "0 client, 1 fournisseur, 2 salarié, 4 autre.", type_),
            _texte("raisonSociale", _D, "Nom ou raison sociale.", "Mairie de Saint-Étienne", obligatoire=True),
            _oui("actif", _D, "Faux : fermé, n'admet plus d'écriture.", True),
            ChampListe(rib, _D, "Coordonnées bancaires, la principale d'abord.", "", est_liste=True, est_derive=True),
            _texte("compteCollectif", _P, "Compte général auquel il se rattache.", "41100000"),
            _texte("nature", _P, "Nature au sens du format TRA (CLI, FOU, SAL, AUC, AUD, DIV).", "CLI"),
        ),
        ("code",),
        _D,
        "tiers",
        ("code",),
        note="Les autres champs de la page de Loop (`prenom`, `telephone`, `email`…) ne sont pas tenus par les livres : ils ne sont pas rendus.",
    )


CHAMPS_RIB: dict[str, tuple[Marque, str]] = {
    "principal": (_P, "Vrai : celui que les règlements prennent."),
    "iban": (_P, "IBAN."),
    "bic": (_P, "BIC."),
    "banque": (_P, "Code banque."),
    "guichet": (_P, "Code guichet."),
    "compte": (_P, "Numéro de compte."),
    "cle": (_P, "Clé."),
    "domiciliation": (_P, "Domiciliation."),
}
"""Fields of each element of ``rib``: the contract shows the array, not what it holds."""

_ECRITURE = RessourceListe(
    "EcritureComptable",
    "Écritures comptables",
    Portee.DOSSIER,
    (
        *_tete(filtrable=False),
        _uuid(
            "codeLettrage", _D, "Groupe de lettrage : le même pour les lignes lettrées ensemble ; null : non lettrée."
        ),
        _uuid(
            "ecritureOrigine",
            _D,
            "Import qui a apporté la ligne, son `accountingImportRequestId` ; null : une clôture.",
        ),
        _texte("journalCode", _D, "Code du journal.", "VTE", obligatoire=True),
        _texte("refPiece", _D, "Référence de la pièce ; à défaut son numéro.", "F001"),
        _date("datePiece", _D, "Date de la pièce ; à défaut celle de l'écriture.", "2026-01-15"),
        _texte("compteNumero", _D, "Numéro du compte général.", "41100000", obligatoire=True),
        _date("date", _P, "Date comptable.", "2026-01-15"),
        _texte("exercice", _P, "Code de l'exercice.", "2026", obligatoire=True),
        _texte("tiersCode", _P, "Code du tiers.", "CMAIRIE000"),
        _texte("libelle", _P, "Libellé.", "Facture F001"),
        _montant("debit", "Débit, en euros.", 120),
        _montant("credit", "Crédit, en euros.", 0),
        _texte("numeroPiece", _P, "Numéro de pièce ou d'écriture, tel que reçu.", "1"),
        _texte("lettrage", _P, "Lettre ou code de lettrage, tel que reçu.", "AAA"),
        _date("dateLettrage", _P, "Jour du lettrage.", "2026-02-15"),
        _date("dateEcheance", _P, "Échéance.", "2026-02-15"),
        _date("dateValidation", _P, "Jour de la validation ; null : non validée.", "2026-01-31"),
        _texte("modePaiement", _P, "Mode de paiement.", "VIR"),
        _texte("etablissement", _P, "Code de l'établissement.", "001"),
        _texte("type", _P, "Type d'écriture au sens du format TRA : N normale, S simulation…", "N"),
        _entier("rangImport", _P, "Rang du reçu de l'import dans le dossier.", 1),
        _entier("rangEcriture", _P, "Rang de l'écriture dans le fichier : le même pour toutes ses lignes.", 1),
        _entier("numeroLigne", _P, "Ligne du fichier reçu.", 2),
        _entier("rangLigne", _P, "Rang parmi les lignes tirées d'une même ligne du fichier.", 0),
    ),
    ("rangImport", "rangEcriture", "numeroLigne", "rangLigne"),
    _D,
    "ecriture",
    ("rangImport", "rangEcriture", "numeroLigne", "rangLigne"),
    exigence=("codeLettrage", "ecritureOrigine"),
    prise_max=100,
    note="Un objet par ligne. `filter` doit porter sur `codeLettrage` ou `ecritureOrigine`, hors de toute alternative `||`.",
)
_GROUPE = RessourceListe(
    "groupe",
    "Groupes de travail",
    Portee.CABINET,
    (
        *_tete(),
        _texte("code", _D, "Code.", "SOCIAL", obligatoire=True),
        _texte("description", _D, "Intitulé.", "Pôle social", obligatoire=True),
        _texte("agence", _D, "Code de l'agence.", "NANTES"),
    ),
    ("code",),
    _D,
    "groupe",
    ("code",),
)
_AGENCE = RessourceListe(
    "AgenceCabinet",
    "Agences du cabinet",
    Portee.CABINET,
    (
        *_tete(),
        _texte("code", _D, "Code.", "NANTES", obligatoire=True),
        _texte("libelle", _D, "Nom.", "Agence de Nantes", obligatoire=True),
        _texte("siret", _D, "SIRET, 14 chiffres.", "07955542100027"),
        _texte("numvoie", _D, "Numéro dans la voie.", "12 bis"),
        _texte("voie", _P, "Voie.", "rue de la Paix"),
        _texte("codePostal", _P, "Code postal.", "44000"),
        _texte("ville", _P, "Ville.", "Nantes"),
        _texte("email", _D, "Adresse électronique.", "nantes@cabinet.example"),
        _texte("telephone", _P, "Téléphone.", "02 40 00 00 00"),
    ),
    ("code",),
    _D,
    "agence",
    ("code",),
)
_COLLABORATEUR = RessourceListe(
    "CollaborateurCabinet",
    "Collaborateurs du cabinet",
    Portee.CABINET,
    (
        *_tete(),
        _texte("identifiant", _D, "Identifiant de la personne.", "Collaborateur_100", obligatoire=True),
        _texte("prenom", _D, "Prénom.", "Agnès", obligatoire=True),
        _texte("nom", _I, "Nom.", "Dupuis", obligatoire=True),
        _texte("email", _P, "Adresse électronique.", "agnes@cabinet.example"),
        _texte("role", _P, "administrateur, collaborateur ou lecture.", "collaborateur", obligatoire=True),
        _texte("agence", _P, "Code de l'agence.", "NANTES"),
        _texte("groupe", _P, "Code du groupe de travail.", "SOCIAL"),
        _oui("actif", _P, "Faux : ne peut plus se connecter.", True),
    ),
    ("identifiant",),
    _D,
    "collaborateur",
    ("identifiant",),
)
_HISTORIQUE = RessourceListe(
    "getImportHistory",
    "Historique des imports",
    Portee.DOSSIER,
    (
        ChampListe(
            Champ("id", TypeChamp.UUID, obligatoire=True), _P, "Identifiant de la ligne : celui de la demande.", _GUID
        ),
        _uuid("accountingImportRequestId", _P, "Identifiant rendu par la demande d'import."),
        _texte("codeIBS", _P, "Code du dossier.", "DEMO001", obligatoire=True),
        _texte("nomFichier", _P, "Nom du fichier.", "PG00001.TRA", obligatoire=True),
        _entier("statut", _P, "30 terminé avec succès, 40 terminé avec erreur, 50 annulé.", 30),
        _texte("statutLibelle", _P, "Le même, en toutes lettres.", "Terminé avec succès", obligatoire=True),
        _texte("erreur", _P, "Motif, quand `statut` vaut 40 ; vide sinon.", "", obligatoire=True),
        _texte("briqueApplicative", _P, "Toujours « Comptabilité ».", "Comptabilité", obligatoire=True),
        _texte("origine", _P, "« Par API », ou la porte d'entrée.", "Par API", obligatoire=True),
        _texte("format", _P, "tra, fec, perso ou json.", "tra", obligatoire=True),
        ChampListe(
            Champ("creationDate", TypeChamp.INSTANT), _P, "Enregistrement de la demande.", "2026-03-02T08:41:39.911Z"
        ),
        ChampListe(
            Champ("lastUpdate", TypeChamp.INSTANT), _P, "Dernier changement d'état.", "2026-03-02T08:41:42.311Z"
        ),
    ),
    ("id",),
    _P,
    tris=(Tri("creationDate", True),),
    note="Le plus récent d'abord. Une demande en attente ou en cours n'y est pas : la suivre par `getImportStatus`.",
)

RESSOURCES: tuple[RessourceListe, ...] = (
    _DOSSIER,
    _EXERCICE,
    _COMPTE,
    _JOURNAL,
    _SECTION,
    _AXE,
    _PARAMETRE,
    _TVA,
    _ETABLISSEMENT,
    _tiers("tiersClient", "Tiers clients", 0),
    _tiers("tiersFournisseur", "Tiers fournisseurs", 1),
    _tiers("tiersSalarie", "Tiers salariés", 2),
    _tiers("tiersDivers", "Autres tiers", 4),
    _ECRITURE,
    _GROUPE,
    _AGENCE,
    _COLLABORATEUR,
    _HISTORIQUE,
)
"""In the order of the documentation."""

PAR_ROUTE = {ressource.route: ressource for ressource in RESSOURCES}
