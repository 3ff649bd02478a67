"""The two READMEs say the same commands, and those commands and their output are real."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ecritures.cli.root import racine

RACINE = Path(__file__).resolve().parents[2]
README = ("README.md", "README.fr.md")


def _blocks(nom: str, langue: str) -> list[str]:
    return re.findall(rf"^```{langue}\n(.*?)^```", (RACINE / nom).read_text(encoding="utf-8"), re.M | re.S)


def _commands(nom: str) -> list[str]:
    return [ligne for bloc in _blocks(nom, "sh") for ligne in bloc.splitlines()]


def test_both_readmes_give_the_same_commands_and_the_same_output() -> None:
    assert _commands("README.md") == _commands("README.fr.md")
    assert _blocks("README.md", "text") == _blocks("README.fr.md", "text")


def test_the_two_commands_are_there() -> None:
    assert {"make demo", "make test"} <= set(_commands("README.md"))
    cibles = re.findall(r"^([a-z]+):", (RACINE / "Makefile").read_text(encoding="utf-8"), re.M)
    assert {c.split()[1] for c in _commands("README.md") if c.startswith("make ")} <= set(cibles)


def test_every_command_of_ecritures_in_the_readme_exists() -> None:
    vues = [shlex.split(c)[1:] for c in _commands("README.md") if c.startswith(".venv/bin/ecritures ")]
    assert vues
    for arguments in vues:
        assert CliRunner().invoke(racine(), [arguments[0], "--help"]).exit_code == 0
    demo = [a for c in _commands("README.md") for a in re.findall(r"ARGS=(\S+)", c)]
    assert demo == ["--once"]


@pytest.mark.parametrize("nom", README)
def test_the_output_shown_is_what_the_command_says(nom: str) -> None:
    (commande,) = [c for c in _commands(nom) if " check " in c]
    environnement = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    fait = subprocess.run(
        [sys.executable, "-m", "ecritures", *shlex.split(commande)[1:]],
        cwd=RACINE,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environnement,
        check=False,
    )
    assert fait.returncode == 1
    dites = {" ".join(ligne.split()) for ligne in fait.stdout.splitlines()}
    (extrait,) = _blocks(nom, "text")
    montrees = [" ".join(ligne.split()) for ligne in extrait.splitlines() if ligne != "…"]
    assert len(montrees) >= 3
    assert [ligne for ligne in montrees if ligne not in dites] == []


@pytest.mark.parametrize(
    "page",
    [
        *README,
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        *sorted(str(p.relative_to(RACINE)) for p in (RACINE / "docs").rglob("*.md")),
    ],
)
def test_every_link_inside_the_project_leads_somewhere(page: str) -> None:
    chemin = RACINE / page
    liens = re.findall(r"\]\(([^)#\s]+)", chemin.read_text(encoding="utf-8"))
    perdus = [lien for lien in liens if "://" not in lien and not (chemin.parent / lien).exists()]
    assert perdus == []
