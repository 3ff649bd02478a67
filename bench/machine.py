"""Where the figures come from: machine, versions, what else was running."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sqlite3
from importlib import metadata
from pathlib import Path

from bench.processes import Json

AUTRES_MAX = 0.10
"""Above this part of the processor taken by other programs, the page warns that times are inflated."""
PAQUETS = ("ecritures", "polars", "numpy", "sqlalchemy", "psycopg", "dbos", "fastapi", "uvicorn")


def describe() -> Json:
    return {
        "date": dt.datetime.now().astimezone().strftime("%d/%m/%Y %H:%M %z"),
        "systeme": f"{platform.system()} {platform.release().split('-')[0]} {platform.machine()}",
        "processeur": _processeur(),
        "coeurs": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memoire_gio": _memoire_gio(),
        "charge": round(os.getloadavg()[0], 2),
        "autres": None,
        "versions": {
            "Python": platform.python_version(),
            "SQLite": sqlite3.sqlite_version,
            **{nom: metadata.version(nom) for nom in PAQUETS},
        },
    }


def busy_s() -> float | None:
    """Processor seconds spent by the whole machine since it started; None where that is not known."""
    try:
        champs = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    utilisateur, nice, noyau, _repos, _attente, irq, softirq, vole = (int(c) for c in champs[:8])
    return (utilisateur + nice + noyau + irq + softirq + vole) / os.sysconf("SC_CLK_TCK")


def ours_s() -> float:
    """Processor seconds spent by this process and the children it has waited for."""
    temps = os.times()
    return temps.user + temps.system + temps.children_user + temps.children_system


def _processeur() -> str:
    try:
        lignes = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "inconnu"
    return next((li.partition(":")[2].strip() for li in lignes if li.startswith("model name")), "inconnu")


def _memoire_gio() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30))
