"""Documented = existing: settings, glossary, commands and options. ``ECRITURES_GOLDEN=1`` rewrites docs/reglages.md."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from ecritures.cli.root import racine
from ecritures.domain.lot import LIGNES
from ecritures.formats.fec.layout import BIC_IS
from ecritures.formats.tra.layout import ZONES
from ecritures.settings import Settings

DOCS = Path(__file__).resolve().parents[2] / "docs"
REGLAGES = DOCS / "reglages.md"

EN_TETE = """# Réglages

Par variables d'environnement. Les valeurs par défaut servent une machine seule, sans autre service. Une option de commande
(`--donnees`, `--port`…) l'emporte. Une valeur invalide arrête la commande, qui nomme la variable sans montrer la valeur.

| Variable | Défaut | Sens |
|---|---|---|
"""
PIED = """
Pour les commandes qui parlent à un serveur (`send`, `status`, `report`) : `ECRITURES_URL`, `ECRITURES_SUBSCRIPTION_KEY` et `ECRITURES_API_KEY`,
ou les options `--url`, `--subscription-key` et `--api-key`.
"""


def _default(valeur: Any) -> str:
    if valeur is None or valeur == ():
        return "*vide*"
    if isinstance(valeur, bool):
        return "`true`" if valeur else "`false`"
    return f"`{valeur}`"


def _page() -> str:
    rangees = [
        f"| `ECRITURES_{nom.upper()}` | {_default(champ.get_default())} | {champ.description} |"
        for nom, champ in Settings.model_fields.items()
    ]
    return EN_TETE + "\n".join(rangees) + "\n" + PIED


def test_every_setting_is_documented_with_its_default() -> None:
    if os.environ.get("ECRITURES_GOLDEN") == "1":
        REGLAGES.write_text(_page(), encoding="utf-8")
    assert REGLAGES.read_text(encoding="utf-8") == _page()


def test_every_setting_says_what_it_is_for() -> None:
    assert [nom for nom, champ in Settings.model_fields.items() if not champ.description] == []


def _glossary() -> dict[str, list[str]]:
    texte = (DOCS / "glossaire.md").read_text(encoding="utf-8").split("## ")[1]
    rangees = [
        [case.strip() for case in ligne.strip("|").split("|")] for ligne in texte.splitlines() if ligne.startswith("| ")
    ]
    return {cases[0]: cases[1:] for cases in rangees[1:]}


def test_the_glossary_names_the_zones_and_columns_that_are_read() -> None:
    fec = {colonne.champ: colonne.name for colonne in BIC_IS.columns}
    for terme, (_sens, zone, colonne, _cle) in _glossary().items():
        assert terme in LIGNES, terme
        assert zone.strip("`") == ZONES.get(terme, "–"), terme
        assert colonne.strip("`") == fec.get(terme, "–"), terme


def _commands() -> dict[str, list[str]]:
    """Every command and its long options, groups flattened."""
    arbre: Any = get_command(racine())
    commandes = {}
    for nom, commande in arbre.commands.items():
        for sous, feuille in getattr(commande, "commands", {"": commande}).items():
            options = [
                o for p in feuille.params if not getattr(p, "hidden", False) for o in p.opts if o.startswith("--")
            ]
            commandes[f"{nom} {sous}".strip()] = options
    return commandes


def test_the_commands_are_those_that_the_project_promises() -> None:
    promises = {"demo", "serve", "worker", "check", "send", "status", "report", "balance", "verify", "cancel"}
    promises |= {"describe", "stats", "diff", "repair", "convert", "export", "watch", "dossier doublons"}
    promises |= {f"dossier {c}" for c in ("creer", "lister", "exercice")} | {
        f"keys {c}" for c in ("abonnement", "creer", "lister", "revoquer")
    }
    promises |= {f"cabinet {c}" for c in ("creer", "lister", "inviter", "activer", "desactiver", "audit")}
    promises |= {f"keys {c}" for c in ("activer", "desactiver", "abonnements", "tourner", "resilier")}
    promises |= {f"model {c}" for c in ("infer", "check", "add", "list", "show", "rm")}
    assert set(_commands()) == promises


@pytest.mark.parametrize("commande", sorted(_commands()))
def test_every_command_and_option_explains_itself(commande: str) -> None:
    aide = CliRunner().invoke(racine(), [*commande.split(), "--help"])
    assert aide.exit_code == 0
    for option in _commands()[commande]:
        assert option in aide.stdout


def test_commands_written_in_the_guides_exist_with_their_options() -> None:
    connues, fautes = _commands(), []
    for page in [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]:
        for bloc in re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S):
            for mots in (ligne.split() for ligne in bloc.splitlines() if re.match(r"(\.venv/bin/)?ecritures ", ligne)):
                nom = f"{mots[1]} {mots[2]}" if mots[1] in ("cabinet", "dossier", "keys", "model") else mots[1]
                options = [m.partition("=")[0] for m in mots if m.startswith("--")]
                fautes += [(page.name, nom, o) for o in options if o not in connues.get(nom, [])]
                fautes += [(page.name, nom)] if nom not in connues else []
    assert fautes == []
