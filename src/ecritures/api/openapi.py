"""The OpenAPI 3.1 document: FastAPI's, with both keys, the servers, and the schemas that no Python signature names."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ecritures.api.access import APIKEY_HEADER, COOKIE, SUBSCRIPTION_HEADER
from ecritures.api.loop.annulation import AnnulerImportPostRequest
from ecritures.api.loop.listes_doc import LISTES_TAG
from ecritures.api.loop.models import (
    ImportFECPostRequest,
    ImportJsonPostRequest,
    ImportPersoPostRequest,
    ImportTraPostRequest,
)
from ecritures.api.loop.routes import TAG
from ecritures.api.problems import Problem
from ecritures.api.v1.clotures import Validation
from ecritures.api.v1.lettrages import LettrageARetirer, NouveauLettrage
from ecritures.api.v1.models import DossierModifie, NouveauDossier, NouvelExercice
from ecritures.api.v1.models_cabinet import CORPS
from ecritures.api.v1.models_televersements import NouveauTeleversement
from ecritures.api.v1.webhooks import EtatWebhook, NouveauWebhook

TITLE = "Ecritures - API"
_MODELES: tuple[type[BaseModel], ...] = (
    ImportTraPostRequest,
    ImportFECPostRequest,
    ImportPersoPostRequest,
    ImportJsonPostRequest,
    NouveauDossier,
    NouvelExercice,
    Problem,
)
_MODELES += (AnnulerImportPostRequest, NouveauLettrage, LettrageARetirer, Validation)
_MODELES += CORPS
_MODELES += (NouveauWebhook, EtatWebhook)
_MODELES += (DossierModifie, NouveauTeleversement)
_REF = "#/components/schemas/{model}"
_DESCRIPTION = """\
Réception d'écritures comptables (TRA, FEC, JSON, fichier décrit par un modèle du cabinet) : contrôle, intégration dans les livres
tout ou rien, compte rendu, annulation.

**Deux interfaces.**

- *Ecritures comptables (import)* : le dialecte de l'API publique d'import de Cegid Loop. Les adresses ci-dessous répondent aussi
  à la racine (`/importTra`) et dans n'importe quelle casse (`/loop-api-publiques/importtra`) ; `/getStatus` vaut
  `/getImportStatus`. Les noms de champs du corps et des paramètres s'écrivent dans n'importe quelle casse. **Une demande refusée
  répond 200 avec un objet `error`** : lire le corps, jamais le seul statut HTTP (le réglage `ECRITURES_HTTP_STRICT` répond 400).
- *v1* : dossiers, exercices, imports et leurs constats, livres. JSON en snake_case, montants entiers en centimes, erreurs
  `application/problem+json` dont le `code` est stable. Les listes se lisent par pages : `limite`, puis `apres` avec le `suivant` rendu.

**Deux clés, toujours ensemble** : `Ocp-Apim-Subscription-Key` et `x-apikey` (`cle:secret`). Chaque réponse porte `request-id`.
Une personne se connecte par `POST /api/v1/session` : son cookie vaut les deux clés, dans `v1` seulement, et `x-csrf-token` accompagne
toute méthode qui écrit.
"""
_TAGS = [
    {"name": TAG, "description": "Dialecte Loop : déposer un fichier, demander son import, suivre son état."},
    {"name": LISTES_TAG, "description": "Dialecte Loop : lire un dossier et le cabinet, avec filtre, tri et pages."},
    {"name": "Dossiers", "description": "Dossiers du cabinet et leurs exercices."},
    {"name": "Imports", "description": "Imports reçus, comptes rendus, constats, contrôle à blanc."},
    {"name": "Livres", "description": "Ce que les livres contiennent : balance, journaux, comptes, reçus."},
    {"name": "Lettrage et clôture", "description": "Lettrer, clore, rouvrir et valider."},
    {"name": "Cabinet", "description": "Le cabinet, ses agences, ses groupes, ses collaborateurs."},
    {
        "name": "Clés",
        "description": "Clés d'API et leur activation par dossier, clés d'abonnement et leur renouvellement.",
    },
    {"name": "Sessions", "description": "Connexion des personnes."},
    {"name": "Webhooks", "description": "Être prévenu de la fin ou de l'annulation d'un import."},
    {"name": "Audit", "description": "Qui a fait quoi."},
    {"name": "Exploitation", "description": "État et mesures du service."},
]
_SCHEMES = {
    "Subscription key": {
        "type": "apiKey",
        "in": "header",
        "name": SUBSCRIPTION_HEADER,
        "description": "Clé d'abonnement.",
    },
    "API key": {
        "type": "apiKey",
        "in": "header",
        "name": APIKEY_HEADER,
        "description": "Clé d'API complète : `cle:secret`.",
    },
    "Session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "Session d'une personne (`POST /api/v1/session`). Une méthode qui écrit demande aussi `x-csrf-token`.",
    },
}


def install(api: FastAPI, base_url: str) -> None:
    """Makes ``api.openapi`` give our document, built once."""

    def openapi() -> dict[str, Any]:
        if api.openapi_schema is None:
            api.openapi_schema = _build(api, base_url)
        return api.openapi_schema

    api.openapi = openapi  # type: ignore[method-assign]


def _build(api: FastAPI, base_url: str) -> dict[str, Any]:
    document = get_openapi(
        title=TITLE,
        version=api.version,
        description=_DESCRIPTION,
        routes=api.routes,
        tags=_TAGS,
        servers=[{"url": base_url.rstrip("/") or "/"}],
    )
    _, definitions = models_json_schema([(modele, "validation") for modele in _MODELES], ref_template=_REF)
    components = document.setdefault("components", {})
    components["schemas"] = {**components.get("schemas", {}), **definitions["$defs"]}
    components["securitySchemes"] = _SCHEMES
    return document
