"""Writes a lot as a TRA file: Windows-1252, CR LF, full-width lines, the defaults of tra.md section 16.

What the model does not name is written back as it was read (``supplement``, ``texte``, ``parametres``). Codes and amounts
that do not fit their zone are refused; only labels are cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

import polars as pl

from ecritures.domain.errors import EcritureImpossible
from ecritures.domain.lot import Lot
from ecritures.formats.fixedwidth import ecrire_lignes
from ecritures.formats.tra import layout
from ecritures.formats.tra.writer_commun import CONTROLES, SANS_DATE, Demande
from ecritures.formats.tra.writer_mouvements import mouvements
from ecritures.formats.tra.writer_parametres import parametres as lignes_de_parametres

VERSION_PAR_DEFAUT = 8
FIN = "\r\n"

_ENTETE = {"FIXE": "***", "IDENTIFIANT": "S5", "ORIGINE": "CLI", "TYPEFICHIER": "JRL", "DATEBASCULE": SANS_DATE, "DATEARRETE": SANS_DATE, "CPDATEREFPURGE": SANS_DATE, "SOUSVERSION": "001"}  # fmt: skip
_DRAPEAUX = ("NEWANALYTIQUE", "READYGUID", "GESTAGRICOLE")
_ENTETE_COUPABLES = ("UTILISATEUR", "RAISONSOCIALE")


def write(
    lot: Lot,
    *,
    format: Literal["STD", "ETE"] = "STD",
    version: int | None = None,
    jour: date | None = None,
    parametres: bool = True,
) -> bytes:
    """The bytes of the file. ``version`` by default that of the lot's header, else 008. ``jour`` dates the header and, in
    ETE, the creation of lines that have none: it is then required. STD carries the 222 common columns only.
    ``parametres``: also declare the journals, accounts and third parties that a lot of another format uses.

    Raises EcritureImpossible, naming the line, the zone and the value.
    """
    origine = _version(lot)
    demande = Demande(format == "ETE", version or origine or VERSION_PAR_DEFAUT, origine, jour)
    if not 1 <= demande.version <= layout.VERSION_MAX:
        raise EcritureImpossible(
            f"La version {demande.version} n'existe pas : choisir une version de 1 à {layout.VERSION_MAX}."
        )
    if demande.etendu and lot.entete.get("TYPEFICHIER") == "BAL":
        raise EcritureImpossible("Une balance (BAL) s'écrit au format STD : le format ETE lui est interdit.")
    lignes = mouvements(lot, demande)  # first: a code that does not fit is refused where it is used
    declares = lignes_de_parametres(lot, demande, declarer_emplois=parametres)
    return b"".join(_encoder(pl.concat([pl.Series([_entete(lot, demande)], dtype=pl.String), declares, lignes])))


def _version(lot: Lot) -> int | None:
    """Version of the file that the lot was read from, 011 when more recent; None for a lot of another format."""
    texte = lot.entete.get("VERSION", "")
    if lot.format != "tra" or not (texte.isascii() and texte.isdigit() and int(texte)):
        return None
    return min(int(texte), layout.VERSION_MAX)


def _encoder(lignes: pl.Series) -> Iterator[bytes]:
    fautives = lignes.str.contains(CONTROLES)
    if fautives.any():
        raise EcritureImpossible(
            f"La ligne à écrire « {lignes.filter(fautives)[0][:60]}… » contient un caractère de contrôle, que le format interdit."
        )
    try:
        yield from ecrire_lignes(lignes, "windows-1252", FIN)
    except UnicodeEncodeError as erreur:
        caractere = erreur.object[erreur.start : erreur.end][:1]
        raise EcritureImpossible(
            f"Le caractère « {caractere} » n'existe pas en Windows-1252, l'encodage du format TRA : le remplacer avant d'écrire."
        ) from erreur


def _entete(lot: Lot, demande: Demande) -> str:
    record = layout.entete()
    forme = "ETE" if demande.etendu else "STD"
    valeurs = _ENTETE | dict(lot.entete) | {"FIXE": "***", "FORMAT": forme, "VERSION": f"{demande.version:03d}"}
    if demande.jour is not None and lot.format != "tra":
        valeurs.setdefault("DATEHEURE", f"{demande.jour:%d%m%Y}0000")
    for drapeau in _DRAPEAUX:
        valeurs.setdefault(drapeau, "-")
    textes = []
    for zone in record.zones:
        valeur = valeurs.get(zone.name, "")
        if zone.name in _ENTETE_COUPABLES:
            valeur = valeur[: zone.width]
        if len(valeur) > zone.width:
            raise EcritureImpossible(
                f"La valeur « {valeur} » est plus longue que la zone {zone.name} de l'en-tête ({zone.width} caractères)."
            )
        textes.append(valeur.rjust(zone.width) if zone.name == "NODOSSIER" else valeur.ljust(zone.width))
    ligne = "".join(textes)
    largeur = layout.largeur_entete(demande.version)
    if ligne[largeur:].strip(" -"):
        largeur = record.width  # a later zone is used
    return ligne[:largeur]
