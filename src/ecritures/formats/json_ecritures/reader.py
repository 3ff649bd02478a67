"""Reads the body of ``importJson`` as a lot: flat lines, put together into entries by the contract's key.

A line of the lot is an element of ``data.ecritures``: ``numero_ligne`` is its rank from 1, as the contract counts them
(``{numeroEcriture}``), since a body may be one physical line. Findings show the physical line, the columns and the path.
What concerns posting (options, context) is kept in ``Lot.entete`` for the import.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ecritures.domain.constat import Collecteur
from ecritures.domain.lot import Detection, Lecture, Lot, OptionsLecture
from ecritures.formats.json_ecritures import layout, regles
from ecritures.formats.json_ecritures.corps import Corps, lire_corps
from ecritures.formats.json_ecritures.ecritures import Lignes, lire_lignes
from ecritures.formats.json_ecritures.notes import Notes
from ecritures.formats.json_ecritures.regroupement import CLE, assembler
from ecritures.formats.json_ecritures.structure import Situation, crochets
from ecritures.formats.json_ecritures.valeurs import PROFONDEUR_MAX, Constante, Doublee, charger, propre

TAILLE_OCTETS_MAX = 256 << 20
"""Largest text read, whoever calls: beyond it the values would not fit a small machine's memory. Routes refuse sooner."""

_BOM = b"\xef\xbb\xbf"
_RESSEMBLE = re.compile(rb'\s*\{(?s:.*?)"(?i:data|codeibs|ecritures)"\s*:')


def ressemble(debut: bytes) -> bool:
    """Could these first bytes be a body of ``importJson``? An object that names one of its keys."""
    return _RESSEMBLE.match(debut.removeprefix(_BOM)) is not None


def read(octets: bytes, options: OptionsLecture) -> Lecture:
    """The entries of a body and everything its reading found. Never raises, whatever the bytes.

    ``lot`` is None when there is nothing to read: no JSON, no ``data``, no array of entries.
    """
    constats = Collecteur()
    texte = _texte(octets, constats)
    valeur = _valeur(texte, constats) if texte is not None else None
    if texte is None or valeur is None:
        return Lecture(None, constats.releves())
    detection = _detection(octets, texte)
    if not isinstance(valeur[0], dict):
        constats.signale(regles.PAS_DU_JSON, 1, motif="le corps n'est pas un objet JSON")
        return Lecture(None, constats.releves(), detection)
    corps = lire_corps(valeur[0], constats)
    if corps.ecritures is None:
        return Lecture(None, constats.releves(), detection)
    lignes = lire_lignes(corps, constats)
    _doubles(valeur[0], constats)
    if "\\u" in texte and _a_des_demis(texte):
        constats.signale(regles.DEMI_CARACTERE, None)
    return Lecture(_lot(corps, lignes, texte, detection, options), constats.releves(), detection)


def lire_valeur(octets: bytes, constats: Collecteur) -> tuple[Any] | None:
    """The JSON value of a body, in a tuple since null is one; None when it is not to be read, and ``constats`` says why."""
    texte = _texte(octets, constats)
    return _valeur(texte, constats) if texte is not None else None


def _texte(octets: bytes, constats: Collecteur) -> str | None:
    if len(octets) > TAILLE_OCTETS_MAX:
        constats.signale(regles.TROP_GROS, None, octets=len(octets), limite=TAILLE_OCTETS_MAX)
        return None
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")) or octets[:2].count(0) or octets[2:4].count(0):
        constats.signale(regles.ENCODAGE, None, encodage="UTF-16 ou UTF-32")
        return None
    corps = octets.removeprefix(_BOM)
    if len(corps) < len(octets):
        constats.signale(regles.BOM)
    if not corps.strip():
        constats.signale(regles.PAS_DU_JSON, None, motif="il est vide")
        return None
    try:
        return corps.decode("utf-8")
    except UnicodeDecodeError as erreur:
        texte = corps.decode("utf-8", "replace")
        ligne = corps.count(b"\n", 0, erreur.start) + 1
        constats.signale(regles.OCTETS_ILLISIBLES, ligne, nombre=max(texte.count("\ufffd"), 1))
        return texte


def _valeur(texte: str, constats: Collecteur) -> tuple[Any] | None:
    """The value, in a tuple since null is one; None when the text is no JSON, or is nested without end."""
    niveaux = crochets(texte.encode("utf-8", "surrogatepass")).niveaux
    profondeur = int(niveaux.max()) if len(niveaux) else 0
    if profondeur > PROFONDEUR_MAX:
        constats.signale(regles.TROP_PROFOND, None, profondeur=profondeur, limite=PROFONDEUR_MAX)
        return None
    try:
        return (charger(texte),)
    except json.JSONDecodeError as erreur:
        motif = f"ligne {erreur.lineno}, colonne {erreur.colno}, {_motif(texte, erreur)}"
        constats.signale(regles.PAS_DU_JSON, erreur.lineno, motif=motif)
    except RecursionError:
        constats.signale(regles.TROP_PROFOND, None, profondeur=profondeur, limite=PROFONDEUR_MAX)
    return None


_MOTIFS = {
    "Expecting value": "une valeur est attendue",
    "Expecting property name": "un nom de clé entre guillemets est attendu",
    "Expecting ':'": "« : » est attendu après une clé",
    "Expecting ',' delimiter": "« , » est attendue",
    "Extra data": "il y a autre chose après la fin de l'objet",
    "Unterminated string": "un texte n'est pas fermé par un guillemet",
    "Invalid control character": "un texte contient un caractère de contrôle",
    "Invalid \\escape": "un texte contient un échappement inconnu",
    "Invalid \\uXXXX": "un texte contient un échappement \\u incomplet",
    "Illegal trailing comma": "une virgule est en trop",
}


def _motif(texte: str, erreur: json.JSONDecodeError) -> str:
    dit = next((fr for en, fr in _MOTIFS.items() if erreur.msg.startswith(en)), "la syntaxe est fausse")
    suite = propre(texte[erreur.pos : erreur.pos + 20])
    return f"{dit} (on lit « {suite} »)" if suite else f"{dit} (le texte s'arrête)"


_PAIRES = re.compile(r"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_DEMI = re.compile(r"\\u[dD][89a-fA-F]")


def _a_des_demis(texte: str) -> bool:
    """Is there an escaped half of a pair without its other half? Escaped backslashes and whole pairs are left out first."""
    return _DEMI.search(_PAIRES.sub("", texte)) is not None


def _detection(octets: bytes, texte: str) -> Detection:
    lf, crlf = texte.count("\n"), texte.count("\r\n")
    fin = "aucune" if not lf else "CRLF" if crlf == lf else "mixte" if crlf else "LF"
    return Detection(
        encodage="ascii" if texte.isascii() else "utf-8",
        fin_de_ligne=fin,
        taille_octets=len(octets),
        nombre_lignes=lf + (not texte.endswith("\n")),
        bom=octets.startswith(_BOM),
    )


def _doubles(valeur: Any, constats: Collecteur) -> None:
    """Keys given twice and values that are no JSON, wherever they are."""
    notes = Notes()
    for chemin, objet in _parcours(valeur, ""):
        rang = re.match(r"data\.ecritures\[([0-9]+)\]\.?", chemin, re.IGNORECASE)
        numero, zone = (int(rang[1]) + 1, chemin[rang.end() :]) if rang else (None, chemin)
        if isinstance(objet, Doublee):
            for cle in map(propre, objet.cles):
                notes.note(regles.CLE_DOUBLE, numero, f"{zone}.{cle}" if zone else cle, cle=cle)
        else:
            notes.note(regles.PAS_UN_NOMBRE, numero, zone, valeur=str(objet))
    notes.verse(constats)


def _parcours(valeur: Any, chemin: str) -> Iterator[tuple[str, Any]]:
    if isinstance(valeur, Constante):
        yield chemin, valeur
    elif isinstance(valeur, dict):
        if isinstance(valeur, Doublee):
            yield chemin, valeur
        for cle, v in valeur.items():
            if isinstance(v, (dict, list, Constante)):
                yield from _parcours(v, f"{chemin}.{propre(cle)}" if chemin else propre(cle))
    elif isinstance(valeur, list):
        for rang, v in enumerate(valeur):
            if isinstance(v, (dict, list, Constante)):
                yield from _parcours(v, f"{chemin}[{rang}]")


def _lot(corps: Corps, lignes: Lignes, texte: str, detection: Detection, options: OptionsLecture) -> Lot:
    cadres = assembler(lignes, corps)
    return Lot(
        format="json",
        detection=detection,
        lignes=cadres.lignes,
        entete=corps.entete,
        regroupement=CLE,
        nom_fichier=options.nom_fichier,
        zones=layout.ZONES,
        localisation=Situation(texte, corps.nombre, lignes.parts, {**corps.orthographes, **lignes.orthographes}),
        ventilations=cadres.ventilations,
        journaux=cadres.journaux,
        comptes=cadres.comptes,
        tiers=cadres.tiers,
        sections=cadres.sections,
        etablissements=cadres.etablissements,
        modes_paiement=cadres.modes_paiement,
    )
