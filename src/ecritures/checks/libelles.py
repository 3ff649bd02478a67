"""One code, one label: of an account, a journal, an auxiliary (G17 to G19)."""

from __future__ import annotations

import polars as pl

from ecritures.checks.check import Check, Rule
from ecritures.checks.lecture_fec import FEC
from ecritures.domain.constat import Severity
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot

LISTE_MAX = 3


def _plusieurs_libelles(code: str, libelle: str) -> Rule:
    """A rule: the codes that have several labels, at the first line of the second one."""

    def rule(lot: Lot, contexte: Contexte) -> pl.LazyFrame | None:
        # hashes first: comparing two numbers per code is enough to clear nearly every file
        repete = pl.col(code).eq_missing(pl.col(code).shift()) & pl.col(libelle).eq_missing(pl.col(libelle).shift())
        empreintes = (
            lot.lignes.lazy()
            .select(code, libelle)
            .filter(~repete)
            .filter(pl.col(libelle).is_not_null())
            .select(c=pl.col(code).hash(), e=pl.col(libelle).hash())
        )
        suspects = (
            empreintes.group_by("c")
            .agg(pl.min("e"), haut=pl.max("e"))
            .filter(pl.col("e") != pl.col("haut"))
            .select("c")
            .collect()
        )
        if suspects.height == 0:
            return None
        return (
            lot.lignes.lazy()
            .filter(pl.col(code).hash().is_in(suspects["c"].implode()) & pl.col(libelle).is_not_null())
            .group_by(pl.col(code).alias("compte"), libelle)
            .agg(pl.first("numero_ligne"))
            .sort("numero_ligne")
            .group_by("compte", maintain_order=True)
            .agg(
                pl.col("numero_ligne").get(1, null_on_oob=True),
                nombre=pl.len(),
                liste=pl.col(libelle).head(LISTE_MAX).str.slice(0, 60),
            )
            .filter(pl.col("nombre") > 1)
            .with_columns(champ=pl.lit(libelle), liste=pl.col("liste").list.join(" », « "))
            .filter(pl.col("compte") != "")
        )

    return rule


def _check(id_: str, code: str, quoi: str, rule: Rule) -> Check:
    return Check(
        id=id_,
        code=code,
        severity=Severity.WARNING,
        titre=f"{quoi} à plusieurs libellés",
        message=f"{quoi} {{compte}} : {{nombre}} libellés (« {{liste}} »).",
        remede="Retenir un libellé dans le plan du logiciel d'origine ; ici, le premier du fichier est gardé.",
        source="Pratique des fichiers réels : un libellé par code",
        rule=rule,
        formats=FEC,
    )


CHECKS = (
    _check("compte.libelles", "G17", "Compte", _plusieurs_libelles("compte", "compte_libelle")),
    _check("journal.libelles", "G18", "Journal", _plusieurs_libelles("journal", "journal_libelle")),
    _check("tiers.libelles", "G19", "Auxiliaire", _plusieurs_libelles("tiers", "tiers_libelle")),
)
