"""The screens in a real browser: every page is watched for console errors and for requests that leave this host."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import pytest

from serveurs.processus import ServiceAbsent, skip_or_fail
from serveurs.site import Site, open_chromium, open_site

LARGEURS = {"large": (1280, 800), "etroit": (390, 844)}

ATTENTE_MS = 30_000
"""Longest wait for what the page shows: the worker of a loaded machine takes seconds to start."""

OuvrirPage = Callable[..., Any]


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with open_site() as ouvert:
        yield ouvert


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    with ExitStack() as pile:
        try:
            navigateur = pile.enter_context(open_chromium())
        except ServiceAbsent as absence:
            skip_or_fail(absence)
        from playwright.sync_api import expect

        expect.set_options(timeout=ATTENTE_MS)
        yield navigateur


@pytest.fixture
def ouvrir(site: Site, chromium: Any) -> Iterator[OuvrirPage]:
    """``ouvrir(role)`` gives a Playwright page signed in as that role (None: nobody), on ``site``. Options: ``langue``
    (fr, en), ``theme`` (light, dark), ``largeur`` (large, etroit). At the end no page may have had a console error, an
    uncaught exception or a request to another host."""
    fautes: list[str] = []
    contextes: list[Any] = []
    hote = urlsplit(site.url).netloc

    def ouvrir_page(
        role: str | None = "collaborateur", *, langue: str = "fr", theme: str = "light", largeur: str = "large"
    ) -> Any:
        x, y = LARGEURS[largeur]
        contexte = chromium.new_context(
            base_url=site.url,
            locale={"fr": "fr-FR", "en": "en-GB"}[langue],
            color_scheme=theme,
            viewport={"width": x, "height": y},
            timezone_id="Europe/Paris",
        )
        contextes.append(contexte)
        if role is not None:
            contexte.add_cookies([{"name": "ecritures_session", "value": site.cookie(role), "url": site.url}])
        page = contexte.new_page()
        page.set_default_timeout(ATTENTE_MS)
        page.on("console", lambda m: fautes.append(f"console : {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda erreur: fautes.append(f"exception : {erreur}"))
        page.on("request", lambda r: fautes.append(f"vers {r.url}") if _leaves(r.url, hote) else None)
        page.fautes = fautes  # a test that provokes an error empties it, having looked
        return page

    yield ouvrir_page
    for contexte in contextes:
        contexte.close()
    assert fautes == []


def _leaves(url: str, hote: str) -> bool:
    lu = urlsplit(url)
    return lu.scheme not in ("data", "blob", "about") and lu.netloc != hote
