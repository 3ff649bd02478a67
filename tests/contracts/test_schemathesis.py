"""Both APIs under generated requests: no 500, no status, content type or shape that the OpenAPI document does not declare."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ecritures.imports.televersements import NouveauTeleversement
from serveurs.api import BANCALE, CODE, DOMAIN, FEC, VENTE, Essai, open_essai

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
GRAINE = settings(
    max_examples=int(os.environ.get("ECRITURES_SCHEMATHESIS_EXEMPLES", "20")),
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def application() -> Any:
    """One application with books, findings and a waiting import, so that generated requests find something to read."""
    with (
        TemporaryDirectory() as dossier,
        open_essai(f"sqlite:///{dossier}/api.sqlite", Path(dossier) / "donnees") as essai,
    ):
        for route, nom, octets in (
            ("importTra", "a.tra", VENTE),
            ("importTra", "b.tra", BANCALE),
            ("importFEC", "812345676FEC20261231.txt", FEC),
        ):
            essai.work(essai.ask(route, codeIbs=CODE, URI=essai.deposit(nom, octets)))
        essai.ask("importTra", codeIbs=CODE, URL="https://fichiers.example.org/attente.tra")
        yield essai


@pytest.mark.parametrize("genre", ["standard", "avancée"])
def test_generated_requests_get_declared_answers(application: Essai, genre: str, subtests: pytest.Subtests) -> None:
    document = schemathesis.openapi.from_asgi("/openapi.json", application.api)
    operations = [resultat.ok() for resultat in document.get_all_operations()]
    cles = application.cles
    if genre == "avancée":  # an administrator's: past the refusals of the firm's routes
        apikey = application.ports.cles.creer_cle(DOMAIN, "avancée", est_avancee=True, role="administrateur")
        cles = {**cles, "x-apikey": apikey}
    assert len(operations) == sum(len(methodes) for methodes in application.api.openapi()["paths"].values())
    for operation in operations:
        with subtests.test(operation.label):
            attack(operation, application, cles)


def attack(operation: Any, application: Essai, cles: dict[str, str]) -> None:
    """Requests of one operation, valid and not, the same at every run."""

    @GRAINE
    @given(case=st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode)))
    def run(case: schemathesis.Case) -> None:
        aim(case, application)
        case.call_and_validate(headers=cles, checks=list(CHECKS))

    run()


def an_upload(application: Essai) -> str:
    """One that is open: a generated DELETE gives it up."""
    nouveau = NouveauTeleversement(
        application.dossier.domain, "essai", application.dossier.dossier, "a.tra", len(VENTE)
    )
    return application.ports.televersements.ouvrir(nouveau, 600).id


def aim(case: schemathesis.Case, application: Essai) -> None:
    """Two requests out of three name the dossier and an import that exist: past the 404, there is more to break."""
    if crc32(repr((case.query, case.path_parameters, case.body)).encode(errors="surrogatepass")) % 3:
        parametres = case.path_parameters or {}
        if "codeIbs" in parametres:
            parametres["codeIbs"] = CODE
        if "id" in parametres:
            parametres["id"] = application.ports.demandes.lister(application.dossier.domain)[0].id
        if "televersement" in parametres:
            parametres["televersement"] = an_upload(application)
        if isinstance(case.query, dict) and "codeDossier" in case.query:
            case.query["codeDossier"] = CODE
        if isinstance(case.body, dict) and "codeIbs" in case.body:
            case.body["codeIbs"] = CODE
