"""What the screens of the firm share: codes of dossiers, days of a form, and the checks that forms need before an act."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import Path, Query

from ecritures.api.body import clean
from ecritures.api.refusals import HttpRefusal
from ecritures.imports.ports import Ports
from ecritures.web.rendu import PARIS

RANG_MAX = (1 << 62) - 1
PAR_PAGE = 50

Segment = Annotated[str, Path(max_length=200)]
Mot = Annotated[str, Query(max_length=200)]
Apres = Annotated[int | None, Query(ge=1, le=RANG_MAX)]


def invalid(message: str) -> HttpRefusal:
    """A form that says nothing of use: what is missing, in French."""
    return HttpRefusal(422, "requete.invalide", message)


def text(saisie: str, nom: str, *, longueur_max: int, requis: bool = False) -> str:
    """A field of a form. Raises HttpRefusal when it is empty although required, or too long."""
    propre = clean(saisie).strip()
    if requis and not propre:
        raise invalid(f"Le champ « {nom} » est vide : le remplir.")
    if len(propre) > longueur_max:
        raise invalid(f"Le champ « {nom} » dépasse {longueur_max} caractères : le raccourcir.")
    return propre


def optional(saisie: str, nom: str, *, longueur_max: int = 100) -> str | None:
    return text(saisie, nom, longueur_max=longueur_max) or None


def whole(saisie: str, nom: str, *, maximum: int) -> int | None:
    """A whole number; None when left empty. Raises HttpRefusal."""
    propre = saisie.strip()
    if not propre:
        return None
    if not (propre.isascii() and propre.isdigit()) or int(propre[:12]) > maximum:
        raise invalid(f"« {nom} » doit être un nombre entier de 0 à {maximum}.")
    return int(propre)


def day_of(saisie: str, nom: str) -> date | None:
    """A day as ``<input type=date>`` sends it; None when left empty. Raises HttpRefusal."""
    if not saisie.strip():
        return None
    try:
        return date.fromisoformat(saisie.strip())
    except ValueError as erreur:
        raise invalid(f"La date « {nom} » est invalide : l'écrire 31/12/2025.") from erreur


def start_of(jour: date | None) -> datetime | None:
    """The first instant of a day, in France."""
    return None if jour is None else datetime.combine(jour, time.min, PARIS)


def end_of(jour: date | None) -> datetime | None:
    """The first instant of the day after, in France."""
    return start_of(None if jour is None else jour + timedelta(days=1))


def codes_of(domain: str, app: Ports) -> dict[int, str]:
    """Number of a dossier → the code that people know."""
    return {d.dossier: d.code_ibs for d in app.dossiers.lister(domain)}
