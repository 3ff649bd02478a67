"""Header and parameter records: the header's zones, one frame a kind of record, and every record kept as written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from ecritures.domain import lot as lots
from ecritures.domain.longueurs import Longueurs
from ecritures.domain.lot import Schema
from ecritures.formats.fixedwidth import BOOLEEN, DATE, Record, lire_textes, tranche
from ecritures.formats.tra import layout

MARQUES = ("***", "###", "¥¥¥")
"""First three characters of a header or parameter record; the last two are read by an old importer (tra.md section 2)."""
LONGUEUR_MIN, LONGUEUR_MAX = 6, 17
"""Bounds of an account length (PS2)."""


@dataclass(frozen=True, eq=False)
class Fichier:
    """What the file says beside its movements: one frame a kind of record (schemas of the lot), and ``fiches``."""

    cadres: Mapping[str, pl.DataFrame]
    fiches: Mapping[str, pl.DataFrame]
    nombres: Mapping[str, int]
    longueurs: Longueurs


class Fiches(Mapping[str, pl.DataFrame]):
    """Every laid out record of the file by its code: ``numero_ligne`` and all its zones as trimmed text (null: blank).

    A record is cut into zones when it is first asked for: a file of 100 000 third parties pays for what is looked at.
    """

    def __init__(self, parametres: pl.DataFrame) -> None:
        self._parametres = parametres
        self._codes = tuple(
            c
            for c in parametres["code"].unique(maintain_order=True)
            if c in layout.codes_parametres() and c in layout.records()
        )
        self._coupees: dict[str, pl.DataFrame] = {}

    def __getitem__(self, code: str) -> pl.DataFrame:
        if code not in self._codes:
            raise KeyError(code)
        if code not in self._coupees:
            lignes = self._parametres.filter(pl.col("code") == code)
            coupee = _couper(lignes["texte"], layout.records()[code])
            if code == "REG":
                coupee = coupee.with_columns(LIBELLE=libelle_de_regime(lignes["texte"]))
            self._coupees[code] = coupee.insert_column(0, lignes["numero_ligne"])
        return self._coupees[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)


def libelle_de_regime(textes: pl.Series) -> pl.Series:
    """Label of REG records: one reference writer puts the code on 17 columns and the label at 24 (tra.md section 14)."""
    zone = layout.records()["REG"].zone("LIBELLE")
    texte, decale = pl.col("t"), layout.LIBELLE_REG_DECALE
    choix = (
        pl.when(est_decale(texte))
        .then(tranche(texte, decale.start, decale.end))
        .otherwise(tranche(texte, zone.start, zone.end))
    )
    return pl.DataFrame({"t": textes}).select(choix).to_series()


def est_decale(texte: pl.Expr) -> pl.Expr:
    """Is the label of that REG record at 24: columns 10 to 23 blank, and not 24?"""
    debut, decale = layout.records()["REG"].zone("LIBELLE").start, layout.LIBELLE_REG_DECALE
    avant, apres = tranche(texte, debut, decale.start - 1), texte.str.slice(decale.start - 1, 1)
    return avant.is_null() & (apres != " ") & (apres != "")


def code_de(texte: pl.Expr) -> pl.Expr:
    """Code of a parameter record; TL0 to TL9 are ``TL``."""
    brut = texte.str.slice(3, 3).str.strip_chars_end(" ")
    return pl.when(brut.str.contains(r"^TL.?$")).then(pl.lit("TL")).otherwise(brut)


def lire_entete(texte: str, *, en_octets: bool = False) -> dict[str, str]:
    """Zones of the header, trimmed, blanks left out."""
    record = layout.entete()
    if en_octets:
        texte = en_caracteres(texte.encode(), record)
    if layout.DRAPEAUX_LARGES.match(texte[record.zone("NEWANALYTIQUE").start - 1 :]):
        record = layout.entete_drapeaux_larges()
    cadre = _couper(pl.Series("texte", [texte], dtype=pl.String), record)
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
    lignes = [t for t in textes if t[3:6] == "DEV"]
    if en_octets:
        lignes = [en_caracteres(t.encode(), record) for t in lignes]
    cadre = _couper(pl.Series("texte", lignes, dtype=pl.String), record, ("CODE", "PARITEEURO"))
    return {c: p for c, p in cadre.iter_rows() if c and p}


def lire_parametres(parametres: pl.DataFrame) -> Fichier:
    """Frames of the parameter records. ``parametres`` is a PARAMETRES frame, its texts counted in characters."""
    nombres = dict(parametres.group_by("code", maintain_order=True).len().iter_rows())
    coupes: dict[str, pl.DataFrame] = {}
    for codes, _, colonnes in _CADRES.values():
        for code in codes:
            if code in nombres:
                lignes = parametres.filter(pl.col("code") == code)
                noms = (*colonnes.values(), *_VENTILABLES, *_FORMES_LONGUES.values())
                coupes[code] = _couper(lignes["texte"], layout.records()[code], noms).insert_column(
                    0, lignes["numero_ligne"]
                )
    cadres = {nom: _cadre(coupes, codes, colonnes, schema) for nom, (codes, schema, colonnes) in _CADRES.items()}
    fiches = Fiches(parametres)
    return Fichier(cadres, fiches, nombres, _longueurs(fiches.get("PS2")))


def _longueurs(ps2: pl.DataFrame | None) -> Longueurs:
    """Account lengths of the file: 6 to 17, padded with 0 unless said (tra.md sections 3 and 6)."""

    def longueur(zone: str, remplissage: str) -> tuple[int, str] | None:
        if ps2 is None or ps2.is_empty():
            return None
        texte, caractere = ps2[zone][0] or "", ps2[remplissage][0] or "0"
        nombre = int(texte) if texte.isascii() and texte.isdigit() else 0
        return (nombre, caractere) if LONGUEUR_MIN <= nombre <= LONGUEUR_MAX else None

    return Longueurs(longueur("LGGEN", "BOURREGEN"), longueur("LGAUX", "BOURREAUX"), auxiliaires_en_capitales=True)


def _couper(textes: pl.Series, record: Record, noms: tuple[str, ...] | None = None) -> pl.DataFrame:
    zones = [z for z in record.zones if noms is None or z.name in noms]
    return pl.DataFrame({"t": textes}).select(tranche(pl.col("t"), z.start, z.end).alias(z.name) for z in zones)


def en_caracteres(ligne: bytes, record: Record | None) -> str:
    """A UTF-8 line whose columns are counted in bytes, put back in columns of characters: cut by bytes, then decoded zone by
    zone. A letter cut by the end of a zone shows U+FFFD. Without a record the line is only decoded."""
    if ligne.isascii() or record is None:
        return ligne.decode("utf-8", "replace")
    morceaux = []
    for zone in record.zones:
        brut = ligne[zone.start - 1 : zone.end]
        texte = brut.decode("utf-8", "replace")
        morceaux.append(texte.ljust(zone.width) if len(brut) == zone.width else texte)
    return "".join(morceaux) + ligne[record.width :].decode("utf-8", "replace")


def record_de_parametre(ligne: bytes) -> Record | None:
    """The record of a parameter line, from its code."""
    code = ligne[3:6].rstrip(b" ").decode("ascii", "replace")
    return layout.records().get("TL" if code[:2] == "TL" else code)


_FORMES_LONGUES: Mapping[str, str] = {"ETABBQ": "ETABBQ_V8", "NUMEROCOMPTE": "NUMEROCOMPTE_V8"}
"""Zones of RIB that a longer one replaces, for other countries, from version 008 on."""
_VENTILABLES = tuple(f"VENTILABLE{i}" for i in range(1, 6))
_CADRES: Mapping[str, tuple[tuple[str, ...], Schema, Mapping[str, str]]] = {
    "journaux": (("JAL",), lots.JOURNAUX, {"code": "CODE", "libelle": "LIBELLE", "nature": "NATURE", "compte": "COMPTE", "mode_saisie": "MODESAISIE", "axe": "AXE", "est_ferme": "FERME"}),
    "comptes": (("CGN", "CGE"), lots.COMPTES, {"numero": "CODE", "libelle": "LIBELLE", "nature": "NATURE", "est_lettrable": "LETTRABLE", "est_pointable": "POINTABLE", "ventilable": "VENTILABLE", "est_ferme": "FERME"}),
    "tiers": (("CAE",), lots.TIERS, {"code": "CODE", "libelle": "LIBELLE", "nature": "NATURE", "collectif": "COLLECTIF", "est_lettrable": "LETTRABLE", "est_ferme": "FERME"}),
    "sections": (("SAT", "NSA"), lots.SECTIONS, {"code": "CODE", "libelle": "LIBELLE", "axe": "AXE", "est_ferme": "FERME"}),
    "exercices": (("EXO",), lots.EXERCICES, {"code": "CODE", "debut": "DATEDEBUT", "fin": "DATEFIN", "etat": "ETATCPTA", "libelle": "LIBELLE"}),
    "etablissements": (("ETB",), lots.ETABLISSEMENTS, {"code": "CODE", "libelle": "LIBELLE", "siret": "SIRET"}),
    "devises": (("DEV",), lots.DEVISES, {"code": "CODE", "libelle": "LIBELLE", "decimales": "DECIMALE", "parite": "PARITEEURO"}),
    "axes": (("SSA",), lots.AXES, {"code": "AXE", "libelle": "LIBELLE"}),
    "ribs": (("RIB",), lots.RIBS, {"tiers": "AUXILIAIRE", "numero": "NUMERORIB", "est_principal": "PRINCIPAL", "banque": "ETABBQ", "guichet": "GUICHET", "compte": "NUMEROCOMPTE", "cle": "CLERIB", "domiciliation": "DOMICILIATION", "pays": "PAYS", "devise": "DEVISE", "bic": "CODEBIC", "iban": "CODEIBAN"}),
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
            brut = brut.with_columns(
                pl.lit(None, pl.String).alias(z) for z in colonnes.values() if z not in brut.columns
            )
            brut = brut.with_columns(
                pl.coalesce(longue, courte).alias(courte)
                for courte, longue in _FORMES_LONGUES.items()
                if longue in brut.columns
            )
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
