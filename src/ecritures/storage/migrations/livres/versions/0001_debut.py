"""First revision: the books, receipts and findings of the dossiers."""

import sqlalchemy as sa
from alembic import op

from ecritures.storage.tables import CODE, ENTIER, Jour

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "comptes",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("numero", CODE, nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=True),
        sa.Column("est_ferme", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "numero"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "constats",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("import_id", CODE, nullable=False),
        sa.Column("rang", ENTIER, autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("severite", sa.Text(), nullable=False),
        sa.Column("numero_ligne", ENTIER, nullable=True),
        sa.Column("colonne_debut", ENTIER, nullable=True),
        sa.Column("colonne_fin", ENTIER, nullable=True),
        sa.Column("zone", sa.Text(), nullable=True),
        sa.Column("valeur", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remede", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dossier", "import_id", "rang"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "etablissements",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("siret", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("dossier", "code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "exercices",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("debut", Jour(), nullable=False),
        sa.Column("fin", Jour(), nullable=False),
        sa.Column("est_clos", ENTIER, nullable=False),
        sa.Column("libelle", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("dossier", "code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journaux",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=True),
        sa.Column("est_ferme", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lignes",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("import_rang", ENTIER, nullable=False),
        sa.Column("ecriture", ENTIER, nullable=False),
        sa.Column("numero_ligne", ENTIER, nullable=False),
        sa.Column("exercice", CODE, nullable=False),
        sa.Column("journal", CODE, nullable=False),
        sa.Column("date", Jour(), nullable=False),
        sa.Column("compte", CODE, nullable=False),
        sa.Column("debit_centimes", ENTIER, nullable=False),
        sa.Column("credit_centimes", ENTIER, nullable=False),
        sa.Column("type_ecriture", sa.Text(), nullable=True),
        sa.Column("nature", sa.Text(), nullable=True),
        sa.Column("tiers", CODE, nullable=True),
        sa.Column("numero_piece", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("date_piece", Jour(), nullable=True),
        sa.Column("libelle", sa.Text(), nullable=True),
        sa.Column("devise", sa.Text(), nullable=True),
        sa.Column("montant_devise", ENTIER, nullable=True),
        sa.Column("lettrage", sa.Text(), nullable=True),
        sa.Column("date_lettrage", Jour(), nullable=True),
        sa.Column("date_validation", Jour(), nullable=True),
        sa.Column("echeance", Jour(), nullable=True),
        sa.Column("mode_paiement", sa.Text(), nullable=True),
        sa.Column("etablissement", sa.Text(), nullable=True),
        sa.Column("a_nouveau", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("dossier", "import_rang", "ecriture", "numero_ligne"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("lignes_compte", "lignes", ["dossier", "compte", "date"], unique=False)
    op.create_index("lignes_journal", "lignes", ["dossier", "journal", "date"], unique=False)
    op.create_table(
        "recus",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("rang", ENTIER, autoincrement=False, nullable=False),
        sa.Column("import_id", CODE, nullable=False),
        sa.Column("precedent", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.Text(), nullable=False),
        sa.Column("contenu", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dossier", "rang"),
        sa.UniqueConstraint("dossier", "import_id"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "soldes",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("exercice", CODE, nullable=False),
        sa.Column("type_ecriture", CODE, nullable=False),
        sa.Column("compte", CODE, nullable=False),
        sa.Column("journal", CODE, nullable=False),
        sa.Column("mois", ENTIER, autoincrement=False, nullable=False),
        sa.Column("debit_centimes", ENTIER, nullable=False),
        sa.Column("credit_centimes", ENTIER, nullable=False),
        sa.Column("nombre", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "exercice", "type_ecriture", "compte", "journal", "mois"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tiers",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("nature", sa.Text(), nullable=True),
        sa.Column("collectif", CODE, nullable=True),
        sa.Column("est_ferme", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ventilations",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("import_rang", ENTIER, nullable=False),
        sa.Column("numero_ligne", ENTIER, nullable=False),
        sa.Column("ligne_mere", ENTIER, nullable=False),
        sa.Column("axe", CODE, nullable=False),
        sa.Column("section", CODE, nullable=True),
        sa.Column("debit_centimes", ENTIER, nullable=False),
        sa.Column("credit_centimes", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "import_rang", "numero_ligne", "axe"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
