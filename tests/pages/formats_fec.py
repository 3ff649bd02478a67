"""docs/formats/fec.md: the zones of the four regimes, from formats/fec/layout.py."""

from __future__ import annotations

from ecritures.domain.lot import Regime
from ecritures.formats.delimited import Column
from ecritures.formats.fec.layout import FORMES, MONTANT_SENS
from ecritures.formats.fec.valeurs import DATE, MONTANT, SENS
from pages.markdown import MARQUE, cellule, tableau

INTRODUCTION = """# FEC : le fichier des écritures comptables

[Tous les formats](README.md) · [ce qui est contrôlé à la lecture](../controles/lecture-fec.md)

Un texte : une ligne de noms de zones, puis une ligne par mouvement, les zones séparées par une tabulation ou par `|`. Le livre des procédures
fiscales (article A47 A-1) en prévoit quatre formes, selon le régime ; les zones en disent une, sauf entre BIC/IS et BNC ou BA
commercial, qui ont les mêmes : `--regime` le dit alors. Les zones qui suivent celles du régime sont permises, lues et gardées.
"""

_TYPES = {MONTANT: "montant (`1234,56`)", DATE: "date (`AAAAMMJJ`)", SENS: "sens (`D`, `C`, `+1`, `-1`)"}


def page() -> str:
    regimes = list(Regime)
    lignes = [MARQUE + INTRODUCTION]
    lignes += ["## Les quatre régimes", ""]
    lignes += tableau(
        ("Régime", "`--regime`", "Zones", "Texte"),
        (
            (r.libelle, f"`{r.value}`", str(len(FORMES[r].table.columns)), cellule(FORMES[r].table.source))
            for r in regimes
        ),
    )
    lignes += ["", "## Les zones", ""]
    lignes += [
        "**à remplir** : vide, la zone est un constat ; *peut être vide* : la zone est là, à blanc si elle ne sert pas ; — : le régime n'a pas cette zone.",
        "",
    ]
    lignes += tableau(
        ("N°", "Zone", "Type", "Champ du modèle", *(r.libelle for r in regimes), "Autres noms lus"),
        (_rang(numero, colonne, regimes) for numero, colonne in enumerate(_zones(), 1)),
    )
    lignes += [
        "",
        "## Montant et Sens",
        "",
        "Ensemble, ils peuvent prendre la place de Debit et Credit (VII 2°), dans tous les régimes.",
        "",
    ]
    lignes += tableau(
        ("Zone", "Type", "Champ du modèle"),
        ((f"`{c.name}`", _type(c), f"`{c.champ}`") for c in MONTANT_SENS),
    )
    return "\n".join([*lignes, ""])


def _zones() -> tuple[Column, ...]:
    """The longest regime holds the zones of the others."""
    tables = [forme.table.columns for forme in FORMES.values()]
    plus_longue = max(tables, key=len)
    noms = {c.name for c in plus_longue}
    assert all(c.name in noms for colonnes in tables for c in colonnes), "a regime has a zone that the longest lacks"
    return plus_longue


def _type(colonne: Column) -> str:
    return _TYPES.get(colonne.codec, "texte")


def _rang(numero: int, colonne: Column, regimes: list[Regime]) -> list[str]:
    return [
        str(numero),
        f"`{colonne.name}`",
        _type(colonne),
        f"`{colonne.champ}`",
        *(_devoir(colonne.name, regime) for regime in regimes),
        ", ".join(f"`{autre}`" for autre in colonne.alias),
    ]


def _devoir(zone: str, regime: Regime) -> str:
    forme = FORMES[regime]
    colonne = next((c for c in forme.table.columns if c.name == zone), None)
    if colonne is None:
        return "—"
    return "**à remplir**" if zone in forme.a_remplir or zone in ("Debit", "Credit") else "peut être vide"
