"""The list routes in the OpenAPI document, from the tables of ``domain.ressources``."""

from __future__ import annotations

from typing import Any

from ecritures.api.access import BOTH_KEYS
from ecritures.api.loop import models
from ecritures.domain.filtre import TypeChamp
from ecritures.domain.ressources import CABINET, CHAMPS_RIB, PAR_ROUTE, ChampListe, Portee, RessourceListe

LISTES_TAG = "Listes"
_GENRES: dict[TypeChamp, dict[str, Any]] = {
    TypeChamp.TEXTE: {"type": "string"},
    TypeChamp.ENTIER: {"type": "integer"},
    TypeChamp.MONTANT: {"type": "number"},
    TypeChamp.DATE: {"type": "string", "format": "date"},
    TypeChamp.INSTANT: {"type": "string", "pattern": models.MOTIF_INSTANT},
    TypeChamp.BOOLEEN: {"type": "boolean"},
    TypeChamp.UUID: {"type": "string", "pattern": models.MOTIF_GUID},
}
_ERREUR = {"$ref": "#/components/schemas/ErrorAnswer"}


def objet_schema(ressource: RessourceListe) -> dict[str, Any]:
    """The schema of one object. Nothing is required: ``select`` leaves out what it does not name."""
    racine = _objet(ressource.route)
    for champ in ressource.champs:
        ou, feuille = racine, champ.champ.nom
        while "." in feuille:
            tete, _, feuille = feuille.partition(".")
            ou = ou["properties"].setdefault(tete, _objet(tete))
        ou["properties"][feuille] = _champ(champ)
    return racine


def _objet(titre: str) -> dict[str, Any]:
    return {"title": titre, "type": "object", "properties": {}, "additionalProperties": False}


def _champ(champ: ChampListe) -> dict[str, Any]:
    description = f"{champ.sens} ({champ.marque.value})"
    if champ.est_liste:
        rib = _objet(champ.champ.nom)
        rib["properties"] = {
            nom: {
                "type": "boolean" if nom == "principal" else ["string", "null"],
                "description": f"{sens} ({marque.value})",
            }
            for nom, (marque, sens) in CHAMPS_RIB.items()
        }
        return {"type": "array", "items": rib, "description": description}
    genre = dict(_GENRES[champ.champ.type])
    if not champ.champ.obligatoire:
        genre["type"] = [genre["type"], "null"]
    return {**genre, "description": description, "examples": [champ.exemple]}


def route_doc(ressource: RessourceListe) -> dict[str, Any]:
    description = f"Tableau d'objets. {ressource.note}".strip()
    liste = {"title": f"Liste {ressource.route}", "type": "array", "items": objet_schema(ressource)}
    reponses = _reponses(liste, f"{ressource.titre}. Une demande refusée porte `error` à la place.")
    return {
        "operation_id": f"get{ressource.route.removeprefix('get')}".lower(),
        "summary": ressource.titre,
        "description": description,
        "response_model": None,
        "responses": reponses,
        "openapi_extra": {"security": BOTH_KEYS, "parameters": list(_parametres(ressource))},
    }


def creation_doc() -> dict[str, Any]:
    groupe = PAR_ROUTE["groupe"]
    erreur = _objet("Refus")
    erreur["properties"] = {"code": {"type": "string"}, "message": {"type": "string"}}
    resultat = _objet("Résultat")
    resultat["properties"] = {
        "success": {"type": "array", "items": objet_schema(groupe)},
        "errors": {"type": "array", "items": erreur},
    }
    resultat["required"] = ["success", "errors"]
    corps = _objet("Groupe")
    corps["properties"] = {
        "code": {"type": "string", "description": "Au plus 30 caractères, sans espace.", "examples": ["SOCIAL"]},
        "description": {"type": ["string", "null"], "maxLength": 100, "description": "À défaut, le code."},
        "agence": {"type": ["string", "null"], "description": "Code d'une agence du cabinet."},
    }
    corps["required"] = ["code"]
    del corps["additionalProperties"]
    reponses = _reponses(resultat, "Le groupe est dans `success`, ou le motif du refus dans `errors`.")
    reponses[413] = {"model": models.ErrorAnswer, "description": "Corps trop volumineux."}
    return {
        "operation_id": "postgroupe",
        "summary": "Créer ou modifier un groupe de travail",
        "description": "Remplace le groupe de ce code s'il existe. Clé Advanced de rôle administrateur.",
        "response_model": None,
        "responses": reponses,
        "openapi_extra": {
            "security": BOTH_KEYS,
            "parameters": [_code_dossier(groupe)],
            "requestBody": {"required": True, "content": {"application/json": {"schema": corps}}},
        },
    }


def _reponses(schema: dict[str, Any], description: str) -> dict[int | str, dict[str, Any]]:
    accepte = {"application/json": {"schema": {"anyOf": [schema, _ERREUR]}}}
    return {
        200: {"description": description, "content": accepte},
        400: {
            "model": models.ErrorAnswer,
            "description": "Demande refusée, en mode `ECRITURES_HTTP_STRICT`, ou illisible.",
        },
        401: {"model": models.GatewayError, "description": "Une des deux clés manque ou n'est pas valable."},
        403: {"model": models.GatewayError, "description": "La clé n'a pas ce droit : Standard, ou rôle insuffisant."},
        429: {"model": models.GatewayError, "description": "Trop de requêtes : attendre `Retry-After` secondes."},
        500: {"model": models.ErrorAnswer, "description": "Incident interne."},
        503: {"model": models.ErrorAnswer, "description": "Service indisponible : recommencer plus tard."},
    }


def _code_dossier(ressource: RessourceListe) -> dict[str, Any]:
    sens = {
        Portee.DOSSIER: "Code du dossier.",
        Portee.CABINET: f"Toujours `{CABINET}` ; demande une clé Advanced.",
        Portee.LES_DEUX: f"Code du dossier, ou `{CABINET}` avec une clé Advanced.",
    }[ressource.portee]
    exemple = CABINET if ressource.portee is Portee.CABINET else "DEMO001"
    return {
        "name": "codeDossier",
        "in": "query",
        "required": True,
        "description": sens,
        "schema": {"type": "string"},
        "example": exemple,
    }


def _parametres(ressource: RessourceListe) -> list[dict[str, Any]]:
    plus = ressource.prise_max
    defaut = min(100, plus)
    premier = ressource.cle[0]
    sens = {
        "filter": f"Critères joints par `&&` ou `||`, par exemple `{exemple_filtre(ressource)}`.",
        "sort": f"Champs joints par `&&`, `:desc` pour décroître, par exemple `{premier}:desc`.",
        "skip": "Nombre d'objets à passer.",
        "take": f"Nombre d'objets à rendre : {defaut} par défaut, {plus} au plus.",
        "select": "Champs à rendre, séparés par des virgules.",
    }
    return [
        _code_dossier(ressource),
        *(
            {
                "name": nom,
                "in": "query",
                "required": nom == "filter" and bool(ressource.exigence),
                "description": description,
                "schema": {"type": "string"},
                **({"example": exemple_filtre(ressource)} if nom == "filter" else {}),
            }
            for nom, description in sens.items()
        ),
    ]


def exemple_filtre(ressource: RessourceListe) -> str:
    if ressource.exigence:
        return f"{ressource.exigence[0]} != null"
    champ = next(c for c in ressource.champs if c.champ.type is TypeChamp.TEXTE and c.champ.operateurs)
    return f'{champ.champ.nom} == "{champ.exemple}"'
