"""Amounts of a movement: which of MONTANT1, MONTANT2 and MONTANT3 is the euro amount of the books.

CODEMONTANT says, one character each: E euro, D currency of the entry, F franc, - not fed (tra.md section 10).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from ecritures.domain.montant import CENTIMES_MAX
from ecritures.formats.fixedwidth import Grille, Masque, Record, vide
from ecritures.formats.tra import regles
from ecritures.formats.tra.notes import Notes

TAUX_DECIMALES = 10
_TAUX = r"^[0-9]{0,8}(?:[.,][0-9]{0,10})?$"
_CODE_EUROS = re.compile("E[EDF -]{0,2}")


@dataclass(frozen=True)
class Montants:
    """Per row: euro centimes, what MONTANT1 says, and the same in currency when it is one. Null when unreadable."""

    euros: pl.Series
    lus: pl.Series
    devise: pl.Series  # hundredths of the currency; null for an amount in euros
    calcules: Masque | None = None  # euros computed from a rate


def lire_montants(
    grille: Grille, record: Record, numeros: pl.Series, taux_dev: Mapping[str, str], notes: Notes
) -> Montants:
    """The amounts of general or analytic rows, their findings noted."""
    zone = record.zone("MONTANT1")
    lu = grille.lire(zone)
    m1 = lu.valeurs
    if lu.illisibles is not None:
        _note_illisibles(grille, record, "MONTANT1", lu.illisibles, numeros, notes)
    if m1.len() and (m1.min() or 0) < 0:  # type: ignore[operator]
        notes.lignes(
            regles.MONTANT_NEGATIF,
            numeros,
            (m1 < 0).fill_null(False).to_numpy(),
            zone="MONTANT1",
            valeur=grille.texte(zone),
        )
    code = grille.texte(record.zone("CODEMONTANT"))
    if _est_en_euros(code):
        _note_nuls(m1, None, numeros, notes)
        return Montants(m1, m1, vide(len(m1), pl.Int64))
    return _en_devise(grille, record, numeros, m1, code, taux_dev, notes)


def _est_en_euros(code: pl.Series) -> bool:
    """True when every code says euros, in the letters of the format; a blank code is a missing zone, read as E."""
    distincts = code.unique() if len(code) else code
    return all(_CODE_EUROS.fullmatch(texte) for texte in distincts.to_list() if texte)


def _note_nuls(m1: pl.Series, autres: pl.Series | None, numeros: pl.Series, notes: Notes) -> None:
    if m1.len() and m1.min() is not None and m1.min() <= 0 <= m1.max():  # type: ignore[operator]
        nul = (m1 == 0).fill_null(False)
        notes.lignes(regles.MONTANT_NUL, numeros, (nul if autres is None else nul & autres).to_numpy(), zone="MONTANT1")


def _note_illisibles(
    grille: Grille, record: Record, zone: str, masque: Masque, numeros: pl.Series, notes: Notes
) -> None:
    texte = grille.texte(record.zone(zone))
    notes.lignes(regles.MONTANT_ILLISIBLE, numeros, masque, zone=zone, valeur=texte, motif=motif_montant(texte))


def motif_montant(texte: pl.Series) -> pl.Series:
    """Why an amount is refused, in words."""
    t = pl.col("t")
    chiffres = t.str.replace(r"^-", "").str.replace(r"[.,]\d*$", "")
    return (
        pl.DataFrame({"t": texte})
        .select(
            pl.when(t.str.contains(";", literal=True))
            .then(pl.lit("il contient un point-virgule"))
            .when(t.str.contains(r"^-?[0-9]*[.,][0-9]*$"))
            .then(
                pl.when(chiffres.str.len_chars() > 10)
                .then(pl.lit("il dépasse dix milliards"))
                .otherwise(pl.lit("il a plus de deux décimales"))
            )
            .when(t.str.contains(r"^-?[0-9]+$"))
            .then(pl.lit("il dépasse dix milliards"))
            .when(t.str.contains(r"[0-9][ \x{a0}'.,][0-9]{3}"))
            .then(pl.lit("il contient un séparateur de milliers"))
            .when(t.str.contains(r"-$"))
            .then(pl.lit("son signe est à la fin"))
            .otherwise(pl.lit("ce n'est pas un nombre"))
        )
        .to_series()
    )


def _en_devise(
    grille: Grille,
    record: Record,
    numeros: pl.Series,
    m1: pl.Series,
    code: pl.Series,
    taux_dev: Mapping[str, str],
    notes: Notes,
) -> Montants:
    """Blocks where some amount is not in euros."""
    autres: dict[str, pl.Series] = {}
    for nom in ("MONTANT2", "MONTANT3"):
        lu = grille.lire(record.zone(nom))
        if lu.illisibles is not None:
            _note_illisibles(grille, record, nom, lu.illisibles, numeros, notes)
        autres[nom] = lu.valeurs
    taux_texte = grille.texte(record.zone("TAUXDEV"))
    cadre = pl.DataFrame(
        {
            "m1": m1,
            "m2": autres["MONTANT2"],
            "m3": autres["MONTANT3"],
            "code": code,
            "taux": taux_texte,
            "devise": grille.texte(record.zone("DEVISE")),
        }
    )
    premier, c2, c3 = (pl.col("code").str.slice(i, 1) for i in range(3))
    donne = pl.when((c2 == "E") & (pl.col("m2") != 0)).then("m2").when((c3 == "E") & (pl.col("m3") != 0)).then("m3")
    table = pl.col("devise").replace_strict(dict(taux_dev), default=None, return_dtype=pl.String)
    cadre = cadre.with_columns(
        premier=premier.fill_null("E"),
        donne=donne,
        taux_lu=pl.coalesce(taux_numerique(pl.col("taux")), taux_numerique(table)),
    )
    cadre = cadre.with_columns(calcul=pl.when(premier == "D").then(au_taux(pl.col("m1"), pl.col("taux_lu"))))
    # a franc or unknown amount without its euros stays null: refused, not guessed
    euros = (
        pl.when(pl.col("premier") == "E")
        .then("m1")
        .when(pl.col("m1") == 0)
        .then(pl.coalesce("donne", "m1"))
        .otherwise(pl.coalesce("donne", "calcul"))
    )
    cadre = cadre.with_columns(
        euros=euros,
        en_devise=pl.when(pl.col("premier") == "D").then("m1"),
        calcule=(pl.col("premier") == "D")
        & pl.col("donne").is_null()
        & pl.col("calcul").is_not_null()
        & (pl.col("m1") != 0),
    )
    _note_devises(cadre, numeros, notes)
    calcules = cadre["calcule"].fill_null(False).to_numpy()
    return Montants(cadre["euros"], m1, cadre["en_devise"], calcules if calcules.any() else None)


def _note_devises(cadre: pl.DataFrame, numeros: pl.Series, notes: Notes) -> None:
    def masque(expr: pl.Expr) -> Masque:
        return cadre.select(expr.fill_null(False)).to_series().to_numpy()

    col = pl.col
    _note_nuls(cadre["m1"], cadre["euros"].fill_null(0) == 0, numeros, notes)
    inconnu = masque(~col("premier").is_in(["E", "D", "F"]))
    notes.lignes(regles.CODE_MONTANT_INCONNU, numeros, inconnu, zone="CODEMONTANT", valeur=cadre["code"])
    douteux = masque(~col("code").str.contains(r"^.[EDF -]{0,2}$"))
    notes.lignes(regles.CODE_MONTANT_DOUTEUX, numeros, douteux & ~inconnu, zone="CODEMONTANT", valeur=cadre["code"])
    est_devise = col("premier") == "D"
    notes.lignes(
        regles.DEVISE_ABSENTE,
        numeros,
        masque(est_devise & col("devise").is_null()),
        zone="DEVISE",
        valeur=cadre["code"],
    )
    taux_faux = masque(col("taux").is_not_null() & taux_numerique(col("taux"), zero=True).is_null())
    notes.lignes(regles.TAUX_ILLISIBLE, numeros, taux_faux, zone="TAUXDEV", valeur=cadre["taux"])
    sans = masque(est_devise & col("euros").is_null() & col("m1").is_not_null() & col("devise").is_not_null())
    notes.lignes(regles.SANS_CONTREVALEUR, numeros, sans, zone="TAUXDEV", devise=cadre["devise"])
    franc = masque((col("premier") == "F") & col("euros").is_null() & col("m1").is_not_null())
    notes.lignes(regles.FRANC_SANS_EURO, numeros, franc, zone="CODEMONTANT", valeur=cadre["code"])
    for devise in cadre.filter(col("calcule").fill_null(False))["devise"].unique().drop_nulls().sort():
        notes.une_fois(
            regles.EURO_CALCULE,
            devise,
            numeros,
            masque(col("calcule") & (col("devise") == devise)),
            zone="MONTANT1",
            devise=devise,
        )


def taux_numerique(texte: pl.Expr, *, zero: bool = False) -> pl.Expr:
    """A rate as a whole number of 10⁻¹⁰; null when unreadable, and when zero unless asked: zero says "no rate"."""
    correct = texte.str.contains(_TAUX) & texte.str.contains("[0-9]")
    entier = texte.str.extract(r"^0*([0-9]*)").fill_null("").str.to_integer(strict=False).fill_null(0)
    decimales = (
        texte.str.extract(r"[.,]([0-9]*)$").fill_null("").str.pad_end(TAUX_DECIMALES, "0").str.to_integer(strict=False)
    )
    taux = entier.cast(pl.Int64) * 10**TAUX_DECIMALES + decimales
    return pl.when(correct & ((taux > 0) | zero)).then(taux)


def au_taux(montant: pl.Expr, taux: pl.Expr) -> pl.Expr:
    """``montant`` × rate, rounded half away from zero, in exact integers; null beyond CENTIMES_MAX."""
    produit = montant.abs().cast(pl.Int128) * taux.cast(pl.Int128) + 10**TAUX_DECIMALES // 2
    quotient = produit // 10**TAUX_DECIMALES
    return pl.when(quotient <= CENTIMES_MAX).then(quotient.cast(pl.Int64, strict=False) * montant.sign())


def debit_credit(euros: pl.Series, debiteur: Masque | pl.Series) -> tuple[pl.Series, pl.Series]:
    """``(debit, credit)`` from an amount and its side; null only on the side of an unreadable amount."""
    if euros.null_count() == 0 and isinstance(debiteur, np.ndarray):
        valeurs = euros.to_numpy()
        debit = np.where(debiteur, valeurs, 0)
        return pl.Series(debit), pl.Series(valeurs - debit)
    cadre = pl.DataFrame({"m": euros, "d": pl.Series(debiteur, dtype=pl.Boolean)})
    sortie = cadre.select(
        debit=pl.when(pl.col("d")).then("m").when(~pl.col("d")).then(0).otherwise(None),
        credit=pl.when(~pl.col("d")).then("m").when(pl.col("d")).then(0).otherwise(None),
    )
    return sortie["debit"].cast(pl.Int64), sortie["credit"].cast(pl.Int64)
