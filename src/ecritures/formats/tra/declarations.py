"""What a lot of another format leaves unsaid and a TRA file declares: its journals, accounts and third parties.

Natures are guessed from the French chart of accounts and from what the lines hold; a declaration that the lot already
has is never replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from ecritures.domain.lot import COMPTES, JOURNAUX, TIERS, Lot, Schema

COLLECTIFS = (("40", "COF", "FOU"), ("41", "COC", "CLI"), ("42", "COS", "SAL"))
"""Account prefix → nature of the collective account, nature of its third parties; COD and DIV elsewhere."""

NATURES: tuple[tuple[str, str], ...] = (
    ("409", "TID"), ("40", "TIC"), ("419", "TIC"), ("41", "TID"), ("2", "IMO"), ("512", "BQE"), ("514", "BQE"),
    ("53", "CAI"), ("6", "CHA"), ("7", "PRO"), ("80", "EXT"),
)  # fmt: skip
"""First prefix that fits → nature of a general account; DIV elsewhere."""

_A_NOUVEAU = r"(?i)^(?:an|ano|anx|ran|rep|nou)$"
_TRESORERIE = ("512", "514", "53")


def declarer(lot: Lot) -> Mapping[str, pl.DataFrame]:
    """``journaux``, ``comptes`` and ``tiers`` of the lot, completed by those that its lines use."""
    if lot.format == "tra":
        return {"journaux": lot.journaux, "comptes": lot.comptes, "tiers": lot.tiers}
    return {
        "journaux": _complete(lot.journaux, _journaux(lot.lignes), "code", JOURNAUX),
        "comptes": _complete(lot.comptes, _comptes(lot), "numero", COMPTES),
        "tiers": _complete(lot.tiers, _tiers(lot.lignes), "code", TIERS),
    }


def _complete(declares: pl.DataFrame, employes: pl.DataFrame, cle: str, schema: Schema) -> pl.DataFrame:
    """Declared rows in their order, each code once, what they leave blank guessed; then the codes used and not declared."""
    uniques = declares.select(schema.keys()).filter(pl.col(cle) != "").unique(cle, keep="first", maintain_order=True)
    joints = uniques.join(employes, on=cle, how="left", suffix="_devine", maintain_order="left")
    dits = joints.select(
        pl.coalesce(nom, f"{nom}_devine").cast(genre).alias(nom) if f"{nom}_devine" in joints.columns else pl.col(nom)
        for nom, genre in schema.items()
    )
    manquants = employes.join(uniques, on=cle, how="anti").filter(pl.col(cle) != "").sort(cle)
    colonnes = [
        (pl.col(nom) if nom in manquants.columns else pl.lit(None)).cast(genre, strict=False).alias(nom)
        for nom, genre in schema.items()
    ]
    return pl.concat([dits, manquants.select(colonnes)])


def _commence(prefixes: tuple[str, ...]) -> pl.Expr:
    return pl.any_horizontal(pl.col("compte").str.starts_with(p) for p in prefixes)


def _selon_prefixe(natures: Sequence[tuple[str, str]], sinon: str) -> pl.Expr:
    """Nature of ``compte``: that of the first prefix that fits."""
    nature = pl.lit(sinon)
    for prefixe, valeur in reversed(natures):
        nature = pl.when(pl.col("compte").str.starts_with(prefixe)).then(pl.lit(valeur)).otherwise(nature)
    return nature


def _journaux(lignes: pl.DataFrame) -> pl.DataFrame:
    """One row a journal used. Its nature is that of its entries: all on one treasury account, most on sales or purchases."""
    ecritures = (
        lignes.lazy()
        .group_by("journal", "ecriture")
        .agg(
            tresorerie=pl.col("compte").filter(_commence(_TRESORERIE)).first(),
            vente=_commence(("70",)).any(),
            achat=(_commence(("40",)).any() & _commence(("2", "6")).any()),
        )
        .group_by("journal")
        .agg(
            propre=pl.col("tresorerie").drop_nulls().unique(),
            sur_tresorerie=pl.col("tresorerie").is_not_null().all(),
            ventes=pl.col("vente").mean(),
            achats=pl.col("achat").mean(),
        )
    )
    libelles = lignes.lazy().group_by("journal").agg(libelle=pl.col("journal_libelle").drop_nulls().first())
    propre = pl.col("propre").list.first()
    unique = pl.col("sur_tresorerie") & (pl.col("propre").list.len() == 1)
    ouverture = pl.col("journal").str.contains(_A_NOUVEAU) | pl.col("libelle").str.contains(r"(?i)nouveau").fill_null(
        False
    )
    nature = (
        pl.when(ouverture).then(pl.lit("ANO"))
        .when(unique & propre.str.starts_with("53")).then(pl.lit("CAI"))
        .when(unique).then(pl.lit("BQE"))
        .when((pl.col("ventes") > 0.5) & (pl.col("ventes") >= pl.col("achats"))).then(pl.lit("VTE"))
        .when(pl.col("achats") > 0.5).then(pl.lit("ACH"))
        .otherwise(pl.lit("OD"))
    )  # fmt: skip
    return (
        ecritures.join(libelles, on="journal")
        .with_columns(nature=nature)
        .select(
            code="journal",
            libelle=pl.coalesce("libelle", "journal"),
            nature="nature",
            compte=pl.when(pl.col("nature").is_in(["BQE", "CAI"])).then(propre),
            mode_saisie=pl.lit("-"),
            est_ferme=pl.lit(False),
        )
        .collect()
    )


def _comptes(lot: Lot) -> pl.DataFrame:
    collectif = _selon_prefixe([(prefixe, nature) for prefixe, nature, _ in COLLECTIFS], "COD")
    nature = _selon_prefixe(NATURES, "DIV")
    axes = lot.ventilations.group_by("compte").agg(axes=pl.col("axe").unique())
    ventilable = pl.concat_str(
        pl.when(pl.col("axes").list.contains(f"A{i}").fill_null(False)).then(pl.lit("X")).otherwise(pl.lit("-"))
        for i in range(1, 6)
    )
    comptes = lot.lignes.group_by("compte").agg(
        libelle=pl.col("compte_libelle").drop_nulls().first(),
        avec_tiers=pl.col("tiers").is_not_null().any(),
        lettre=pl.col("lettrage").is_not_null().any(),
    )
    return (
        comptes.join(axes, on="compte", how="left")
        .with_columns(nature=pl.when("avec_tiers").then(collectif).otherwise(nature))
        .select(
            numero="compte",
            libelle=pl.coalesce("libelle", "compte"),
            nature="nature",
            est_lettrable=pl.col("lettre") & pl.col("nature").is_in(["TIC", "TID", "DIV"]),
            est_pointable=pl.col("nature") == "BQE",
            ventilable=ventilable,
            est_ferme=pl.lit(False),
        )
    )


def _tiers(lignes: pl.DataFrame) -> pl.DataFrame:
    nature = _selon_prefixe([(prefixe, valeur) for prefixe, _, valeur in COLLECTIFS], "DIV")
    tiers = (
        lignes.filter(pl.col("tiers").is_not_null())
        .group_by("tiers", maintain_order=True)
        .agg(libelle=pl.col("tiers_libelle").drop_nulls().first(), compte=pl.first("compte"))
    )
    return tiers.select(
        code="tiers",
        libelle=pl.coalesce("libelle", "tiers"),
        nature=nature,
        collectif="compte",
        est_lettrable=pl.lit(True),
        est_ferme=pl.lit(False),
    )
