"""The thirteen statistics of a file (S01 to S13 of the printed checks), whatever its format. Pure: a lot, a value.

They count what was read: a line that could not be is in the findings, not here. Every table is a frame, so that a file
with a million journals costs no more than its lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from ecritures.checks.lecture_fec import journaux_a_nouveaux
from ecritures.checks.numerotation import Numerotation, numerotation
from ecritures.domain.lot import LIGNES, Lot
from ecritures.formats.fec.supplement import colonnes_supplementaires

DATES = ("date", "date_piece", "date_lettrage", "date_validation", "echeance")
"""Domain fields of S03, in the order they are shown."""

_GESTION = "^[67]"
_TIERS = "^4[01]"
_FORMES = (
    ("date", r"^(?:[0-9]{4}[-/]?[01][0-9][-/]?[0-3][0-9]|[0-3][0-9]/[01][0-9]/[0-9]{4})$"),
    ("entier", r"^[-+]?[0-9]+$"),
    ("decimal", r"^[-+]?[0-9]*[.,][0-9]+$"),
)
"""S11: the first form that every filled value has; ``texte`` when none does. A column of dates is also one of integers."""


@dataclass(frozen=True)
class Bornes:
    """S03, one date field: how many lines have it, and the first and last days."""

    champ: str
    zone: str
    nombre: int
    premiere: date | None
    derniere: date | None


@dataclass(frozen=True)
class Source:
    """S10 and S13: the file as bytes, and how its entries were told apart. ``numerotation``: globale, par journal, or
    None when numbers cannot be followed."""

    format: str
    encodage: str
    separateur: str | None
    fin_de_ligne: str
    bom: bool
    regime: str | None
    numerotation: str | None
    regroupement: str
    taille_octets: int
    sha256: str | None


@dataclass(frozen=True, eq=False)
class Statistiques:
    """What a file holds, in figures. Amounts are centimes; a frame has one row a code, sorted by it."""

    lignes: int  # S01
    ecritures: int
    journaux: int
    comptes: int
    tiers: int
    debit_centimes: int  # S02
    credit_centimes: int
    dates: tuple[Bornes, ...]  # S03
    par_journal: (
        pl.DataFrame
    )  # S04 journal, libelle, ecritures, lignes, debit_centimes, credit_centimes, premier_numero, dernier_numero, trous
    trous: int | None  # S04, over all sequences; None: numbers cannot be followed
    par_classe: pl.DataFrame  # S05 classe, debit_centimes, credit_centimes, solde_centimes
    resultat_centimes: int  # S06 products minus charges
    resultat_reporte_centimes: int  # S06 credit minus debit of accounts 12 in the à-nouveaux
    mois: tuple[date, ...]  # S07 first day of each month that has lines
    lignes_de_tiers: int  # S08 lines with an auxiliary, or of accounts 40 and 41
    lignes_de_tiers_lettrees: int
    devises: pl.DataFrame  # S09 devise, lignes, montant_devise (minor units, debit minus credit)
    source: Source  # S10, S13
    supplementaires: pl.DataFrame  # S11 zone, type, remplies
    remplissage: pl.DataFrame  # S12 champ, zone, remplies
    volumes: pl.DataFrame  # journal, mois, lignes, debit_centimes: the picture of the reports

    def public(self) -> dict[str, Any]:
        """The public JSON: plain values, dates in ISO form."""
        return {nom: _plain(valeur) for nom, valeur in vars(self).items()}


def statistiques(lot: Lot, octets: bytes | None = None) -> Statistiques:
    """The statistics of a lot. ``octets``: the file, for its SHA-256; None leaves it out."""
    lignes = lot.lignes.lazy()
    codes = journaux_a_nouveaux(lot)
    totaux, par_journal, par_classe, mois, devises, volumes = pl.collect_all(
        [_totaux(lignes, codes), _par_journal(lignes), _par_classe(lignes), _mois(lignes), _devises(lignes), _volumes(lignes)]
    )  # fmt: skip
    t = totaux.row(0, named=True)
    numeros = numerotation(lot)
    par_journal, trous = _avec_numeros(par_journal, numeros, lot)
    zones = _zones(lot)
    return Statistiques(
        lignes=lot.lignes.height,
        ecritures=t["ecritures"],
        journaux=par_journal.height,
        comptes=t["comptes"],
        tiers=t["tiers"],
        debit_centimes=t["debit"],
        credit_centimes=t["credit"],
        dates=tuple(
            Bornes(champ, zones[champ], t[f"nombre {champ}"], t[f"min {champ}"], t[f"max {champ}"])
            for champ in DATES
            if champ in zones
        ),
        par_journal=par_journal,
        trous=trous,
        par_classe=par_classe,
        resultat_centimes=t["resultat"],
        resultat_reporte_centimes=t["reporte"],
        mois=tuple(mois["mois"].to_list()),
        lignes_de_tiers=t["de_tiers"],
        lignes_de_tiers_lettrees=t["lettrees"],
        devises=devises,
        source=_source(lot, numeros, octets),
        supplementaires=_supplementaires(lot),
        remplissage=pl.DataFrame(
            [(champ, zone, t[f"rempli {champ}"]) for champ, zone in zones.items() if champ in LIGNES],
            schema={"champ": pl.String, "zone": pl.String, "remplies": pl.UInt32},
            orient="row",
        ),
        volumes=volumes,
    )


def _totaux(lignes: pl.LazyFrame, a_nouveaux: list[str]) -> pl.LazyFrame:
    """S01, S02, S03, S06, S08 and S12 in one row."""
    debit, credit, compte = pl.col("debit_centimes"), pl.col("credit_centimes"), pl.col("compte")
    de_tiers = pl.col("tiers").is_not_null() | compte.str.contains(_TIERS)
    solde = (credit - debit).fill_null(0)
    textes = [nom for nom, type_ in LIGNES.items() if type_ == pl.String]
    return lignes.select(
        pl.col("ecriture").n_unique().alias("ecritures"),
        compte.filter(compte != "").n_unique().alias("comptes"),
        pl.col("tiers").drop_nulls().n_unique().alias("tiers"),
        debit.sum().alias("debit"),
        credit.sum().alias("credit"),
        solde.filter(compte.str.contains(_GESTION)).sum().alias("resultat"),
        solde.filter(compte.str.starts_with("12") & pl.col("journal").is_in(a_nouveaux)).sum().alias("reporte"),
        de_tiers.sum().alias("de_tiers"),
        (de_tiers & pl.col("lettrage").is_not_null()).sum().alias("lettrees"),
        *(pl.col(nom).count().alias(f"nombre {nom}") for nom in DATES),
        *(pl.col(nom).min().alias(f"min {nom}") for nom in DATES),
        *(pl.col(nom).max().alias(f"max {nom}") for nom in DATES),
        *(
            ((pl.col(nom) != "").sum() if nom in textes else pl.col(nom).count()).alias(f"rempli {nom}")
            for nom in LIGNES
        ),
    )


def _par_journal(lignes: pl.LazyFrame) -> pl.LazyFrame:
    return (
        lignes.group_by("journal")
        .agg(
            pl.col("journal_libelle").first(ignore_nulls=True).alias("libelle"),
            pl.col("ecriture").n_unique().alias("ecritures"),
            pl.len().alias("lignes"),
            pl.sum("debit_centimes", "credit_centimes"),
            pl.col("numero_piece").first(ignore_nulls=True).alias("premier_numero"),
            pl.col("numero_piece").last(ignore_nulls=True).alias("dernier_numero"),
        )
        .sort("journal")
    )


def _par_classe(lignes: pl.LazyFrame) -> pl.LazyFrame:
    return (
        lignes.group_by(classe=pl.col("compte").str.slice(0, 1))
        .agg(pl.sum("debit_centimes", "credit_centimes"))
        .with_columns(solde_centimes=pl.col("debit_centimes") - pl.col("credit_centimes"))
        .sort("classe")
    )


def _mois(lignes: pl.LazyFrame) -> pl.LazyFrame:
    return lignes.select(mois=pl.col("date").dt.month_start()).drop_nulls().unique().sort("mois")


def _devises(lignes: pl.LazyFrame) -> pl.LazyFrame:
    return (
        lignes.filter(pl.col("devise").is_not_null())
        .group_by("devise")
        .agg(pl.len().alias("lignes"), pl.sum("montant_devise"))
        .sort("devise")
    )


def _volumes(lignes: pl.LazyFrame) -> pl.LazyFrame:
    return (
        lignes.group_by("journal", mois=pl.col("date").dt.month_start())
        .agg(pl.len().alias("lignes"), pl.sum("debit_centimes"))
        .drop_nulls("mois")
        .sort("journal", "mois")
    )


def _avec_numeros(par_journal: pl.DataFrame, numeros: Numerotation | None, lot: Lot) -> tuple[pl.DataFrame, int | None]:
    """S04: least and greatest number of each journal, and its gaps when journals have sequences of their own."""
    if par_journal["libelle"].null_count() and lot.journaux.height:
        connus = lot.journaux.select(journal="code", _connu="libelle").unique("journal", keep="first")
        par_journal = par_journal.join(connus, on="journal", how="left", maintain_order="left").with_columns(
            libelle=pl.coalesce("libelle", "_connu")
        )
        par_journal = par_journal.drop("_connu")
    par_journal = par_journal.with_columns(trous=pl.lit(None, pl.Int64))
    if numeros is None or numeros.entrees.height == 0:
        return par_journal, None
    meme = pl.col("sequence") == pl.col("sequence").shift()
    ecarts = numeros.entrees.lazy().with_columns(
        saut=pl.when(meme).then((pl.col("valeur") - pl.col("valeur").shift() - 1).clip(0)).fill_null(0)
    )
    bornes = ecarts.group_by("journal").agg(
        pl.col("numero").get(pl.col("valeur").arg_min()).alias("_premier"),
        pl.col("numero").get(pl.col("valeur").arg_max()).alias("_dernier"),
        pl.col("saut").sum().alias("_trous"),
    )
    total, bornes_lues = pl.collect_all([ecarts.select(pl.col("saut").sum()), bornes])
    complet = par_journal.join(bornes_lues, on="journal", how="left", maintain_order="left").with_columns(
        premier_numero=pl.coalesce("_premier", "premier_numero"),
        dernier_numero=pl.coalesce("_dernier", "dernier_numero"),
        trous=pl.lit(None, pl.Int64) if numeros.globale and par_journal.height > 1 else pl.col("_trous"),
    )
    return complet.drop("_premier", "_dernier", "_trous"), int(total.item())


def _zones(lot: Lot) -> Mapping[str, str]:
    """Domain field → vendor zone; a format that names none keeps the domain's names."""
    if lot.zones:
        return lot.zones
    return {nom: nom for nom in LIGNES if nom not in ("numero_ligne", "ecriture")}


def _source(lot: Lot, numeros: Numerotation | None, octets: bytes | None) -> Source:
    detection = lot.detection
    return Source(
        format=lot.format,
        encodage=detection.encodage,
        separateur=detection.separateur,
        fin_de_ligne=detection.fin_de_ligne,
        bom=detection.bom,
        regime=lot.regime,
        numerotation=None if numeros is None else "globale" if numeros.globale else "par journal",
        regroupement=lot.regroupement,
        taille_octets=detection.taille_octets if octets is None else len(octets),
        sha256=None if octets is None else hashlib.sha256(octets).hexdigest(),
    )


def _supplementaires(lot: Lot) -> pl.DataFrame:
    """S11: the columns beyond the regulated ones of a FEC, and what their values look like."""
    schema = {"zone": pl.String, "type": pl.String, "remplies": pl.UInt32}
    lus = colonnes_supplementaires(lot)
    if lus.width == 0:
        return pl.DataFrame(schema=schema)
    noms, rangs = lus.columns, [f"s{rang}" for rang in range(lus.width)]
    lus.columns = rangs
    lus = lus.with_columns(pl.all().str.strip_chars())
    t = lus.select(
        *((pl.col(r) != "").sum().alias(f"{r} remplies") for r in rangs),
        *(
            (pl.col(r).str.contains(forme) | (pl.col(r) == "")).all().alias(f"{r} {nom}")
            for r in rangs
            for nom, forme in _FORMES
        ),
    ).row(0, named=True)
    return pl.DataFrame(
        [(nom, _type(t, r), t[f"{r} remplies"]) for nom, r in zip(noms, rangs, strict=True)],
        schema=schema,
        orient="row",
    )


def _type(t: Mapping[str, Any], rang: str) -> str:
    if t[f"{rang} remplies"] == 0:
        return "vide"
    return next((nom for nom, _ in _FORMES if t[f"{rang} {nom}"]), "texte")


def _plain(valeur: Any) -> Any:
    if isinstance(valeur, pl.DataFrame):
        return valeur.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()
    if isinstance(valeur, date):
        return valeur.isoformat()
    if isinstance(valeur, tuple):
        return [_plain(v) for v in valeur]
    if isinstance(valeur, (Bornes, Source)):
        return {nom: _plain(v) for nom, v in vars(valeur).items()}
    return valeur
