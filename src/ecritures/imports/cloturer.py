"""Closing, reopening and validating an exercice. Each act is chained in the books and traced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ecritures.domain.errors import ClotureRefusee, ExerciceInvalide
from ecritures.imports.actes import ApercuCloture
from ecritures.imports.ouverture import EXERCICE_JOURS_MAX
from ecritures.imports.ports import Dossier, Exercice, Ports
from ecritures.ledger.recu import Recu


def close(dossier: Dossier, code: str, par: str, app: Ports) -> Recu:
    """Closes an exercice; ``contenu["a_nouveaux"]`` of the receipt says what became of them.

    Raises ExerciceInconnu, ClotureRefusee (closed already, earlier one open, imports waiting), PeriodeValidee. An import
    that arrives after this look is refused by the books themselves.
    """
    if attente := _waiting(dossier, code, app):
        raise ClotureRefusee(attente)
    recu = app.livres.clore(dossier.dossier, code, {"par": par})
    _trace(dossier, code, par, "exercice.cloture", app)
    return recu


def preview(dossier: Dossier, code: str, app: Ports) -> ApercuCloture:
    """What ``close`` would do now, with all that forbids it. Raises ExerciceInconnu."""
    apercu = app.actes.apercu_cloture(dossier.dossier, code)
    attente = _waiting(dossier, code, app)
    return replace(apercu, blocages=(*apercu.blocages, attente)) if attente else apercu


def _waiting(dossier: Dossier, code: str, app: Ports) -> str:
    """Why imports under way forbid a closing; empty when there is none."""
    attente = app.demandes.en_cours(dossier.dossier)
    if not attente:
        return ""
    return (
        f"L'exercice {code} ne peut pas être clos : {attente} import{'s' if attente > 1 else ''} du dossier "
        f"{'attendent' if attente > 1 else 'attend'} encore son intégration, le laisser finir ou l'annuler."
    )


def open_exercice(dossier: Dossier, exercice: Exercice, par: str, app: Ports) -> None:
    """A new exercice of the dossier. Raises ExerciceInvalide, ExerciceExistant."""
    if not exercice.code.strip() or len(exercice.code) > 20:
        raise ExerciceInvalide("Le code de l'exercice doit avoir de 1 à 20 caractères.")
    if exercice.fin < exercice.debut:
        raise ExerciceInvalide(f"L'exercice {exercice.code} finit avant de commencer : corriger ses dates.")
    if (exercice.fin - exercice.debut).days > EXERCICE_JOURS_MAX:
        raise ExerciceInvalide(f"L'exercice {exercice.code} dure plus de 24 mois : corriger ses dates.")
    app.livres.creer_exercice(dossier.dossier, exercice)
    _trace(dossier, exercice.code, par, "exercice.creation", app)


def reopen(dossier: Dossier, code: str, par: str, app: Ports) -> Recu:
    """Opens a closed exercice again; the à-nouveaux of its closing are taken back. Raises ExerciceInconnu, ClotureRefusee."""
    recu = app.livres.rouvrir(dossier.dossier, code, {"par": par})
    _trace(dossier, code, par, "exercice.reouverture", app)
    return recu


def validate(dossier: Dossier, code: str, jusqu_a: date, par: str, app: Ports) -> Recu:
    """Validates the entries of an exercice up to that day, for good. Raises ExerciceInconnu, ExerciceClos, ClotureRefusee."""
    recu = app.livres.valider(dossier.dossier, code, jusqu_a, {"par": par})
    _trace(dossier, code, par, "exercice.validation", app)
    return recu


def _trace(dossier: Dossier, code: str, par: str, action: str, app: Ports) -> None:
    app.audit.noter(dossier.domain, par, action, objet=code, dossier=dossier.dossier)
