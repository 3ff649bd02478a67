"""What a whole folder brings to the books: axes, sections, payment methods, currencies, bank details of third parties.

And the rank of a line among those made of one physical line, in the key: a custom model splits an amount into several.
"""

import sqlalchemy as sa
from alembic import op

from ecritures.storage.tables import CODE, ENTIER, Jour

_CLE = ("dossier", "import_rang", "ecriture", "numero_ligne", "rang")

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "axes",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("dossier", "code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sections",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("axe", CODE, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("est_ferme", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("dossier", "axe", "code"),
        sa.CheckConstraint("est_ferme IN (0, 1)", name="sections_est_ferme"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "modes_paiement",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("categorie", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("dossier", "code"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "devises",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("code", CODE, nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("decimales", ENTIER, nullable=True),
        sa.Column("parite", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("dossier", "code"),
        sa.CheckConstraint("decimales BETWEEN 0 AND 9", name="devises_decimales"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ribs",
        sa.Column("dossier", ENTIER, autoincrement=False, nullable=False),
        sa.Column("tiers", CODE, nullable=False),
        sa.Column("numero", ENTIER, autoincrement=False, nullable=False),
        sa.Column("est_principal", ENTIER, nullable=False),
        sa.Column("banque", sa.Text(), nullable=True),
        sa.Column("guichet", sa.Text(), nullable=True),
        sa.Column("compte", sa.Text(), nullable=True),
        sa.Column("cle", sa.Text(), nullable=True),
        sa.Column("domiciliation", sa.Text(), nullable=True),
        sa.Column("pays", sa.Text(), nullable=True),
        sa.Column("devise", sa.Text(), nullable=True),
        sa.Column("bic", sa.Text(), nullable=True),
        sa.Column("iban", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("dossier", "tiers", "numero"),
        sa.CheckConstraint("est_principal IN (0, 1)", name="ribs_est_principal"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_context().dialect.name == "sqlite":
        _refaire_lignes()
        return
    op.add_column("lignes", sa.Column("rang", ENTIER, nullable=False, server_default="0"))
    op.drop_constraint("lignes_pkey", "lignes", type_="primary")
    op.create_primary_key("lignes_pkey", "lignes", list(_CLE))


def _refaire_lignes() -> None:
    """SQLite cannot change a key: a table with the new one takes the lines over."""
    noms = ", ".join(c["name"] for c in sa.inspect(op.get_bind()).get_columns("lignes"))
    op.create_table(
        "lignes_0002",
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
        sa.Column("rang", ENTIER, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(*_CLE),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO lignes_0002 ({noms}) SELECT {noms} FROM lignes")  # noqa: S608  (names of our own columns)
    op.drop_table("lignes")
    op.rename_table("lignes_0002", "lignes")
    op.create_index("lignes_compte", "lignes", ["dossier", "compte", "date"], unique=False)
    op.create_index("lignes_journal", "lignes", ["dossier", "journal", "date"], unique=False)
