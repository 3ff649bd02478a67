"""Small pieces of Markdown, and the one way a generated page is kept true."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

DOCS = Path(__file__).resolve().parents[2] / "docs"


def cellule(texte: str) -> str:
    """That text in a table."""
    return echappe(texte).replace("|", "\\|").replace("\n", " ")


def echappe(texte: str) -> str:
    """That text, none of its signs being Markdown's."""
    return re.sub(r"([\\*_<`])", r"\\\1", texte)


def tableau(titres: Iterable[str], rangs: Iterable[Iterable[str]]) -> list[str]:
    """Lines of a table; cells are Markdown already."""
    titres = list(titres)
    return [
        "| " + " | ".join(titres) + " |",
        "|" + "---|" * len(titres),
        *("| " + " | ".join(rang) + " |" for rang in rangs),
    ]


def titre(texte: str) -> str:
    """The title of that page."""
    return next(ligne[2:] for ligne in texte.splitlines() if ligne.startswith("# "))


def ecarts(dossier: Path, pages: Mapping[str, str]) -> list[str]:
    """The pages of ``dossier`` that are not as generated, missing or no longer generated.

    ``ECRITURES_GOLDEN=1`` (``make docs``) writes them first, and removes those that are generated no more.
    """
    if os.environ.get("ECRITURES_GOLDEN") == "1":
        dossier.mkdir(parents=True, exist_ok=True)
        for perimee in _presentes(dossier).keys() - pages.keys():
            (dossier / perimee).unlink()
        for nom, texte in pages.items():
            (dossier / nom).write_text(texte, encoding="utf-8")
    presentes = _presentes(dossier)
    return sorted(nom for nom in presentes.keys() | pages.keys() if presentes.get(nom) != pages.get(nom))


MARQUE = "<!-- Page tirée du code par `make docs` : ne pas la modifier à la main. -->\n"
"""First line of every generated page: a page without it is written by hand and left alone."""


def _presentes(dossier: Path) -> dict[str, str]:
    textes = {chemin.name: chemin.read_text("utf-8") for chemin in dossier.glob("*.md")}
    return {nom: texte for nom, texte in textes.items() if texte.startswith(MARQUE)}
