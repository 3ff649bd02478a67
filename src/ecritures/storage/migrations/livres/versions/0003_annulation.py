"""What an import created and attached, so that a cancel is exact; receipts of cancels; until when an exercice is validated."""

import sqlalchemy as sa
from alembic import op

from ecritures.storage.tables import CODE, ENTIER, Jour

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "creations",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("import_rang", ENTIER, nullable=False),
        sa.Column("objet", CODE, nullable=False),
        sa.Column("cle", CODE, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "import_rang", "objet", "cle"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pieces_jointes",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("import_rang", ENTIER, nullable=False),
        sa.Column("numero_ligne", ENTIER, nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("essais", ENTIER, nullable=False),
        sa.Column("prochain_ms", ENTIER, nullable=True),
        sa.Column("nom_fichier", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("taille_octets", ENTIER, nullable=True),
        sa.Column("motif", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("dossier", "import_rang", "numero_ligne"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.add_column("exercices", sa.Column("valide_jusqu_a", Jour(), nullable=True))
    op.create_index("lignes_numero", "lignes", ["dossier", "import_rang", "numero_ligne", "rang"])
    op.create_index(
        "lignes_tiers",
        "lignes",
        [
            "dossier",
            "tiers",
            "date",
            "compte",
            "exercice",
            "type_ecriture",
            "lettrage",
            "echeance",
            "debit_centimes",
            "credit_centimes",
        ],
        sqlite_where=sa.text("tiers IS NOT NULL"),
        postgresql_where=sa.text("tiers IS NOT NULL"),
    )
    op.create_index(
        "ventilations_section", "ventilations", ["dossier", "axe", "section", "import_rang", "numero_ligne"]
    )
    op.create_index("constats_ligne", "constats", ["dossier", "import_id", "numero_ligne"])
    op.create_index("constats_regle", "constats", ["dossier", "import_id", "id", "rang"])
    if op.get_context().dialect.name == "sqlite":
        _refaire_recus()
        return
    op.add_column("recus", sa.Column("sorte", CODE, server_default="import", nullable=False))
    op.drop_constraint("recus_dossier_import_id_key", "recus", type_="unique")
    op.create_unique_constraint(None, "recus", ["dossier", "import_id", "sorte"])


def _refaire_recus() -> None:
    """SQLite cannot change a constraint: a table with the new one takes the receipts over."""
    noms = ", ".join(c["name"] for c in sa.inspect(op.get_bind()).get_columns("recus"))
    op.create_table(
        "recus_0003",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("rang", ENTIER, autoincrement=False, nullable=False),
        sa.Column("import_id", CODE, nullable=False),
        sa.Column("precedent", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.Text(), nullable=False),
        sa.Column("contenu", sa.Text(), nullable=False),
        sa.Column("sorte", CODE, server_default="import", nullable=False),
        sa.PrimaryKeyConstraint("dossier", "rang"),
        sa.UniqueConstraint("dossier", "import_id", "sorte"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO recus_0003 ({noms}) SELECT {noms} FROM recus")  # noqa: S608  (names of our own columns)
    op.drop_table("recus")
    op.rename_table("recus_0003", "recus")
