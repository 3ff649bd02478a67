"""From a checked lot to a plan of posting: lines with their exercice, roll-ups, and what the dossier must gain."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from ecritures.domain.contexte import Contexte
from ecritures.domain.errors import ExerciceClos
from ecritures.domain.lot import LIGNES, Lot, Schema

LIGNES_POSTEES: Schema = {
    "numero_ligne": pl.UInt32,
    "ecriture": pl.UInt32,
    "exercice": pl.String,
    **{
        nom: LIGNES[nom]
        for nom in (
            "journal", "date", "nature", "compte", "tiers", "numero_piece", "reference", "date_piece", "libelle",
            "debit_centimes", "credit_centimes", "devise", "montant_devise", "lettrage", "date_lettrage",
            "date_validation", "echeance", "mode_paiement", "type_ecriture", "etablissement", "a_nouveau",
        )
    },
}  # fmt: skip
"""A line of the books, in this order. (dossier, import, numero_ligne) is its key: a retry finds its own work."""

VENTILATIONS_POSTEES: Schema = {
    "numero_ligne": pl.UInt32,
    "ligne_mere": pl.UInt32,
    "axe": pl.String,
    "section": pl.String,
    "debit_centimes": pl.Int64,
    "credit_centimes": pl.Int64,
}

SOLDES: Schema = {
    "exercice": pl.String,
    "type_ecriture": pl.String,
    "compte": pl.String,
    "journal": pl.String,
    "mois": pl.Int32,  # AAAAMM
    "debit_centimes": pl.Int64,
    "credit_centimes": pl.Int64,
    "nombre": pl.Int64,
}

_TRANCHE = 100_000


@dataclass(frozen=True, eq=False)
class Plan:
    """All that one posting writes. Debits equal credits, for the whole and for every entry."""

    lignes: pl.DataFrame  # LIGNES_POSTEES, in file order
    ventilations: pl.DataFrame  # VENTILATIONS_POSTEES
    soldes: pl.DataFrame  # SOLDES: what this import adds to the roll-ups
    journaux: pl.DataFrame  # code, libelle, nature: to create
    comptes: pl.DataFrame  # numero, libelle, nature: to create
    tiers: pl.DataFrame  # code, libelle, nature, collectif: to create
    totaux: pl.DataFrame  # journal, ecritures, lignes, debit_centimes, credit_centimes

    @property
    def debit_centimes(self) -> int:
        return int(self.lignes["debit_centimes"].sum())

    @property
    def credit_centimes(self) -> int:
        return int(self.lignes["credit_centimes"].sum())


def plan_posting(lot: Lot, contexte: Contexte) -> Plan:
    """Lines to write with their roll-ups, in file order.

    lot: checked, no ERROR. contexte: the dossier's, with its exercices. Raises ExerciceClos. Debits equal credits in the
    result, entry by entry, to the centime.
    """
    assert contexte.exercices is not None, "posting needs the dossier's exercices"
    lignes = lot.lignes.with_columns(exercice=_exercice(contexte.exercices)).select(
        pl.col(nom).cast(genre) for nom, genre in LIGNES_POSTEES.items()
    )
    lignes = lignes.with_columns(
        pl.col("type_ecriture").fill_null("N"),
        *(pl.col(nom).str.replace_all("\x00", " ", literal=True) for nom in _avec_nul(lignes)),
    )
    assert lignes["exercice"].null_count() == 0, "a checked lot has every line in exactly one exercice"
    clos = contexte.exercices.filter("est_clos", pl.col("code").is_in(lignes["exercice"].unique().implode()))["code"]
    if clos.len():
        raise ExerciceClos(clos.to_list())
    _assert_equilibre(lignes)
    return Plan(
        lignes=lignes,
        ventilations=lot.ventilations.select(VENTILATIONS_POSTEES.keys()),
        soldes=soldes(lignes),
        journaux=_a_creer(
            lot.journaux,
            "code",
            ("libelle", "nature"),
            lignes["journal"],
            contexte.journaux,
            contexte.creations.journaux,
        ),
        comptes=_a_creer(
            lot.comptes, "numero", ("libelle", "nature"), lignes["compte"], contexte.comptes, contexte.creations.comptes
        ),
        tiers=_a_creer(
            _collectifs(lot, lignes),
            "code",
            ("libelle", "nature", "collectif"),
            lignes["tiers"],
            contexte.tiers,
            contexte.creations.tiers,
        ),
        totaux=totaux_par_journal(lignes),
    )


def soldes(lignes: pl.DataFrame) -> pl.DataFrame:
    """The roll-up of lines: one row an exercice, type, account, journal and month."""
    return (
        lignes.lazy()
        .group_by(
            "exercice", "type_ecriture", "compte", "journal",
            mois=pl.col("date").dt.year() * 100 + pl.col("date").dt.month().cast(pl.Int32),
        )
        .agg(pl.sum("debit_centimes", "credit_centimes"), nombre=pl.len().cast(pl.Int64))
        .select(pl.col(nom).cast(genre) for nom, genre in SOLDES.items())
        .sort("exercice", "type_ecriture", "compte", "journal", "mois")
        .collect()
    )  # fmt: skip


def totaux_par_journal(lignes: pl.DataFrame) -> pl.DataFrame:
    """``journal, ecritures, lignes, debit_centimes, credit_centimes``, by journal code."""
    return (
        lignes.lazy()
        .group_by("journal")
        .agg(
            ecritures=pl.col("ecriture").n_unique().cast(pl.Int64),
            lignes=pl.len().cast(pl.Int64),
            debit_centimes=pl.sum("debit_centimes"),
            credit_centimes=pl.sum("credit_centimes"),
        )
        .sort("journal")
        .collect()
    )


def empreinte_lignes(lignes: pl.DataFrame) -> str:
    """SHA-256 of posted lines (LIGNES_POSTEES, by numero_ligne): what a receipt says of them, and what verify recomputes."""
    somme = hashlib.sha256()
    ordonnees = lignes.select(LIGNES_POSTEES.keys()).sort("numero_ligne", maintain_order=True)
    for tranche in ordonnees.iter_slices(_TRANCHE):
        texte = tranche.write_csv(
            include_header=False, separator="\x1f", null_value="\x00", quote_style="never", date_format="%Y-%m-%d"
        )
        somme.update(texte.encode())
    return somme.hexdigest()


def _exercice(exercices: pl.DataFrame) -> pl.Expr:
    choix = pl.lit(None, pl.String)
    for code, debut, fin in exercices.select("code", "debut", "fin").iter_rows():
        choix = pl.when(pl.col("date").is_between(debut, fin)).then(pl.lit(code)).otherwise(choix)
    return choix


def _avec_nul(lignes: pl.DataFrame) -> list[str]:
    """Text columns that hold a NUL, which PostgreSQL cannot store: it becomes a blank."""
    textes = [nom for nom, genre in lignes.schema.items() if genre == pl.String]
    presents = lignes.lazy().select(pl.col(textes).str.contains("\x00", literal=True).any()).collect().row(0)
    return [nom for nom, present in zip(textes, presents, strict=True) if present]


def _assert_equilibre(lignes: pl.DataFrame) -> None:
    assert lignes.select(pl.col("debit_centimes", "credit_centimes").null_count()).row(0) == (0, 0), (
        "a checked lot has every amount"
    )
    ecarts = (
        lignes.lazy()
        .group_by("ecriture")
        .agg(ecart=pl.col("debit_centimes").sum() - pl.col("credit_centimes").sum())
        .filter(pl.col("ecart") != 0)
        .collect()
    )
    assert ecarts.is_empty(), "every entry of a checked lot balances"


def _collectifs(lot: Lot, lignes: pl.DataFrame) -> pl.DataFrame:
    """The file's tiers, completed by the account on which each one is first used."""
    emplois = (
        lignes.lazy().filter(pl.col("tiers").is_not_null()).group_by("tiers").agg(emploi=pl.first("compte")).collect()
    )
    return (
        lot.tiers.join(emplois, left_on="code", right_on="tiers", how="full", coalesce=True, maintain_order="left")
        .with_columns(collectif=pl.coalesce("collectif", "emploi"))
        .drop("emploi")
    )


def _a_creer(
    declares: pl.DataFrame,
    cle: str,
    colonnes: tuple[str, ...],
    employes: pl.Series,
    connus: pl.DataFrame | None,
    permis: bool,
) -> pl.DataFrame:
    """What the file declares or uses and the dossier lacks, first declaration kept; empty when creation is refused."""
    if not permis:
        return declares.head(0).select(cle, *colonnes)
    codes = pl.DataFrame({cle: employes.unique().drop_nulls()}, schema={cle: pl.String})
    tous = pl.concat(
        [declares.select(cle, *colonnes), codes.join(declares, on=cle, how="anti")], how="diagonal"
    ).unique(cle, keep="first")
    if connus is not None:
        tous = tous.join(connus, on=cle, how="anti")
    return tous.filter(pl.col(cle) != "").with_columns(pl.coalesce("libelle", cle).alias("libelle")).sort(cle)
