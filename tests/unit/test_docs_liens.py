"""Every link of the docs leads somewhere: a file that exists, and in it the title that is named."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

RACINE = Path(__file__).resolve().parents[2]
PAGES = sorted([*RACINE.glob("*.md"), *(RACINE / "docs").rglob("*.md")])
LIEN = re.compile(r"\]\(([^)\s]+)\)")


def _anchors(page: Path) -> set[str]:
    """The names that the titles of a page have when it is shown: small letters, hyphens, no punctuation."""
    vus: Counter[str] = Counter()
    noms = set(re.findall(r'<a (?:id|name)="([^"]+)"', page.read_text(encoding="utf-8")))
    for titre in re.findall(r"^#+ +(.+?) *$", _prose(page), re.M):
        texte = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", titre.replace("`", ""))
        nom = "".join(c for c in texte.lower() if c in "-_ " or unicodedata.category(c)[0] in "LN").replace(" ", "-")
        noms.add(f"{nom}-{vus[nom]}" if vus[nom] else nom)
        vus[nom] += 1
    return noms


def _prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def test_every_link_of_the_docs_leads_somewhere() -> None:
    perdus, suivis = [], 0
    for page in PAGES:
        for lien in LIEN.findall(re.sub(r"`[^`\n]*`", "", _prose(page))):
            if re.match(r"[a-z]+:", lien):  # of another site: not asked here, the network is not ours
                continue
            chemin, _, ancre = unquote(lien).partition("#")
            cible = (page.parent / chemin).resolve() if chemin else page
            suivis += 1
            if not cible.exists() or (ancre and ancre not in _anchors(cible)):
                perdus.append(f"{page.relative_to(RACINE)} → {lien}")
    assert perdus == []
    assert suivis > 100


def test_every_picture_of_the_docs_is_shown() -> None:
    textes = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    images = sorted((RACINE / "docs" / "images").glob("*.png"))
    assert len(images) == 6
    assert [i.name for i in images if f"images/{i.name}" not in textes] == []
