"""The report of a repair, each line changed with its text before and after: JSON and CSV give all of it, the page the first."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib import resources

import polars as pl
from jinja2 import Template

from ecritures.formats.tableur.colonnes import neutraliser
from ecritures.imports.repair import Reparation
from ecritures.imports.reports.html import environment

MONTREES_MAX = 5_000
"""Changes laid out on the page."""

Rendu = Callable[[str, Reparation, bool], bytes]


def renderer(nom: str) -> Rendu | None:
    """What writes a report of that file name; None when its ending is no known one."""
    return next((rendu for fin, rendu in RENDERERS.items() if nom.lower().endswith(fin)), None)


def to_json(nom: str, reparation: Reparation, a_blanc: bool) -> bytes:
    """Every change, exactly."""
    return json.dumps({"fichier": nom, "a_blanc": a_blanc, **reparation.public()}, ensure_ascii=False).encode()


def to_csv(nom: str, reparation: Reparation, a_blanc: bool) -> bytes:
    """Every change, for a spreadsheet: what it could run as a formula is neutralised by an apostrophe."""
    textes = ("zone", "avant", "apres", "motif")
    return (
        reparation.corrections.with_columns(neutraliser(pl.col(t)).alias(t) for t in textes)
        .write_csv(separator=";", include_bom=True)
        .encode()
    )


def to_html(nom: str, reparation: Reparation, a_blanc: bool) -> bytes:
    """The page: no script, nothing asked from outside, every text escaped."""
    lignes = reparation.corrections.head(MONTREES_MAX)
    texte = _template().render(
        nom=nom,
        r=reparation,
        a_blanc=a_blanc,
        etapes=list(zip(reparation.recette.etapes, reparation.par_etape, strict=True)),
        lignes=lignes.to_dicts(),
        omis=reparation.corrections.height - lignes.height,
    )
    return texte.encode()


@cache
def _template() -> Template:
    return environment().from_string(resources.files(__package__).joinpath("corrections.html.j2").read_text("utf-8"))


RENDERERS: dict[str, Rendu] = {".json": to_json, ".csv": to_csv, ".html": to_html, ".htm": to_html}
