"""A new dossier and its first exercice, both or neither as far as what is typed allows."""

from __future__ import annotations

from ecritures.domain.contexte import Creations
from ecritures.domain.errors import DossierInvalide, ExerciceInvalide
from ecritures.imports.ports import Dossier, Exercice, Ports

EXERCICE_JOURS_MAX = 731
"""Two years: a first exercice may be long (24 months at most in practice); more is a date mistyped."""


def ouvrir_dossier(
    domain: str,
    acteur: str,
    code_ibs: str,
    libelle: str,
    siren: str | None,
    exercice: Exercice,
    creations: Creations,
    doublons: str,
    app: Ports,
) -> Dossier:
    """What is typed is checked before anything is written. Raises DossierInvalide, DossierExistant, ExerciceInvalide."""
    if not libelle.strip():
        raise DossierInvalide("Le libellé du dossier manque : donner le nom du client.")
    if not exercice.code.strip() or len(exercice.code) > 20:
        raise ExerciceInvalide("Le code de l'exercice doit avoir de 1 à 20 caractères.")
    if exercice.fin < exercice.debut:
        raise ExerciceInvalide(f"L'exercice {exercice.code} finit avant de commencer : corriger ses dates.")
    if (exercice.fin - exercice.debut).days > EXERCICE_JOURS_MAX:
        raise ExerciceInvalide(f"L'exercice {exercice.code} dure plus de 24 mois : corriger ses dates.")
    dossier = app.dossiers.creer(domain, code_ibs.strip(), libelle.strip(), siren, creations)
    app.audit.noter(domain, acteur, "dossier.creation", objet=dossier.code_ibs, dossier=dossier.dossier)
    app.livres.creer_exercice(dossier.dossier, exercice)
    if doublons != dossier.doublons:
        app.dossiers.regler_doublons(dossier.dossier, doublons)
    return dossier
