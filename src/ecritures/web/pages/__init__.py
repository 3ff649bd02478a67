"""One file a screen, or a family of screens. Each declares ``router``; ``ROUTERS`` is what the application shows."""

from fastapi import APIRouter

from ecritures.web.pages import (
    accueil,
    connexion,
    exercices,
    historique,
    historique_annulation,
    import_constats,
    import_reparation,
    import_un,
    importer,
    lettrage,
    livres,
    livres_balance,
    livres_exports,
    livres_lignes,
    livres_recherche,
    modeles,
    parametres_dossier,
    preferences,
    sections,
    tiers,
)
from ecritures.web.pages.cabinet import ROUTERS_CABINET

ROUTERS: tuple[APIRouter, ...] = (connexion.router, preferences.router, accueil.router)
ROUTERS += (historique.router, historique_annulation.router)  # before one import: /annulation is no id
ROUTERS += (importer.router, modeles.router)
ROUTERS += (livres.router, livres_balance.router, livres_lignes.router, livres_recherche.router, livres_exports.router)
ROUTERS += (tiers.router, lettrage.router, sections.router, exercices.router, parametres_dossier.router)
ROUTERS += ROUTERS_CABINET
ROUTERS += (import_constats.router, import_reparation.router, import_un.router)
