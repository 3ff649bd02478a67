"""Tables of the two schemas: ``CATALOGUE`` (firms, keys, dossiers, requests) and ``LIVRES`` (the books).

Every primary, unique and foreign key of LIVRES begins with ``dossier``, so that the books can be partitioned or distributed
by it; a unit test holds this. Instants are milliseconds since 1970 UTC, money is BIGINT centimes, text is UTF-8.
"""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

ENTIER = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
TEXTE = sa.Text()
CODE = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Codes sort byte by byte on both databases, so that both give the same pages."""

CATALOGUE = sa.MetaData()
LIVRES = sa.MetaData()


def _table(nom: str, metadata: sa.MetaData, *elements: sa.schema.SchemaItem, **options: Any) -> sa.Table:
    table: sa.Table = sa.Table(nom, metadata, *elements, sqlite_strict=True, **options)
    return table


CABINETS = _table(
    "cabinets",
    CATALOGUE,
    sa.Column("domain", TEXTE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
)

AGENCES = _table(
    "agences",
    CATALOGUE,
    sa.Column("domain", TEXTE, sa.ForeignKey("cabinets.domain"), primary_key=True),
    sa.Column("code", TEXTE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("siret", TEXTE),
    sa.Column("numero_voie", TEXTE),
    sa.Column("voie", TEXTE),
    sa.Column("code_postal", TEXTE),
    sa.Column("ville", TEXTE),
    sa.Column("email", TEXTE),
    sa.Column("telephone", TEXTE),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("derniere_maj_ms", ENTIER, nullable=False),
)

GROUPES = _table(
    "groupes",
    CATALOGUE,
    sa.Column("domain", TEXTE, sa.ForeignKey("cabinets.domain"), primary_key=True),
    sa.Column("code", TEXTE, primary_key=True),
    sa.Column("description", TEXTE, nullable=False),
    sa.Column("agence", TEXTE),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("derniere_maj_ms", ENTIER, nullable=False),
)

ROLES = ("administrateur", "collaborateur", "lecture")

COLLABORATEURS = _table(
    "collaborateurs",
    CATALOGUE,
    sa.Column("domain", TEXTE, sa.ForeignKey("cabinets.domain"), primary_key=True),
    sa.Column("identifiant", TEXTE, primary_key=True),  # casefolded: what a person types to sign in
    sa.Column("prenom", TEXTE, nullable=False),
    sa.Column("nom", TEXTE, nullable=False),
    sa.Column("email", TEXTE),
    sa.Column("role", TEXTE, nullable=False),
    sa.Column("mot_de_passe", TEXTE),  # argon2id, with its parameters; null: not chosen yet
    sa.Column("sujet_oidc", TEXTE),  # the person at the identity provider
    sa.Column("agence", TEXTE),
    sa.Column("groupe", TEXTE),
    sa.Column("est_actif", ENTIER, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("derniere_maj_ms", ENTIER, nullable=False),
    sa.Column("derniere_connexion_ms", ENTIER),
    sa.CheckConstraint("role IN ('administrateur', 'collaborateur', 'lecture')", name="collaborateurs_role"),
    sa.UniqueConstraint("domain", "sujet_oidc"),
)

INVITATIONS = _table(
    "invitations",
    CATALOGUE,
    sa.Column(
        "empreinte", TEXTE, primary_key=True
    ),  # SHA-256 of a link that works once: first administrator, password lost
    sa.Column("domain", TEXTE, nullable=False),
    sa.Column("identifiant", TEXTE, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("expiration_ms", ENTIER, nullable=False),
    sa.Column("usage_ms", ENTIER),
)

SESSIONS = _table(
    "sessions",
    CATALOGUE,
    sa.Column("empreinte", TEXTE, primary_key=True),  # SHA-256 of the cookie
    sa.Column("domain", TEXTE, nullable=False),
    sa.Column("identifiant", TEXTE, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("vue_ms", ENTIER, nullable=False),
    sa.Column("expiration_ms", ENTIER, nullable=False),
    sa.Column("revocation_ms", ENTIER),
    sa.Index("sessions_personne", "domain", "identifiant"),
)

AUDIT = _table(
    "audit",
    CATALOGUE,
    sa.Column("rang", ENTIER, primary_key=True, autoincrement=True),
    sa.Column("domain", TEXTE, nullable=False),
    sa.Column("instant_ms", ENTIER, nullable=False),
    sa.Column("acteur", TEXTE, nullable=False),  # public part of a key, identifiant of a person, "systeme"
    sa.Column("action", TEXTE, nullable=False),  # cle.creation, import.annulation, exercice.cloture…
    sa.Column("objet", TEXTE),
    sa.Column("dossier", ENTIER),
    sa.Column("details", TEXTE),  # JSON, without secrets
    sa.Index("audit_domain", "domain", "rang"),
)

IDEMPOTENCE = _table(
    "idempotence",
    CATALOGUE,
    sa.Column("acteur", TEXTE, primary_key=True),  # public part of the API key
    sa.Column("cle", TEXTE, primary_key=True),  # SHA-256 of the Idempotency-Key
    sa.Column("route", TEXTE, nullable=False),
    sa.Column("empreinte", TEXTE, nullable=False),  # SHA-256 of method, path, query and body
    sa.Column("statut", ENTIER),  # null: the first request has not been answered yet
    sa.Column("reponse", TEXTE),
    sa.Column("import_id", TEXTE),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("bail_ms", ENTIER, nullable=False),  # until when its execution is believed alive
    sa.Column("expiration_ms", ENTIER, nullable=False),
    sa.Index("idempotence_expiration", "expiration_ms"),
)

WEBHOOKS = _table(
    "webhooks",
    CATALOGUE,
    sa.Column("id", TEXTE, primary_key=True),
    sa.Column("domain", TEXTE, sa.ForeignKey("cabinets.domain"), nullable=False),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("url", TEXTE, nullable=False),  # may hold a token: shown without its query
    sa.Column("evenements", TEXTE, nullable=False),  # JSON list
    sa.Column("version_secret", ENTIER, nullable=False),  # the secret derives from the server's, the id and this
    sa.Column("ancien_secret_fin_ms", ENTIER),  # until when the version before signs too
    sa.Column("est_actif", ENTIER, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("derniere_maj_ms", ENTIER, nullable=False),
    sa.Index("webhooks_domain", "domain"),
)

LIVRAISONS = _table(
    "livraisons",
    CATALOGUE,
    sa.Column("rang", ENTIER, primary_key=True, autoincrement=True),
    sa.Column("webhook", TEXTE, sa.ForeignKey("webhooks.id"), nullable=False),
    sa.Column("domain", TEXTE, nullable=False),
    sa.Column("evenement", TEXTE, nullable=False),
    sa.Column("evenement_id", TEXTE, nullable=False),
    sa.Column("import_id", TEXTE),
    sa.Column("corps", TEXTE, nullable=False),
    sa.Column("etat", TEXTE, nullable=False),  # a_livrer, livree, abandonnee
    sa.Column("essais", ENTIER, nullable=False),
    sa.Column("prochain_ms", ENTIER),
    sa.Column("dernier_statut", ENTIER),
    sa.Column("derniere_erreur", TEXTE),
    sa.Column("duree_ms", ENTIER),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("livraison_ms", ENTIER),
    sa.UniqueConstraint("webhook", "evenement_id"),
    sa.Index("livraisons_a_faire", "etat", "prochain_ms"),
    sa.Index("livraisons_domain", "domain", "rang"),
)

TELEVERSEMENTS = _table(
    "televersements",
    CATALOGUE,
    sa.Column("id", TEXTE, primary_key=True),
    sa.Column("domain", TEXTE, nullable=False),
    sa.Column("acteur", TEXTE, nullable=False),
    sa.Column("dossier", ENTIER, sa.ForeignKey("dossiers.dossier"), nullable=False),
    sa.Column("nom_fichier", TEXTE, nullable=False),
    sa.Column("taille_octets", ENTIER, nullable=False),
    sa.Column("recus_octets", ENTIER, nullable=False),
    sa.Column("sha256", TEXTE),  # of the whole file, as announced
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("expiration_ms", ENTIER, nullable=False),
    sa.Index("televersements_domain", "domain"),
)
"""Uploads under way. The import of one has its id: the unique id of imports makes two impossible."""

TELEVERSEMENTS_MORCEAUX = _table(
    "televersements_morceaux",
    CATALOGUE,
    sa.Column("televersement", TEXTE, sa.ForeignKey("televersements.id"), primary_key=True),
    sa.Column("debut", ENTIER, primary_key=True),
    sa.Column("taille_octets", ENTIER, nullable=False),
    sa.Column("objet", TEXTE, nullable=False),  # name of its bytes, drawn for each try
)
"""The pieces that count, written with ``recus_octets``: bytes that no row names are of no upload."""

REQUETES = _table(
    "requetes",
    CATALOGUE,
    sa.Column("rang", ENTIER, primary_key=True, autoincrement=True),
    sa.Column("domain", TEXTE),
    sa.Column("acteur", TEXTE),
    sa.Column("instant_ms", ENTIER, nullable=False),
    sa.Column("methode", TEXTE, nullable=False),
    sa.Column("route", TEXTE, nullable=False),
    sa.Column("statut", ENTIER, nullable=False),
    sa.Column("duree_ms", ENTIER, nullable=False),
    sa.Column("corps", TEXTE),  # secrets masked, cut
    sa.Column("reponse", TEXTE),
    sa.Index("requetes_domain", "domain", "rang"),
)

PANNES = _table(
    "pannes",
    CATALOGUE,
    sa.Column("rang", ENTIER, primary_key=True, autoincrement=True),
    sa.Column("domain", TEXTE, nullable=False),
    sa.Column("sorte", TEXTE, nullable=False),
    sa.Column("route", TEXTE),
    sa.Column("dossier", ENTIER),
    sa.Column("parametres", TEXTE, nullable=False),  # JSON
    sa.Column("restantes", ENTIER, nullable=False),
)

BACS_A_SABLE = _table(
    "bacs_a_sable",
    CATALOGUE,
    sa.Column("rang", ENTIER, primary_key=True, autoincrement=False),
    sa.Column("decalage_ms", ENTIER, nullable=False),  # between the product's clock and the real one
    sa.Column("remise_ms", ENTIER),  # when a reset began that is not finished
)
"""One row when these data were born in a sandbox, none elsewhere."""

ABONNEMENTS = _table(
    "abonnements",
    CATALOGUE,
    sa.Column("empreinte", TEXTE, primary_key=True),  # SHA-256 of the subscription key
    sa.Column("nom", TEXTE, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("revocation_ms", ENTIER),
    sa.Column("abonnement", TEXTE),  # what its primary and secondary keys share
    sa.Column("rang", TEXTE),  # primaire, secondaire
    sa.Column("domain", TEXTE),
    sa.Column("expiration_ms", ENTIER),
    sa.Column("dernier_usage_ms", ENTIER),
)

CLES_API = _table(
    "cles_api",
    CATALOGUE,
    sa.Column("cle", TEXTE, primary_key=True),  # the public part, before the colon
    sa.Column("domain", TEXTE, sa.ForeignKey("cabinets.domain"), nullable=False),
    sa.Column("empreinte", TEXTE, nullable=False),  # SHA-256 of the secret part, which has 256 random bits
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("est_avancee", ENTIER, nullable=False),
    sa.Column("tous_dossiers", ENTIER, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("revocation_ms", ENTIER),
    sa.Column("role", TEXTE, nullable=False, server_default="collaborateur"),
    sa.Column("expiration_ms", ENTIER),
    sa.Column("dernier_usage_ms", ENTIER),
    sa.Column("limite_minute", ENTIER),  # requests a minute; null: the server's setting
)

CLES_DOSSIERS = _table(
    "cles_dossiers",
    CATALOGUE,
    sa.Column("cle", TEXTE, sa.ForeignKey("cles_api.cle"), primary_key=True),
    sa.Column("dossier", ENTIER, sa.ForeignKey("dossiers.dossier"), primary_key=True),
)

DOSSIERS = _table(
    "dossiers",
    CATALOGUE,
    sa.Column("dossier", ENTIER, primary_key=True, autoincrement=True),
    sa.Column("domain", TEXTE, sa.ForeignKey("cabinets.domain"), nullable=False),
    sa.Column("code_ibs", TEXTE, nullable=False),
    sa.Column("code_cle", TEXTE, nullable=False),  # the code in capitals: what makes it unique
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("siren", TEXTE),
    sa.Column("creer_journaux", ENTIER, nullable=False),
    sa.Column("creer_comptes", ENTIER, nullable=False),
    sa.Column("creer_tiers", ENTIER, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("doublons", TEXTE, nullable=False, server_default="accepter"),  # accepter, avertir, refuser
    sa.Column("compte_attente", TEXTE, nullable=False, server_default="471000"),  # balancing line of importJson
    sa.Column("tiers_attente", TEXTE),
    sa.Column("agence", TEXTE),
    sa.Column("groupe", TEXTE),
    sa.UniqueConstraint("domain", "code_cle"),
)

FILTRES_IMPORTS = ("dossier", "format", "origine", "creation_ms", "nom_cle")
"""What the history filters by: in its two wide indexes, so that a filter never reads a compte rendu to skip it."""

IMPORTS = _table(
    "imports",
    CATALOGUE,
    sa.Column("rang", ENTIER, primary_key=True, autoincrement=True),  # order of arrival, for lists
    sa.Column("id", TEXTE, nullable=False, unique=True),
    sa.Column("identifiant_interne", TEXTE, nullable=False),
    sa.Column("domain", TEXTE, nullable=False),
    sa.Column("dossier", ENTIER, sa.ForeignKey("dossiers.dossier"), nullable=False),
    sa.Column("code_ibs", TEXTE, nullable=False),
    sa.Column("format", TEXTE, nullable=False),
    sa.Column("nom_fichier", TEXTE, nullable=False),
    sa.Column("origine", TEXTE, nullable=False),
    sa.Column("state", ENTIER, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("derniere_maj_ms", ENTIER, nullable=False),
    sa.Column("uri", TEXTE),
    sa.Column("url", TEXTE),  # a secret: set to null once the import is over
    sa.Column("siret", TEXTE),
    sa.Column("sha256", TEXTE),
    sa.Column("taille_octets", ENTIER),
    sa.Column("essais", ENTIER, nullable=False, server_default="0"),  # times a step that computes was begun
    sa.Column("message", TEXTE),
    sa.Column("compte_rendu", TEXTE),  # JSON, see imports/report.py
    sa.Column("demandeur", TEXTE),  # public part of the key, or identifiant of the person
    sa.Column("modele", TEXTE),  # name of the custom model, as asked for
    sa.Column("options", TEXTE),  # JSON: options of importJson that rule the posting
    sa.Column("empreinte_contenu", TEXTE),  # SHA-256 of the lot's entries, whatever the bytes that brought them
    sa.Column("annulation_ms", ENTIER),
    sa.Column("annule_par", TEXTE),
    sa.Column("pieces_prochain_ms", ENTIER),  # next try of its attachments; null: none to fetch
    sa.Column("repare", TEXTE),  # id of the import whose file this one is, repaired
    sa.Index("imports_pieces", "pieces_prochain_ms"),
    sa.Index("imports_domain", "domain", "rang"),
    sa.Index("imports_dossier_sha256", "dossier", "sha256"),
    sa.Index("imports_dossier_contenu", "dossier", "empreinte_contenu"),
    sa.Column("etat", ENTIER, nullable=False, server_default="0"),  # imports.historique.Etat: the state, or cancelled
    sa.Column(
        "nom_cle", CODE, nullable=False, server_default=""
    ),  # the name without case nor accents: sorts and is searched
    sa.Column("lignes", ENTIER, nullable=False, server_default="-1"),  # of the file, once read; -1: not known
    sa.Column("montant_centimes", ENTIER, nullable=False, server_default="-1"),  # its debits; -1: not known
    sa.Index("imports_repare", "repare"),
    sa.Index("imports_maj", "domain", "derniere_maj_ms"),
    sa.Index("imports_nom", "domain", "nom_cle", "rang"),
    sa.Index("imports_lignes", "domain", "lignes", "rang"),
    sa.Index("imports_montant", "domain", "montant_centimes", "rang"),
    sa.Index("imports_etat", "domain", "etat", "rang", *FILTRES_IMPORTS),
    sa.Index("imports_recherche", "domain", "rang", "etat", *FILTRES_IMPORTS, "lignes", "montant_centimes"),
)

ETAPES_IMPORTS = _table(
    "etapes_imports",
    CATALOGUE,
    sa.Column("import_id", TEXTE, primary_key=True),
    sa.Column("etape", TEXTE, primary_key=True),  # imports.etapes.ETAPES
    sa.Column("debut_ms", ENTIER, nullable=False),
    sa.Column("duree_us", ENTIER, nullable=False),
)
"""When the steps of imports were run last, for their timeline."""

MODELES = _table(
    "modeles",
    CATALOGUE,
    sa.Column("domain", TEXTE, sa.ForeignKey("cabinets.domain"), primary_key=True),
    sa.Column("cle", TEXTE, primary_key=True),  # the name without case: what makes it unique
    sa.Column("nom", TEXTE, nullable=False),  # as typed
    sa.Column("texte", TEXTE, nullable=False),  # the model as TOML, with its comments
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("derniere_maj_ms", ENTIER, nullable=False),
)

TRAVAILLEURS = _table(
    "travailleurs",
    CATALOGUE,
    sa.Column("executeur", TEXTE, primary_key=True),
    sa.Column("vu_ms", ENTIER, nullable=False),
)


class Jour(sa.types.TypeDecorator[date]):
    """A date: PostgreSQL's own type; on SQLite the integer AAAAMMJJ, which sorts, compares and reads as one."""

    impl = sa.Date
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(sqlite.INTEGER() if dialect.name == "sqlite" else sa.Date())

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return value.year * 10_000 + value.month * 100 + value.day

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> date | None:
        if value is None or dialect.name != "sqlite":
            return cast("date | None", value)
        return date(value // 10_000, value // 100 % 100, value % 100)


def _livre(nom: str, *elements: sa.schema.SchemaItem) -> sa.Table:
    return _table(
        nom,
        LIVRES,
        sa.Column("dossier", ENTIER, primary_key=True, autoincrement=False),
        *elements,
        sqlite_with_rowid=False,
    )


EXERCICES = _livre(
    "exercices",
    sa.Column("code", CODE, primary_key=True),
    sa.Column("debut", Jour, nullable=False),
    sa.Column("fin", Jour, nullable=False),
    sa.Column("est_clos", ENTIER, nullable=False),
    sa.Column("libelle", TEXTE),
    sa.Column("valide_jusqu_a", Jour),  # entries up to that day are validated: neither changed nor taken back
)

JOURNAUX = _livre(
    "journaux",
    sa.Column("code", CODE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("nature", TEXTE),
    sa.Column("est_ferme", ENTIER, nullable=False),
)

COMPTES = _livre(
    "comptes",
    sa.Column("numero", CODE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("nature", TEXTE),
    sa.Column("est_ferme", ENTIER, nullable=False),
)

TIERS = _livre(
    "tiers",
    sa.Column("code", CODE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("nature", TEXTE),
    sa.Column("collectif", CODE),
    sa.Column("est_ferme", ENTIER, nullable=False),
)

ETABLISSEMENTS = _livre(
    "etablissements",
    sa.Column("code", CODE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("siret", TEXTE),
)

AXES = _livre(
    "axes",
    sa.Column("code", CODE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
)

SECTIONS = _livre(
    "sections",
    sa.Column("axe", CODE, primary_key=True),
    sa.Column("code", CODE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("est_ferme", ENTIER, nullable=False),
    sa.CheckConstraint("est_ferme IN (0, 1)", name="sections_est_ferme"),
)

MODES_PAIEMENT = _livre(
    "modes_paiement",
    sa.Column("code", CODE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("categorie", TEXTE),
)

DEVISES = _livre(
    "devises",
    sa.Column("code", CODE, primary_key=True),
    sa.Column("libelle", TEXTE, nullable=False),
    sa.Column("decimales", ENTIER),
    sa.Column("parite", TEXTE),  # as written: euros for one unit, exactly
    sa.CheckConstraint("decimales BETWEEN 0 AND 9", name="devises_decimales"),
)

RIBS = _livre(
    "ribs",
    sa.Column("tiers", CODE, primary_key=True),
    sa.Column("numero", ENTIER, primary_key=True, autoincrement=False),  # a third party has several
    sa.Column("est_principal", ENTIER, nullable=False),
    sa.Column("banque", TEXTE),
    sa.Column("guichet", TEXTE),
    sa.Column("compte", TEXTE),
    sa.Column("cle", TEXTE),
    sa.Column("domiciliation", TEXTE),
    sa.Column("pays", TEXTE),
    sa.Column("devise", TEXTE),
    sa.Column("bic", TEXTE),
    sa.Column("iban", TEXTE),
    sa.CheckConstraint("est_principal IN (0, 1)", name="ribs_est_principal"),
)

LIGNES = _livre(
    "lignes",
    sa.Column("import_rang", ENTIER, primary_key=True),  # rank of the import's receipt
    sa.Column("ecriture", ENTIER, primary_key=True),  # rank of the entry in the file
    sa.Column("numero_ligne", ENTIER, primary_key=True),  # physical line of the file
    sa.Column("exercice", CODE, nullable=False),
    sa.Column("journal", CODE, nullable=False),
    sa.Column("date", Jour, nullable=False),
    sa.Column("compte", CODE, nullable=False),
    sa.Column("debit_centimes", ENTIER, nullable=False),
    sa.Column("credit_centimes", ENTIER, nullable=False),
    sa.Column("type_ecriture", TEXTE),
    sa.Column("nature", TEXTE),
    sa.Column("tiers", CODE),
    sa.Column("numero_piece", TEXTE),
    sa.Column("reference", TEXTE),
    sa.Column("date_piece", Jour),
    sa.Column("libelle", TEXTE),
    sa.Column("devise", TEXTE),
    sa.Column("montant_devise", ENTIER),
    sa.Column("lettrage", TEXTE),
    sa.Column("date_lettrage", Jour),
    sa.Column("date_validation", Jour),
    sa.Column("echeance", Jour),
    sa.Column("mode_paiement", TEXTE),
    sa.Column("etablissement", TEXTE),
    sa.Column("a_nouveau", TEXTE),
    sa.Column("rang", ENTIER, primary_key=True, server_default="0"),  # among the lines made of one physical line
    sa.Index("lignes_compte", "dossier", "compte", "date"),
    sa.Index("lignes_journal", "dossier", "journal", "date"),
    sa.Index("lignes_numero", "dossier", "import_rang", "numero_ligne", "rang"),  # a share, or a lettering, names its line so
    sa.Index(
        "lignes_tiers", "dossier", "tiers", "date", "compte", "exercice", "type_ecriture", "lettrage", "echeance",
        "debit_centimes", "credit_centimes", sqlite_where=sa.text("tiers IS NOT NULL"), postgresql_where=sa.text("tiers IS NOT NULL"),
    ),  # all that the balances of third parties read
)  # fmt: skip

VENTILATIONS = _livre(
    "ventilations",
    sa.Column("import_rang", ENTIER, primary_key=True),
    sa.Column("numero_ligne", ENTIER, primary_key=True),
    sa.Column("ligne_mere", ENTIER, nullable=False),
    sa.Column("axe", CODE, primary_key=True),
    sa.Column("section", CODE),
    sa.Column("debit_centimes", ENTIER, nullable=False),
    sa.Column("credit_centimes", ENTIER, nullable=False),
    sa.Index("ventilations_section", "dossier", "axe", "section", "import_rang", "numero_ligne"),
)

SOLDES = _livre(
    "soldes",
    sa.Column("exercice", CODE, primary_key=True),
    sa.Column("type_ecriture", CODE, primary_key=True),
    sa.Column("compte", CODE, primary_key=True),
    sa.Column("journal", CODE, primary_key=True),
    sa.Column("mois", ENTIER, primary_key=True, autoincrement=False),  # AAAAMM
    sa.Column("debit_centimes", ENTIER, nullable=False),
    sa.Column("credit_centimes", ENTIER, nullable=False),
    sa.Column("nombre", ENTIER, nullable=False),
)

RECUS = _livre(
    "recus",
    sa.Column("rang", ENTIER, primary_key=True, autoincrement=False),
    sa.Column("import_id", CODE, nullable=False),
    sa.Column("precedent", TEXTE, nullable=False),
    sa.Column("empreinte", TEXTE, nullable=False),
    sa.Column("contenu", TEXTE, nullable=False),  # canonical JSON
    sa.Column("sorte", CODE, nullable=False, server_default="import"),  # import, annulation
    sa.UniqueConstraint("dossier", "import_id", "sorte"),
)

PIECES_JOINTES = _livre(
    "pieces_jointes",
    sa.Column("import_rang", ENTIER, primary_key=True),
    sa.Column("numero_ligne", ENTIER, primary_key=True),
    sa.Column("uri", TEXTE),  # a secret: null once the bytes are here, or given up
    sa.Column("etat", TEXTE, nullable=False),  # a_prendre, prise, manquante
    sa.Column("essais", ENTIER, nullable=False),
    sa.Column("prochain_ms", ENTIER),
    sa.Column("nom_fichier", TEXTE),
    sa.Column("sha256", TEXTE),
    sa.Column("taille_octets", ENTIER),
    sa.Column("motif", TEXTE),  # why it is missing: never the address
)
"""Attachments of entries (importJson ``fichier.uri``): fetched after the posting, kept among the originals."""

CREATIONS = _livre(
    "creations",
    sa.Column("import_rang", ENTIER, primary_key=True),
    sa.Column("objet", CODE, primary_key=True),  # name of the table
    sa.Column("cle", CODE, primary_key=True),  # its key there, JSON
)
"""What each import created in the dossier: a cancel takes it back when nothing else uses it."""

CONSTATS = _livre(
    "constats",
    sa.Column("import_id", CODE, primary_key=True),
    sa.Column("rang", ENTIER, primary_key=True, autoincrement=False),  # from 1, in file order
    sa.Column("id", TEXTE, nullable=False),
    sa.Column("code", TEXTE),
    sa.Column("severite", TEXTE, nullable=False),
    sa.Column("numero_ligne", ENTIER),
    sa.Column("colonne_debut", ENTIER),
    sa.Column("colonne_fin", ENTIER),
    sa.Column("zone", TEXTE),
    sa.Column("valeur", TEXTE),
    sa.Column("message", TEXTE, nullable=False),
    sa.Column("remede", TEXTE, nullable=False),
    sa.Index("constats_ligne", "dossier", "import_id", "numero_ligne"),  # those of a window of the file
    sa.Index("constats_regle", "dossier", "import_id", "id", "rang"),
)

REFERENCES = {
    table.name: table for table in (AXES, SECTIONS, ETABLISSEMENTS, MODES_PAIEMENT, DEVISES, RIBS)
}  # fmt: skip
"""Reference data that an import creates beside journaux, comptes and tiers (ledger.creations.REFERENCES)."""

BOOKS = (EXERCICES, JOURNAUX, COMPTES, TIERS, *REFERENCES.values(), LIGNES, VENTILATIONS, SOLDES)
"""What is hashed as « the books » of a dossier: findings and receipts are about them, not in them."""
