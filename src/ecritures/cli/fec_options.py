"""Options of the commands that read a FEC: its profile, its regime, what is accepted, the amounts it must give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ecritures.domain.lot import OptionsLecture

_MONTANT = re.compile(r"(-?)([0-9]{1,13})(?:[.,]([0-9]{1,2}))?")


class ProfilFec(StrEnum):
    STRICT = "strict"
    TOLERANT = "tolerant"


class RegimeFec(StrEnum):
    BIC = "bic"
    COM = "com"
    BAT = "bat"
    BNCT = "bnct"


ProfilOption = Annotated[
    ProfilFec,
    typer.Option(
        "--profil",
        help="FEC : strict (la loi et l'outil de l'administration) ou tolerant (les écarts courants sont réparés et dits).",
        case_sensitive=False,
    ),
]
RegimeOption = Annotated[
    RegimeFec | None,
    typer.Option(
        "--regime",
        help="Régime du FEC : bic (BIC/IS), com (BNC/BA commercial), bat (BA trésorerie), bnct (BNC trésorerie) [défaut : dit par les zones].",
        case_sensitive=False,
        show_default=False,
    ),
]
AccepterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--accepter",
        metavar="ÉCART",
        help="Écart qu'un FEC tolérant demande d'accepter : D-06 (sans en-tête), D-32 (hors de l'exercice du nom). Répétable.",
        show_default=False,
    ),
]
AttenduOption = Annotated[
    list[str] | None,
    typer.Option(
        "--attendu",
        metavar="NOM=MONTANT",
        help="Montant que le FEC doit donner : resultat, chiffre_affaires, debit, credit, ou un début de compte. Répétable.",
        show_default=False,
    ),
]


def lecture_of(profil: ProfilFec, regime: RegimeFec | None, accepter: Sequence[str] | None) -> OptionsLecture:
    """How files are read; the name of each is added later. Raises typer.BadParameter."""
    from ecritures.domain.lot import OptionsLecture, Profil, Regime
    from ecritures.formats.fec.profils import A_DEMANDER

    acceptes = frozenset(ecart.upper() for ecart in accepter or ())
    if inconnus := sorted(acceptes - set(A_DEMANDER)):
        raise typer.BadParameter(f"« {inconnus[0]} » ne s'accepte pas : {', '.join(A_DEMANDER)}.")
    return OptionsLecture(
        profil=Profil(profil.value), regime=Regime(regime.value) if regime else None, accepter=acceptes
    )


def attendus_of(textes: Sequence[str] | None) -> dict[str, int]:
    """``resultat=1234,56`` as centimes by name. Raises typer.BadParameter."""
    from ecritures.checks.attendus import MONTANTS, nom_du_montant

    attendus: dict[str, int] = {}
    for texte in textes or ():
        nom, _, montant = texte.partition("=")
        nom = nom.strip().lower()
        lu = _MONTANT.fullmatch(re.sub(r"\s", "", montant))
        if nom_du_montant(nom) is None or lu is None:
            raise typer.BadParameter(
                f"« {texte} » : écrire NOM=MONTANT, par exemple resultat=1234,56 ; noms : {', '.join(MONTANTS)}, ou un début de compte."
            )
        signe, entier, decimales = lu.groups(default="")
        centimes = int(entier) * 100 + int(decimales.ljust(2, "0"))
        attendus[nom] = -centimes if signe else centimes
    return attendus
