"""A correct importJson body that a test spoils, and what reading and checking it finds."""

from __future__ import annotations

import json
from typing import Any

import polars as pl

from ecritures.checks import CHECKS
from ecritures.checks.check import run
from ecritures.domain.constat import Constats, dresser
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lecture, Lot, OptionsLecture
from ecritures.formats.json_ecritures import reader

SIRET, AUTRE_SIRET, AUTRE_ENTREPRISE = "81234567600025", "81234567600017", "07955542100027"


def cote(montant: object = 0, **autres: object) -> dict[str, object]:
    return {"amount": montant, "currency": "EUR", **autres}


def ligne(compte: str, au_debit: object = 0, au_credit: object = 0, **autres: object) -> dict[str, Any]:
    return {
        "date": "2026-01-12T00:00:00.000Z",
        "journal": "AC",
        "compte": compte,
        "libelle": "Électricité",
        "reference": "EDF-0112",
        "debit": cote(au_debit),
        "credit": cote(au_credit),
        **autres,
    }


def corps(*lignes: dict[str, Any], options: dict[str, Any] | None = None, **autres: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "contexte": {"from": "2026-01-01T00:00:00.000Z", "to": "2026-01-31T00:00:00.000Z"},
        "options": options or {},
        "ecritures": list(lignes) or [ligne("606", 250), ligne("401", 0, 250, tiers="FEDF")],
    }
    return {"codeIbs": "DEMO001", "data": data | autres.pop("data", {}), **autres}


def octets(valeur: Any, **options: Any) -> bytes:
    return json.dumps(valeur, ensure_ascii=False, **options).encode()


def lire(valeur: Any) -> Lecture:
    return reader.read(valeur if isinstance(valeur, bytes) else octets(valeur), OptionsLecture())


def lot_de(valeur: Any) -> Lot:
    lot = lire(valeur).lot
    assert lot is not None
    return lot


def constats(valeur: Any, *, avec_controles: bool = False) -> Constats:
    lecture = lire(valeur)
    lot = lecture.lot
    if lot is None:
        return dresser(lecture.releves)
    releves = (*lecture.releves, *(run(CHECKS, lot, Contexte()) if avec_controles else ()))
    return dresser(releves, zones=lot.zones, localisation=lot.localisation)


def ids(valeur: Any) -> list[str]:
    return sorted(constats(valeur).liste["id"])


def place(valeur: Any, id_: str) -> dict[str, Any]:
    trouves = constats(valeur).liste.filter(pl.col("id") == id_)
    assert trouves.height == 1, constats(valeur).liste.to_dicts()
    return trouves.row(0, named=True)
