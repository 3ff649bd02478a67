"""The custom models saved by each firm."""

import sqlalchemy as sa
from alembic import op

from ecritures.storage.tables import ENTIER

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "modeles",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("derniere_maj_ms", ENTIER, nullable=False),
        sa.ForeignKeyConstraint(["domain"], ["cabinets.domain"]),
        sa.PrimaryKeyConstraint("domain", "cle"),
        sqlite_strict=True,
    )
