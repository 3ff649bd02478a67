"""Status polls in ``docs/performance.md``: the section, and what of it is held to the target of issue 5."""

from __future__ import annotations

from typing import Any

from bench.pipeline import median, percentile
from bench.processes import Json
from bench.sondages import CADENCE, IMPORTS, P99_MAX_S
from bench.texte import nombre, table

TITRES = {
    "nu": "route FastAPI nue, machine au repos",
    "nu_pendant": "route FastAPI nue, pendant les imports",
    "nous": "**ecritures**, `getImportStatus`, pendant les imports",
}
RELANCE = 2
"""Imports that may be missing at an instant: one that ends is seen, then asked for again."""
BASES = {"sqlite": "SQLite", "pg": "PostgreSQL"}


def summary(fenetre: Json) -> Json:
    """The figures of a window, times in milliseconds; what was not answered is in ``erreurs`` only."""
    ms = [s * 1000 for s in fenetre["latences"]] or [float("inf")]
    return {
        "envoyes": len(fenetre["retards"]),
        "p50_ms": median(ms),
        "p99_ms": percentile(ms, 0.99),
        "max_ms": max(ms),
        "erreurs": sum(fenetre["erreurs"].values()),
        "retard_p99_ms": percentile(fenetre["retards"], 0.99) * 1000,
        "charge": fenetre["charge"],
    }


def targets(resultats: Json) -> list[tuple[str, str, str, bool]]:
    """``(what, target, measured, held)`` for each database: the p99, no error, and imports that did run all along."""
    rangs: list[tuple[str, str, str, bool]] = []
    for sondage in resultats.get("sondages", []):
        s, pendant = summary(sondage["nous"]), sondage["nous"]["en_cours_min"]
        quoi = f"{nombre(CADENCE)} sondages de statut par seconde pendant {IMPORTS} imports, {BASES[sondage['base']]} (p99)"
        mesure = f"{nombre(s['p99_ms'])} ms" + (f", {s['erreurs']} erreurs" if s["erreurs"] else "")
        tenue = s["p99_ms"] < P99_MAX_S * 1000 and s["erreurs"] == 0 and pendant >= IMPORTS - RELANCE
        rangs.append((quoi, f"< {nombre(P99_MAX_S * 1000)} ms, sans erreur", mesure, tenue))
    return rangs


def section(resultats: Json) -> list[str]:
    """Empty when this run did not measure it."""
    rangs: list[list[str]] = []
    for sondage in resultats.get("sondages", []):
        for nom, titre in TITRES.items():
            if nom in sondage:
                rangs.append(_rang(titre, BASES[sondage["base"]] if nom != "nu" else "–", sondage[nom]))
    if not rangs:
        return []
    lignes = resultats["sondages"][0]["lignes"]
    titres = ("Route", "Base", "Envoyés", "p50 (ms)", "p99 (ms)", "max (ms)", "Erreurs", "Imports en cours", "Charge")
    return [
        "## Sondages de statut pendant des imports",
        "",
        f"{nombre(CADENCE)} demandes par seconde à heures fixes, quel que soit le temps des réponses ; une latence court depuis "
        f"l'heure prévue. Pendant ce temps {IMPORTS} imports d'un FEC de {nombre(lignes)} lignes s'exécutent, dans {IMPORTS} dossiers, par "
        "le travailleur de `ecritures serve` ; celui qui finit est redemandé. Chaque sondage porte les deux clés, lues dans la base. La "
        "route nue rend une constante, sous le même uvicorn : elle dit ce que coûtent le générateur, HTTP et la machine. « Imports en "
        "cours » : le plus petit nombre vu. « Charge » : celle de la machine au début de la mesure.",
        "",
        *table(titres, rangs),
    ]


def _rang(titre: str, base: str, fenetre: dict[str, Any]) -> list[str]:
    s = summary(fenetre)
    figures = [nombre(s[nom], 1) for nom in ("p50_ms", "p99_ms", "max_ms")]
    return [
        titre,
        base,
        nombre(s["envoyes"]),
        *figures,
        str(s["erreurs"]),
        str(fenetre["en_cours_min"]),
        nombre(s["charge"], 1),
    ]
