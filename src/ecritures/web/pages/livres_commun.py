"""What the screens of the books share: the exercice looked at, a period in it, days and cursors as a form sends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from ecritures.api.body import clean
from ecritures.api.refusals import HttpRefusal
from ecritures.api.reglages import PREFIXE_PAGES as PREFIXE
from ecritures.domain.errors import ExerciceInconnu
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.web.rendu import PARIS, render

LIGNES_PAR_PAGE = (100, 500, 2000)
"""The first is what a screen shows; the others are for paper."""
RANG_MAX = 2**31 - 1

CodeExercice = Annotated[str, Query(max_length=30)]
Jour = Annotated[str, Query(max_length=10)]
Curseur = Annotated[str, Query(max_length=500)]
Lignes = Annotated[int, Query(ge=1, le=LIGNES_PAR_PAGE[-1])]


@dataclass(frozen=True)
class Choix:
    """The exercices of a dossier and the one looked at; None when the dossier has none yet. ``remplis``: code → lines."""

    exercices: Sequence[Exercice]
    exercice: Exercice | None
    remplis: Mapping[str, int]

    @property
    def precedent(self) -> Exercice | None:
        """The exercice just before."""
        if self.exercice is None:
            return None
        avant = [e for e in self.exercices if e.fin < self.exercice.debut]
        return avant[-1] if avant else None

    def trouver(self, code: str) -> Exercice:
        """Raises ExerciceInconnu."""
        for exercice in self.exercices:
            if exercice.code == code:
                return exercice
        raise ExerciceInconnu(clean(code)[:30])


def choose(dossier: Dossier, code: str, app: Ports) -> Choix:
    """The exercice of that code; without one, the latest that has lines, else the latest begun. Raises ExerciceInconnu."""
    exercices = app.livres.exercices(dossier.dossier)
    remplis = app.consultation.exercices_mouvementes(dossier.dossier)
    choix = Choix(exercices, None, remplis)
    if code:
        return Choix(exercices, choix.trouver(clean(code)), remplis)
    candidats = [e for e in exercices if e.code in remplis] or list(exercices)
    return Choix(exercices, candidats[-1] if candidats else None, remplis)


def read_day(texte: str, nom: str) -> date | None:
    """A day as ``<input type=date>`` sends it; None when left empty. Raises HttpRefusal."""
    if not texte.strip():
        return None
    try:
        return date.fromisoformat(texte.strip())
    except ValueError as erreur:
        raise HttpRefusal(422, "requete.invalide", f"La date « {nom} » est invalide : l'écrire 31/12/2025.") from erreur


def period(debut: str, fin: str, exercice: Exercice) -> tuple[date, date]:
    """The period asked, kept within the exercice; the whole of it when nothing is asked. Raises HttpRefusal."""
    premier = max(read_day(debut, "Du") or exercice.debut, exercice.debut)
    dernier = min(read_day(fin, "Au") or exercice.fin, exercice.fin)
    if premier > dernier:
        raise HttpRefusal(
            422,
            "requete.invalide",
            f"La période est vide : choisir deux jours dans l'ordre, entre le {exercice.debut:%d/%m/%Y} et le {exercice.fin:%d/%m/%Y}.",
        )
    return premier, dernier


def render_books(request: Request, modele: str, /, **valeurs: Any) -> HTMLResponse:
    """A screen of the books: its paper says the day on which it was made."""
    return render(request, modele, edition=datetime.now(PARIS), **valeurs)


def address(dossier: Dossier, page: str = "", /, **parametres: Any) -> str:
    """The address of a page of the dossier. Parameters that are None or empty are left out; a code in ``page`` is to be
    quoted by the caller (``quoted``)."""
    suite = {nom: _as_text(v) for nom, v in parametres.items() if v is not None and v != ""}
    chemin = f"{PREFIXE}/dossiers/{quote(dossier.code_ibs, safe='')}" + (f"/{page}" if page else "")
    return f"{chemin}?{urlencode(suite)}" if suite else chemin


def quoted(code: str) -> str:
    """A code as one segment of an address."""
    return quote(code, safe="")


def _as_text(valeur: Any) -> str:
    return valeur.isoformat() if isinstance(valeur, date) else str(valeur)
