"""Custom models as people make them: proposed from a sample, tried on files, kept for the firm. What screens and commands share.

A sample is never kept: it comes with each trial and goes with its answer. Saving takes the text of the model alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ecritures.domain.contexte import Contexte
from ecritures.domain.errors import ModeleInconnu, ModeleInvalide
from ecritures.domain.lot import OptionsLecture
from ecritures.domain.modele import NOM_MAX, FormatModele, Modele
from ecritures.formats.perso.brouillon import choisir
from ecritures.formats.perso.infer import inferer
from ecritures.formats.perso.modele_ecrit import ecrire_modele
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.imports.check import Examen, check
from ecritures.imports.ports import ModeleEnregistre, Ports
from ecritures.imports.read import read

ECHANTILLON_OCTETS_MAX = 8 << 20
"""A sample travels with each trial: eight megabytes are a hundred thousand lines, and a second of reading."""
MONTREES_MAX = 12
LIGNES_MONTREES_MAX = 60
CONSTATS_MAX = 200
"""Findings laid out by a trial; all of them are counted."""


@dataclass(frozen=True)
class EcritureLue:
    """An entry as the model reads it: its lines, their totals in centimes."""

    numero: int
    lignes: tuple[Mapping[str, Any], ...]
    debit_centimes: int
    credit_centimes: int
    omises: int  # lines not shown

    @property
    def ecart_centimes(self) -> int:
        return self.debit_centimes - self.credit_centimes


@dataclass(frozen=True, eq=False)
class Essai:
    """A file read by a model: what was found, and its first entries."""

    examen: Examen
    ecritures: tuple[EcritureLue, ...]
    desequilibrees: int

    @property
    def omises(self) -> int:
        return 0 if self.examen.lot is None else self.examen.lot.nombre_ecritures - len(self.ecritures)


def proposer(octets: bytes, nom_fichier: str) -> str:
    """The text of a model for that file, its questions inside. A text that nothing cuts begins a fixed-width model.
    Raises ModeleInvalide when the bytes cannot be examined at all."""
    nom = model_name(nom_fichier)
    try:
        return inferer(octets, nom).toml()
    except ModeleInvalide as refus:
        if refus.cle != "fichier.separateur":
            raise
    return empty_model(nom, FormatModele.FIXE)


def model_name(nom_fichier: str) -> str:
    """A name for the model of that file: its own, without what follows the last dot."""
    racine = nom_fichier.rpartition(".")[0] or nom_fichier
    return " ".join("".join(c for c in racine if c.isprintable())[:NOM_MAX].split()) or "modèle"


def empty_model(nom: str, format_: FormatModele) -> str:
    """The text to begin with when nothing can be proposed: everything is a question."""
    modele = Modele(nom=nom, format=format_, entete=format_ is not FormatModele.FIXE)
    return ecrire_modele(modele, {}, _QUESTIONS)


_QUESTIONS = {
    "colonnes.date": "quelle colonne porte la date ?",
    "colonnes.compte": "quelle colonne porte le compte ?",
    "constantes.journal": "une colonne le donne-t-elle, ou est-il le même pour tout le fichier ?",
    "nombres.decimale": "« , » ou « . » ?",
    "dates.formes": "comment les dates sont-elles écrites ?",
    "montants.convention": "deux colonnes, un montant signé, ou un montant et un sens ?",
    "ecritures.groupement": "quelles lignes font une même écriture ?",
}


def essayer(octets: bytes, nom_fichier: str, modele: Modele, contexte: Contexte | None = None) -> Essai:
    """The file as its import would read and check it. ``contexte``: of a dossier, whose exercices and accounts then count."""
    lecture = read(octets, "perso", OptionsLecture(nom_fichier=nom_fichier or None, modele=modele))
    examen = check(lecture, contexte or Contexte(), CONSTATS_MAX)
    if examen.lot is None:
        return Essai(examen, (), 0)
    lignes = examen.lot.lignes
    soldes = lignes.group_by("ecriture", maintain_order=True).agg(
        pl.sum("debit_centimes"), pl.sum("credit_centimes"), nombre=pl.len()
    )
    desequilibrees = soldes.filter(pl.col("debit_centimes") != pl.col("credit_centimes")).height
    return Essai(examen, _premieres(lignes, soldes.sort("ecriture")), desequilibrees)


def _premieres(lignes: pl.DataFrame, soldes: pl.DataFrame) -> tuple[EcritureLue, ...]:
    vues: list[EcritureLue] = []
    place = LIGNES_MONTREES_MAX
    for solde in soldes.head(MONTREES_MAX).iter_rows(named=True):
        siennes = lignes.filter(pl.col("ecriture") == solde["ecriture"]).head(place)
        if siennes.is_empty():
            break
        place -= siennes.height
        vues.append(
            EcritureLue(
                solde["ecriture"],
                tuple(siennes.iter_rows(named=True)),
                solde["debit_centimes"],
                solde["credit_centimes"],
                solde["nombre"] - siennes.height,
            )
        )
    return tuple(vues)


def save(domain: str, acteur: str, texte: str, app: Ports, *, ancien: str = "") -> ModeleEnregistre:
    """Keeps the model under its own name. ``ancien``: the saved one that it takes the place of, renamed when the names
    differ. Raises ModeleInvalide, ModeleExistant, ModeleInconnu."""
    modele = lire_modele(texte)
    if ancien:
        garde = app.modeles.modifier(domain, ancien, modele.nom, texte)
    else:
        garde = app.modeles.enregistrer(domain, modele.nom, texte)
    details = {"ancien": ancien} if ancien and ancien != garde.nom else None
    app.audit.noter(
        domain, acteur, f"modele.{'modification' if ancien else 'creation'}", objet=garde.nom, details=details
    )
    return garde


def rename(domain: str, acteur: str, ancien: str, nom: str, app: Ports) -> ModeleEnregistre:
    """Raises ModeleInconnu, ModeleExistant, ModeleInvalide."""
    garde = find(domain, ancien, app)
    return save(domain, acteur, choisir(garde.texte, {"nom": nom}), app, ancien=garde.nom)


def remove(domain: str, acteur: str, nom: str, app: Ports) -> None:
    """Imports already asked for keep the text that they were asked with. Raises ModeleInconnu."""
    garde = find(domain, nom, app)
    if not app.modeles.retirer(domain, garde.nom):
        raise ModeleInconnu(nom[:NOM_MAX])
    app.audit.noter(domain, acteur, "modele.retrait", objet=garde.nom)


def find(domain: str, nom: str, app: Ports) -> ModeleEnregistre:
    """Raises ModeleInconnu, for another firm's model too."""
    garde = app.modeles.trouver(domain, nom)
    if garde is None:
        raise ModeleInconnu(nom[:NOM_MAX])
    return garde
