"""A custom file as a table of texts under a model: the common ground of CSV, fixed width and XLSX.

Each source gives a :class:`Tableau` (rows with the line of the file they come from) and says where its zones stand; the
typing that follows does not know which source it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from ecritures.domain.constat import Collecteur, Localisation
from ecritures.domain.lot import Detection
from ecritures.domain.modele import Colonne, FormatModele, Modele
from ecritures.formats.perso import regles

LISTE_MAX = 40
"""Names shown of a header: enough to recognise it."""


@dataclass(frozen=True, eq=False)
class Source:
    """Where the values of one field come from: columns of ``cadre``, and how the place is called.

    ``texte`` always; ``nombre`` and ``jour`` when a sheet holds real numbers or dates there.
    """

    zone: str
    texte: str
    nombre: str | None = None
    jour: str | None = None


@dataclass(frozen=True, eq=False)
class Tableau:
    """Rows to read. ``cadre``: ``numero_ligne`` and the columns that ``sources`` names. ``total``: rows of the file."""

    cadre: pl.DataFrame
    sources: Mapping[str, Source]
    detection: Detection
    localisation: Localisation
    depuis_1904: bool = False
    est_classeur: bool = False
    ignorees: int = 0
    dites: frozenset[str] = field(default_factory=frozenset)  # texts already said to be errors (#REF!)


class Inadapte(ValueError):
    """The model does not fit the file: the finding is already said."""


def normaliser(nom: str) -> str:
    """A column name as compared: case, accents of composition and repeated blanks aside."""
    return " ".join(nom.replace("\u00a0", " ").replace("\ufeff", "").split()).casefold()


def placer(noms: list[str], modele: Modele, numero_ligne: int, constats: Collecteur) -> dict[str, int]:
    """Field -> rank of its column, from 0. Raises Inadapte when a column is missing or ambiguous."""
    connus: dict[str, list[int]] = {}
    for rang, nom in enumerate(noms):
        connus.setdefault(normaliser(nom), []).append(rang)
    places: dict[str, int] = {}
    absentes, doubles = [], []
    for champ, colonne in modele.colonnes.items():
        rangs = _rangs(colonne, connus, len(noms))
        if not rangs:
            absentes.append(f"« {colonne.nom} »" if colonne.nom else f"une colonne {colonne.rang}")
        elif len(rangs) > 1:
            doubles.append(f"« {colonne.nom} »")
        else:
            places[champ] = rangs[0]
    if absentes:
        presentes = ", ".join(f"« {n.strip()} »" for n in noms[:LISTE_MAX]) + (", …" if len(noms) > LISTE_MAX else "")
        constats.signale(
            regles.COLONNES_ABSENTES,
            numero_ligne,
            modele=modele.nom,
            attendues=", ".join(dict.fromkeys(absentes)),
            presentes=presentes if modele.entete else f"{len(noms)} colonnes",
        )
    elif doubles:
        constats.signale(
            regles.COLONNE_DOUBLE, numero_ligne, modele=modele.nom, doubles=", ".join(dict.fromkeys(doubles))
        )
    if absentes or doubles:
        raise Inadapte
    return places


def _rangs(colonne: Colonne, connus: Mapping[str, list[int]], nombre: int) -> list[int]:
    if colonne.nom is not None:
        return connus.get(normaliser(colonne.nom), [])
    assert colonne.rang is not None, "a model gives a name or a rank"
    return [colonne.rang - 1] if colonne.rang <= nombre else []


def ecarter(
    cadre: pl.DataFrame, textes: list[str], sources: Mapping[str, Source], modele: Modele, constats: Collecteur
) -> pl.DataFrame:
    """Rows without the blank ones and the totals that the model leaves out. ``textes``: every column of text."""
    vide = pl.all_horizontal(pl.col(c).fill_null("").str.strip_chars() == "" for c in textes)
    vides = cadre.select(vide.alias("v"))["v"]
    if vides.any():
        if not modele.ignorer_vides:
            constats.ajoute(regles.LIGNE_VIDE, cadre.filter(vides).select("numero_ligne"))
        cadre = cadre.filter(~vides)
    if not modele.totaux or cadre.is_empty():
        return cadre
    debuts = [normaliser(t) for t in modele.totaux]
    plates = [pl.col(c).fill_null("").str.strip_chars().str.to_lowercase() for c in textes]
    total = pl.any_horizontal(t.str.starts_with(d) for t in plates for d in debuts)
    manque = [
        pl.col(sources[champ].texte).fill_null("").str.strip_chars() == ""
        for champ in ("date", "compte")
        if champ in sources
    ]
    ecartees = cadre.filter(total & pl.any_horizontal(pl.lit(False), *manque))
    if ecartees.is_empty():
        return cadre
    premiere = ecartees.row(0, named=True)
    valeur = next(v for v in (premiere[c] or "" for c in textes) if normaliser(v).startswith(tuple(debuts)))
    constats.signale(
        regles.LIGNES_IGNOREES, premiere["numero_ligne"], nombre=ecartees.height, valeur=valeur.strip()[:80]
    )
    return cadre.join(ecartees.select("numero_ligne"), on="numero_ligne", how="anti", maintain_order="left")


def exiger_des_lignes(cadre: pl.DataFrame, lignes: int, modele: Modele, constats: Collecteur) -> None:
    """Raises Inadapte when nothing is left to read."""
    if cadre.is_empty():
        constats.signale(regles.RIEN_A_LIRE, None, modele=modele.nom, lignes=lignes, ignorees=lignes - cadre.height)
        raise Inadapte


def lire_source(octets: bytes, modele: Modele, encodage: str | None, constats: Collecteur) -> Tableau:
    """The table of that file under that model. Raises Inadapte, its finding said; nothing else."""
    from ecritures.formats.perso import source_classeur, source_csv, source_fixe

    if modele.format is FormatModele.XLSX:
        return source_classeur.lire(octets, modele, constats)
    lire = source_csv.lire if modele.format is FormatModele.CSV else source_fixe.lire
    return lire(octets, modele, encodage, constats)
