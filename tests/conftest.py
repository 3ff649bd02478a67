"""Fixtures shared by all tests: databases (``--bases``), blob emulator, misbehaving web server.

Servers start when a test first asks for one, once per process (so once per xdist worker), and die with it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

if str(Path(__file__).parent) not in sys.path:  # whatever the import mode, `serveurs` is found
    sys.path.insert(0, str(Path(__file__).parent))
if str(Path(__file__).parent / "unit") not in sys.path:  # and the drafts of files (`fec_fabrique`), for every folder
    sys.path.append(str(Path(__file__).parent / "unit"))

from serveurs.azurite import Azurite, Conteneur
from serveurs.postgres import Grappe, known_versions
from serveurs.processus import ServiceAbsent, in_ci, skip_or_fail
from serveurs.web import ServeurWeb

# A loaded machine is no defect: timings never decide a test.
settings.register_profile("ecritures", deadline=None)
settings.load_profile("ecritures")


ANCIENNES = ("pg15",)
"""Databases on which the contracts of storage alone run: every statement is there, and the rest does not depend on the release."""


@dataclass(frozen=True)
class BaseEssai:
    """A fresh, empty database. ``nom`` is ``sqlite``, ``pg18``, ``pg15``…; ``url`` is for SQLAlchemy."""

    nom: str
    url: str


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--bases", default="", help="bases d'essai, par exemple sqlite,pg18,pg15 (défaut : toutes celles trouvées)"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "base" in metafunc.fixturenames:
        bases = _bases(metafunc.config)
        if "contracts" not in metafunc.definition.path.parts:
            bases = [nom for nom in bases if nom not in ANCIENNES] or bases
        metafunc.parametrize("base", bases, indirect=True)


def _bases(config: pytest.Config) -> list[str]:
    demandees = [nom.strip() for nom in str(config.getoption("--bases")).split(",") if nom.strip()]
    if demandees:
        return demandees
    trouvees = list(known_versions())
    if in_ci() and len(trouvees) == 1:
        trouvees.append("pg15")  # the oldest supported: CI must have it, its absence is a failure
    return ["sqlite", *trouvees]


class Grappes:
    """The PostgreSQL clusters of this process, each started at its first use."""

    def __init__(self) -> None:
        self._ouvertes: dict[str, Grappe | ServiceAbsent] = {}

    def get(self, nom: str) -> Grappe:
        if nom not in self._ouvertes:
            try:
                self._ouvertes[nom] = Grappe(nom)
            except ServiceAbsent as absence:
                self._ouvertes[nom] = absence
        grappe = self._ouvertes[nom]
        if isinstance(grappe, ServiceAbsent):
            skip_or_fail(grappe)
        assert isinstance(grappe, Grappe)
        return grappe

    def close(self) -> None:
        for grappe in self._ouvertes.values():
            if isinstance(grappe, Grappe):
                grappe.close()


@pytest.fixture(scope="session", autouse=True)
def _etat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the commands remember from one run to the next is not the developer's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("etat")))
        yield


@pytest.fixture(scope="session")
def grappes() -> Iterator[Grappes]:
    ouvertes = Grappes()
    yield ouvertes
    ouvertes.close()


@pytest.fixture
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BaseEssai]:
    """A fresh empty database, for each kind of ``--bases``."""
    nom = str(request.param)
    if nom == "sqlite":
        yield BaseEssai(nom, f"sqlite:///{tmp_path}/ecritures.sqlite")
        return
    grappe: Grappe = request.getfixturevalue("grappes").get(nom)
    with grappe.database() as cree:
        yield BaseEssai(nom, grappe.url(cree))


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    try:
        serveur = Azurite()
    except ServiceAbsent as absence:
        skip_or_fail(absence)
    yield serveur
    serveur.close()


@pytest.fixture
def conteneur(azurite: Azurite) -> Conteneur:
    """A fresh container of the emulator."""
    return azurite.container()


@pytest.fixture(scope="session")
def serveur_web() -> Iterator[ServeurWeb]:
    """A web server that misbehaves on demand, over HTTP."""
    with ServeurWeb() as serveur:
        yield serveur


@pytest.fixture(scope="session")
def serveur_tls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServeurWeb]:
    """The same over HTTPS, with a certificate for ``depot.test`` and ``autre.test``; ``certificat`` is its CA file."""
    try:
        serveur = ServeurWeb.tls(tmp_path_factory.mktemp("tls"), "depot.test", "autre.test")
    except ServiceAbsent as absence:
        skip_or_fail(absence)
    with serveur:
        yield serveur
