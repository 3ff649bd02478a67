"""Proof, offline: every receipt's chain, every original's hash, every posted line are recomputed from what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from ecritures.domain.errors import OriginalAbsent, OriginalAltere
from ecritures.imports.ports import Dossier, Ports
from ecritures.ledger.annulation import as_posted, letterings_hold
from ecritures.ledger.posting import empreinte_lignes, soldes
from ecritures.ledger.recu import Recu, premiere_rupture

RETIRANTS = {"import": "annulation", "cloture": "reouverture"}
"""What takes back what: receipts that post lines, and the kind of receipt that removes them."""
LETTRAGES = ("lettrage", "delettrage")


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
    retires = {recu.import_id: recu for recu in recus if recu.sorte in RETIRANTS.values()}
    lettrages = [recu for recu in recus if recu.sorte in LETTRAGES]
    for recu in recus:
        for motif in _broken_facts(dossier, recu, retires.get(recu.import_id), lettrages, recus, app):
            return Verification(
                dossier.code_ibs, len(recus), lignes, f"reçu {recu.rang} (import {recu.import_id}) : {motif}"
            )
        if recu.sorte in RETIRANTS and recu.import_id not in retires:
            lignes += int(recu.contenu["lignes"])
    if not app.livres.soldes_exacts(dossier.dossier):
        return Verification(dossier.code_ibs, len(recus), lignes, "les soldes tenus ne sont pas ceux des lignes")
    return Verification(dossier.code_ibs, len(recus), lignes, None)


def _broken_facts(
    dossier: Dossier, recu: Recu, retrait: Recu | None, lettrages: Sequence[Recu], recus: Sequence[Recu], app: Ports
) -> Iterator[str]:
    if recu.sorte in RETIRANTS:
        posees = app.livres.lignes_import(dossier.dossier, recu.import_id)
        yield from _broken_removal(posees) if retrait else _broken_lines(posees, recu, lettrages)
    elif recu.sorte in RETIRANTS.values() and "annule" in recu.contenu:
        yield from _broken_cancel(recu, recus)
    if recu.sorte == "import":
        try:
            app.originaux.lire(recu.contenu["fichier"]["sha256"])
        except (OriginalAbsent, OriginalAltere) as refus:
            yield refus.message


def _broken_removal(posees: pl.DataFrame) -> Iterator[str]:
    if posees.height:
        yield f"{posees.height} lignes dans les livres alors qu'elles en ont été retirées"


def _broken_lines(posees: pl.DataFrame, recu: Recu, lettrages: Sequence[Recu]) -> Iterator[str]:
    """Lines are those that the receipt states, their lettering set aside; and that lettering is what was last done to them."""
    if posees.height != recu.contenu["lignes"]:
        yield f"{posees.height} lignes dans les livres au lieu de {recu.contenu['lignes']}"
    elif not letterings_hold(posees, recu.rang, lettrages):
        yield "le lettrage d'une ligne n'est plus celui de son dernier reçu"
    elif empreinte_lignes(as_posted(posees, recu.rang, lettrages)) != recu.contenu["empreinte_lignes"]:
        yield "une ligne des livres a été modifiée"
    elif int(soldes(posees)["debit_centimes"].sum()) != recu.contenu["debit_centimes"]:
        yield "le total du débit n'est plus celui du reçu"


def _broken_cancel(recu: Recu, recus: Sequence[Recu]) -> Iterator[str]:
    """A cancel names, by rank and hash, an earlier receipt of the same import, and took as much as it had posted."""
    annule = recus[recu.contenu["annule"] - 1] if 0 < recu.contenu["annule"] < recu.rang else None
    if annule is None or RETIRANTS.get(annule.sorte) != recu.sorte or annule.import_id != recu.import_id:
        yield "il ne suit pas ce qu'il dit retirer"
    elif recu.contenu["recu_annule"] != annule.empreinte:
        yield "le reçu retiré n'est pas celui qu'il nomme"
    elif any(recu.contenu[nom] != annule.contenu[nom] for nom in ("lignes", "debit_centimes", "credit_centimes")):
        yield "ce qui a été retiré n'est pas ce qui avait été posé"
