"""Every example of the OpenAPI document is sent as it is written: none is malformed, and the answer is one that is declared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serveurs.api import DOMAIN, VENTE, Essai, open_essai

MAL_FORME = frozenset({400, 405, 415, 422, 500})
SIGNEE = "/loop-api-publiques/depot/{guid}/{nom}"
"""Its address is one that the server signs: no example of it could be right."""


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees", http_strict=True) as ouvert:
        yield ouvert


def test_every_documented_example_is_a_request_that_the_server_understands(essai: Essai) -> None:
    document = essai.api.openapi()
    essai.ports.modeles.enregistrer(DOMAIN, "CAISSE", "# lu par un import, que rien ne lance ici")
    cle = essai.ports.cles.creer_cle(DOMAIN, "exemples", est_avancee=True, role="administrateur")
    cles = {**essai.cles, "x-apikey": cle}
    fautes, envoyes = [], 0
    for chemin, methodes in document["paths"].items():
        if chemin == SIGNEE:
            continue
        for methode, operation in methodes.items():
            demande = _request(chemin, operation, document)
            entetes = {**cles, **demande.pop("entetes", {})}
            reponse = essai.client.request(methode, demande.pop("url"), headers=entetes, **demande)
            envoyes += 1
            declares = operation["responses"]
            if reponse.status_code in MAL_FORME or str(reponse.status_code) not in declares:
                fautes.append(f"{methode} {chemin} : {reponse.status_code} {reponse.text[:200]}")
    assert fautes == []
    assert envoyes == sum(len(m) for m in document["paths"].values()) - 1


def _request(chemin: str, operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a request made of the examples of the operation; a required value without one is an error."""
    demande: dict[str, Any] = {"url": chemin, "params": {}}
    for parametre in operation.get("parameters", []):
        valeur = _example({**_resolve(parametre["schema"], document), **parametre})
        assert valeur is not None or not parametre.get("required"), f"{chemin} : {parametre['name']} n'a pas d'exemple"
        if parametre["in"] == "path":
            demande["url"] = demande["url"].replace(f"{{{parametre['name']}}}", str(valeur))
        elif parametre["in"] == "query" and parametre.get("required"):
            demande["params"][parametre["name"]] = valeur
        elif parametre["in"] == "header" and parametre.get("required"):
            demande.setdefault("entetes", {})[parametre["name"]] = str(valeur)
    contenus = operation.get("requestBody", {}).get("content", {})
    if "application/json" in contenus:
        demande["json"] = _body(contenus["application/json"], document)
    elif contenus:
        demande["content"] = VENTE
    return demande


def _body(contenu: dict[str, Any], document: dict[str, Any]) -> Any:
    schema = _resolve(contenu["schema"], document)
    entier = _example({**schema, **contenu})
    if entier is not None:
        return entier
    champs = {nom: _example(_resolve(s, document)) for nom, s in schema.get("properties", {}).items()}
    assert all(champs.get(nom) is not None for nom in schema.get("required", [])), (
        f"{schema.get('title')} : sans exemple"
    )
    return {nom: valeur for nom, valeur in champs.items() if valeur is not None}


def _resolve(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def _example(schema: dict[str, Any]) -> Any:
    """What the document shows for it: an example, else its default, else the first of the values admitted."""
    exemples = schema.get("examples")
    if isinstance(exemples, dict) and exemples:
        return next(iter(exemples.values()))["value"]
    if exemples:
        return exemples[0]
    for nom in ("example", "default", "const"):
        if schema.get(nom) is not None:
            return schema[nom]
    if schema.get("enum"):
        return schema["enum"][0]
    return next((v for s in schema.get("anyOf", []) if (v := _example(s)) is not None), None)
