"""The repository itself: layers, lock files, nothing of this or that machine in what is committed."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ecritures.settings import Settings

RACINE = Path(__file__).resolve().parents[2]
SOURCES = RACINE / "src" / "ecritures"
VERROUS = sorted(RACINE.glob("requirements*.lock"))

# A layer may import itself and those on its right. Edges do not import each other, except that `cli` uses `client`, and
# `web` the sessions, rights and errors of `api`.
COUCHES: dict[str, set[str]] = {
    "domain": set(),
    "formats": {"domain"},
    "checks": {"domain"},
    "ledger": {"domain"},
    "imports": {"domain", "formats", "checks", "ledger"},
    "client": {"domain"},
}
COEUR = {"domain", "formats", "checks", "ledger", "imports"}
COUCHES |= dict.fromkeys(("storage", "jobs", "api", "web"), COEUR | {"settings"})
COUCHES["cli"] = COEUR | {"settings", "client"}
COUCHES["web"] |= {"api"}
PURES = ("domain", "formats", "checks", "ledger")
ADMISES_DANS_LE_PUR = {"polars", "numpy", "stdnum", "ecritures"}
ADMISES_DANS_LE_PUR |= {"python_calamine", "xlsxwriter", "tomlkit", "jinja2"}  # on bytes and on text only
IMPURES = {
    "asyncio",
    "http",
    "io",
    "logging",
    "multiprocessing",
    "os",
    "random",
    "secrets",
    "socket",
    "sqlite3",
    "subprocess",
}
IMPURES |= {"shutil", "tempfile", "threading", "time", "urllib", "uuid"}
PERMIS_PAR_NOM = {"io": "BytesIO in memory is no input or output"}

# Parts are joined here so that this file does not contain what it looks for.
INTERDITS = {
    "a path of a machine": re.compile(r"/(?:work|home)/[a-z]|/root/|/Users/|[A-Z]:\\Users"),
    "a host of packages": re.compile(
        r"(?:pypi|pythonhosted|npmjs|crates|goproxy)\." + r"(?:org|com|io)|registry\." + "npm"
    ),
    "a private index": re.compile("index" + r"-url|PIP_" + r"INDEX|--registry[= ]"),
}


def _suivis() -> list[Path]:
    """What git has or would have: ignored files are left out."""
    try:
        sortie = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=RACINE,
            capture_output=True,
            check=True,
        )
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("hors d'un dépôt git : git clone du projet")
    return [RACINE / nom for nom in sortie.stdout.decode().split("\0") if nom and (RACINE / nom).is_file()]


VENDUS = SOURCES / "web" / "statique" / "vendor"


def test_vendored_files_are_the_bytes_that_were_declared() -> None:
    declares = {d["fichier"]: d for d in json.loads((VENDUS / "vendor.json").read_text())}
    presents = {f.name for f in VENDUS.iterdir()} - {"vendor.json", "LICENCES.txt"}
    assert presents == set(declares)
    for nom, declare in declares.items():
        assert hashlib.sha256((VENDUS / nom).read_bytes()).hexdigest() == declare["sha256"], nom
        assert declare["version"] and declare["licence"] in ("0BSD", "MIT", "Apache-2.0"), nom


def _imports(fichier: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every import, relative ones included."""
    paquet = ("ecritures", *fichier.relative_to(SOURCES).parts[:-1])
    for noeud in ast.walk(ast.parse(fichier.read_bytes())):
        if isinstance(noeud, ast.Import):
            yield from ((noeud.lineno, alias.name) for alias in noeud.names)
        elif isinstance(noeud, ast.ImportFrom):
            origine = ".".join(paquet[: len(paquet) - noeud.level + 1]) if noeud.level else ""
            module = ".".join(part for part in (origine, noeud.module or "") if part)
            yield from ((noeud.lineno, f"{module}.{alias.name}") for alias in noeud.names)


def _modules() -> Iterator[tuple[str, Path]]:
    for fichier in sorted(SOURCES.rglob("*.py")):
        parties = fichier.relative_to(SOURCES).parts
        if len(parties) > 1:
            yield parties[0], fichier


def test_every_layer_imports_only_the_layers_below_it() -> None:
    fautes = []
    for couche, fichier in _modules():
        for ligne, nom in _imports(fichier):
            parties = nom.split(".")
            if parties[0] != "ecritures" or len(parties) < 2 or nom == "ecritures.__version__":
                continue
            if parties[1] != couche and parties[1] not in COUCHES[couche]:
                fautes.append(f"{fichier.relative_to(RACINE)}:{ligne} ({couche}) importe {nom}")
    assert fautes == []


def test_every_folder_of_the_sources_is_a_known_layer() -> None:
    assert {couche for couche, _ in _modules()} <= set(COUCHES)


def test_the_core_is_pure() -> None:
    fautes = []
    for couche, fichier in _modules():
        if couche not in PURES:
            continue
        for ligne, nom in _imports(fichier):
            tete = nom.split(".")[0]
            pur = tete in ADMISES_DANS_LE_PUR or (
                tete in sys.stdlib_module_names and (tete not in IMPURES or tete in PERMIS_PAR_NOM)
            )
            if not pur:
                fautes.append(f"{fichier.relative_to(RACINE)}:{ligne} importe {nom}")
    assert fautes == []


def test_every_variable_a_message_names_exists() -> None:
    connus = {f"ECRITURES_{nom.upper()}" for nom in Settings.model_fields}
    connus |= {nom for f in (SOURCES / "cli").glob("*.py") for nom in re.findall(r'envvar="(\w+)"', f.read_text())}
    inconnus = {
        (str(fichier.relative_to(RACINE)), nom)
        for _, fichier in _modules()
        for nom in re.findall(r"ECRITURES_[A-Z][A-Z_]*[A-Z]\b", fichier.read_text())
        if nom not in connus
    }
    assert inconnus == set()


def test_lock_files_name_no_place_and_check_every_package_by_hash() -> None:
    assert [v.name for v in VERROUS] == ["requirements-bench.lock", "requirements-dev.lock", "requirements.lock"]
    for verrou in VERROUS:
        texte = verrou.read_text()
        assert not re.search(r"://|@ file|--find-links|index-url", texte), verrou.name
        paquets = re.findall(r"^[A-Za-z0-9_.-]+==.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)*", texte, re.M)
        assert paquets
        assert [p.splitlines()[0] for p in paquets if "--hash=" not in p] == [], verrou.name


def test_every_dependency_is_in_the_lock() -> None:
    projet = tomllib.loads((RACINE / "pyproject.toml").read_text())
    dev = projet["dependency-groups"]["dev"]
    for verrou, voulues in (
        ("requirements.lock", projet["project"]["dependencies"]),
        ("requirements-dev.lock", projet["project"]["dependencies"] + dev),
    ):
        epingles = {
            _nom(ligne) for ligne in (RACINE / verrou).read_text().splitlines() if re.match(r"[A-Za-z0-9]", ligne)
        }
        assert {_nom(d) for d in voulues} - epingles == set(), verrou


def _nom(exigence: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[=<>!~; ]", exigence, maxsplit=1)[0]).lower()


def test_nothing_committed_names_a_machine_or_a_place_of_packages() -> None:
    fautes = []
    for fichier in _suivis():
        if fichier == Path(__file__).resolve():
            continue
        texte = fichier.read_bytes().decode("latin-1")
        for quoi, motif in INTERDITS.items():
            if quoi == "a path of a machine" and fichier.parent == VENDUS:  # examples of a path, in code of others
                continue
            if trouve := motif.search(texte):
                ligne = texte.count("\n", 0, trouve.start()) + 1
                fautes.append(f"{fichier.relative_to(RACINE)}:{ligne} {quoi}: {trouve[0]}")
    assert fautes == []


def test_no_file_that_belongs_to_a_machine_is_committed() -> None:
    interdits = re.compile(
        r"(^|/)(uv\.lock|\.env|\.DS_Store|node_modules|__pycache__|\.venv|\.dev|secret)(/|$)|\.(pyc|sqlite|log)$"
    )
    assert [str(f.relative_to(RACINE)) for f in _suivis() if interdits.search(str(f.relative_to(RACINE)))] == []


def test_two_test_files_do_not_have_the_same_name() -> None:
    """Without packages in tests/, pytest would take one for the other."""
    noms: dict[str, Path] = {}
    for fichier in sorted((RACINE / "tests").rglob("test_*.py")):
        assert noms.setdefault(fichier.name, fichier) == fichier


@pytest.mark.skipif(os.name != "posix", reason="make et bash")
def test_ci_runs_the_tests_by_the_command_people_use() -> None:
    script = (RACINE / ".ci" / "run").read_text()
    assert re.search(r"^make test\b", script, re.M)
    assert "set -euo pipefail" in script
    assert os.access(RACINE / ".ci" / "run", os.X_OK)
    subprocess.run(["bash", "-n", str(RACINE / ".ci" / "run")], check=True)
    makefile = (RACINE / "Makefile").read_text()
    for cible in ["help", "demo", "test", "check", "golden", "bench", "docs", "setup"]:
        assert re.search(rf"^{cible}:.*## ", makefile, re.M), cible
