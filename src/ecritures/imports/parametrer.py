"""The settings of a dossier, changed by a person and traced; and the API keys that may touch it."""

from __future__ import annotations

import re
from dataclasses import asdict

from ecritures.domain.errors import DossierInvalide
from ecritures.imports.ports import CleListee, Dossier, Ports, Reglages

_COMPTE = re.compile(r"[0-9A-Za-z]{3,17}")
TIERS_LONGUEUR_MAX = 17


def settings_of(dossier: Dossier) -> Reglages:
    return Reglages(
        dossier.libelle,
        dossier.siren,
        dossier.creations,
        dossier.compte_attente,
        dossier.tiers_attente,
        dossier.doublons,
    )


def change_settings(dossier: Dossier, voulus: Reglages, par: str, app: Ports) -> None:
    """Nothing changed: nothing is written. Raises DossierInvalide."""
    if not voulus.libelle.strip():
        raise DossierInvalide("Le libellé du dossier manque : donner le nom du client.")
    if not _COMPTE.fullmatch(voulus.compte_attente):
        raise DossierInvalide(
            f"Le compte d'attente « {voulus.compte_attente[:20]} » est invalide : de 3 à 17 chiffres ou lettres, comme 471000."
        )
    if voulus.tiers_attente is not None and len(voulus.tiers_attente) > TIERS_LONGUEUR_MAX:
        raise DossierInvalide(f"Le tiers d'attente a plus de {TIERS_LONGUEUR_MAX} caractères : le raccourcir.")
    avant, apres = asdict(settings_of(dossier)), asdict(voulus)
    changes = {nom: apres[nom] for nom in apres if apres[nom] != avant[nom]}
    if not changes:
        return
    app.dossiers.regler(dossier.dossier, voulus)
    if "creations" in changes:
        creations = voulus.creations
        changes["creations"] = {"journaux": creations.journaux, "comptes": creations.comptes, "tiers": creations.tiers}
    app.audit.noter(
        dossier.domain, par, "dossier.reglages", objet=dossier.code_ibs, dossier=dossier.dossier, details=changes
    )


def keys_of(dossier: Dossier, app: Ports) -> list[CleListee]:
    """The API keys of the firm that may touch the dossier and are not revoked."""
    return [
        cle
        for cle in app.cles.lister(dossier.domain)
        if not cle.est_revoquee and (cle.dossiers is None or dossier.dossier in cle.dossiers)
    ]
