"""What the zones of a TRA file hold: how many lines fill each, and one line zone by zone. For people who look into a file."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

import numpy as np
import polars as pl

from ecritures.formats import lines
from ecritures.formats.fixedwidth import BLANC, CENTIMES, Codec, Entiers, Lignes, Record, lire_textes
from ecritures.formats.tra import layout
from ecritures.formats.tra.localisation import LocalisationTra

REMPLISSAGE = {
    "enregistrement": pl.String,
    "zone": pl.String,
    "remplies": pl.UInt32,
    "lignes": pl.UInt32,
    "premiere": pl.UInt32,
    "signification": pl.String,
}


@cache
def significations() -> Mapping[tuple[str, str], str]:
    """(record, zone) → what the vendor's table says of it, in its words."""
    texte = resources.files(__package__).joinpath("records.csv").read_text("utf-8")
    return {
        (f"{r['record']}/{r['format']}" if r["record"] in ("MVT", "MVTA") else r["record"], r["field"]): r[
            "description"
        ]
        for r in csv.DictReader(texte.splitlines())
    }


def signification(enregistrement: str, zone: str) -> str | None:
    """What a zone means; the common columns of an extended analytic line are those of a movement."""
    connues = significations()
    return connues.get((enregistrement, zone)) or connues.get(("MVT/STD", zone))


def remplissage(localisation: LocalisationTra) -> pl.DataFrame:
    """REMPLISSAGE: for each record met, its zones that are not always blank, and the records that no layout names.

    ``premiere``: first line of the record. A line of an unknown record has the zone null.
    """
    comptes: dict[str, Entiers] = {}
    nombres: dict[str, int] = {}
    premieres: dict[str, int] = {}
    for premier, bloc in lines.blocs(localisation.texte):
        cles = _keys(premier, bloc, localisation)
        grille = _one_byte_a_character(bloc, localisation)
        for (cle,), lues in cles.with_row_index("rang").group_by("enregistrement", maintain_order=True):
            nom = str(cle)
            nombres[nom] = nombres.get(nom, 0) + lues.height
            premieres.setdefault(nom, int(lues["numero_ligne"][0]))
            record = layout.records().get(nom)
            if record is not None:
                rangs = lues["rang"].to_numpy().astype(np.int64)
                trouves = _filled(grille.choisir(rangs), record)
                comptes[nom] = comptes[nom] + trouves if nom in comptes else trouves
    rangees = [
        (nom, z.name, int(n), nombres[nom], premieres[nom], signification(nom, z.name))
        for nom, remplis in comptes.items()
        for z, n in zip(layout.records()[nom].zones, remplis, strict=True)
        if n
    ]
    inconnus = [(nom, None, 0, nombres[nom], premieres[nom], None) for nom in nombres if nom not in comptes]
    return pl.DataFrame(rangees + inconnus, schema=REMPLISSAGE, orient="row")


def _keys(premier: int, bloc: bytes, localisation: LocalisationTra) -> pl.DataFrame:
    """``numero_ligne, enregistrement`` of every line of a block; a blank line is of the record ``""``."""
    charset = "latin-1" if localisation.en_octets else localisation.charset
    lues = lines.lignes(premier, bloc, charset).rename({"ligne": "texte"})
    blanche = pl.col("texte").str.strip_chars(" \x00\x1a") == ""
    return lues.select(
        "numero_ligne", enregistrement=pl.when(blanche).then(pl.lit("")).otherwise(localisation.enregistrement())
    )


def _one_byte_a_character(bloc: bytes, localisation: LocalisationTra) -> Lignes:
    """The lines of a block with one byte a column, whatever its charset."""
    if localisation.charset == "utf-8" and not localisation.en_octets and not bloc.isascii():
        bloc = lines.decoder(bloc, "utf-8").encode("latin-1", "replace")
    return Lignes.de(bloc)


def _filled(lignes: Lignes, record: Record) -> Entiers:
    """How many of the lines have something in each zone of the record."""
    pleins = lignes.matrice(record.width) != BLANC
    debuts = [z.start - 1 for z in record.zones]
    return np.asarray(np.logical_or.reduceat(pleins, debuts, axis=1).sum(axis=0), np.int64)


def decouper_ligne(localisation: LocalisationTra, numero: int) -> pl.DataFrame:
    """One line zone by zone: ``enregistrement, zone, colonne_debut, colonne_fin, brut, lu, signification``.

    ``lu``: the value as its codec reads it, as text; null when the zone is blank or cannot be read. Zones past the end of
    the line are left out. Empty when there is no such line, or when no layout names its record.
    """
    vide = pl.DataFrame(schema=dict.fromkeys(("enregistrement", "zone", "brut", "lu", "signification"), pl.String) | {"colonne_debut": pl.UInt32, "colonne_fin": pl.UInt32})  # fmt: skip
    ligne = localisation.lignes(pl.Series([numero], dtype=pl.UInt32))
    if ligne.is_empty():
        return vide
    cle = str(ligne.select(localisation.enregistrement()).item())
    record = layout.records().get(cle)
    if record is None:
        return vide
    texte = str(ligne["texte"][0])
    zones = [z for z in record.zones if z.start <= len(texte)]
    bruts = [texte[z.start - 1 : z.end] for z in zones]
    if localisation.en_octets:
        bruts = [b.encode("latin-1", "replace").decode("utf-8", "replace") for b in bruts]
    lus = [_read(brut, z.codec) for z, brut in zip(zones, bruts, strict=True)]
    return pl.DataFrame(
        {
            "enregistrement": [cle] * len(zones),
            "zone": [z.name for z in zones],
            "colonne_debut": pl.Series([z.start for z in zones], dtype=pl.UInt32),
            "colonne_fin": pl.Series([min(z.end, len(texte)) for z in zones], dtype=pl.UInt32),
            "brut": bruts,
            "lu": pl.Series(lus, dtype=pl.String),
            "signification": pl.Series([signification(cle, z.name) for z in zones], dtype=pl.String),
        }
    )


def _read(brut: str, codec: Codec) -> str | None:
    nu = brut.strip(" ")
    if not nu:
        return None
    valeur = lire_textes(pl.Series([nu], dtype=pl.String), codec)[0][0]
    if valeur is None:
        return None
    if codec is CENTIMES:
        return f"{'-' if valeur < 0 else ''}{abs(valeur) // 100},{abs(valeur) % 100:02d}"
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    return str(valeur)
