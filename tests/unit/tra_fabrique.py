"""Builds TRA lines for the tests, from named zones: one place says how a correct line looks."""

from __future__ import annotations

from typing import Any

import polars as pl

from ecritures.domain.constat import Constats, dresser
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lecture, Lot, OptionsLecture
from ecritures.formats.tra import layout, reader

ENTETE = "***S5CLIJRLSTD   0101190001011900011"
ENTETE_ETE = "***S5CLIJRLETE   0101190001011900011"


def poser(ligne: str, cle: str, **zones: str) -> str:
    """The line with those zones replaced, left-aligned (pass the padding to align otherwise)."""
    record = layout.records()[cle]
    for nom, texte in zones.items():
        zone = record.zone(nom)
        ligne = ligne.ljust(zone.end)
        assert len(texte) <= zone.width, f"{texte!r} is too long for {nom}"
        ligne = ligne[: zone.start - 1] + texte.ljust(zone.width) + ligne[zone.end :]
    return ligne


def mouvement(
    compte: str = "60700000",
    debit: str | None = None,
    credit: str | None = None,
    *,
    journal: str = "ACH",
    date: str = "15032025",
    tiers: str = "",
    etendu: bool = False,
    **zones: str,
) -> str:
    """A correct movement line of ``debit`` or ``credit``, then the zones given replaced."""
    montant = debit if debit is not None else credit if credit is not None else "10,00"
    cle = "MVT/ETE" if etendu else "MVT/STD"
    base: dict[str, str] = {
        "JOURNAL": journal,
        "DATECOMPTABLE": date,
        "TYPEPIECE": "OD",
        "GENERAL": compte,
        "TYPECPTE": "X" if tiers else "",
        "AUXSECT": tiers,
        "REFINTERNE": "F1",
        "LIBELLE": "Achat",
        "ECHEANCE": "01011900",
        "SENS": "C" if credit is not None else "D",
        "MONTANT1": montant.rjust(20),
        "TYPEECRITURE": "N",
        "CODEMONTANT": "E--",
    }
    if etendu:
        base |= {
            "DATECREATION": "15032025",
            "ECRANOUVEAU": "N",
            "TVAENCAISSEMENT": "-",
            "ETATLETTRAGE": "AL" if tiers else "RI",
        }
    return poser("".ljust(layout.LARGEUR_STD), cle, **(base | zones))


def analytique(
    compte: str, section: str, axe: str = "A1", debit: str | None = None, credit: str | None = None, **zones: str
) -> str:
    return mouvement(compte, debit, credit, **({"TYPECPTE": "A", "AUXSECT": section, "AXE": axe} | zones))


def parametre(code: str, **zones: str) -> str:
    return poser(f"***{code}", code, **zones)


def fichier(*lignes: str, entete: str | None = ENTETE, fin: str = "\r\n", encodage: str = "cp1252") -> bytes:
    toutes = lignes if entete is None else (entete, *lignes)
    return "".join(ligne + fin for ligne in toutes).encode(encodage)


def lire(octets: bytes, **options: Any) -> Lecture:
    return reader.read(octets, OptionsLecture(**options))


def lot_de(*lignes: str, entete: str = ENTETE) -> Lot:
    lot = lire(fichier(*lignes, entete=entete)).lot
    assert lot is not None
    return lot


def constats(lecture: Lecture) -> Constats:
    """Findings of the reading alone."""
    lot = lecture.lot
    return dresser(lecture.releves, zones=lot.zones if lot else None, localisation=lot.localisation if lot else None)


def ids(lecture: Lecture) -> list[str]:
    return constats(lecture).liste["id"].to_list()


def releves_de(checks: Any, lot: Lot, contexte: Contexte | None = None) -> pl.DataFrame:
    """Findings of those checks, located and worded."""
    from ecritures.checks.check import run

    return dresser(run(checks, lot, contexte or Contexte()), zones=lot.zones, localisation=lot.localisation).liste
