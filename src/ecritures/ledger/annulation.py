"""What a cancel takes back, and what forbids it. Decisions only: storage/annulation.py reads and writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from ecritures.domain.montant import date_fr
from ecritures.ledger.posting import SOLDES, soldes
from ecritures.ledger.recu import Recu

EXERCICES = {"code": pl.String, "est_clos": pl.Boolean, "valide_jusqu_a": pl.Date}
CHANGES = {
    "numero_ligne": pl.UInt32,
    "rang": pl.UInt32,
    "lettrage_avant": pl.String,
    "date_avant": pl.Date,
    "lettrage_apres": pl.String,
    "date_apres": pl.Date,
}
GROUPE = ("compte", "tiers", "lettrage")
"""What names a lettering: its code means something on one account of one third party only."""


@dataclass(frozen=True)
class Blocage:
    """A reason not to cancel. ``code`` is stable; ``lignes``: how many lines of the import it holds (0: all, or none yet)."""

    code: str
    motif: str
    lignes: int = 0


@dataclass(frozen=True, eq=False)
class EtatPose:
    """What the books hold of one receipt. ``lettrages_ailleurs``: GROUPE of every lettering of other receipts' lines.

    ``apportes``: closed exercices that came with this very receipt: they leave with it. ``est_intact``: the lines are
    still those that the receipt states, letterings made since left aside.
    """

    lignes: pl.DataFrame  # LIGNES_POSTEES
    exercices: pl.DataFrame  # EXERCICES
    lettrages_ailleurs: pl.DataFrame  # GROUPE
    apportes: Collection[str] = ()
    est_intact: bool = True


@dataclass(frozen=True, eq=False)
class Apercu:
    """What a cancel would do now: what goes, what was created and leaves or stays, what blocks."""

    lignes: int
    ecritures: int
    debit_centimes: int
    credit_centimes: int
    journaux: pl.DataFrame  # as ledger.posting.totaux_par_journal
    ventilations: int = 0
    pieces_jointes: int = 0
    repris: Mapping[str, Sequence[str]] = field(default_factory=dict)
    gardes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    blocages: Sequence[Blocage] = ()


def blocages(etat: EtatPose) -> list[Blocage]:
    """Every reason not to take these lines back, each with its count of lines."""
    reasons = [*_clos(etat), *_valides(etat), *_lettrees(etat)]
    if not etat.est_intact:
        reasons.append(
            Blocage(
                "livres.modifies",
                "Des lignes des livres ne sont plus celles du reçu : lancer `ecritures verify`.",
                etat.lignes.height,
            )
        )
    return reasons


def soldes_a_retirer(lignes: pl.DataFrame) -> pl.DataFrame:
    """The roll-ups of these lines with every sum negated: added to those kept, they leave what was there before."""
    return soldes(lignes).with_columns(-pl.col("debit_centimes", "credit_centimes", "nombre")).select(list(SOLDES))


def letterings(recus: Iterable[Recu], rang: int) -> pl.DataFrame:
    """What receipts of lettering, in their order, say of the lines of the receipt of that rank: the code and date that each
    line had before the first of them, and after the last (CHANGES)."""
    changes: dict[tuple[int, int], tuple[Any, ...]] = {}
    for recu in recus:
        for de, _, numero, parmi, code, jour, puis_code, puis_jour in recu.contenu.get("changements", ()):
            if de == rang:
                avant = changes.get((numero, parmi), (numero, parmi, code, _jour(jour)))[:4]
                changes[numero, parmi] = (*avant, puis_code, _jour(puis_jour))
    return pl.DataFrame(list(changes.values()), schema=CHANGES, orient="row")


def as_posted(lignes: pl.DataFrame, rang: int, recus: Iterable[Recu]) -> pl.DataFrame:
    """The lines of the receipt of that rank with the lettering they were posted with."""
    changes = letterings(recus, rang)
    if changes.is_empty():
        return lignes
    changee = pl.col("est_changee").fill_null(False)
    return (
        lignes.join(
            changes.with_columns(est_changee=True), on=["numero_ligne", "rang"], how="left", maintain_order="left"
        )
        .with_columns(
            lettrage=pl.when(changee).then("lettrage_avant").otherwise("lettrage"),
            date_lettrage=pl.when(changee).then("date_avant").otherwise("date_lettrage"),
        )
        .select(lignes.columns)
    )


def letterings_hold(lignes: pl.DataFrame, rang: int, recus: Iterable[Recu]) -> bool:
    """True when each line that was lettered or unlettered here bears what the last receipt of it says."""
    jointes = letterings(recus, rang).join(lignes, on=["numero_ligne", "rang"], how="inner")
    memes = pl.col("lettrage").eq_missing(pl.col("lettrage_apres")) & pl.col("date_lettrage").eq_missing(
        pl.col("date_apres")
    )
    return jointes.filter(~memes).is_empty()


def _jour(texte: str | None) -> date | None:
    return None if texte is None else date.fromisoformat(texte)


def _clos(etat: EtatPose) -> list[Blocage]:
    clos = etat.exercices.filter("est_clos", ~pl.col("code").is_in(list(etat.apportes)))["code"]
    touchees = etat.lignes.filter(pl.col("exercice").is_in(clos.implode()))
    return [
        Blocage("exercice.clos", f"L'exercice {code} est clos : le rouvrir d'abord ({_lignes(n)}).", n)
        for code, n in touchees.group_by("exercice").len().sort("exercice").iter_rows()
    ]


def _valides(etat: EtatPose) -> list[Blocage]:
    valides = etat.exercices.filter(pl.col("valide_jusqu_a").is_not_null())
    touchees = etat.lignes.join(valides, left_on="exercice", right_on="code").filter(
        pl.col("date") <= pl.col("valide_jusqu_a")
    )
    groupes = touchees.group_by("exercice", "valide_jusqu_a").len().sort("exercice")
    return [
        Blocage(
            "exercice.valide",
            f"L'exercice {code} est validé jusqu'au {date_fr(jour)} : corriger par une écriture inverse ({_lignes(n)}).",
            n,
        )
        for code, jour, n in groupes.iter_rows()
    ]


def _lettrees(etat: EtatPose) -> list[Blocage]:
    """Letterings that would no longer balance. One that balances within this receipt leaves with it: files of several
    years, and the same file sent twice, use the same codes again."""
    groupes = (
        etat.lignes.filter(pl.col("lettrage").is_not_null())
        .group_by(GROUPE)
        .agg(ecart=(pl.col("debit_centimes") - pl.col("credit_centimes")).sum(), n=pl.len())
        .filter(pl.col("ecart") != 0)
        .join(etat.lettrages_ailleurs.unique(), on=list(GROUPE), how="semi", nulls_equal=True)
        .sort(GROUPE)
    )
    if groupes.is_empty():
        return []
    nombre = int(groupes["n"].sum())
    exemples = ", ".join(f"{g['lettrage']} du compte {g['compte']}" for g in groupes.head(3).iter_rows(named=True))
    motif = f"{_lignes(nombre)} lettrées avec des lignes d'autres imports : délettrer d'abord ({exemples})."
    return [Blocage("lettrage.croise", motif, nombre)]


def _lignes(nombre: int) -> str:
    return f"{nombre} ligne{'s' if nombre > 1 else ''}"
