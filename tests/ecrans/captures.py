"""``make screenshots``: a picture of every screen, both languages, both themes, both widths, into a folder.

``make screenshots ARGS=--guide``: only the six of the guide, in French, at a reduced size, into ``docs/images``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

RACINE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(RACINE / "tests"))

from ecrans.conftest import LARGEURS  # noqa: E402
from serveurs.ecrans import ECRANS, Ecran  # noqa: E402
from serveurs.scene import Scene, populate  # noqa: E402
from serveurs.site import Site, open_chromium, open_site  # noqa: E402

GUIDE = ("historique", "import", "constats", "tableau-de-bord", "balance", "catalogue")
ECHELLE_GUIDE = 0.7


def take(site: Site, chromium: Any, scene: Scene, ecran: Ecran, chemin: Path, **choix: Any) -> None:
    """The visible part of one screen. ``choix``: options of the browser's context."""
    contexte = chromium.new_context(base_url=site.url, timezone_id="Europe/Paris", reduced_motion="reduce", **choix)
    if ecran.role is not None:
        contexte.add_cookies([{"name": "ecritures_session", "value": site.cookie(ecran.role), "url": site.url}])
    page = contexte.new_page()
    page.goto(ecran.at(scene), wait_until="load")
    if ecran.nom == "catalogue":
        page.get_by_text("Obtenir une adresse de dépôt").first.wait_for(timeout=60_000)
    if page.locator(".graphique").count():
        page.wait_for_selector(".graphique svg, .graphique canvas")
    page.screenshot(path=chemin)
    contexte.close()


def every(dossier: Path) -> Iterator[tuple[Ecran, Path, dict[str, Any]]]:
    """Each screen with its file, ``nom-langue-theme-largeur.png``, and the options of its picture."""
    for langue, theme, (largeur, (x, y)) in product(("fr", "en"), ("light", "dark"), LARGEURS.items()):
        locale = {"fr": "fr-FR", "en": "en-GB"}[langue]
        choix = {"locale": locale, "color_scheme": theme, "viewport": {"width": x, "height": y}}
        yield from ((e, dossier / f"{e.nom}-{langue}-{theme}-{largeur}.png", choix) for e in ECRANS)


def guide(dossier: Path) -> Iterator[tuple[Ecran, Path, dict[str, Any]]]:
    choix = {
        "locale": "fr-FR",
        "color_scheme": "light",
        "viewport": {"width": 1280, "height": 800},
        "device_scale_factor": ECHELLE_GUIDE,
    }
    yield from ((e, dossier / f"{e.nom}.png", choix) for e in ECRANS if e.nom in GUIDE)


def main(pour_le_guide: bool) -> None:
    dossier = RACINE / ("docs/images" if pour_le_guide else "captures")
    dossier.mkdir(exist_ok=True)
    nombre = 0
    with open_site() as site, open_chromium() as chromium:
        scene = populate(site)
        for ecran, chemin, choix in (guide if pour_le_guide else every)(dossier):
            take(site, chromium, scene, ecran, chemin, **choix)
            nombre += 1
    print(f"{nombre} images dans {dossier.relative_to(RACINE)}/")


if __name__ == "__main__":
    main("--guide" in sys.argv[1:])
