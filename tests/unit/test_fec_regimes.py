"""formats.fec.layout and entete: the four regimes, told by the columns or asked for."""

from __future__ import annotations

import pytest
from fec_fabrique import Brouillon, examiner, lire
from fec_mutations import tresorerie

from ecritures.domain.lot import OptionsLecture, Profil, Regime
from ecritures.formats.fec import reader
from ecritures.formats.fec.layout import FORMES, est_lu_par_l_outil, regime_des_zones


def test_the_four_tables_have_the_widths_of_the_law() -> None:
    assert {r: len(forme.table.columns) for r, forme in FORMES.items()} == {
        Regime.BIC: 18,
        Regime.COMMERCIAL: 18,
        Regime.BA_TRESORERIE: 21,
        Regime.BNC_TRESORERIE: 22,
    }
    for regime in (Regime.COMMERCIAL, Regime.BA_TRESORERIE, Regime.BNC_TRESORERIE):
        a_blanc = {c.name for c in FORMES[regime].table.columns if not c.required}
        assert {"JournalCode", "JournalLib", "CompteNum", "CompAuxNum"} <= a_blanc
        assert not {"EcritureNum", "EcritureDate", "CompteLib", "PieceRef", "ValidDate"} & a_blanc
    assert "ValidDate" in FORMES[Regime.COMMERCIAL].vides_v02
    assert set(FORMES[Regime.BNC_TRESORERIE].vides_v02) == {"PieceRef", "PieceDate"}


@pytest.mark.parametrize(
    ("zones", "regime"),
    [
        ((), Regime.BIC),
        (("DateRglt", "ModeRglt", "NatOp", "IdClient"), Regime.BNC_TRESORERIE),
        (("daterglt", "MODERGLT", "NatOp ", "idclient"), Regime.BNC_TRESORERIE),
        (("DateRglt", "ModeRglt", "NatOp"), Regime.BA_TRESORERIE),
        (("DateRglt", "ModeRglt"), Regime.BIC),  # supplementary columns of a trader, which may be
        (("DateRglt", "ModeRglt", "IdClient"), Regime.BIC),
    ],
)
def test_columns_tell_the_regime(zones: tuple[str, ...], regime: Regime) -> None:
    assert regime_des_zones(zones) is regime


def test_a_regime_asked_for_wins_over_the_columns() -> None:
    octets = tresorerie().octets
    lecture, constats = examiner(octets, regime=Regime.BIC)
    assert lecture.lot is not None
    assert lecture.lot.regime == "BIC/IS"
    assert constats.par_code == {"H06": 4}
    lecture, constats = examiner(octets, regime=Regime.BA_TRESORERIE)
    assert lecture.lot is not None
    assert lecture.lot.regime == "BA trésorerie"
    assert constats.par_code == {"H06": 1}
    lecture, constats = examiner(Brouillon().octets, regime=Regime.COMMERCIAL)
    assert lecture.lot is not None
    assert lecture.lot.regime == "BNC/BA commercial"
    assert constats.par_code == {}


def test_columns_missing_from_the_regime_asked_for_are_said_together() -> None:
    lecture, constats = examiner(Brouillon().octets, regime=Regime.BNC_TRESORERIE)
    assert lecture.lot is not None
    (constat,) = constats.liste.iter_rows(named=True)
    assert (constat["code"], constat["severite"]) == ("H11", "ERREUR")
    assert "BNC trésorerie" in constat["message"]
    assert "DateRglt, ModeRglt, NatOp, IdClient" in constat["message"]


def test_a_column_that_the_regime_may_leave_blank_is_not_required_but_must_be_there() -> None:
    _, constats = examiner(Brouillon().ote_colonne("JournalLib").octets, regime=Regime.COMMERCIAL)
    assert constats.par_code == {"H02": 1}
    _, constats = examiner(Brouillon().ote_colonne("JournalLib").octets)
    assert constats.par_code == {"H01": 1}


def test_the_header_proposed_for_a_file_without_one_has_the_width_of_its_lines() -> None:
    for brouillon, regime in ((Brouillon(), "BIC/IS"), (tresorerie(), "BNC trésorerie")):
        avec = lire(brouillon.octets).lot
        sans = lire(brouillon.ote(1).octets, accepter=frozenset({"D-06"})).lot
        assert avec is not None
        assert sans is not None
        assert sans.regime == regime
        assert sans.lignes.drop("numero_ligne").equals(avec.lignes.drop("numero_ligne"))
        assert sans.lignes["numero_ligne"][0] == 1


@pytest.mark.parametrize(
    ("lu", "reconnu"),
    [("montantdevise", True), (" Montant devise ", True), ("Crédit", False), ("CREDIT", True), ("Ecriture_Num", False)],
)
def test_the_tool_ignores_case_blanks_and_two_accents(lu: str, reconnu: bool) -> None:
    officiel = next(
        n for n in ("Montantdevise", "Credit", "EcritureNum") if n[:3].lower() in lu.lower().replace("é", "e")
    )
    assert est_lu_par_l_outil(lu, officiel) is (reconnu or lu == "Crédit")


def test_a_name_that_the_tool_does_not_recognise_is_an_error_in_strict_and_read_all_the_same() -> None:
    lecture, constats = examiner(Brouillon().renomme("EcritureNum", "Ecriture_Num").octets)
    assert lecture.lot is not None
    assert constats.liste.select("id", "severite").rows() == [("entete.nom_alias", "ERREUR")]


def test_a_lettered_line_without_date_takes_the_latest_of_its_group_when_tolerant() -> None:
    brouillon = Brouillon().met(4, DateLet="").met(8, DateLet="")
    strict = reader.read(brouillon.octets, OptionsLecture(brouillon.nom)).lot
    tolerant, constats = examiner(brouillon.octets, profil=Profil.TOLERANT)
    assert strict is not None
    assert tolerant.lot is not None
    assert strict.lignes["date_lettrage"][2] is None
    attendue = tolerant.lot.lignes["date"][6]
    assert tolerant.lot.lignes["date_lettrage"][2] == tolerant.lot.lignes["date_lettrage"][6] == attendue
    assert set(constats.liste.filter(constats.liste["code"] == "V28")["severite"]) == {"INFO"}
