"""What differs between two lots, whatever their formats: entries added, removed, changed, and the accounts that moved.

Entries are paired by joins, from the surest key to the least: identical, then journal, number and date, then the same
amounts on the same accounts under another number, then the same number at another date. What no key pairs is added or
removed. Within a pair, lines are paired the same way, then compared field by field. Pure; no loop over rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from ecritures.domain.lot import LIGNES, Lot
from ecritures.domain.montant import expr_date_fr, expr_euros
from ecritures.formats.fec.supplement import MARQUE_NEGATIF, colonnes_supplementaires, noms_supplementaires
from ecritures.formats.tra import layout
from ecritures.formats.tra.localisation import LocalisationTra

NON_COMPARES = ("numero_ligne", "ecriture")
"""Where a line stands is shown, never compared."""
PROPRES_AU_FORMAT = ("genre", "supplement")
"""Compared only between two files of one format: they are written in its own terms."""
_VENTILATION = ("axe", "section", "est_ventilation")

_GRAINES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
"""Two seeds, so that a line is known by 128 bits: two different lines of a million have the same by chance once in 10^26."""


@dataclass(frozen=True)
class Cle:
    """A way to pair two entries. ``unique``: only when no other entry of its side has that key."""

    titre: str
    colonnes: tuple[str, ...]
    unique: bool = False


CLES = (
    Cle("journal, numéro, date et montants", ("journal", "numero", "date", "montants")),
    Cle("journal, numéro et date", ("journal", "numero", "date")),
    Cle("journal, numéro et montants (date changée)", ("journal", "numero", "montants")),
    Cle("journal, date et montants par compte (numéro changé)", ("journal", "date", "montants")),
    Cle("date et montants par compte (journal changé)", ("date", "montants")),
    Cle("journal et numéro", ("journal", "numero"), unique=True),
)
_CLES_LIGNES = (
    ("compte", "tiers", "debit_centimes", "credit_centimes", "est_ventilation"),
    ("compte", "debit_centimes", "credit_centimes", "est_ventilation"),
    ("compte", "est_ventilation"),
    ("debit_centimes", "credit_centimes", "est_ventilation"),
    ("est_ventilation",),
)


@dataclass(frozen=True, eq=False)
class Comparaison:
    """Frames in the order of the files. ``a`` is the first file, ``b`` the second; amounts are centimes.

    ``ajoutees`` and ``retirees``: journal, numero, date, numero_ligne (first line), lignes, debit_centimes,
    credit_centimes. ``modifiees``: paire, journal, numero, date, numero_ligne_a, numero_ligne_b, cle. ``changements``:
    paire, numero_ligne_a, numero_ligne_b, champ, avant, apres; a line of one side only has the champ ``ligne``.
    ``comptes``: compte, debit and credit of both sides, ecart_centimes (balance of b minus balance of a).
    """

    identiques: int
    ajoutees: pl.DataFrame
    retirees: pl.DataFrame
    modifiees: pl.DataFrame
    changements: pl.DataFrame
    comptes: pl.DataFrame
    champs: tuple[str, ...]
    champs_ignores: tuple[str, ...]

    @property
    def est_vide(self) -> bool:
        """True when the two say the same entries, whatever their order."""
        return all(cadre.is_empty() for cadre in (self.ajoutees, self.retirees, self.modifiees, self.comptes))

    def public(self) -> dict[str, Any]:
        """The public JSON: dates in ISO form, amounts in centimes."""
        cadres = {
            nom: cadre.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()
            for nom, cadre in vars(self).items()
            if isinstance(cadre, pl.DataFrame)
        }
        return {
            "identiques": self.identiques,
            **cadres,
            "champs_compares": list(self.champs),
            "champs_ignores": list(self.champs_ignores),
        }


def comparer(a: Lot, b: Lot) -> Comparaison:
    """Everything that differs from ``a`` to ``b``. ``comparer(x, x).est_vide`` for any lot."""
    champs, ignores = compared_fields(a, b)
    avec_parts = "fec" not in (a.format, b.format)
    lignes_a, lignes_b = _lines(a, champs, avec_parts), _lines(b, champs, avec_parts)
    entrees_a, entrees_b = _entries(lignes_a), _entries(lignes_b)
    identiques, reste_a, reste_b = _pair(entrees_a, entrees_b, ("h1", "h2", "lignes"))
    paires, reste_a, reste_b = _pair_by_keys(reste_a, reste_b)
    colonnes = [*champs, *(_VENTILATION if avec_parts else ())]
    return Comparaison(
        identiques=identiques.height,
        ajoutees=_shown(reste_b),
        retirees=_shown(reste_a),
        modifiees=_changed(paires, entrees_a, entrees_b),
        changements=_changes(paires, lignes_a, lignes_b, colonnes),
        comptes=_accounts(a, b),
        champs=tuple(champs),
        champs_ignores=ignores,
    )


def compared_fields(a: Lot, b: Lot) -> tuple[list[str], tuple[str, ...]]:
    """The fields that both sides can carry, and those that only one has values for."""
    tous = [nom for nom in LIGNES if nom not in NON_COMPARES]
    if a.format == b.format and set(a.zones) == set(b.zones):
        return tous, ()
    portes_a, portes_b = _carried(a), _carried(b)
    memes = [nom for nom in tous if nom in portes_a and nom in portes_b and nom not in PROPRES_AU_FORMAT]
    ignores = tuple(nom for nom in tous if nom not in memes and (_has_values(a, nom) or _has_values(b, nom)))
    return memes, ignores


def _carried(lot: Lot) -> set[str]:
    """Fields that the file could have: those its zones name, else those it has values for. Amounts always."""
    portes = set(lot.zones) if lot.zones else {nom for nom in LIGNES if _has_values(lot, nom)}
    if isinstance(lot.localisation, LocalisationTra) and not lot.localisation.etendu:
        portes = {champ for champ, zone in lot.zones.items() if zone in layout.mouvement(False)}
    return portes | {"journal", "date", "compte", "debit_centimes", "credit_centimes"}


def _has_values(lot: Lot, nom: str) -> bool:
    colonne = lot.lignes[nom]
    if nom == "type_ecriture":
        return bool((colonne.fill_null("N") != "N").any())
    return (
        bool((colonne.fill_null("") != "").any()) if colonne.dtype == pl.String else colonne.null_count() < len(colonne)
    )


def _lines(lot: Lot, champs: Sequence[str], avec_parts: bool) -> pl.DataFrame:
    """Every line with its fields in one form (an absent text is ``""``), two hashes, and what tells amounts apart."""
    utiles = list(dict.fromkeys([*champs, "journal", "date", "compte", "tiers", "numero_piece", "reference", "libelle", "debit_centimes", "credit_centimes"]))  # fmt: skip
    lignes = lot.lignes.select("numero_ligne", "ecriture", *utiles).with_columns(est_ventilation=pl.lit(False))
    if "supplement" in champs and noms_supplementaires(lot):
        lignes = lignes.with_columns(_named_supplements(lot))
    if avec_parts and lot.ventilations.height:
        parts = lot.ventilations.filter(pl.col("numero_ligne") != pl.col("ligne_mere")).drop("texte", "ligne_mere")
        parts = parts.select([c for c in parts.columns if c in (*utiles, "numero_ligne", "ecriture", "axe", "section")])
        lignes = pl.concat([lignes, parts.with_columns(est_ventilation=pl.lit(True))], how="diagonal").sort(
            "numero_ligne"
        )
    absentes = [pl.lit(None, pl.String).alias(c) for c in ("axe", "section") if c not in lignes.columns]
    lignes = lignes.with_columns(absentes).with_columns(pl.col(pl.String).fill_null(""))
    if "supplement" in champs:
        lignes = lignes.with_columns(pl.col("supplement").str.strip_suffix(MARQUE_NEGATIF))
    contenu = lignes.select(*champs, *_VENTILATION)
    montants = lignes.select("compte", "debit_centimes", "credit_centimes", "est_ventilation")
    return lignes.with_columns(
        contenu.hash_rows(_GRAINES[0]).alias("h1"),
        contenu.hash_rows(_GRAINES[1]).alias("h2"),
        montants.hash_rows(_GRAINES[0]).alias("montants"),
    )


def _named_supplements(lot: Lot) -> pl.Series:
    """``supplement`` as « DateRglt=20250131 · ModeRglt=VIR »: the same whatever the separator, the form or the blank columns."""
    cadre = colonnes_supplementaires(lot)
    nommes = [
        pl.when(pl.col(nom) != "").then(pl.concat_str(pl.lit(f"{nom}="), pl.col(nom))) for nom in sorted(cadre.columns)
    ]
    return cadre.select(pl.concat_str(nommes, separator=" · ", ignore_nulls=True).alias("supplement"))["supplement"]


def _entries(lignes: pl.DataFrame) -> pl.DataFrame:
    """One row an entry, in file order. The sums of hashes wrap: they do not depend on the order of the lines."""
    numero = pl.when(pl.col("numero_piece") != "").then("numero_piece").otherwise("reference")
    generale = ~pl.col("est_ventilation")
    return (
        lignes.lazy()
        .group_by("ecriture")
        .agg(
            pl.min("numero_ligne"),
            pl.first("journal"),
            numero.first().alias("numero"),
            pl.first("date"),
            pl.len().alias("lignes"),
            pl.col("debit_centimes").filter(generale).sum(),
            pl.col("credit_centimes").filter(generale).sum(),
            pl.sum("h1", "h2", "montants"),
        )
        .sort("numero_ligne")
        .collect()
    )


def _pair(
    a: pl.DataFrame, b: pl.DataFrame, cle: Sequence[str], *, unique: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """``(pairs, rest of a, rest of b)``: the n-th entry of a key with the n-th of the same key. Pairs: ecriture_a, ecriture_b."""
    rangs = [pl.int_range(pl.len()).over(list(cle)).alias("_rang"), pl.len().over(list(cle)).alias("_combien")]
    gauche = a.select("ecriture", *cle).with_columns(rangs)
    droite = b.select("ecriture", *cle).with_columns(rangs)
    if unique:
        gauche, droite = gauche.filter(pl.col("_combien") == 1), droite.filter(pl.col("_combien") == 1)
    if "numero" in cle:
        gauche, droite = gauche.filter(pl.col("numero") != ""), droite.filter(pl.col("numero") != "")
    paires = gauche.join(droite, on=[*cle, "_rang"], how="inner", suffix="_b", nulls_equal=True).select(
        ecriture_a="ecriture", ecriture_b="ecriture_b"
    )
    return (
        paires,
        a.join(paires, left_on="ecriture", right_on="ecriture_a", how="anti", maintain_order="left"),
        b.join(paires, left_on="ecriture", right_on="ecriture_b", how="anti", maintain_order="left"),
    )


def _pair_by_keys(a: pl.DataFrame, b: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Entries that are not identical, paired by the keys in their order; each pair says by which."""
    trouvees = [pl.DataFrame(schema={"ecriture_a": pl.UInt32, "ecriture_b": pl.UInt32, "cle": pl.String})]
    for cle in CLES:
        if a.is_empty() or b.is_empty():
            break
        paires, a, b = _pair(a, b, cle.colonnes, unique=cle.unique)
        trouvees.append(paires.with_columns(cle=pl.lit(cle.titre)))
    return pl.concat(trouvees), a, b


def _shown(entrees: pl.DataFrame) -> pl.DataFrame:
    return entrees.select("journal", "numero", "date", "numero_ligne", "lignes", "debit_centimes", "credit_centimes")


def _changed(paires: pl.DataFrame, a: pl.DataFrame, b: pl.DataFrame) -> pl.DataFrame:
    return (
        paires.join(a, left_on="ecriture_a", right_on="ecriture", how="left")
        .join(
            b.select("ecriture", numero_ligne_b="numero_ligne"), left_on="ecriture_b", right_on="ecriture", how="left"
        )
        .select(
            paire="ecriture_a",
            journal="journal",
            numero="numero",
            date="date",
            numero_ligne_a="numero_ligne",
            numero_ligne_b="numero_ligne_b",
            cle="cle",
        )
        .sort("numero_ligne_a")
    )


_CHANGEMENTS: dict[str, type[pl.DataType]] = {
    "paire": pl.UInt32,
    "numero_ligne_a": pl.UInt32,
    "numero_ligne_b": pl.UInt32,
    "champ": pl.String,
    "avant": pl.String,
    "apres": pl.String,
}


def _changes(paires: pl.DataFrame, a: pl.DataFrame, b: pl.DataFrame, champs: Sequence[str]) -> pl.DataFrame:
    """Field by field, inside the entries paired."""
    if paires.is_empty():
        return pl.DataFrame(schema=_CHANGEMENTS)
    cote_a = a.join(paires.select(ecriture="ecriture_a", paire="ecriture_a"), on="ecriture", maintain_order="left")
    cote_b = b.join(paires.select(ecriture="ecriture_b", paire="ecriture_a"), on="ecriture", maintain_order="left")
    jointes, seules_a, seules_b = _pair_lines(cote_a, cote_b)
    cote_a, cote_b = cote_a.rename({"numero_ligne": "ligne_a"}), cote_b.rename({"numero_ligne": "ligne_b"})
    ensemble = (
        jointes.join(cote_a.select("paire", "ligne_a", *champs), on=["paire", "ligne_a"], how="left")
        .join(cote_b.select("paire", "ligne_b", *champs), on=["paire", "ligne_b"], how="left", suffix="__b")
    )  # fmt: skip
    cadres = [pl.DataFrame(schema=_CHANGEMENTS)]
    for champ in champs:
        autre = pl.col(f"{champ}__b")
        if champ != "est_ventilation":
            cadres.append(
                ensemble.filter(pl.col(champ).ne_missing(autre)).select(
                    paire="paire",
                    numero_ligne_a="ligne_a",
                    numero_ligne_b="ligne_b",
                    champ=pl.lit(champ),
                    avant=pl.col(champ).cast(pl.String),
                    apres=autre.cast(pl.String),
                )
            )
    nulle, resume = pl.lit(None, pl.UInt32), _line_text()
    sans = pl.lit(None, pl.String)
    cadres.append(seules_a.select("paire", "numero_ligne", nulle.alias("b"), pl.lit("ligne").alias("champ"), resume, sans.alias("apres")).rename({"numero_ligne": "numero_ligne_a", "b": "numero_ligne_b", "resume": "avant"}))  # fmt: skip
    cadres.append(seules_b.select("paire", nulle.alias("a"), "numero_ligne", pl.lit("ligne").alias("champ"), sans.alias("avant"), resume).rename({"a": "numero_ligne_a", "numero_ligne": "numero_ligne_b", "resume": "apres"}))  # fmt: skip
    return pl.concat(cadres).sort(pl.coalesce("numero_ligne_a", "numero_ligne_b"), maintain_order=True)


def _line_text() -> pl.Expr:
    """A line in a few words: account, debit and credit in centimes, label."""
    return pl.concat_str(
        pl.lit("compte "), "compte", pl.lit(", débit "), pl.col("debit_centimes").fill_null(0),
        pl.lit(", crédit "), pl.col("credit_centimes").fill_null(0), pl.lit(" centimes, "), "libelle",
    ).alias("resume")  # fmt: skip


def _pair_lines(a: pl.DataFrame, b: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Lines of the paired entries that are not identical, paired: ``paire, ligne_a, ligne_b``; then those left alone."""
    jointes = [pl.DataFrame(schema={"paire": pl.UInt32, "ligne_a": pl.UInt32, "ligne_b": pl.UInt32})]
    for rang, cle in enumerate((("h1", "h2"), *_CLES_LIGNES)):
        rangs = pl.int_range(pl.len()).over(["paire", *cle]).alias("_rang")
        gauche = a.select("paire", *cle, ligne_a="numero_ligne").with_columns(rangs)
        droite = b.select("paire", *cle, ligne_b="numero_ligne").with_columns(rangs)
        paires = gauche.join(droite, on=["paire", *cle, "_rang"], nulls_equal=True).select(
            "paire", "ligne_a", "ligne_b"
        )
        a = a.join(paires, left_on=["paire", "numero_ligne"], right_on=["paire", "ligne_a"], how="anti")
        b = b.join(paires, left_on=["paire", "numero_ligne"], right_on=["paire", "ligne_b"], how="anti")
        if rang:  # the first key pairs identical lines: nothing to show
            jointes.append(paires)
        if a.is_empty() or b.is_empty():
            break
    return pl.concat(jointes), a, b


def _accounts(a: Lot, b: Lot) -> pl.DataFrame:
    """Accounts whose totals differ."""

    def totaux(lot: Lot, cote: str) -> pl.LazyFrame:
        return lot.lignes.lazy().group_by("compte").agg(
            pl.col("debit_centimes").sum().alias(f"debit_{cote}_centimes"),
            pl.col("credit_centimes").sum().alias(f"credit_{cote}_centimes"),
        )  # fmt: skip

    cotes = [f"{sens}_{cote}_centimes" for cote in "ab" for sens in ("debit", "credit")]
    solde = {cote: pl.col(f"debit_{cote}_centimes") - pl.col(f"credit_{cote}_centimes") for cote in "ab"}
    return (
        totaux(a, "a")
        .join(totaux(b, "b"), on="compte", how="full", coalesce=True)
        .with_columns(pl.col(cotes).fill_null(0))
        .filter((pl.col(cotes[0]) != pl.col(cotes[2])) | (pl.col(cotes[1]) != pl.col(cotes[3])))
        .select("compte", *cotes, ecart_centimes=solde["b"] - solde["a"])
        .sort("compte")
        .collect()
    )


def shown_values(changements: pl.DataFrame) -> pl.DataFrame:
    """The same changes as people read them: amounts in euros, dates day first."""
    montant = pl.col("champ").str.ends_with("_centimes")
    date = pl.col("champ").str.contains("^date|echeance$")

    def montre(nom: str) -> pl.Expr:
        centimes = expr_euros(pl.col(nom).str.to_integer(strict=False, dtype=pl.Int64))
        jour = expr_date_fr(pl.col(nom).str.to_date("%Y-%m-%d", strict=False))
        return pl.when(montant).then(centimes).when(date).then(jour).otherwise(pl.col(nom)).alias(nom)

    return changements.with_columns(montre("avant"), montre("apres"))
