"""The OpenAPI document says what the service does: both keys, every refusal with its status, every route in the docs."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ecritures
from ecritures.api.loop.paths import ROUTES
from ecritures.api.problems import STATUS, TITLES
from ecritures.domain.errors import Refus
from serveurs.api import BASE_URL, LOOP, V1, Essai, open_essai

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
WITHOUT_KEYS = {("put", f"{LOOP}/depot/{{guid}}/{{nom}}"), ("get", f"{V1}/health")}
WITHOUT_KEYS |= {("post", f"{V1}/session"), ("post", f"{V1}/invitations/acceptation")}
WITHOUT_KEYS |= {("get", f"{V1}/sessions/oidc"), ("get", f"{V1}/sessions/oidc/retour")}
EXEMPLES = {"codeIbs": "DEMO001", "id": "x", "code": "VEN", "numero": "411", "guid": "g", "nom": "n", "rang": "1"}
EXEMPLES |= {"identifiant": "anne", "cle": "ek_0123456789abcdef", "televersement": "t", "numero_ligne": "1"}
BOTH = [{"Subscription key": [], "API key": []}]


@pytest.fixture(scope="module")
def essai(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Essai]:
    racine = tmp_path_factory.mktemp("openapi")
    with open_essai(f"sqlite:///{racine}/api.sqlite", racine / "donnees") as ouvert:
        yield ouvert


@pytest.fixture(scope="module")
def document(essai: Essai) -> dict[str, Any]:
    return dict(essai.client.get("/openapi.json").json())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for chemin, methodes in document["paths"].items():
        for methode, operation in methodes.items():
            yield methode, chemin, operation


def refusals(classe: type[Refus] = Refus) -> Iterator[type[Refus]]:
    for fille in classe.__subclasses__():
        yield fille
        yield from refusals(fille)


def test_every_refusal_has_a_status_and_is_in_the_docs() -> None:
    for module in pkgutil.walk_packages(ecritures.__path__, "ecritures."):
        if not module.name.endswith(("__main__", "migrations")) and ".migrations." not in module.name:
            importlib.import_module(module.name)
    toutes = set(refusals())
    assert toutes == set(STATUS), {c.__name__ for c in toutes ^ set(STATUS)}
    documentes = DOCS.read_text(encoding="utf-8")
    for classe, statut in STATUS.items():
        assert f"| `{classe.code}` | {statut} |" in documentes, classe.__name__
        assert statut in TITLES
    assert len({classe.code for classe in toutes}) == len(toutes)


def test_every_route_is_in_the_docs(document: dict[str, Any]) -> None:
    documentes = DOCS.read_text(encoding="utf-8")
    for methode, chemin, _ in operations(document):
        assert f"`{methode.upper()} {chemin}`" in documentes


def test_the_document_is_openapi_3_1_and_names_no_other_host(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert document["info"]["title"] == "Ecritures - API"
    assert document["servers"] == [{"url": BASE_URL}]
    assert {tag["name"] for tag in document["tags"]} >= {"Ecritures comptables (import)"}


def test_keys_are_asked_for_together_wherever_they_are_asked_for(document: dict[str, Any]) -> None:
    schemas = document["components"]["securitySchemes"]
    assert {nom: (s["in"], s["name"]) for nom, s in schemas.items()} == {
        "Subscription key": ("header", "Ocp-Apim-Subscription-Key"),
        "API key": ("header", "x-apikey"),
        "Session": ("cookie", "ecritures_session"),
    }
    for methode, chemin, operation in operations(document):
        if chemin == f"{V1}/metrics":
            assert operation["security"] == [{}, *BOTH]
        else:
            demande = [*BOTH, {"Session": []}] if chemin.startswith(V1) else BOTH
            assert operation["security"] == ([] if (methode, chemin) in WITHOUT_KEYS else demande), chemin


def test_what_is_declared_open_is_open_and_nothing_else(essai: Essai, document: dict[str, Any]) -> None:
    for methode, chemin, operation in operations(document):
        vrai = chemin.format_map(EXEMPLES)
        reponse = essai.client.request(methode, vrai)
        assert (reponse.status_code == 401) == bool(operation["security"]), chemin
        assert str(reponse.status_code) in operation["responses"], chemin


def test_the_dialect_is_declared_once_under_its_prefix(document: dict[str, Any]) -> None:
    loop = {chemin for chemin in document["paths"] if not chemin.startswith(V1)}
    assert loop == {f"{LOOP}/{route}" for route in (*ROUTES, "depot/{guid}/{nom}")}
    identifiants = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(identifiants)) == len(identifiants)


def test_every_status_has_a_schema_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def walk(noeud: Any) -> Iterator[str]:
        if isinstance(noeud, dict):
            yield from (noeud["$ref"],) if isinstance(noeud.get("$ref"), str) else ()
            for valeur in noeud.values():
                yield from walk(valeur)
        elif isinstance(noeud, list):
            for valeur in noeud:
                yield from walk(valeur)

    connus = {f"#/components/schemas/{nom}" for nom in document["components"]["schemas"]}
    assert set(walk(document)) <= connus
    assert "HTTPValidationError" not in document["components"]["schemas"]
    for _, chemin, operation in operations(document):
        for statut, reponse in operation["responses"].items():
            if statut == "201" and "/depot/" in chemin:
                assert not reponse.get("content")
                continue
            if statut in ("204", "303"):
                assert not reponse.get("content")
                continue
            if statut == "202" and chemin.endswith("/renvoi"):  # accepted, nothing to say yet
                assert not reponse.get("content")
                continue
            if chemin.endswith("/audit/export") and statut == "200":
                assert set(reponse["content"]) == {"application/x-ndjson", "text/csv"}
                continue
            if chemin.endswith("/pieces-jointes/{numero_ligne}") and statut == "200":
                assert set(reponse["content"]) == {"application/octet-stream"}
                continue
            (genre,) = reponse["content"]
            attendu = (
                "application/json" if chemin.startswith(LOOP) or statut.startswith("2") else "application/problem+json"
            )
            assert genre == ("text/plain" if chemin.endswith("/metrics") and statut == "200" else attendu), (
                chemin,
                statut,
            )
            assert reponse["content"][genre]["schema"], (chemin, statut)


def test_no_page_fetches_anything_from_another_host(essai: Essai) -> None:
    for chemin in ("/docs", "/redoc"):
        assert essai.client.get(chemin).status_code == 404
