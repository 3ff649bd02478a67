"""The report as JUnit XML: a suite a file, a test a rule of its format. An error fails its test; a warning is its output."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from ecritures.domain.constat import Severity
from ecritures.imports.reports.piece import Piece, bounded, rules

CONSTATS_PAR_TEST_MAX = 50
"""Findings told in the text of one test."""

_INTERDITS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(pieces: Sequence[Piece]) -> bytes:
    """The XML document. Attributes ``tests`` and ``failures`` count true tests, whatever is told of them."""
    racine = ET.Element("testsuites", name="ecritures")
    tests = echecs = 0
    for piece in pieces:
        suite = _suite(racine, piece)
        tests += int(suite.attrib["tests"])
        echecs += int(suite.attrib["failures"])
    racine.attrib.update(tests=str(tests), failures=str(echecs), errors="0")
    ET.indent(racine)
    return bytes(ET.tostring(racine, encoding="utf-8", xml_declaration=True))


def _suite(racine: ET.Element, piece: Piece) -> ET.Element:
    suite = ET.SubElement(racine, "testsuite", name=_text(piece.nom))
    trouves: dict[str, list[Mapping[str, Any]]] = {}
    liste = bounded(piece.constats.liste, piece.constats.liste.height, CONSTATS_PAR_TEST_MAX)
    for constat in liste.iter_rows(named=True):
        trouves.setdefault(constat["id"], []).append(constat)
    applicables = dict(rules(piece.format)) if piece.verdict != "illisible" else {}
    applicables |= {id_: regle for id_, (regle, _) in piece.regles.items()}
    echecs = 0
    for identifiant, regle in applicables.items():
        nom, classe = f"{identifiant} {regle.titre}", f"ecritures.{piece.format or 'fichier'}"
        test = ET.SubElement(suite, "testcase", classname=_text(classe), name=_text(nom))
        if identifiant in trouves:
            echecs += _tell(test, trouves[identifiant], piece.regles[identifiant][1])
    suite.attrib.update(tests=str(len(applicables)), failures=str(echecs), errors="0", skipped="0")
    return suite


def _tell(test: ET.Element, constats: Sequence[Mapping[str, Any]], nombre: int) -> int:
    """Writes what a test found; 1 when it fails."""
    lignes = [_sentence(c) for c in constats]
    if nombre > len(constats):
        lignes.append(f"… et {nombre - len(constats)} autres constats de cette règle.")
    lignes.append(f"Remède : {constats[0]['remede']}")
    texte = _text("\n".join(lignes))
    if any(c["severite"] == Severity.ERROR.value for c in constats):
        echec = ET.SubElement(test, "failure", type=Severity.ERROR.value, message=_text(constats[0]["message"]))
        echec.text = texte
        return 1
    ET.SubElement(test, "system-out").text = texte
    return 0


def _sentence(constat: Mapping[str, Any]) -> str:
    place = []
    if constat["numero_ligne"] is not None:
        place.append(f"ligne {constat['numero_ligne']}")
    if constat["colonne_debut"] is not None:
        place.append(f"colonnes {constat['colonne_debut']} à {constat['colonne_fin']}")
    if constat["zone"]:
        place.append(f"zone {constat['zone']}")
    return f"{', '.join(place)} : {constat['message']}" if place else str(constat["message"])


def _text(texte: str) -> str:
    """What XML 1.0 can hold; other characters show as U+FFFD."""
    return _INTERDITS.sub("\ufffd", texte)
