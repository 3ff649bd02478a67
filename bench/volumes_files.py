"""Files of the measures of issue 4: ten million lines of FEC, a workbook, XML and JSON. Written here, never measured.

Run as ``python -m bench.volumes_files`` in a process of its own. The XML and JSON come from the product's own writers, which
read them back; the workbook from xlsxwriter, with texts shared as a spreadsheet shares them, real dates and real numbers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from bench.generate import generer
from bench.processes import Json, answer

COPIES = 10
"""Times a FEC is repeated: from a million lines to ten."""
CHIFFRES = 8
"""Digits of an entry number once repeated: the largest, of the bank, has seven."""
NOMS = ("Journal", "Date", "Compte", "Pièce", "Référence", "Libellé", "Débit", "Crédit")

MODELE = """\
nom = "Mesure"
format = "xlsx"

[montants]
convention = "deux_colonnes"

[ecritures]
groupement = "piece"

[colonnes]
journal = { nom = "Journal" }
date = { nom = "Date" }
compte = { nom = "Compte" }
numero_piece = { nom = "Pièce" }
reference = { nom = "Référence" }
libelle = { nom = "Libellé" }
debit = { nom = "Débit" }
credit = { nom = "Crédit" }
"""


def write_repeated(demande: Json) -> Json:
    """``origine`` repeated COPIES times into ``fichier``: numbers go on from a copy to the next, without gap nor duplicate.

    References and letters go on too, so that no entry is the double of another. One copy at a time is in memory.
    """
    entete, lignes = _decoupe(Path(demande["origine"]))
    total = 0
    with Path(demande["fichier"]).open("wb") as flux:
        total += flux.write(entete)
        for rang in range(COPIES):
            total += flux.write(_copie(lignes, rang))
    return {"octets": total, "lignes": lignes.height * COPIES}


_LIGNE = r"^([^\t]*\t[^\t]*\t[A-Z]+)([0-9]+)(\t(?:[^\t]*\t){5}[A-Z]+)([0-9]+)(\t(?:[^\t]*\t){4}L?)([0-9]*)(\t.*)$"
"""A generated line around the number of its entry, of its piece (``PieceRef``) and of its letter (``EcritureLet``)."""


def _decoupe(origine: Path) -> tuple[bytes, pl.DataFrame]:
    octets = origine.read_bytes()
    fin = octets.index(b"\n") + 1
    lignes = pl.Series("ligne", octets[fin:].decode().split("\r\n")[:-1])
    morceaux = lignes.to_frame().select(pl.col("ligne").str.extract_groups(_LIGNE).struct.unnest())
    assert morceaux.null_count().sum_horizontal().item() == 0, "every generated line has the form above"
    numeros = [pl.col(rang).str.to_integer(strict=False, dtype=pl.Int64).alias(rang) for rang in ("2", "4", "6")]
    dernier = pl.col("2").str.to_integer().max().over(pl.col("1"))
    return octets[:fin], morceaux.with_columns(*numeros, dernier=dernier.cast(pl.Int64))


def _copie(lignes: pl.DataFrame, rang: int) -> bytes:
    nombre = (pl.col("2") + rang * pl.col("dernier")).cast(pl.String).str.zfill(CHIFFRES)
    piece = (pl.col("4") + rang * (pl.col("4").max() + 1)).cast(pl.String).str.zfill(CHIFFRES)
    lettre = (pl.col("6") + rang * (pl.col("6").max() + 1)).cast(pl.String).fill_null("")
    ligne = pl.concat_str("1", nombre, "3", piece, "5", lettre, "7")
    return bytes(lignes.select(ligne.str.join("\r\n").cast(pl.Binary)).item()) + b"\r\n"


def write_workbook(demande: Json) -> Json:
    """A sheet of ``lignes`` rows under a header, balanced entries of two and three lines, and its model beside."""
    import xlsxwriter

    fichier, lignes = demande["fichier"], demande["lignes"]
    assert lignes % 5 == 0, "a sale has three lines and its payment two"
    classeur = xlsxwriter.Workbook(fichier)
    feuille = classeur.add_worksheet("Écritures")
    jour = classeur.add_format({"num_format": "dd/mm/yyyy"})
    feuille.write_row(0, 0, NOMS)
    for vente, ht in enumerate(np.random.default_rng(1).integers(1_000, 500_000, lignes // 5).tolist()):
        tva, quand = (ht * 20 + 50) // 100, date(2025, 1, 1) + timedelta(days=vente * 5 * 364 // lignes)
        numero = 2 * vente + 1
        rangees = (
            ("VTE", "411000", numero, "Facture de vente n°", ht + tva, 0),
            ("VTE", "707000", numero, "Facture de vente n°", 0, ht),
            ("VTE", "445710", numero, "Facture de vente n°", 0, tva),
            ("BQ1", "512000", numero + 1, "Règlement de la facture n°", ht + tva, 0),
            ("BQ1", "411000", numero + 1, "Règlement de la facture n°", 0, ht + tva),
        )
        for ligne, (journal, compte, piece, objet, debit, credit) in enumerate(rangees, 5 * vente + 1):
            feuille.write_string(ligne, 0, journal)
            feuille.write_datetime(ligne, 1, quand, jour)
            feuille.write_string(ligne, 2, compte)
            feuille.write_number(ligne, 3, piece)
            feuille.write_string(ligne, 4, f"REF-2025-{vente + 1}")
            feuille.write_string(ligne, 5, f"{objet} {vente + 1}")
            feuille.write_number(ligne, 6, debit / 100)
            feuille.write_number(ligne, 7, credit / 100)
    classeur.close()
    Path(fichier + ".toml").write_text(MODELE, encoding="utf-8")
    return {"octets": Path(fichier).stat().st_size, "lignes": lignes}


def write_from_fec(demande: Json) -> Json:
    """A generated FEC of ``lignes`` lines written as ``cible``: fec-xml or json."""
    from ecritures.domain.lot import OptionsLecture
    from ecritures.formats.sorties import SORTIES, OptionsSortie
    from ecritures.imports.read import read

    lot = read(generer("fec", demande["lignes"]), "fec", OptionsLecture()).lot
    assert lot is not None
    options = OptionsSortie(cloture=date(2025, 12, 31), code_ibs="BENCH1")
    octets = SORTIES[demande["cible"]].ecrire(lot, options).octets
    Path(demande["fichier"]).write_bytes(octets)
    return {"octets": len(octets), "lignes": lot.lignes.height}


FABRIQUES: dict[str, Callable[[Json], Json]] = {
    "dix-fois": write_repeated,
    "classeur": write_workbook,
    "depuis-fec": write_from_fec,
}

if __name__ == "__main__":
    demande = json.loads(sys.argv[1])
    answer(FABRIQUES[demande["fabrique"]](demande))
