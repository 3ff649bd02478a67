"""``make screenshots``: a picture of every screen, both languages, both themes, both widths, into a folder."""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ecrans.conftest import LARGEURS
from serveurs.pages import ECRANS
from serveurs.scene import populate
from serveurs.site import open_chromium, open_site


def take(dossier: Path) -> int:
    """The pictures, ``nom-langue-theme-largeur.png``; gives how many."""
    dossier.mkdir(parents=True, exist_ok=True)
    nombre = 0
    with open_site() as site, open_chromium() as chromium:
        scene = populate(site)
        for langue, theme, (largeur, (x, y)) in product(("fr", "en"), ("light", "dark"), LARGEURS.items()):
            for ecran in ECRANS:
                contexte = chromium.new_context(
                    base_url=site.url,
                    locale={"fr": "fr-FR", "en": "en-GB"}[langue],
                    color_scheme=theme,
                    viewport={"width": x, "height": y},
                    timezone_id="Europe/Paris",
                    reduced_motion="reduce",
                )
                if ecran.role is not None:
                    biscuit = {"name": "ecritures_session", "value": site.cookie(ecran.role), "url": site.url}
                    contexte.add_cookies([biscuit])
                page = contexte.new_page()
                page.goto(ecran.at(scene), wait_until="load")
                page.screenshot(path=dossier / f"{ecran.nom}-{langue}-{theme}-{largeur}.png")
                contexte.close()
                nombre += 1
    return nombre


if __name__ == "__main__":
    print(f"{take(Path(sys.argv[1]))} images dans {sys.argv[1]}")
