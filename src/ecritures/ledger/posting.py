"""From a checked lot to a plan of posting: lines with their exercice, roll-ups, and what the dossier must gain."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from ecritures.domain.contexte import Contexte
from ecritures.domain.errors import ExerciceClos
from ecritures.domain.lot import LIGNES, Lot, Schema
from ecritures.domain.reprise import EXERCICES_A_CREER, exercices_a_creer
from ecritures.ledger.codes import codes_du_dossier
from ecritures.ledger.creations import COMPTES, JOURNAUX, TIERS, a_creer, collectifs, references_a_creer
from ecritures.ledger.pieces import PIECES_JOINTES, pieces_jointes

LIGNES_POSTEES: Schema = {
    "numero_ligne": pl.UInt32,
    "rang": pl.UInt32,  # among the lines made of one physical line, from 0: a custom model splits amounts
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
"""A line of the books, in this order. (dossier, import, numero_ligne, rang) is its key: a retry finds its own work."""

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
    journaux: pl.DataFrame  # code, libelle, nature, est_ferme: to create
    comptes: pl.DataFrame  # numero, libelle, nature, est_ferme: to create
    tiers: pl.DataFrame  # code, libelle, nature, collectif, est_ferme: to create
    totaux: pl.DataFrame  # journal, ecritures, lignes, debit_centimes, credit_centimes
    exercices: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EXERCICES_A_CREER))
    references: Mapping[str, pl.DataFrame] = field(default_factory=dict)  # ledger.creations: to create, by table
    pieces_jointes: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PIECES_JOINTES))

    @property
    def debit_centimes(self) -> int:
        return int(self.lignes["debit_centimes"].sum())

    @property
    def credit_centimes(self) -> int:
        return int(self.lignes["credit_centimes"].sum())


def plan_posting(lot: Lot, contexte: Contexte) -> Plan:
    """Lines to write with their roll-ups, in file order, and what the dossier must gain for them.

    lot: checked, no ERROR. contexte: the dossier's, with its exercices. Raises ExerciceClos: an exercice of the dossier;
    one that a folder brings closed takes the entries that come with it. Debits equal credits in the result, entry by
    entry, to the centime.
    """
    assert contexte.exercices is not None, "posting needs the dossier's exercices"
    nouveaux = exercices_a_creer(lot, contexte)
    exercices = pl.concat([contexte.exercices.select("code", "debut", "fin"), nouveaux.select("code", "debut", "fin")])
    codes = codes_du_dossier(lot, contexte)
    lignes = codes.remplacer(lot.lignes).with_columns(_rang(lot.lignes["numero_ligne"]), exercice=_exercice(exercices))
    if not lot.garde_lettrage:
        lignes = lignes.with_columns(pl.lit(None).alias(nom) for nom in ("lettrage", "date_lettrage"))
    lignes = lignes.select(pl.col(nom).cast(genre) for nom, genre in LIGNES_POSTEES.items())
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
        # a line of its own (O) splits no other: it is its own mother
        ventilations=lot.ventilations.with_columns(
            pl.coalesce("ligne_mere", "numero_ligne").alias("ligne_mere")
        ).select(VENTILATIONS_POSTEES.keys()),
        soldes=soldes(lignes),
        journaux=a_creer(JOURNAUX, lot.journaux, lignes["journal"], contexte.journaux, contexte.creations.journaux),
        comptes=a_creer(
            COMPTES,
            codes.comptes(lot.comptes),
            lignes["compte"],
            contexte.comptes,
            contexte.creations.comptes,
            contexte.creations.comptes_admis,
        ),
        tiers=a_creer(
            TIERS,
            collectifs(codes.tiers(lot.tiers), lignes),
            lignes["tiers"],
            contexte.tiers,
            contexte.creations.tiers,
            contexte.creations.tiers_admis,
        ),
        totaux=totaux_par_journal(lignes),
        exercices=nouveaux,
        references=references_a_creer(lot, contexte, codes),
        pieces_jointes=pieces_jointes(lot),
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
    """SHA-256 of posted lines (LIGNES_POSTEES, by number and rank): what a receipt says of them, and what verify recomputes."""
    somme = hashlib.sha256()
    ordonnees = lignes.select(LIGNES_POSTEES.keys()).sort("numero_ligne", "rang", maintain_order=True).drop("rang")
    for tranche in ordonnees.iter_slices(_TRANCHE):
        texte = tranche.write_csv(
            include_header=False, separator="\x1f", null_value="\x00", quote_style="never", date_format="%Y-%m-%d"
        )
        somme.update(texte.encode())
    return somme.hexdigest()


def _rang(numeros: pl.Series) -> pl.Series:
    if not numeros.is_duplicated().any():
        return pl.Series("rang", [0], dtype=pl.UInt32).new_from_index(0, numeros.len())
    return numeros.to_frame().select(rang=pl.int_range(pl.len(), dtype=pl.UInt32).over("numero_ligne"))["rang"]


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
