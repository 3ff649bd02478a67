"""TRA: accounts against the lengths that the file declares (PS2), auxiliary codes against their form, matching kept or not.

Importers pad or cut accounts to their length and put auxiliary codes in capitals: said here, done when posting.
"""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

TRA = frozenset({"tra"})
_SOURCE = "Format TRA, conventions de valeurs : les importateurs complètent ou coupent les comptes à la longueur de PS2"


def _formes(lot: Lot, champ: str) -> pl.LazyFrame | None:
    """Codes used by the lines: ``ecrit``, ``forme`` once normalised, first line, number of lines."""
    longueurs = lot.longueurs
    applicable = longueurs.compte is not None if champ == "compte" else longueurs.change_les_tiers
    if not applicable or lot.lignes.is_empty():
        return None
    normaliser = longueurs.normaliser_compte if champ == "compte" else longueurs.normaliser_tiers
    return (
        lot.lignes.lazy()
        .filter(pl.col(champ).is_not_null() & (pl.col(champ) != ""))
        .group_by(ecrit=pl.col(champ))
        .agg(pl.min("numero_ligne"), nombre=pl.len())
        .with_columns(forme=normaliser(pl.col("ecrit")), champ=pl.lit(champ))
    )


def _longueur(lot: Lot, champ: str) -> int | None:
    declaree = lot.longueurs.compte if champ == "compte" else lot.longueurs.tiers
    return declaree[0] if declaree else None


def _allonges(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    """One finding for the file, on its first short account."""
    cadres = []
    for champ in ("compte", "tiers"):
        formes, longueur = _formes(lot, champ), _longueur(lot, champ)
        if formes is not None and longueur is not None:
            courts = formes.filter(pl.col("ecrit").str.len_chars() < longueur).sort("numero_ligne")
            cadres.append(
                courts.select(
                    pl.first("numero_ligne", "champ", "ecrit", "forme"), nombre=pl.len(), longueur=pl.lit(longueur)
                ).filter(pl.col("nombre") > 0)
            )
    return pl.concat(cadres) if cadres else None


ALLONGES = Check(
    id="tra.comptes_allonges",
    severity=Severity.INFO,
    titre="Comptes plus courts que la longueur déclarée",
    message="{nombre} code(s) ont moins de {longueur} caractères ; ils sont complétés, {ecrit} devenant {forme}.",
    remede="Aucune action nécessaire : l'importateur fait de même.",
    source=_SOURCE,
    formats=TRA,
    rule=_allonges,
)


def _coupes(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    cadres = []
    for champ in ("compte", "tiers"):
        formes, longueur = _formes(lot, champ), _longueur(lot, champ)
        if formes is not None and longueur is not None:
            longs = formes.filter(pl.col("ecrit").str.len_chars() > longueur)
            cadres.append(longs.with_columns(longueur=pl.lit(longueur), valeur="ecrit").sort("numero_ligne"))
    return pl.concat(cadres) if cadres else None


COUPES = Check(
    id="tra.compte_coupe",
    severity=Severity.WARNING,
    titre="Compte plus long que la longueur déclarée",
    message="Le code {ecrit} a plus de {longueur} caractères, la longueur du dossier (PS2) : il est coupé en {forme} ({nombre} ligne(s)).",
    remede="Corriger la longueur des comptes du dossier, ou ce code.",
    source=_SOURCE,
    formats=TRA,
    rule=_coupes,
)


def _confondus(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    """Different codes that become the same once cut: their lines would be mixed in the books."""
    cadres = []
    for champ in ("compte", "tiers"):
        formes, longueur = _formes(lot, champ), _longueur(lot, champ)
        if formes is not None and longueur is not None:
            cadres.append(
                formes.group_by("forme", "champ")
                .agg(
                    pl.min("numero_ligne"),
                    codes=pl.col("ecrit").sort(),
                    coupe=(pl.col("ecrit").str.len_chars() > longueur).any(),
                )
                .filter("coupe", pl.col("codes").list.len() > 1)
                .select("numero_ligne", "champ", "forme", "codes")
                .sort("numero_ligne")
            )
    return pl.concat(cadres) if cadres else None


CONFONDUS = Check(
    id="tra.comptes_confondus",
    severity=Severity.ERROR,
    titre="Comptes confondus par leur longueur",
    message="Les codes {codes} deviendraient le même, {forme}, une fois coupés à la longueur du dossier (PS2).",
    remede="Augmenter la longueur des comptes du dossier, ou corriger ces codes.",
    source=_SOURCE,
    formats=TRA,
    rule=_confondus,
)


def _minuscules(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    """One finding for the file."""
    if not lot.longueurs.auxiliaires_en_capitales or lot.lignes["tiers"].null_count() == lot.lignes.height:
        return None
    capitales = pl.col("ecrit").str.to_uppercase().str.replace_all("'", "0", literal=True)
    return (
        lot.lignes.lazy()
        .filter(pl.col("tiers").is_not_null())
        .group_by(ecrit=pl.col("tiers"))
        .agg(pl.min("numero_ligne"))
        .with_columns(forme=capitales)
        .filter(pl.col("ecrit") != pl.col("forme"))
        .sort("numero_ligne")
        .select(pl.first("numero_ligne", "ecrit", "forme"), nombre=pl.len(), champ=pl.lit("tiers"))
        .filter(pl.col("nombre") > 0)
    )


MINUSCULES = Check(
    id="tra.auxiliaires_en_capitales",
    severity=Severity.INFO,
    titre="Codes auxiliaires mis en capitales",
    message="{nombre} code(s) auxiliaires sont mis en capitales, une apostrophe devenant 0 : {ecrit} devient {forme}.",
    remede="Aucune action nécessaire : l'importateur fait de même.",
    source="Format TRA, conventions de valeurs : comptes auxiliaires",
    formats=TRA,
    rule=_minuscules,
)


def _lettrage_ignore(lot: Lot, _: Contexte) -> pl.LazyFrame | None:
    if lot.garde_lettrage or lot.lignes["lettrage"].null_count() == lot.lignes.height:
        return None
    return (
        lot.lignes.lazy()
        .filter(pl.col("lettrage").is_not_null())
        .select(pl.first("numero_ligne"), nombre=pl.len(), champ=pl.lit("lettrage"))
        .with_columns(genre=pl.lit(lot.entete.get("TYPEFICHIER", "")))
    )


LETTRAGE_IGNORE = Check(
    id="tra.lettrage_ignore",
    severity=Severity.INFO,
    titre="Lettrage non repris",
    message="Le lettrage de {nombre} ligne(s) n'est pas repris : un fichier {genre} n'apporte que des mouvements.",
    remede="Exporter un dossier (DOS) ou une synchronisation (SYN) pour reprendre le lettrage, ou lettrer après l'import.",
    source="Format TRA, partie étendue : le lettrage n'est importé que des fichiers DOS et SYN",
    formats=TRA,
    rule=_lettrage_ignore,
)

CHECKS = (ALLONGES, COUPES, CONFONDUS, MINUSCULES, LETTRAGE_IGNORE)
