"""docs/controles.md lists every rule there is. ``make docs`` rewrites it; this says when it is stale."""

from __future__ import annotations

import os
from pathlib import Path

from ecritures.checks import CHECKS
from ecritures.domain.constat import Regle
from ecritures.formats.fec.regles import REGLES as FEC
from ecritures.formats.tra.regles import REGLES as TRA
from ecritures.imports.read import MAUVAIS_FORMAT

PAGE = Path(__file__).resolve().parents[2] / "docs" / "controles.md"

EN_TETE = """# Contrôles

Tout ce qui peut être dit d'un fichier. L'identifiant est public et ne change pas ; le code est celui de la spécification imprimée du FEC.
Une ERREUR empêche de passer le fichier dans les livres ; un AVERTISSEMENT est montré ; une INFO est comptée.
"""


def rules() -> list[tuple[str, tuple[Regle, ...]]]:
    """Every rule, by where it is found."""
    return [
        ("À la lecture d'un TRA", TRA),
        ("À la lecture d'un FEC", FEC),
        ("Sur le fichier lu et sur le dossier", (MAUVAIS_FORMAT, *CHECKS)),
    ]


def _cellule(texte: str) -> str:
    return texte.replace("|", "\\|").replace("\n", " ")


def _page() -> str:
    lignes = [EN_TETE]
    for titre, regles in rules():
        lignes += [
            f"## {titre}",
            "",
            "| Identifiant | Code | Gravité | Défaut | Remède | Source |",
            "|---|---|---|---|---|---|",
        ]
        lignes += [
            f"| `{r.id}` | {r.code or ''} | {r.severity.value} | {_cellule(r.titre)} | {_cellule(r.remede)} | {_cellule(r.source)} |"
            for r in sorted(regles, key=lambda r: (r.code or "Z", r.id))
        ]
        lignes.append("")
    return "\n".join(lignes)


def test_every_rule_is_documented() -> None:
    if os.environ.get("ECRITURES_GOLDEN") == "1":
        PAGE.write_text(_page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == _page()


def test_no_public_id_is_used_twice() -> None:
    ids = [regle.id for _, regles in rules() for regle in regles]
    assert sorted(ids) == sorted(set(ids))
