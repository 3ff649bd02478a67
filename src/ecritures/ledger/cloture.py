"""Closing an exercice: whether it may be, and the à-nouveaux that open the next one. Decisions only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from ecritures.domain.errors import ClotureRefusee
from ecritures.domain.montant import euros
from ecritures.ledger.posting import LIGNES_POSTEES

JOURNAL = "AN"
NATURE_JOURNAL = "ANO"
BILAN, GESTION = "^[1-5]", "^[67]"
BENEFICE, PERTE = "120", "129"

SOLDES_TIERS = {"compte": pl.String, "tiers": pl.String, "solde_centimes": pl.Int64}
"""Balance of each account and third party in the exercice, entries of type N only."""


@dataclass(frozen=True)
class ExerciceLivre:
    code: str
    debut: date
    fin: date
    est_clos: bool
    valide_jusqu_a: date | None = None


@dataclass(frozen=True, eq=False)
class PlanCloture:
    lignes: pl.DataFrame  # LIGNES_POSTEES: one entry of journal AN, first day of the next exercice
    resultat_centimes: int  # positive: a profit


def suivant(exercices: Sequence[ExerciceLivre], code: str) -> ExerciceLivre | None:
    """The exercice that begins the day after this one ends; None when there is none."""
    (clos,) = (e for e in exercices if e.code == code)
    return next((e for e in exercices if e.debut.toordinal() == clos.fin.toordinal() + 1), None)


def refuse_cloture(exercices: Sequence[ExerciceLivre], code: str) -> None:
    """Raises ClotureRefusee: closed already, or an earlier one is open."""
    (voulu,) = (e for e in exercices if e.code == code)
    if voulu.est_clos:
        raise ClotureRefusee(f"L'exercice {code} est déjà clos.")
    ouverts = [e.code for e in exercices if e.fin < voulu.debut and not e.est_clos]
    if ouverts:
        raise ClotureRefusee(
            f"L'exercice {code} ne peut pas être clos avant {', '.join(ouverts)} : clore d'abord le plus ancien."
        )


def refuse_reouverture(exercices: Sequence[ExerciceLivre], code: str) -> None:
    """Raises ClotureRefusee: open already, or a later one is closed."""
    (voulu,) = (e for e in exercices if e.code == code)
    if not voulu.est_clos:
        raise ClotureRefusee(f"L'exercice {code} est déjà ouvert.")
    clos = [e.code for e in exercices if e.debut > voulu.fin and e.est_clos]
    if clos:
        raise ClotureRefusee(
            f"L'exercice {code} ne peut pas être rouvert tant que {', '.join(clos)} est clos : rouvrir d'abord le plus récent."
        )


def plan_cloture(soldes: pl.DataFrame, comptes: Sequence[str], clos: str, ouvert: ExerciceLivre) -> PlanCloture:
    """À-nouveaux of ``soldes`` (SOLDES_TIERS) on the first day of ``ouvert``: accounts of classes 1 to 5 brought forward,
    by third party; classes 6 and 7 summed on 120 (profit) or 129 (loss). comptes: those of the dossier.

    Raises ClotureRefusee when accounts of other classes do not balance among themselves: an entry could not either.
    """
    autres = soldes.filter(~pl.col("compte").str.contains("^[1-7]"))
    if reste := int(autres["solde_centimes"].sum()):
        raise ClotureRefusee(
            f"Les comptes hors des classes 1 à 7 ne s'équilibrent pas (écart {euros(abs(reste))}) : les corriger avant de clore."
        )
    resultat = -int(soldes.filter(pl.col("compte").str.contains(GESTION))["solde_centimes"].sum())
    bilan = soldes.filter(pl.col("compte").str.contains(BILAN), pl.col("solde_centimes") != 0).sort("compte", "tiers")
    if resultat:
        racine = BENEFICE if resultat > 0 else PERTE
        rang = {"compte": [_compte(racine, comptes)], "tiers": [None], "solde_centimes": [-resultat]}
        bilan = pl.concat([bilan, pl.DataFrame(rang, schema=SOLDES_TIERS)])
    lignes = _lignes(bilan, clos, ouvert)
    assert lignes["debit_centimes"].sum() == lignes["credit_centimes"].sum(), "the books balance, so do the à-nouveaux"
    return PlanCloture(lignes, resultat)


def _lignes(bilan: pl.DataFrame, clos: str, ouvert: ExerciceLivre) -> pl.DataFrame:
    solde = pl.col("solde_centimes")
    posees = bilan.with_columns(
        numero_ligne=pl.int_range(1, pl.len() + 1),
        rang=pl.lit(0),
        ecriture=pl.lit(1),
        exercice=pl.lit(ouvert.code),
        journal=pl.lit(JOURNAL),
        date=pl.lit(ouvert.debut),
        libelle=pl.lit(f"À-nouveau de l'exercice {clos}"),
        debit_centimes=pl.when(solde > 0).then(solde).otherwise(0),
        credit_centimes=pl.when(solde < 0).then(-solde).otherwise(0),
        type_ecriture=pl.lit("N"),
        a_nouveau=pl.lit("OAN"),
    )
    vides = [pl.lit(None).alias(nom) for nom in LIGNES_POSTEES if nom not in posees.columns]
    return posees.with_columns(vides).select(pl.col(nom).cast(genre) for nom, genre in LIGNES_POSTEES.items())


def _compte(racine: str, comptes: Sequence[str]) -> str:
    """The dossier's own account of that root, else the root with zeros to the usual length of its accounts."""
    connus = sorted(c for c in comptes if c.startswith(racine))
    if connus:
        return connus[0]
    longueurs = [len(c) for c in comptes if c[:1].isdigit()]
    usuelle = max(sorted(set(longueurs)), key=longueurs.count, default=6)
    return racine.ljust(usuelle, "0")
