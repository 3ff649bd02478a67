"""Codecs of zones: a pair of pure functions over expressions, text → value and value → text.

A codec refuses, it never guesses: what it cannot read is null, told apart from blank by the engine that uses it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ecritures.domain.montant import CENTIMES_MAX

Octets = npt.NDArray[np.uint8]
Masque = npt.NDArray[np.bool_]

BLANC = 32
_CHIFFRE_0, _CHIFFRE_9, _VIRGULE, _POINT = 48, 57, 44, 46


@dataclass(frozen=True)
class Codec:
    """A pair of pure functions: trimmed text → value (null when it refuses), value → text of the zone's width.

    ``vides``: texts that mean "nothing" beside blanks. ``ecrire`` gives null for a value that does not fit.
    ``rapide`` reads a whole zone at once when every row of it is in the plainest form, and gives None otherwise.
    """

    nom: str
    type: pl.DataType
    lire: Callable[[pl.Expr], pl.Expr]
    ecrire: Callable[[pl.Expr, int], pl.Expr]
    vides: tuple[str, ...] = ()
    rapide: Callable[[Octets, Octets, Octets], pl.Series | None] | None = None
    refuse: bool = True
    """False when any text is a value (texts and labels)."""


def _a_gauche(valeur: pl.Expr, largeur: int) -> pl.Expr:
    texte = valeur.cast(pl.String).fill_null("")
    return pl.when(texte.str.len_chars() <= largeur).then(texte.str.pad_end(largeur))


def _a_droite(valeur: pl.Expr, largeur: int) -> pl.Expr:
    texte = valeur.cast(pl.String).fill_null("")
    return pl.when(texte.str.len_chars() <= largeur).then(texte.str.pad_start(largeur))


def _coupe(valeur: pl.Expr, largeur: int) -> pl.Expr:
    return _a_gauche(valeur.str.slice(0, largeur).str.strip_chars_end(" "), largeur)


def _lire_date(texte: pl.Expr) -> pl.Expr:
    correct = texte.str.contains(r"^[0-9]{8}$") & ~texte.str.ends_with("0000")  # Python knows no year 0
    return pl.when(correct).then(texte).str.to_date("%d%m%Y", strict=False)


def _ecrire_date(valeur: pl.Expr, largeur: int) -> pl.Expr:
    return _a_gauche(valeur.dt.strftime("%d%m%Y").fill_null("01011900"), largeur)


def _lire_centimes(texte: pl.Expr) -> pl.Expr:
    """Comma or point, any number of decimals as long as only two say something; a leading minus; no thousands mark."""
    correct = texte.str.contains(r"^-?[0-9]*(?:[.,][0-9]{0,2}0*)?$") & texte.str.contains("[0-9]")
    entier = texte.str.extract(r"^-?0*([0-9]*)").str.to_integer(strict=False).fill_null(0)
    trop_long = texte.str.contains(r"^-?0*[1-9][0-9]{12}")
    decimales = texte.str.extract(r"[.,]([0-9]{0,2})").fill_null("").str.pad_end(2, "0").str.to_integer(strict=False)
    centimes = entier * 100 + decimales
    signe = pl.when(texte.str.starts_with("-")).then(-1).otherwise(1)
    return pl.when(correct & ~trop_long & (centimes <= CENTIMES_MAX)).then(centimes * signe).cast(pl.Int64)


def _ecrire_centimes(valeur: pl.Expr, largeur: int) -> pl.Expr:
    valeur = valeur.cast(pl.Int64)
    signe = pl.when(valeur < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    entier = (valeur.abs() // 100).cast(pl.String)
    texte = pl.concat_str(signe, entier, pl.lit(","), (valeur.abs() % 100).cast(pl.String).str.zfill(2))
    return _a_droite(texte, largeur)


def _lire_entier(texte: pl.Expr) -> pl.Expr:
    return pl.when(texte.str.contains(r"^-?[0-9]{1,18}$")).then(texte).str.to_integer(strict=False).cast(pl.Int64)


def _lire_booleen(texte: pl.Expr) -> pl.Expr:
    return pl.when(texte == "X").then(True).when(texte == "-").then(False).otherwise(None)


def _ecrire_booleen(valeur: pl.Expr, largeur: int) -> pl.Expr:
    return _a_gauche(pl.when(valeur).then(pl.lit("X")).when(~valeur).then(pl.lit("-")).otherwise(pl.lit("")), largeur)


def _chiffres(mini: Octets, maxi: Octets) -> bool:
    return bool((mini >= _CHIFFRE_0).all() and (maxi <= _CHIFFRE_9).all())


def _dates_rapides(zone: Octets, mini: Octets, maxi: Octets) -> pl.Series | None:
    """Eight digits everywhere and no "no date": days since 1970 by the civil calendar, in whole arrays."""
    if zone.shape[1] != 8 or not _chiffres(mini, maxi):
        return None
    c = zone.T.astype(np.int32) - _CHIFFRE_0
    jour, mois = c[0] * 10 + c[1], c[2] * 10 + c[3]
    annee = c[4] * 1000 + c[5] * 100 + c[6] * 10 + c[7]
    if annee.min() <= 1970 or mois.min() < 1 or mois.max() > 12 or jour.min() < 1:
        return None
    bissextile = (annee % 4 == 0) & ((annee % 100 != 0) | (annee % 400 == 0))
    longueurs = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int32)[mois]
    if (jour > longueurs + (bissextile & (mois == 2))).any():
        return None
    # days_from_civil: years counted from March, so that the leap day is the last of its year
    a = annee - (mois <= 2)
    quantieme = (153 * ((mois + 9) % 12) + 2) // 5 + jour - 1
    jours = a * 365 + a // 4 - a // 100 + a // 400 + quantieme - 719_468
    return pl.Series(jours).cast(pl.Date)


def _centimes_rapides(zone: Octets, mini: Octets, maxi: Octets) -> pl.Series | None:
    """``   1234,56`` everywhere: blanks or zeros, digits, one mark, two digits, all in the same columns."""
    marque = zone.shape[1] - 3
    if marque < 1 or mini[marque] != maxi[marque] or mini[marque] not in (_VIRGULE, _POINT):
        return None
    if not _chiffres(mini[marque + 1 :], maxi[marque + 1 :]) or (maxi[:marque] > _CHIFFRE_9).any():
        return None
    chiffres_utiles = np.flatnonzero(maxi[:marque] > _CHIFFRE_0)
    if len(chiffres_utiles) and marque - int(chiffres_utiles[0]) > 10:  # beyond ten digits: near CENTIMES_MAX
        return None
    centimes = np.zeros(len(zone), np.int64)
    precedent: Masque | np.bool_ = np.True_  # blank so far
    for j in range(marque):
        if maxi[j] == BLANC and mini[j] == BLANC:
            if not np.all(precedent):
                return None  # a blank between digits
            continue
        colonne = zone[:, j]
        blanc: Masque | np.bool_ = np.False_
        if mini[j] < _CHIFFRE_0:
            blanc = colonne == BLANC
            if np.count_nonzero(colonne < _CHIFFRE_0) != np.count_nonzero(blanc):
                return None
        if np.any(blanc & ~precedent):
            return None  # a blank between digits
        precedent = blanc
        chiffre = colonne.astype(np.int64) - _CHIFFRE_0
        chiffre[blanc] = 0
        centimes *= 10
        centimes += chiffre
    if np.any(precedent):
        return None  # ",50" or a blank before the mark: read by the general way
    centimes *= 100
    centimes += zone[:, marque + 1].astype(np.int64) * 10 + zone[:, marque + 2] - 11 * _CHIFFRE_0
    return pl.Series(centimes)


TEXTE = Codec("texte", pl.String(), lambda t: t, _a_gauche, refuse=False)
TEXTE_DROITE = Codec("texte à droite", pl.String(), lambda t: t, _a_droite, refuse=False)
LIBELLE = Codec("libellé", pl.String(), lambda t: t, _coupe, refuse=False)
"""A text that may be cut on the right when written: labels only, never codes or amounts."""
DATE = Codec(
    "date", pl.Date(), _lire_date, _ecrire_date, ("01011900", "30121899", "01011970", "00000000"), _dates_rapides
)
CENTIMES = Codec("centimes", pl.Int64(), _lire_centimes, _ecrire_centimes, (), _centimes_rapides)
ENTIER = Codec("entier", pl.Int64(), _lire_entier, _a_droite)
BOOLEEN = Codec("booléen", pl.Boolean(), _lire_booleen, _ecrire_booleen)
SENS = Codec("sens", pl.String(), lambda t: pl.when(t.is_in(["D", "C"])).then(t), _a_gauche)
