"""formats.fec.reader: every charset, line end and separator; what cannot be read is refused and says why."""

from __future__ import annotations

import itertools
from datetime import date

import polars as pl
import pytest
from fec_fabrique import Brouillon, examiner, lire

from ecritures.domain.lot import LIGNES, OptionsLecture
from ecritures.formats.fec import reader
from ecritures.formats.fec.echantillon import NOM_FICHIER, abimer, generer_fec


def _propres() -> list[tuple[str, str, str]]:
    return list(itertools.product(("utf-8", "iso-8859-15", "ascii"), ("\r\n", "\n", "\r"), ("\t", "|")))


@pytest.mark.parametrize(("encodage", "fin", "separateur"), _propres())
def test_a_clean_file_calls_for_nothing_in_any_legal_form(encodage: str, fin: str, separateur: str) -> None:
    accents = encodage != "ascii"
    octets = generer_fec(500, accents=accents, encodage=encodage, separateur=separateur, fin_de_ligne=fin)
    lecture, constats = examiner(octets)
    assert constats.par_code == {}
    assert lecture.lot is not None
    detection = lecture.lot.detection
    assert (detection.encodage, detection.separateur) == (encodage, separateur)
    assert lecture.lot.lignes.height == 500
    assert lecture.lot.debit_centimes == lecture.lot.credit_centimes > 0


@pytest.mark.parametrize(("encodage", "code"), [("cp1252", "F08"), ("cp850", "F08")])
def test_the_charsets_of_older_software_are_read_and_said(encodage: str, code: str) -> None:
    texte = (
        generer_fec(500).decode().replace("Facture", "Règlement d’été" if encodage == "cp1252" else "Règlement d'été")
    )
    lecture, constats = examiner(texte.encode(encodage))
    assert constats.par_code == {code: 1}
    assert lecture.lot is not None
    assert "Hélène Lefèvre" in "".join(lecture.lot.tiers["libelle"].to_list())


def test_a_mark_of_byte_order_is_an_information() -> None:
    lecture, constats = examiner(b"\xef\xbb\xbf" + generer_fec(50))
    assert constats.par_code == {"F10": 1}
    assert lecture.detection is not None
    assert lecture.detection.bom


def test_bytes_that_are_not_utf8_in_a_utf8_file_are_counted_and_placed() -> None:
    lignes = generer_fec(500).splitlines(keepends=True)
    lignes[41] = lignes[41].replace(b"mois", b"m\xe9s")
    _, constats = examiner(b"".join(lignes))
    assert constats.par_code == {"F09": 1}
    assert constats.liste["numero_ligne"].to_list() == [42]


REFUSES = [
    (b"", "F05"),
    (b" \r\n\r\n", "F05"),
    (generer_fec(12).splitlines(keepends=True)[0], "F05"),
    (generer_fec(12).decode().encode("utf-32"), "F08"),
    (b"\xff\xfe" + bytes(64), "F08"),
    (b"PK\x03\x04" + bytes(100), "F06"),
    (generer_fec(12).replace(b"\t", b" "), "F06"),
    (b"\n".join(generer_fec(12).splitlines()[1:]).replace(b"\t20250101\t", b"\tjanvier\t"), "H08"),
    (Brouillon().ote_colonne("Credit").octets, "H01"),
    (Brouillon().ote_colonne("EcritureDate").octets, "H01"),
    (Brouillon().renomme("Debit", "Montant").octets, "H10"),
    (b"|" * 100_000 + generer_fec(12, separateur="|"), "H08"),
]


@pytest.mark.parametrize(("octets", "code"), REFUSES)
def test_what_cannot_be_read_is_refused_and_says_why(octets: bytes, code: str) -> None:
    lecture, constats = examiner(octets)
    assert lecture.lot is None
    assert code in constats.par_code
    assert constats.est_bloquant


def test_a_header_of_thousands_of_zones_is_refused() -> None:
    brouillon = Brouillon()
    brouillon.lignes[0] += [f"Z{n}" for n in range(5_000)]
    lecture, constats = examiner(brouillon.octets)
    assert lecture.lot is None
    assert constats.par_code == {"entete.trop_de_zones": 1}


@pytest.mark.parametrize("zone", ["JournalCode", "EcritureNum", "CompteLib", "PieceDate", "ValidDate", "EcritureLib"])
def test_a_required_zone_missing_is_said_once_and_the_rest_is_read(zone: str) -> None:
    lecture, constats = examiner(Brouillon().ote_colonne(zone).octets)
    assert lecture.lot is not None
    assert lecture.lot.debit_centimes == lecture.lot.credit_centimes
    assert constats.par_code["H01"] == 1
    assert not {"V01", "V02"} & constats.par_code.keys()


@pytest.mark.parametrize("zone", ["CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"])
def test_an_optional_zone_missing_is_said_once_and_read_as_blank(zone: str) -> None:
    lecture, constats = examiner(Brouillon().ote_colonne(zone).octets)
    assert lecture.lot is not None
    assert constats.par_code["H02"] == 1
    assert not {"V25", "V28", "V29"} & constats.par_code.keys()


def test_the_hint_names_the_separator_of_a_spreadsheet() -> None:
    _, constats = examiner(generer_fec(12).replace(b"\t", b";"))
    assert "« ; »" in constats.liste["message"][0]


def test_a_forced_separator_is_obeyed_and_said() -> None:
    options = OptionsLecture(nom_fichier=NOM_FICHIER, separateur=";")
    lecture = reader.read(generer_fec(12).replace(b"\t", b";"), options)
    assert lecture.lot is not None
    assert [r.regle.code for r in lecture.releves] == ["F06"]


@pytest.mark.parametrize("sens", [("D", "C"), ("+1", "-1"), ("d", "c")])
def test_amount_and_side_give_the_same_lines_as_debit_and_credit(sens: tuple[str, str]) -> None:
    brouillon = Brouillon()
    attendu = lire(brouillon.octets).lot
    for ligne in range(2, len(brouillon.lignes) + 1):
        debit, credit = brouillon.lit(ligne, "Debit"), brouillon.lit(ligne, "Credit")
        brouillon.met(ligne, Debit=credit if debit == "0,00" else debit, Credit=sens[debit == "0,00"])
    lecture, constats = examiner(brouillon.renomme("Debit", "Montant").renomme("Credit", "Sens").octets)
    assert constats.par_code == {}
    assert attendu is not None
    assert lecture.lot is not None
    assert lecture.lot.lignes.equals(attendu.lignes)
    assert lecture.lot.zones["credit_centimes"] == "Montant"


def test_a_lot_has_the_declared_columns_and_what_the_file_says_of_its_codes() -> None:
    lot = lire(generer_fec(32)).lot
    assert lot is not None
    assert dict(lot.lignes.schema) == {
        nom: type_() if isinstance(type_, type) else type_ for nom, type_ in LIGNES.items()
    }
    assert lot.journaux.select("numero_ligne", "code", "libelle").rows()[:2] == [
        (2, "AN", "À-nouveaux"),
        (4, "VE", "Ventes"),
    ]
    assert lot.tiers.select("code", "collectif").rows()[0] == ("C00004", "411000")
    assert lot.comptes.filter(pl.col("numero") == "707000")["libelle"].item() == "Ventes de marchandises"
    assert lot.regime == "BIC/IS"
    assert lot.regroupement == "(JournalCode, EcritureNum)"
    assert lot.exercice_annonce == (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    ("debit", "credit", "lus"),
    [("-2563,98", "0,00", (0, 256398)), ("0,00", "-2563,98", (256398, 0)), ("2563,98-", "", (0, 256398))],
)
def test_a_negative_amount_is_on_the_other_side_and_says_it_was_negative(
    debit: str, credit: str, lus: tuple[int, int]
) -> None:
    lot = lire(Brouillon().met(5, Debit=debit, Credit=credit).octets).lot
    assert lot is not None
    ligne = lot.lignes.row(3, named=True)
    assert (ligne["debit_centimes"], ligne["credit_centimes"], ligne["supplement"]) == (*lus, "\x1f-")


def test_negative_amounts_on_both_sides_are_never_netted() -> None:
    lot = lire(Brouillon().met(5, Debit="-2,00", Credit="2561,98").octets).lot
    assert lot is not None
    assert lot.lignes.row(3, named=True)["debit_centimes"] == -200


@pytest.mark.parametrize(
    ("devise", "montant", "mineures"),
    [
        ("USD", "12,34", 1234),
        ("JPY", "1234,00", 1234),
        ("JPY", "1234", 1234),
        ("JPY", "12,34", None),
        ("TND", "1,234", 1234),
        ("TND", "-1,5", -1500),
        ("TND", "12", 12000),
        ("TND", "-0,001", -1),
        ("TND", "-0,009", -9),
    ],
)
def test_a_foreign_amount_is_in_the_minor_unit_of_its_currency(devise: str, montant: str, mineures: int | None) -> None:
    lot = lire(Brouillon().met(9, Idevise=devise, Montantdevise=montant).octets).lot
    assert lot is not None
    assert lot.lignes["montant_devise"][7] == mineures


def test_unsigned_foreign_amounts_take_the_sign_of_their_line() -> None:
    lot = lire(Brouillon().met(11, Idevise="USD", Montantdevise="4896,65").octets).lot
    assert lot is not None
    assert lot.lignes["montant_devise"][7:10].to_list() == [408054, 81611, -489665]


def test_supplementary_columns_are_kept_as_written() -> None:
    lot = lire(Brouillon().ajoute_colonne("Axe", "Paris").ajoute_colonne("PJ", "").octets).lot
    assert lot is not None
    assert lot.entete == {"zones_supplementaires": "Axe|PJ"}
    assert lot.lignes["supplement"].unique().to_list() == ["Paris|"]


def test_one_bad_line_hides_no_other() -> None:
    octets, comptes = abimer(generer_fec(2_000), 160)
    lecture, constats = examiner(octets)
    assert {code: constats.par_code[code] for code in comptes} == comptes
    assert lecture.lot is not None
    assert lecture.lot.lignes.height == 2_000 - comptes["L01"]


def test_a_record_cut_in_two_across_blocks_is_put_back_together(monkeypatch: pytest.MonkeyPatch) -> None:
    brouillon = Brouillon()
    attendu = lire(brouillon.octets).lot
    champs = brouillon.lignes[10]
    libelle = champs[10]
    brouillon.lignes[10:11] = [[*champs[:10], libelle[:7]], [libelle[8:], *champs[11:]]]
    monkeypatch.setattr(reader.lines.blocs, "__defaults__", (40,))
    lot = lire(brouillon.octets).lot
    assert lot is not None
    assert attendu is not None
    assert lot.lignes["libelle"].to_list() == attendu.lignes["libelle"].to_list()
    assert lot.lignes["numero_ligne"].to_list() == [*range(2, 12), *range(13, 35)]


@pytest.mark.parametrize(
    ("debut", "nom", "attendu"),
    [
        (generer_fec(12), None, True),
        (b"\xef\xbb\xbf" + generer_fec(12), None, True),
        (generer_fec(12).decode().encode("utf-16"), None, True),
        (generer_fec(12).replace(b"\t", b";"), None, True),
        (b"a|b|c\n1|2|3\n", "732829320FEC20251231.txt", True),
        (b"a|b|c\n1|2|3\n", "export.txt", False),
        (b"abc\n", "732829320FEC20251231.txt", False),
        (b"***S5CLIJRLETE\r\n", None, False),
        (b"", None, False),
        (bytes(range(256)), None, False),
    ],
)
def test_a_fec_is_known_by_its_zones_or_by_its_name(debut: bytes, nom: str | None, attendu: bool) -> None:
    assert reader.ressemble(debut, nom) is attendu
