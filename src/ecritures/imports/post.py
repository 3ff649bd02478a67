"""Step 5: the checked lot enters the books, all or none. Safe to run again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ecritures import __version__
from ecritures.domain.contexte import Contexte
from ecritures.imports.check import Examen
from ecritures.imports.etapes import COMPTE_RENDU, ECRITURE, Chronometre
from ecritures.imports.ports import Demande, Ports
from ecritures.imports.report import succeeded
from ecritures.imports.state import State
from ecritures.ledger.posting import Plan, empreinte_lignes, plan_posting


def post(demande: Demande, examen: Examen, contexte: Contexte, app: Ports, montre: Chronometre) -> None:
    """Writes lines, roll-ups and receipt in one transaction, then moves the request to TERMINE.

    The receipt is what says that an import is in the books: a run that finds it there writes nothing more and only
    finishes the move. Raises ExerciceClos.
    """
    assert examen.lot is not None and not examen.constats.est_bloquant, "only a lot without errors is posted"
    with montre.etape(ECRITURE):
        plan = plan_posting(examen.lot, contexte)
        with ThreadPoolExecutor(1) as fil:  # the lines are hashed while the database takes them
            empreinte = fil.submit(empreinte_lignes, plan.lignes)
            recu = app.livres.poster(
                demande.dossier, demande.id, plan, lambda: _faits(demande, plan, empreinte.result())
            )
    with montre.etape(COMPTE_RENDU):
        deja = app.demandes.memes_octets(demande.dossier, demande.sha256 or "", sauf=demande.id)
        rendu = {**succeeded(examen.lot, examen.constats, plan, recu, deja), **examen.annexes}
    app.demandes.avancer(
        demande.id,
        State.TERMINE,
        compte_rendu=rendu,
        pieces_a_prendre=not plan.pieces_jointes.is_empty(),
        etapes=montre.prises(),
    )


def _faits(demande: Demande, plan: Plan, empreinte: str) -> dict[str, Any]:
    """What the receipt states. Integers and text only, so that its hash can be recomputed anywhere."""
    return {
        "domain": demande.domain,
        "dossier": demande.code_ibs,
        "fichier": {
            "nom": demande.nom_fichier,
            "format": demande.format,
            "sha256": demande.sha256,
            "taille_octets": demande.taille_octets,
        },
        "programme": __version__,
        "lignes": plan.lignes.height,
        "ecritures": plan.lignes["ecriture"].n_unique(),
        "debit_centimes": plan.debit_centimes,
        "credit_centimes": plan.credit_centimes,
        "empreinte_lignes": empreinte,
        "journaux": plan.totaux.to_dicts(),
    }
