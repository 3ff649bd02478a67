"""What a lot can be written as: each target with what it carries, its writer, and how it is read again to be checked.

To add a target: a line in SORTIES. What it carries is a table of :class:`~ecritures.formats.pertes.Porte`, drawn from its
layout where it has one, so that the loss report needs no code of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

from ecritures.domain.lot import Lot, OptionsLecture, Regime
from ecritures.formats import parquet
from ecritures.formats.fec import reader as lecteur_fec
from ecritures.formats.fec import writer as fec
from ecritures.formats.fec import xml_ecrivain as fec_xml
from ecritures.formats.json_ecritures import reader as lecteur_json
from ecritures.formats.json_ecritures import writer as json_ecritures
from ecritures.formats.pertes import Capacite, Perte, Sort
from ecritures.formats.portes import capacite_fec, capacite_fec_xml, capacite_json, capacite_table, capacite_tra
from ecritures.formats.tableur import csv_ecrivain, relecture, xlsx_ecrivain
from ecritures.formats.tableur.csv_ecrivain import OptionsCsv
from ecritures.formats.tra import layout
from ecritures.formats.tra import reader as lecteur_tra
from ecritures.formats.tra import writer as tra


@dataclass(frozen=True)
class OptionsSortie:
    """What the caller asks of a target. ``reglementaire``: the law's order and exclusions in a FEC; without it every entry
    is written, in file order. ``jour``: the day of writing, that a TRA header bears. ``code_ibs``: dossier of a JSON."""

    regime: Regime | None = None
    brouillons: fec.Brouillons = "garder"
    reglementaire: bool = False
    cloture: date | None = None
    forme: Literal["STD", "ETE"] = "STD"
    version: int | None = None
    jour: date | None = None
    csv: OptionsCsv = field(default_factory=OptionsCsv)
    code_ibs: str | None = None


@dataclass(frozen=True)
class Ecrit:
    """Bytes of the target, and the losses that only its writer counts."""

    octets: bytes
    pertes: tuple[Perte, ...] = ()
    entrees_exclues: bool = False
    export: fec.Export | fec_xml.ExportXml | None = None
    """True when entries were left out by a rule of the target: its totals are then those of what remains."""


@dataclass(frozen=True)
class Sortie:
    """``extensions``: in lower case, without dot. ``relire``: lines in the domain's columns; None when unreadable."""

    code: str
    titre: str
    extensions: tuple[str, ...]
    capacite: Callable[[Lot, OptionsSortie], Capacite]
    ecrire: Callable[[Lot, OptionsSortie], Ecrit]
    relire: Callable[[bytes, OptionsSortie], pl.DataFrame | None]


def _ecrire_fec(lot: Lot, options: OptionsSortie) -> Ecrit:
    export = fec.exporter(
        lot, regime=options.regime, brouillons=options.brouillons, reglementaire=options.reglementaire
    )
    return Ecrit(export.octets, *_exclues(export), export)


def _ecrire_fec_xml(lot: Lot, options: OptionsSortie) -> Ecrit:
    export = fec_xml.exporter(
        lot,
        regime=options.regime,
        cloture=options.cloture,
        brouillons=options.brouillons,
        reglementaire=options.reglementaire,
        pour_l_outil=options.reglementaire,
    )
    pertes, exclues = _exclues(export)
    if export.pertes.caracteres_remplaces:
        quoi = "caractères que la forme XML ne porte pas, remplacés par le plus proche"
        pertes = (*pertes, Perte("texte", None, Sort.REMPLACE, export.pertes.caracteres_remplaces, quoi))
    return Ecrit(export.octets, pertes, exclues, export)


_EXCLUES = {
    "brouillons_exclus": "écritures sans date de validation : un FEC ne porte que des écritures validées",
    "soldes_de_gestion_exclus": "écritures de solde des comptes de gestion : elles n'entrent pas dans un FEC",
    "centralisations_exclues": "écritures de centralisation : elles n'entrent pas dans un FEC",
}


def _exclues(export: fec.Export | fec_xml.ExportXml) -> tuple[tuple[Perte, ...], bool]:
    pertes = tuple(
        Perte("ecriture", None, Sort.ABANDON, nombre, quoi)
        for nom, quoi in _EXCLUES.items()
        if (nombre := int(getattr(export, nom)))
    )
    return pertes, bool(pertes)


def _ecrire_tra(lot: Lot, options: OptionsSortie) -> Ecrit:
    """Codes of exercices that are longer than the zone of EXO become their rank: no line of a TRA names them."""
    largeur = layout.records()["EXO"].zone("CODE").width
    longs = lot.exercices.filter(pl.col("code").str.len_chars() > largeur).height
    pertes: tuple[Perte, ...] = ()
    if longs:
        rangs = (pl.col("debut").rank("ordinal").cast(pl.String).str.zfill(largeur)).alias("code")
        lot = dataclasses.replace(lot, exercices=lot.exercices.with_columns(rangs))
        quoi = f"remplacé par le rang de l'exercice : un code a {largeur} caractères au plus"
        pertes = (Perte("exercices.code", "EXO.CODE", Sort.REMPLACE, longs, quoi),)
    return Ecrit(tra.write(lot, format=options.forme, version=options.version, jour=options.jour), pertes)


def _relire_fec(octets: bytes, _options: OptionsSortie) -> pl.DataFrame | None:
    lot = lecteur_fec.read(octets, OptionsLecture()).lot
    return lot.lignes if lot else None


def _relire_tra(octets: bytes, _options: OptionsSortie) -> pl.DataFrame | None:
    lot = lecteur_tra.read(octets, OptionsLecture()).lot
    return lot.lignes if lot else None


def _relire_json(octets: bytes, _options: OptionsSortie) -> pl.DataFrame | None:
    lot = lecteur_json.read(octets, OptionsLecture()).lot
    return lot.lignes if lot else None


SORTIES: dict[str, Sortie] = {
    s.code: s
    for s in (
        Sortie(
            "fec", "FEC (à plat)", ("txt",), lambda lot, o: capacite_fec(lot, o.brouillons), _ecrire_fec, _relire_fec
        ),
        Sortie(
            "fec-xml",
            "FEC (XML)",
            ("xml",),
            lambda lot, o: capacite_fec_xml(lot, o.brouillons),
            _ecrire_fec_xml,
            _relire_fec,
        ),
        Sortie(
            "tra",
            "TRA",
            ("tra",),
            lambda lot, o: capacite_tra(lot, o.forme, o.version),
            _ecrire_tra,
            _relire_tra,
        ),
        Sortie(
            "csv",
            "CSV",
            ("csv",),
            lambda lot, _o: capacite_table("CSV"),
            lambda lot, o: Ecrit(csv_ecrivain.write(lot, o.csv)),
            lambda octets, o: relecture.relire_csv(octets, o.csv),
        ),
        Sortie(
            "xlsx",
            "XLSX",
            ("xlsx",),
            lambda lot, _o: capacite_table("XLSX"),
            lambda lot, _o: Ecrit(xlsx_ecrivain.write(lot)),
            lambda octets, _o: relecture.relire_xlsx(octets),
        ),
        Sortie(
            "json",
            "JSON (importJson)",
            ("json",),
            lambda lot, _o: capacite_json(lot),
            lambda lot, o: Ecrit(json_ecritures.write(lot, code_ibs=o.code_ibs)),
            _relire_json,
        ),
        Sortie(
            "parquet",
            "Parquet",
            ("parquet",),
            lambda lot, _o: capacite_table("Parquet"),
            lambda lot, _o: Ecrit(parquet.write(lot)),
            lambda octets, _o: parquet.relire(octets),
        ),
    )
}
"""Every target, by its code."""


def sorties_de_l_extension(nom: str) -> tuple[str, ...]:
    """Codes of the targets whose files end like that name; none when it tells nothing."""
    extension = nom.rpartition(".")[2].lower() if "." in nom else ""
    return tuple(s.code for s in SORTIES.values() if extension in s.extensions)
