"""The words of the screens: French in the sources, English from ``langues/en``, one file a family of screens. Messages of the core stay in French."""

from __future__ import annotations

import gettext
from functools import cache
from importlib import resources
from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request

LANGUES = {"fr": "Français", "en": "English"}
COOKIE_LANGUE = "ecritures_langue"


@cache
def translations(langue: str) -> gettext.NullTranslations:
    """The catalogue of a language, read once; French, the language of the sources, has none."""
    if langue == "fr":
        return gettext.NullTranslations()
    entier = Catalog(locale=langue)
    for page in sorted(resources.files("ecritures.web").joinpath("langues", langue).iterdir(), key=lambda p: p.name):
        for message in read_po(BytesIO(page.read_bytes()), locale=langue):
            if message.id:
                entier.add(message.id, message.string)
    compile_ = BytesIO()
    write_mo(compile_, entier)
    compile_.seek(0)
    return gettext.GNUTranslations(compile_)


def language(request: Request) -> str:
    """The one chosen on screen, else the first of the browser's that we speak, else French."""
    choisie = request.cookies.get(COOKIE_LANGUE, "")
    if choisie in LANGUES:
        return choisie
    for morceau in request.headers.get("accept-language", "").split(",")[:10]:
        code = morceau.split(";")[0].strip().lower()[:2]
        if code in LANGUES:
            return code
    return "fr"
