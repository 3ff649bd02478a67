"""One block of whole lines: sorted into parameters, movements and attached lines, then read. Blocks are independent."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import polars as pl

from ecritures.domain.lot import ANNEXES, PARAMETRES
from ecritures.formats.fixedwidth import BLANC, Entiers, Lignes, Masque
from ecritures.formats.tra import layout, regles
from ecritures.formats.tra.mouvements import (
    LIGNES_LUES,
    VENTILATIONS_LUES,
    BlocLu,
    Cadre,
    genres,
    lire_analytiques,
    lire_annexes,
    lire_generales,
    parmi,
    textes_en_caracteres,
)
from ecritures.formats.tra.notes import Notes
from ecritures.formats.tra.parametres import MARQUES, cadre_parametres, record_de_parametre

TABULATION = 9
SUBSTITUT = 0x1A


@dataclass(frozen=True, eq=False)
class _Tri:
    """Kinds of the lines of a block, as masks over them."""

    mouvements: Masque
    parametres: Masque


def lire_bloc(premier: int, bloc: bytes, cadre: Cadre, entete: int | None, derniere: int) -> BlocLu:
    """Reads a block whose first line is number ``premier``. ``entete``: number of the header line, ``derniere``: of the
    file's last line."""
    notes = Notes()
    source = Lignes.de(bloc)
    numeros = pl.Series("numero_ligne", np.arange(premier, premier + len(source), dtype=np.uint32))
    lignes = Lignes.de(_lisible(bloc, source, numeros, cadre, notes)) if _a_transformer(bloc, cadre) else source
    tri = _trier(lignes, source, bloc, numeros, cadre, entete, derniere, notes)
    genre = genres(lignes)
    annexes = tri.mouvements & parmi(genre, layout.GENRES_ANNEXES)
    # the digit 0 where the letter O is meant (tra.md section 7): analytic, and reported
    parts = (tri.mouvements & parmi(genre, "A"), tri.mouvements & parmi(genre, "O"))
    analytiques = parts[0] | parts[1]
    generales = tri.mouvements & ~annexes & ~analytiques

    def choix(masque: Masque) -> tuple[Lignes, Lignes, pl.Series]:
        if masque.all():
            return lignes, source, numeros
        rangs = np.flatnonzero(masque)
        return lignes.choisir(rangs), source.choisir(rangs), numeros.gather(pl.Series(rangs))

    g_lignes, g_source, g_numeros = choix(generales)
    lues, ventilees, calculees, totaux, en_devise = _generales(g_lignes, g_source, g_numeros, cadre, notes)
    ventilations = [ventilees]
    for masque, record in zip(parts, (layout.analytique, layout.mouvement), strict=True):
        if masque.any():  # O lines have the general layout
            ventilations.append(lire_analytiques(*choix(masque), record, cadre, notes))
    attachees = pl.DataFrame(schema={nom: g for nom, g in ANNEXES.items() if nom != "ligne_mere"})
    if annexes.any():
        _, a_source, a_numeros = choix(annexes)
        attachees = lire_annexes(a_source, a_numeros, genre[annexes], cadre)
    parametres = pl.DataFrame(schema=PARAMETRES)
    if tri.parametres.any():
        _, p_source, p_numeros = choix(tri.parametres)
        parametres = cadre_parametres(p_numeros, textes_en_caracteres(p_source, record_de_parametre, cadre))
    rangs = np.flatnonzero(tri.mouvements)
    return BlocLu(
        lues, pl.concat(ventilations).sort("numero_ligne"), attachees, parametres, notes, calculees, totaux, en_devise,
        premier + int(rangs[0]) if len(rangs) else None,
    )  # fmt: skip


def _generales(
    lignes: Lignes, source: Lignes, numeros: pl.Series, cadre: Cadre, notes: Notes
) -> tuple[pl.DataFrame, pl.DataFrame, Entiers, tuple[int, int], bool]:
    """``(lignes, ventilations of H lines, rows with computed euros, totals as written, is there a currency)``."""
    aucune = np.zeros(0, np.int64)
    if len(lignes) == 0:
        return pl.DataFrame(schema=LIGNES_LUES), pl.DataFrame(schema=VENTILATIONS_LUES), aucune, (0, 0), False
    lues, ventilees, montants = lire_generales(lignes, source, numeros, cadre, notes)
    if montants.lus is montants.euros:
        totaux = (int(lues["debit_centimes"].sum()), int(lues["credit_centimes"].sum()))
        return lues, ventilees, aucune, totaux, False
    octet = lignes.octet(layout.mouvement(False).zone("SENS").start)
    debits = pl.Series(octet == ord("D"))
    credits_ = pl.Series(octet == ord("C"))
    totaux = (int(montants.lus.filter(debits).sum()), int(montants.lus.filter(credits_).sum()))
    calculees = aucune if montants.calcules is None else np.flatnonzero(montants.calcules)
    return lues, ventilees, calculees, totaux, True


def _a_transformer(bloc: bytes, cadre: Cadre) -> bool:
    return cadre.avec_nuls or (
        cadre.charset_texte not in ("windows-1252", "ascii") and cadre.charset != "utf-8" and not bloc.isascii()
    )


def _lisible(bloc: bytes, source: Lignes, numeros: pl.Series, cadre: Cadre, notes: Notes) -> bytes:
    """The block with one byte a column, and blanks instead of NUL. Lines keep their rank."""
    if b"\x00" in bloc:
        nuls = _par_ligne(source.octets == 0, source)
        notes.lignes(regles.CARACTERE_NUL, numeros, nuls > 0, nombre=pl.Series(nuls).cast(pl.String))
        bloc = bloc.replace(b"\x00", b" ")
    if cadre.charset == "utf-8" or cadre.charset_texte in ("windows-1252", "ascii") or bloc.isascii():
        return bloc
    texte = bloc.decode(cadre.charset_texte, "replace")
    try:
        return texte.encode("cp1252")
    except UnicodeEncodeError:
        return _rapproche(texte, numeros, notes)


def _rapproche(texte: str, numeros: pl.Series, notes: Notes) -> bytes:
    """Windows-1252 bytes, one a character: what it lacks becomes the nearest letter or ``?``, and is reported."""
    table = {ord(c): _plus_proche(c) for c in set(texte) if not _encodable(c)}
    motif = re.compile("[" + "".join(re.escape(chr(c)) for c in table) + "]")
    touchees = [
        (i, "".join(dict.fromkeys(motif.findall(ligne))))
        for i, ligne in enumerate(texte.split("\n"))
        if motif.search(ligne)
    ]
    masque = np.zeros(len(numeros), np.bool_)
    textes = [""] * len(numeros)
    for i, caracteres in touchees:
        if i < len(textes):
            masque[i], textes[i] = True, caracteres
    notes.lignes(regles.HORS_CHARSET, numeros, masque, caracteres=pl.Series(textes, dtype=pl.String))
    return texte.translate(table).encode("cp1252")


def _encodable(caractere: str) -> bool:
    try:
        caractere.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _plus_proche(caractere: str) -> str:
    base = unicodedata.normalize("NFD", caractere)[0]
    return base if _encodable(base) and base.isprintable() else "?"


def _par_ligne(octets: Masque, lignes: Lignes) -> Entiers:
    """How many of those bytes each line holds. A line has at least its end, so starts strictly grow."""
    return np.add.reduceat(octets, lignes.debuts, dtype=np.int64) if len(lignes) else np.zeros(0, np.int64)


def _trier(
    lignes: Lignes,
    source: Lignes,
    bloc: bytes,
    numeros: pl.Series,
    cadre: Cadre,
    entete: int | None,
    derniere: int,
    notes: Notes,
) -> _Tri:
    n = len(lignes)
    charset = "utf-8" if cadre.charset == "utf-8" else "cp1252"
    marques = np.zeros(n, np.bool_)
    for marque in MARQUES:
        marques |= lignes.commence(marque.encode(charset))
    vides = _vides(lignes)
    substitut = lignes.octet(1) == SUBSTITUT
    if (
        substitut.any()
        and int(numeros[-1]) == derniere
        and substitut[-1]
        and not _octets(lignes, n - 1).strip(b" \x1a")
    ):
        vides = vides.copy()
        vides[-1] = True
    else:
        substitut[:] = False
    if (vides & ~substitut).any():
        notes.une_fois(regles.LIGNE_VIDE, "", numeros, vides & ~substitut)
    perdues = np.zeros(n, np.bool_)
    fins = len(lignes.octets) - int(lignes.longueurs.sum())  # bytes that end lines; other controls are counted beyond
    avec_controles = np.count_nonzero(lignes.octets < BLANC) > fins
    if avec_controles and b"\t" in bloc:
        perdues = _par_ligne(lignes.octets == TABULATION, lignes) > 0
        notes.lignes(regles.TABULATION, numeros, perdues & ~vides)
    if avec_controles:
        admis = np.isin(lignes.octets, (TABULATION, 10, 13, 0))
        autres = _par_ligne((lignes.octets < BLANC) & ~admis, lignes)
        notes.lignes(regles.CARACTERE_CONTROLE, numeros, (autres > 0) & ~vides)
    retenues = ~vides & ~perdues
    if entete is not None and int(numeros[0]) <= entete <= int(numeros[-1]):
        retenues[entete - int(numeros[0])] = False
    return _Tri(retenues & ~marques, retenues & marques)


def _vides(lignes: Lignes) -> Masque:
    """Lines of blanks only."""
    vides: Masque = lignes.longueurs == 0
    for rang in np.flatnonzero((lignes.octet(1) == BLANC) & ~vides).tolist():
        if not _octets(lignes, rang).strip(b" "):
            vides[rang] = True
    return vides


def _octets(lignes: Lignes, rang: int) -> bytes:
    debut = int(lignes.debuts[rang])
    return lignes.octets[debut : debut + int(lignes.longueurs[rang])].tobytes()
