"""The file name of a FEC: ``SirenFECAAAAMMJJ`` (A47 A-1 IX). What it announces, and what is wrong with it."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from ecritures.domain.constat import Collecteur
from ecritures.formats.fec import regles

_FORME = re.compile(r"(?P<avant>.*)FEC(?P<cloture>[0-9]{8})(?P<apres>.*)", re.IGNORECASE | re.DOTALL)
_CLOTURE_DE_L_OUTIL = re.compile(r"20[0-9]{2}[01][0-9][0-3][0-9]")
"""All that the official tool asks of the closing date: 20259931 stops it, 20250230 does not."""
_EXTENSIONS = ("txt", "csv", "xml")


@dataclass(frozen=True)
class Nom:
    """``siren`` as written, ``cloture`` when it is a real date."""

    siren: str
    cloture: date | None

    @property
    def exercice(self) -> tuple[date, date] | None:
        """Twelve months ending at the closing date: the law's default, which the dossier may correct."""
        if self.cloture is None or self.cloture.year < 2:
            return None
        lendemain = self.cloture + timedelta(days=1) if self.cloture < date.max else self.cloture
        dernier = calendar.monthrange(lendemain.year - 1, lendemain.month)[1]
        return lendemain.replace(year=lendemain.year - 1, day=min(lendemain.day, dernier)), self.cloture


def nom_de_fichier(siren: str, cloture: date, suffixe: str = "") -> str:
    """``900000001FEC20251231.txt``; ``suffixe`` (``_1``) for the parts of a file handed over in several."""
    return f"{siren}FEC{cloture:%Y%m%d}{suffixe}.txt"


def a_la_forme(nom: str | None) -> bool:
    """True when the name could be a FEC's, whatever its SIREN."""
    return nom is not None and _FORME.fullmatch(nom) is not None


def lire_nom(nom: str | None, constats: Collecteur) -> Nom | None:
    """What the name says, and its findings (F01 to F04). None when it is not a FEC's name, or not known."""
    if nom is None:
        return None
    forme = _FORME.fullmatch(nom)
    extension = nom.rpartition(".")[2] if "." in nom else ""
    if forme is None:
        constats.signale(regles.NOM, None, nom=nom)
        return None
    if extension.lower() not in _EXTENSIONS:
        constats.signale(regles.EXTENSION, None, extension=extension)
    siren = forme["avant"]
    if not est_siren(siren):
        constats.signale(regles.SIREN, None, siren=siren)
    texte = forme["cloture"]
    if not _CLOTURE_DE_L_OUTIL.fullmatch(texte):
        constats.signale(regles.CLOTURE_REFUSEE, None, date=texte)
    try:
        cloture = date(int(texte[:4]), int(texte[4:6]), int(texte[6:]))
    except ValueError:
        constats.signale(regles.CLOTURE, None, date=texte)
        return Nom(siren, None)
    return Nom(siren, cloture)


def est_siren(siren: str) -> bool:
    """Nine digits whose Luhn key holds."""
    if re.fullmatch(r"[0-9]{9}", siren) is None:
        return False
    chiffres = [int(c) for c in siren]
    return sum(chiffres[::2]) % 10 == -sum(sum(divmod(2 * c, 10)) for c in chiffres[1::2]) % 10
