"""Templates: one environment, escaped, with the formats of the screens (amounts, dates) and the words of the language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from ecritures import __version__
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.montant import euros
from ecritures.imports.reports.piece import visible
from ecritures.web.langue import LANGUES, language, translations
from ecritures.web.statique import address_of

PARIS = ZoneInfo("Europe/Paris")
COOKIE_THEME = "ecritures_theme"
THEMES = ("auto", "light", "dark")


def render(request: Request, modele: str, /, **valeurs: Any) -> HTMLResponse:
    """The page of a template, for whoever looks."""
    return HTMLResponse(fragment(request, modele, **valeurs), headers={"vary": "Accept-Language, Cookie"})


def fragment(request: Request, modele: str, /, **valeurs: Any) -> str:
    """The template with what every page needs: who looks (``moi``), language, theme, where we are."""
    langue = language(request)
    theme = request.cookies.get(COOKIE_THEME, "auto")
    communs = {
        "moi": getattr(request.state, "personne", None),
        "langue": langue,
        "langues": LANGUES,
        "theme": theme if theme in THEMES else "auto",
        "chemin": str(request.scope["path"]),
        "version": __version__,
    }
    return _environment(langue).get_template(modele).render({**communs, **valeurs})


def is_htmx(request: Request) -> bool:
    """True for a request that a part of a page made: it wants a fragment."""
    return "hx-request" in request.headers


@cache
def _environment(langue: str) -> Environment:
    env = Environment(
        loader=PackageLoader("ecritures.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=_without_traps,
    )
    env.install_gettext_translations(translations(langue), newstyle=True)  # type: ignore[attr-defined]
    for nom in ("gettext", "ngettext"):  # what a phrase quotes is not passed to ``finalize`` by itself
        env.globals[nom] = _quoting_safely(cast("Callable[..., str]", env.globals[nom]))
    env.globals |= {"app": PREFIXE, "statique": address_of}
    env.filters |= {
        "montant": amount,
        "euros": amount_with_unit,
        "jour": day,
        "instant": instant,
        "taille": size,
        "duree": duration,
        "nombre": number,
    }
    return env


def _quoting_safely(dire: Callable[..., str]) -> Callable[..., str]:
    @pass_context
    def say(contexte: Context, *textes: Any, **cites: Any) -> str:
        return dire(contexte, *textes, **{nom: _without_traps(valeur) for nom, valeur in cites.items()})

    return say


def _without_traps(valeur: Any) -> Any:
    """Text of files reaches the screen without characters that hide, or reverse their neighbours; None is empty."""
    if valeur is None:
        return ""
    return visible(valeur) if type(valeur) is str else valeur


def amount(centimes: int | None) -> str:
    """``1 234,56``; empty when None. A debit or credit of zero is empty in ledgers: use ``montant if x``."""
    return "" if centimes is None else euros(centimes).removesuffix("€").rstrip("\u00a0\u202f ")


def amount_with_unit(centimes: int | None) -> Markup:
    """``1 234,56 €``, in figures that line up."""
    if centimes is None:
        return Markup("")
    classe = "montant negatif" if centimes < 0 else "montant"
    return Markup('<span class="{}">{}\u00a0€</span>').format(classe, amount(centimes))


def day(jour: date | datetime | None) -> str:
    """``31/12/2025``."""
    if isinstance(jour, datetime):
        jour = jour.astimezone(PARIS).date()
    return "" if jour is None else f"{jour:%d/%m/%Y}"


def instant(moment: datetime | None) -> Markup:
    """``31/12/2025 14:05``, French time, with the exact instant for programs."""
    if moment is None:
        return Markup("")
    exact = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return Markup('<time datetime="{}">{}</time>').format(exact, f"{moment.astimezone(PARIS):%d/%m/%Y %H:%M}")


def size(octets: int | None) -> str:
    """``12,4 Mo``, in decimal units as files are shown to people."""
    if octets is None:
        return ""
    valeur, unite = float(octets), "o"
    for suivante in ("ko", "Mo", "Go", "To"):
        if valeur < 1000:
            break
        valeur, unite = valeur / 1000, suivante
    chiffres = f"{valeur:.0f}" if unite == "o" else f"{valeur:.1f}".replace(".", ",")
    return f"{chiffres}\u00a0{unite}"


def duration(secondes: float | None) -> str:
    """``340 ms``, ``2,4 s``, ``3 min 05 s``."""
    if secondes is None:
        return ""
    if secondes < 1:
        return f"{secondes * 1000:.0f}\u00a0ms"
    if secondes < 60:
        return f"{secondes:.1f}\u00a0s".replace(".", ",")
    minutes, reste = divmod(round(secondes), 60)
    return f"{minutes}\u00a0min\u00a0{reste:02d}\u00a0s"


def number(valeur: int | None) -> str:
    """``12 345``, with the narrow space of French typography."""
    return "" if valeur is None else f"{valeur:,}".replace(",", "\u202f")
