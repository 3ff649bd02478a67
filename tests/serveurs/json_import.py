"""Bodies of importJson for the dossier of serveurs.api: the contract's own sample (10.9), and lines to compose others."""

from __future__ import annotations

from typing import Any

SIRET_ENTREPRISE = "81234567600025"


def cote(montant: object = 0) -> dict[str, object]:
    return {"amount": montant, "currency": "EUR", "currencyAmount": montant, "currencyRate": "1.0"}


def ligne(compte: str, debit: object = 0, credit: object = 0, **autres: Any) -> dict[str, Any]:
    return {
        "date": "2026-01-12T00:00:00.000Z",
        "debit": cote(debit),
        "credit": cote(credit),
        "journal": "AC",
        "compte": compte,
        "libelle": "Electricite janvier",
        "reference": "EDF-0112",
        **autres,
    }


def corps(
    *lignes: dict[str, Any], options: dict[str, Any] | None = None, code: str = "DEMO001", **data: Any
) -> dict[str, Any]:
    """A body whose journal, accounts and tiers may be created, unless ``options`` says otherwise."""
    return {
        "codeIbs": code,
        "data": {
            "contexte": {"from": "2026-01-01T00:00:00.000Z", "to": "2026-12-31T00:00:00.000Z"},
            "options": {"createNewJournaux": True, "createNewComptes": True, **(options or {})},
            "ecritures": list(lignes) or [ligne("606100", 250), ligne("401000", 0, 250, tiers="FEDF")],
            **data,
        },
    }


def publie(**options: Any) -> dict[str, Any]:
    """The sample of the contract, its SIRET made valid."""
    facture = {"SIRET": SIRET_ENTREPRISE}
    return {
        "codeIbs": "DEMO001",
        "data": {
            "contexte": {"from": "2026-01-01T00:00:00.000Z", "to": "2026-01-31T00:00:00.000Z"},
            "options": {
                "separatorDecimal": ".",
                "formatDate": "YYYY-MM-DDTHH:mm:ss.SSSZ",
                "multiPeriode": False,
                "failOnUnbalanced": True,
                "createNewJournaux": False,
                "createNewComptes": True,
                "createNewTiers": True,
                **options,
            },
            "ecritures": [
                ligne("60610000", 250.00, **facture),
                ligne("44566000", 50.00, **facture) | {"libelle": "TVA deductible"},
                ligne("40100000", 0, 300.00, **facture)
                | {
                    "tiers": "FEDF",
                    "dateEcheance": "2026-02-11T00:00:00.000Z",
                    "modePaiement": 6,
                    "fichier": {"uri": "https://files.example.org/edf-0112.pdf?sig=secret"},
                },
            ],
        },
    }
