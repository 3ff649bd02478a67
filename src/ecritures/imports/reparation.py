"""Repair of the file of an import that was refused: what its findings call for, a trial, and the import of the result.

Everything is drawn again from what is kept (the findings, the original), so that a person chooses steps and nothing else: the
bytes that a trial showed are the bytes that the import takes. The original stays; the two imports name each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from ecritures.domain.constat import CONSTATS
from ecritures.domain.errors import ReparationRefusee
from ecritures.domain.lot import Detection, OptionsLecture
from ecritures.imports.check import Examen, check
from ecritures.imports.ports import Demande, Dossier, NouvelleDemande, Ports
from ecritures.imports.read import read
from ecritures.imports.repair import RecetteInvalide, Reparation, lire, reparer
from ecritures.imports.repairs.propose import REMEDES, VALEURS_LUES_MAX, Proposition, ecrire, propositions
from ecritures.imports.state import State

FORMATS_REPARABLES = tuple(REMEDES)


@dataclass(frozen=True, eq=False)
class Essai:
    """A recipe tried on the original: what it changes, and the findings of the file that results. Nothing is kept."""

    recette: str
    reparation: Reparation
    examen: Examen


def why_not(demande: Demande) -> str | None:
    """Why the file of that import is not to be repaired (French); None when it may be."""
    if not demande.state.est_final:
        return "L'import n'est pas terminé : attendre ses constats."
    if demande.state is State.TERMINE and demande.annulation is None:
        return "Le fichier est dans les livres : annuler cet import avant d'importer le fichier réparé."
    if demande.format not in FORMATS_REPARABLES:
        return "Une recette répare un TRA ou un FEC : corriger ce fichier dans le logiciel d'origine."
    if demande.sha256 is None or demande.compte_rendu is None or "fichier" not in demande.compte_rendu:
        return "Le fichier n'a pas pu être lu : le corriger dans le logiciel d'origine, puis le renvoyer."
    return None


def may_have_proposals(demande: Demande) -> bool:
    """False: ``proposals`` has none. Reads nothing."""
    if why_not(demande) is not None:
        return False
    connues = {regle for remede in REMEDES[demande.format] for regle in remede.regles}
    par_regle = (demande.compte_rendu or {})["constats"]["par_regle"]
    return any(r["id"] in connues or r["code"] in connues for r in par_regle)


def proposals(demande: Demande, app: Ports) -> tuple[Proposition, ...]:
    """What the kept findings of that import call for; the file is not read. Empty when it may not be repaired."""
    if why_not(demande) is not None:
        return ()
    rendu = demande.compte_rendu or {}
    presentes = {r["id"] for r in rendu["constats"]["par_regle"]} | {r["code"] for r in rendu["constats"]["par_regle"]}

    def found(regles: tuple[str, ...]) -> pl.DataFrame:
        cadres = [
            app.livres.constats(demande.dossier, demande.id, code=code, limite=VALEURS_LUES_MAX).select(list(CONSTATS))
            for code in regles
            if code in presentes
        ]
        return pl.concat([pl.DataFrame(schema=CONSTATS), *cadres])

    fichier = rendu["fichier"]
    detection = Detection(fichier["encodage"], fichier["fin_de_ligne"], demande.taille_octets or 0, 0)
    return propositions(demande.format, detection, found)


def try_repair(demande: Demande, choix: Sequence[int], dossier: Dossier, app: Ports) -> Essai:
    """The proposals of those ranks (from 0), tried on the original and checked as an import would. Raises ReparationRefusee."""
    raison = why_not(demande)
    if raison is not None:
        raise ReparationRefusee(raison)
    toutes = proposals(demande, app)
    choisies = [toutes[rang] for rang in sorted(set(choix)) if 0 <= rang < len(toutes)]
    if not choisies:
        raise ReparationRefusee("Aucune étape n'est choisie : cocher au moins une correction.")
    texte = ecrire(demande.nom_fichier, demande.format, choisies)
    options = OptionsLecture(nom_fichier=demande.nom_fichier, profil=app.profil_fec)
    assert demande.sha256 is not None, "what may be repaired has an original"
    octets = app.originaux.lire(demande.sha256)
    try:
        reparation = reparer(octets, read(octets, demande.format, options), lire(texte), options)
    except RecetteInvalide as erreur:
        raise ReparationRefusee(str(erreur)) from erreur
    examen = check(reparation.lecture, app.livres.contexte(dossier), app.limits.constats_max)
    return Essai(texte, reparation, examen)


def import_repaired(
    demande: Demande, choix: Sequence[int], dossier: Dossier, app: Ports, *, origine: str, par: str, import_id: str
) -> Demande:
    """Imports the repaired file as a new import, which names the one it repairs. ``import_id``: chosen when the trial was
    shown, so that a form sent twice makes one import. Raises ReparationRefusee."""
    deja = app.demandes.lire(import_id)
    if deja is not None and deja.repare == demande.id:
        return deja
    if deja is not None:
        raise ReparationRefusee("Cet aperçu a déjà servi : le refaire, puis importer le fichier réparé.")
    essai = try_repair(demande, choix, dossier, app)
    if essai.reparation.corrections.is_empty():
        raise ReparationRefusee("Ces étapes ne changent rien au fichier : il n'y a rien à importer de nouveau.")
    octets = essai.reparation.octets
    sha256, taille_octets = app.originaux.garder(iter([octets]), app.limits.fichier_taille_octets_max)
    nouvelle = NouvelleDemande(
        dossier.domain, dossier.dossier, dossier.code_ibs, demande.format, demande.nom_fichier, origine,
        sha256=sha256, siret=demande.siret, taille_octets=taille_octets,
        options={"recette": essai.recette}, repare=demande.id, demandeur=par, id=import_id,
    )  # fmt: skip
    creee = app.demandes.enregistrer(nouvelle)
    app.audit.noter(
        dossier.domain, par, "import.reparation", objet=creee.id, dossier=dossier.dossier,
        details={"repare": demande.id, "changements": essai.reparation.corrections.height},
    )  # fmt: skip
    return creee
