"""The steps of an import as its timeline shows them: what is over, under way, still to come, or never reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ecritures.imports.etapes import CONTROLE, ETAPES, RECUPERATION, EtapeFaite
from ecritures.imports.ports import Demande
from ecritures.imports.state import State

RECEPTION, ATTENTE = "reception", "attente"
FAITE, EN_COURS, A_VENIR, ECHEC, OMISE = "faite", "en_cours", "a_venir", "echec", "omise"


@dataclass(frozen=True)
class Jalon:
    """``part``: of the longest step, in hundredths."""

    nom: str
    etat: str
    debut: datetime | None = None
    duree_s: float | None = None
    part: int = 0


def timeline(demande: Demande, faites: Sequence[EtapeFaite]) -> list[Jalon]:
    connues = {faite.nom: faite for faite in faites}
    premiere = min((f.debut for f in faites), default=None)
    attente_s = None if premiere is None else max(0.0, (premiere - demande.creation).total_seconds())
    longueurs = [f.duree_s for f in faites] + ([attente_s] if attente_s is not None else [])
    plus = max(longueurs, default=0.0) or 1.0
    en_attente = demande.state is State.EN_ATTENTE
    attente = EN_COURS if en_attente else FAITE if attente_s is not None or not demande.state.est_final else OMISE
    jalons = [
        Jalon(RECEPTION, FAITE, demande.creation),
        Jalon(ATTENTE, attente, demande.creation, attente_s, _part(attente_s, plus)),
    ]
    fautive = _failed(demande, connues)
    courante = None if demande.state is not State.EN_COURS else next((e for e in ETAPES if e not in connues), None)
    for nom in ETAPES:
        faite = connues.get(nom)
        if faite is not None:
            etat = ECHEC if nom == fautive else FAITE
            jalons.append(Jalon(nom, etat, faite.debut, faite.duree_s, _part(faite.duree_s, plus)))
        else:
            reste = OMISE if demande.state.est_final else A_VENIR
            jalons.append(Jalon(nom, ECHEC if nom == fautive else EN_COURS if nom == courante else reste))
    return jalons


def total_s(demande: Demande, faites: Sequence[EtapeFaite]) -> float | None:
    """From the demand to the end of the last step; None while it runs."""
    if not demande.state.est_final or not faites:
        return None
    return max(0.0, (max(f.fin for f in faites) - demande.creation).total_seconds())


def _part(duree_s: float | None, plus: float) -> int:
    return 0 if duree_s is None else round(100 * duree_s / plus)


def _failed(demande: Demande, connues: dict[str, EtapeFaite]) -> str | None:
    """The step that ended an import in error: the check when there are findings, else the last one begun."""
    if demande.state is not State.EN_ERREUR or demande.annulation is not None:
        return None
    if (demande.compte_rendu or {}).get("constats", {}).get("total"):
        return CONTROLE
    return next((nom for nom in reversed(ETAPES) if nom in connues), RECUPERATION)
