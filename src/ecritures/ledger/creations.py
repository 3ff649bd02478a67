"""What an import adds to a dossier beside its lines: journaux, comptes, tiers, axes, sections, RIB… that it lacks.

The dossier's settings say what may be created; what exists is never altered.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lot, Schema
from ecritures.ledger.codes import Codes

JOURNAUX: Schema = {"code": pl.String, "libelle": pl.String, "nature": pl.String, "est_ferme": pl.Boolean}
COMPTES: Schema = {"numero": pl.String, "libelle": pl.String, "nature": pl.String, "est_ferme": pl.Boolean}
TIERS: Schema = {
    "code": pl.String,
    "libelle": pl.String,
    "nature": pl.String,
    "collectif": pl.String,
    "est_ferme": pl.Boolean,
}
"""Columns of what is created; the first is the key."""

REFERENCES: Mapping[str, tuple[Schema, int]] = {
    "axes": ({"code": pl.String, "libelle": pl.String}, 1),
    "sections": ({"axe": pl.String, "code": pl.String, "libelle": pl.String, "est_ferme": pl.Boolean}, 2),
    "etablissements": ({"code": pl.String, "libelle": pl.String, "siret": pl.String}, 1),
    "modes_paiement": ({"code": pl.String, "libelle": pl.String, "categorie": pl.String}, 1),
    "devises": ({"code": pl.String, "libelle": pl.String, "decimales": pl.Int64, "parite": pl.String}, 1),
    "ribs": (
        {
            "tiers": pl.String, "numero": pl.Int64, "est_principal": pl.Boolean, "banque": pl.String, "guichet": pl.String,
            "compte": pl.String, "cle": pl.String, "domiciliation": pl.String, "pays": pl.String, "devise": pl.String,
            "bic": pl.String, "iban": pl.String,
        },
        2,
    ),
}  # fmt: skip
"""Table → its columns, and how many of the first ones are its key within the dossier."""

DECIMALES_MAX = 9
"""Decimals of a currency: beyond, the number is not one, and is left out."""


def a_creer(
    schema: Schema,
    declares: pl.DataFrame,
    employes: pl.Series,
    connus: pl.DataFrame | None,
    permis: bool,
    admis: frozenset[str] = frozenset(),
) -> pl.DataFrame:
    """What the file declares or uses and the dossier lacks, first declaration kept; when creation is refused, ``admis`` only."""
    cle = next(iter(schema))
    if not permis:
        if not admis:
            return pl.DataFrame(schema=schema)
        est_admis = pl.col(cle).is_in(sorted(admis))
        declares, employes = declares.filter(est_admis), employes.filter(employes.is_in(sorted(admis)))
    codes = pl.DataFrame({cle: employes.unique().drop_nulls()}, schema={cle: pl.String})
    tous = pl.concat([declares.select(schema.keys()), codes.join(declares, on=cle, how="anti")], how="diagonal").unique(
        cle, keep="first", maintain_order=True
    )
    if connus is not None:
        tous = tous.join(connus, on=cle, how="anti")
    return _complet(tous.filter(pl.col(cle) != ""), cle).sort(cle)


def collectifs(tiers: pl.DataFrame, lignes: pl.DataFrame) -> pl.DataFrame:
    """The file's tiers, completed by the account on which each one is first used. ``lignes`` bear the books' codes."""
    emplois = (
        lignes.lazy().filter(pl.col("tiers").is_not_null()).group_by("tiers").agg(emploi=pl.first("compte")).collect()
    )
    return (
        tiers.join(emplois, left_on="code", right_on="tiers", how="full", coalesce=True, maintain_order="left")
        .with_columns(collectif=pl.coalesce("collectif", "emploi"))
        .drop("emploi")
    )


def references_a_creer(lot: Lot, contexte: Contexte, codes: Codes) -> Mapping[str, pl.DataFrame]:
    """Rows to create of each table of REFERENCES: declared by the file; sections, axes and établissements also when only
    used by its lines."""
    apportes = {
        "axes": _et_employes(lot.axes, lot.ventilations.select(code="axe")),
        "sections": _et_employes(lot.sections, lot.ventilations.select("axe", code="section")),
        "etablissements": _et_employes(lot.etablissements, lot.lignes.select(code="etablissement")),
        "modes_paiement": lot.modes_paiement,
        "devises": lot.devises.with_columns(pl.when(pl.col("decimales") <= DECIMALES_MAX).then("decimales")),
        "ribs": codes.ribs(lot.ribs),
    }
    sorties = {}
    for nom, cadre in apportes.items():
        schema, largeur_cle = REFERENCES[nom]
        creations = contexte.creations
        permis = (
            creations.tiers
            if nom == "ribs"
            else creations.comptes
            if creations.references is None
            else creations.references
        )
        cle = list(schema)[:largeur_cle]
        nouveaux = cadre.select(pl.col(c).cast(genre) for c, genre in schema.items()).drop_nulls(cle)
        nouveaux = nouveaux.unique(cle, keep="first", maintain_order=True)
        connus = contexte.references.get(nom)
        if connus is not None:
            nouveaux = nouveaux.join(connus, on=cle, how="anti")
        sorties[nom] = _complet(nouveaux, cle[-1]).sort(cle) if permis else nouveaux.clear()
    return sorties


def _et_employes(declares: pl.DataFrame, employes: pl.DataFrame) -> pl.DataFrame:
    cle = employes.columns
    absents = employes.drop_nulls().unique().sort(cle).join(declares, on=cle, how="anti")
    return pl.concat([declares, absents], how="diagonal")


def _complet(cadre: pl.DataFrame, code: str) -> pl.DataFrame:
    """A row without a label bears its code; open unless it says it is closed. PostgreSQL cannot store a NUL."""
    if "libelle" in cadre.columns:
        cadre = cadre.with_columns(pl.coalesce("libelle", pl.col(code).cast(pl.String)).alias("libelle"))
    booleens = [nom for nom, genre in cadre.schema.items() if genre == pl.Boolean]
    textes = [nom for nom, genre in cadre.schema.items() if genre == pl.String]
    return cadre.with_columns(
        *(pl.col(nom).fill_null(False) for nom in booleens),
        *(pl.col(nom).str.replace_all("\x00", " ", literal=True) for nom in textes),
    )
