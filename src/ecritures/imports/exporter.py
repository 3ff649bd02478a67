"""Files out of the books of a dossier, asked for by a person: a whole exercice in a format, as the law wants a FEC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot, OptionsLecture
from ecritures.formats.fec.description import decrire
from ecritures.formats.fec.nom import est_siren, nom_de_fichier
from ecritures.formats.fec.reader import read
from ecritures.formats.fec.writer import Brouillons
from ecritures.formats.pertes import Perte
from ecritures.formats.sorties import SORTIES, OptionsSortie
from ecritures.imports.convert import convert, losses
from ecritures.imports.ports import Dossier, Exercice, Ports

NOTICE = "notice"
"""Beside the targets of ``formats.sorties``: the description that the law wants with a FEC (A47 A-1 XI)."""


@dataclass(frozen=True)
class Fichier:
    nom: str
    octets: bytes
    type_mime: str


_MIMES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "fec-xml": "application/xml",
    NOTICE: "text/plain; charset=utf-8",
}


def exporter(
    dossier: Dossier, exercice: Exercice, cible: str, app: Ports, *, jour: date, brouillons: Brouillons = "exclure"
) -> Fichier:
    """The exercice in that format, read again before it is given. ``cible``: a target of SORTIES, or NOTICE.

    Raises EcritureImpossible, ConversionInfidele.
    """
    lot = _lot(dossier, exercice, app)
    options = _options(dossier, exercice, jour, brouillons)
    conversion = convert(lot, "fec" if cible == NOTICE else cible, options)
    octets = conversion.octets
    if cible == NOTICE:
        relu = read(octets, OptionsLecture()).lot
        assert relu is not None and conversion.export is not None, "a FEC handed over was read again"
        octets = decrire(relu, conversion.export, siren=dossier.siren, cloture=exercice.fin).encode()
    return Fichier(nom_du_fichier(dossier, exercice, cible), octets, _MIMES.get(cible, "application/octet-stream"))


def pertes_de_l_export(
    dossier: Dossier, exercice: Exercice, cible: str, app: Ports, *, jour: date, brouillons: Brouillons = "exclure"
) -> tuple[Perte, ...]:
    """What that format would lose of that exercice. Raises EcritureImpossible when there is nothing to write."""
    return losses(_lot(dossier, exercice, app), cible, _options(dossier, exercice, jour, brouillons))


def nom_du_fichier(dossier: Dossier, exercice: Exercice, cible: str) -> str:
    """The law's name for a FEC, when the dossier has a SIREN; else the dossier's code and the exercice's."""
    siren = dossier.siren or ""
    if cible in ("fec", "fec-xml", NOTICE) and est_siren(siren):
        nom = nom_de_fichier(siren, exercice.fin).removesuffix(".txt")
        return nom + {"fec": ".txt", "fec-xml": ".xml", NOTICE: "_description.txt"}[cible]
    extension = "txt" if cible == NOTICE else SORTIES[cible].extensions[0]
    suffixe = {"fec": "-FEC", "fec-xml": "-FEC", NOTICE: "-FEC_description"}.get(cible, "")
    return f"{dossier.code_ibs}-{exercice.code}{suffixe}.{extension}"


def _lot(dossier: Dossier, exercice: Exercice, app: Ports) -> Lot:
    lot = app.livres.lot(dossier.dossier, exercice.code)
    if lot.lignes.is_empty():
        raise EcritureImpossible(
            f"L'exercice {exercice.code} du dossier {dossier.code_ibs} n'a aucune écriture : choisir un autre exercice."
        )
    return lot


def _options(dossier: Dossier, exercice: Exercice, jour: date, brouillons: Brouillons) -> OptionsSortie:
    return OptionsSortie(
        brouillons=brouillons, reglementaire=True, cloture=exercice.fin, jour=jour, code_ibs=dossier.code_ibs
    )
