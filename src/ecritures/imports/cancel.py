"""Cancel: takes back exactly what one import posted. Its request, original, findings and receipt stay.

The books say first whether an import is cancelled: their receipt is the truth. A run cut between the books and the
register is finished by the next one. What each state and each race gives is written in docs/annulation.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecritures import __version__
from ecritures.domain.errors import AnnulationRefusee, ImportInconnu
from ecritures.imports.ports import Demande, Ports
from ecritures.imports.state import State
from ecritures.ledger.annulation import Apercu, Blocage
from ecritures.ledger.recu import Recu

AVANT_INTEGRATION = "L'import a été annulé avant son intégration : rien n'a été écrit dans les livres."
HISTORIQUE_ANNULE = 50
"""Code of a cancelled import in the history (loop-api 19-39); its public status stays 3, or 4 when it was still waiting."""

_EN_COURS = Blocage("import.en_cours", "Il est en cours d'intégration : attendre sa fin.")
_RIEN = Blocage("import.sans_ecritures", "Il s'est terminé en erreur : aucune de ses écritures n'est dans les livres.")
_DEJA = Blocage("import.deja_annule", "Il est déjà annulé.")


@dataclass(frozen=True)
class Annulation:
    """What became of a request to cancel. ``recu`` None: it was still waiting and will not be integrated."""

    demande: Demande
    recu: Recu | None
    deja_annule: bool


@dataclass(frozen=True, eq=False)
class ApercuAnnulation:
    """``apercu`` None: no entry of it is in the books. ``blocages`` empty: a cancel would be accepted now."""

    demande: Demande
    apercu: Apercu | None
    blocages: Sequence[Blocage]


def preview(import_id: str, app: Ports) -> ApercuAnnulation:
    """What a cancel would take back and what would forbid it. Nothing is kept. Raises ImportInconnu."""
    demande = _read(import_id, app)
    if demande.annulation is not None:
        return ApercuAnnulation(demande, None, [_DEJA])
    if demande.state is State.EN_ATTENTE:
        return ApercuAnnulation(demande, None, [])
    if demande.state is State.EN_COURS:
        return ApercuAnnulation(demande, None, [_EN_COURS])
    apercu = app.livres.apercu_annulation(demande.dossier, demande.id)
    if apercu is None:
        pose = app.livres.recu(demande.dossier, demande.id) is not None
        return ApercuAnnulation(demande, None, [_DEJA if pose else _RIEN])
    return ApercuAnnulation(demande, apercu, apercu.blocages)


def cancel(import_id: str, par: str, app: Ports) -> Annulation:
    """Takes the import back. ``par``: public part of a key, identifiant of a person, or ``systeme``. Safe to run again.

    Raises ImportInconnu; AnnulationRefusee with every reason, and then nothing was touched.
    """
    demande = _read(import_id, app)
    if demande.state is State.EN_ATTENTE and app.demandes.annuler_en_attente(demande.id, AVANT_INTEGRATION, par):
        _trace(demande, par, app)
        return Annulation(_read(import_id, app), None, deja_annule=False)
    demande = _read(import_id, app)  # a worker may have taken it in between
    if not demande.state.est_final:
        raise AnnulationRefusee(demande.id, [_EN_COURS.motif])
    if app.livres.recu(demande.dossier, demande.id) is None:
        if demande.annulation is not None:
            return Annulation(demande, None, deja_annule=True)
        raise AnnulationRefusee(demande.id, [_RIEN.motif])
    recu, nouvelle = app.livres.annuler(demande.dossier, demande.id, {"par": par, "programme": __version__})
    notee = app.demandes.noter_annulation(demande.id, str(recu.contenu["par"]))
    if notee:
        _trace(demande, str(recu.contenu["par"]), app)
    return Annulation(_read(import_id, app), recu, deja_annule=not nouvelle)


def _read(import_id: str, app: Ports) -> Demande:
    demande = app.demandes.lire(import_id)
    if demande is None:
        raise ImportInconnu(import_id)
    return demande


def _trace(demande: Demande, par: str, app: Ports) -> None:
    app.audit.noter(demande.domain, par, "import.annulation", objet=demande.id, dossier=demande.dossier)
