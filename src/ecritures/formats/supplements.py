"""What the model does not name, as columns: one a vendor zone, whatever the format it was read from.

FEC: its supplementary columns. TRA: the zones of the extended part that say something. JSON: the keys of the contract that
have no field, and unknown ones. Another format: the one text that was kept.
"""

from __future__ import annotations

import json
import re

import numpy as np
import polars as pl

from ecritures.domain.lot import Lot
from ecritures.formats.fec import supplement as fec
from ecritures.formats.fixedwidth import Zone
from ecritures.formats.tra import layout

_TRA_SANS_CONTENU = r"^(?:[ -]*|01011900|30121899|0+(?:[.,]0*)?)$"
"""Zones of an extended TRA line that say nothing: blanks, flags not set, no date, a quantity of zero."""


_BLOC_LIGNES = 4096


def colonnes_supplementaires(lot: Lot) -> pl.DataFrame:
    """One String column a zone that holds something, null where a line has nothing; rows are those of ``lot.lignes``."""
    if lot.lignes["supplement"].null_count() == lot.lignes.height:
        return pl.DataFrame()
    if lot.format == "fec":
        cadre = fec.colonnes_supplementaires(lot)
        return cadre.select(pl.when(pl.col(c) != "").then(pl.col(c)).alias(c) for c in cadre.columns)
    if lot.format == "tra":
        return _zones_tra(lot)
    if lot.format == "json":
        return _cles_json(lot)
    return lot.lignes.select("supplement")


def _zones_tra(lot: Lot) -> pl.DataFrame:
    """Zones beyond column 222 that the model does not name, those that say something on some line."""
    nommees = set(layout.ZONES.values()) | {"DATECREATION", "ETATLETTRAGE"}
    debut = layout.LARGEUR_STD + 1
    zones = [z for z in layout.mouvement(True).zones if z.start >= debut and z.name not in nommees]
    utiles = _zones_qui_varient(lot.lignes["supplement"], zones, debut)
    decoupe = lot.lignes.select(
        pl.col("supplement").str.slice(z.start - debut, z.width).str.strip_chars(" ").alias(z.name) for z in utiles
    )
    dits = decoupe.select(
        pl.when(~pl.col(nom).str.contains(_TRA_SANS_CONTENU)).then(pl.col(nom)).alias(nom) for nom in decoupe.columns
    )
    return dits.select(nom for nom in dits.columns if dits[nom].null_count() < dits.height)


def _zones_qui_varient(textes: pl.Series, zones: list[Zone], debut: int) -> list[Zone]:
    """Zones that are not one empty text on every line. By blocks of characters: a thousand columns are looked at together."""
    largeur = max((z.end for z in zones), default=debut) - debut + 1
    restantes = zones
    utiles: list[Zone] = []
    for bloc in textes.drop_nulls().to_frame("t").iter_slices(_BLOC_LIGNES):
        carre = bloc["t"].str.slice(0, largeur).str.pad_end(largeur)
        lettres = np.frombuffer("".join(carre).encode("utf-32-le", "replace"), np.uint32).reshape(-1, largeur)
        petits, grands = lettres.min(axis=0), lettres.max(axis=0)
        suite: list[Zone] = []
        for zone in restantes:
            place = slice(zone.start - debut, zone.end - debut + 1)
            constant = bool((petits[place] == grands[place]).all())
            texte = "".join(map(chr, petits[place])).strip(" ") if constant else "?"
            (suite if re.match(_TRA_SANS_CONTENU, texte) else utiles).append(zone)
        restantes = suite
    return sorted(utiles, key=lambda z: z.start)


def _cles_json(lot: Lot) -> pl.DataFrame:
    lignes = [json.loads(t, parse_float=str, parse_int=str) if t else {} for t in lot.lignes["supplement"]]
    cles = dict.fromkeys(cle for ligne in lignes for cle in ligne)
    return pl.DataFrame(
        {
            cle: pl.Series([_texte(ligne[cle]) if cle in ligne else None for ligne in lignes], dtype=pl.String)
            for cle in cles
        }
    )


def _texte(valeur: object) -> str | None:
    if valeur is None or isinstance(valeur, str):
        return valeur
    return json.dumps(valeur, ensure_ascii=False)
