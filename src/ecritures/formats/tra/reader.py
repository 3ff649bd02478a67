"""Reads a TRA file: bytes become a :class:`Lot` and findings. Never raises, whatever the bytes.

The file is cut into blocks of whole lines; blocks are read on two threads (numpy and polars release the GIL), put back in
order, then entries are delimited over the whole file.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ecritures.domain.constat import Collecteur
from ecritures.domain.lot import PARAMETRES, Lecture, Lot, OptionsLecture
from ecritures.formats.fixedwidth import decoder
from ecritures.formats.lines import PasDuTexte, Texte, blocs, ouvrir
from ecritures.formats.tra import layout, regles
from ecritures.formats.tra.assemblage import assembler
from ecritures.formats.tra.bloc import lire_bloc
from ecritures.formats.tra.localisation import LocalisationTra
from ecritures.formats.tra.mouvements import BlocLu, Cadre
from ecritures.formats.tra.notes import Notes
from ecritures.formats.tra.parametres import MARQUES, lire_entete, lire_parametres, ressemble_entete, taux_devises

FILS = 2
"""Blocks read at once: two threads take what numpy and polars can give; more only hold more memory."""

TAILLE_SANS_FILS = 1 << 20
"""Below one mebibyte, starting threads costs more than they give."""

ENCODAGES = {"ascii": "windows-1252", "windows-1252": "windows-1252", "cp1252": "windows-1252", "latin-1": "windows-1252", "iso-8859-1": "windows-1252", "iso-8859-15": "iso-8859-15", "utf-8": "utf-8", "cp850": "cp850"}  # fmt: skip
"""Charsets a caller may force. Latin-1 is read as its superset."""

MOTIFS = {
    "vide": "il est vide",
    "utf-16": "il est en UTF-16",
    "utf-32": "il est en UTF-32",
    "binaire": "c'est un fichier binaire (archive, PDF, tableur…)",
    "ancien": "c'est un ancien fichier journal",
}
LIGNES_DE_TETE_MAX = 200_000
"""Leading lines looked at before the first movement."""


def ressemble(debut: bytes) -> bool:
    """Could those first bytes be a TRA file's? True also for the old headerless journal, which is refused with its name."""
    for ligne in debut.removeprefix(b"\xef\xbb\xbf").splitlines()[:50]:
        if ligne.strip(b" \x00"):
            texte = decoder(ligne, "utf-8" if ligne.startswith("¥".encode()) else "windows-1252")
            return ressemble_entete(texte) or (texte.startswith("!") and not any(s in ligne for s in b"\t|;"))
    return False


def read(octets: bytes, options: OptionsLecture) -> Lecture:
    """The lot and what reading found. ``lot`` is None when the bytes are no TRA text at all."""
    constats = Collecteur()
    force = _force(options.encodage, constats)
    if options.encodage and force is None:
        return Lecture(None, constats.releves())
    try:
        texte = ouvrir(octets, force)
    except PasDuTexte as erreur:
        constats.signale(regles.PAS_DU_TEXTE, None, motif=MOTIFS.get(erreur.motif, erreur.motif))
        return Lecture(None, constats.releves())
    tete = _tete(texte)
    if tete.premiere.startswith("!"):
        constats.signale(regles.ANCIEN_JOURNAL, tete.numero)
        return Lecture(None, constats.releves(), texte.detection)
    texte, charset, en_octets = _charset(texte, force, tete, constats)
    _note_texte(texte, constats)
    if not tete.a_entete:
        constats.signale(regles.ENTETE_ABSENTE, tete.numero)
        if not _a_des_mouvements(tete, charset):
            return Lecture(None, constats.releves(), texte.detection)
    lot = _lot(texte, charset, en_octets, tete, options.nom_fichier, constats)
    return Lecture(lot, constats.releves(), lot.detection)


def _lot(
    texte: Texte, charset: str, en_octets: bool, tete: _Tete, nom_fichier: str | None, constats: Collecteur
) -> Lot:
    """The whole file, block by block, then put together."""
    entete = (
        lire_entete(decoder(tete.octets, charset if not en_octets else "utf-8"), en_octets=en_octets)
        if tete.a_entete
        else {}
    )
    etendu = entete.get("FORMAT") == "ETE" if tete.a_entete else _plus_large(tete)
    cadre = Cadre(
        etendu=etendu,
        charset="utf-8" if en_octets else "windows-1252",
        charset_texte=charset,
        avec_nuls=texte.nuls > 0,
        avec_guid=entete.get("READYGUID") == "X",
        taux_dev=taux_devises([decoder(ligne, charset) for ligne in tete.marquees], en_octets=en_octets),
    )
    numero_entete = tete.numero if tete.a_entete else None
    lus = _lire_blocs(texte, cadre, numero_entete)
    parametres = pl.concat([lu.parametres for lu in lus], rechunk=False) if lus else pl.DataFrame(schema=PARAMETRES)
    fichier = lire_parametres(parametres)
    notes = Notes()
    for lu in lus:
        notes.verse(lu.notes)
    if tete.a_entete and layout.DRAPEAUX_LARGES.match(tete.premiere[layout.entete().zone("NEWANALYTIQUE").start - 1 :]):
        notes.compte(regles.DRAPEAUX_LARGES, "", 1, tete.numero, zone="NEWANALYTIQUE")
    assemblage = assembler(lus, fichier, parametres, entete, notes)
    notes.dans(constats)
    cadres: dict[str, Any] = dict(fichier.cadres)
    return Lot(
        format="tra",
        detection=texte.detection,
        lignes=assemblage.lignes,
        entete=entete,
        enregistrements=fichier.nombres,
        regroupement=assemblage.regroupement,
        totaux_lus=assemblage.totaux_lus,
        nom_fichier=nom_fichier,
        zones=layout.ZONES,
        localisation=LocalisationTra(texte, charset, etendu, numero_entete, en_octets),
        ventilations=assemblage.ventilations,
        annexes=assemblage.annexes,
        parametres=parametres,
        fiches=fichier.fiches,
        longueurs=fichier.longueurs,
        **cadres,
    )


@dataclass(frozen=True)
class _Tete:
    """First lines of the file: header, parameter records, first movements."""

    numero: int
    octets: bytes
    premiere: str
    marquees: tuple[bytes, ...]
    mouvements: tuple[bytes, ...]

    @property
    def a_entete(self) -> bool:
        return self.premiere.startswith(MARQUES)


def _force(encodage: str | None, constats: Collecteur) -> str | None:
    if not encodage:
        return None
    force = ENCODAGES.get(encodage.lower().replace("_", "-").replace("utf8", "utf-8"))
    if force is None:
        constats.signale(regles.ENCODAGE_INCONNU, None, encodage=encodage)
    return force


def _tete(texte: Texte) -> _Tete:
    premiere, numero, marquees, mouvements = b"", 0, [], []
    utf8 = texte.encodage == "utf-8"
    marques = tuple(m.encode("utf-8" if utf8 else "cp1252") for m in MARQUES)
    for rang, ligne in enumerate(_lignes_de_tete(texte.octets), start=1):
        if not ligne.strip(b" \x00\x1a"):
            continue
        if not numero:
            premiere, numero = ligne, rang
            if ligne.startswith(marques):
                continue
        if ligne.startswith(marques):
            marquees.append(ligne)
        else:
            mouvements.append(ligne)
            break
        if rang > LIGNES_DE_TETE_MAX:
            break
    lisible = decoder(premiere[:512], "utf-8" if utf8 else "windows-1252")
    return _Tete(numero or 1, premiere, lisible, tuple(marquees), tuple(mouvements))


def _lignes_de_tete(octets: bytes) -> Iterator[bytes]:
    debut = 0
    while debut < len(octets):
        fin = octets.find(b"\n", debut)
        fin = len(octets) if fin < 0 else fin
        yield octets[debut:fin].rstrip(b"\r")
        debut = fin + 1


def _charset(texte: Texte, force: str | None, tete: _Tete, constats: Collecteur) -> tuple[Texte, str, bool]:
    """``(text with its detection settled, charset of the bytes, are columns counted in bytes)``."""
    choisi = texte.encodage
    if force is None and choisi == "cp850":
        constats.signale(regles.CP850, tete.numero)
    en_octets = choisi == "utf-8" and _comptees_en_octets(texte.octets)
    if force is None and choisi not in ("ascii", "utf-8"):
        choisi = "windows-1252"  # TRA's charset by definition: the same letters as ISO-8859-15 but for eight
    if en_octets:
        constats.signale(regles.UTF8_OCTETS, tete.numero)
    detection = replace(texte.detection, encodage=choisi, colonnes_en="octets" if en_octets else "caracteres")
    return replace(texte, detection=detection), choisi, en_octets


def _comptees_en_octets(octets: bytes) -> bool:
    """First movement with a byte above 127 in its common part: does the side stand at its place in bytes or characters?"""
    sens, montant = layout.mouvement(False).zone("SENS"), layout.mouvement(False).zone("MONTANT1")
    vus = 0
    for ligne in _lignes_de_tete(octets):
        if ligne.startswith(tuple(m.encode() for m in MARQUES)) or ligne[: sens.start - 1].isascii():
            continue
        vus += 1
        if vus > 1000:
            break
        texte = ligne.decode("utf-8", "replace")
        en_caracteres = _est_mouvement(texte[sens.start - 1 : sens.end], texte[montant.start - 1 : montant.end])
        en_octets = _est_mouvement(*(ligne[z.start - 1 : z.end].decode("latin-1") for z in (sens, montant)))
        if en_caracteres != en_octets:
            return en_octets
    return False


def _est_mouvement(sens: str, montant: str) -> bool:
    chiffres = montant.strip(" ").lstrip("-").replace(",", "", 1).replace(".", "", 1)
    return sens in ("D", "C") and chiffres.isascii() and chiffres.isdigit()


def _a_des_mouvements(tete: _Tete, charset: str) -> bool:
    sens, montant = layout.mouvement(False).zone("SENS"), layout.mouvement(False).zone("MONTANT1")
    textes = [decoder(ligne, charset) for ligne in tete.mouvements]
    return any(_est_mouvement(t[sens.start - 1 : sens.end], t[montant.start - 1 : montant.end]) for t in textes)


def _plus_large(tete: _Tete) -> bool:
    return any(len(ligne.rstrip()) > layout.LARGEUR_STD for ligne in tete.mouvements)


def _note_texte(texte: Texte, constats: Collecteur) -> None:
    if texte.detection.bom:
        constats.signale(regles.BOM, 1)
    if texte.octets_illisibles:
        constats.signale(regles.OCTETS_ILLISIBLES, None, nombre=texte.octets_illisibles)
    if texte.detection.fin_de_ligne == "mixte":
        detail = ", ".join(f"{nom} {nombre}" for nom, nombre in texte.sauts.items() if nombre)
        constats.signale(regles.FINS_MELANGEES, None, detail=detail)


def _lire_blocs(texte: Texte, cadre: Cadre, entete: int | None) -> list[BlocLu]:
    derniere = texte.detection.nombre_lignes

    def lire(numero_et_bloc: tuple[int, bytes]) -> BlocLu:
        return lire_bloc(*numero_et_bloc, cadre, entete, derniere)

    if len(texte.octets) < TAILLE_SANS_FILS:
        return [lire(bloc) for bloc in blocs(texte)]
    lus: list[BlocLu] = []
    with ThreadPoolExecutor(FILS) as fils:
        attente = []
        for bloc in blocs(texte):
            attente.append(fils.submit(lire, bloc))
            if len(attente) > 2 * FILS:  # bounds the blocks held at once
                lus.append(attente.pop(0).result())
        lus.extend(futur.result() for futur in attente)
    return lus
