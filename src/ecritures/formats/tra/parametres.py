"""Header and parameter records: the header's zones, one frame a kind of record, and every record kept as written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ecritures.domain import lot as lots
from ecritures.domain.lot import Schema
from ecritures.formats.fixedwidth import BOOLEEN, DATE, Record, lire_textes, tranche
from ecritures.formats.tra import layout

MARQUES = ("***", "###", "¥¥¥")
"""First three characters of a header or parameter record; the last two are read by an old importer (tra.md section 2)."""

CODES_EN_FICHES = (
    "PS1",
    "PS2",
    "PS3",
    "PS5",
    "EXO",
    "ETB",
    "MDP",
    "MDR",
    "DEV",
    "JAL",
    "RIB",
    "MDT",
    "ICS",
    "REG",
    "TVA",
    "SSA",
    "SPA",
)
"""Records given whole, zone by zone, to the checks."""


@dataclass(frozen=True, eq=False)
class Fichier:
    """What the file says beside its movements: one frame a kind of record (schemas of the lot), and ``fiches``."""

    cadres: Mapping[str, pl.DataFrame]
    fiches: Mapping[str, pl.DataFrame]
    nombres: Mapping[str, int]


def code_de(texte: pl.Expr) -> pl.Expr:
    """Code of a parameter record; TL0 to TL9 are ``TL``."""
    brut = texte.str.slice(3, 3).str.strip_chars_end(" ")
    return pl.when(brut.str.contains(r"^TL.?$")).then(pl.lit("TL")).otherwise(brut)


def lire_entete(texte: str, *, en_octets: bool = False) -> dict[str, str]:
    """Zones of the header, trimmed, blanks left out."""
    cadre = _couper(pl.Series("texte", [texte], dtype=pl.String), layout.entete(), en_octets)
    return {nom: valeur for nom, valeur in cadre.row(0, named=True).items() if valeur}


def ressemble_entete(texte: str) -> bool:
    """A header has a known kind of file or of format at its place, whatever the rest."""
    if not texte.startswith(MARQUES):
        return False
    entete = layout.entete()
    return any(
        texte[(z := entete.zone(nom)).start - 1 : z.end] in layout.CODES_ENTETE[nom]
        for nom in ("TYPEFICHIER", "FORMAT", "ORIGINE")
    )


def taux_devises(textes: list[str], *, en_octets: bool = False) -> dict[str, str]:
    """Rates of the DEV records among leading lines: code → euros for one unit, as written."""
    record = layout.records()["DEV"]
    devises = pl.Series("texte", [t for t in textes if t[3:6] == "DEV"], dtype=pl.String)
    cadre = _couper(devises, record, en_octets)
    return {c: p for c, p in cadre.select("CODE", "PARITEEURO").iter_rows() if c and p}


def lire_parametres(parametres: pl.DataFrame, *, en_octets: bool = False) -> Fichier:
    """Frames of the parameter records. ``parametres`` is a PARAMETRES frame."""
    nombres = dict(parametres.group_by("code", maintain_order=True).len().iter_rows())
    coupes: dict[str, pl.DataFrame] = {}
    for code in nombres:
        if code in layout.records() and code in (*CODES_EN_FICHES, "CGN", "CAE", "SAT", "NSA"):
            lignes = parametres.filter(pl.col("code") == code)
            record = layout.records()[code]
            utiles = None if code in CODES_EN_FICHES else _UTILES[code]
            coupes[code] = _couper(lignes["texte"], record, en_octets, utiles).insert_column(0, lignes["numero_ligne"])
    cadres = {nom: _cadre(coupes, codes, colonnes, schema) for nom, (codes, schema, colonnes) in _CADRES.items()}
    return Fichier(cadres, {c: coupes[c] for c in CODES_EN_FICHES if c in coupes}, nombres)


def _couper(textes: pl.Series, record: Record, en_octets: bool, noms: tuple[str, ...] | None = None) -> pl.DataFrame:
    zones = [z for z in record.zones if noms is None or z.name in noms]
    if not en_octets:
        return pl.DataFrame({"t": textes}).select(tranche(pl.col("t"), z.start, z.end).alias(z.name) for z in zones)
    # one character a byte, cut, then back: a zone cut inside a letter shows U+FFFD
    lignes = [t.encode("utf-8", "replace") for t in textes]
    return pl.DataFrame(
        {
            z.name: [ligne[z.start - 1 : z.end].decode("utf-8", "replace").strip(" ") or None for ligne in lignes]
            for z in zones
        },
        schema={z.name: pl.String for z in zones},
    )


_VENTILABLES = tuple(f"VENTILABLE{i}" for i in range(1, 6))
_UTILES: Mapping[str, tuple[str, ...]] = {
    "CGN": ("CODE", "LIBELLE", "NATURE", "LETTRABLE", "POINTABLE", *_VENTILABLES, "FERME"),
    "CAE": ("CODE", "LIBELLE", "NATURE", "LETTRABLE", "COLLECTIF", "FERME"),
    "SAT": ("CODE", "LIBELLE", "AXE", "FERME"),
    "NSA": ("CODE", "LIBELLE", "AXE", "FERME"),
}
_CADRES: Mapping[str, tuple[tuple[str, ...], Schema, Mapping[str, str]]] = {
    "journaux": (("JAL",), lots.JOURNAUX, {"code": "CODE", "libelle": "LIBELLE", "nature": "NATURE", "compte": "COMPTE", "mode_saisie": "MODESAISIE", "axe": "AXE", "est_ferme": "FERME"}),
    "comptes": (("CGN",), lots.COMPTES, {"numero": "CODE", "libelle": "LIBELLE", "nature": "NATURE", "est_lettrable": "LETTRABLE", "est_pointable": "POINTABLE", "ventilable": "VENTILABLE", "est_ferme": "FERME"}),
    "tiers": (("CAE",), lots.TIERS, {"code": "CODE", "libelle": "LIBELLE", "nature": "NATURE", "collectif": "COLLECTIF", "est_lettrable": "LETTRABLE", "est_ferme": "FERME"}),
    "sections": (("SAT", "NSA"), lots.SECTIONS, {"code": "CODE", "libelle": "LIBELLE", "axe": "AXE", "est_ferme": "FERME"}),
    "exercices": (("EXO",), lots.EXERCICES, {"code": "CODE", "debut": "DATEDEBUT", "fin": "DATEFIN", "etat": "ETATCPTA", "libelle": "LIBELLE"}),
    "etablissements": (("ETB",), lots.ETABLISSEMENTS, {"code": "CODE", "libelle": "LIBELLE", "siret": "SIRET"}),
    "devises": (("DEV",), lots.DEVISES, {"code": "CODE", "libelle": "LIBELLE", "decimales": "DECIMALE", "parite": "PARITEEURO"}),
    "modes_paiement": (("MDP",), lots.MODES_PAIEMENT, {"code": "CODE", "libelle": "LIBELLE", "categorie": "CATEGORIE"}),
}  # fmt: skip
"""Frame of the lot → records it comes from, its schema, domain column → vendor zone."""


def colonnes_du_cadre(nom: str) -> tuple[str, Schema, Mapping[str, str]]:
    """``(record code, schema, domain column → vendor zone)`` of a frame of parameters, for the writer."""
    codes, schema, colonnes = _CADRES[nom]
    return codes[0], schema, colonnes


CADRES = tuple(_CADRES)


def _cadre(
    coupes: Mapping[str, pl.DataFrame], codes: tuple[str, ...], colonnes: Mapping[str, str], schema: Schema
) -> pl.DataFrame:
    cadres = []
    for code in codes:
        if code in coupes:
            brut = coupes[code]
            if "VENTILABLE1" in brut.columns:
                brut = brut.with_columns(VENTILABLE=pl.concat_str([pl.col(v).fill_null("-") for v in _VENTILABLES]))
            cadres.append(_typer(brut, colonnes, schema))
    return pl.concat(cadres).sort("numero_ligne") if cadres else pl.DataFrame(schema=schema)


def _typer(brut: pl.DataFrame, colonnes: Mapping[str, str], schema: Schema) -> pl.DataFrame:
    series = [brut["numero_ligne"].cast(pl.UInt32)]
    for nom, zone in colonnes.items():
        genre, texte = schema[nom], brut[zone]
        if genre == pl.Date:
            texte = lire_textes(texte, DATE)[0]
        elif genre == pl.Boolean:
            texte = lire_textes(texte, BOOLEEN)[0].fill_null(False)
        series.append(texte.cast(genre, strict=False).alias(nom))
    return pl.DataFrame(series)


def cadre_parametres(numeros: pl.Series, textes: pl.Series) -> pl.DataFrame:
    """PARAMETRES rows of parameter lines."""
    cadre = pl.DataFrame({"numero_ligne": numeros, "texte": textes}, schema_overrides={"texte": pl.String})
    return cadre.select(pl.col("numero_ligne").cast(pl.UInt32), code_de(pl.col("texte")).alias("code"), "texte")
