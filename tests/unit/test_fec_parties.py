"""formats.fec.parties: a FEC in several parts is read as one, and a finding names its part and its line there."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from fec_fabrique import lire
from xml_fabrique import fec_xml
from zip_fabrique import archive

from ecritures.checks import CHECKS
from ecritures.checks.check import run
from ecritures.domain.constat import Constats, dresser
from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lecture, Lot, OptionsLecture
from ecritures.formats.fec.echantillon import generer_fec
from ecritures.formats.fec.parties import assembler, groupe_de_parties, lire_parties
from ecritures.formats.fec.writer import exporter_parties
from ecritures.imports.read import read

SIREN, CLOTURE = "732829320", date(2025, 12, 31)


def lot_de(octets: bytes) -> Lot:
    lot = lire(octets).lot
    assert lot is not None
    return lot


ENTIER = lot_de(generer_fec(100))
PARTIES = [(e.nom(SIREN, CLOTURE), e.octets) for e in exporter_parties(ENTIER, 40)]


def examiner(parties: list[tuple[str, bytes]]) -> tuple[Lecture, Constats]:
    lecture = lire_parties(parties, OptionsLecture())
    lot = lecture.lot
    if lot is None:
        return lecture, dresser(lecture.releves)
    releves = (*lecture.releves, *run(CHECKS, lot, Contexte()))
    return lecture, dresser(releves, zones=lot.zones, localisation=lot.localisation)


def abime(rang: int, ligne: int, avant: bytes, apres: bytes) -> list[tuple[str, bytes]]:
    parties = list(PARTIES)
    lignes = parties[rang][1].split(b"\r\n")
    lignes[ligne - 1] = lignes[ligne - 1].replace(avant, apres)
    parties[rang] = (parties[rang][0], b"\r\n".join(lignes))
    return parties


def test_the_parts_in_any_order_are_the_whole_file() -> None:
    assert len(PARTIES) == 3
    lecture, constats = examiner(PARTIES[::-1])
    assert lecture.lot is not None
    assert lecture.lot.nom_fichier == "732829320FEC20251231.txt"
    assert lecture.lot.lignes.drop("numero_ligne").equals(ENTIER.lignes.drop("numero_ligne"))
    assert constats.par_code == {}


def test_a_finding_names_its_part_and_the_line_and_columns_there() -> None:
    _, constats = examiner(abime(1, 5, b"\t20", b"\t2O"))
    ligne = constats.liste.filter(pl.col("code") == "V15").row(0, named=True)
    attendue = PARTIES[1][1].split(b"\r\n")[4].decode()
    assert ligne["numero_ligne"] == 5
    assert ligne["message"].startswith("Partie « 732829320FEC20251231_2.txt » : ")
    assert attendue[ligne["colonne_debut"] - 1 : ligne["colonne_fin"]].startswith("20")


def test_findings_follow_the_order_of_the_parts() -> None:
    parties = abime(0, 30, b",", b";")
    parties[2] = abime(2, 3, b",", b";")[2]
    _, constats = examiner(parties)
    places = constats.liste.filter(pl.col("code") == "V05").select("numero_ligne").to_series().to_list()
    assert places == sorted(places[: places.index(3)]) + [3] * places.count(3)


def test_a_part_with_another_header_is_f14_and_is_not_read() -> None:
    lecture, constats = examiner(abime(1, 1, b"EcritureLib", b"Libelle"))
    assert lecture.lot is not None
    assert lecture.lot.lignes.height == sum(lot_de(o).lignes.height for _, o in (PARTIES[0], PARTIES[2]))
    message = constats.liste.filter(pl.col("code") == "F14")["message"].item()
    assert "« 732829320FEC20251231_1.txt » et « 732829320FEC20251231_2.txt »" in message
    assert constats.est_bloquant


def test_an_entry_in_two_parts_is_f15_at_its_line_in_the_second() -> None:
    double = PARTIES[0][1].split(b"\r\n")[3]
    parties = list(PARTIES)
    parties[2] = (parties[2][0], parties[2][1] + double + b"\r\n")
    _, constats = examiner(parties)
    ligne = constats.liste.filter(pl.col("code") == "F15").row(0, named=True)
    assert ligne["numero_ligne"] == parties[2][1].count(b"\r\n")
    assert ligne["message"].startswith("Partie « 732829320FEC20251231_3.txt » : L'écriture AN/AN000001")
    assert "732829320FEC20251231_1.txt et celle-ci" in ligne["message"]
    assert ligne["zone"] == "EcritureNum"


def test_a_missing_part_is_said_and_the_others_are_read() -> None:
    lecture, constats = examiner([PARTIES[0], PARTIES[2]])
    assert lecture.lot is not None
    message = constats.liste.filter(pl.col("id") == "parties.suite_incomplete")["message"].item()
    assert "il manque _2" in message
    assert constats.est_bloquant


@pytest.mark.parametrize(
    "noms",
    [
        ["a_1.txt", "a_2.txt"],
        ["732829320FEC20251231_1.txt", "732829320FEC20241231_2.txt"],
        ["732829320FEC20251231_1.txt", "732829320FEC20251231_01.txt"],
        ["732829320FEC20251231_1.txt"],
        [],
    ],
)
def test_other_names_are_not_the_parts_of_one_fec(noms: list[str]) -> None:
    assert groupe_de_parties(noms) is None
    lecture, constats = examiner([(nom, PARTIES[0][1]) for nom in noms])
    assert lecture.lot is None
    assert constats.liste["id"].to_list() == ["parties.suite_incomplete"]


def test_xml_documents_are_not_put_together() -> None:
    lecture, constats = examiner([(f"732829320FEC20251231_{n}.xml", fec_xml().encode()) for n in (1, 2)])
    assert lecture.lot is None
    assert "XML" in constats.liste["message"].item()


def test_parts_of_different_charsets_and_line_ends_are_read() -> None:
    parties = list(PARTIES)
    parties[1] = (parties[1][0], parties[1][1].decode().replace("\r\n", "\r").encode("iso-8859-15"))
    parties[2] = (parties[2][0], b"\xef\xbb\xbf\n\n" + parties[2][1].replace(b"\r\n", b"\n").rstrip(b"\n"))
    lecture, _ = examiner(parties)
    assert lecture.lot is not None
    assert lecture.lot.lignes.drop("numero_ligne").equals(ENTIER.lignes.drop("numero_ligne"))
    ensemble = assembler(parties)
    derniere = ensemble.parties(pl.Series([lecture.lot.lignes["numero_ligne"][-1]], dtype=pl.UInt32))
    assert derniere.row(0) == (2, "732829320FEC20251231_3.txt", parties[2][1].count(b"\n") + 1)


def test_an_unreadable_part_is_said() -> None:
    _, constats = examiner([PARTIES[0], (PARTIES[1][0], b""), PARTIES[2]])
    assert "_2.txt » ne peut pas être lue : elle est vide" in " ".join(constats.liste["message"].to_list())


def test_a_zip_of_parts_is_read_as_one() -> None:
    lecture = read(archive(dict(PARTIES[::-1])), "fec", OptionsLecture("envoi.zip"))
    assert lecture.lot is not None
    assert lecture.lot.lignes.height == 100


def test_the_command_reads_parts_as_one_file(tmp_path: Path) -> None:
    for nom, octets in PARTIES:
        (tmp_path / nom).write_bytes(octets)
    noms = [nom for nom, _ in PARTIES]
    commande = [sys.executable, "-m", "ecritures", "check", "--parties", "--json", *noms]
    fait = subprocess.run(commande, cwd=tmp_path, capture_output=True, env={**os.environ, "NO_COLOR": "1"}, check=False)
    assert fait.returncode == 0, fait.stderr
    assert b'"ecritures":37' in fait.stdout.replace(b" ", b"")
    assert b'"lignes":100' in fait.stdout.replace(b" ", b"")
