"""The bytes of a text file under a model: its charset, and its numbered lines."""

from __future__ import annotations

import dataclasses

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.domain.modele import Modele
from ecritures.formats import lines
from ecritures.formats.perso import regles
from ecritures.formats.perso.tableau import Inadapte

_QUOI = {
    "vide": "vide",
    "utf-16": "de l'UTF-16 incomplet",
    "utf-32": "de l'UTF-32",
    "binaire": "un fichier binaire, pas du texte",
}
_REMPLACE = "\ufffd"


def ouvrir(octets: bytes, encodage: str | None, modele: Modele, constats: Collecteur) -> lines.Texte:
    """The text, its charset found or forced. Raises Inadapte."""
    force = encodage or (None if modele.encodage == "auto" else modele.encodage)
    texte = en_texte(octets, force)
    if isinstance(texte, str):
        constats.signale(regles.PAS_DU_TEXTE, None, modele=modele.nom, trouve=_QUOI.get(texte, texte))
        raise Inadapte
    return texte


def en_texte(octets: bytes, encodage: str | None) -> lines.Texte | str:
    """The text, or the reason why it is none. A spreadsheet's « Unicode text » (UTF-16 with its mark) is read too."""
    if octets[:2] in (b"\xff\xfe", b"\xfe\xff") and octets[2:4] != b"\x00\x00":
        try:
            utf8 = octets.decode("utf-16").encode()
        except UnicodeDecodeError:
            return "utf-16"
        detection = "utf-16-le" if octets[0] == 0xFF else "utf-16-be"
        try:
            texte = lines.ouvrir(utf8, "utf-8")
        except lines.PasDuTexte as refus:
            return refus.motif
        lu = dataclasses.replace(texte.detection, encodage="utf-8", bom=True, taille_octets=len(octets))
        assert detection, "one of the two orders"
        return dataclasses.replace(texte, detection=lu)
    try:
        return lines.ouvrir(octets, encodage)
    except lines.PasDuTexte as refus:
        return refus.motif


def toutes_les_lignes(texte: lines.Texte, constats: Collecteur | None = None) -> pl.DataFrame:
    """``numero_ligne, ligne`` of the whole text; what the charset does not know is said once."""
    blocs = [lines.lignes(numero, bloc, texte.encodage) for numero, bloc in lines.blocs(texte)]
    vides = pl.DataFrame(schema={"numero_ligne": pl.UInt32, "ligne": pl.String})
    lues = pl.concat([vides, *blocs]).with_columns(pl.col("ligne").str.strip_chars_end("\r"))
    if constats is not None and texte.encodage != "ascii":
        illisibles = lues.select(
            "numero_ligne", nombre=pl.col("ligne").str.count_matches(_REMPLACE, literal=True)
        ).filter(pl.col("nombre") > 0)
        if illisibles.height and _REMPLACE.encode() not in texte.octets:
            constats.signale(
                regles.ENCODAGE,
                int(illisibles["numero_ligne"][0]),
                nombre=int(illisibles["nombre"].sum()),
                encodage=texte.encodage,
            )
    return lues
