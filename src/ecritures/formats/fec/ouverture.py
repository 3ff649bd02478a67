"""A FEC as bytes: its charset, UTF-16 converted, its line ends and marks, and what is seen of lines before they are split.

Findings F05 to F12, L02, L04 and L05.
"""

from __future__ import annotations

import dataclasses

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.domain.lot import OptionsLecture
from ecritures.formats import lines
from ecritures.formats.fec import regles
from ecritures.formats.fec.contenu import Compteur
from ecritures.formats.fec.entete import Entete
from ecritures.formats.fec.lignes_fautives import FIN_DE_FICHIER

LIGNE_OCTETS_MAX = 64 << 10
"""A longer line is said (L05): a FEC record is a few hundred bytes."""
_ENCODAGES_PREVUS = ("ascii", "utf-8", "iso-8859-15")
_NOMS_ENCODAGES = {"utf-16": "UTF-16", "utf-32": "UTF-32"}
_CONTROLES = r"[\x00-\x08\x0B\x0C\x0E-\x19\x1B-\x1F\x7F]"


def ouvrir(octets: bytes, options: OptionsLecture, constats: Collecteur) -> tuple[lines.Texte, str] | None:
    """The text and the charset it came in, UTF-16 converted (D-08); None, and the reason, when there is no text."""
    encodage = None
    try:
        texte = lines.ouvrir(octets, options.encodage)
    except lines.PasDuTexte as refus:
        if refus.motif != "utf-16":
            signale_illisible(refus.motif, constats)
            return None
        encodage = _utf16(octets)
        try:
            texte = lines.ouvrir(octets.decode(encodage, "replace").removeprefix("\ufeff").encode("utf-8", "replace"))
        except lines.PasDuTexte:
            signale_illisible("utf-16", constats)
            return None
        constats.signale(regles.UTF16_CONVERTI, None, encodage=_NOMS_ENCODAGES["utf-16"])
    texte = _sans_marque_de_fin(texte, constats)
    signale_octets(texte, constats)
    return texte, encodage or texte.encodage


def _utf16(octets: bytes) -> str:
    """Which end comes first: as the mark says, or where the zeros are."""
    if octets.startswith(b"\xfe\xff"):
        return "utf-16-be"
    debut = octets[:1024]
    petit = octets.startswith(b"\xff\xfe") or debut[1::2].count(0) >= debut[0::2].count(0)
    return "utf-16-le" if petit else "utf-16-be"


def _sans_marque_de_fin(texte: lines.Texte, constats: Collecteur) -> lines.Texte:
    """Without the 0x1A that old systems put at the end (D-17)."""
    if not texte.octets[-64:].rstrip(b"\r\n").endswith(b"\x1a"):
        return texte
    octets = texte.octets.rstrip(b"\r\n").rstrip(b"\x1a")
    constats.signale(regles.MARQUE_DE_FIN, octets.count(b"\n") + 1)
    return dataclasses.replace(texte, octets=octets)


def signale_illisible(motif: str, constats: Collecteur) -> None:
    if motif == "vide":
        constats.signale(regles.VIDE)
    elif motif in _NOMS_ENCODAGES:
        constats.signale(regles.UTF16, None, encodage=_NOMS_ENCODAGES[motif])
    else:
        constats.signale(regles.BINAIRE)


def signale_octets(texte: lines.Texte, constats: Collecteur) -> None:
    """What the bytes say before any line is read: F08 to F11."""
    detection = texte.detection
    if detection.bom:
        constats.signale(regles.BOM)
    if detection.encodage not in _ENCODAGES_PREVUS:
        constats.signale(regles.ENCODAGE, None, encodage=detection.encodage)
    if texte.octets_illisibles:
        constats.signale(regles.UTF8_INVALIDE, _premiere_ligne_illisible(texte), nombre=texte.octets_illisibles)
    presents = {nom: nombre for nom, nombre in texte.sauts.items() if nombre}
    if "CRCRLF" in presents:
        constats.signale(regles.SAUTS_DOUBLES, None, nombre=presents["CRCRLF"])
    if len(presents) > 1:
        detail = ", ".join(f"{nom} : {nombre}" for nom, nombre in presents.items())
        constats.signale(regles.SAUTS, None, detail=detail)


def _premiere_ligne_illisible(texte: lines.Texte) -> int | None:
    try:
        texte.octets.decode("utf-8")
    except UnicodeDecodeError as erreur:
        return texte.octets.count(b"\n", 0, erreur.start) + 1
    return None


class Octets:
    """What is seen of lines before they are split: control characters (F12), end of file marks (L04), lengths (L05)."""

    def __init__(self, constats: Collecteur, entete: Entete, *, a_chercher: bool, autre: str) -> None:
        self._constats = constats
        self._a_chercher = a_chercher
        self._autre = autre
        self._autres = Compteur()
        self._complet = entete.nombre - 1
        self._controles = Compteur()
        self._marque: int | None = None
        self._apres: int | None = None
        self._separateur = entete.separateur
        self._zones = {rang: nom for nom, rang in entete.zones.items()}

    def examine(self, lues: pl.DataFrame) -> None:
        longueurs = lues["ligne"].str.len_bytes()
        if (longueurs > LIGNE_OCTETS_MAX).any():
            longues = lues.select("numero_ligne", octets=longueurs).filter(pl.col("octets") > LIGNE_OCTETS_MAX)
            self._constats.ajoute(regles.LIGNE_LONGUE, longues)
        if self._marque is not None and self._apres is None:
            self._cherche_apres(lues)
        if self._a_chercher:
            self._cherche_controles(lues)
        if self._autre:
            self._cherche_autre(lues)

    def _cherche_autre(self, lues: pl.DataFrame) -> None:
        """D-12: records cut by their separator, with the other one inside a value."""
        meles = lues.filter(pl.col("ligne").str.contains(self._autre, literal=True)).filter(
            pl.col("ligne").str.count_matches(self._separateur, literal=True) >= self._complet
        )
        if meles.height:
            self._autres.ajoute(meles.height, int(meles["numero_ligne"][0]))

    def _cherche_controles(self, lues: pl.DataFrame) -> None:
        nombres = lues.select("numero_ligne", nombre=pl.col("ligne").str.count_matches(_CONTROLES)).filter(
            pl.col("nombre") > 0
        )
        if nombres.height:
            self._controles.ajoute(int(nombres["nombre"].sum()), int(nombres["numero_ligne"][0]))
            self._cherche_nuls(lues.filter(pl.col("ligne").str.contains("\x00", literal=True)))
        marques = lues.filter(pl.col("ligne").str.contains(FIN_DE_FICHIER, literal=True))
        if self._marque is None and marques.height:
            self._marque = int(marques["numero_ligne"][0])
            self._cherche_apres(lues)

    def _cherche_nuls(self, lues: pl.DataFrame) -> None:
        avant = pl.col("ligne").str.splitn("\x00", 2).struct.field("field_0")
        rang = avant.str.count_matches(self._separateur, literal=True).cast(pl.Int64)
        self._constats.ajoute(
            regles.NULS,
            lues.select(
                "numero_ligne",
                zone=rang.replace_strict(self._zones, default=None, return_dtype=pl.String),
                nombre=pl.col("ligne").str.count_matches("\x00", literal=True),
            ),
        )

    def _cherche_apres(self, lues: pl.DataFrame) -> None:
        suite = pl.col("ligne").str.strip_chars(FIN_DE_FICHIER + " \t\x00") != ""
        apres = lues.filter((pl.col("numero_ligne") > self._marque) & suite)
        if apres.height:
            self._apres = int(apres["numero_ligne"][0])

    def conclut(self) -> None:
        if self._controles.nombre:
            self._constats.signale(regles.CONTROLES, self._controles.premiere, nombre=self._controles.nombre)
        if self._autres.nombre:
            nom = "tabulation" if self._autre == "\t" else "barre verticale"
            self._constats.signale(
                regles.AUTRE_SEPARATEUR, self._autres.premiere, nombre=self._autres.nombre, autre=nom
            )
        if self._apres is not None:
            self._constats.signale(regles.APRES_FIN, self._apres, marque=self._marque)
