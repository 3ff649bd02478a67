"""The report in SARIF 2.1.0, for code forges and editors: one run, one result a finding, with its line and columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from ecritures import __version__
from ecritures.domain.constat import Regle, Severity
from ecritures.imports.reports.piece import Piece, bounded

VERSION = "2.1.0"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RESULTATS_MAX = 25_000
"""Results of one run: what the forges that read SARIF accept."""

_NIVEAUX = {Severity.ERROR.value: "error", Severity.WARNING.value: "warning", Severity.INFO.value: "note"}


def render(pieces: Sequence[Piece]) -> bytes:
    """The log, as JSON in UTF-8. Columns count characters from 1; ``endColumn`` is the one after the last, as SARIF wants."""
    regles: dict[str, dict[str, Any]] = {}
    resultats: list[dict[str, Any]] = []
    omis = 0
    for rang, piece in enumerate(pieces):
        place = RESULTATS_MAX - len(resultats)
        gardes = bounded(piece.constats.liste, place, max(place, 1))
        omis += piece.constats.total - gardes.height
        for constat in gardes.iter_rows(named=True):
            regle = regles.setdefault(constat["id"], _rule(constat, piece.regles[constat["id"]][0], len(regles)))
            resultats.append(_result(constat, piece.nom, rang, regle["_rang"]))
    declarees = [{cle: v for cle, v in r.items() if cle != "_rang"} for r in regles.values()]
    execution = {
        "tool": {
            "driver": {"name": "ecritures", "version": __version__, "semanticVersion": __version__, "rules": declarees}
        },
        "artifacts": [{"location": {"uri": _uri(p.nom)}, **_artifact(p)} for p in pieces],
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(omis)],
        "results": resultats,
        "properties": {"constatsTotal": sum(p.constats.total for p in pieces), "constatsOmis": omis},
    }
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [execution]}, ensure_ascii=False).encode()


def _rule(constat: dict[str, Any], regle: Regle, rang: int) -> dict[str, Any]:
    decrite: dict[str, Any] = {
        "_rang": rang,
        "id": regle.id,
        "shortDescription": {"text": regle.titre},
        "fullDescription": {"text": regle.source},
        "help": {"text": constat["remede"]},
        "defaultConfiguration": {"level": _NIVEAUX[regle.severity.value]},
    }
    if regle.code:
        decrite["properties"] = {"code": regle.code}
    return decrite


def _result(constat: dict[str, Any], nom: str, rang_fichier: int, rang_regle: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(nom), "index": rang_fichier}}
    if constat["numero_ligne"]:
        place["region"] = {"startLine": constat["numero_ligne"]}
        if constat["colonne_debut"] is not None:
            place["region"] |= {"startColumn": constat["colonne_debut"], "endColumn": constat["colonne_fin"] + 1}
    proprietes = {cle: constat[cle] for cle in ("zone", "valeur", "code") if constat[cle] is not None}
    return {
        "ruleId": constat["id"],
        "ruleIndex": rang_regle,
        "level": _NIVEAUX[constat["severite"]],
        "message": {"text": f"{constat['message']} {constat['remede']}"},
        "locations": [{"physicalLocation": place}],
        **({"properties": proprietes} if proprietes else {}),
    }


def _artifact(piece: Piece) -> dict[str, Any]:
    """Length and SHA-256 of the file, when it could be read. (SARIF's ``encoding`` wants an IANA name: ours is one but for cp850.)"""
    if piece.statistiques is None:
        return {}
    source = piece.statistiques.source
    connue: dict[str, Any] = {"length": source.taille_octets}
    if source.sha256:
        connue["hashes"] = {"sha-256": source.sha256}
    return connue


def _invocation(omis: int) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if omis:
        texte = f"{omis} constats sont comptés sans être listés : un journal SARIF en porte {RESULTATS_MAX} au plus."
        invocation["toolExecutionNotifications"] = [{"level": "note", "message": {"text": texte}}]
    return invocation


def _uri(nom: str) -> str:
    """A relative reference, percent-encoded; Windows separators become slashes."""
    return quote(nom.replace("\\", "/"), safe="/")
