"""Proof, offline: every receipt's chain, every original's hash, every posted line are recomputed from what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ecritures.domain.errors import OriginalAbsent, OriginalAltere
from ecritures.imports.ports import Dossier, Ports
from ecritures.ledger.posting import empreinte_lignes, soldes
from ecritures.ledger.recu import Recu, premiere_rupture


@dataclass(frozen=True)
class Verification:
    """What was found of one dossier. ``rupture``: the first thing that does not hold (French), None when all does."""

    code_ibs: str
    recus: int
    lignes: int
    rupture: str | None


def verify(dossier: Dossier, app: Ports) -> Verification:
    """Recomputes everything the receipts of a dossier state, and the roll-ups from the lines."""
    recus = list(app.livres.recus(dossier.dossier))
    rupture = premiere_rupture(recus)
    if rupture is not None:
        return Verification(
            dossier.code_ibs, len(recus), 0, f"reçu {rupture.rang} (import {rupture.import_id}) : {rupture.motif}"
        )
    lignes = 0
    for recu in recus:
        for motif in _broken_facts(dossier, recu, app):
            return Verification(
                dossier.code_ibs, len(recus), lignes, f"reçu {recu.rang} (import {recu.import_id}) : {motif}"
            )
        lignes += int(recu.contenu["lignes"])
    if not app.livres.soldes_exacts(dossier.dossier):
        return Verification(dossier.code_ibs, len(recus), lignes, "les soldes tenus ne sont pas ceux des lignes")
    return Verification(dossier.code_ibs, len(recus), lignes, None)


def _broken_facts(dossier: Dossier, recu: Recu, app: Ports) -> Iterator[str]:
    posees = app.livres.lignes_import(dossier.dossier, recu.import_id)
    if posees.height != recu.contenu["lignes"]:
        yield f"{posees.height} lignes dans les livres au lieu de {recu.contenu['lignes']}"
    elif empreinte_lignes(posees) != recu.contenu["empreinte_lignes"]:
        yield "une ligne des livres a été modifiée"
    elif int(soldes(posees)["debit_centimes"].sum()) != recu.contenu["debit_centimes"]:
        yield "le total du débit n'est plus celui du reçu"
    try:
        app.originaux.lire(recu.contenu["fichier"]["sha256"])
    except (OriginalAbsent, OriginalAltere) as refus:
        yield refus.message
