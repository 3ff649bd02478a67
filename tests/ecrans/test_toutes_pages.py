"""Every screen on a populated firm: it answers, no serious fault of accessibility in either theme, nothing leaves the host."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.routing import APIRoute

from ecritures.web import statique
from ecritures.web.pages import ROUTERS
from serveurs.ecrans import ECRANS, SANS_ECRAN, Ecran
from serveurs.scene import Scene, populate
from serveurs.site import Site, axe_faults


@pytest.fixture(scope="module")
def scene(site: Site) -> Scene:
    return populate(site)


def test_every_page_is_in_the_list_and_the_list_has_no_other() -> None:
    routes = {
        route.path
        for router in (*ROUTERS, statique.router)
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in route.methods
    }
    assert sorted(routes - {e.route for e in ECRANS} - set(SANS_ECRAN)) == []
    assert sorted(({e.route for e in ECRANS} | set(SANS_ECRAN)) - routes) == []


@pytest.mark.parametrize("ecran", ECRANS, ids=lambda e: e.nom)
def test_a_screen_is_whole_and_open_to_everyone(scene: Scene, ouvrir: Any, ecran: Ecran) -> None:
    for theme, largeur, langue in (("light", "large", "fr"), ("dark", "etroit", "en")):
        page = ouvrir(ecran.role, theme=theme, largeur=largeur, langue=langue)
        reponse = page.goto(ecran.at(scene))
        assert reponse.status == 200
        assert page.locator("html").get_attribute("lang") == langue
        assert page.locator("h1:not(.scalar-app h1)").count() == 1  # the catalogue of another has its own
        assert axe_faults(page) == [], (theme, largeur)
        largeur_page = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert largeur_page <= 0, "the page itself does not scroll sideways"
