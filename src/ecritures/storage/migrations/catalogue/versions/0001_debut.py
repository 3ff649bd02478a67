"""First revision: firms, keys, dossiers, requests, heartbeats."""

import sqlalchemy as sa
from alembic import op

from ecritures.storage.tables import ENTIER

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "abonnements",
        sa.Column("empreinte", sa.Text(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("revocation_ms", ENTIER, nullable=True),
        sa.PrimaryKeyConstraint("empreinte"),
        sqlite_strict=True,
    )
    op.create_table(
        "cabinets",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("domain"),
        sqlite_strict=True,
    )
    op.create_table(
        "travailleurs",
        sa.Column("executeur", sa.Text(), nullable=False),
        sa.Column("vu_ms", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("executeur"),
        sqlite_strict=True,
    )
    op.create_table(
        "cles_api",
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.Text(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("est_avancee", ENTIER, nullable=False),
        sa.Column("tous_dossiers", ENTIER, nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("revocation_ms", ENTIER, nullable=True),
        sa.ForeignKeyConstraint(
            ["domain"],
            ["cabinets.domain"],
        ),
        sa.PrimaryKeyConstraint("cle"),
        sqlite_strict=True,
    )
    op.create_table(
        "dossiers",
        sa.Column("dossier", ENTIER, autoincrement=True, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("code_ibs", sa.Text(), nullable=False),
        sa.Column("code_cle", sa.Text(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("siren", sa.Text(), nullable=True),
        sa.Column("creer_journaux", ENTIER, nullable=False),
        sa.Column("creer_comptes", ENTIER, nullable=False),
        sa.Column("creer_tiers", ENTIER, nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.ForeignKeyConstraint(
            ["domain"],
            ["cabinets.domain"],
        ),
        sa.PrimaryKeyConstraint("dossier"),
        sa.UniqueConstraint("domain", "code_cle"),
        sqlite_strict=True,
    )
    op.create_table(
        "cles_dossiers",
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("dossier", ENTIER, nullable=False),
        sa.ForeignKeyConstraint(
            ["cle"],
            ["cles_api.cle"],
        ),
        sa.ForeignKeyConstraint(
            ["dossier"],
            ["dossiers.dossier"],
        ),
        sa.PrimaryKeyConstraint("cle", "dossier"),
        sqlite_strict=True,
    )
    op.create_table(
        "imports",
        sa.Column("rang", ENTIER, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("identifiant_interne", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("dossier", ENTIER, nullable=False),
        sa.Column("code_ibs", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("nom_fichier", sa.Text(), nullable=False),
        sa.Column("origine", sa.Text(), nullable=False),
        sa.Column("state", ENTIER, nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("derniere_maj_ms", ENTIER, nullable=False),
        sa.Column("uri", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("siret", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("taille_octets", ENTIER, nullable=True),
        sa.Column("essais", ENTIER, server_default="0", nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("compte_rendu", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dossier"],
            ["dossiers.dossier"],
        ),
        sa.PrimaryKeyConstraint("rang"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("imports_domain", "imports", ["domain", "rang"], unique=False)
    op.create_index("imports_dossier_sha256", "imports", ["dossier", "sha256"], unique=False)
