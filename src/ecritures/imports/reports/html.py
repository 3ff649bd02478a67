"""The report as one page: French, no script, nothing asked from outside, every text of the file escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import polars as pl
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from ecritures.domain.constat import LIMITE_CONSTATS, Severity
from ecritures.domain.montant import ESPACE_FINE, euros
from ecritures.imports.reports import tables as stats_tables
from ecritures.imports.reports.piece import VERDICTS, Extrait, Piece, visible
from ecritures.imports.reports.volumes import volumes_svg

VALEUR_MAX = 200
"""Characters of a raw value shown."""


@dataclass(frozen=True)
class Groupe:
    """The findings of one rule. ``nombre`` is the true count, ``lignes`` what is laid out."""

    id: str
    code: str | None
    severite: str
    titre: str
    remede: str
    nombre: int
    lignes: tuple[tuple[Mapping[str, Any], Extrait | None], ...]


def render(pieces: Sequence[Piece]) -> bytes:
    """The page of one or several files."""
    texte = _template().render(pieces=pieces, verdicts=VERDICTS, limite=LIMITE_CONSTATS)
    return texte.encode()


@cache
def environment() -> Environment:
    """Escapes every value; a name that does not exist is our mistake and raises."""
    monde = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    monde.filters |= {
        "visible": visible,
        "euros": euros,
        "nombre": lambda n: f"{n:,}".replace(",", ESPACE_FINE),
        "court": lambda t: t if len(t) <= VALEUR_MAX else t[: VALEUR_MAX - 1] + "…",
        "colonnes": columns_of,
    }
    monde.globals |= {"groupes": groups, "svg": _svg, "tables": _tables}
    return monde


@cache
def _template() -> Template:
    texte = resources.files(__package__).joinpath("page.html.j2").read_text("utf-8")
    return environment().from_string(texte)


def groups(piece: Piece) -> Iterator[Groupe]:
    """Findings by rule, errors first, then in file order of their first."""
    regles = piece.regles
    rangs = {s.value: rang for rang, s in enumerate(Severity)}
    rangees: dict[str, list[tuple[Mapping[str, Any], Extrait | None]]] = {}
    for constat, extrait in zip(piece.montres.iter_rows(named=True), piece.extraits, strict=True):
        rangees.setdefault(constat["id"], []).append((constat, extrait))
    for id_, lignes in sorted(rangees.items(), key=lambda r: rangs[r[1][0][0]["severite"]]):
        premier = lignes[0][0]
        regle, nombre = regles[id_]
        yield Groupe(
            id=id_,
            code=premier["code"],
            severite=premier["severite"],
            titre=regle.titre,
            remede=premier["remede"],
            nombre=nombre,
            lignes=tuple(lignes),
        )


def columns_of(constat: Mapping[str, Any]) -> str:
    """« 131-150 », « 130 » for one column, nothing for a whole line."""
    debut, fin = constat["colonne_debut"], constat["colonne_fin"]
    if debut is None:
        return ""
    return str(debut) if debut == fin else f"{debut}-{fin}"


def _svg(volumes: pl.DataFrame, identifiant: str) -> Markup:
    return Markup(volumes_svg(volumes, identifiant))  # noqa: S704  (its texts are escaped where it is built)


def _tables(statistiques: Any) -> list[dict[str, Any]]:
    return [
        {
            "titre": t.titre,
            "colonnes": t.colonnes,
            "droite": t.droite,
            "rangees": [[stats_tables.text_of(v) for v in r] for r in t.rangees],
            "omises": t.omises,
        }
        for t in stats_tables.tables(statistiques)
    ]
