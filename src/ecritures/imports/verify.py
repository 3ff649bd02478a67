"""Proof, offline: every receipt's chain, every original's hash, every posted line are recomputed from what is stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from ecritures.domain.errors import OriginalAbsent, OriginalAltere
from ecritures.domain.montant import ESPACE_FINE
from ecritures.imports.ports import Dossier, Ports
from ecritures.ledger.annulation import as_posted, letterings_hold
from ecritures.ledger.posting import empreinte_lignes, soldes
from ecritures.ledger.recu import Recu, empreinte, premiere_rupture

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


@dataclass(frozen=True)
class Preuve:
    """One thing that was recomputed, in words (French). ``rupture``: why it does not hold; None when it does."""

    affirmation: str
    rupture: str | None = None


@dataclass(frozen=True)
class VerificationRecu:
    """The proofs of one import's receipt."""

    recu: Recu
    preuves: tuple[Preuve, ...]

    @property
    def est_exacte(self) -> bool:
        return all(preuve.rupture is None for preuve in self.preuves)


def verify_import(dossier: int, import_id: str, app: Ports) -> VerificationRecu | None:
    """Recomputes what the receipt of that import states: its own hash, the chain that holds it, the original, the lines of
    the books (or that none is left, once cancelled). None: it was not posted."""
    recus = list(app.livres.recus(dossier))
    siens = [recu for recu in recus if recu.import_id == import_id]
    recu = next((r for r in siens if r.sorte == "import"), None)
    if recu is None:
        return None
    retrait = next((r for r in siens if r.sorte == RETIRANTS["import"]), None)
    casse = premiere_rupture(recus)
    chaine = f"Les {_nombre(len(recus))} reçus du dossier se suivent, du premier au dernier, sans trou ni modification."
    preuves = [
        Preuve(
            f"Le contenu du reçu n° {recu.rang} donne de nouveau son empreinte.",
            None if empreinte(recu.contenu) == recu.empreinte else "son contenu a été modifié",
        ),
        Preuve(chaine, None if casse is None else f"au reçu n° {casse.rang}, {casse.motif}"),
        Preuve("Le fichier d'origine est gardé, octet pour octet.", _altered(recu, app)),
        _lines_proof(app.livres.lignes_import(dossier, import_id), recu, retrait, recus),
    ]
    return VerificationRecu(recu, tuple(preuves))


def _nombre(valeur: int) -> str:
    return f"{valeur:,}".replace(",", ESPACE_FINE)


def _altered(recu: Recu, app: Ports) -> str | None:
    try:
        app.originaux.lire(recu.contenu["fichier"]["sha256"])
    except (OriginalAbsent, OriginalAltere) as refus:
        return refus.message
    return None


def _lines_proof(posees: pl.DataFrame, recu: Recu, retrait: Recu | None, recus: Sequence[Recu]) -> Preuve:
    if retrait is not None:
        fautes = [*_broken_removal(posees), *_broken_cancel(retrait, recus)]
        return Preuve(
            f"Ses {_nombre(recu.contenu['lignes'])} lignes ont été retirées par le reçu n° {retrait.rang} : il n'en reste aucune.",
            next(iter(fautes), None),
        )
    lettrages = [r for r in recus if r.sorte in LETTRAGES]
    return Preuve(
        f"Ses {_nombre(recu.contenu['lignes'])} lignes sont dans les livres telles qu'elles y ont été passées.",
        next(_broken_lines(posees, recu, lettrages), None),
    )


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
