"""The OpenAPI 3.1 document: FastAPI's, with both keys, the servers, and the schemas that no Python signature names."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from ecritures.api.access import APIKEY_HEADER, SUBSCRIPTION_HEADER
from ecritures.api.loop.models import ImportFECPostRequest, ImportTraPostRequest
from ecritures.api.loop.routes import TAG
from ecritures.api.problems import Problem
from ecritures.api.v1.models import NouveauDossier, NouvelExercice

TITLE = "Ecritures - API"
_MODELES = (ImportTraPostRequest, ImportFECPostRequest, NouveauDossier, NouvelExercice, Problem)
_REF = "#/components/schemas/{model}"
_DESCRIPTION = """\
Réception d'écritures comptables (TRA, FEC) : contrôle, intégration dans les livres tout ou rien, compte rendu.

**Deux interfaces.**

- *Ecritures comptables (import)* : le dialecte de l'API publique d'import de Cegid Loop. Les adresses ci-dessous répondent aussi
  à la racine (`/importTra`) et dans n'importe quelle casse (`/loop-api-publiques/importtra`) ; `/getStatus` vaut
  `/getImportStatus`. Les noms de champs du corps et des paramètres s'écrivent dans n'importe quelle casse. **Une demande refusée
  répond 200 avec un objet `error`** : lire le corps, jamais le seul statut HTTP (le réglage `ECRITURES_HTTP_STRICT` répond 400).
- *v1* : dossiers, exercices, imports et leurs constats, livres. JSON en snake_case, montants entiers en centimes, erreurs
  `application/problem+json` dont le `code` est stable. Les listes se lisent par pages : `limite`, puis `apres` avec le `suivant` rendu.

**Deux clés, toujours ensemble** : `Ocp-Apim-Subscription-Key` et `x-apikey` (`cle:secret`). Chaque réponse porte `request-id`.
"""
_TAGS = [
    {"name": TAG, "description": "Dialecte Loop : déposer un fichier, demander son import, suivre son état."},
    {"name": "Dossiers", "description": "Dossiers du cabinet et leurs exercices."},
    {"name": "Imports", "description": "Imports reçus, comptes rendus, constats, contrôle à blanc."},
    {"name": "Livres", "description": "Ce que les livres contiennent : balance, journaux, comptes, reçus."},
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
