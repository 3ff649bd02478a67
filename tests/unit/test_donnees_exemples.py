"""Every file of the folder of samples gives what its notice announces: a new file without an expectation fails.

The folder is read where it is (ECRITURES_DONNEES, or shared/data beside the checkout): its files may not be copied here.
What is expected of a TRA is in its expected.json; what is expected of a FEC is the table below, drawn from its README.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fec_fabrique import dossier_echantillons

from ecritures.domain.contexte import Contexte
from ecritures.domain.lot import Lecture, Lot, OptionsLecture, Regime
from ecritures.formats.detect import reconnaitre
from ecritures.formats.fec.ecarts import Verdict
from ecritures.imports.check import Examen, check
from ecritures.imports.read import read
from ecritures.imports.report import public_report

FEC = dossier_echantillons()
TRA = FEC.parent / "tra" if FEC is not None else None
pytestmark = pytest.mark.skipif(FEC is None, reason="échantillons absents : donner leur dossier par ECRITURES_DONNEES")

NOTICES = {"README.md", "expected.json"}
"""What stands in the folders beside the samples."""
RENOMME = "732829320FEC20251231.txt"
"""The name under which the official tool was given the files that it refuses for theirs."""


@dataclass(frozen=True)
class Attendu:
    """One row of the README. ``codes``: the findings it announces, with their counts (None: any number of them).
    ``officiel``: the verdict of the tool, ``motifs`` the codes that make it; ``renomme``: the same once the file has a legal name.
    """

    regime: Regime
    detection: tuple[str, str, str | None]  # charset, line ends, separator
    lignes: int
    ecritures: int
    debit_centimes: int
    credit_centimes: int
    codes: dict[str, int | None] = field(default_factory=dict)
    officiel: Verdict = Verdict.CONFORME
    motifs: frozenset[str] = frozenset()
    renomme: tuple[Verdict, frozenset[str]] | None = None


FECS: dict[str, Attendu] = {
    "0000000001FEC20220831.txt": Attendu(
        Regime.BIC, ("utf-8", "LF", "\t"), 5_422, 2_033, 1_018_621_981, 1_018_621_981,
        {"F02": 1, "F10": 1, "V28": 2_035, "V34": None, "E06": 119},
    ),
    "111111111FEC20221231.TXT": Attendu(
        Regime.BIC, ("cp850", "LF", "|"), 934, 248, 22_568_223, 22_568_223,
        {"F02": 1, "F08": 1, "H04": 1, "H09": 1, "V34": None, "G10": 934},
    ),
    "123456789FEC20200331.txt": Attendu(
        Regime.BIC, ("iso-8859-15", "LF", "|"), 4_916, 1_423, 391_255_394, 391_255_394,
        {"F02": 1, "H04": 2, "V02": 4_833, "E08": 1, "E02": 9},
        officiel=Verdict.NON_CONFORME, motifs=frozenset({"V02"}),
    ),
    "123456789FEC20190731.txt": Attendu(  # a debit of -708,91 is a credit: both totals are larger by as much
        Regime.BIC, ("utf-8", "LF", "\t"), 12_605, 4_716, 1_373_828_595 + 70_891, 1_373_828_595 + 70_891,
        {"F02": 1, "V10": 1, "V28": 6_095, "V32": None, "E06": 96},
    ),
    "542107651FEC20210502.csv": Attendu(
        Regime.BIC, ("utf-8", "CRLF", "|"), 5, 1, 776_045, 776_045, {"V32": 6, "V34": None},
    ),
    "987654321FEC20251231.txt": Attendu(
        Regime.BIC, ("utf-8", "LF", "|"), 15, 7, 355_000, 354_000,
        {"F02": 1, "V06": 1, "V25": 1, "V28": 1, "V17": 2, "V01": 1, "V29": 1, "V11": 1, "E01": 1, "E02": 1, "E05": 1, "G10": 2, "G11": 2, "G01": 1},
        officiel=Verdict.NON_CONFORME, motifs=frozenset({"V06", "V01"}),
    ),
    "test-fec-sample.txt": Attendu(
        Regime.BIC, ("utf-8", "LF", "|"), 3, 1, 820_044, 100_000,
        {"F01": 1, "V18": 3, "E01": 1, "G01": 1, "G16": 1},
        officiel=Verdict.NON_TESTABLE, motifs=frozenset({"F01"}), renomme=(Verdict.CONFORME, frozenset()),
    ),
    "tryton_FEC.csv": Attendu(
        Regime.BIC, ("ascii", "CRLF", "\t"), 8, 4, 9_900, 9_900,
        {"F01": 1, "V15": 2, "V32": 16, "E12": 1},
        officiel=Verdict.NON_TESTABLE, motifs=frozenset({"F01"}), renomme=(Verdict.NON_CONFORME, frozenset({"V15"})),
    ),
    "000555011FEC20251231.txt": Attendu(
        Regime.BNC_TRESORERIE, ("utf-8", "CRLF", "\t"), 48, 24, 5_702_532, 5_702_532,
    ),
    "000555011FEC20251231.xml": Attendu(
        Regime.BNC_TRESORERIE, ("utf-8", "LF", None), 20, 10, 3_241_623, 3_241_623,
    ),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Lu:
    nom: str
    lecture: Lecture
    examen: Examen

    @property
    def lot(self) -> Lot:
        assert self.lecture.lot is not None, [(r.regle.id, r.lieux.rows()[:3]) for r in self.lecture.releves]
        return self.lecture.lot

    @property
    def officiel(self) -> tuple[str, set[str]]:
        """The verdict of the official tool and the codes that make it, in the public JSON."""
        dit = public_report(self.nom, "fec", self.examen)["verdict_officiel"]
        return dit["verdict"], {motif["code"] for motif in dit["motifs"]}

    @property
    def par_code(self) -> dict[str, int]:
        return dict(self.examen.constats.par_code)


@cache
def lu(nom: str, renomme: str | None = None, regime: Regime | None = None) -> Lu:
    """The file read as ``ecritures check`` reads it, in the format that its bytes tell."""
    assert FEC is not None
    octets = (FEC / nom).read_bytes()
    trouves = reconnaitre(octets, renomme or nom)
    assert len(trouves) == 1, trouves
    lecture = read(octets, trouves[0], OptionsLecture(nom_fichier=renomme or nom, regime=regime))
    return Lu(nom, lecture, check(lecture, Contexte()))


def _present(dossier: Path | None) -> set[str]:
    """Files under that folder, by their path inside it."""
    if dossier is None:
        return set()
    return {str(chemin.relative_to(dossier)) for chemin in dossier.rglob("*") if chemin.is_file()}


def expected_json() -> dict[str, dict[str, Any]]:
    if TRA is None:
        return {}
    attendus: dict[str, dict[str, Any]] = json.loads((TRA / "expected.json").read_text("utf-8"))
    return attendus


def test_every_file_of_the_folder_has_an_expectation() -> None:
    assert FEC is not None
    connus = {f"fec/{nom}" for nom in (*FECS, *NOTICES)} | {f"tra/{nom}" for nom in (*expected_json(), *NOTICES)}
    nouveaux = sorted(_present(FEC.parent) - connus)
    assert nouveaux == [], (
        f"Fichiers sans attendu : {', '.join(nouveaux)}. Ajouter un FEC à FECS ci-dessus, d'après sa notice ; un TRA à son expected.json ; "
        "un fichier d'une autre sorte demande son propre test."
    )


def test_every_expectation_has_its_file() -> None:
    assert FECS.keys() - _present(FEC) == set()
    assert expected_json().keys() - _present(TRA) == set()


@pytest.mark.parametrize("nom", FECS)
def test_a_fec_is_read_as_its_notice_says(nom: str) -> None:
    attendu, lot = FECS[nom], lu(nom).lot
    detection = lot.detection
    assert lot.regime == attendu.regime.libelle
    assert (detection.encodage, detection.fin_de_ligne, detection.separateur) == attendu.detection
    assert (lot.lignes.height, lot.nombre_ecritures) == (attendu.lignes, attendu.ecritures)
    assert (lot.debit_centimes, lot.credit_centimes) == (attendu.debit_centimes, attendu.credit_centimes)


@pytest.mark.parametrize("nom", FECS)
def test_a_fec_calls_for_the_findings_of_its_notice(nom: str) -> None:
    par_code, annonces = lu(nom).par_code, FECS[nom].codes
    trouves = {code: par_code.get(code, 0) for code in annonces}
    assert trouves == {code: par_code.get(code) if nombre is None else nombre for code, nombre in annonces.items()}
    assert 0 not in trouves.values()


@pytest.mark.parametrize("nom", FECS)
def test_no_error_is_said_of_a_fec_that_its_notice_does_not_announce(nom: str) -> None:
    liste = lu(nom).examen.constats.liste
    erreurs = set(liste.filter(pl.col("severite") == "ERREUR")["code"].to_list())
    assert erreurs <= FECS[nom].codes.keys()


@pytest.mark.parametrize("nom", FECS)
def test_the_verdict_of_the_official_tool_is_foreseen_and_its_reasons(nom: str) -> None:
    attendu = FECS[nom]
    assert lu(nom).officiel == (attendu.officiel, attendu.motifs)


@pytest.mark.parametrize("nom", [nom for nom, attendu in FECS.items() if attendu.renomme])
def test_a_fec_refused_for_its_name_has_its_verdict_once_renamed(nom: str) -> None:
    assert lu(nom, RENOMME).officiel == FECS[nom].renomme


def test_the_cash_file_read_as_bic_has_four_columns_too_many() -> None:
    lu_en_bic = lu("000555011FEC20251231.txt", regime=Regime.BIC)
    assert lu_en_bic.lot.regime == Regime.BIC.libelle
    assert lu_en_bic.par_code == {"H06": 4}


@pytest.mark.parametrize("nom", expected_json())
def test_a_tra_is_read_as_its_expected_json_says(nom: str) -> None:
    assert TRA is not None
    octets, attendu = (TRA / nom).read_bytes(), expected_json()[nom]
    assert reconnaitre(octets, nom) == ("tra",)
    examen = check(read(octets, "tra", OptionsLecture(nom_fichier=nom)), Contexte())
    lot = examen.lot
    assert lot is not None
    detection = lot.detection
    assert (detection.taille_octets, detection.nombre_lignes, detection.fin_de_ligne) == (attendu["bytes"], attendu["lines"], attendu["line_end"])  # fmt: skip
    assert attendu["encoding"].split(",")[0] == detection.encodage
    assert dict(lot.entete) == attendu["header"]
    assert dict(lot.enregistrements) == attendu["records"]
    assert _genres(lot) == attendu["movements_by_kind"]
    assert lot.nombre_ecritures == attendu["pieces"]
    assert ("numéro de pièce" in lot.regroupement) == attendu["numbered"]
    totaux = lot.totaux_lus or (lot.debit_centimes, lot.credit_centimes)
    assert tuple(f"{t / 100:.2f}" for t in totaux) == (attendu["debit_montant1"], attendu["credit_montant1"])
    assert not examen.constats.est_bloquant, examen.constats.liste.filter(pl.col("severite") == "ERREUR")["message"].to_list()  # fmt: skip


def _genres(lot: Lot) -> dict[str, int]:
    """Movement lines by column 31: an H line is in both frames, and counted once."""
    ventilations = lot.ventilations.filter(pl.col("genre") != "H")
    series = (lot.lignes["genre"], ventilations["genre"], lot.annexes["genre"])
    return dict(Counter(genre or "blank" for serie in series for genre in serie.to_list()))
