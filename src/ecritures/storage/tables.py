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

ABONNEMENTS = _table(
    "abonnements",
    CATALOGUE,
    sa.Column("empreinte", TEXTE, primary_key=True),  # SHA-256 of the subscription key
    sa.Column("nom", TEXTE, nullable=False),
    sa.Column("creation_ms", ENTIER, nullable=False),
    sa.Column("revocation_ms", ENTIER),
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
    sa.UniqueConstraint("domain", "code_cle"),
)

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
    sa.Index("imports_domain", "domain", "rang"),
    sa.Index("imports_dossier_sha256", "dossier", "sha256"),
)

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


CODE = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Codes sort byte by byte on both databases, so that both give the same pages."""


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
)

VENTILATIONS = _livre(
    "ventilations",
    sa.Column("import_rang", ENTIER, primary_key=True),
    sa.Column("numero_ligne", ENTIER, primary_key=True),
    sa.Column("ligne_mere", ENTIER, nullable=False),
    sa.Column("axe", CODE, primary_key=True),
    sa.Column("section", CODE),
    sa.Column("debit_centimes", ENTIER, nullable=False),
    sa.Column("credit_centimes", ENTIER, nullable=False),
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
    sa.UniqueConstraint("dossier", "import_id"),
)

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
)

REFERENCES = {
    table.name: table for table in (AXES, SECTIONS, ETABLISSEMENTS, MODES_PAIEMENT, DEVISES, RIBS)
}  # fmt: skip
"""Reference data that an import creates beside journaux, comptes and tiers (ledger.creations.REFERENCES)."""

BOOKS = (EXERCICES, JOURNAUX, COMPTES, TIERS, *REFERENCES.values(), LIGNES, VENTILATIONS, SOLDES)
"""What is hashed as « the books » of a dossier: findings and receipts are about them, not in them."""
