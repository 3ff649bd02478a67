"""Foreign amounts of a FEC: minor units of their own currency, signed as debit minus credit."""

from __future__ import annotations

import polars as pl

from ecritures.domain.constat import Collecteur, Localisation
from ecritures.formats.fec import regles
from ecritures.formats.fec.devises import DECIMALES

_CHIFFRES = frozenset("0123456789")


def en_unites_mineures(lignes: pl.DataFrame, situation: Localisation, constats: Collecteur) -> pl.DataFrame:
    """``montant_devise`` read as hundredths becomes minor units of ``devise``; a file that leaves foreign amounts
    unsigned gets the sign of each line. V31: the lines whose foreign amount says the contrary of their side.

    A zero amount without a currency is a blank.
    """
    if lignes["montant_devise"].null_count() == lignes.height:
        return lignes
    montant, sens = pl.col("montant_devise"), (pl.col("debit_centimes") - pl.col("credit_centimes")).sign()
    lignes = lignes.with_columns(montant_devise=pl.when(~((montant == 0) & pl.col("devise").is_null())).then(montant))
    lignes = _a_l_echelle(
        lignes, situation
    )  # first: a thousandth of a dinar is no hundredth, and has a sign all the same
    au_credit = lignes.filter((sens < 0) & (montant != 0))
    signe = 2 * au_credit.filter(montant < 0).height > au_credit.height
    contraire = (sens > 0) & (montant < 0) | (sens < 0) & (montant > 0) & signe
    opposees = lignes.filter(contraire)["numero_ligne"]
    if opposees.len():
        constats.ajoute(
            regles.DEVISE_SIGNE,
            pl.DataFrame({"numero_ligne": opposees.head(1), "zone": ["Montantdevise"], "nombre": [opposees.len()]}),
        )
    if not signe:
        lignes = lignes.with_columns(
            montant_devise=pl.when((sens < 0) & (montant > 0)).then(-montant).otherwise(montant)
        )
    return lignes


def _a_l_echelle(lignes: pl.DataFrame, situation: Localisation) -> pl.DataFrame:
    """Currencies without hundredths: the yen has none, the dinar has thousandths."""
    autres = lignes.filter(pl.col("devise").is_in(list(DECIMALES)) & pl.col("montant_devise").is_not_null())
    if autres.height == 0:
        return lignes
    bruts = situation.situer(autres.select("numero_ligne", zone=pl.lit("Montantdevise")))["brut"]
    valeurs = [
        _valeur(brut, centiemes, DECIMALES[devise])
        for brut, centiemes, devise in zip(bruts, autres["montant_devise"], autres["devise"], strict=True)
    ]
    rangs = lignes.select(pl.col("numero_ligne").is_in(autres["numero_ligne"].implode()).arg_true()).to_series()
    return lignes.with_columns(
        lignes["montant_devise"].scatter(rangs, pl.Series(valeurs, dtype=pl.Int64)).alias("montant_devise")
    )


def _valeur(brut: str | None, centiemes: int, decimales: int) -> int | None:
    """Minor units of an amount read as hundredths; None when it has more decimals than its currency."""
    if decimales == 0:
        entier, reste = divmod(abs(centiemes), 100)
        return None if reste else (-entier if centiemes < 0 else entier)
    avant, marque, apres = (brut or "").replace(".", ",").rpartition(",")
    unites = "".join(c for c in (avant if marque else apres) if c in _CHIFFRES)
    fraction = "".join(c for c in apres if c in _CHIFFRES) if marque else ""
    if len(fraction.rstrip("0")) > decimales:
        return None
    valeur = int(unites or "0") * int(10**decimales) + int(fraction[:decimales].ljust(decimales, "0"))
    est_negatif = centiemes < 0 or (centiemes == 0 and "-" in (brut or ""))
    return -valeur if est_negatif else valeur
