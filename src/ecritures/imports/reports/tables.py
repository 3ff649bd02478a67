"""The statistics as tables: what the terminal, the page and the workbook all show, each in its own way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from ecritures.domain.montant import ESPACE_FINE, date_fr, euros
from ecritures.imports.stats import Statistiques

RANGEES_MAX = 500
"""Rows of one table shown: a file with more journals than that has another problem, and the JSON gives them all."""


class Centimes(NamedTuple):
    """An amount in a cell: text shows euros, a workbook a number."""

    centimes: int


Cellule = str | int | date | Centimes | None


@dataclass(frozen=True)
class Tableau:
    """``droite``: the columns aligned right. ``omises``: rows left out by :data:`RANGEES_MAX`."""

    titre: str
    colonnes: tuple[str, ...]
    rangees: tuple[tuple[Cellule, ...], ...]
    droite: tuple[str, ...] = ()
    omises: int = 0


_DATES = {
    "date": "date d'écriture",
    "date_piece": "date de pièce",
    "date_lettrage": "date de lettrage",
    "date_validation": "date de validation",
    "echeance": "échéance",
}
_NUMEROTATION = {
    None: "ne peut pas être suivie",
    "globale": "une pour tout le fichier",
    "par journal": "une par journal",
}


def text_of(valeur: Cellule) -> str:
    """How a cell reads in French."""
    if valeur is None:
        return ""
    if isinstance(valeur, Centimes):
        return euros(valeur.centimes)
    if isinstance(valeur, date):
        return date_fr(valeur)
    return f"{valeur:,}".replace(",", ESPACE_FINE) if isinstance(valeur, int) else valeur


def tables(s: Statistiques) -> tuple[Tableau, ...]:
    """S01 to S13, in their order; those that this file has nothing for are left out."""
    tous = (
        _ensemble(s),
        _source(s),
        _dates(s),
        _journaux(s),
        _classes(s),
        _devises(s),
        _remplissage(s),
        _supplementaires(s),
    )
    return tuple(t for t in tous if t.rangees)


def _ensemble(s: Statistiques) -> Tableau:
    mois = f"{len(s.mois)}" + (f", de {s.mois[0]:%m/%Y} à {s.mois[-1]:%m/%Y}" if s.mois else "")
    rangees: list[tuple[Cellule, ...]] = [
        ("Lignes", s.lignes),
        ("Écritures", s.ecritures),
        ("Journaux", s.journaux),
        ("Comptes", s.comptes),
        ("Tiers", s.tiers),
        ("Total débit", Centimes(s.debit_centimes)),
        ("Total crédit", Centimes(s.credit_centimes)),
        ("Résultat (classes 6 et 7)", Centimes(s.resultat_centimes)),
        ("Résultat des à-nouveaux (comptes 12)", Centimes(s.resultat_reporte_centimes)),
        ("Mois couverts", mois),
        ("Lignes de tiers", s.lignes_de_tiers),
        (
            "Lignes de tiers lettrées",
            f"{s.lignes_de_tiers_lettrees} ({_part(s.lignes_de_tiers_lettrees, s.lignes_de_tiers)})",
        ),
    ]
    if s.trous is not None:
        rangees.append(("Numéros manquants", s.trous))
    return Tableau("Ensemble (S01, S02, S06 à S08)", ("Statistique", "Valeur"), tuple(rangees), ("Valeur",))


def _source(s: Statistiques) -> Tableau:
    source = s.source
    separateur = {"\t": "tabulation", None: None}.get(source.separateur, source.separateur)
    rangees: list[tuple[Cellule, ...]] = [
        ("Format", source.format.upper() + (f" ({source.regime})" if source.regime else "")),
        ("Jeu de caractères", source.encodage + (" avec marque d'ordre des octets" if source.bom else "")),
        ("Séparateur", separateur),
        ("Fins de ligne", source.fin_de_ligne),
        ("Numérotation", _NUMEROTATION[source.numerotation]),
        ("Écritures délimitées par", source.regroupement),
        ("Taille en octets", source.taille_octets),
        ("SHA-256", source.sha256),
    ]
    gardees = tuple(r for r in rangees if r[1] not in (None, ""))
    return Tableau("Fichier (S10, S13)", ("Caractéristique", "Valeur"), gardees)


def _dates(s: Statistiques) -> Tableau:
    rangees = tuple((_DATES[b.champ], b.zone, b.nombre, b.premiere, b.derniere) for b in s.dates)
    return Tableau("Dates (S03)", ("Date", "Zone", "Lignes", "Première", "Dernière"), rangees, ("Lignes",))


def _journaux(s: Statistiques) -> Tableau:
    colonnes = (
        "Journal",
        "Libellé",
        "Écritures",
        "Lignes",
        "Débit",
        "Crédit",
        "Premier numéro",
        "Dernier numéro",
        "Trous",
    )
    return _of_frame("Journaux (S04)", colonnes, s.par_journal, ("Écritures", "Lignes", "Débit", "Crédit", "Trous"))


def _classes(s: Statistiques) -> Tableau:
    return _of_frame(
        "Classes (S05)", ("Classe", "Débit", "Crédit", "Solde"), s.par_classe, ("Débit", "Crédit", "Solde")
    )


def _devises(s: Statistiques) -> Tableau:
    colonnes = ("Devise", "Lignes", "Montant en unités mineures")
    return _of_frame("Devises (S09)", colonnes, s.devises, ("Lignes", "Montant en unités mineures"))


def _remplissage(s: Statistiques) -> Tableau:
    rangees = tuple(
        (zone, champ, remplies, _part(remplies, s.lignes)) for champ, zone, remplies in s.remplissage.iter_rows()
    )
    return Tableau("Zones remplies (S12)", ("Zone", "Champ", "Lignes", "Part"), rangees, ("Lignes", "Part"))


def _supplementaires(s: Statistiques) -> Tableau:
    return _of_frame("Zones supplémentaires (S11)", ("Zone", "Type", "Lignes"), s.supplementaires, ("Lignes",))


def _of_frame(titre: str, colonnes: tuple[str, ...], cadre: pl.DataFrame, droite: tuple[str, ...]) -> Tableau:
    montants = [nom.endswith("_centimes") for nom in cadre.columns]
    rangees = tuple(_cells(r, montants) for r in cadre.head(RANGEES_MAX).iter_rows())
    return Tableau(titre, colonnes, rangees, droite, cadre.height - len(rangees))


def _cells(rangee: Iterable[Cellule], montants: Sequence[bool]) -> tuple[Cellule, ...]:
    return tuple(
        Centimes(v) if est_montant and isinstance(v, int) else v
        for v, est_montant in zip(rangee, montants, strict=True)
    )


def _part(nombre: int, total: int) -> str:
    """« 12,5 % », rounded down: 100 % means all of them. Integers only."""
    if total == 0:
        return "–"
    milliemes = 1000 * nombre // total
    return f"{milliemes // 10},{milliemes % 10} %"
