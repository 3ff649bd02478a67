"""Measured process: other tools on the same file, each doing as much of the same work as it can. Not to be imported.

What one leaves out is said in PAIRS and printed with its figure: none checks what we check, none keeps line and column.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from importlib import metadata
from pathlib import Path

from bench.processes import Json, answer


@dataclass(frozen=True)
class Pair:
    """A tool: on which generated files it runs, up to how many lines, and beside which of our steps its time stands."""

    code: str
    titre: str
    jeux: tuple[str, ...]
    lignes_max: int
    en_face: str  # "lire", "lire+controler", "jusqu'au livre"
    travail: str
    paquet: str | None = None

    def version(self) -> str:
        if self.paquet is None:
            return f"Python {sys.version.split()[0]}"
        return f"{self.paquet} {metadata.version(self.paquet)}"

    def is_installed(self) -> bool:
        try:
            self.version()
        except metadata.PackageNotFoundError:
            return False
        return True


MILLION = 1_000_000
TOUS = ("fec", "tra-std", "tra-ete")
PAIRS: tuple[Pair, ...] = (
    Pair(
        "cat", "plancher : cat", TOUS, MILLION, "lire",
        "Lit les octets, n'en fait rien (`cat` vers `/dev/null`, fichier déjà en cache).",
    ),
    Pair(
        "passe", "plancher : une passe C", TOUS, MILLION, "lire",
        "Lit les octets, compte les lignes (`bytes.count`) et calcule le SHA-256 : deux boucles C sur tout le fichier.",
    ),
    Pair(
        "pandas", "pandas, FEC jusqu'à SQLite", ("fec",), MILLION, "jusqu'au livre",
        "`read_csv` (texte, montants à virgule en flottants ramenés aux centimes, dates), équilibre de chaque écriture par "
        "`groupby`, `to_sql` dans SQLite. Aucun constat, aucun numéro de ligne, aucun index.", "pandas",
    ),
    Pair(
        "pandas-fwf", "pandas, read_fwf", ("tra-std",), MILLION, "lire",
        "`read_fwf` des 22 zones, montants en centimes, dates. Aucune pièce formée, aucun constat.", "pandas",
    ),
    Pair(
        "csv", "csv + Decimal + executemany", ("fec",), MILLION, "jusqu'au livre",
        "Module `csv`, montants en `Decimal`, dates en `date`, équilibre de chaque écriture, `executemany` dans SQLite.",
    ),
    Pair(
        "fec-parser", "fec-parser", ("fec",), MILLION, "lire",
        "`FECParser.get_ecritures` : une dataclass par ligne (10 colonnes, `Decimal`), sans équilibre.", "fec-parser",
    ),
    Pair(
        "beancount", "beancount, load", ("fec",), 100_000, "lire+controler",
        "`loader.load_string` du même journal écrit en texte beancount : lecture et équilibre de chaque écriture.", "beancount",
    ),
)  # fmt: skip

_COLONNES = 18


def _cat(chemin: str) -> None:
    subprocess.run(["cat", chemin], stdout=subprocess.DEVNULL, check=True)


def _passe(chemin: str) -> None:
    octets = Path(chemin).read_bytes()
    assert octets.count(b"\n") > 0
    hashlib.sha256(octets).hexdigest()


def _pandas(chemin: str) -> None:
    import pandas as pd

    cadre = pd.read_csv(
        chemin,
        sep="\t",
        dtype=dict.fromkeys(
            [
                *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum"),
                *("CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "EcritureLet", "DateLet", "ValidDate"),
                *("Montantdevise", "Idevise"),
            ],
            str,
        ),
        decimal=",",
        quoting=csv.QUOTE_NONE,
        keep_default_na=False,
    )
    for nom in ("Debit", "Credit"):
        cadre[nom] = (cadre[nom] * 100).round().astype("int64")
    for nom in ("EcritureDate", "PieceDate", "DateLet", "ValidDate"):
        cadre[nom] = pd.to_datetime(cadre[nom], format="%Y%m%d", errors="coerce")
    soldes = cadre.groupby(["JournalCode", "EcritureNum"])[["Debit", "Credit"]].sum()
    assert (soldes["Debit"] == soldes["Credit"]).all()
    with sqlite3.connect(_base(chemin)) as cx:
        cadre.to_sql("lignes", cx, index=False)


def _pandas_fwf(chemin: str) -> None:
    import pandas as pd

    from ecritures.formats.tra import layout

    zones = layout.records()["MVT/STD"].zones
    cadre = pd.read_fwf(
        chemin,
        colspecs=[(z.start - 1, z.end) for z in zones],
        names=[z.name for z in zones],
        encoding="cp1252",
        dtype=str,
        keep_default_na=False,
    )
    cadre = cadre[~cadre["JOURNAL"].str.startswith("***")]
    centimes = cadre["MONTANT1"].str.replace(",", "", regex=False).astype("int64")
    for nom in ("DATECOMPTABLE", "ECHEANCE"):
        cadre[nom] = pd.to_datetime(cadre[nom], format="%d%m%Y", errors="coerce")
    debit = centimes[cadre["SENS"] == "D"].sum()
    assert debit * 2 == centimes.sum() > 0


def _csv(chemin: str) -> None:
    soldes: dict[tuple[str, str], Decimal] = {}
    rangs: list[tuple[object, ...]] = []
    cx = sqlite3.connect(_base(chemin))
    cx.execute(f"CREATE TABLE lignes ({', '.join(f'c{n}' for n in range(_COLONNES))})")
    insertion = f"INSERT INTO lignes VALUES ({', '.join('?' * _COLONNES)})"
    with Path(chemin).open(encoding="utf-8", newline="") as flux:
        lecteur = csv.reader(flux, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lecteur)
        for rang in lecteur:
            debit, credit = Decimal(rang[11].replace(",", ".")), Decimal(rang[12].replace(",", "."))
            cle = (rang[0], rang[2])
            soldes[cle] = soldes.get(cle, Decimal(0)) + debit - credit
            dates = [dt.date.fromisoformat(rang[n]) if rang[n] else None for n in (3, 9, 14, 15)]
            ligne: list[object] = list(rang)
            ligne[11], ligne[12] = int(debit * 100), int(credit * 100)
            for n, jour in zip((3, 9, 14, 15), dates, strict=True):
                ligne[n] = jour.isoformat() if jour else None
            rangs.append(tuple(ligne))
            if len(rangs) == 20_000:
                cx.executemany(insertion, rangs)
                rangs.clear()
    cx.executemany(insertion, rangs)
    cx.commit()
    cx.close()
    assert not any(soldes.values())


def _fec_parser(chemin: str) -> None:
    from fec_parser.parser import FECParser

    with Path(chemin).open("rb") as flux:
        nombre = sum(1 for _ in FECParser.from_bytesio(flux, Path(chemin).name).get_ecritures())
    assert nombre > 0


def _beancount(chemin: str) -> None:
    from beancount import loader

    entrees, erreurs, _ = loader.load_string(Path(chemin + ".beancount").read_text(encoding="utf-8"))
    assert entrees and not erreurs, erreurs[:3]


def write_beancount(chemin: str) -> None:
    """The journal of a FEC as beancount text, beside it. Not part of what is measured."""
    ouvertures: dict[str, str] = {}
    textes: list[str] = []
    cle: tuple[str, ...] = ()
    racines = {"1": "Equity", "4": "Liabilities", "6": "Expenses", "7": "Income"}
    with Path(chemin).open(encoding="utf-8", newline="") as flux:
        lecteur = csv.reader(flux, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(lecteur)
        for rang in lecteur:
            jour = f"{rang[3][:4]}-{rang[3][4:6]}-{rang[3][6:]}"
            compte = f"{racines.get(rang[4][0], 'Assets')}:C{rang[4]}" + (f":{rang[6]}" if rang[6] else "")
            ouvertures.setdefault(compte, f"2000-01-01 open {compte}\n")
            if cle != (rang[0], rang[2]):
                cle = (rang[0], rang[2])
                textes.append(f'\n{jour} * "{rang[10]}"\n')
            montant = rang[11] if rang[11] != "0,00" else f"-{rang[12]}"
            textes.append(f"  {compte}  {montant.replace(',', '.')} EUR\n")
    Path(chemin + ".beancount").write_text("".join([*ouvertures.values(), *textes]), encoding="utf-8")


def _base(chemin: str) -> Path:
    """A new SQLite file beside the measured one."""
    base = Path(chemin + ".pair.sqlite")
    base.unlink(missing_ok=True)
    return base


MESURES: dict[str, Callable[[str], None]] = {
    "cat": _cat,
    "passe": _passe,
    "pandas": _pandas,
    "pandas-fwf": _pandas_fwf,
    "csv": _csv,
    "fec-parser": _fec_parser,
    "beancount": _beancount,
}


def run(demande: Json) -> Json:
    """``pair``, ``fichier``. Importing the tool is part of its time, as it is of nobody's in a long-lived process: so it is not counted."""
    for module in {"pandas": ("pandas",), "pandas-fwf": ("pandas", "ecritures.formats.tra"), "beancount": ("beancount",)}.get(
        demande["pair"], ()
    ):  # fmt: skip
        __import__(module)
    if demande["pair"] == "beancount":
        __import__("beancount.loader")
    debut = time.perf_counter()
    MESURES[demande["pair"]](demande["fichier"])
    return {"secondes": time.perf_counter() - debut}


if __name__ == "__main__":
    demande = json.loads(sys.argv[1])
    if demande.get("prepare"):
        write_beancount(demande["fichier"])
        answer({})
    else:
        answer(run(demande))
