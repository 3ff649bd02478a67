"""Real files met in public projects, read where they are: the counts that their own notice announces.

Their licences forbid copying them here. Without the folder (ECRITURES_DONNEES, or shared/data beside the checkout) these
tests are skipped.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from fec_fabrique import dossier_echantillons, examiner

from ecritures.domain.constat import Constats
from ecritures.domain.lot import Lot, Profil, Regime
from ecritures.formats.fec.ecarts import Verdict
from ecritures.formats.fec.supplement import noms_supplementaires
from ecritures.formats.fec.verdict import verdict_officiel

DOSSIER = dossier_echantillons()
pytestmark = pytest.mark.skipif(
    DOSSIER is None, reason="échantillons FEC absents : donner leur dossier par ECRITURES_DONNEES"
)

# file: charset, line ends, separator, rows, entries, debit, credit, codes announced with their counts (None: any)
ATTENDUS: dict[str, dict[str, Any]] = {
    "0000000001FEC20220831.txt": {
        "detection": ("utf-8", "LF", "\t"),
        "lignes": (5_422, 2_033),
        "totaux": (1_018_621_981, 1_018_621_981),
        "codes": {"F02": 1, "F10": 1, "V28": 2_035, "V34": None, "E06": 119},
    },
    "111111111FEC20221231.TXT": {
        "detection": ("cp850", "LF", "|"),
        "lignes": (934, 248),
        "totaux": (22_568_223, 22_568_223),
        "codes": {"F02": 1, "F08": 1, "H04": 1, "H09": 1, "V34": None, "G10": 934},
    },
    "123456789FEC20200331.txt": {
        "detection": ("iso-8859-15", "LF", "|"),
        "lignes": (4_916, 1_423),
        "totaux": (391_255_394, 391_255_394),
        "codes": {"F02": 1, "H04": 2, "V02": 4_833, "E08": 1, "E02": 9},
    },
    "123456789FEC20190731.txt": {
        "detection": ("utf-8", "LF", "\t"),
        "lignes": (12_605, 4_716),
        "totaux": (1_373_828_595 + 70_891, 1_373_828_595 + 70_891),
        "codes": {"F02": 1, "V10": 1, "V28": 6_095, "V32": None, "E06": 96},
    },
    "542107651FEC20210502.csv": {
        "detection": ("utf-8", "CRLF", "|"),
        "lignes": (5, 1),
        "totaux": (776_045, 776_045),
        "codes": {"V32": 6, "V34": None},
    },
    "987654321FEC20251231.txt": {
        "detection": ("utf-8", "LF", "|"),
        "lignes": (15, 7),
        "totaux": (355_000, 354_000),
        "codes": {"F02": 1, "V06": 1, "V25": 1, "V28": 1, "V17": 2, "V01": 1, "V29": 1, "V11": 1, "E01": 1, "E02": 1, "E05": 1, "G10": 2, "G11": 2, "G01": 1},
    },
    "test-fec-sample.txt": {
        "detection": ("utf-8", "LF", "|"),
        "lignes": (3, 1),
        "totaux": (820_044, 100_000),
        "codes": {"F01": 1, "V18": 3, "E01": 1, "G01": 1, "G16": 1},
    },
    "tryton_FEC.csv": {
        "detection": ("ascii", "CRLF", "\t"),
        "lignes": (8, 4),
        "totaux": (9_900, 9_900),
        "codes": {"F01": 1, "V15": 2, "V32": 16, "E12": 1},
    },
    "000555011FEC20251231.txt": {
        "detection": ("utf-8", "CRLF", "\t"),
        "lignes": (48, 24),
        "totaux": (5_702_532, 5_702_532),
        "codes": {},
    },
}  # fmt: skip

# file: the official verdict that its notice gives, on the very file and once renamed
VERDICTS: dict[str, tuple[Verdict, Verdict]] = {
    "0000000001FEC20220831.txt": (Verdict.CONFORME, Verdict.CONFORME),
    "111111111FEC20221231.TXT": (Verdict.CONFORME, Verdict.CONFORME),
    "123456789FEC20200331.txt": (Verdict.NON_CONFORME, Verdict.NON_CONFORME),
    "123456789FEC20190731.txt": (Verdict.CONFORME, Verdict.CONFORME),
    "542107651FEC20210502.csv": (Verdict.CONFORME, Verdict.CONFORME),
    "987654321FEC20251231.txt": (Verdict.NON_CONFORME, Verdict.NON_CONFORME),
    "test-fec-sample.txt": (Verdict.NON_TESTABLE, Verdict.CONFORME),
    "tryton_FEC.csv": (Verdict.NON_TESTABLE, Verdict.NON_CONFORME),
    "000555011FEC20251231.txt": (Verdict.CONFORME, Verdict.CONFORME),
}


def lu(nom: str, nomme: str | None = None, **options: Any) -> tuple[Lot, Constats]:
    assert DOSSIER is not None
    lecture, constats = examiner((DOSSIER / nom).read_bytes(), nomme or nom, **options)
    assert lecture.lot is not None
    return lecture.lot, constats


@pytest.mark.parametrize("nom", ATTENDUS)
def test_a_real_file_is_read_as_its_notice_says(nom: str) -> None:
    lot, constats = lu(nom)
    attendu = ATTENDUS[nom]
    detection = lot.detection
    assert (detection.encodage, detection.fin_de_ligne, detection.separateur) == attendu["detection"]
    assert (lot.lignes.height, lot.nombre_ecritures) == attendu["lignes"]
    assert (lot.debit_centimes, lot.credit_centimes) == attendu["totaux"]
    for code, nombre in attendu["codes"].items():
        assert code in constats.par_code
        assert nombre in (None, constats.par_code[code]), code


@pytest.mark.parametrize("nom", ATTENDUS)
def test_no_error_is_said_that_the_notice_does_not_announce(nom: str) -> None:
    _, constats = lu(nom)
    erreurs = set(constats.liste.filter(pl.col("severite") == "ERREUR")["code"].to_list())
    assert erreurs <= ATTENDUS[nom]["codes"].keys()


@pytest.mark.parametrize("nom", ["000555011FEC20251231.txt"])
def test_a_correct_real_file_calls_for_information_only(nom: str) -> None:
    _, constats = lu(nom)
    assert constats.par_code == {}


@pytest.mark.parametrize("nom", VERDICTS)
def test_the_official_verdict_is_the_one_of_the_notice(nom: str) -> None:
    tel_quel, renomme = VERDICTS[nom]
    assert verdict_officiel(lu(nom)[1].par_regle).verdict is tel_quel
    assert verdict_officiel(lu(nom, "900000001FEC20250630.txt")[1].par_regle).verdict is renomme


def test_the_cash_accounting_of_a_bnc_is_told_by_its_columns_and_may_be_read_as_bic() -> None:
    lot, _ = lu("000555011FEC20251231.txt")
    assert lot.regime == "BNC trésorerie"
    assert noms_supplementaires(lot) == ("DateRglt", "ModeRglt", "NatOp", "IdClient")
    lot, constats = lu("000555011FEC20251231.txt", regime=Regime.BIC)
    assert lot.regime == "BIC/IS"
    assert constats.par_code == {"H06": 4}


def test_every_text_file_of_the_folder_has_its_expectation() -> None:
    assert DOSSIER is not None
    fichiers = {p.name for p in DOSSIER.iterdir() if p.suffix.lower() in (".txt", ".csv")}
    assert fichiers == ATTENDUS.keys() == VERDICTS.keys()


@pytest.mark.parametrize("nom", ["0000000001FEC20220831.txt", "123456789FEC20200331.txt", "123456789FEC20190731.txt"])
def test_the_books_of_real_firms_are_taken_by_the_tolerant_profile(nom: str) -> None:
    assert not lu(nom, profil=Profil.TOLERANT)[1].est_bloquant


def test_every_fault_of_the_file_made_to_be_wrong_is_on_its_line() -> None:
    _, constats = lu("987654321FEC20251231.txt")
    places = {(c, n, z) for c, n, z in constats.liste.select("code", "numero_ligne", "zone").iter_rows()}
    assert places >= {
        ("V06", 5, "Debit"),
        ("V25", 7, "CompAuxLib"),
        ("E02", 8, "EcritureDate"),
        ("V28", 9, "DateLet"),
        ("V17", 10, "EcritureDate"),
        ("V17", 11, "EcritureDate"),
        ("V01", 12, "CompteLib"),
        ("V29", 12, "Montantdevise"),
        ("V11", 14, "Credit"),
        ("E05", 14, "EcritureNum"),
        ("G10", 15, "EcritureDate"),
        ("G10", 16, "EcritureDate"),
        ("G11", 15, "ValidDate"),
        ("G11", 16, "ValidDate"),
    }
    message = constats.liste.filter(pl.col("code") == "G01")["message"].item()
    assert "3\u202f550,00" in message
    assert "3\u202f540,00" in message


def test_placeholders_are_counted_in_their_zone() -> None:
    _, constats = lu("542107651FEC20210502.csv")
    zones = constats.liste.filter(pl.col("code") == "V32")["zone"].value_counts().rows()
    assert dict(zones) == {"EcritureLib": 1, "PieceRef": 5}


def test_entries_without_numbers_are_delimited_by_journal_date_and_piece() -> None:
    lot, _ = lu("123456789FEC20200331.txt")
    assert lot.regroupement == "(JournalCode, EcritureDate, PieceRef)"
    soldes = lot.lignes.group_by("ecriture").agg(s=pl.sum("debit_centimes") - pl.sum("credit_centimes"))
    assert (soldes["s"] == 0).all()
