"""Reads a custom file under a declared model: bytes become a :class:`~ecritures.domain.lot.Lot` and findings.

The way: the source (CSV, fixed width, sheet) gives a table of texts with its line numbers; the model's notations type it;
lines are grouped into entries. A model that does not fit is one finding, and nothing is read.
"""

from __future__ import annotations

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.domain.errors import ModeleInvalide
from ecritures.domain.lot import COMPTES, JOURNAUX, LIGNES, TIERS, Lecture, Lot, OptionsLecture, Schema
from ecritures.domain.modele import Modele
from ecritures.formats.perso import regles
from ecritures.formats.perso.ecritures import MOTS, completer, grouper, ventiler
from ecritures.formats.perso.lignes import Lignes
from ecritures.formats.perso.modele_toml import verifier
from ecritures.formats.perso.tableau import Inadapte, Tableau, lire_source

_DE_DOMAINE = {"debit": "debit_centimes", "credit": "credit_centimes"}


def ressemble(debut: bytes, nom: str | None) -> bool:
    """Never: a custom file is read by a model that someone chose, not by what it looks like."""
    return False


def read(octets: bytes, options: OptionsLecture) -> Lecture:
    """The entries of a custom file and everything its reading found. Never raises, whatever the bytes.

    ``lot`` is None without a model, or when the model does not fit the file: then one finding says what was expected.
    """
    constats = Collecteur()
    modele = options.modele
    if modele is None:
        constats.signale(regles.SANS_MODELE)
        return Lecture(None, constats.releves())
    try:
        verifier(modele)
    except ModeleInvalide as refus:
        constats.signale(regles.INVALIDE, None, motif=refus.message)
        return Lecture(None, constats.releves())
    try:
        tableau = lire_source(octets, modele, options.encodage, constats)
        lues = Lignes(tableau, modele, constats).lire()
    except Inadapte:
        return Lecture(None, constats.releves())
    lot = _lot(lues, tableau, modele, options)
    return Lecture(lot, constats.releves(), tableau.detection)


def _lot(lues: pl.DataFrame, tableau: Tableau, modele: Modele, options: OptionsLecture) -> Lot:
    groupees = completer(grouper(lues, modele.groupement), modele)
    ventilations = ventiler(groupees)
    presentes = set(groupees.columns)
    manquantes = [pl.lit(None, t).alias(c) for c, t in LIGNES.items() if c not in presentes]
    lignes = (
        groupees.with_columns(manquantes)
        .with_columns(pl.col("journal", "compte").fill_null(""), genre=pl.lit(""), type_ecriture=pl.lit("N"))
        .select(pl.col(c).cast(t) for c, t in LIGNES.items())
    )
    journaux, comptes, tiers = _annexes(lignes)
    return Lot(
        format="perso",
        detection=tableau.detection,
        lignes=lignes,
        entete={"modele": modele.nom},
        regroupement=MOTS[modele.groupement],
        nom_fichier=options.nom_fichier,
        zones=_zones(tableau, modele),
        localisation=tableau.localisation,
        ventilations=ventilations,
        journaux=journaux,
        comptes=comptes,
        tiers=tiers,
    )


def _zones(tableau: Tableau, modele: Modele) -> dict[str, str]:
    """Domain field -> the zone of this file that holds it."""
    zones = {_DE_DOMAINE.get(champ, champ): source.zone for champ, source in tableau.sources.items()}
    if "montant" in zones:
        zones |= dict.fromkeys(("debit_centimes", "credit_centimes"), zones["montant"])
    return {champ: zone for champ, zone in zones.items() if champ in LIGNES}


def _annexes(lignes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Journaux, comptes and tiers as the lines name them: first line, first label."""

    def premiers(code: str, libelle: str, nom: str, schema: Schema, *autres: pl.Expr) -> pl.DataFrame:
        groupes = (
            lignes.group_by(pl.col(code).alias(nom))
            .agg(pl.first("numero_ligne"), pl.col(libelle).first(ignore_nulls=True).alias("libelle"), *autres)
            .filter(pl.col(nom).fill_null("") != "")
            .sort("numero_ligne", nom)
        )
        absentes = [pl.lit(None, t).alias(c) for c, t in schema.items() if c not in groupes.columns]
        return groupes.with_columns(absentes).select(list(schema))

    return (
        premiers("journal", "journal_libelle", "code", JOURNAUX),
        premiers("compte", "compte_libelle", "numero", COMPTES),
        premiers("tiers", "tiers_libelle", "code", TIERS, pl.first("compte").alias("collectif")),
    )
