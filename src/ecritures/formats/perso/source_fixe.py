"""A fixed-width file under a model: each field by its first column (from 1) and its width, in characters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.domain.modele import Modele
from ecritures.formats import lines
from ecritures.formats.perso import regles
from ecritures.formats.perso.tableau import Inadapte, Source, Tableau, ecarter, exiger_des_lignes
from ecritures.formats.perso.texte import ouvrir, toutes_les_lignes


def lire(octets: bytes, modele: Modele, encodage: str | None, constats: Collecteur) -> Tableau:
    """The rows of a fixed-width file. Raises Inadapte."""
    texte = ouvrir(octets, encodage, modele, constats)
    lues = toutes_les_lignes(texte, constats).slice(modele.lignes_a_sauter)
    zones: dict[str, tuple[int, int]] = {}
    sources: dict[str, Source] = {}
    for champ, colonne in modele.colonnes.items():
        assert colonne.debut is not None and colonne.largeur is not None, "a model gives both, or is refused"
        zone = f"{champ} (colonnes {colonne.debut} à {colonne.debut + colonne.largeur - 1})"
        zones[zone] = (colonne.debut, colonne.largeur)
        sources[champ] = Source(zone, champ)
    cadre = lues.with_columns(
        pl.col("ligne").str.slice(debut - 1, largeur).alias(champ)
        for champ, (debut, largeur) in zip(sources, zones.values(), strict=True)
    )
    cadre = ecarter(cadre, ["ligne"], sources, modele, constats)
    exiger_des_lignes(cadre, lues.height, modele, constats)
    cadre = _largeurs(cadre, zones, modele, constats)
    return Tableau(
        cadre.drop("ligne"), sources, texte.detection, SituationFixe(texte, zones), ignorees=lues.height - cadre.height
    )


def _largeurs(
    cadre: pl.DataFrame, zones: Mapping[str, tuple[int, int]], modele: Modele, constats: Collecteur
) -> pl.DataFrame:
    """Lines that reach the last zone at least: blanks at the end of a line may be missing, a whole zone may not."""
    derniere = max(debut for debut, _ in zones.values())
    longueurs = cadre.with_columns(nombre=pl.col("ligne").str.len_chars())
    courtes = longueurs.filter(pl.col("nombre") < derniere)
    if courtes.is_empty():
        return cadre
    if 2 * courtes.height > cadre.height:
        premiere = courtes.row(0, named=True)
        constats.signale(
            regles.LARGEUR,
            premiere["numero_ligne"],
            modele=modele.nom,
            attendu=f"des lignes d'au moins {derniere} caractères",
            nombre=courtes.height,
            total=cadre.height,
            trouve=f"{premiere['nombre']} caractères",
        )
        raise Inadapte
    constats.ajoute(
        regles.LIGNE_AUTRE_LARGEUR,
        courtes.select(
            "numero_ligne",
            "nombre",
            unite=pl.lit("caractères"),
            attendu=pl.lit(f"au moins {derniere}"),
            valeur=pl.col("ligne").str.slice(0, 200),
        ),
    )
    return cadre.join(courtes.select("numero_ligne"), on="numero_ligne", how="anti", maintain_order="left")


@dataclass(frozen=True)
class SituationFixe:
    """Where zones stand (:class:`~ecritures.domain.constat.Localisation`)."""

    texte: lines.Texte
    zones: Mapping[str, tuple[int, int]]

    def situer(self, lieux: pl.DataFrame) -> pl.DataFrame:
        debut = pl.col("zone").replace_strict(
            {z: d for z, (d, _) in self.zones.items()}, default=None, return_dtype=pl.UInt32
        )
        large = pl.col("zone").replace_strict(
            {z: w for z, (_, w) in self.zones.items()}, default=None, return_dtype=pl.UInt32
        )
        demandees = lieux["numero_ligne"].drop_nulls().unique()
        lignes = toutes_les_lignes(self.texte).filter(pl.col("numero_ligne").is_in(demandees.implode()))
        return (
            lieux.join(lignes, on="numero_ligne", how="left", maintain_order="left")
            .with_columns(colonne_debut=debut, colonne_fin=debut + large - 1)
            .with_columns(brut=pl.col("ligne").str.slice(pl.col("colonne_debut").cast(pl.Int64) - 1, large))
            .drop("ligne")
        )
