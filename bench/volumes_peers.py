"""Measured process: other tools beside the measures of :mod:`bench.volumes`, on the same files. Not to be imported.

What each leaves out is said in :mod:`bench.volumes_list` and printed with its figure.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from bench.processes import Json, answer

MEMOIRE_MAX_OCTETS = 16 << 30
"""Address space of a peer: beyond, it is said to pass it, and the machine goes on."""
_MONTANTS = ("Debit", "Credit")
_LIBELLES = {"ACH": "Achats", "BQ1": "Banque", "VTE": "Ventes"}


def _pandas_fec(chemin: str) -> int:
    import pandas as pd

    with Path(chemin).open(encoding="utf-8") as flux:
        noms = flux.readline().rstrip("\r\n").split("\t")
    textes = dict.fromkeys((nom for nom in noms if nom not in _MONTANTS), str)
    cadre = pd.read_csv(
        chemin, sep="\t", dtype=textes, decimal=",", quoting=csv.QUOTE_NONE, keep_default_na=False, encoding="utf-8"
    )
    assert abs(cadre["Debit"].sum() - cadre["Credit"].sum()) < 1
    return len(cadre)


def _pandas_tra_fec(chemin: str) -> int:
    import pandas as pd

    from ecritures.formats.tra import layout

    zones = layout.records()["MVT/STD"].zones
    tra = pd.read_fwf(
        chemin,
        colspecs=[(z.start - 1, z.end) for z in zones],
        names=[z.name for z in zones],
        encoding="cp1252",
        dtype=str,
        keep_default_na=False,
    )
    tra = tra[~tra["JOURNAL"].str.startswith("***")]
    jour = tra["DATECOMPTABLE"].str
    jour = jour[4:8] + jour[2:4] + jour[0:2]
    vide = pd.Series("", index=tra.index)
    fec = pd.DataFrame(
        {
            "JournalCode": tra["JOURNAL"],
            "JournalLib": tra["JOURNAL"].map(_LIBELLES),
            "EcritureNum": tra["NUMEROPIECE"],
            "EcritureDate": jour,
            "CompteNum": tra["GENERAL"],
            "CompteLib": tra["GENERAL"],
            "CompAuxNum": tra["AUXSECT"],
            "CompAuxLib": tra["AUXSECT"],
            "PieceRef": tra["REFINTERNE"],
            "PieceDate": jour,
            "EcritureLib": tra["LIBELLE"],
            "Debit": tra["MONTANT1"].where(tra["SENS"] == "D", "0,00"),
            "Credit": tra["MONTANT1"].where(tra["SENS"] == "C", "0,00"),
            "EcritureLet": vide,
            "DateLet": vide,
            "ValidDate": vide,
            "Montantdevise": vide,
            "Idevise": vide,
        }
    )
    fec.to_csv(chemin + ".pair.txt", sep="\t", index=False, encoding="utf-8", lineterminator="\r\n")
    return len(fec)


def _openpyxl(chemin: str) -> int:
    from openpyxl import load_workbook

    feuille = load_workbook(chemin, read_only=True).worksheets[0]
    return sum(1 for _ in feuille.iter_rows(min_row=2, values_only=True))


def _pandas_calamine(chemin: str) -> int:
    import pandas as pd

    return len(pd.read_excel(chemin, engine="calamine"))


def _iterparse(chemin: str) -> int:
    lignes = []
    for _, noeud in ElementTree.iterparse(chemin):
        if noeud.tag == "ligne":
            lignes.append({enfant.tag: enfant.text for enfant in noeud})
        elif noeud.tag == "ecriture":
            noeud.clear()
    return len(lignes)


def _json_loads(chemin: str) -> int:
    return len(json.loads(Path(chemin).read_bytes())["data"]["ecritures"])


MESURES: dict[str, tuple[Callable[[str], int], tuple[str, ...]]] = {
    "pandas-fec": (_pandas_fec, ("pandas",)),
    "pandas-tra-fec": (_pandas_tra_fec, ("pandas", "ecritures.formats.tra.layout")),
    "openpyxl": (_openpyxl, ("openpyxl",)),
    "pandas-calamine": (_pandas_calamine, ("pandas", "python_calamine")),
    "iterparse": (_iterparse, ()),
    "json-loads": (_json_loads, ()),
}


def run(demande: Json) -> Json:
    """``pair``, ``fichier``. ``depasse`` when it needs more than MEMOIRE_MAX_OCTETS. Importing the tool is not counted."""
    mesure, modules = MESURES[demande["pair"]]
    for module in modules:
        __import__(module)
    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE_MAX_OCTETS, MEMOIRE_MAX_OCTETS))
    debut = time.perf_counter()
    try:
        lignes = mesure(demande["fichier"])
    except MemoryError:
        return {"depasse": True}
    return {"secondes": time.perf_counter() - debut, "lignes": lignes}


if __name__ == "__main__":
    answer(run(json.loads(sys.argv[1])))
