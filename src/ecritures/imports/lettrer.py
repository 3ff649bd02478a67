"""Lettering the books: letter lines of one account and third party, take a lettering off. Each act is chained and traced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ecritures.domain.errors import ExerciceClos, LettrageRefuse, LigneInconnue
from ecritures.imports.ports import Dossier, Ports
from ecritures.ledger.lettrage import CleLigne
from ecritures.ledger.recu import Recu


def letter(
    dossier: Dossier, cles: Sequence[CleLigne], par: str, app: Ports, *, code: str | None = None, partiel: bool = False
) -> Recu:
    """Letters these lines: ``contenu["lettrage"]`` of the receipt is their code. code None: the first one free.

    Raises LigneInconnue, ExerciceClos, LettrageRefuse.
    """
    recu = app.livres.lettrer(dossier.dossier, cles, code, partiel, {"par": par})
    _trace(dossier, par, "lettrage.pose", recu, app)
    return recu


@dataclass(frozen=True)
class Acceptees:
    """What became of accepted proposals. ``refus``: why the others were not lettered (French), one a proposal."""

    recus: tuple[Recu, ...]
    refus: tuple[str, ...]


def accept(dossier: Dossier, propositions: Sequence[Sequence[CleLigne]], par: str, app: Ports) -> Acceptees:
    """Letters each group by itself: books that changed meanwhile refuse one, and leave the others."""
    recus, refuses = [], []
    for cles in propositions:
        try:
            recus.append(letter(dossier, cles, par, app))
        except (LettrageRefuse, LigneInconnue, ExerciceClos) as refus:
            refuses.append(refus.message)
    return Acceptees(tuple(recus), tuple(refuses))


def unletter(
    dossier: Dossier, compte: str, tiers: str | None, code: str, par: str, app: Ports, *, exercice: str | None = None
) -> Recu:
    """Takes that code off the lines of the account and third party, in one exercice when named: codes start again each year.

    Raises LettrageInconnu, ExerciceClos.
    """
    recu = app.livres.delettrer(dossier.dossier, compte, tiers, code, exercice, {"par": par})
    _trace(dossier, par, "lettrage.retrait", recu, app)
    return recu


def _trace(dossier: Dossier, par: str, action: str, recu: Recu, app: Ports) -> None:
    objet = f"{recu.contenu['compte']} {recu.contenu['lettrage']}"
    app.audit.noter(
        dossier.domain, par, action, objet=objet, dossier=dossier.dossier, details={"lignes": recu.contenu["lignes"]}
    )
