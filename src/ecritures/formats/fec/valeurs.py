"""Codecs of the FEC: the legal form of an amount and of a date, and what other forms stand for.

The defects are the codes of the printed checks (V05…V20), with a word when one code has several cases. ``lire`` takes the legal form alone; ``reprendre`` says of any
other text what it stands for and what is wrong with it, or that it cannot be known.
Source: A47 A-1 XII (types), and the deviations D-22 to D-30 met in real files.
"""

from __future__ import annotations

import re
from datetime import date

import polars as pl

from ecritures.domain.montant import CENTIMES_MAX
from ecritures.formats.delimited import BLANCS, TEXTE, Codec, Reprise

ANNEE_MIN, ANNEE_MAX = 1900, 2099
"""Years beyond which the official tool notes an anomaly (V19)."""

_NOMBRE = re.compile(rf"([+-]?)[{BLANCS}]*([0-9]*)(?:([.,])([0-9]*))?([+-]?)")
_EXPOSANT = re.compile(r"([+-]?)([0-9]*)(?:([.,])([0-9]*))?[eE]([+-]?[0-9]{1,2})")
_MILLIERS = re.compile(
    rf"([+-]?)([0-9]{{1,3}}(?:([{BLANCS}.,'’])[0-9]{{3}})(?:\3[0-9]{{3}})*)(?:([.,])([0-9]*))?([+-]?)"
)
_PRESQUE_NOMBRE = re.compile(rf"[+-]?[0-9.,'’{BLANCS}]*[0-9][0-9.,'’{BLANCS}]*[+-]?")

_ZEROS = re.compile(r"0+|[-/.]+")
_HEURE = r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_AMJ = re.compile(rf"([0-9]{{4}})([-/]?)([0-9]{{2}})\2([0-9]{{2}}){_HEURE}")
_JMA = re.compile(rf"([0-9]{{2}})([-/.]?)([0-9]{{2}})\2([0-9]{{4}}){_HEURE}")

_SEPARATEURS_INCONNUS = ("-", ".")
"""Between day, month and year: read here, and by the official tool not."""

SENS_DEBIT = ("D", "+1")
SENS_CREDIT = ("C", "-1")


def _lire_montant(texte: pl.Expr) -> pl.Expr:
    chiffres = texte.str.replace(",", "", literal=True).str.to_integer(strict=False, dtype=pl.Int64)
    return pl.when(texte.str.contains(r"^[0-9]{1,10},[0-9]{2}$")).then(chiffres)


def _ecrire_montant(centimes: pl.Expr) -> pl.Expr:
    valeur = centimes.abs()
    return pl.concat_str(
        pl.when(centimes < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        (valeur // 100).cast(pl.String),
        pl.lit(","),
        (valeur % 100).cast(pl.String).str.zfill(2),
    ).fill_null("")


def reprendre_montant(texte: str) -> Reprise:
    """Centimes of an amount in another form than ``1234,56``. Two decimals at most count; the third rounds half up (V08)."""
    if nombre := _NOMBRE.fullmatch(texte):
        avant, entier, marque, decimales, apres = nombre.groups(default="")
        if (not entier and not decimales) or (avant and apres):
            return Reprise(None, ("V05",))
        if marque == "." and len(decimales) == 3 and 1 <= len(entier) <= 3 and entier.strip("0"):
            return Reprise(None, ("V06 ambigu",))  # 1.234: one thousand or one and a bit, nobody knows (D-22)
        defauts = ("V06",) if marque == "." else ()
        return _montant(avant or apres, entier, decimales, defauts)
    if nombre := _EXPOSANT.fullmatch(texte):
        return _exposant(*nombre.groups(default=""))
    if nombre := _MILLIERS.fullmatch(texte):
        avant, groupes, millier, marque, decimales, apres = nombre.groups(default="")
        if marque != millier and not (avant and apres):
            entier = re.sub(r"[^0-9]", "", groupes)
            return _montant(avant or apres, entier, decimales, ("V07", "V06") if marque == "." else ("V07",))
    return Reprise(None, ("V07 irrégulier",) if _PRESQUE_NOMBRE.fullmatch(texte) else ("V05",))


def _montant(signe: str, entier: str, decimales: str, defauts: tuple[str, ...]) -> Reprise:
    entier = entier.lstrip("0")
    if len(entier) > 10:
        return Reprise(None, (*defauts, "V05 grand"))
    centimes = int(entier or "0") * 100 + int(decimales[:2].ljust(2, "0"))
    if len(decimales) > 2:
        defauts = (*defauts, "V08")
        centimes += decimales[2] >= "5"
    if signe:
        defauts = (*defauts, "V10")
    if centimes > CENTIMES_MAX:
        return Reprise(None, (*defauts, "V05 grand"))
    return Reprise(-centimes if signe == "-" else centimes, defauts)


def _exposant(signe: str, entier: str, marque: str, decimales: str, puissance: str) -> Reprise:
    chiffres, rang = entier + decimales, len(entier) + int(puissance)
    if not chiffres or not -20 <= rang <= 20:
        return Reprise(None, ("V09",))
    chiffres = chiffres.rjust(len(chiffres) - min(rang, 0), "0").ljust(max(rang, 0), "0")
    rang = max(rang, 0)
    return _montant(signe, chiffres[:rang], chiffres[rang:], ("V09", "V06") if marque == "." else ("V09",))


def _lire_date(texte: pl.Expr) -> pl.Expr:
    # the test comes first: to_date alone takes "2025 101" for the 1st of October
    return pl.when(texte.str.contains(r"^[0-9]{8}$")).then(texte.str.to_date("%Y%m%d", strict=False))


def reprendre_date(texte: str) -> Reprise:
    """A date in another form than AAAAMMJJ. Day before month before year, or year first: never month first (D-29)."""
    if _ZEROS.fullmatch(texte):
        return Reprise(None, ("V20",))
    formes: list[tuple[int, int, int]] = []
    defaut = "V18"
    if lue := _AMJ.fullmatch(texte):
        formes.append((int(lue[1]), int(lue[3]), int(lue[4])))
    if lue := _JMA.fullmatch(texte):
        formes.append((int(lue[4]), int(lue[3]), int(lue[1])))
        if lue[2] in _SEPARATEURS_INCONNUS:
            defaut = "V18 séparateur"
    for annee, mois, jour in formes:
        try:
            return Reprise(date(annee, mois, jour), (defaut,))
        except ValueError:
            continue
    if not formes:
        return Reprise(None, ("V15",))
    _, mois, jour = formes[0]
    return Reprise(None, ("V16",) if not (1 <= mois <= 12 and 1 <= jour <= 31) else ("V17",))


def _lire_sens(texte: pl.Expr) -> pl.Expr:
    return pl.when(texte.is_in(SENS_DEBIT + SENS_CREDIT)).then(texte)


def reprendre_sens(texte: str) -> Reprise:
    """``d`` and ``c`` are accepted; anything else is unknown."""
    return Reprise(texte.upper(), ()) if texte in ("d", "c") else Reprise(None, ("V13",))


MONTANT = Codec("montant", pl.Int64(), _lire_montant, _ecrire_montant, reprendre_montant)
"""Decimal comma, no thousands separator, sign first or last; in centimes."""

DATE = Codec("date", pl.Date(), _lire_date, lambda jour: jour.dt.strftime("%Y%m%d").fill_null(""), reprendre_date)
"""AAAAMMJJ."""

SENS = Codec("sens", pl.String(), _lire_sens, lambda sens: sens.fill_null(""), reprendre_sens)
"""D or C, or +1 or -1."""

__all__ = ["DATE", "MONTANT", "SENS", "TEXTE", "reprendre_date", "reprendre_montant", "reprendre_sens"]
