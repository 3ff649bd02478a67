"""The direction of imports: domain ← formats, checks, ledger ← imports ← edges ← main. Read from the source, not run."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[2] / "src" / "ecritures"

PURES = {"domain": set(), "formats": {"domain"}, "checks": {"domain"}, "ledger": {"domain"}}
COUCHES: dict[str, set[str]] = {
    **PURES,
    "imports": {"domain", "formats", "checks", "ledger"},
    "settings": {"imports"},
    "storage": {"domain", "ledger", "imports", "settings"},
    "jobs": {"domain", "imports"},
    "api": {"domain", "formats", "ledger", "imports"},
    "client": {"domain"},
    "cli": {"domain", "formats", "ledger", "imports", "client", "settings", "echantillons"},
    "echantillons": {"domain"},
    "main": {"domain", "formats", "checks", "ledger", "imports", "settings", "storage", "jobs", "api", "cli", "client"},
    "__main__": {"main"},
    "__init__": set(),
}
BIBLIOTHEQUES_PURES = {"polars", "numpy", "stdnum"}
INTERDITS_PURS = {
    "os",
    "io",
    "pathlib",
    "socket",
    "time",
    "random",
    "secrets",
    "sqlite3",
    "subprocess",
    "logging",
    "requests",
    "tempfile",
}


def modules() -> list[Path]:
    return sorted(RACINE.rglob("*.py"))


def importes(chemin: Path) -> set[str]:
    noms: set[str] = set()
    for noeud in ast.walk(ast.parse(chemin.read_text(encoding="utf-8"))):
        if isinstance(noeud, ast.Import):
            noms |= {alias.name for alias in noeud.names}
        elif isinstance(noeud, ast.ImportFrom):
            assert noeud.level == 0, f"{chemin}: relative import"
            noms |= {f"{noeud.module}.{alias.name}" for alias in noeud.names} | {noeud.module or ""}
    return noms


def couche(chemin: Path) -> str:
    relatif = chemin.relative_to(RACINE)
    return relatif.parts[0] if len(relatif.parts) > 1 else relatif.stem


@pytest.mark.parametrize("chemin", modules(), ids=lambda c: str(c.relative_to(RACINE)))
def test_a_module_imports_only_the_layers_below_it(chemin: Path) -> None:
    ici = couche(chemin)
    permises = COUCHES[ici] | {ici}
    vues = {nom.split(".")[1] for nom in importes(chemin) if nom.startswith("ecritures.")}
    trop = {v for v in vues if (RACINE / v).is_dir() or (RACINE / f"{v}.py").exists()} - permises
    assert not trop, f"{ici} may not import {sorted(trop)}"


@pytest.mark.parametrize(
    "chemin", [c for c in modules() if couche(c) in PURES], ids=lambda c: str(c.relative_to(RACINE))
)
def test_a_pure_module_uses_no_io_no_clock_no_framework(chemin: Path) -> None:
    import sys

    racines = {nom.split(".")[0] for nom in importes(chemin)} - {"ecritures", "", "__future__"}
    assert not racines & INTERDITS_PURS, f"{chemin.name} imports {sorted(racines & INTERDITS_PURS)}"
    tiers = racines - BIBLIOTHEQUES_PURES - set(sys.stdlib_module_names)
    assert not tiers, f"{chemin.name} imports {sorted(tiers)}"
