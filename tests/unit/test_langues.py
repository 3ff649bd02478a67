"""The words of the screens: everything a template says has its English, once, and nothing else is kept."""

from __future__ import annotations

from collections import Counter
from io import BytesIO
from pathlib import Path

from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

import ecritures.web
from ecritures.web.langue import LANGUES, translations
from ecritures.web.rendu import _environment

WEB = Path(ecritures.web.__file__).parent


def _said() -> set[str]:
    """Every word of the templates that gettext is asked for."""
    dits: set[str] = set()
    for modele in sorted((WEB / "templates").rglob("*.html")):
        for _, _, message, _ in babel_extract(
            BytesIO(modele.read_bytes()), ("_", "gettext", "ngettext"), [], {"trim_blocks": "true", "silent": "false"}
        ):
            textes = message if isinstance(message, tuple) else (message,)
            dits |= {texte for texte in textes[:1] if isinstance(texte, str)}
    return dits


def _catalogued(langue: str) -> dict[str, list[object]]:
    trouves: dict[str, list[object]] = {}
    for page in sorted((WEB / "langues" / langue).glob("*.po")):
        for message in read_po(BytesIO(page.read_bytes()), locale=langue):
            if message.id:
                cle = message.id if isinstance(message.id, str) else message.id[0]
                trouves.setdefault(cle, []).append(message.string)
    return trouves


def test_everything_the_screens_say_has_its_english_and_nothing_more() -> None:
    dits, traduits = _said(), _catalogued("en")
    assert len(dits) > 50
    assert sorted(dits - set(traduits)) == []
    assert sorted(set(traduits) - dits) == []


def test_a_word_has_one_translation_and_none_is_empty() -> None:
    traduits = _catalogued("en")
    assert {cle: textes for cle, textes in traduits.items() if any(t != textes[0] for t in textes)} == {}
    vides = [cle for cle, textes in traduits.items() for t in textes if not (all(t) if isinstance(t, tuple) else t)]
    assert vides == []


def test_the_values_named_in_a_translation_are_those_of_the_original() -> None:
    import re

    fautes = []
    for cle, textes in _catalogued("en").items():
        for texte in textes:
            for forme in texte if isinstance(texte, tuple) else (texte,):
                if Counter(re.findall(r"%\(\w+\)s", cle)) - Counter(re.findall(r"%\(\w+\)s", str(forme))):
                    fautes.append(cle)
    assert fautes == []


def test_every_language_on_offer_can_be_read() -> None:
    assert translations("fr").gettext("Accueil") == "Accueil"
    assert {langue: translations(langue).gettext("Accueil") for langue in LANGUES} == {"fr": "Accueil", "en": "Home"}


def test_what_a_phrase_quotes_of_a_file_cannot_hide_or_reverse_anything() -> None:
    gabarit = _environment("fr").from_string(
        '{{ _("Fichier %(nom)s", nom=nom) }}|{% trans n=nom %}Le {{ n }}{% endtrans %}|{{ nom }}'
    )
    assert gabarit.render(nom="a\u202eb<i>") == "Fichier a\ufffdb&lt;i&gt;|Le a\ufffdb&lt;i&gt;|a\ufffdb&lt;i&gt;"
