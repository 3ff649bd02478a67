"""A firm's people, keys and audit trail; idempotency, webhooks, uploads, request log; what an import asks for and how it ended."""

import sqlalchemy as sa
from alembic import op

from ecritures.storage.historique_colonnes import fill_history
from ecritures.storage.tables import CODE, ENTIER

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("rang", ENTIER, autoincrement=True, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("instant_ms", ENTIER, nullable=False),
        sa.Column("acteur", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("objet", sa.Text(), nullable=True),
        sa.Column("dossier", ENTIER, nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rang"),
        sqlite_strict=True,
    )
    op.create_index("audit_domain", "audit", ["domain", "rang"], unique=False)
    op.create_table(
        "idempotence",
        sa.Column("acteur", sa.Text(), nullable=False),
        sa.Column("cle", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("empreinte", sa.Text(), nullable=False),
        sa.Column("statut", ENTIER, nullable=True),
        sa.Column("reponse", sa.Text(), nullable=True),
        sa.Column("import_id", sa.Text(), nullable=True),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("bail_ms", ENTIER, nullable=False),
        sa.Column("expiration_ms", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("acteur", "cle"),
        sqlite_strict=True,
    )
    op.create_index("idempotence_expiration", "idempotence", ["expiration_ms"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("empreinte", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("identifiant", sa.Text(), nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("expiration_ms", ENTIER, nullable=False),
        sa.Column("usage_ms", ENTIER, nullable=True),
        sa.PrimaryKeyConstraint("empreinte"),
        sqlite_strict=True,
    )
    op.create_table(
        "pannes",
        sa.Column("rang", ENTIER, autoincrement=True, nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("sorte", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=True),
        sa.Column("dossier", ENTIER, nullable=True),
        sa.Column("parametres", sa.Text(), nullable=False),
        sa.Column("restantes", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("rang"),
        sqlite_strict=True,
    )
    op.create_table(
        "bacs_a_sable",
        sa.Column("rang", ENTIER, autoincrement=False, nullable=False),
        sa.Column("decalage_ms", ENTIER, nullable=False),
        sa.Column("remise_ms", ENTIER, nullable=True),
        sa.PrimaryKeyConstraint("rang"),
        sqlite_strict=True,
    )
    op.create_table(
        "requetes",
        sa.Column("rang", ENTIER, autoincrement=True, nullable=False),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("acteur", sa.Text(), nullable=True),
        sa.Column("instant_ms", ENTIER, nullable=False),
        sa.Column("methode", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("statut", ENTIER, nullable=False),
        sa.Column("duree_ms", ENTIER, nullable=False),
        sa.Column("corps", sa.Text(), nullable=True),
        sa.Column("reponse", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rang"),
        sqlite_strict=True,
    )
    op.create_index("requetes_domain", "requetes", ["domain", "rang"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("empreinte", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("identifiant", sa.Text(), nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("vue_ms", ENTIER, nullable=False),
        sa.Column("expiration_ms", ENTIER, nullable=False),
        sa.Column("revocation_ms", ENTIER, nullable=True),
        sa.PrimaryKeyConstraint("empreinte"),
        sqlite_strict=True,
    )
    op.create_index("sessions_personne", "sessions", ["domain", "identifiant"], unique=False)
    op.create_table(
        "agences",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("siret", sa.Text(), nullable=True),
        sa.Column("numero_voie", sa.Text(), nullable=True),
        sa.Column("voie", sa.Text(), nullable=True),
        sa.Column("code_postal", sa.Text(), nullable=True),
        sa.Column("ville", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("telephone", sa.Text(), nullable=True),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("derniere_maj_ms", ENTIER, nullable=False),
        sa.ForeignKeyConstraint(
            ["domain"],
            ["cabinets.domain"],
        ),
        sa.PrimaryKeyConstraint("domain", "code"),
        sqlite_strict=True,
    )
    op.create_table(
        "collaborateurs",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("identifiant", sa.Text(), nullable=False),
        sa.Column("prenom", sa.Text(), nullable=False),
        sa.Column("nom", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("mot_de_passe", sa.Text(), nullable=True),
        sa.Column("sujet_oidc", sa.Text(), nullable=True),
        sa.Column("agence", sa.Text(), nullable=True),
        sa.Column("groupe", sa.Text(), nullable=True),
        sa.Column("est_actif", ENTIER, nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("derniere_maj_ms", ENTIER, nullable=False),
        sa.Column("derniere_connexion_ms", ENTIER, nullable=True),
        sa.CheckConstraint("role IN ('administrateur', 'collaborateur', 'lecture')", name="collaborateurs_role"),
        sa.ForeignKeyConstraint(
            ["domain"],
            ["cabinets.domain"],
        ),
        sa.PrimaryKeyConstraint("domain", "identifiant"),
        sa.UniqueConstraint("domain", "sujet_oidc"),
        sqlite_strict=True,
    )
    op.create_table(
        "groupes",
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("agence", sa.Text(), nullable=True),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("derniere_maj_ms", ENTIER, nullable=False),
        sa.ForeignKeyConstraint(
            ["domain"],
            ["cabinets.domain"],
        ),
        sa.PrimaryKeyConstraint("domain", "code"),
        sqlite_strict=True,
    )
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("libelle", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("evenements", sa.Text(), nullable=False),
        sa.Column("version_secret", ENTIER, nullable=False),
        sa.Column("ancien_secret_fin_ms", ENTIER, nullable=True),
        sa.Column("est_actif", ENTIER, nullable=False),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("derniere_maj_ms", ENTIER, nullable=False),
        sa.ForeignKeyConstraint(
            ["domain"],
            ["cabinets.domain"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("webhooks_domain", "webhooks", ["domain"], unique=False)
    op.create_table(
        "livraisons",
        sa.Column("rang", ENTIER, autoincrement=True, nullable=False),
        sa.Column("webhook", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("evenement", sa.Text(), nullable=False),
        sa.Column("evenement_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=True),
        sa.Column("corps", sa.Text(), nullable=False),
        sa.Column("etat", sa.Text(), nullable=False),
        sa.Column("essais", ENTIER, nullable=False),
        sa.Column("prochain_ms", ENTIER, nullable=True),
        sa.Column("dernier_statut", ENTIER, nullable=True),
        sa.Column("derniere_erreur", sa.Text(), nullable=True),
        sa.Column("duree_ms", ENTIER, nullable=True),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("livraison_ms", ENTIER, nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook"],
            ["webhooks.id"],
        ),
        sa.PrimaryKeyConstraint("rang"),
        sa.UniqueConstraint("webhook", "evenement_id"),
        sqlite_strict=True,
    )
    op.create_index("livraisons_a_faire", "livraisons", ["etat", "prochain_ms"], unique=False)
    op.create_index("livraisons_domain", "livraisons", ["domain", "rang"], unique=False)
    op.create_table(
        "televersements",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("acteur", sa.Text(), nullable=False),
        sa.Column("dossier", ENTIER, nullable=False),
        sa.Column("nom_fichier", sa.Text(), nullable=False),
        sa.Column("taille_octets", ENTIER, nullable=False),
        sa.Column("recus_octets", ENTIER, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("creation_ms", ENTIER, nullable=False),
        sa.Column("expiration_ms", ENTIER, nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier"],
            ["dossiers.dossier"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("televersements_domain", "televersements", ["domain"], unique=False)
    op.create_table(
        "televersements_morceaux",
        sa.Column("televersement", sa.Text(), nullable=False),
        sa.Column("debut", ENTIER, nullable=False),
        sa.Column("taille_octets", ENTIER, nullable=False),
        sa.Column("objet", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["televersement"],
            ["televersements.id"],
        ),
        sa.PrimaryKeyConstraint("televersement", "debut"),
        sqlite_strict=True,
    )
    op.create_table(
        "etapes_imports",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("etape", sa.Text(), nullable=False),
        sa.Column("debut_ms", ENTIER, nullable=False),
        sa.Column("duree_us", ENTIER, nullable=False),
        sa.PrimaryKeyConstraint("import_id", "etape"),
        sqlite_strict=True,
    )
    op.add_column("abonnements", sa.Column("abonnement", sa.Text(), nullable=True))
    op.add_column("abonnements", sa.Column("rang", sa.Text(), nullable=True))
    op.add_column("abonnements", sa.Column("domain", sa.Text(), nullable=True))
    op.add_column("abonnements", sa.Column("expiration_ms", ENTIER, nullable=True))
    op.add_column("abonnements", sa.Column("dernier_usage_ms", ENTIER, nullable=True))
    op.add_column("cles_api", sa.Column("role", sa.Text(), server_default="collaborateur", nullable=False))
    op.add_column("cles_api", sa.Column("expiration_ms", ENTIER, nullable=True))
    op.add_column("cles_api", sa.Column("dernier_usage_ms", ENTIER, nullable=True))
    op.add_column("cles_api", sa.Column("limite_minute", ENTIER, nullable=True))
    op.add_column("dossiers", sa.Column("doublons", sa.Text(), server_default="accepter", nullable=False))
    op.add_column("dossiers", sa.Column("compte_attente", sa.Text(), server_default="471000", nullable=False))
    op.add_column("dossiers", sa.Column("tiers_attente", sa.Text(), nullable=True))
    op.add_column("dossiers", sa.Column("agence", sa.Text(), nullable=True))
    op.add_column("dossiers", sa.Column("groupe", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("demandeur", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("modele", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("options", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("empreinte_contenu", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("annulation_ms", ENTIER, nullable=True))
    op.add_column("imports", sa.Column("annule_par", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("pieces_prochain_ms", ENTIER, nullable=True))
    op.add_column("imports", sa.Column("repare", sa.Text(), nullable=True))
    op.create_index("imports_pieces", "imports", ["pieces_prochain_ms"], unique=False)
    op.create_index("imports_repare", "imports", ["repare"], unique=False)
    op.add_column("imports", sa.Column("etat", ENTIER, server_default="0", nullable=False))
    op.add_column("imports", sa.Column("nom_cle", CODE, server_default="", nullable=False))
    op.add_column("imports", sa.Column("lignes", ENTIER, server_default="-1", nullable=False))
    op.add_column("imports", sa.Column("montant_centimes", ENTIER, server_default="-1", nullable=False))
    fill_history(op.get_bind())
    filtres = ["dossier", "format", "origine", "creation_ms", "nom_cle"]
    op.create_index("imports_maj", "imports", ["domain", "derniere_maj_ms"], unique=False)
    op.create_index("imports_nom", "imports", ["domain", "nom_cle", "rang"], unique=False)
    op.create_index("imports_lignes", "imports", ["domain", "lignes", "rang"], unique=False)
    op.create_index("imports_montant", "imports", ["domain", "montant_centimes", "rang"], unique=False)
    op.create_index("imports_etat", "imports", ["domain", "etat", "rang", *filtres], unique=False)
    recherche = ["domain", "rang", "etat", *filtres, "lignes", "montant_centimes"]
    op.create_index("imports_recherche", "imports", recherche, unique=False)
    op.create_index("imports_dossier_contenu", "imports", ["dossier", "empreinte_contenu"], unique=False)
