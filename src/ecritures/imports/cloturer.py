"""Closing, reopening and validating an exercice. Each act is chained in the books and traced."""

from __future__ import annotations

from datetime import date

from ecritures.domain.errors import ClotureRefusee
from ecritures.imports.ports import Dossier, Ports
from ecritures.ledger.recu import Recu


def close(dossier: Dossier, code: str, par: str, app: Ports) -> Recu:
    """Closes an exercice; ``contenu["a_nouveaux"]`` of the receipt says what became of them.

    Raises ExerciceInconnu, ClotureRefusee (closed already, earlier one open, imports waiting), PeriodeValidee. An import
    that arrives after this look is refused by the books themselves.
    """
    attente = app.demandes.en_cours(dossier.dossier)
    if attente:
        raise ClotureRefusee(
            f"L'exercice {code} ne peut pas être clos : {attente} import{'s' if attente > 1 else ''} du dossier "
            f"{'attendent' if attente > 1 else 'attend'} encore son intégration, le laisser finir ou l'annuler."
        )
    recu = app.livres.clore(dossier.dossier, code, {"par": par})
    _trace(dossier, code, par, "exercice.cloture", app)
    return recu


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
